"""Which place a text says the person is at, and whether that needs a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.understanding.words import words_of
from referrals.places import Found, Gazetteer, Place

FEW_WORDS = 4
"""A text this short may be nothing but the name of a place."""
FAR_BIGGER = 20
"""Who writes "Monterrey" means the city, not one of the villages of that name."""


@dataclass(frozen=True, slots=True)
class Where:
    """A place and whether it needs no question."""

    place: Place | None = None
    is_sure: bool = False


def where_in(text: str, places: Gazetteer) -> Where:
    """Read the place that a sentence mentions, where someone is before where they go."""
    return _likeliest(places.spot(text))


def named_alone(text: str, places: Gazetteer) -> Where:
    """Read a text that may be nothing but a place, however spelt."""
    is_short = 0 < len(words_of(text)) <= FEW_WORDS
    return _likeliest(places.find(text)) if is_short else Where()


def _likeliest(found: Sequence[Found]) -> Where:
    if not found:
        return Where()
    best, *others = found
    return Where(best.place, best.exact and all(_is_less(o, best) for o in others))


def _is_less(other: Found, best: Found) -> bool:
    is_small = other.place.population * FAR_BIGGER <= best.place.population
    return other.score < best.score or is_small
