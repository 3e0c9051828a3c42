"""Fits the network to examples: stochastic descent with fixed seeds, in numpy.

No library at hand joins a sparse input of 65,536 slots and a dense vector in one hidden layer
with several heads; trained apart, each head knows less than all of them together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.model_file import in_bytes
from handlers.understanding.features import SLOTS
from handlers.understanding.network import DIMENSIONS, VECTOR_SCALE, Floats, Weights

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

HIDDEN, EPOCHS, BATCH, SEED = 128, 12, 128, 1
RATE, ROW_RATE, DECAY = 1.5e-3, 0.05, 1e-4
DROPPED = 0.3
"""Share of the hidden layer that a step does without, so that no part is relied on alone."""
BLIND = 0.15
"""Share of examples shown without the vector, and of others without the pieces of words."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Texts as the network takes them: pieces, vectors, and what is right for each head."""

    pieces: csr_matrix
    vectors: Floats
    targets: Sequence[Floats]
    """One matrix a head, one row a text, adding up to 1, or to 0 where nothing is known."""

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.vectors)


class _Dense:
    """A dense part and the moments of its gradients (Adam)."""

    def __init__(self, values: Floats, decays: bool) -> None:
        self.values = values
        self._decay = DECAY if decays else 0.0
        self._mean = np.zeros_like(values)
        self._square = np.zeros_like(values)

    def step(self, gradient: Floats, number: int, rate: float) -> None:
        self._mean = 0.9 * self._mean + 0.1 * gradient
        self._square = 0.999 * self._square + 0.001 * gradient**2
        mean = self._mean / (1 - 0.9**number)
        square = self._square / (1 - 0.999**number)
        pull = self._decay * self.values
        self.values -= np.float32(rate) * (mean / (np.sqrt(square) + 1e-8) + pull)


class _Sparse:
    """Rows of which a step touches few, each with the sum of its squares (Adagrad)."""

    def __init__(self, values: Floats) -> None:
        self.values = values
        self._square = np.full(len(values), 1e-6, np.float32)

    def step(self, rows: NDArray[np.intp], gradient: Floats, rate: float) -> None:
        self._square[rows] += (gradient**2).mean(axis=1)
        speed = np.float32(rate) / np.sqrt(self._square[rows])
        self.values[rows] -= speed[:, None] * gradient


class Fitting:
    """One training run, which tells how far it is."""

    def __init__(self, examples: Examples) -> None:
        """Take the examples; the same ones give the same weights."""
        self._draw = np.random.default_rng(SEED)
        self._examples = examples
        sizes = [target.shape[1] for target in examples.targets]
        self._cuts = np.cumsum(sizes)[:-1]
        self._target = np.hstack(examples.targets)
        self._known = [target.sum(axis=1, keepdims=True) > 0 for target in examples.targets]
        outs = sum(sizes)
        self._dense = {
            "hidden_vector": _Dense(self._normal(DIMENSIONS, HIDDEN, DIMENSIONS**-0.5), True),
            "direct_vector": _Dense(np.zeros((DIMENSIONS, outs), np.float32), True),
            "hidden_bias": _Dense(np.zeros(HIDDEN, np.float32), False),
            "out": _Dense(self._normal(HIDDEN, outs, HIDDEN**-0.5), True),
            "out_bias": _Dense(np.zeros(outs, np.float32), False),
        }
        self._hidden = _Sparse(self._normal(SLOTS, HIDDEN, 0.05))
        self._direct = _Sparse(np.zeros((SLOTS, outs), np.float32))

    def _normal(self, rows: int, columns: int, scale: float) -> Floats:
        drawn = self._draw.standard_normal((rows, columns), dtype=np.float32)
        return drawn * np.float32(scale)

    def progress(self) -> Iterator[float]:
        """Train, step by step: yields the share that is done."""
        steps = EPOCHS * -(-len(self._examples) // BATCH)
        number = 0
        for _ in range(EPOCHS):
            order = self._draw.permutation(len(self._examples))
            for start in range(0, len(order), BATCH):
                number += 1
                self._step(order[start : start + BATCH], number, 1 - number / (steps + 1))
                yield number / steps

    def _step(self, chosen: NDArray[np.intp], number: int, left: float) -> None:
        pieces, vectors = self._shown(chosen)
        rows = np.unique(pieces.indices)
        pieces = pieces[:, rows]
        now = {name: part.values for name, part in self._dense.items()}
        inner = vectors @ now["hidden_vector"] + pieces @ self._hidden.values[rows]
        passing = self._passing(inner + now["hidden_bias"])
        hidden = (inner + now["hidden_bias"]) * passing
        sums = hidden @ now["out"] + now["out_bias"] + vectors @ now["direct_vector"]
        wrong = self._wrong(sums + pieces @ self._direct.values[rows], chosen)
        back = (wrong @ now["out"].T) * passing
        self._step_dense(vectors, hidden, back, wrong, number, RATE * left)
        self._hidden.step(rows, pieces.T @ back, ROW_RATE * left)
        self._direct.step(rows, pieces.T @ wrong, ROW_RATE * left)

    def _passing(self, inner: Floats) -> Floats:
        """Return what of the hidden layer counts: above zero, and not dropped this time."""
        kept = (self._draw.random(inner.shape) > DROPPED) & (inner > 0)
        return kept.astype(np.float32) / np.float32(1 - DROPPED)

    def _step_dense(
        self, vectors: Floats, hidden: Floats, back: Floats, wrong: Floats, number: int, rate: float
    ) -> None:
        gradients = {
            "hidden_vector": vectors.T @ back,
            "direct_vector": vectors.T @ wrong,
            "hidden_bias": back.sum(axis=0),
            "out": hidden.T @ wrong,
            "out_bias": wrong.sum(axis=0),
        }
        for name, gradient in gradients.items():
            self._dense[name].step(gradient, number, rate)

    def _shown(self, chosen: NDArray[np.intp]) -> tuple[csr_matrix, Floats]:
        """Return a batch; now and then one of the two inputs is held back."""
        draw = self._draw.random((2, len(chosen), 1))
        sees = draw[0] > BLIND
        reads = (draw[1] > BLIND) | ~sees
        vectors = self._examples.vectors[chosen] * (VECTOR_SCALE * sees)
        pieces = self._examples.pieces[chosen].multiply(reads.astype(np.float32)).tocsr()
        return pieces, vectors.astype(np.float32)

    def _wrong(self, sums: Floats, chosen: NDArray[np.intp]) -> Floats:
        parts = [
            _softmax(part) * known[chosen]
            for part, known in zip(np.split(sums, self._cuts, axis=1), self._known, strict=True)
        ]
        difference = (np.hstack(parts) - self._target[chosen]) / len(chosen)
        return difference.astype(np.float32)

    def weights(self) -> Weights:
        """Return what was learnt, rows rounded to bytes."""
        dense: Mapping[str, Floats] = {n: part.values for n, part in self._dense.items()}
        # What no example holds still has its first, random values: they would be noise.
        unseen = np.ones(SLOTS, dtype=np.bool_)
        unseen[self._examples.pieces.indices] = False
        self._hidden.values[unseen] = 0
        return Weights(in_bytes(self._hidden.values), in_bytes(self._direct.values), **dense)


def _softmax(sums: Floats) -> Floats:
    raised = np.exp(sums - sums.max(axis=1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=1, keepdims=True)
    return shares
