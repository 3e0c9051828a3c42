"""Rows of HSDS tables to the directory's records.

Needs, audiences, stages and marks are HSDS taxonomy terms that attributes attach:
``faro-needs``, ``faro-audiences`` and ``faro-stages`` on services, ``faro-marks`` on
anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, tzinfo
from math import isfinite
from typing import NamedTuple

from referrals.records import (
    ACTIVE,
    INACTIVE,
    STUB,
    Capacity,
    Location,
    LocationId,
    Organization,
    OrganizationId,
    Service,
    ServiceAtLocation,
    ServiceId,
)
from referrals.schedule_rows import schedule_text

NEEDS = "faro-needs"
AUDIENCES = "faro-audiences"
STAGES = "faro-stages"
MARKS = "faro-marks"
CONFIDENTIAL = "confidential"
NO_PAPERS = "no_papers"
ASKS_PAPERS = "asks_papers"

FEW = 3
"""One to three free places are few; four or more are many."""
CONFIDENTIAL_GRID = 0.2
"""Degrees, about 20 km: rings of a search must not lead to a confidential door."""

Row = Mapping[str, str]
Rows = Mapping[str, Sequence[Row]]


class Records(NamedTuple):
    """What a directory is made of."""

    organizations: tuple[Organization, ...]
    services: tuple[Service, ...]
    locations: tuple[Location, ...]
    links: tuple[ServiceAtLocation, ...]


def records_of(rows: Rows, timezones: Mapping[str, tzinfo]) -> Records:
    """Return the records of a package's tables."""
    tables = _Tables(rows)
    return Records(
        tuple(_organization(row, tables) for row in tables.all("organizations")),
        tuple(_service(row, tables) for row in tables.all("services")),
        tuple(_location(row, tables, timezones) for row in tables.all("locations")),
        tuple(_link(row) for row in tables.all("service_at_location")),
    )


class _Tables:
    """Rows of a package, found by what they belong to."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._owned: dict[tuple[str, str], dict[str, list[Row]]] = {}
        self._terms = self._terms_by_owner()

    def all(self, table: str) -> Iterable[Row]:
        """Return the rows that have an id."""
        return (row for row in self._rows.get(table, ()) if row.get("id"))

    def of(self, table: str, owner: str, id: str) -> Sequence[Row]:
        """Return the rows of a table whose column ``owner`` is ``id``."""
        key = (table, owner)
        if key not in self._owned:
            self._owned[key] = _grouped(self._rows.get(table, ()), owner)
        return self._owned[key].get(id, ())

    def terms(self, taxonomy: str, id: str) -> frozenset[str]:
        """Return the codes of a taxonomy that are attached to a row."""
        return frozenset(self._terms.get((taxonomy, id), ()))

    def _terms_by_owner(self) -> dict[tuple[str, str], list[str]]:
        terms = {row.get("id", ""): row for row in self._rows.get("taxonomy_terms", ())}
        found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for row in self._rows.get("attributes", ()):
            term = terms.get(row.get("taxonomy_term_id", ""))
            if term and term.get("code"):
                found[term.get("taxonomy", ""), row.get("link_id", "")].append(term["code"])
        return found


def _grouped(rows: Iterable[Row], owner: str) -> dict[str, list[Row]]:
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if id := row.get(owner, ""):
            grouped[id].append(row)
    return grouped


def _organization(row: Row, tables: _Tables) -> Organization:
    marks = tables.terms(MARKS, row["id"])
    status = next((mark for mark in (STUB, INACTIVE) if mark in marks), ACTIVE)
    return Organization(
        id=OrganizationId(row["id"]),
        name=row.get("name", ""),
        description=row.get("description", ""),
        website=row.get("website", ""),
        phones=_texts(tables.of("phones", "organization_id", row["id"]), "number"),
        status=status,
    )


def _location(row: Row, tables: _Tables, timezones: Mapping[str, tzinfo]) -> Location:
    confidential = CONFIDENTIAL in tables.terms(MARKS, row["id"])
    address = next(iter(tables.of("addresses", "location_id", row["id"])), {})
    region = address.get("region", "")
    latitude, longitude = _point(row, confidential)
    return Location(
        id=LocationId(row["id"]),
        name=row.get("name", ""),
        city=address.get("city", ""),
        state=address.get("state_province", ""),
        region=region,
        latitude=latitude,
        longitude=longitude,
        address="" if confidential else _street(address),
        is_confidential=confidential,
        timezone=timezones.get(region),
        country=address.get("country", "").strip().upper(),
    )


def _street(address: Row) -> str:
    parts = (address.get("address_1", ""), address.get("address_2", ""))
    return ", ".join(part for part in parts if part)


def _point(row: Row, confidential: bool) -> tuple[float | None, float | None]:
    point = _number(row.get("latitude", "")), _number(row.get("longitude", ""))
    if point[0] is None or point[1] is None:
        return (None, None)
    if not confidential:
        return point
    return (_coarse(point[0]), _coarse(point[1]))


def _coarse(degrees: float) -> float:
    return round(round(degrees / CONFIDENTIAL_GRID) * CONFIDENTIAL_GRID, 6)


def _link(row: Row) -> ServiceAtLocation:
    return ServiceAtLocation(
        row["id"], ServiceId(row.get("service_id", "")), LocationId(row.get("location_id", ""))
    )


def _service(row: Row, tables: _Tables) -> Service:
    id = row["id"]
    documents = _texts(tables.of("required_documents", "service_id", id), "document")
    costs = tables.of("cost_options", "service_id", id)
    return Service(
        id=ServiceId(id),
        organization_id=OrganizationId(row.get("organization_id", "")),
        name=row.get("name", ""),
        description=row.get("description", ""),
        status=row.get("status", ""),
        needs=tables.terms(NEEDS, id),
        audiences=tables.terms(AUDIENCES, id),
        languages=_languages(_around(tables, "languages", id)),
        eligibility_description=row.get("eligibility_description", ""),
        required_documents=documents,
        asks_papers=_asks_papers(tables.terms(MARKS, id), documents),
        phones=_phones(row, tables),
        schedule_text=schedule_text(_around(tables, "schedules", id)),
        cost_option=_cost(costs, row.get("fees_description", "")),
        is_free=_is_free(costs),
        accessibility=" ".join(_texts(_around(tables, "accessibility", id), "description")),
        assured_date=_day(row.get("assured_date", "")),
        assurer_email=row.get("assurer_email", ""),
        capacity=_capacity(tables.of("service_capacity", "service_id", id)),
        is_nationwide=_is_nationwide(tables.of("service_areas", "service_id", id)),
        stages=tables.terms(STAGES, id),
        minimum_age=_number(row.get("minimum_age", "")),
        maximum_age=_number(row.get("maximum_age", "")),
    )


def _phones(row: Row, tables: _Tables) -> tuple[str, ...]:
    """Return a service's own numbers, else those of its organization."""
    organization = row.get("organization_id", "")
    own = _around(tables, "phones", row["id"])
    return _texts(own or tables.of("phones", "organization_id", organization), "number")


def _around(tables: _Tables, table: str, id: str) -> tuple[Row, ...]:
    """Return a table's rows of a service, then those of the locations where it is."""
    found = list(tables.of(table, "service_id", id))
    for link in tables.of("service_at_location", "service_id", id):
        found += tables.of(table, "service_at_location_id", link.get("id", ""))
        found += tables.of(table, "location_id", link.get("location_id", ""))
    return tuple(found)


def _texts(rows: Iterable[Row], column: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for row in rows if (text := row.get(column, "").strip())))


def _languages(rows: Iterable[Row]) -> frozenset[str]:
    codes = (row.get("code", "").strip().lower().split("-")[0] for row in rows)
    return frozenset(code for code in codes if code)


def _asks_papers(marks: frozenset[str], documents: tuple[str, ...]) -> bool | None:
    if ASKS_PAPERS in marks or documents:
        return True
    return False if NO_PAPERS in marks else None


def _cost(rows: Sequence[Row], fees: str) -> str:
    if not rows:
        return fees
    amount = f"{rows[0].get('amount', '')} {rows[0].get('currency', '')}".strip()
    return rows[0].get("option", "") or amount


def _is_free(rows: Sequence[Row]) -> bool | None:
    amounts = [_number(row.get("amount", "")) for row in rows]
    if not amounts or any(amount is None for amount in amounts):
        return None
    return all(amount == 0 for amount in amounts)


def _capacity(rows: Sequence[Row]) -> Capacity | None:
    reports = [(day, row) for row in rows if (day := _day(row.get("updated", "")[:10]))]
    if not reports:
        return None
    day, row = max(reports, key=lambda report: report[1].get("updated", ""))
    return Capacity(_level(_number(row.get("available", ""))), day)


def _level(available: float | None) -> str:
    if available is None:
        return "unknown"
    if available < 1:
        return "full"
    return "few" if available <= FEW else "many"


def _is_nationwide(rows: Iterable[Row]) -> bool:
    """Tell whether an area is a country: a text extent that is its two-letter code."""
    return any(
        row.get("extent_type") == "text"
        and len(extent := row.get("extent", "").strip()) == 2
        and extent.isalpha()
        and extent.isupper()
        for row in rows
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None
