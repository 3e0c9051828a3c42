"""A coordinator's one-use link: this private chat acts under an alias from then on."""

from __future__ import annotations

from handlers.scene import Scene, button, lines, paragraphs, rows
from handlers.turn import Outcome, Reply
from referrals.events import CoordinatorJoined


def join(scene: Scene, alias: str) -> Outcome:
    """Seat the coordinator, unless the chat is already another one's."""
    t, present = scene.t, scene.context.coordinator
    if present not in ("", alias):
        # One chat under two names could approve twice.
        text = t("This chat already belongs to {alias}. Open the link in another.", alias=present)
        return scene.say(Reply(text))
    event = CoordinatorJoined(alias, scene.language)
    buttons = rows(button(t("What is waiting"), "vets:0"))
    return scene.say(Reply(welcome(scene, alias), choices=buttons), events=(event,))


def welcome(scene: Scene, alias: str) -> str:
    """Say what a coordinator can do here, and what nobody can do alone."""
    t = scene.t
    return paragraphs(
        t("You are now {alias}, a coordinator.", alias=alias),
        lines(
            # Translators: keep /vet and /listing as they are.
            t("/vet shows the organizations that wait for something."),
            t("/vet and part of a name shows one organization."),
            t("/listing and part of a name shows what people read about it."),
        ),
        t(
            "It always takes two different coordinators before people are shown an "
            "organization. To pause one, you alone are enough."
        ),
        t(
            "This chat stays an ordinary chat too: you can ask for help here, change the "
            "language, or leave. What you look for is never counted."
        ),
    )
