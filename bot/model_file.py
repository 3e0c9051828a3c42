"""Reads and writes the trained weights: one compressed file, half precision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from handlers.understanding.features import SLOTS
from handlers.understanding.model import Head, Model

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = "model.npz"
HEADS = ("needs", "dangers", "questions")
VERSION = 1


class BadModel(Exception):
    """The weights cannot be used: make them anew with ``faro train``."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A matrix in half precision, one row a slot."""

    rows: NDArray[np.float16]

    def rows_sum(self, weights: Mapping[int, float]) -> Sequence[float]:
        """Return the weighted sum of the rows of these slots."""
        import numpy as np

        slots = np.fromiter(weights, dtype=np.intp, count=len(weights))
        factors = np.fromiter(weights.values(), dtype=np.float32, count=len(weights))
        summed: Sequence[float] = (factors @ self.rows[slots].astype(np.float32)).tolist()
        return summed


def load_model(folder: Path) -> Model | None:
    """Return the model of a folder, None without one: the phrases then read alone."""
    path = folder / FILE
    if not path.is_file():
        return None
    import numpy as np

    with np.load(path, allow_pickle=False) as file:
        if int(file["version"]) != VERSION or int(file["slots"]) != SLOTS:
            raise BadModel(f"{FILE} is of another version: run `faro train`")
        heads = {name: _head(file, name) for name in HEADS}
        languages = frozenset(str(code) for code in file["languages"].tolist())
    return Model(languages=languages, **heads)


def _head(file: Mapping[str, NDArray[np.generic]], name: str) -> Head:
    import numpy as np

    labels = tuple(str(label) for label in file[f"{name}.labels"].tolist())
    bias: Sequence[float] = file[f"{name}.bias"].astype(np.float32).tolist()
    return Head(labels, bias, Weights(file[f"{name}.weights"].astype(np.float16)))


def save_model(
    folder: Path,
    languages: Sequence[str],
    heads: Mapping[str, tuple[Sequence[str], Sequence[float], NDArray[np.float64]]],
) -> Path:
    """Write the weights; ``heads``: labels, bias, and a matrix of slots by labels."""
    import numpy as np

    arrays: dict[str, NDArray[np.generic]] = {
        "version": np.array(VERSION),
        "slots": np.array(SLOTS),
        "languages": np.array(sorted(languages)),
    }
    for name, (labels, bias, matrix) in heads.items():
        arrays[f"{name}.labels"] = np.array(list(labels))
        arrays[f"{name}.bias"] = np.array(bias, dtype=np.float32)
        arrays[f"{name}.weights"] = matrix.astype(np.float16)
    path = folder / FILE
    # Whole or not at all: a process may be starting at this moment.
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    partial.replace(path)
    return path
