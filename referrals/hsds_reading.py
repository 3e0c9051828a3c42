"""The lines of a package while it is read: packed, each with the place where it stands."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from referrals.hsds_checks import has_comma, plain_number
from referrals.hsds_problems import Problems
from referrals.hsds_rows import PackedRows, Row, Rows, body_of, row_of
from referrals.hsds_tables import NUMBERS, TABLES

DEGREES = frozenset({"latitude", "longitude"})

_FILE_BITS = 40
"""A place is one number: which file, and above 2 ** 40 lines nobody has one."""


@dataclass(slots=True)
class Lines:
    """The rows of one table."""

    bodies: list[bytes] = field(default_factory=list)
    places: array[int] = field(default_factory=lambda: array("Q"))
    ids: set[str] = field(default_factory=set)
    look_at_texts: bool = False
    """Some cells may hold what is no text."""


@dataclass(slots=True)
class Reading:
    """What has been read so far."""

    tables: dict[str, Lines] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    problems: Problems = field(default_factory=Problems)

    def open(self, file: str) -> None:
        """Begin a file: what is added from now on stands in it."""
        self.files.append(file)

    def add(self, table: str, number: int, row: dict[str, str]) -> None:
        """Add a row of the newest file, without empty cells."""
        self.add_at(table, self.place(number), row)

    def add_at(self, table: str, place: int, row: dict[str, str]) -> None:
        """Add a row; note an id that is there already."""
        lines = self.tables.setdefault(table, Lines())
        self._tidy_numbers(table, place, row)
        id = row.get("id", "")
        if id and id in lines.ids:
            self.problems.add(*self.where(place), "id", "is there twice")
        if id:
            lines.ids.add(id)
        lines.bodies.append(body_of(row))
        lines.places.append(place)

    def _tidy_numbers(self, table: str, place: int, row: dict[str, str]) -> None:
        """Write numbers as JSON does, so that no form of the package differs from another."""
        for name in _NUMBERS[table]:
            if name in row:
                # "1,500" of an amount is no number of degrees.
                if name in DEGREES and has_comma(row[name]):
                    row[name] = row[name].replace(",", ".")
                    reason = "has a decimal comma: it is read as a point"
                    self.problems.note(*self.where(place), name, reason)
                row[name] = plain_number(row[name])

    def place(self, number: int) -> int:
        """Return the place of a line in the newest file."""
        return (len(self.files) - 1 << _FILE_BITS) + number

    def where(self, place: int) -> tuple[str, int]:
        """Return file and line of a place."""
        return self.files[place >> _FILE_BITS], place & ((1 << _FILE_BITS) - 1)

    def tell(self, place: int, name: str, reason: str, fatal: bool) -> None:
        """Note a problem of the row or the object at a place."""
        self.problems.add(*self.where(place), name, reason, fatal=fatal)

    def rows_of(self, table: str) -> Iterator[Row]:
        """Yield the rows of a table."""
        for body in self.tables[table].bodies if table in self.tables else ():
            yield row_of(body)

    def rows(self) -> Rows:
        """Return all tables."""
        return {table: PackedRows(lines.bodies) for table, lines in self.tables.items()}

    def count(self) -> int:
        """Return how many rows were read."""
        return sum(len(lines.bodies) for lines in self.tables.values())


_NUMBERS = {
    table: tuple(name for name in shape.columns if name in NUMBERS)
    for table, shape in TABLES.items()
}
