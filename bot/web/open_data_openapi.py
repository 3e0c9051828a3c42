"""The OpenAPI 3.1 document of the open data: exactly what is served, no more."""

from __future__ import annotations

from collections.abc import Mapping

from bot.web import open_data_schemas as schema
from bot.web.open_data_parameters import (
    KINDS,
    MAX_MINIMAL,
    MAX_PAGE,
    MAX_PER_PAGE,
    MAX_SEARCH,
    PER_PAGE,
    Kind,
)
from referrals.hsds_nested import Object

ROOT = "/hsds"
VERSION = "3.1"
"""Of the standard."""
ID: Object = {"type": "string", "format": "uuid"}
FLAG: Object = {"type": "boolean", "default": False}
FIRST = "$response.body#/contents/0/id"

PARAMETERS: Mapping[str, tuple[str, Object]] = {
    "search": (
        "Words that must all be found in names, descriptions, cities or states. Accents and "
        "case do not matter.",
        {"type": "string", "maxLength": MAX_SEARCH},
    ),
    "taxonomy_term_id": ("Only records with this term, or about a service that has it.", ID),
    "taxonomy_id": ("Only records with a term of this taxonomy; terms of this taxonomy.", ID),
    "organization_id": ("Only services of this organization.", ID),
    "modified_after": (
        "Only what changed then or later. What does not say when it changed is always in.",
        {"anyOf": [{"type": "string", "format": f} for f in ("date-time", "date")]},
    ),
    "minimal": (
        "Only id and modified_date, for telling what changed. "
        f"per_page is then {MAX_MINIMAL} by default and at most.",
        FLAG,
    ),
    "full": ("Whole records, with all that belongs to them.", FLAG),
    "full_service": ("Services of an organization whole, not by id, name and status.", FLAG),
    "parent_id": ("Only terms under this term.", ID),
    "top_only": ("Only terms without a parent.", FLAG),
    "page": (
        "Number of the page. After the last one a page is empty.",
        {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 1},
    ),
    "per_page": (
        f"Records in a page; {PER_PAGE} by default.",
        {"type": "integer", "minimum": 1, "maximum": MAX_PER_PAGE},
    ),
    "format": ("Only json is served.", {"type": "string", "enum": ["json"]}),
}


def document() -> Object:
    """Return the whole document."""
    paths: Object = {
        ROOT: {"get": _operation("get_meta", "What this API is.", schema.meta())},
        f"{ROOT}/openapi.json": {
            "get": _operation("get_openapi", "This document.", {"type": "object"})
        },
    }
    for name, kind in KINDS.items():
        paths[f"{ROOT}/{name}"] = _path_of_list(name, kind)
        paths[f"{ROOT}/{name}/{{id}}"] = _path_of_one(name, kind)
    return {
        "openapi": "3.1.0",
        "info": _info(),
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": schema.schemas()},
    }


def _info() -> Object:
    return {
        "title": "Faro open data",
        "version": VERSION,
        "summary": f"The published directory, in Open Referral HSDS {VERSION}. Read only.",
        "description": (
            "Only what is offered at the moment of the request. A location that is "
            "confidential has its city and state, no address and no point."
        ),
    }


def _path_of_list(name: str, kind: Kind) -> Object:
    first: Object = {"operationId": f"get_{name}", "parameters": {"id": FIRST}}
    operation = _operation(
        f"list_{name}", f"A page of {name}.", schema.page(kind), kind.of_list, {"first": first}
    )
    return {"get": operation}


def _path_of_one(name: str, kind: Kind) -> Object:
    summary = f"One of {name}, whole."
    operation = _operation(f"get_{name}", summary, schema.of(kind.table), kind.of_one, {}, "404")
    id: Object = {"name": "id", "in": "path", "required": True, "schema": ID}
    return {"get": operation, "parameters": [id]}


def _operation(
    name: str,
    summary: str,
    answer: Object,
    parameters: tuple[str, ...] = (),
    links: Object | None = None,
    *faults: str,
) -> Object:
    responses: Object = {"200": _good(summary, answer, links or {})}
    responses["304"] = {"description": "The answer is the one that If-None-Match names."}
    for status in ("400", *faults):
        responses[status] = _response(FAULTS[status], schema.named("problem"))
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [_parameter(name) for name in parameters],
        "responses": responses,
    }


FAULTS = {
    "400": "A parameter cannot be used; the answer says what to do.",
    "404": "Nothing is published under this id.",
}


def _good(summary: str, answer: Object, links: Object) -> Object:
    tag: Object = {"description": "Changes when the answer does.", "required": True}
    tag["schema"] = schema.TEXT
    return {**_response(summary, answer), "headers": {"ETag": tag}, "links": links}


def _response(description: str, answer: Object) -> Object:
    return {"description": description, "content": {"application/json": {"schema": answer}}}


def _parameter(name: str) -> Object:
    description, kind = PARAMETERS[name]
    return {"name": name, "in": "query", "description": description, "schema": kind}
