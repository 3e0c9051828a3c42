"""Which place a text says the person is at, and whether that needs a question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from handlers.understanding.words import words_of
from referrals.places import Found, Gazetteer, Place

MOST_CHARACTERS = 1_500
"""What is read of a text: time is bounded, and a place is said early."""
FEW_WORDS = 4
"""A text this short may be nothing but the name of a place."""
FAR_BIGGER = 20
"""Who writes "Monterrey" means the city, not one of the villages of that name."""
CLOSE, CLOSER = 0.8, 0.82
"""Least likeness of a misspelt name that is a whole text, and that is a part of one."""
SHORT = 5
"""Parts of this length are too like other words."""


@dataclass(frozen=True, slots=True)
class Where:
    """A place and whether it needs no question."""

    place: Place | None = None
    is_sure: bool = False
    candidates: tuple[Place, ...] = ()
    """What it may be, the likeliest first, and the other places that are named."""


def where_in(text: str, places: Gazetteer) -> Where:
    """Read the place that a sentence mentions, where someone is before where they go."""
    return _likeliest(places.spot(text[:MOST_CHARACTERS]))


def named_alone(text: str, places: Gazetteer) -> Where:
    """Read a text that may be little but a place, however spelt."""
    words = words_of(text)
    if not 0 < len(words) <= FEW_WORDS:
        return Where()
    found = [each for each in places.find(text) if _is_meant(each, CLOSE)]
    return _likeliest(found or _in_part(words, places))


def _in_part(words: Sequence[str], places: Gazetteer) -> list[Found]:
    """Find a place in some of few words: "tijauna por favor"."""
    for size in range(len(words) - 1, 0, -1):
        for start in range(len(words) - size + 1):
            part = " ".join(words[start : start + size])
            likely = [f for f in places.find(part) if _is_meant(f, CLOSER) and not f.exact]
            if likely and len(part) > SHORT:
                return likely
    return []


def _is_meant(found: Found, least: float) -> bool:
    """Say whether a short text is more likely this place than a greeting."""
    return not found.doubtful and (found.exact or found.score >= least)


def _likeliest(found: Sequence[Found]) -> Where:
    if not found:
        return Where()
    best, *others = found
    is_sure = best.exact and all(_is_less(o, best) for o in others)
    return Where(best.place, is_sure, tuple(_different(found)))


def _different(found: Iterable[Found]) -> Iterable[Place]:
    """Yield the places, those that a label would not tell apart once."""
    shown = set[tuple[str, str]]()
    for each in found:
        label = (each.place.name, each.place.state)
        if label not in shown:
            shown.add(label)
            yield each.place


def _is_less(other: Found, best: Found) -> bool:
    is_small = other.place.population * FAR_BIGGER <= best.place.population
    return other.score < best.score or is_small
