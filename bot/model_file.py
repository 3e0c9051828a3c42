"""Reads and writes the trained weights: one compressed file, one byte a weight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from handlers.understanding.features import SLOTS
from handlers.understanding.gloss import Gloss
from handlers.understanding.model import HEADS
from handlers.understanding.network import Encode, Floats, Network, Rows, Weights, nothing_encoded

FILE = "model.npz"
GLOSSES = "*/french.tsv"
VERSION = 2
ROWS = ("hidden_rows", "direct_rows")
DENSE = ("hidden_vector", "direct_vector", "hidden_bias", "out", "out_bias")

Arrays = Mapping[str, NDArray[np.generic]]


class BadModel(Exception):
    """The weights cannot be used: make them anew with ``faro train``."""


def load_glosses(folder: Path) -> Mapping[str, Gloss]:
    """Read the lists of words of languages that the encoder does not know."""
    return {path.parent.name: dict(_glosses(path)) for path in sorted(folder.glob(GLOSSES))}


def _glosses(path: Path) -> Iterator[tuple[str, str]]:
    for number, row in enumerate(path.read_text("utf-8").splitlines(), 1):
        if row and not row.startswith("#"):
            word, tab, meant = row.partition("\t")
            if not (word and tab and meant):
                raise BadModel(f"{path.name}, line {number}: a word, a tab, and its meaning")
            yield word, meant


def load_model(folder: Path, encode: Encode = nothing_encoded) -> Network | None:
    """Return the model of a folder, None without one: the phrases then read alone."""
    path = folder / FILE
    if not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as file:
        if int(file["version"]) != VERSION or int(file["slots"]) != SLOTS:
            raise BadModel(f"{FILE} is of another version: run `faro train`")
        labels = {head: tuple(map(str, file[f"labels.{head}"].tolist())) for head in HEADS}
        return Network(labels, _weights(file), encode, load_glosses(folder))


def _weights(file: Arrays) -> Weights:
    hidden, direct = (_rows(file, name) for name in ROWS)
    return Weights(hidden, direct, *(file[name].astype(np.float32) for name in DENSE))


def _rows(file: Arrays, name: str) -> Rows:
    return Rows(file[name].astype(np.int8), file[f"{name}.scales"].astype(np.float16))


def save_model(folder: Path, labels: Mapping[str, Sequence[str]], weights: Weights) -> Path:
    """Write the weights, whole or not at all: a process may be starting at this moment."""
    arrays: dict[str, NDArray[np.generic]] = {
        "version": np.array(VERSION),
        "slots": np.array(SLOTS),
    }
    for head in HEADS:
        arrays[f"labels.{head}"] = np.array(list(labels[head]))
    for name in ROWS:
        rows: Rows = getattr(weights, name)
        arrays[name], arrays[f"{name}.scales"] = rows.values, rows.scales
    for name in DENSE:
        arrays[name] = getattr(weights, name).astype(np.float16)
    partial = (folder / FILE).with_suffix(".part")
    with partial.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    return partial.replace(folder / FILE)


def in_bytes(matrix: Floats) -> Rows:
    """Round a matrix to one byte a weight, with the scale of each row."""
    scales = (np.abs(matrix).max(axis=1) / 127).astype(np.float16)
    divisors = np.where(scales > 0, scales, 1).astype(np.float32)
    values = np.clip(np.rint(matrix / divisors[:, None]), -127, 127).astype(np.int8)
    return Rows(values, scales)
