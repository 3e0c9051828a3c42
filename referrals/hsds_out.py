"""Write Open Referral HSDS 3.1 packages, and clean one for anyone to have."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from referrals.hsds_nested import Nest
from referrals.hsds_rows import Row, Rows
from referrals.hsds_sense import is_secret_term
from referrals.hsds_tables import ALWAYS, LINKS, NUMBER_FIELDS, TABLES

DATAPACKAGE = "datapackage.json"
CHUNK = 2000
"""Rows that are written at once."""
PRIVATE = frozenset({"assurer_email", "contact_id"})
PRIVATE_TABLES = frozenset({"contacts", "metadata"})
"""Staff by name, and old values: an address that was hidden since."""
SECRET: Mapping[str, frozenset[str]] = {
    "locations": frozenset(
        {"name", "alternate_name", "description", "transportation", "url", "latitude"}
        | {"longitude", "external_identifier", "external_identifier_type"}
    ),
    "addresses": frozenset({"attention", "address_1", "address_2", "postal_code"}),
    "accessibility": frozenset({"description", "details", "url"}),
    "service_at_location": frozenset({"description"}),
    "schedules": frozenset({"notes", "schedule_link"}),
    "phones": frozenset({"description"}),
    "attributes": frozenset({"value", "label"}),
}
"""What leads to the door of a confidential location, by table."""
OWNERS = ("location_id", "service_at_location_id", "link_id")


def write_tables(rows: Rows) -> dict[str, bytes]:
    """Return the package as tabular HSDS: file name to content.

    Writes all that the rows hold, the address of a confidential location too: what goes
    to anyone but a coordinator is cleaned with ``public_rows`` first.
    """
    return {name: b"".join(parts) for name, parts in table_files(rows)}


def table_files(rows: Rows) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield the files of a tabular package, each as its parts: CSV, and what it holds."""
    columns = {table: _columns(table, found) for table, found in rows.items() if found}
    for table, names in columns.items():
        yield f"{table}.csv", _csv(names, rows[table])
    yield DATAPACKAGE, iter([_datapackage(columns)])


def json_file(rows: Rows) -> Iterator[bytes]:
    """Yield the parts of a package as one JSON file: a page of full services.

    What no service holds stands beside ``contents``, under the name of its table.
    """
    nest = Nest(rows)
    total = len(rows.get("services", ()))
    page = {"total_items": total, "total_pages": 1, "page_number": 1, "size": total}
    page |= {"first_page": True, "last_page": True, "empty": total == 0}
    yield msgspec.json.encode(page)[:-1] + b',"contents":['
    yield from _joined(msgspec.json.encode(service) for service in nest.services())
    last = ""
    for table, found in nest.others():
        yield b",\n" if table == last else b'\n],"%b":[\n' % table.encode()
        yield msgspec.json.encode(found)
        last = table
    yield b"\n]}\n"


def public_rows(rows: Rows) -> Rows:
    """Return the rows that anyone may have: no door and no point of a confidential one.

    Contacts are staff by name, assurers are coordinators: both stay home, and the numbers
    and notes of contacts with them.
    """
    hidden = hidden_ids(rows)
    homes = _at_home(rows)
    kept = {table: found for table, found in rows.items() if table not in PRIVATE_TABLES}
    return {
        table: [_public(table, row, hidden) for row in kept[table] if not _is_of(row, homes)]
        for table in kept
    }


def hidden_ids(rows: Rows) -> frozenset[str]:
    """Return the ids of confidential locations, and of the links of services to them."""
    terms = {row["id"] for row in rows.get("taxonomy_terms", ()) if is_secret_term(row)}
    links = rows.get("attributes", ())
    hidden = {row["link_id"] for row in links if row["taxonomy_term_id"] in terms}
    places = rows.get("service_at_location", ())
    return frozenset(hidden | {row["id"] for row in places if row["location_id"] in hidden})


def _at_home(rows: Rows) -> frozenset[str]:
    """Return the ids of contacts and of their phones."""
    phones = (row["id"] for row in rows.get("phones", ()) if row.get("contact_id"))
    return frozenset([*(row["id"] for row in rows.get("contacts", ())), *phones])


def _is_of(row: Row, homes: frozenset[str]) -> bool:
    """Tell whether a row is what stays home, or belongs to it."""
    names = ("id", "contact_id", "phone_id", "link_id")
    return any(row.get(name) in homes for name in names)


def _public(table: str, row: Row, hidden: frozenset[str]) -> Row:
    owned = (row.get(name) in hidden for name in OWNERS)
    is_hidden = row.get("id") in hidden or any(owned)
    secret = SECRET.get(table, frozenset()) if is_hidden else frozenset()
    return {name: text for name, text in row.items() if name not in secret | PRIVATE}


def _columns(table: str, rows: Sequence[Row]) -> list[str]:
    used = {name for row in rows for name in row} | TABLES[table].required
    used |= set(ALWAYS.get(table, ()))
    return [name for name in TABLES[table].columns if name in used]


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    out = io.StringIO(newline="")
    # A lone "\r" in a cell is put into quotes only when the line ends with one.
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\r\n")
    writer.writeheader()
    for done, row in enumerate(rows, 1):
        writer.writerow(row)
        if done % CHUNK == 0:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _joined(items: Iterator[bytes]) -> Iterator[bytes]:
    between = b"\n"
    for item in items:
        yield between
        yield item
        between = b",\n"


def _datapackage(tables: Mapping[str, Sequence[str]]) -> bytes:
    """Return what the folder holds, as the Tabular Data Package profile has it."""
    resources = [_resource(table, columns, tables) for table, columns in tables.items()]
    package = {"name": "hsds", "profile": "tabular-data-package", "resources": resources}
    return json.dumps(package, indent=1).encode()


def _resource(
    table: str, columns: Sequence[str], tables: Mapping[str, Sequence[str]]
) -> dict[str, object]:
    keys = [
        {"fields": name, "reference": {"resource": LINKS[name], "fields": "id"}}
        for name in columns
        if LINKS.get(name, "") in tables
    ]
    fields = [{"name": name, "type": _type(name)} for name in columns]
    return {
        **{"name": table, "path": f"{table}.csv", "profile": "tabular-data-resource"},
        "schema": {"fields": fields, "primaryKey": "id", "foreignKeys": keys},
    }


def _type(name: str) -> str:
    return "number" if name in NUMBER_FIELDS else "string"
