"""JSON schemas of the records of the open data, made of the same tables as the answers."""

from __future__ import annotations

from bot.web.open_data_parameters import Kind
from referrals.hsds_nested import Object
from referrals.hsds_objects import NOT_SERVED, OF_AN_ORGANIZATION, SIMPLE, WHOLE
from referrals.hsds_out import PRIVATE
from referrals.hsds_tables import (
    ALWAYS,
    CHOICES,
    DATES,
    ENTITY,
    LINKS,
    MANY,
    MOMENTS,
    NUMBER_FIELDS,
    ONE,
    TABLES,
)

PLACE = "#/components/schemas/"
ID: Object = {"type": "string", "format": "uuid"}
TEXT: Object = {"type": "string"}
COUNTS = ("total_items", "total_pages", "page_number", "size")
MARKS = ("first_page", "last_page", "empty")


def schemas() -> Object:
    """Return all schemas by name."""
    served = (table for table in TABLES if table not in NOT_SERVED)
    found: Object = {_name(table): _record(table) for table in served}
    moment: Object = {**TEXT, "format": "date-time"}
    return {
        **found,
        "minimal_service": _object({"id": ID, "modified_date": moment}, ("id",)),
        "simple_service": _object({name: _column("services", name) for name in SIMPLE}),
        "problem": _object({"error": {**TEXT, "description": "What to do."}}),
    }


def named(name: str) -> Object:
    """Return the reference to a schema."""
    return {"$ref": f"{PLACE}{name}"}


def of(table: str) -> Object:
    """Return the reference to the schema of a table's records."""
    return named(_name(table))


def page(kind: Kind) -> Object:
    """Return the schema of a page of records."""
    items = of(kind.table)
    if "minimal" in kind.of_list:
        items = {"anyOf": [items, named("minimal_service")]}
    counts: Object = {name: {"type": "integer", "minimum": 0} for name in COUNTS}
    marks: Object = {name: {"type": "boolean"} for name in MARKS}
    return _object({**counts, **marks, "contents": {"type": "array", "items": items}})


def meta() -> Object:
    """Return the schema of what the API says about itself."""
    uri: Object = {**TEXT, "format": "uri"}
    return _object({"version": TEXT, "profile": uri, "openapi_url": uri})


def _object(fields: Object, required: tuple[str, ...] | None = None) -> Object:
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields if required is None else required),
        "additionalProperties": False,
    }


def _record(table: str) -> Object:
    """Return the schema of a table's records, with all that can be nested in them."""
    columns = [name for name in TABLES[table].columns if name not in PRIVATE]
    fields: Object = {name: _column(table, name) for name in columns}
    nested = WHOLE.get(table, ())
    if table == "organizations":
        services: Object = {"anyOf": [of("services"), named("simple_service")]}
        fields["services"] = {"type": "array", "items": services}
        nested = (*nested, *OF_AN_ORGANIZATION)
    for name in nested:
        fields[name] = of(ONE[name][0]) if name in ONE else _list(MANY[name])
    required = TABLES[table].required.union(ALWAYS.get(table, ()))
    return _object(fields, tuple(sorted(required)))


def _list(table: str) -> Object:
    return {"type": "array", "items": of(table)}


def _column(table: str, name: str) -> Object:
    if choices := CHOICES.get((table, name)):
        return {"type": "string", "enum": list(choices)}
    if name in NUMBER_FIELDS:
        return {"type": "number"}
    if name == "id" or name in LINKS or name == "link_id":
        return ID
    formats = {**dict.fromkeys(DATES, "date"), **dict.fromkeys(MOMENTS, "date-time")}
    return {**TEXT, "format": formats[name]} if name in formats else TEXT


def _name(table: str) -> str:
    return ENTITY.get(table, table)
