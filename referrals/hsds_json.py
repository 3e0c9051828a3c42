"""HSDS JSON: objects that hold objects, flattened into rows of tables."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from referrals.hsds_rows import body_of, row_of
from referrals.hsds_tables import ENTITY, MANY, ONE, OWNER, TABLES

MAX_DEPTH = 16
"""The standard nests eleven deep."""
CONTENTS = "contents"
"""Where a page has its items."""
WRONG_KIND = "holds something else than the standard has here"
UNKNOWN = "is not a field of the standard: it is left out"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Raws = Sequence[msgspec.Raw]
Tell = Callable[[int, str, str, bool], None]

_NAMES = {name: table for table in TABLES for name in (table, ENTITY.get(table, table))}
_BY_LENGTH = sorted(_NAMES, key=len, reverse=True)


class NotHsds(Exception):
    """The bytes are not HSDS JSON; the text says why and quotes nothing."""


def parse(data: bytes, name: str = "") -> Iterator[tuple[str, Json]]:
    """Yield the objects of a JSON file, each with its table. Raises NotHsds.

    Takes one object, a list, a page (``contents``, and lists of other tables beside it), or
    an object of tables. ``name``: the file's, which says what the objects are; services
    when it does not. Only one object at a time is held as more than text.
    """
    try:
        for table, items in _lists(_without_mark(data), table_named(name)):
            for item in items:
                found: Json = msgspec.json.decode(item)
                yield _table_of(found, table), found
    except RecursionError:
        raise NotHsds("is nested too deeply") from None
    except UnicodeDecodeError:
        raise NotHsds("is not UTF-8: save it as UTF-8") from None
    except msgspec.DecodeError:
        raise NotHsds("is not JSON") from None


def table_named(name: str) -> str:
    """Return the table that a file's name begins with: ``organization_full.json``."""
    stem = name.lower().replace("-", "_").partition(".")[0]
    fits = (known for known in _BY_LENGTH if stem == known or stem.startswith(f"{known}_"))
    return _NAMES[next(fits, "services")]


def _without_mark(data: bytes) -> bytes:
    if data.startswith(UTF_16):
        raise NotHsds("is UTF-16: save it as UTF-8")
    return data.removeprefix(codecs.BOM_UTF8)


def _lists(data: bytes, table: str) -> Iterator[tuple[str, Raws]]:
    """Yield lists of objects that are still text, each with its table."""
    start = data.lstrip()[:1]
    if start == b"[":
        yield table, msgspec.json.decode(data, type=list[msgspec.Raw])
    elif start == b"{":
        members = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        lists = {name: raw for name, raw in members.items() if _is_list(name, raw)}
        if CONTENTS not in lists and len(lists) < len(members):
            lists = {}
            yield table, [msgspec.Raw(data)]
        for name, raw in lists.items():
            items = msgspec.json.decode(raw, type=list[msgspec.Raw])
            yield table if name == CONTENTS else name.removesuffix(".csv"), items
    else:
        msgspec.json.decode(data)
        raise NotHsds("holds no services")


def _is_list(name: str, raw: msgspec.Raw) -> bool:
    is_table = name == CONTENTS or name.removesuffix(".csv") in TABLES
    return is_table and bytes(memoryview(raw)[:1]) == b"["


def _table_of(item: Json, table: str) -> str:
    """Only a service has a status: a file of services may have any name."""
    return "services" if isinstance(item, dict) and "status" in item else table


@dataclass(slots=True)
class Flattened:
    """Rows that were found so far. Rows of one id are one row: nesting repeats them."""

    tell: Tell
    """Called with place of the object, field, reason, and whether that is fatal."""
    rows: dict[str, dict[str, bytes]] = field(default_factory=dict)
    """Table and id to the text of a row."""
    places: dict[str, dict[str, int]] = field(default_factory=dict)
    """Table and id to the place of the object in which a row was first seen."""
    place: int = 0
    """Where the object stands that is added now."""

    def add_item(self, table: str, value: Json) -> None:
        """Add an object of a file and all in it."""
        self.place += 1
        self._add(table, value, {}, 0)

    def _add(self, table: str, value: Json, links: Mapping[str, str], depth: int) -> str:
        """Add an object; return its id, or "" when it has none."""
        if depth > MAX_DEPTH:
            self._problem(table, "is nested too deeply")
            return ""
        if not isinstance(value, dict):
            self._problem(table, "is not an object")
            return ""
        id = _text(value.get("id"))
        row: dict[str, str] = {}
        for name, content in value.items():
            row |= self._field(table, id, name, content, depth)
        self._merge(table, id, self._linked(row, links if id else {}))
        if table == "services":
            self._own_program(row)
        return id

    def _own_program(self, service: Mapping[str, str]) -> None:
        """Give a program that stands in a service the organization of the service."""
        programs, id = self.rows.get("programs", {}), service.get("program_id", "")
        if id in programs and (owner := service.get("organization_id")):
            programs[id] = body_of({"organization_id": owner} | row_of(programs[id]))

    def _field(self, table: str, id: str, name: str, content: Json, depth: int) -> dict[str, str]:
        """Add what a field holds; return the columns that it gives to its own row."""
        if name in ONE and isinstance(content, dict):
            child, column = ONE[name]
            found = self._add(child, content, {}, depth + 1)
            return {column: found} if column in TABLES[table].columns else {}
        if name in MANY and isinstance(content, list):
            for item in content:
                self._add(MANY[name], item, _links(table, MANY[name], id), depth + 1)
        elif isinstance(content, dict | list):
            is_ours = name in ONE or name in MANY or name in TABLES[table].columns
            self._problem(name, WRONG_KIND if is_ours else UNKNOWN, fatal=is_ours)
        elif content is not None:
            return self._cell(table, name, _text(content))
        return {}

    def _cell(self, table: str, name: str, text: str) -> dict[str, str]:
        if name in TABLES[table].columns:
            return {name: text.strip()} if text.strip() else {}
        self._problem(name, UNKNOWN, fatal=False)
        return {}

    def _linked(self, row: dict[str, str], links: Mapping[str, str]) -> dict[str, str]:
        """Return the row with what it is nested in; what it says itself comes first."""
        for name, text in links.items():
            if row.setdefault(name, text) != text and name in LINK_COLUMNS:
                reason = "names another row than the one it stands in: that is kept"
                self._problem(name, reason, fatal=False)
        return row

    def _merge(self, table: str, id: str, row: dict[str, str]) -> None:
        known = self.rows.setdefault(table, {})
        # Two objects without an id are two rows: each is then reported.
        id = id.strip() or f"\0{len(known)}"
        body = body_of(row)
        old = known.setdefault(id, body)
        self.places.setdefault(table, {}).setdefault(id, self.place)
        if old != body:
            known[id] = body_of(self._united(row_of(old), row))

    def _united(self, old: dict[str, str], row: dict[str, str]) -> dict[str, str]:
        """Return what two objects of one id say; where they differ the first one counts."""
        for name, text in row.items():
            if old.setdefault(name, text) != text:
                reason = "differs between two objects with the same id: the first is kept"
                self._problem(name, reason, fatal=False)
        return old

    def _problem(self, name: str, reason: str, *, fatal: bool = True) -> None:
        self.tell(self.place, name, reason, fatal)


LINK_COLUMNS = frozenset(OWNER.values())


def _links(parent: str, child: str, id: str) -> dict[str, str]:
    """Return the columns by which a nested row names what it is in."""
    entity = ENTITY.get(parent, parent)
    if child == "attributes":
        return {"link_id": id, "link_entity": entity}
    if child == "metadata":
        return {"resource_id": id, "resource_type": entity}
    column = OWNER.get(parent, "")
    return {column: id} if column in TABLES[child].columns else {}


def owner_of(parent: str, child: str) -> str:
    """Return the column by which a row names what it is nested in, "" for none."""
    return next(iter(_links(parent, child, "")), "")


def _text(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
