"""The gazetteer's two files as columns: one of places, one of what a country adds by hand.

Rows of the second file, by kind: ``alias`` is a nickname of the place ``of``; ``point`` is
a place that the first file lacks, in the town ``of`` unless it has a position and a state of
its own; ``transit`` marks a place where many people on the move are; ``state`` is another
name of a state; ``tongue`` a name that is a place in one language only, which ``state``
holds; ``route`` marks a place abroad that people pass on their way, found misspelt; ``head`` is
what stands before the parts of the city that is the state ``state``: "borough".
``country`` (with its code where the first file has places of it), ``elsewhere``, ``never`` and
``word`` list names that are also something else (see ``place_worth``).
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
    "country",
    "aliases",
]
ID, NAME, MUNICIPALITY, MUNICIPALITY_CODE, STATE, STATE_CODE, REGION = range(7)
LATITUDE, LONGITUDE, POPULATION, COUNTRY, ALIASES = range(7, len(COLUMNS))

BIG = 50_000
"""Inhabitants from which a place is known by a part of its name."""
GENERIC = frozenset(
    listed(
        "ciudad villa villas pueblo puerto heroica general nuevo nueva san santa santo el la los "
        "las rio playa cabo boca poza salina valle colonia gran delegacion municipio"
    )
)
ARTICLES = frozenset(listed("el la los las de del y"))
_OPEN = ARTICLES | frozenset(listed("a san santa santo villa cruz maria domingo nuevo nueva"))
"""Words with which the beginning of a name is not yet one: "hacienda santa"."""


@dataclass(slots=True)
class Table:
    """Columns, in the order of the rows."""

    lines: list[str] = field(default_factory=list)
    latitudes: array[float] = field(default_factory=lambda: array("d"))
    longitudes: array[float] = field(default_factory=lambda: array("d"))
    populations: array[int] = field(default_factory=lambda: array("I"))
    row_of: dict[str, int] = field(default_factory=dict)
    transit: set[int] = field(default_factory=set)
    route: set[int] = field(default_factory=set)
    """Towns abroad that people pass long before they are here."""
    heads: dict[str, str] = field(default_factory=dict)
    """Folded word, such as borough, to the code of the state that has them."""
    states: dict[str, str] = field(default_factory=dict)
    """State code to name."""
    state_codes: list[str] = field(default_factory=list)
    """State code of each row."""
    state_names: dict[str, str] = field(default_factory=dict)
    """Folded name to state code."""
    countries: dict[str, str] = field(default_factory=dict)
    """Folded name to code, which is empty for countries that have no rows."""
    country_codes: list[str] = field(default_factory=list)
    """Country of each row."""
    points: set[int] = field(default_factory=set)
    """Quarters, bridges, stations: places only where something says so."""
    tongues: dict[tuple[str, str], int] = field(default_factory=dict)
    """Language and folded name to row."""
    elsewhere: set[str] = field(default_factory=set)
    """Folded names of cities far away."""
    never: set[str] = field(default_factory=set)
    ordinary: set[str] = field(default_factory=set)

    def cells(self, row: int) -> list[str]:
        """Return the cells of a row."""
        return self.lines[row].split("\t")

    def place_in(self, row: int) -> str:
        """Return the municipality of a row, empty for what is above them."""
        return self.cells(row)[MUNICIPALITY]

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
        self.country_codes.append(intern(cells[COUNTRY]))
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
    """Parts by which big places are called: ``piedras``."""


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
    names = {"elsewhere": table.elsewhere, "never": table.never, "word": table.ordinary}
    for record in csv.DictReader(extra):
        kind, name, of = record["kind"], record["name"], record["of"]
        if kind == "state":
            table.state_names[key_of(name)] = record["state"]
        elif kind == "country":
            table.countries.update((key_of(n), record["country"]) for n in name.split("|"))
        elif kind == "head":
            table.heads.update((key_of(n), record["state"]) for n in name.split("|"))
        elif kind in names:
            names[kind].update(map(key_of, name.split("|")))
        elif kind not in {"transit", "route", "point", "alias", "tongue"}:
            raise ValueError("a hand-made row is of no known kind")
        elif of not in table.row_of:
            raise ValueError("a hand-made row names a place that is not there")
        else:
            entries += _read_row_of(table, record, table.row_of[of])
    return entries


def _read_row_of(table: Table, record: Mapping[str, str], row: int) -> list[tuple[str, int]]:
    """Apply a hand-made row about a place and return the names it adds."""
    kind, name = record["kind"], record["name"]
    if kind in {"transit", "route"}:
        (table.transit if kind == "transit" else table.route).add(row)
        return []
    if kind == "tongue":
        table.tongues[record["state"], key_of(name)] = row
        return []
    named = _add_point(table, record) if kind == "point" else row
    return [(key_of(each), named) for each in name.split("|")]


def _add_point(table: Table, record: Mapping[str, str]) -> int:
    """Put a new place in the place ``of``; across a border it has no codes or region."""
    cells = [*table.cells(table.row_of[record["of"]]), ""]
    cells[ID], cells[NAME], cells[POPULATION] = record["id"], record["name"].split("|")[0], "0"
    if record["state"]:
        cells[MUNICIPALITY] = cells[MUNICIPALITY_CODE] = cells[STATE_CODE] = cells[REGION] = ""
        cells[STATE], cells[COUNTRY] = record["state"], record["country"]
    if record["latitude"]:
        cells[LATITUDE], cells[LONGITUDE] = record["latitude"], record["longitude"]
    row = table.add(cells)
    table.transit.add(row)
    table.points.add(row)
    return row


def _parts(table: Table) -> Iterator[tuple[str, int]]:
    """Beginnings of the names of big places, and their names without "Ciudad"."""
    for row, population in enumerate(table.populations):
        if population >= BIG and table.state_codes[row]:
            words = words_of(table.cells(row)[NAME])
            yield from ((" ".join(part), row) for part in _beginnings(words))


def _beginnings(words: Sequence[str]) -> Iterator[Sequence[str]]:
    for size in range(1, len(words)):
        part = words[:size]
        if part[-1] not in _OPEN and not GENERIC.issuperset(part) and len(part[0]) > 3:
            yield part
    if len(words) > 1 and words[0] in {"ciudad", "heroica"}:
        yield words[1:]
