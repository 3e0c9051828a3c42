"""Which of a person's turns goes where: interrupts first, then steps, in plain tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from handlers.person import (
    ask,
    counting,
    danger,
    find,
    menu,
    place,
    privacy,
    questions,
    referral,
    requests,
    services,
)
from handlers.scene import Scene
from handlers.turn import Outcome, Unreadable

ChoiceHandler = Callable[[Scene, str], Outcome]
StepHandler = Callable[[Scene], Outcome]

CHOICES: Mapping[str, ChoiceHandler] = {
    "menu": menu.show,
    "needs": menu.show_all,
    "need": ask.receive_need,
    "langs": menu.ask_language,
    "lang": menu.receive_language,
    "at": lambda scene, a: place.ask(scene) if a == "ask" else place.receive_choice(scene, a),
    "list": lambda scene, _: ask.show_again(scene),
    "more": find.more,
    "wide": find.wider,
    "svc": services.show,
    "map": services.show_map,
    "ref": referral.start,
    "card": referral.change_card,
    "words": referral.ask_words,
    "send": referral.send,
    "mine": requests.show,
    "undo": requests.ask_withdraw,
    "undo!": requests.withdraw,
    "next": requests.next_place,
    "q": questions.show,
    "qs": questions.show_list,
    "sos": danger.show_lines,
    "safe": ask.receive_safe,
    "count": counting.receive,
    "priv": privacy.show,
    "del": privacy.ask_delete,
    "del!": privacy.delete,
    "exit": privacy.leave,
}
"""Verb of a button to its handler. The verbs are in chats for days: keep them stable."""

COMMANDS: Mapping[str, ChoiceHandler] = {
    "start": menu.show,
    "menu": menu.show,
    "help": danger.show_lines,
    "language": menu.ask_language,
    "questions": questions.show_list,
    "requests": requests.show,
    "privacy": privacy.show,
    "delete": privacy.ask_delete,
    "exit": privacy.leave,
}
"""Commands of the menu; each is described in ``bot/commands.py``."""

INTERRUPTS: Mapping[str, StepHandler] = {
    "exit": privacy.leave,
    "help": danger.show_lines,
    "menu": menu.show,
    "language": menu.ask_language,
    "delete": privacy.ask_delete,
    "back": menu.show,
    "hello": menu.hello,
    "thanks": menu.thanks,
    "yes": requests.receive_yes,
    "no": menu.show,
}
"""Words that work at every step."""

STEPS: Mapping[str, StepHandler] = {
    "place": place.receive_text,
    "words": referral.receive_words,
    "safe": ask.receive_safe_text,
    "count": ask.receive_count_text,
}
"""Steps that read the next text."""

OWN_WORDS: Mapping[str, frozenset[str]] = {
    "place": frozenset({"no"}),
    "words": frozenset({"hello", "thanks", "back", "yes", "no"}),
    "safe": frozenset({"yes", "no"}),
    "count": frozenset({"yes", "no"}),
}
"""Step to the words that it reads itself."""


def converse(scene: Scene) -> Outcome:
    """Answer a person; the first answer ever comes with the notice."""
    noticed = scene.session.noticed
    outcome = route(scene.keeping(noticed=True, left=False))
    if noticed or outcome.sweep:
        return outcome
    return with_notice(scene, outcome)


def with_notice(scene: Scene, outcome: Outcome) -> Outcome:
    """Put the notice first, but never before the contacts of a danger."""
    notice = menu.notice(scene)
    in_danger = outcome.session is not None and bool(outcome.session.danger)
    replies = (*outcome.replies, notice) if in_danger else (notice, *outcome.replies)
    return replace(outcome, replies=replies)


def route(scene: Scene) -> Outcome:
    """Hand the turn to the part that reads it."""
    turn = scene.turn
    if turn.choice:
        return receive_choice(scene)
    if turn.location:
        return place.receive_location(scene, turn.location)
    if turn.unreadable is Unreadable.EDITED:
        return scene.say(step=scene.session.step)
    if turn.unreadable:
        return menu.unreadable(scene)
    if turn.command:
        return receive_command(scene)
    return receive_text(scene)


def receive_choice(scene: Scene) -> Outcome:
    """Read a button: it comes from the client and may be forged or old."""
    verb, _, argument = scene.turn.choice.partition(":")
    handler = CHOICES.get(verb)
    return handler(scene, argument) if handler else menu.old_button(scene)


def receive_command(scene: Scene) -> Outcome:
    """Read a slash command; a link may carry a need: ``/start need_housing``."""
    if scene.turn.command == "start" and scene.turn.payload.startswith("need_"):
        return ask.receive_need(scene, scene.turn.payload.removeprefix("need_"))
    handler = COMMANDS.get(scene.turn.command)
    return handler(scene, "") if handler else menu.not_understood(scene)


def receive_text(scene: Scene) -> Outcome:
    """Read a text: a word that always works, danger, the step, then what it means."""
    word = scene.meaning.interrupt
    if word == "exit":
        return privacy.leave(scene)
    if scene.meaning.danger and scene.session.step != "words":
        return ask.receive_danger(scene, scene.meaning.danger.value)
    if word in INTERRUPTS and word not in OWN_WORDS.get(scene.session.step, ()):
        return INTERRUPTS[word](scene)
    step = STEPS.get(scene.session.step)
    if step is None or (step is place.receive_text and ask.is_request(scene)):
        return ask.receive_text(scene)
    return step(scene)
