"""A referral: the exact card, consent to one organization, the receipt."""

from __future__ import annotations

from dataclasses import replace

from handlers.names import NEEDS, URGENT_NEEDS
from handlers.notices import card_fields, shown_code, staff_card
from handlers.person import danger, menu, requests
from handlers.person.find import place_of
from handlers.person.services import offered
from handlers.scene import Scene, button, paragraphs, rows
from handlers.turn import Choice, Draft, Notice, Outcome, Reply, ToStaff
from referrals.directory import Organization, OrganizationId, Service, ServiceId
from referrals.events import ReferralRequested
from referrals.lifecycle import (
    Code,
    Consent,
    Priority,
    Referral,
    Status,
    TooManyOpen,
    check_request,
)

CONSENT_VERSION = "2"
"""Changes with every change of the wording that she agrees to."""
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Letters and digits that are not mistaken for one another."""
MOST_WORDS = 300
NO_CODE = Code("")
"""A card that is only shown has no code yet."""


def start(scene: Scene, argument: str) -> Outcome:
    """Show the card for one service."""
    pair = offered(scene, argument)
    if pair is None or pair[0].organization_id not in scene.context.staff:
        return menu.old_button(scene)
    service = pair[0]
    need = need_for(scene, service)
    if not need:
        return menu.old_button(scene)
    return show_card(scene.keeping(draft=Draft(service=service.id, need=need)))


def need_for(scene: Scene, service: Service) -> str:
    """Return the need that the card is about: one that the service may be offered for.

    A new organization takes no violence or trafficking cases, whatever else it offers.
    """
    named = (*scene.session.needs, *sorted(service.needs & set(NEEDS)))
    takes = scene.context.world.directory.is_offered
    return next((n for n in named if n in service.needs and takes(service.id, n)), "")


def show_card(scene: Scene) -> Outcome:
    """Show the exact card, what each button changes, and who will see it."""
    pair = drafted(scene)
    draft = scene.session.draft
    if pair is None or draft is None:
        return menu.old_button(scene)
    t = scene.t
    organization = pair[1]
    text = paragraphs(
        t("This is all that {organization} will see, with a code:", organization=organization.name),
        card_fields(t, referral_of(scene, draft, organization.id)),
        t(
            "I do not add your name, your number or this chat. You can take it back at any "
            "time. Do you agree to send it to {organization}, and only to them?",
            organization=organization.name,
        ),
    )
    return scene.say(Reply(text, choices=card_rows(scene, draft, organization.name)))


def drafted(scene: Scene) -> tuple[Service, Organization] | None:
    """Return service and organization of the draft, if both may still be shown."""
    draft = scene.session.draft
    pair = offered(scene, draft.service, draft.need) if draft else None
    return pair if pair and pair[1].id in scene.context.staff else None


def card_rows(scene: Scene, draft: Draft, organization: str) -> tuple[tuple[Choice, ...], ...]:
    """Return the buttons under the card."""
    t = scene.t
    fields = [button(t("Add my own words"), "words")]
    if draft.words:
        fields = [button(t("Take my words out"), "card:no_words")]
    place = button(t("Put the place in"), "card:place")
    if draft.with_place:
        place = button(t("Leave the place out"), "card:no_place")
    language = button(t("Put the language in"), "card:language")
    if draft.with_language:
        language = button(t("Leave the language out"), "card:no_language")
    fields += [place, language] if scene.session.place else [language]
    send = button(t("Yes, send to {organization}", organization=organization)[:60], "send")
    return (
        (send,),
        *rows(*fields, width=1),
        (button(t("No, do not send"), f"svc:{draft.service}"),),
    )


def change_card(scene: Scene, field: str) -> Outcome:
    """Put one field on the card or leave it out; pressed twice, it stays so."""
    draft = scene.session.draft
    if draft is None:
        return menu.old_button(scene)
    changed = {
        "place": replace(draft, with_place=True),
        "no_place": replace(draft, with_place=False),
        "language": replace(draft, with_language=True),
        "no_language": replace(draft, with_language=False),
        "no_words": replace(draft, words=""),
    }.get(field, draft)
    return show_card(scene.keeping(draft=changed))


def ask_words(scene: Scene, _: str = "") -> Outcome:
    """Ask for words of her own."""
    if scene.session.draft is None:
        return menu.old_button(scene)
    t = scene.t
    text = t(
        "Write a few words for them, at most 300 letters. Leave out names, numbers and where "
        "you sleep. You do not have to tell what happened."
    )
    return scene.say(Reply(text, choices=rows(button(t("Back"), "card:back"))), step="words")


def receive_words(scene: Scene) -> Outcome:
    """Put her words on the card."""
    draft = scene.session.draft
    if draft is None:
        return menu.old_button(scene)
    if scene.meaning.interrupt == "back":
        return show_card(scene)
    words = " ".join(scene.turn.text.split())[:MOST_WORDS]
    outcome = show_card(scene.keeping(draft=replace(draft, words=words)))
    if not scene.meaning.danger:
        return outcome
    kind = scene.meaning.danger.value
    return replace(outcome, replies=(danger.reminder(scene, kind), *outcome.replies))


def send(scene: Scene, _: str = "") -> Outcome:
    """Record consent and referral, hand the card over, give the receipt."""
    pair, draft = drafted(scene), scene.session.draft
    if pair is None or draft is None:
        return sent_already(scene)
    organization = pair[1]
    consent = consent_to(scene, draft, organization.id)
    still_open = sum(r.is_open for r in scene.context.referrals.values())
    try:
        check_request(organization.id, consent, still_open)
    except TooManyOpen:
        return too_many(scene)
    referral = referral_of(scene, draft, organization.id, code=new_code(scene))
    notice = Notice(ToStaff(organization.id), staff_card(scene.context, referral))
    return scene.keeping(draft=None).say(
        receipt(scene, referral, organization.name),
        events=(ReferralRequested(referral, consent),),
        notices=(notice,),
    )


def sent_already(scene: Scene) -> Outcome:
    """Answer a second press: the receipt must stay, and a second card must not go out."""
    today = scene.context.today
    if any(r.is_open and r.opened == today for r in scene.context.referrals.values()):
        return requests.show(scene, below=True)
    return menu.old_button(scene)


def consent_to(scene: Scene, draft: Draft, organization: OrganizationId) -> Consent:
    """Return what she agreed to: this receiver, these fields, this wording."""
    fields = [
        "need",
        *(["place"] if draft.with_place and scene.session.place else []),
        *(["language"] if draft.with_language else []),
        *(["words"] if draft.words else []),
    ]
    return Consent(organization, tuple(fields), CONSENT_VERSION, scene.context.today)


def referral_of(
    scene: Scene, draft: Draft, organization: OrganizationId, code: Code = NO_CODE
) -> Referral:
    """Return the referral that the draft describes."""
    today = scene.context.today
    place = place_of(scene)
    return Referral(
        code=code,
        organization=organization,
        service=ServiceId(draft.service),
        need=draft.need,
        status=Status.REQUESTED,
        priority=Priority.URGENT if draft.need in URGENT_NEEDS else Priority.NORMAL,
        language=scene.language,
        opened=today,
        moved=today,
        meeting_code=meeting_code(scene, draft, organization) if code else "",
        card_place=f"{place.name}, {place.state}" if place and draft.with_place else "",
        card_language=scene.language if draft.with_language else "",
        card_words=draft.words,
        declined=draft.declined,
    )


def new_code(scene: Scene) -> Code:
    """Draw a receipt code: 31^8, about 40 bits."""
    return Code("".join(ALPHABET[scene.context.chance(len(ALPHABET))] for _ in range(8)))


def meeting_code(scene: Scene, draft: Draft, organization: OrganizationId) -> str:
    """Draw the two words that staff must say first, in her language.

    Where she left her language out the words must not tell it: they are in the staff's.
    """
    language = scene.language if draft.with_language else scene.context.staff[organization]
    by_language = scene.context.world.meeting_words
    words = by_language.get(language) or by_language[scene.language]
    first = scene.context.chance(len(words))
    second = (first + 1 + scene.context.chance(len(words) - 1)) % len(words)
    return f"{words[first]} {words[second]}"


def receipt(scene: Scene, referral: Referral, organization: str) -> Reply:
    """Return the receipt: the code, what happens next, the way back."""
    t = scene.t
    code = shown_code(referral.code)
    text = paragraphs(
        t("Sent to {organization}. Your code: {code}", organization=organization, code=code),
        t(
            "I will write to you here when they answer. When you talk with them, they must "
            "first say: {words}. Help is free.",
            words=referral.meeting_code,
        ),
    )
    buttons = rows(
        button(t("My requests"), "mine"),
        button(t("Take it back"), f"undo:{referral.code}"),
        button(t("Menu"), "menu"),
    )
    return Reply(text, choices=buttons)


def too_many(scene: Scene) -> Outcome:
    """Say that three requests are open and what to do."""
    t = scene.t
    text = t(
        "You have three open requests. Take one back, or wait until one ends. Then I can send "
        "this one."
    )
    back = button(t("Back to the card"), "card:back")
    return scene.say(Reply(text, choices=rows(button(t("My requests"), "mine"), back)))
