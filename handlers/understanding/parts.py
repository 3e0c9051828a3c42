"""A text of several sentences is also read sentence by sentence: danger may be one of them.

The network hears less in long texts: of messages of 66 words with one clause of danger it
heard two of three as a whole, and nine of ten with their parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from handlers.understanding.model import NONE, Model, Shares

SHORT = 14
"""In words. A shorter text is read whole only: reading parts takes time."""
FEWEST = 3
"""In words. A shorter sentence is read with the next one."""
PART, RUN_ON = 20, 30
"""In words: how long pieces of a run-on sentence are, and a sentence that still is one. Half
of each piece is in the next one too."""
MOST_PARTS = 5
SURE_OF_NEED, SURE_OF_DANGER, SURE_OF_QUESTION = 0.95, 0.9, 0.8
"""How sure a part must be of its need, danger or question to count: of five parts one is easily
wrong, and a long story of hardship is not a danger."""
MOST_CHARACTERS = 700
"""What is cut into parts of a text: time is bounded, and what matters is said early."""

_END = re.compile(r"(?<=[.!?;…])\s+|\n+")


def read(text: str, model: Model) -> Shares:
    """Read a text whole and in parts; a label has its greatest share of all the readings.

    The shares of a long text may add up to more than 1.
    """
    whole, *parts = model.read_all([text, *parts_of(text)])
    return Shares(
        needs=_greatest(whole.needs, [part.needs for part in parts], SURE_OF_NEED),
        dangers=_greatest(whole.dangers, [part.dangers for part in parts], SURE_OF_DANGER),
        questions=_greatest(whole.questions, [part.questions for part in parts], SURE_OF_QUESTION),
        languages=whole.languages,
    )


def _greatest(
    whole: Mapping[str, float], parts: Sequence[Mapping[str, float]], least: float
) -> Mapping[str, float]:
    sure = [part for part in parts if 1 - part[NONE] >= least]
    if not sure:
        return whole
    best = {label: max(reading[label] for reading in (whole, *sure)) for label in whole}
    # Something was said as soon as one part says it.
    return {**best, NONE: min(reading[NONE] for reading in (whole, *sure))}


def parts_of(text: str) -> list[str]:
    """Cut a text into its sentences; a short text and a single sentence have no parts."""
    cut = text[:MOST_CHARACTERS]
    if len(cut.split()) < SHORT:
        return []
    parts = list(_pieces(cut))[:MOST_PARTS]
    return parts if len(parts) > 1 else []


def _pieces(text: str) -> Iterator[str]:
    before: list[str] = []
    for sentence in _END.split(text):
        words = [*before, *sentence.split()]
        before = words if len(words) < FEWEST else []
        if before:
            continue
        if len(words) <= RUN_ON:
            yield " ".join(words)
            continue
        for start in range(0, len(words) - PART // 2, PART // 2):
            yield " ".join(words[start : start + PART])
