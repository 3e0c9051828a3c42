"""HSDS JSON: full services flattened into rows of tables, and rows nested back."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from referrals.hsds_tables import ENTITY, MANY, NUMBERS, ONE, OWNER, TABLES

MAX_DEPTH = 16
"""The standard nests eleven deep."""

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Row = Mapping[str, str]


class NotHsds(Exception):
    """The bytes are not HSDS JSON; the text says why and quotes nothing."""


def parse(data: bytes) -> list[Json]:
    """Return the services of a JSON file: one, a list, or a page with ``contents``."""
    try:
        parsed: Json = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise NotHsds("is not UTF-8") from error
    except RecursionError as error:
        raise NotHsds("is nested too deeply") from error
    except ValueError as error:
        raise NotHsds("is not JSON") from error
    if isinstance(parsed, dict):
        contents = parsed.get("contents")
        return contents if isinstance(contents, list) else [parsed]
    if isinstance(parsed, list):
        return parsed
    raise NotHsds("holds no services")


@dataclass(slots=True)
class Flattened:
    """Rows that were found so far. Rows of one id are one row: nesting repeats them."""

    rows: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    """Field and reason."""

    def add(self, table: str, value: Json, links: Mapping[str, str], depth: int = 0) -> str:
        """Add an object and all in it; return its id, or "" when it has none."""
        if depth > MAX_DEPTH:
            self.problems.append((table, "is nested too deeply"))
            return ""
        if not isinstance(value, dict):
            self.problems.append((table, "is not an object"))
            return ""
        id = _text(value.get("id"))
        row = dict(links) if id else {}
        for name, content in value.items():
            row |= self._field(table, id, name, content, depth)
        self._merge(table, id, row)
        return id

    def _field(self, table: str, id: str, name: str, content: Json, depth: int) -> dict[str, str]:
        """Add what a field holds; return the columns that it gives to its own row."""
        if name in ONE and isinstance(content, dict):
            child, column = ONE[name]
            return {column: self.add(child, content, {}, depth + 1)}
        if name in MANY and isinstance(content, list):
            for item in content:
                self.add(MANY[name], item, _links(table, MANY[name], id), depth + 1)
        elif isinstance(content, (dict, list)):
            self.problems.append((name, "is not a field of the standard that holds more"))
        elif content is not None:
            return {name: _text(content)}
        return {}

    def _merge(self, table: str, id: str, row: dict[str, str]) -> None:
        known = self.rows.setdefault(table, {})
        # Two objects without an id are two rows: each is then reported.
        old = known.setdefault(id or f"\0{len(known)}", {})
        for name, text in row.items():
            if old.setdefault(name, text) != text and name not in OWNER.values():
                self.problems.append((name, "differs between two objects with the same id"))


def _links(parent: str, child: str, id: str) -> dict[str, str]:
    """Return the columns by which a nested row names what it is in."""
    entity = ENTITY.get(parent, parent)
    if child == "attributes":
        return {"link_id": id, "link_entity": entity}
    if child == "metadata":
        return {"resource_id": id, "resource_type": entity}
    column = OWNER.get(parent, "")
    return {column: id} if column in TABLES[child].columns else {}


def _text(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def nested(rows: Mapping[str, Sequence[Row]]) -> Iterator[dict[str, Json]]:
    """Yield every service of the tables as one full HSDS service object."""
    nest = _Nest(rows)
    for row in rows.get("services", ()):
        yield nest.object_of("services", row, ())


class _Nest:
    """Rows found by their id and by what they belong to."""

    def __init__(self, rows: Mapping[str, Sequence[Row]]) -> None:
        self._by_id = {
            table: {row.get("id", ""): row for row in found} for table, found in rows.items()
        }
        self._rows = rows
        self._owned: dict[tuple[str, str], dict[str, list[Row]]] = {}

    def object_of(self, table: str, row: Row, path: tuple[str, ...]) -> dict[str, Json]:
        """Return a row with everything that belongs to it."""
        found: dict[str, Json] = {name: _value(name, text) for name, text in row.items() if text}
        if table == "addresses":
            found |= {name: row.get(name, "") for name in ("address_1", "postal_code")}
        path = (*path, table)
        for name in _ONE_IN.get(table, ()):
            child, column = ONE[name]
            if (target := self._by_id.get(child, {}).get(row.get(column, ""))) is not None:
                found[name] = self.object_of(child, target, path)
        for name in _MANY_IN.get(table, ()):
            if items := self._children(table, MANY[name], row.get("id", ""), path):
                found[name] = items
        return found

    def _children(self, parent: str, table: str, id: str, path: tuple[str, ...]) -> list[Json]:
        links = _links(parent, table, id)
        if not id or not links or table in path:
            return []
        column = next(iter(links))
        found = self._owned_by(table, column).get(id, ())
        return [self.object_of(table, row, path) for row in found]

    def _owned_by(self, table: str, column: str) -> dict[str, list[Row]]:
        key = (table, column)
        if key not in self._owned:
            grouped: defaultdict[str, list[Row]] = defaultdict(list)
            for row in self._rows.get(table, ()):
                grouped[row.get(column, "")].append(row)
            self._owned[key] = grouped
        return self._owned[key]


_ONE_IN: Mapping[str, tuple[str, ...]] = {
    "services": ("organization", "program"),
    "service_at_location": ("location",),
    "attributes": ("taxonomy_term",),
    "taxonomy_terms": ("taxonomy_detail",),
    "service_capacity": ("unit",),
}
_MANY_IN: Mapping[str, tuple[str, ...]] = {
    "services": (
        *("additional_urls", "phones", "schedules", "service_areas", "service_at_locations"),
        *("languages", "funding", "cost_options", "required_documents", "contacts"),
        *("capacities", "attributes"),
    ),
    "organizations": (
        *("additional_websites", "funding", "contacts", "phones", "organization_identifiers"),
        "attributes",
    ),
    "service_at_location": ("service_areas", "contacts", "phones", "schedules", "attributes"),
    "locations": (
        *("languages", "addresses", "contacts", "accessibility", "phones", "schedules"),
        "attributes",
    ),
    "contacts": ("phones",),
    "phones": ("languages",),
}


def _value(name: str, text: str) -> Json:
    """Return a number where the standard has one."""
    if name not in _NUMBER_FIELDS:
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


_NUMBER_FIELDS = frozenset(NUMBERS) | {
    *("year_incorporated", "extension", "timezone", "count", "interval")
}
