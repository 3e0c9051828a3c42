"""How matched phrases add up to guesses."""

from __future__ import annotations

from collections.abc import Iterable

from handlers.understanding.meaning import Guess
from handlers.understanding.phrase_index import Match

FORGIVEN = 0.85
"""What a phrase with a typing error is worth, against the same without."""


def outermost(matches: Iterable[Match]) -> tuple[Match, ...]:
    """Leave out phrases inside a longer one that stands for something else."""
    every = tuple(matches)
    return tuple(m for m in every if not any(o.covers(m) and o.label != m.label for o in every))


def together(one: float, other: float) -> float:
    """Add two independent pieces of evidence."""
    return 1 - (1 - one) * (1 - other)


def summed(evidence: Iterable[tuple[Match, float]]) -> tuple[Guess, ...]:
    """Add up per value, the most likely first, then by place in the text.

    The same words count once per value, with their best phrase.
    """
    best: dict[tuple[str, int], tuple[float, Match]] = {}
    for match, weight in evidence:
        worth = weight if match.spelt else weight * FORGIVEN
        key = (match.label.value, match.end)
        if key not in best or best[key][0] < worth:
            best[key] = (worth, match)
    totals: dict[str, Guess] = {}
    for (value, _), (worth, match) in best.items():
        before = totals.get(value, Guess(value, 0.0, match.phrase))
        totals[value] = Guess(value, together(before.confidence, worth), before.reason)
    return tuple(sorted(totals.values(), key=lambda g: -g.confidence))


def strongest(*readings: Iterable[Guess]) -> tuple[Guess, ...]:
    """Merge readers that do not know of each other: per value the surest guess."""
    best: dict[str, Guess] = {}
    for guess in (g for reading in readings for g in reading):
        if guess.value not in best or best[guess.value].confidence < guess.confidence:
            best[guess.value] = guess
    return tuple(sorted(best.values(), key=lambda g: -g.confidence))
