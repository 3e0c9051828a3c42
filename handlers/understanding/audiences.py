"""Whom a person says to be, so that a place is shown that takes her. Never guessed."""

from __future__ import annotations

from collections.abc import Iterable

from handlers.understanding.phrase_index import Label, Match
from handlers.understanding.phrases import AUDIENCES

UNSAID = Label("unsaid")


def audiences_in(matches: Iterable[Match]) -> tuple[str, ...]:
    """Return the audiences that the first person tells of, in the order of ``AUDIENCES``.

    Only what is spelt right counts: a wrong one would leave out places that would take her.
    """
    every = tuple(matches)
    unsaid = [match for match in every if match.label == UNSAID]
    told = [match for match in every if match.label.kind == "audience" and match.spelt]
    said = {m.label.value for m in told if not any(other.touches(m) for other in unsaid)}
    return tuple(code for code in AUDIENCES if code in said)
