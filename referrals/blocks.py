"""Rows of a need in blocks of neighbours, with what bounds the best of each block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from referrals.globe import Floats, chord_of
from referrals.marks import Bits, Bools, Marks, Rows, Shorts

SIZE = 64
"""Rows of a block."""
ANYWHERE = 3.0
"""Radius of a block with a row whose point nobody knows: longer than any chord."""
CITY_KM = 40.0
REGION_KM = 200.0
"""How far around her the ring of her state goes: a house behind its border may be nearer."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """The rows of one need; a line of ``rows`` is a block."""

    rows: Rows
    """Ascending. The last line is filled up with the row that stands for nothing."""
    vectors: Floats
    """Of each row of each block: what is looked at together lies together."""
    centers: Floats
    radii: Floats
    """As chords of the unit globe."""
    city: Floats
    """Cosine of the distance from its center at which a block begins to touch a city."""
    region: Floats
    """The same for what lies around her."""
    states: Bits
    """A bit for each state of the block, by its number modulo 64."""
    marks: Marks
    """What its rows have between them."""

    def holding(self, rows: Rows) -> Rows:
        """Return the blocks that hold any of these rows."""
        flat = self.rows.ravel()
        places = np.searchsorted(flat, rows)
        held = places[flat[np.minimum(places, len(flat) - 1)] == rows]
        return np.unique(held // SIZE)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is known of every row when blocks are made."""

    vectors: Floats
    has_point: Bools
    state_of: Shorts
    marks: Marks


def blocks_of(rows: Rows, drawn: Drawn) -> Blocks:
    """Put ascending rows into blocks."""
    nothing = len(drawn.state_of) - 1
    table = np.full((-(-len(rows) // SIZE), SIZE), nothing, np.int64)
    table.flat[: len(rows)] = rows
    vectors = drawn.vectors[table]
    known = drawn.has_point[table]
    centers, radii = _circles(vectors, known)
    radii[(~known & (table != nothing)).any(axis=1)] = ANYWHERE
    return Blocks(
        rows=table,
        vectors=vectors,
        centers=centers,
        radii=radii,
        city=1 - (chord_of(CITY_KM) + radii) ** 2 / 2,
        region=1 - (chord_of(REGION_KM) + radii) ** 2 / 2,
        states=_states(drawn.state_of[table]),
        marks=drawn.marks.gathered(table),
    )


def _circles(vectors: Floats, known: Bools) -> tuple[Floats, Floats]:
    sums = vectors.sum(axis=1)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    centers = np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > 0)
    chords = np.linalg.norm(vectors - centers[:, None, :], axis=2)
    # A little more: a chord that was rounded down must not hide a row.
    return centers, np.where(known, chords, 0.0).max(axis=1) + 1e-9


def _states(numbers: Shorts) -> Bits:
    bits = np.uint64(1) << (numbers % 64).astype(np.uint64)
    bits[numbers < 0] = 0
    return np.asarray(np.bitwise_or.reduce(bits, axis=1), np.uint64)
