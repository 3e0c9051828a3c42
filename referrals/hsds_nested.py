"""Rows of tables nested into full HSDS services; what no service holds stands beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from referrals.hsds_checks import number_of, plain_number
from referrals.hsds_json import Json, owner_of
from referrals.hsds_rows import PackedRows, Row, id_of, packed, row_of
from referrals.hsds_tables import ALWAYS, MANY, NUMBER_FIELDS, ONE, TABLES

Object = dict[str, Json]

MAX_EXACT = 2**53
"""Whole numbers up to here are the same in every JSON reader."""

ONE_IN: Mapping[str, tuple[str, ...]] = {
    "services": ("organization", "program"),
    "service_at_location": ("location",),
    "attributes": ("taxonomy_term",),
    "taxonomy_terms": ("taxonomy_detail",),
    "service_capacity": ("unit",),
}
"""What an object holds one of."""
MANY_IN: Mapping[str, tuple[str, ...]] = {
    "services": (
        *("additional_urls", "phones", "schedules", "service_areas", "service_at_locations"),
        *("languages", "funding", "cost_options", "required_documents", "contacts"),
        *("capacities", "attributes"),
    ),
    "organizations": (
        *("additional_websites", "funding", "contacts", "phones", "organization_identifiers"),
        "attributes",
    ),
    "programs": ("attributes",),
    "service_at_location": ("service_areas", "contacts", "phones", "schedules", "attributes"),
    "locations": (
        *("languages", "addresses", "contacts", "accessibility", "phones", "schedules"),
        "attributes",
    ),
    "contacts": ("phones",),
    "phones": ("languages",),
}
"""What an object holds lists of."""
FIRST = ("organizations", "locations", "programs", "service_at_location", "contacts", "phones")
"""Of what no service holds, these come first: they hold some of the rest."""


def nested(rows: Mapping[str, Sequence[Row]]) -> Iterator[Object]:
    """Yield every service of the tables as one full HSDS service object."""
    yield from Nest(rows).services()


class Nest:
    """Rows found by their id and by what they belong to; remembers which it has given."""

    def __init__(self, rows: Mapping[str, Sequence[Row]]) -> None:
        """Index the rows by their ids."""
        self._rows = {table: packed(found) for table, found in rows.items()}
        self._at: dict[str, dict[str, int]] = {}
        self._owned: dict[tuple[str, str], dict[str, list[int]]] = {}
        self._given: defaultdict[str, set[str]] = defaultdict(set)

    def services(self) -> Iterator[Object]:
        """Yield the services, each with everything that belongs to it."""
        for row in self._of("services"):
            yield self._object("services", row, ())

    def others(self) -> Iterator[tuple[str, Object]]:
        """Yield, with its table, what no service holds. Ask for the services first."""
        for table in dict.fromkeys((*FIRST, *TABLES)):
            for row in self._of(table):
                if row.get("id", "") not in self._given[table]:
                    yield table, self._object(table, row, ())

    def _of(self, table: str) -> PackedRows:
        return self._rows.get(table, NO_ROWS)

    def _object(self, table: str, row: Row, path: tuple[str, ...]) -> Object:
        """Return a row with everything that belongs to it."""
        self._given[table].add(row.get("id", ""))
        found: Object = dict.fromkeys(ALWAYS.get(table, ()), "")
        found |= {name: value_of(name, text) for name, text in row.items() if text}
        path = (*path, table)
        for name in ONE_IN.get(table, ()):
            child, column = ONE[name]
            if (target := self._named(child, row.get(column, ""))) is not None:
                found[name] = self._object(child, target, path)
        for name in MANY_IN.get(table, ()):
            if items := self._children(table, MANY[name], row.get("id", ""), path):
                found[name] = items
        return found

    def _named(self, table: str, id: str) -> Row | None:
        if table not in self._at:
            bodies = self._of(table).bodies
            self._at[table] = {id_of(body): at for at, body in enumerate(bodies)}
        at = self._at[table].get(id)
        return None if at is None else self._of(table)[at]

    def _children(self, parent: str, table: str, id: str, path: tuple[str, ...]) -> list[Json]:
        column = owner_of(parent, table)
        if not id or not column or table in path:
            return []
        found = self._owned_by(table, column).get(id, ())
        return [self._object(table, self._of(table)[at], path) for at in found]

    def _owned_by(self, table: str, column: str) -> dict[str, list[int]]:
        key = (table, column)
        if key not in self._owned:
            grouped: defaultdict[str, list[int]] = defaultdict(list)
            for at, body in enumerate(self._of(table).bodies):
                grouped[row_of(body).get(column, "")].append(at)
            self._owned[key] = grouped
        return self._owned[key]


NO_ROWS = PackedRows(())


def value_of(name: str, text: str) -> Json:
    """Return a number where the standard has one; a text that would change stays a text."""
    number = number_of(text) if name in NUMBER_FIELDS and plain_number(text) == text else None
    if number is None or abs(number) > MAX_EXACT:
        return text
    return int(number) if number.is_integer() else number
