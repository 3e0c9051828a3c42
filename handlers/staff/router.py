"""Which turn of a group or channel goes where: binding, cards, caseload, listings."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from handlers.scene import Scene
from handlers.staff import binding, capacity, cards, caseload, listing
from handlers.turn import Outcome

ChoiceHandler = Callable[[Scene, str], Outcome]

CHOICES: Mapping[str, ChoiceHandler] = {
    "acc": cards.accept,
    "dec": cards.ask_reason,
    "why": cards.decline,
    "open": cards.show,
    "end": cards.close,
    "lang": binding.receive_language,
    "cases": caseload.show,
    "places": capacity.show,
    "plc": capacity.show_one,
    "cap": capacity.report,
    "shut?": capacity.ask_closure,
    "shut": capacity.close,
    "open?": capacity.back,
    "reop": capacity.reopen,
    "listing": listing.show,
    "lst": listing.show_one,
    "still": listing.confirm,
    "chg": listing.ask_change,
}
"""Verb of a button in a staff chat to its handler."""

COMMANDS: Mapping[str, ChoiceHandler] = {
    "start": binding.bind,
    "cases": caseload.show,
    "places": capacity.show,
    "listing": listing.show,
    "change": listing.change,
    "language": binding.ask_language,
    "help": binding.explain,
}


def converse(scene: Scene) -> Outcome:
    """Answer in a group or channel; what people write to each other there is not read."""
    turn = scene.turn
    if turn.choice:
        return receive_choice(scene)
    handler = COMMANDS.get(turn.command)
    return handler(scene, turn.payload) if handler else scene.say()


def receive_choice(scene: Scene) -> Outcome:
    """Read a button; only a bound chat may press one."""
    verb, _, argument = scene.turn.choice.partition(":")
    handler = CHOICES.get(verb)
    if handler is None or scene.context.organization is None:
        return scene.say()
    return handler(scene, argument)
