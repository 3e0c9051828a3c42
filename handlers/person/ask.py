"""What she asked for: a need from a button, or everything that a text may mean."""

from __future__ import annotations

from dataclasses import replace

from handlers.names import NEEDS
from handlers.person import counting, danger, find, menu, place, privacy, questions
from handlers.scene import Scene
from handlers.turn import Outcome

SURE = 0.5
"""From this confidence on a reading is acted on; below it the bot asks."""


def receive_need(scene: Scene, code: str) -> Outcome:
    """Keep the need of a button and go on."""
    if code not in NEEDS:
        return menu.old_button(scene)
    return look(scene.keeping(needs=(code,), seen=(), ring=""))


def look(scene: Scene) -> Outcome:
    """Search when it is known where, else ask where."""
    return find.search(scene) if is_placed(scene) else place.ask(scene)


def offer_or_look(scene: Scene) -> Outcome:
    """Ask whether a place that was read is meant, where it may be another; else search."""
    found = scene.meaning.place
    return place.offer(scene, [found]) if found and not is_placed(scene) else look(scene)


def is_placed(scene: Scene) -> bool:
    """Tell whether she said, or chose not to say, where she is."""
    return scene.session.place is not None or scene.session.near == "skipped"


def receive_text(scene: Scene) -> Outcome:
    """Act on what was understood: an answer, places, or both; else say so."""
    needs = needs_of(scene)
    slug = question_of(scene)
    scene = placed(scene)
    if needs:
        scene = scene.keeping(needs=needs, seen=(), ring="")
        return with_answer(scene, offer_or_look(scene), slug)
    if slug:
        return questions.show(scene, slug)
    if scene.meaning.place:
        return place_only(scene)
    return menu.not_understood(scene)


def is_request(scene: Scene) -> bool:
    """Tell whether a text asks for something, where a town was expected."""
    found = scene.context.world.places.find(scene.turn.text, 1)
    is_place = bool(found) and found[0].exact
    return not is_place and bool(needs_of(scene) or question_of(scene))


def needs_of(scene: Scene) -> tuple[str, ...]:
    """Return the needs that were read with enough confidence."""
    sure = [g.value for g in scene.meaning.needs if g.confidence >= SURE and g.value in NEEDS]
    return tuple(sure[: danger.MOST_NEEDS])


def question_of(scene: Scene) -> str:
    """Return the slug of an answer that exists in her language, or empty."""
    guess = scene.meaning.question
    known = scene.context.world.country.answers.get(scene.language, {})
    return guess.value if guess and guess.confidence >= SURE and guess.value in known else ""


def placed(scene: Scene) -> Scene:
    """Keep a place that the text names beyond doubt."""
    found = scene.meaning.place
    if not found or not scene.meaning.place_is_sure:
        return scene
    return scene.keeping(place=found.id, near="typed", seen=(), ring="")


def place_only(scene: Scene) -> Outcome:
    """Go on from a place, asking when it may be another."""
    found = scene.meaning.place
    if found is None:
        return menu.not_understood(scene)
    if scene.meaning.place_is_sure:
        return place.take(scene, found, "typed")
    return place.offer(scene, [found])


def with_answer(scene: Scene, outcome: Outcome, slug: str) -> Outcome:
    """Put the answer to her question before the places."""
    if not slug:
        return outcome
    answered = questions.show(scene, slug)
    bare = replace(answered.replies[0], choices=())
    return replace(
        outcome,
        replies=(bare, *outcome.replies),
        events=answered.events + outcome.events,
    )


def receive_danger(scene: Scene, kind: str) -> Outcome:
    """Answer a danger, keeping place and needs that the same words told."""
    return danger.ask(placed(scene), kind, needs_of(scene))


def receive_safe(scene: Scene, answer: str) -> Outcome:
    """Go on to places when writing is safe; the numbers stay where they are."""
    if answer in NEEDS:
        return look(scene.keeping(needs=(answer,), seen=(), ring=""))
    if answer != "yes":
        return danger.receive_no(scene)
    return look(scene) if scene.session.needs else danger.show_lines(scene)


def receive_safe_text(scene: Scene) -> Outcome:
    """Read a typed answer to whether writing is safe. A no is taken at its word."""
    if scene.meaning.interrupt == "yes":
        return receive_safe(scene, "yes")
    return privacy.leave(scene) if scene.meaning.interrupt == "no" else receive_text(scene)


def receive_count_text(scene: Scene) -> Outcome:
    """Read a typed answer to being counted; any other text goes its own way."""
    word = scene.meaning.interrupt
    return counting.receive(scene, word) if word in {"yes", "no"} else receive_text(scene)


def show_again(scene: Scene) -> Outcome:
    """Show the last list again."""
    if not scene.session.needs:
        return menu.old_button(scene)
    return find.search(scene, is_first=False)
