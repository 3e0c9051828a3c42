"""Sets of codes as bits, so that a million of them can be asked at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint64]
Bools = NDArray[np.bool_]
Shorts = NDArray[np.int32]
Rows = NDArray[np.int64]
Mask = tuple[tuple[int, np.uint64], ...]
"""Column and bits: what is looked for in each column."""
Taken = Sequence[Bits]
"""The columns of some rows."""

WIDTH = 64


@dataclass(frozen=True, slots=True)
class Marks:
    """A set of codes for each row: one column for every 64 codes."""

    columns: tuple[Bits, ...]
    places: Mapping[str, int]
    """Code to its bit, counted through all columns; frequent codes share the first."""
    singles: Mapping[str, Mask]
    """Code to what finds it alone."""

    def one(self, code: str) -> Mask:
        """Return what finds a code; empty when no row has it."""
        return self.singles.get(code, ())

    def mask(self, codes: Iterable[str]) -> Mask:
        """Return what finds any of the codes; codes that no row has are left out."""
        bits: dict[int, int] = {}
        for code in codes:
            if (place := self.places.get(code)) is not None:
                column = place // WIDTH
                bits[column] = bits.get(column, 0) | 1 << place % WIDTH
        return tuple([(column, np.uint64(found)) for column, found in bits.items()])

    def of(self, rows: Rows) -> Taken:
        """Return the columns of some rows, to be asked with ``have``."""
        # Not ``take``: of a column that is a part of records it copies all first.
        return [column[rows] for column in self.columns]

    def copied(self, first: Bits) -> Marks:
        """Return marks that can be changed; ``first`` stands for the first column."""
        columns = (first, *(column.copy() for column in self.columns[1:]))
        return Marks(columns, self.places, self.singles)

    def gathered(self, table: Rows) -> Marks:
        """Return what the rows of each line of a table have between them."""
        columns = (np.bitwise_or.reduce(column[table], axis=1) for column in self.columns)
        return Marks(tuple(columns), self.places, self.singles)

    def take_from(self, codes: Iterable[str], rows: Rows) -> None:
        """Take codes from some rows, in place."""
        for column, bits in self.mask(codes):
            self.columns[column][rows] &= ~bits


def have(taken: Taken, mask: Mask) -> Bools:
    """Tell which rows have any of the codes; the mask is not empty."""
    (column, bits), *others = mask
    found = (taken[column] & bits).astype(np.bool_)
    for column, bits in others:
        found |= (taken[column] & bits).astype(np.bool_)
    return found


def marks_of(sets: Sequence[Collection[str]]) -> Marks:
    """Return marks of one set a row, and of an empty set at the end."""
    common = Counter(chain.from_iterable(sets))
    codes = sorted(common, key=lambda code: (-common[code], code))
    places = {code: place for place, code in enumerate(codes)}
    columns = tuple(np.zeros(len(sets) + 1, np.uint64) for _ in range(len(places) // WIDTH + 1))
    for number, column in enumerate(columns):
        first = number * WIDTH
        bits = {code: 1 << places[code] - first for code in codes[first : first + WIDTH]}
        column[:-1] = [_sum(found, bits) for found in sets]
    return Marks(columns, places, {code: _single(place) for code, place in places.items()})


def _single(place: int) -> Mask:
    return ((place // WIDTH, np.uint64(1 << place % WIDTH)),)


def _sum(codes: Iterable[str], bits: Mapping[str, int]) -> int:
    return sum([bits[code] for code in codes if code in bits])
