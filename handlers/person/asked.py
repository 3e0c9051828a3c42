"""What one text asks for, as far as it can be acted on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile

from handlers.names import NEEDS
from handlers.person.questions import NEXT_NEEDS, answers_of
from handlers.scene import Scene

SURE = 0.5
"""From this confidence on a need is searched for; below it the bot asks."""
NEAR = 0.2
"""From this confidence on an answer is worth a button beside what was understood."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be answered: danger first, then the question, then places."""

    danger: str = ""
    needs: tuple[str, ...] = ()
    """The best first."""
    question: str = ""
    """Slug of an answer that exists in her language."""
    lacking: str = ""
    """Slug of what she asked, where this country has no checked answer to it."""
    offers: tuple[str, ...] = ()
    """Slugs of the nearest answers, where none is good enough."""
    near: tuple[str, ...] = ()
    """Answers besides ``question`` that are near enough for a button, also where it fits:
    she may have asked two things."""
    says_place: bool = False
    """The same words tell beyond doubt where she is."""


def asked_in(scene: Scene) -> Asked:
    """Read what a text asks for."""
    meaning = scene.meaning
    question, needs = question_of(scene), needs_of(scene)
    return Asked(
        danger=meaning.danger.value if meaning.danger else "",
        needs=needs,
        question=question,
        lacking=lacking_of(scene, with_near=not (needs or scene.session.needs)),
        offers=() if question else nearest(scene),
        near=tuple(slug for slug in nearest(scene, NEAR) if slug != question),
        says_place=meaning.place is not None and meaning.place_is_sure,
    )


def needs_of(scene: Scene) -> tuple[str, ...]:
    """Return the needs that were read with enough confidence."""
    sure = (g.value for g in scene.meaning.needs if g.confidence >= SURE and g.value in NEEDS)
    return tuple(dict.fromkeys(sure))


def question_of(scene: Scene) -> str:
    """Return the slug of the answer that fits and exists in her language, or empty."""
    guess = scene.meaning.question
    return guess.value if guess and guess.value in answers_of(scene) else ""


def lacking_of(scene: Scene, with_near: bool) -> str:
    """Return the slug of what she asked if there is no answer to it, or empty.

    ``with_near``: the likeliest question counts too, as nothing else is wanted.
    """
    near = (guess for guess in scene.meaning.questions if with_near and guess.confidence >= NEAR)
    guess = scene.meaning.question or next(near, None)
    return guess.value if guess and guess.value not in answers_of(scene) else ""


def nearest(scene: Scene, least: float = 0.0) -> tuple[str, ...]:
    """Return the slugs of the nearest answers that exist in her language.

    What is less likely than a question without an answer is no help.
    """
    known = answers_of(scene)
    likelier = takewhile(lambda guess: guess.value in known, scene.meaning.questions)
    return tuple(dict.fromkeys(g.value for g in likelier if g.confidence >= least))


def besides(scene: Scene, asked: Asked) -> tuple[str, ...]:
    """Return the needs that are not merely the topic of the question.

    "How do I ask for asylum" is read as a need for papers too; the answer leads to those
    places with its own buttons.
    """
    answer = answers_of(scene).get(asked.question)
    topic = answer.needs[:NEXT_NEEDS] if answer else ()
    return tuple(need for need in asked.needs if need not in topic)
