"""A country's list of known organizations to HSDS rows that nobody has vetted.

What comes from here may be read as names. Nothing of it is offered to a person: no
service has an ``assured_date`` before a coordinator gives it one.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID, uuid5

from referrals.record_rows import MARKS, NEEDS
from referrals.records import STUB

NAMESPACE = UUID("6f2d6b8e-0f0c-5c39-9a53-5d3d9c6f7a11")
"""For ids of rows that have none of their own: the same row gets the same id again."""
NAMED_ONLY = "named_only"

Row = dict[str, str]


def read_stubs(text: str, country: str) -> dict[str, tuple[Row, ...]]:
    """Read ``organizations.csv``; ``country`` is its ISO 3166-1 code, such as ``XK``."""
    return stub_rows(csv.DictReader(io.StringIO(text, newline="")), country)


def stub_rows(rows: Iterable[Mapping[str, str]], country: str) -> dict[str, tuple[Row, ...]]:
    """Return the HSDS tables of a list of organizations.

    A row without an id or a name is left out.
    """
    tables: dict[str, dict[str, Row]] = {}
    for row in rows:
        if row.get("id") and row.get("name"):
            for table, found in _rows_of(row, country):
                tables.setdefault(table, {}).setdefault(found["id"], found)
    return {table: tuple(found.values()) for table, found in tables.items()}


def stable_id(*parts: str) -> str:
    """Return the UUID that these parts always get."""
    return str(uuid5(NAMESPACE, "\0".join(parts)))


def term_rows(taxonomy: str, code: str, link: str, entity: str) -> Iterator[tuple[str, Row]]:
    """Yield what attaches a term to a row: taxonomy, term and attribute."""
    term = stable_id("term", taxonomy, code)
    home = stable_id("taxonomy", taxonomy)
    name = code.replace("_", " ")
    yield "taxonomies", {"id": home, "name": taxonomy, "description": taxonomy}
    yield (
        "taxonomy_terms",
        {
            **{"id": term, "code": code, "name": name, "description": name},
            **{"taxonomy": taxonomy, "taxonomy_id": home},
        },
    )
    yield (
        "attributes",
        {
            **{"id": stable_id("attribute", link, term), "link_id": link},
            **{"taxonomy_term_id": term, "link_entity": entity},
        },
    )


def _rows_of(row: Mapping[str, str], country: str) -> Iterator[tuple[str, Row]]:
    id = _uuid(row["id"])
    organization = {
        "id": id,
        "name": row["name"],
        "description": _origin(row),
        "website": row.get("website", ""),
    }
    yield "organizations", organization
    if row.get("city"):
        yield from _location_rows(id, row, country)
    if row.get("status") == NAMED_ONLY:
        yield from term_rows(MARKS, STUB, id, "organization")
    else:
        yield from _service_rows(id, row)


def _origin(row: Mapping[str, str]) -> str:
    day = row.get("source_date", "")
    return f"{row.get('source', '')} ({day})" if day else row.get("source", "") or row["name"]


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return stable_id("organization", text)


def _location_rows(id: str, row: Mapping[str, str], country: str) -> Iterator[tuple[str, Row]]:
    location = stable_id("location", id)
    yield (
        "locations",
        {
            **{"id": location, "location_type": "physical", "organization_id": id},
            **{"name": row["city"]},
            **{name: row.get(name, "") for name in ("latitude", "longitude")},
        },
    )
    yield (
        "addresses",
        {
            **{"id": stable_id("address", id), "location_id": location, "address_1": ""},
            **{"city": row["city"], "region": row.get("state_code", "")},
            **{"state_province": row.get("state", ""), "postal_code": "", "country": country},
            "address_type": "physical",
        },
    )


def _service_rows(id: str, row: Mapping[str, str]) -> Iterator[tuple[str, Row]]:
    service = stable_id("service", id)
    yield (
        "services",
        {
            **{"id": service, "organization_id": id, "name": row["name"], "status": "active"},
            **{"eligibility_description": row.get("audience", ""), "assured_date": ""},
        },
    )
    if row.get("city"):
        location = stable_id("location", id)
        link = {"id": stable_id("link", service), "service_id": service}
        yield "service_at_location", {**link, "location_id": location}
    for code in _codes(row.get("need_codes", "")):
        yield from term_rows(NEEDS, code, service, "service")


def _codes(text: str) -> Sequence[str]:
    return tuple(code for code in re.split(r"[|;,\s]+", text) if code)
