"""Words for someone who did not just speak, in their own language."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.i18n import LANGUAGE_NAMES, Catalog
from handlers.names import DECLINES, NEEDS
from handlers.scene import Rows, button, lines, paragraphs, rows
from handlers.shown_listing import whole_listing
from handlers.turn import Context, Reply
from referrals.directory import OrganizationId, ServiceId
from referrals.lifecycle import Referral, Status
from referrals.vetting import PROBATION, Vetting


def shown_code(code: str) -> str:
    """Return a receipt code as people read it: ``ABCD-2345``."""
    return f"{code[:4]}-{code[4:]}"


def card_fields(t: Catalog, referral: Referral) -> str:
    """Return the fields of a card, exactly those that she agreed to send."""
    language = LANGUAGE_NAMES.get(referral.card_language, "")
    return lines(
        t("Needs: {need}", need=t(NEEDS[referral.need])),
        t("Place: {place}", place=referral.card_place) if referral.card_place else "",
        t("Language: {language}", language=language) if language else "",
        t.quote(referral.card_words) if referral.card_words else "",
    )


def staff_card(context: Context, referral: Referral) -> Reply:
    """Return the card as the organization sees it in the referral's present status."""
    t = context.world.catalogs.of(context.staff.get(referral.organization, ""))
    return CARDS.get(referral.status, closed_card)(t, referral)


def new_card(t: Catalog, referral: Referral) -> Reply:
    """Return a card that waits for an answer."""
    code = referral.code
    return card(
        t,
        t("New request · {code}", code=shown_code(code)),
        referral,
        t("You see only what the person agreed to send."),
        rows(button(t("We can help"), f"acc:{code}"), button(t("We cannot"), f"dec:{code}")),
    )


def accepted_card(t: Catalog, referral: Referral) -> Reply:
    """Return a card that was accepted, with what staff must say first."""
    code = referral.code
    said = t(
        "The person will call or come and say the code. First say these two words, so that "
        "the person knows it is you: {words}",
        words=referral.meeting_code,
    )
    buttons = rows(
        button(t("Help was given"), f"end:{code}:completed"),
        button(t("The person did not come"), f"end:{code}:not_received"),
        width=1,
    )
    title = t("You accepted · {code}", code=shown_code(code))
    return card(t, title, referral, said, buttons)


def closed_card(t: Catalog, referral: Referral) -> Reply:
    """Return a card with nothing left to do: her fields are gone from it."""
    code = shown_code(referral.code)
    return Reply(closing_words(t, referral, code), card=referral.code)


def closing_words(t: Catalog, referral: Referral, code: str) -> str:
    """Say how a card ended."""
    if referral.status is Status.DECLINED:
        reason = t(DECLINES.get(referral.reason, DECLINES["other"]))
        closed = t("{code} · you could not take it: {reason}", code=code, reason=reason)
        # Translators: keep /places as it is.
        full = t("For two days people read that you are full. /places changes it.")
        return lines(closed, full if referral.reason == "full" else "")
    if referral.status is Status.COMPLETED:
        return t("{code} · help was given. Thank you.", code=code)
    if referral.status is Status.NOT_RECEIVED:
        return t("{code} · closed: the person did not come.", code=code)
    if referral.status is Status.EXPIRED:
        return t("{code} · closed: the time to answer is over.", code=code)
    return t("{code} · withdrawn. Nothing more to do.", code=code)


def withdrawn_card(context: Context, referral: Referral) -> Reply:
    """Return the card of a request that she took back."""
    return staff_card(context, referral)


CARDS = {Status.REQUESTED: new_card, Status.ACCEPTED: accepted_card}


def card(t: Catalog, title: str, referral: Referral, below: str, buttons: Rows) -> Reply:
    """Return a living card: one message that changes in place."""
    return Reply(
        paragraphs(title, card_fields(t, referral), below), choices=buttons, card=referral.code
    )


def told_person(context: Context, referral: Referral) -> Reply:
    """Return the notice to the person that her request has a new status."""
    t = context.world.catalogs.of(referral.language)
    return TOLD[referral.status](t, context, referral)


def told_accepted(t: Catalog, context: Context, referral: Referral) -> Reply:
    """Say that they can help, how to reach them, and how to know that it is them."""
    organization = context.world.directory.organization(referral.organization)
    name = organization.name if organization else ""
    code = shown_code(referral.code)
    return Reply(
        paragraphs(
            t("News about {code}: {organization} can help you.", code=code, organization=name),
            ways_to_reach(t, context, referral),
            t(
                "They must first say to you: {words}. Then say your code: {code}. If they do "
                "not say the words, do not go with them.",
                code=code,
                words=referral.meeting_code,
            ),
            t("Help is free. Nobody may ask you for money or favours."),
        ),
        choices=rows(button(t("My requests"), "mine"), button(t("Menu"), "menu")),
    )


def ways_to_reach(t: Catalog, context: Context, referral: Referral) -> str:
    """Return address, telephone and hours of the service, a line each."""
    directory = context.world.directory
    service = directory.service(referral.service)
    location = directory.shown_location(referral.service)
    where = ", ".join(p for p in (location.address, location.city) if p) if location else ""
    if service is None:
        return where
    hours = service.schedule_text
    return lines(
        where,
        t("Phone: {number}", number=service.phones[0]) if service.phones else "",
        t("Hours: {hours}", hours=t.hours(hours)) if hours else "",
    )


def told_declined(t: Catalog, context: Context, referral: Referral) -> Reply:
    """Say that there is no room now, or to come in person, and offer the next place."""
    code = shown_code(referral.code)
    text = t(
        "News about {code}: there is no room there now. It is not because of you. Shall we "
        "look at the next place?",
        code=code,
    )
    if referral.reason == "in_person":
        come = t("News about {code}: to get help there, you need to come in person.", code=code)
        text = paragraphs(come, ways_to_reach(t, context, referral))
    choices = rows(
        button(t("Show me the next place"), f"next:{referral.code}"), button(t("Menu"), "menu")
    )
    return Reply(text, choices=choices)


def told_closed(t: Catalog, _: Context, referral: Referral) -> Reply:
    """Say that the request is closed, and leave the door open."""
    code = shown_code(referral.code)
    text = t("News about {code}: the organization closed this request.", code=code)
    again = t("If help did not arrive, or something was wrong, I can show you another place.")
    choices = rows(
        button(t("Show me the next place"), f"next:{referral.code}"), button(t("Menu"), "menu")
    )
    return Reply(paragraphs(text, again), choices=choices)


def told_expired(t: Catalog, _: Context, referral: Referral) -> Reply:
    """Say that nobody answered: silence is never passed off as an answer."""
    code = shown_code(referral.code)
    text = t(
        "News about {code}: nobody answered in time. I am sorry. Shall we look at the next place?",
        code=code,
    )
    choices = rows(
        button(t("Show me the next place"), f"next:{referral.code}"), button(t("Menu"), "menu")
    )
    return Reply(text, choices=choices)


TOLD = {
    Status.ACCEPTED: told_accepted,
    Status.DECLINED: told_declined,
    Status.COMPLETED: told_closed,
    Status.NOT_RECEIVED: told_closed,
    Status.EXPIRED: told_expired,
}
"""What a person is told when somebody else moved her referral."""


def ask_still_true(
    context: Context, organization: OrganizationId, service: ServiceId, language: str = ""
) -> Reply:
    """Return a whole listing with the question whether all of it is still true.

    ``language``: of the chat that asks; empty: the one of the organization's chat.
    """
    t = context.world.catalogs.of(language or context.staff.get(organization, ""))
    directory = context.world.directory
    listed = directory.service(service)
    text = paragraphs(
        t("Is all of this still true? People see it like this:"),
        whole_listing(t, directory, listed) if listed else "",
    )
    buttons = rows(
        button(t("Yes, all of it"), f"still:{service}"),
        button(t("Something changed"), f"chg:{service}"),
    )
    return Reply(text, choices=buttons, sensitive=False)


def told_active(context: Context, organization: OrganizationId, vetting: Vetting) -> Reply:
    """Tell an organization's chat that people are sent to it from now on."""
    t = context.world.catalogs.of(context.staff.get(organization, ""))
    first = t(
        "From now on people are shown {organization} and can ask it for help.",
        organization=name_of(context, organization),
    )
    text = paragraphs(first, probation_words(t, context, vetting))
    buttons = rows(button(t("Free places"), "places"), button(t("Our listing"), "listing"))
    return Reply(text, choices=buttons, sensitive=False)


def probation_words(t: Catalog, context: Context, vetting: Vetting) -> str:
    """Say what a new organization is not sent yet, and until when."""
    if vetting.since is None or not vetting.is_on_probation(context.today):
        return ""
    return t(
        "It is new: until {date} I send no requests about children alone, violence or forced work.",
        date=t.date(vetting.since + PROBATION),
    )


def told_paused(context: Context, organization: OrganizationId) -> Reply:
    """Tell an organization's chat that people are not sent to it now. Gives no reason:
    it could lead to somebody who reported it."""
    t = context.world.catalogs.of(context.staff.get(organization, ""))
    text = lines(
        t(
            "For now I do not show {organization} to people.",
            organization=name_of(context, organization),
        ),
        t("Open requests stay here until you answer them. A coordinator can tell you more."),
    )
    return Reply(text, sensitive=False)


def name_of(context: Context, organization: OrganizationId) -> str:
    """Return the name of an organization, empty when the directory does not have it."""
    found = context.world.directory.organization(organization)
    return found.name if found else ""


def remind_coordinators(context: Context, names: Sequence[str]) -> Reply:
    """Tell coordinators, in the country's first language, whose vetting ends soon."""
    t = context.world.catalogs.of("")
    text = lines(
        # Translators: keep /vet as it is.
        t("Check again soon, or people are not sent there any more: {names}.", names=t.list(names)),
        t("/vet shows the organizations that wait for something."),
    )
    return Reply(text, sensitive=False)
