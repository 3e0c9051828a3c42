"""Trains the model from the phrase files: ``faro train``. Needs the extra ``train``.

The same files give the same weights: every draw has a fixed seed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.model_file import save_model
from handlers.names import DANGER_NEEDS
from handlers.understanding.features import SLOTS, features_of
from handlers.understanding.model import NONE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

FOLDERS = {"needs": "need", "dangers": "danger", "questions": "question", "none": "none"}
KINDS = {"needs": "need", "dangers": "danger", "questions": "question"}
ALPHA, EPOCHS, SEED = 1e-5, 12, 1
SECOND_LABEL = 0.5
"""What a line counts for its second label."""


class BadPhraseLine(Exception):
    """A line cannot be used: file, line number, reason."""


@dataclass(frozen=True, slots=True)
class Line:
    """One phrase and what it says: pairs of kind and label, the best first."""

    text: str
    labels: tuple[tuple[str, str], ...]

    def of(self, kind: str) -> list[str]:
        """Return its labels of one kind."""
        return [label for k, label in self.labels if k == kind]


def read_lines(locales: Path) -> list[Line]:
    """Read ``<language>/phrases/<folder>/<label>.txt`` of every language."""
    found: list[Line] = []
    for path in sorted(locales.glob("*/phrases/*/*.txt")):
        if path.parent.name in FOLDERS:
            found.extend(_lines_of(path))
    return found


def _lines_of(path: Path) -> Iterator[Line]:
    own = (FOLDERS[path.parent.name], path.stem)
    for number, row in enumerate(path.read_text("utf-8").splitlines(), 1):
        text, *extra = (part.strip() for part in row.split(" | "))
        if not text or text.startswith("#"):
            continue
        others = [tuple(label.split(":", 1)) for label in extra]
        if any(len(other) != 2 or other[0] not in FOLDERS.values() for other in others):
            raise BadPhraseLine(f"{path.name}, line {number}: labels are need:x or question:x")
        yield Line(text, (own, *((kind, label) for kind, label in others)))


def train(locales: Path) -> tuple[int, Path]:
    """Train all heads and write the weights; return how many lines were used."""
    lines = read_lines(locales)
    table = _table(lines)
    heads = {name: _fit(lines, table, kind) for name, kind in KINDS.items()}
    return len(lines), save_model(locales, languages_of(locales), heads)


def languages_of(locales: Path) -> list[str]:
    """Return the languages that have training phrases."""
    return sorted({path.parent.parent.name for path in locales.glob("*/phrases/needs")})


def _table(lines: Sequence[Line]) -> csr_matrix:
    from scipy.sparse import csr_matrix

    slots: list[int] = []
    weights: list[float] = []
    ends = [0]
    for line in lines:
        features = features_of(line.text)
        slots.extend(features)
        weights.extend(features.values())
        ends.append(len(slots))
    return csr_matrix((weights, slots, ends), shape=(len(lines), SLOTS))


def _targets(lines: Sequence[Line], kind: str) -> Iterator[tuple[int, str, float]]:
    for number, line in enumerate(lines):
        labels = line.of(kind)
        if kind == "need" and not labels:
            labels = [DANGER_NEEDS[danger] for danger in line.of("danger")[:1]]
        for place, label in enumerate(labels or [NONE]):
            yield number, label, SECOND_LABEL**place


def _fit(
    lines: Sequence[Line], table: csr_matrix, kind: str
) -> tuple[list[str], list[float], NDArray[np.float64]]:
    from sklearn.linear_model import SGDClassifier

    numbers, labels, weights = zip(*_targets(lines, kind), strict=True)
    machine = SGDClassifier(
        loss="log_loss", alpha=ALPHA, max_iter=EPOCHS, tol=None, average=True, random_state=SEED
    )
    machine.fit(table[list(numbers)], labels, sample_weight=weights)
    return list(machine.classes_), machine.intercept_.tolist(), machine.coef_.T
