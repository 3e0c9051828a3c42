"""Joining with a one-use link, and the chat's language."""

from __future__ import annotations

from handlers.i18n import LANGUAGE_NAMES
from handlers.scene import Rows, Scene, button, paragraphs, rows
from handlers.turn import Outcome, Reply
from referrals.events import ChatBound, StaffLanguageChanged


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
    t = scene.t
    text = paragraphs(
        t(
            "This chat now receives requests for {organization}.",
            organization=organization.name,
        ),
        t(
            "When a person asks you for help, a card appears here. Answer with one tap. Every "
            "change shows in the same card, so the chat stays quiet."
        ),
        t("Commands: /cases shows what is open, /language changes the language."),
    )
    event = ChatBound(invitation.organization, scene.language)
    return scene.say(Reply(text, choices=language_rows(scene), sensitive=False), events=(event,))


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
        text = t(
            "Requests from people appear here as cards: accept or decline with one tap. /cases "
            "shows what is open, /language changes the language."
        )
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
