"""Rows as the objects that the standard's API answers with: whole, or as in a list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from math import isfinite

from referrals.hsds_json import Json
from referrals.hsds_nested import MANY_IN, ONE_IN, Object
from referrals.hsds_rows import Row, Rows
from referrals.hsds_tables import ALWAYS, DATES, MANY, MOMENTS, NUMBER_FIELDS, ONE, OWNER, TABLES

IN_LISTS: Mapping[str, tuple[str, ...]] = {
    "services": ("organization", "program"),
    "service_at_location": ("location", "service"),
    "taxonomy_terms": ("taxonomy_detail",),
}
"""What is nested in the items of a list."""

NOT_SERVED = frozenset({"contacts", "metadata", "meta_table_descriptions"})
NESTED = (IN_LISTS, ONE_IN, MANY_IN)
WHOLE: Mapping[str, tuple[str, ...]] = {
    table: tuple(
        name
        for name in dict.fromkeys(name for shape in NESTED for name in shape.get(table, ()))
        if MANY.get(name) not in NOT_SERVED
    )
    for table in TABLES
}
"""What is nested in whole objects."""

SIMPLE = ("id", "organization_id", "name", "status")
"""What an organization tells of its services, unless they are asked for whole."""
OF_AN_ORGANIZATION = ("locations", "programs")
"""What an organization holds besides where it stands alone."""


class Objects:
    """Makes objects of rows, which it finds by their id and by what they belong to."""

    __slots__ = ("_by_id", "_owned", "_rows")

    def __init__(self, rows: Rows) -> None:
        """Index the rows; what belongs to them is grouped when it is first asked for."""
        self._rows = rows
        self._by_id = {table: {row["id"]: row for row in found} for table, found in rows.items()}
        self._owned: dict[tuple[str, str], Mapping[str, Sequence[Row]]] = {}

    def row(self, table: str, id: str) -> Row | None:
        """Return a row by its id."""
        return self._by_id.get(table, {}).get(id)

    def owned(self, table: str, column: str, id: str) -> Sequence[Row]:
        """Return the rows of a table whose column holds an id."""
        key = (table, column)
        if key not in self._owned:
            self._owned[key] = _grouped(self._rows.get(table, ()), column)
        return self._owned[key].get(id, ())

    def listed(self, table: str, row: Row) -> Object:
        """Return a row as an item of a list: only what it has one of."""
        return self._object(table, row, IN_LISTS, ())

    def whole(self, table: str, row: Row) -> Object:
        """Return a row with everything that belongs to it."""
        found = self._object(table, row, WHOLE, ())
        if table == "organizations":
            for name in OF_AN_ORGANIZATION:
                found |= self._children(table, row, name, (table,))
        return found

    def services(self, organization: Row, *, whole: bool) -> list[Json]:
        """Return the services of an organization, whole or by id, name and status."""
        rows = self.owned("services", "organization_id", organization["id"])
        if whole:
            return [self._object("services", row, WHOLE, ("organizations",)) for row in rows]
        return [{name: row[name] for name in SIMPLE} for row in rows]

    def _object(
        self, table: str, row: Row, shape: Mapping[str, tuple[str, ...]], path: tuple[str, ...]
    ) -> Object:
        found: Object = dict.fromkeys(ALWAYS.get(table, ()), "")
        found |= {name: value for name in row if (value := _value(name, row[name])) is not None}
        path = (*path, table)
        for name in shape.get(table, ()):
            if name in ONE:
                found |= self._one(row, name, shape, path)
            else:
                found |= self._children(table, row, name, path)
        return found

    def _one(
        self, row: Row, name: str, shape: Mapping[str, tuple[str, ...]], path: tuple[str, ...]
    ) -> Object:
        table, column = ONE[name]
        target = self.row(table, row.get(column, ""))
        if target is None or table in path:
            return {}
        return {name: self._object(table, target, shape, path)}

    def _children(self, parent: str, row: Row, name: str, path: tuple[str, ...]) -> Object:
        table = MANY[name]
        column = "link_id" if table == "attributes" else OWNER[parent]
        rows = () if table in path else self.owned(table, column, row["id"])
        items: list[Json] = [self._object(table, child, WHOLE, path) for child in rows]
        return {name: items} if items else {}


def _grouped(rows: Sequence[Row], column: str) -> Mapping[str, Sequence[Row]]:
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.get(column, "")].append(row)
    return grouped


def _value(name: str, text: str) -> Json:
    """Return the JSON of a cell; None for what is empty, or not of the standard's type."""
    read = _number if name in NUMBER_FIELDS else READERS.get(name)
    if read is None:
        return text or None
    try:
        return read(text)
    except ValueError:
        return None


def _number(text: str) -> Json:
    number = float(text)
    if not isfinite(number):
        return None
    return int(number) if number.is_integer() else number


def _day(text: str) -> Json:
    return date.fromisoformat(text).isoformat()


def moment_of(text: str) -> datetime:
    """Return a moment with its clock: UTC where none is said. Raises ``ValueError``."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _moment(text: str) -> Json:
    return moment_of(text).isoformat(timespec="milliseconds")


READERS: Mapping[str, Callable[[str], Json]] = {
    **dict.fromkeys(DATES, _day),
    **dict.fromkeys(MOMENTS, _moment),
}
