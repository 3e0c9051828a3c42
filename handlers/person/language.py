"""Which language to write in: chosen, or offered where hers is read but not written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from handlers.i18n import LANGUAGE_NAMES
from handlers.person import ask, danger, menu, place
from handlers.person.asked import Asked, asked_in
from handlers.person.questions import answers_of
from handlers.person.together import beginning, respond, wanting
from handlers.scene import Scene, button, paragraphs, rows
from handlers.turn import Choice, Outcome, Reply
from referrals.places import fold

STEP = "language"
"""The step that waits for a language, to answer in it what was asked."""
CLEAR = 0.8
"""The confidence from which a text is in a language that is not written."""


def show(scene: Scene, _: str = "") -> Outcome:
    """Offer the languages, each in its own words; what waits goes on waiting."""
    step = STEP if scene.session.step == STEP else ""
    text = scene.t("Which language do you prefer?")
    choices = rows(*every_language(scene))
    return scene.say(Reply(text, choices=choices, sensitive=False), step=step)


def every_language(scene: Scene) -> Iterator[Choice]:
    """Yield the languages by their own names."""
    for code, name in LANGUAGE_NAMES.items():
        if scene.context.world.catalogs.offers(code):
            yield button(name, f"lang:{code}")


def is_only_read(scene: Scene) -> bool:
    """Tell whether she writes in a language that is read but not written, and chose none."""
    guess = scene.meaning.language
    is_clear = guess is not None and guess.confidence >= CLEAR and not scene.meaning.interrupt
    if guess is None or not is_clear or scene.session.chose_language:
        return False
    world = scene.context.world
    return guess.value in world.shared_words and not world.catalogs.offers(guess.value)


def offer_shared(scene: Scene) -> Outcome:
    """Keep what was understood and ask, in her language, for one that both can use.

    Numbers come first in danger: digits can be read in any language. The notice waits for
    the language that she chooses.
    """
    guess = scene.meaning.language
    words = scene.context.world.shared_words[guess.value] if guess else ""
    scene = waiting(place.heard(scene))
    kind = scene.session.danger
    numbers = danger.contact_lines(scene, kind) if kind else ""
    reply = Reply(paragraphs(numbers, words), choices=rows(*every_language(scene)))
    return scene.keeping(noticed=False).say(replace(reply, sensitive=bool(kind)), step=STEP)


def waiting(scene: Scene) -> Scene:
    """Keep what a text asks for, with what waits already, until it can be answered."""
    asked, before = asked_in(scene), waited_for(scene)
    return wanting(scene, (*asked.needs, *before.needs)).keeping(
        danger=asked.danger or before.danger,
        question=asked.question or asked.lacking or before.question or before.lacking,
        offers=(asked.near if asked.needs else asked.offers) or before.offers,
    )


def waited_for(scene: Scene) -> Asked:
    """Return what waits for a language, or nothing."""
    session = scene.session
    if session.step != STEP:
        return Asked()
    is_answered = session.question in answers_of(scene)
    return Asked(
        danger=session.danger,
        needs=session.needs + session.others,
        question=session.question if is_answered else "",
        lacking="" if is_answered else session.question,
        offers=session.offers,
        near=session.offers,
        says_place=session.place is not None,
    )


def receive(scene: Scene, argument: str) -> Outcome:
    """Keep the chosen language and go on in it; under the notice, say that again too."""
    code, _, under = argument.partition(":")
    if not scene.context.world.catalogs.offers(code):
        return show(scene)
    chosen = replace(scene, language=code).keeping(language=code, chose_language=True)
    # Translators: name your own language here.
    before = chosen.t("Done. I will write in English.")
    if waited_for(scene) != Asked():
        return resume(chosen, before)
    again = (menu.notice(chosen),) if under == menu.NOTICE else ()
    return chosen.say(*again, menu.ask_need(chosen, before=before))


def resume(scene: Scene, before: str = "") -> Outcome:
    """Answer now what was asked in a language that is not written."""
    asked = waited_for(scene)
    outcome = respond(scene.keeping(danger="", question="", step=""), asked)
    return outcome if asked.danger else beginning(outcome, before)


def receive_text(scene: Scene) -> Outcome:
    """Read the name of a language, or a first text in one that is written."""
    named = {fold(name): code for code, name in LANGUAGE_NAMES.items()}
    code = named.get(fold(scene.turn.text), "")
    if code:
        return receive(scene, code)
    if scene.meaning.interrupt:
        return show(scene)
    is_empty = replace(asked_in(scene), offers=(), near=()) == Asked()
    if is_empty and scene.meaning.language and not scene.meaning.place:
        return resume(scene)
    return ask.receive_text(scene)
