"""The trained part: a linear model on features of the text. No words of its own.

It knows ways of saying that no list of phrases holds, and is less sure of itself; the
phrases correct it where they are sure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from handlers.understanding.features import features_of

NONE = "none"
"""Label of texts that say nothing of the kind."""


class Matrix(Protocol):
    """Weights by slot and label: one row a slot."""

    def rows_sum(self, weights: Mapping[int, float]) -> Sequence[float]:
        """Return the weighted sum of the rows of these slots."""


@dataclass(frozen=True, slots=True)
class Head:
    """One question that the model answers."""

    labels: tuple[str, ...]
    bias: Sequence[float]
    matrix: Matrix

    def read(self, features: Mapping[int, float]) -> dict[str, float]:
        """Return label to share; the shares add up to 1."""
        sums = self.matrix.rows_sum(features)
        said = [
            1 / (1 + math.exp(-max(-30.0, min(30.0, s + b))))
            for s, b in zip(sums, self.bias, strict=True)
        ]
        total = sum(said) or 1.0
        return dict(zip(self.labels, (one / total for one in said), strict=True))


@dataclass(frozen=True, slots=True)
class Shares:
    """What the model makes of one text."""

    needs: Mapping[str, float]
    dangers: Mapping[str, float]
    questions: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Model:
    """The three heads, and the languages whose phrases they were trained on."""

    languages: frozenset[str]
    needs: Head
    dangers: Head
    questions: Head

    def knows(self, languages: Sequence[str]) -> bool:
        """Tell whether a text in one of these languages is worth reading; none: not known."""
        named = [language for language in languages if language]
        return not named or any(language in self.languages for language in named)

    def read(self, text: str) -> Shares:
        """Read a text."""
        features = features_of(text)
        return Shares(
            self.needs.read(features), self.dangers.read(features), self.questions.read(features)
        )
