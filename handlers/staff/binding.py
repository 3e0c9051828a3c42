"""Joining with a one-use link, and the chat's language."""

from __future__ import annotations

from dataclasses import replace

from handlers.i18n import LANGUAGE_NAMES
from handlers.notices import probation_words
from handlers.scene import Rows, Scene, button, lines, paragraphs, rows
from handlers.turn import Notice, Outcome, Reply, ToCoordinators
from referrals.directory import Organization
from referrals.events import ChatBound, StaffLanguageChanged
from referrals.vetting import APPROVERS, Vetting


def bind(scene: Scene, payload: str) -> Outcome:
    """Bind this chat when the link is good; else say what to do."""
    invitation = scene.context.invitation
    if invitation is None:
        return explain(scene) if not payload else refuse(scene)
    if invitation.organization is None:
        return welcome_channel(scene)
    organization = scene.context.world.directory.organization(invitation.organization)
    if organization is None:
        return refuse(scene)
    before = scene.context.world.directory.live.organization(organization.id).vetting
    now = bound(scene, before)
    buttons = rows(button(scene.t("Free places"), "places"))
    reply = Reply(
        welcome(scene, organization, now),
        choices=(*language_rows(scene), *buttons),
        sensitive=False,
    )
    event = ChatBound(invitation.organization, scene.language)
    return scene.say(
        reply, events=(event,), notices=(told_bound(scene, organization, before, now),)
    )


def bound(scene: Scene, vetting: Vetting) -> Vetting:
    """Return how a vetting stands once its chat is bound. Only to say so."""
    is_active = len(vetting.approved_by) >= APPROVERS and vetting.called_back is not None
    since = vetting.since or (scene.context.today if is_active else None)
    return replace(vetting, is_bound=True, is_active=is_active, since=since)


def welcome(scene: Scene, organization: Organization, vetting: Vetting) -> str:
    """Say what this chat is for now, and whether people are sent to it yet."""
    t = scene.t
    checks = t(
        "Two coordinators still check your organization. People are shown it after that, and "
        "I say so here."
    )
    return paragraphs(
        t(
            "This chat now receives requests for {organization}.",
            organization=organization.name,
        ),
        probation_words(t, scene.context, vetting) if vetting.is_active else checks,
        t(
            "When a person asks you for help, a card appears here. Answer with one tap. Every "
            "change shows in the same card, so the chat stays quiet."
        ),
        commands(scene),
    )


def commands(scene: Scene) -> str:
    """Say what can be written in this chat."""
    t = scene.t
    return lines(
        # Translators: keep the commands as they are.
        t("/cases shows what is open."),
        t("/places tells people how many places are free."),
        t("/listing shows what people read about you."),
        t("/language changes the language."),
    )


def told_bound(scene: Scene, organization: Organization, before: Vetting, now: Vetting) -> Notice:
    """Return what the coordinators are told: whoever held the link reads the requests now."""
    t = scene.context.world.catalogs.of("")
    is_news = now.is_active and not before.is_active
    text = lines(
        t(
            "The chat of {organization} was connected. Ask them by telephone whether it was "
            "them. If not, pause it.",
            organization=organization.name,
        ),
        t("From now on people are shown it.") if is_news else "",
    )
    choices = rows(button(t("Show"), f"vet:{organization.id}"))
    return Notice(ToCoordinators(), Reply(text, choices=choices))


def welcome_channel(scene: Scene) -> Outcome:
    """Bind a channel of the working group."""
    text = scene.t("This channel now receives the digest of the working group.")
    event = ChatBound(None, scene.language)
    return scene.say(Reply(text, sensitive=False), events=(event,))


def refuse(scene: Scene) -> Outcome:
    """Say that a link is used up, too old or wrong, without saying which."""
    text = scene.t(
        "This link does not work any more: each one works once, for 24 hours. Ask your "
        "coordinator for a new one."
    )
    return scene.say(Reply(text, sensitive=False))


def explain(scene: Scene, _: str = "") -> Outcome:
    """Say what the bot does in this chat."""
    t = scene.t
    if scene.context.organization:
        cards = t("Requests from people appear here as cards: accept or decline with one tap.")
        text = lines(cards, commands(scene))
    elif scene.context.is_working_group:
        text = t("This channel receives the digest of the working group.")
    else:
        text = t("This chat is not connected yet. A coordinator gives you a link that works once.")
    return scene.say(Reply(text, sensitive=False))


def ask_language(scene: Scene, _: str = "") -> Outcome:
    """Offer the languages to a bound chat."""
    if scene.context.organization is None:
        return scene.say()
    text = scene.t("Which language do you prefer?")
    return scene.say(Reply(text, choices=language_rows(scene), sensitive=False))


def language_rows(scene: Scene) -> Rows:
    """Return the offered languages as buttons."""
    offered = scene.context.world.catalogs.by_language
    return rows(*(button(name, f"lang:{c}") for c, name in LANGUAGE_NAMES.items() if c in offered))


def receive_language(scene: Scene, code: str) -> Outcome:
    """Keep the chat's language."""
    organization = scene.context.organization
    if organization is None or not scene.context.world.catalogs.offers(code):
        return scene.say()
    t = scene.context.world.catalogs.of(code)
    changed = scene.keeping(language=code, chose_language=True)
    return changed.say(
        # Translators: name your own language here.
        Reply(t("Done. I will write in English."), sensitive=False),
        events=(StaffLanguageChanged(organization, code),),
    )
