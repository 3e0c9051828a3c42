"""The trained network: pieces of words and the sense of the sentence, to shares.

Two inputs meet in one hidden layer: hashed pieces of words, which know spelling, slang and
Haitian Creole, and the vector of a sentence encoder, which knows what a sentence means in
words that were never trained on. Without the encoder the first input reads alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from handlers.understanding.features import features_of
from handlers.understanding.gloss import Gloss, glossed
from handlers.understanding.model import HEADS, Shares

Floats = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Floats]
"""Texts to the vectors of their meaning: one row a text, ``DIMENSIONS`` long."""

DIMENSIONS = 512
VECTOR_SCALE = np.float32(3.0)
"""How much the vector counts against the pieces of words, which have length 1."""
MOST_CHARACTERS = 320
"""What the encoder reads of a text: its time grows with the length."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A matrix of one row a slot, in whole numbers of one byte and a scale for each row."""

    values: NDArray[np.int8]
    scales: NDArray[np.float16]

    def weighted_sum(self, slots: NDArray[np.intp], weights: Floats) -> Floats:
        """Return the weighted sum of the rows of these slots."""
        scaled = weights * self.scales[slots].astype(np.float32)
        summed: Floats = scaled @ self.values[slots].astype(np.float32)
        return summed


@dataclass(frozen=True, slots=True)
class Weights:
    """What was trained. ``hidden_*`` lead into the hidden layer, ``direct_*`` past it."""

    hidden_rows: Rows
    direct_rows: Rows
    hidden_vector: Floats
    direct_vector: Floats
    hidden_bias: Floats
    out: Floats
    out_bias: Floats


def encodable(text: str, gloss: Gloss | None) -> str:
    """Return what the encoder is given of a text."""
    # Half of a character, as broken clients send it, is no UTF-8.
    shortened = text[:MOST_CHARACTERS].encode("utf-8", "ignore").decode()
    return glossed(shortened, gloss) if gloss else shortened


def nothing_encoded(texts: Sequence[str]) -> Floats:
    """Stand in for the encoder where it is not installed."""
    return np.zeros((len(texts), DIMENSIONS), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of words of a text: slots and their weights."""

    slots: NDArray[np.intp]
    weights: Floats

    @classmethod
    def of(cls, text: str) -> Pieces:
        """Take a text apart."""
        features = features_of(text)
        count = len(features)
        return cls(
            np.fromiter(features, dtype=np.intp, count=count),
            np.fromiter(features.values(), dtype=np.float32, count=count),
        )


@dataclass(frozen=True, slots=True)
class Network:
    """The weights, the labels of each head in their order, the encoder, and the lists of
    words, by language, for languages that the encoder does not know."""

    labels: Mapping[str, tuple[str, ...]]
    weights: Weights
    encode: Encode = nothing_encoded
    glosses: Mapping[str, Gloss] = field(default_factory=dict)

    def read(self, text: str) -> Shares:
        """Read a text."""
        return self.read_all([text])[0]

    def read_all(self, texts: Sequence[str]) -> list[Shares]:
        """Read texts; the encoder takes them all at once."""
        pieces = [Pieces.of(text) for text in texts]
        inner = np.stack(
            [self.weights.hidden_rows.weighted_sum(p.slots, p.weights) for p in pieces]
        )
        past = np.stack([self.weights.direct_rows.weighted_sum(p.slots, p.weights) for p in pieces])
        if self.encode is not nothing_encoded:
            vectors = self._vectors(texts, self._sums(inner, past))
            inner = inner + vectors @ self.weights.hidden_vector
            past = past + vectors @ self.weights.direct_vector
        return [Shares(**dict(self._heads(row))) for row in self._sums(inner, past)]

    def _vectors(self, texts: Sequence[str], sums: Floats) -> Floats:
        """Return the vectors; the language is that of the whole, by the pieces of words."""
        labels = self.labels["languages"]
        language = labels[int(sums[0, -len(labels) :].argmax())]
        gloss = self.glosses.get(language)
        return self.encode([encodable(text, gloss) for text in texts]) * VECTOR_SCALE

    def _sums(self, inner: Floats, past: Floats) -> Floats:
        w = self.weights
        sums: Floats = np.maximum(inner + w.hidden_bias, 0) @ w.out + past + w.out_bias
        return sums

    def _heads(self, sums: Floats) -> Iterator[tuple[str, dict[str, float]]]:
        start = 0
        for head in HEADS:
            labels = self.labels[head]
            yield head, _shares(labels, sums[start : start + len(labels)])
            start += len(labels)


def _shares(labels: Sequence[str], sums: Floats) -> dict[str, float]:
    raised = np.exp(sums - sums.max())
    return dict(zip(labels, (raised / raised.sum()).tolist(), strict=True))
