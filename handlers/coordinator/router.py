"""What a coordinator's private chat can do besides; everything else is a person's chat."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from handlers.coordinator import calling, joining, listing, vetting, waiting
from handlers.scene import Scene
from handlers.turn import Outcome
from referrals.vetting import StepKind

Handler = Callable[[Scene, str], Outcome]

CHOICES: Mapping[str, Handler] = {
    "vets": waiting.more,
    "vet": vetting.show,
    "vok": vetting.approve,
    "vcall": calling.ask_source,
    "vlink": vetting.make_link,
    "vpau": lambda scene, a: vetting.ask(scene, a, StepKind.PAUSED),
    "vpau!": lambda scene, a: vetting.stop(scene, a, StepKind.PAUSED),
    "vref": lambda scene, a: vetting.ask(scene, a, StepKind.REFUSED),
    "vref!": lambda scene, a: vetting.stop(scene, a, StepKind.REFUSED),
    "vl": listing.show,
    "vls": listing.show_service,
    "vtrue": listing.confirm,
}
"""Verb of a coordinator's button to its handler."""

COMMANDS: Mapping[str, Handler] = {"vet": waiting.show, "listing": listing.find}
"""Not in any menu: for whoever is no coordinator they do not exist."""


def converse(scene: Scene) -> Outcome | None:
    """Answer a coordinator; None: it is a turn like any person's."""
    turn, context = scene.turn, scene.context
    if turn.command == "start" and context.invitation and context.invitation.coordinator:
        return joining.join(scene, context.invitation.coordinator)
    if not context.coordinator:
        return None
    if turn.choice:
        return receive_choice(scene)
    if turn.command:
        handler = COMMANDS.get(turn.command)
        return handler(scene, turn.payload) if handler else None
    return receive_text(scene)


def receive_choice(scene: Scene) -> Outcome | None:
    """Read a button; its data may be forged, and names an organization or a service."""
    verb, _, argument = scene.turn.choice.partition(":")
    handler = CHOICES.get(verb)
    return handler(scene, argument) if handler else None


def receive_text(scene: Scene) -> Outcome | None:
    """Read the source of a number; the words that always work still do."""
    if not calling.is_asked(scene.session) or not scene.turn.text or scene.meaning.interrupt:
        return None
    return calling.receive_source(scene, scene.session.step.partition(":")[2])
