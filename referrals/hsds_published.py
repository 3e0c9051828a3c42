"""What anyone may see of the directory: offered services, and what hangs on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from referrals.directory import Directory, Service
from referrals.hsds_out import public_rows
from referrals.hsds_rows import Row, Rows
from referrals.hsds_secrets import secrets_of, without
from referrals.hsds_tables import OWNER
from referrals.record_rows import NEEDS

Ids = Mapping[str, frozenset[str]]
"""Table to the ids of its rows that may be seen."""

HANGING = (
    *("phones", "schedules", "service_areas", "languages", "funding", "cost_options"),
    *("required_documents", "addresses", "accessibility", "organization_identifiers", "url"),
)
"""Tables whose rows are seen with what they belong to. A table that is not here, nor below,
is not published."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the directory says of an offered service now."""

    checked: date | None
    """When somebody last vouched for it."""
    reported: date | None
    """Day of the stored report of free places, while it is the newest and still counts."""
    barred: frozenset[str] = frozenset()
    """Needs for which it is not offered, as its organization is new."""


Offers = Mapping[str, Offer]
"""Id of a service to what is said of it; a service that is not offered is not in it."""


def offers_of(directory: Directory) -> Offers:
    """Return the services that are offered at this moment."""
    return {
        service.id: _offer(service, directory)
        for service in directory.services()
        if directory.is_offered(service.id)
    }


def _offer(service: Service, directory: Directory) -> Offer:
    return Offer(
        checked=directory.standing(service.id).checked,
        reported=_reported(service, directory),
        barred=frozenset(n for n in service.needs if not directory.is_offered(service.id, n)),
    )


def _reported(service: Service, directory: Directory) -> date | None:
    # What was tapped since has no number, and the older number would contradict it.
    stored = service.capacity
    return stored.updated if stored and directory.capacity(service.id) == stored else None


def published_rows(rows: Rows, offers: Offers) -> Rows:
    """Return the rows that anyone may have, as tables whose links all lead somewhere.

    Offered services; their organizations, programs, links and locations; free places only
    while the report counts; terms in use.
    """
    public = public_rows(rows)
    kept = _main(public, offers)
    ids = _ids(kept)
    for table in HANGING:
        kept[table] = [row for row in public.get(table, ()) if _hangs(row, ids)]
        ids = {**ids, table: _ids_of(kept[table])}
    kept["service_capacity"] = [
        row for row in public.get("service_capacity", ()) if _counts(row, offers, ids)
    ]
    kept |= _terms(public, ids, offers)
    kept["units"] = _named(public, "units", kept["service_capacity"], "unit_id")
    return without(secrets_of(rows, public), kept)


def _main(public: Rows, offers: Offers) -> dict[str, Sequence[Row]]:
    """Return services, organizations, programs, links and locations."""
    known = _ids_of(public.get("organizations", ()))
    services = [
        _checked(row, offers[row["id"]])
        for row in public.get("services", ())
        if row["id"] in offers and row["organization_id"] in known
    ]
    organizations = _named(public, "organizations", services, "organization_id")
    ids = {"services": _ids_of(services), "organizations": _ids_of(organizations)}
    places = _ids_of(public.get("locations", ()))
    links = [
        row
        for row in public.get("service_at_location", ())
        if row["service_id"] in ids["services"] and row["location_id"] in places
    ]
    locations = _named(public, "locations", links, "location_id")
    programs = _named(public, "programs", services, "program_id")
    programs = [row for row in programs if row["organization_id"] in ids["organizations"]]
    ids["programs"] = _ids_of(programs)
    return {
        "services": [_linked(row, "program_id", ids["programs"]) for row in services],
        "organizations": [
            _linked(row, "parent_organization_id", ids["organizations"]) for row in organizations
        ],
        "programs": programs,
        "service_at_location": links,
        "locations": [_linked(row, "organization_id", ids["organizations"]) for row in locations],
    }


def _checked(row: Row, offer: Offer) -> Row:
    """Return a service with the day on which somebody last vouched for it."""
    return {**row, "assured_date": offer.checked.isoformat()} if offer.checked else row


def _linked(row: Row, column: str, seen: frozenset[str]) -> Row:
    """Return a row without a link to what may not be seen."""
    if row.get(column, "") in seen:
        return row
    return {name: text for name, text in row.items() if name != column}


def _hangs(row: Row, ids: Ids) -> bool:
    """Tell whether all that a row belongs to may be seen."""
    owners = [(table, row[column]) for table, column in OWNER.items() if row.get(column)]
    return bool(owners) and all(id in ids.get(table, ()) for table, id in owners)


def _counts(row: Row, offers: Offers, ids: Ids) -> bool:
    """Tell whether a report of free places still says something."""
    id = row["service_id"]
    reported = offers[id].reported if id in ids["services"] else None
    return reported is not None and row["updated"][:10] == reported.isoformat()


def _terms(public: Rows, ids: Ids, offers: Offers) -> dict[str, Sequence[Row]]:
    """Return the attributes of what is seen, their terms with all above, the taxonomies."""
    terms = {row["id"]: row for row in public.get("taxonomy_terms", ())}
    seen = frozenset[str]().union(*ids.values())
    attributes = [
        row
        for row in public.get("attributes", ())
        if row["link_id"] in seen
        and (term := terms.get(row["taxonomy_term_id"]))
        and not _is_barred(term, offers.get(row["link_id"]))
    ]
    used = {row["taxonomy_term_id"] for row in attributes}
    above = used
    while above:
        above = {p for id in above if (p := terms[id].get("parent_id", "")) in terms} - used
        used |= above
    found = [
        _linked(row, "parent_id", frozenset(used)) for row in terms.values() if row["id"] in used
    ]
    taxonomies = _named(public, "taxonomies", found, "taxonomy_id")
    known = _ids_of(taxonomies)
    return {
        "attributes": attributes,
        "taxonomy_terms": [_linked(row, "taxonomy_id", known) for row in found],
        "taxonomies": taxonomies,
    }


def _is_barred(term: Row, offer: Offer | None) -> bool:
    if offer is None or term.get("taxonomy") != NEEDS:
        return False
    return term.get("code") in offer.barred


def _named(public: Rows, table: str, by: Iterable[Row], column: str) -> list[Row]:
    """Return the rows of a table that others name in a column."""
    wanted = {row.get(column, "") for row in by}
    return [row for row in public.get(table, ()) if row["id"] in wanted]


def _ids(rows: Rows) -> Ids:
    return {table: _ids_of(found) for table, found in rows.items()}


def _ids_of(rows: Iterable[Row]) -> frozenset[str]:
    return frozenset(row["id"] for row in rows)
