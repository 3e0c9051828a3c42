"""Which needs a text states."""

from __future__ import annotations

from collections.abc import Iterable

from handlers.understanding.evidence import outermost, summed
from handlers.understanding.meaning import Guess
from handlers.understanding.phrase_index import Match

SURE_ENOUGH = 0.5
MOST_NEEDS = 4
TURNED_AWAY = 0.15
"""What is left of a phrase after "I do not need"."""
NEGATION_REACH = 4
"""How many words after a negation it still holds."""


def needs_in(matches: tuple[Match, ...]) -> tuple[Guess, ...]:
    """Read the needs, the most likely first; none is an honest answer."""
    relevant = outermost(m for m in matches if m.label.kind in {"need", "hint"})
    weighed = [(m, _weight(m) * _standing(m, matches)) for m in relevant]
    sure = [g for g in summed(weighed) if g.confidence >= SURE_ENOUGH]
    return tuple(sure[:MOST_NEEDS])


def turned_away(matches: tuple[Match, ...]) -> frozenset[str]:
    """Return the needs that are only named to say that they are not the need."""
    relevant = [m for m in matches if m.label.kind in {"need", "hint"}]
    refused = {m.label.value for m in relevant if _standing(m, matches) < 1}
    return frozenset(refused - {m.label.value for m in relevant if _standing(m, matches) == 1})


def _weight(match: Match) -> float:
    if match.label.kind == "hint":
        return 0.32
    return min(0.6 + 0.08 * match.size, 0.85)


def _standing(match: Match, matches: Iterable[Match]) -> float:
    every = tuple(matches)
    turned = any(_turns_away(n, match, every) for n in every if n.label.kind == "negation")
    return TURNED_AWAY if turned else 1.0


def _turns_away(negation: Match, match: Match, every: tuple[Match, ...]) -> bool:
    gap = match.start - negation.end
    if not 0 <= gap < NEGATION_REACH:
        return False
    between = range(negation.end, match.start)
    return not any(m.label.kind == "contrast" and m.start in between for m in every)
