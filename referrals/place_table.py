"""The gazetteer's two files as columns: one of places, one of what a country adds by hand.

Rows of the second file, by kind: ``alias`` is a nickname of the place ``of``; ``point`` is
a place that the first file lacks, put where ``of`` is; ``transit`` marks a place where many
people on the move are; ``state`` is another name of a state; ``country``, ``never`` and
``word`` list names that are also something else (see ``place_mentions``).
"""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from sys import intern

from referrals.place_names import NameIndex, listed, words_of

COLUMNS = [
    "id",
    "name",
    "municipality",
    "municipality_code",
    "state",
    "state_code",
    "region",
    "latitude",
    "longitude",
    "population",
    "aliases",
]
ID, NAME, MUNICIPALITY, _, STATE, STATE_CODE, REGION, LATITUDE, LONGITUDE, POPULATION, ALIASES = (
    range(len(COLUMNS))
)

BIG = 50_000
"""Inhabitants from which a place is known by a part of its name."""
GENERIC = frozenset(
    listed(
        "ciudad villa villas pueblo puerto heroica general nuevo nueva san santa santo el la los "
        "las rio playa cabo boca poza salina valle colonia gran delegacion municipio"
    )
)
ARTICLES = frozenset(listed("el la los las de del y"))


@dataclass(slots=True)
class Table:
    """Columns, in the order of the rows."""

    lines: list[str] = field(default_factory=list)
    latitudes: array[float] = field(default_factory=lambda: array("d"))
    longitudes: array[float] = field(default_factory=lambda: array("d"))
    populations: array[int] = field(default_factory=lambda: array("I"))
    row_of: dict[str, int] = field(default_factory=dict)
    transit: set[int] = field(default_factory=set)
    states: dict[str, str] = field(default_factory=dict)
    """State code to name."""
    state_codes: list[str] = field(default_factory=list)
    """State code of each row."""
    state_names: dict[str, str] = field(default_factory=dict)
    """Folded name to state code."""
    countries: set[str] = field(default_factory=set)
    never: set[str] = field(default_factory=set)
    ordinary: set[str] = field(default_factory=set)

    def cells(self, row: int) -> list[str]:
        """Return the cells of a row."""
        return self.lines[row].split("\t")

    def add(self, cells: Sequence[str]) -> int:
        """Append a row and return its number."""
        row = len(self.lines)
        self.row_of[cells[ID]] = row
        self.lines.append("\t".join(cells[:ALIASES]))
        self.latitudes.append(float(cells[LATITUDE]))
        self.longitudes.append(float(cells[LONGITUDE]))
        self.populations.append(int(cells[POPULATION]))
        code = intern(cells[STATE_CODE])
        self.state_codes.append(code)
        if code and code not in self.states:
            self.states[code] = cells[STATE]
            self.state_names[key_of(cells[STATE])] = code
        return row


@dataclass(frozen=True, slots=True)
class Loaded:
    """What both files hold, ready to be asked."""

    table: Table
    names: NameIndex
    """Full names and nicknames."""
    parts: NameIndex
    """Parts by which big places are called: ``tuxtla``."""


def load(lines: Iterable[str], extra: Iterable[str], regions: Mapping[str, str]) -> Loaded:
    """Parse both files; ``regions`` is state code to region and wins over the column.

    Raises ``ValueError`` when a file has other columns or names a place that is not there.
    """
    table, entries = Table(), list[tuple[str, int]]()
    rows = iter(lines)
    if next(rows, "").rstrip("\r\n").split("\t") != COLUMNS:
        raise ValueError("the file of places has other columns")
    for line in rows:
        cells = line.rstrip("\r\n").split("\t")
        cells[REGION] = regions.get(cells[STATE_CODE], cells[REGION])
        row = table.add(cells)
        entries += [(key, row) for key in _keys(cells)]
    entries += _read_extra(table, extra)
    return Loaded(table, NameIndex(entries), NameIndex(_parts(table)))


def key_of(name: str) -> str:
    """Return the key of a name: folded, abbreviations written out."""
    return " ".join(words_of(name))


def _keys(cells: Sequence[str]) -> Iterator[str]:
    yield key_of(cells[NAME])
    if cells[ALIASES]:
        yield from map(key_of, cells[ALIASES].split("|"))


def _read_extra(table: Table, extra: Iterable[str]) -> list[tuple[str, int]]:
    """Apply the hand-made rows and return the names they add."""
    entries = list[tuple[str, int]]()
    for record in csv.DictReader(extra):
        kind, name, of = record["kind"], record["name"], record["of"]
        if kind == "state":
            table.state_names[key_of(name)] = record["state"]
        elif kind == "country":
            table.countries.update(map(key_of, name.split("|")))
        elif kind == "never":
            table.never.update(map(key_of, name.split("|")))
        elif kind == "word":
            table.ordinary.update(map(key_of, name.split("|")))
        elif kind not in {"transit", "point", "alias"}:
            raise ValueError("a hand-made row is of no known kind")
        elif of not in table.row_of:
            raise ValueError("a hand-made row names a place that is not there")
        elif kind == "transit":
            table.transit.add(table.row_of[of])
        elif kind == "point":
            entries.append((key_of(name), _add_point(table, record)))
        else:
            entries.append((key_of(name), table.row_of[of]))
    return entries


def _add_point(table: Table, record: Mapping[str, str]) -> int:
    """Put a new place where the place ``of`` is; across a border it has no state code."""
    cells = [*table.cells(table.row_of[record["of"]]), ""]
    cells[ID], cells[NAME], cells[POPULATION] = record["id"], record["name"], "0"
    if record["state"]:
        cells[MUNICIPALITY] = cells[STATE_CODE] = cells[REGION] = ""
        cells[STATE] = record["state"]
    row = table.add(cells)
    table.transit.add(row)
    return row


def _parts(table: Table) -> Iterator[tuple[str, int]]:
    """Beginnings of the names of big and transit places, and names without "Ciudad"."""
    for row, population in enumerate(table.populations):
        if population >= BIG or row in table.transit:
            words = words_of(table.cells(row)[NAME])
            yield from ((" ".join(part), row) for part in _beginnings(words))


def _beginnings(words: Sequence[str]) -> Iterator[Sequence[str]]:
    for size in range(1, len(words)):
        part = words[:size]
        if part[-1] not in ARTICLES and not GENERIC.issuperset(part) and len(part[0]) > 3:
            yield part
    if len(words) > 1 and words[0] in {"ciudad", "heroica"}:
        yield words[1:]
