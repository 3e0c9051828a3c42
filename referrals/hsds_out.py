"""Write Open Referral HSDS 3.1 packages, and clean one for anyone to have."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from referrals.hsds_tables import TABLES
from referrals.record_rows import CONFIDENTIAL, MARKS

Rows = Mapping[str, Sequence[Mapping[str, str]]]

PRIVATE = frozenset({"assurer_email", "contact_id"})
SECRET: Mapping[str, frozenset[str]] = {
    "locations": frozenset(
        {"name", "alternate_name", "description", "transportation", "url", "latitude"}
        | {"longitude", "external_identifier", "external_identifier_type"}
    ),
    "addresses": frozenset({"attention", "address_1", "address_2", "postal_code"}),
    "accessibility": frozenset({"description", "details", "url"}),
    "service_at_location": frozenset({"description"}),
}
"""What leads to the door of a confidential location, by table."""


def write_tables(rows: Rows) -> dict[str, bytes]:
    """Return the package as tabular HSDS: file name to content.

    Writes all that the rows hold, the address of a confidential location too: what goes
    to anyone but a coordinator is cleaned with ``public_rows`` first.
    """
    return {f"{table}.csv": _csv(table, found) for table, found in rows.items() if found}


def public_rows(rows: Rows) -> Rows:
    """Return the rows that anyone may have: no door and no point of a confidential one.

    Contacts are staff by name, and assurers are coordinators: both stay home.
    """
    hidden = _confidential(rows)
    kept = {table: found for table, found in rows.items() if table != "contacts"}
    return {table: [_public(table, row, hidden) for row in kept[table]] for table in kept}


def _confidential(rows: Rows) -> frozenset[str]:
    terms = {row["id"] for row in rows.get("taxonomy_terms", ()) if _is_secret(row)}
    links = rows.get("attributes", ())
    return frozenset(row["link_id"] for row in links if row["taxonomy_term_id"] in terms)


def _is_secret(term: Mapping[str, str]) -> bool:
    return term.get("taxonomy") == MARKS and term.get("code") == CONFIDENTIAL


def _public(table: str, row: Mapping[str, str], hidden: frozenset[str]) -> Mapping[str, str]:
    owner = row.get("id" if table == "locations" else "location_id", "")
    secret = SECRET.get(table, frozenset()) if owner in hidden else frozenset()
    return {name: text for name, text in row.items() if name not in secret | PRIVATE}


def _csv(table: str, rows: Sequence[Mapping[str, str]]) -> bytes:
    used = {name for row in rows for name in row} | TABLES[table].required
    columns = [name for name in TABLES[table].columns if name in used]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
