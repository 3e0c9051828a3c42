"""Which answer a text asks for."""

from __future__ import annotations

from handlers.understanding.evidence import outermost, summed
from handlers.understanding.meaning import Guess
from handlers.understanding.phrase_index import Match

SURE_ENOUGH = 0.6
NOT_ASKED = 0.45
"""What a topic is worth in a text that asks nothing."""
QUESTION_MARKS = "?¿？؟"


def questions_in(text: str, matches: tuple[Match, ...]) -> tuple[Guess, ...]:
    """Read the slugs of answers, the most likely first."""
    asked = is_asking(text, matches)
    topics = outermost(m for m in matches if m.label.kind == "question")
    weighed = [(m, _weight(m) * (1.0 if asked else NOT_ASKED)) for m in topics]
    return tuple(g for g in summed(weighed) if g.confidence >= SURE_ENOUGH)


def is_asking(text: str, matches: tuple[Match, ...]) -> bool:
    """Tell whether anything is asked, with a mark or with words."""
    marked = any(mark in text for mark in QUESTION_MARKS)
    return marked or any(m.label.kind == "asking" for m in matches)


def _weight(match: Match) -> float:
    return min(0.56 + 0.08 * match.size, 0.9)
