"""Many rows in little memory: each is kept as a JSON text and read when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import overload

import msgspec

Row = Mapping[str, str]
Rows = Mapping[str, Sequence[Row]]
"""Table to its rows."""


class _Identified(msgspec.Struct):
    id: str = ""


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(dict[str, str]).decode
_identify = msgspec.json.Decoder(_Identified).decode


class PackedRows(Sequence[Row]):
    """Rows as texts: a tenth of what dictionaries take."""

    __slots__ = ("bodies",)

    def __init__(self, bodies: Sequence[bytes]) -> None:
        """Take JSON texts as ``body_of`` makes them."""
        self.bodies = bodies

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.bodies)

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> PackedRows: ...
    def __getitem__(self, at: int | slice) -> Row | PackedRows:
        """Read one row, or take a part of the rows."""
        if isinstance(at, slice):
            return PackedRows(self.bodies[at])
        return row_of(self.bodies[at])

    def __eq__(self, other: object) -> bool:
        """Compare row by row; empty cells count for nothing."""
        if isinstance(other, PackedRows) and self.bodies == other.bodies:
            return True
        return isinstance(other, Sequence) and [*map(body_of, self)] == [*map(body_of, other)]

    __hash__ = None  # type: ignore[assignment]  # They compare by value and hold lists.


def packed(rows: Sequence[Row]) -> PackedRows:
    """Return rows as texts, each without its empty cells."""
    if isinstance(rows, PackedRows):
        return rows
    return PackedRows([body_of(row) for row in rows])


def body_of(row: Row) -> bytes:
    """Return the text of a row: equal rows have equal texts."""
    return _encode({name: text for name, text in row.items() if text})


def row_of(body: bytes | str) -> dict[str, str]:
    """Return the row of a text."""
    return _decode(body)


def id_of(body: bytes | str) -> str:
    """Return the id of a row without reading the rest of it."""
    return _identify(body).id


def counted(rows: Mapping[str, Sequence[object]]) -> int:
    """Return how many rows all tables have."""
    return sum(len(found) for found in rows.values())
