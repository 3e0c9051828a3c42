"""Which of a person's turns goes where: interrupts first, then steps, in plain tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from handlers.person import (
    ask,
    counting,
    danger,
    filters,
    find,
    language,
    menu,
    place,
    privacy,
    questions,
    referral,
    report,
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
    "langs": language.show,
    "lang": language.receive,
    "at": place.receive_choice,
    "list": find.again,
    "more": find.more,
    "wide": find.wider,
    "only": filters.show,
    "just": find.narrowed,
    "svc": services.show,
    "map": services.show_map,
    "bad": report.show,
    "said": report.receive,
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
    "language": language.show,
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
    "language": language.show,
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
    "language": language.receive_text,
}
"""Steps that read the next text."""

WAITS = frozenset({"place", "safe"})
"""Steps in which a search waits for an answer: only there is it kept for whom it is."""

OWN_WORDS: Mapping[str, frozenset[str]] = {
    "place": frozenset({"no"}),
    "words": frozenset({"hello", "thanks", "back", "yes", "no"}),
    "safe": frozenset({"yes", "no"}),
    "count": frozenset({"yes", "no"}),
    "language": frozenset({"language"}),
}
"""Step to the words that it reads itself."""


def converse(scene: Scene) -> Outcome:
    """Answer a person; the first answer comes with the notice, where it can be read."""
    noticed = scene.session.noticed
    outcome = forgetting(route(scene.keeping(noticed=True, left=False)))
    if noticed or outcome.session is None:
        return outcome
    if is_for_later(outcome):
        return replace(outcome, session=replace(outcome.session, noticed=False))
    return with_notice(scene, outcome)


def forgetting(outcome: Outcome) -> Outcome:
    """Forget what she said of herself as soon as no search waits for a place."""
    session = outcome.session
    if session is None or not session.audiences or session.step in WAITS:
        return outcome
    return replace(outcome, session=replace(session, audiences=()))


def is_for_later(outcome: Outcome) -> bool:
    """Tell whether the notice waits: for a language that she reads, or for her safety.

    Below the contacts of a danger it would push the way out off the screen.
    """
    session = outcome.session
    is_open = session is not None and session.step in {danger.STEP, language.STEP}
    return outcome.sweep or is_open


def with_notice(scene: Scene, outcome: Outcome) -> Outcome:
    """Put the notice first, but never before the numbers of a danger."""
    session = outcome.session or scene.session
    notice = menu.notice(replace(scene, language=session.language))
    in_danger = bool(session.danger)
    if in_danger and shows_numbers(scene, outcome):
        return replace(outcome, replies=(*outcome.replies, notice))
    # Below the message whose button was pressed: what it says may still be needed.
    below = (replace(reply, replaces=False) for reply in outcome.replies)
    return replace(outcome, replies=(notice, *below))


def shows_numbers(scene: Scene, outcome: Outcome) -> bool:
    """Tell whether the line for any danger is among what is shown."""
    number = scene.context.world.country.emergency.number
    return any(number in reply.text for reply in outcome.replies)


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
    if language.is_only_read(scene) and scene.session.step != "words":
        return language.offer_shared(scene)
    if scene.meaning.danger and scene.session.step != "words":
        return ask.receive_text(scene)
    if word in INTERRUPTS and word not in OWN_WORDS.get(scene.session.step, ()):
        return INTERRUPTS[word](scene)
    step = STEPS.get(scene.session.step)
    if step is None or (step is place.receive_text and ask.is_request(scene)):
        return ask.receive_text(scene)
    return step(scene)
