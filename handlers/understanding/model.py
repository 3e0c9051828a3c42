"""The trained part as the rest sees it: a text to shares. No words of its own.

It knows ways of saying that no list of phrases holds; the phrases add what they are sure of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

NONE = "none"
"""Label of texts that say nothing of the kind."""

HEADS = ("needs", "dangers", "questions", "languages")
"""What the model tells of a text."""


@dataclass(frozen=True, slots=True)
class Shares:
    """What the model makes of one text: label to share; the shares of a kind add up to 1."""

    needs: Mapping[str, float]
    dangers: Mapping[str, float]
    questions: Mapping[str, float]
    languages: Mapping[str, float]


class Model(Protocol):
    """Text to shares. Pure: the same text gives the same shares."""

    def read_all(self, texts: Sequence[str]) -> Sequence[Shares]:
        """Read texts of any length: several at once cost less than one after the other."""
