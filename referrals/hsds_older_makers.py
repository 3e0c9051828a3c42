"""Cells of the older HSDS tables that have another place in 3.1."""

from __future__ import annotations

from collections.abc import Mapping

from referrals.hsds_older_cells import EVERY_YEAR, day_of, listed, time_of, weekday_of
from referrals.hsds_older_rows import Cells, Maker, Older, id_of
from referrals.hsds_problems import quoted
from referrals.hsds_tables import LINKS
from referrals.stubs import stable_id

TERMS = "older-taxonomy"
YES = frozenset({"true", "t", "1", "yes"})


def _organization(older: Older, row: Cells, cells: Cells) -> None:
    """Years and funders of an organization."""
    founded = cells.get("date_incorporated", "")
    if day := day_of(founded):
        row["year_incorporated"] = str(day.year)
    elif founded.isdigit():
        row["year_incorporated"] = cells.pop("date_incorporated")
    older.spread("funding", row, "source", cells.pop("funding_sources", ""))


def _nothing(older: Older, row: Cells, cells: Cells) -> None:
    """All of the columns kept their names."""


def _location(older: Older, row: Cells, cells: Cells) -> None:
    """Kind, lists and e-mails of a location."""
    is_virtual = cells.pop("virtual", "").lower() in YES
    row["location_type"] = "virtual" if is_virtual else "physical"
    row["url"] = cells.pop("website", "")
    short = cells.pop("short_desc", "")
    if short and cells.setdefault("description", short) != short:
        cells["short_desc"] = short
    steps = cells.pop("accessibility", "").replace("_", " ")
    older.spread("accessibility", row, "description", steps)
    older.spread("languages", row, "name", cells.pop("languages", ""))
    for column in ("email", "admin_emails"):
        for email in listed(cells.pop(column, "")):
            id = stable_id("older", "contacts", row["id"], column, email)
            contact = {"id": id, "location_id": row["id"], "email": email}
            older.add("contacts", {**contact, "department": column.removesuffix("s")})


def _service(older: Older, row: Cells, cells: Cells) -> None:
    """Where a service is, whose it is, and its lists."""
    _place(older, row, cells)
    row["url"] = cells.pop("website", "")
    row["fees_description"] = cells.pop("fees", "")
    whom = (cells.pop("audience", ""), cells.pop("eligibility", ""))
    row["eligibility_description"] = "\n".join(text for text in whom if text)
    older.spread("funding", row, "source", cells.pop("funding_sources", ""))
    older.spread("languages", row, "name", cells.pop("languages", ""))
    older.spread("service_areas", row, "name", cells.pop("service_areas", ""))
    older.spread("required_documents", row, "document", cells.pop("required_documents", ""))
    _terms(older, row, cells)


def _place(older: Older, row: Cells, cells: Cells) -> None:
    owners = [(c, cells[c]) for c in ("location_id", "program_id") if c in cells]
    found = (older.organizations.get(owner, "") for owner in owners)
    cells.setdefault("organization_id", next((id for id in found if id), ""))
    if place := cells.pop("location_id", ""):
        link = {"id": stable_id("older", "service_at_location", row["id"], place)}
        link |= {"service_id": row["id"], "location_id": id_of("locations", place)}
        older.add("service_at_location", link)


def _terms(older: Older, row: Cells, cells: Cells) -> None:
    codes = listed(cells.pop("taxonomy_ids", ""))
    for code in codes:
        if code in older.names:
            older.attach("services", row["id"], id_of("taxonomy", code))
    if unknown := [code for code in codes if code not in older.names]:
        older.warn("taxonomy_ids", f"are not in taxonomy.csv: {quoted(', '.join(unknown))}")
        cells["taxonomy_ids"] = ", ".join(unknown)


def _phone(_: Older, row: Cells, cells: Cells) -> None:
    """Country and department of a number."""
    row["type"] = cells.pop("number_type", "")
    row["description"] = cells.pop("department", "")
    if prefix := cells.pop("country_prefix", ""):
        cells["number"] = f"{prefix} {cells.get('number', '')}".strip()


def _address(older: Older, row: Cells, cells: Cells) -> None:
    """A street is a place, a mail address is for letters."""
    kind = "postal" if older.file == "mail_addresses" else "physical"
    row["address_type"] = cells.pop("address_type", kind)


def _week(_: Older, row: Cells, cells: Cells) -> None:
    """Hours of one day of every week."""
    day, text = weekday_of(cells.get("weekday", "")), cells.pop("weekday", "")
    row["freq"] = "WEEKLY" if day else ""
    row["byday"] = day
    if not _times(row, cells) or not day:
        words = (text, row.pop("opens_at", ""), row.pop("closes_at", ""))
        row["description"] = " ".join(word for word in words if word)


def _times(row: Cells, cells: Cells) -> bool:
    """Take the times; tell whether both are understood. They stay as they are if not."""
    texts = {name: cells.pop(name, "") for name in ("opens_at", "closes_at")}
    times = {name: time_of(text) for name, text in texts.items()}
    row |= times if all(times.values()) else texts
    return all(times.values())


def _holiday(older: Older, row: Cells, cells: Cells) -> None:
    """Other hours on some days; days of every year have no place in a schedule."""
    texts = (cells.pop("start_date", ""), cells.pop("end_date", ""))
    first, last = map(day_of, texts)
    is_closed = cells.pop("closed", "").lower() in YES
    if not first or not last or first.year == EVERY_YEAR:
        hours = f"{cells.get('opens_at', '')} - {cells.get('closes_at', '')}"
        hours = "closed" if is_closed else hours
        _keep_days(older, cells, f"{texts[0]} - {texts[1]}: {hours}")
        row.clear()
        return
    row |= {"valid_from": first.isoformat(), "valid_to": last.isoformat()}
    row |= {"description": "closed"} if is_closed else {"freq": "WEEKLY"}
    _times(row, cells)


def _keep_days(older: Older, cells: Cells, text: str) -> None:
    """Keep days in words: as a schedule they would stand for all hours of the week."""
    owners = [(name, cells[name]) for name in ("location_id", "service_id") if name in cells]
    for name, owner in owners:
        older.keep(LINKS[name], id_of(LINKS[name], owner), older.file, text)
    if not owners:
        older.warn("location_id", "is empty, and service_id too: the row is left out")


def _term(older: Older, row: Cells, cells: Cells) -> None:
    """A term of the taxonomy and the one above it."""
    row["code"] = cells.pop("taxonomy_id", "")
    above = cells.pop("parent_id", "")
    row["parent_id"] = id_of("taxonomy", above)
    row |= older.in_taxonomy(TERMS)
    if cells.get("parent_name") == older.names.get(above):
        cells.pop("parent_name", "")


MAKERS: Mapping[str, Maker] = {
    "taxonomy": _term,
    "organizations": _organization,
    "programs": _nothing,
    "locations": _location,
    "services": _service,
    "contacts": _nothing,
    "phones": _phone,
    "addresses": _address,
    "mail_addresses": _address,
    "regular_schedules": _week,
    "holiday_schedules": _holiday,
}
"""What takes the cells that have another place in 3.1, by older file."""
