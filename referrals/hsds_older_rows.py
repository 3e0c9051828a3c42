"""What becomes of each row of the older HSDS tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from referrals.hsds_older_cells import language_code, listed
from referrals.hsds_reading import Reading
from referrals.hsds_tables import ENTITY, LINKS, OWNER, TABLES
from referrals.stubs import stable_id

COLUMNS = "older-columns"
"""Taxonomy whose terms are columns without a place in 3.1."""
TABLES_OF: Mapping[str, str] = {
    "taxonomy": "taxonomy_terms",
    "organizations": "organizations",
    "programs": "programs",
    "locations": "locations",
    "services": "services",
    "contacts": "contacts",
    "phones": "phones",
    "addresses": "addresses",
    "mail_addresses": "addresses",
    "regular_schedules": "schedules",
    "holiday_schedules": "schedules",
}
"""Older file to the table of 3.1."""
SAME: Mapping[str, str] = {
    "organizations": (
        "name alternate_name description email website tax_status tax_id legal_status"
    ),
    "programs": "name alternate_name description",
    "locations": "name alternate_name description transportation latitude longitude",
    "services": (
        "name alternate_name description email status interpretation_services"
        " application_process wait_time"
    ),
    "contacts": "name title department email",
    "phones": "number extension",
    "addresses": "attention address_1 address_2 city region state_province postal_code country",
    "taxonomy_terms": "name",
}
"""Columns that kept their names."""
NAMED = ("organization_id", "program_id", "location_id", "service_id", "contact_id")

Cells = dict[str, str]
"""Cells that are not empty, by column; what is used is taken out."""


class Older:
    """Turns rows of the older tables into rows of 3.1."""

    def __init__(
        self,
        reading: Reading,
        organizations: Mapping[tuple[str, str], str],
        names: Mapping[str, str],
    ) -> None:
        """Take where rows are added, the organizations of others, and names of terms."""
        self._reading = reading
        self.organizations = organizations
        self.names = names
        self._said: set[tuple[str, str]] = set()
        self.file = ""
        self._line = 0

    def open(self, file: str) -> None:
        """Begin a file."""
        self.file = file
        self._reading.open(f"{file}.csv")

    def read(self, line: int, cells: Cells, make: Maker) -> None:
        """Add what a row becomes: what its maker takes, then the rest as attributes."""
        self._line = line
        table = TABLES_OF[self.file]
        id = id_of(self.file, cells.pop("id", cells.get("taxonomy_id", "")))
        row = {"id": id}
        make(self, row, cells)
        if not row:
            return
        for name in [n for n in NAMED if n in cells and n in TABLES[table].columns]:
            row[name] = id_of(LINKS[name], cells.pop(name))
        for name in SAME.get(table, "").split():
            if name in cells:
                row[name] = cells.pop(name)
        self._fill(table, row)
        self.add(table, row)
        for column, value in cells.items():
            self.keep(table, id, column, value)

    def _fill(self, table: str, row: Cells) -> None:
        """Fill what 3.1 asks for and the older layout did not."""
        if table in {"organizations", "programs", "taxonomy_terms"} and "name" in row:
            row.setdefault("description", row["name"])
        if table == "services" and "status" not in row:
            row["status"] = "inactive"
            self.warn("status", "is empty: the service is taken as inactive")

    def add(self, table: str, row: Mapping[str, str]) -> None:
        """Add a row of 3.1 that comes from the line being read."""
        cells = {name: text for name, text in row.items() if text}
        self._reading.add(table, self._line, cells)

    def warn(self, column: str, reason: str) -> None:
        """Note something about the line being read."""
        self._reading.problems.note(f"{self.file}.csv", self._line, column, reason)

    def spread(self, table: str, owner: Cells, column: str, text: str) -> None:
        """Add one row for each item of a list."""
        link = OWNER[TABLES_OF[self.file]]
        for item in listed(text):
            id = stable_id("older", table, owner["id"], column, item)
            code = language_code(item) if table == "languages" else ""
            self.add(table, {"id": id, link: owner["id"], column: item, "code": code})

    def attach(self, table: str, link: str, term: str, column: str = "", value: str = "") -> None:
        """Attach a term to a row."""
        id = stable_id("older", "attributes", link, term, value)
        row = {"id": id, "link_id": link}
        row |= {"taxonomy_term_id": term, "link_entity": ENTITY[table]}
        self.add("attributes", {**row, "label": column, "value": value})

    def keep(self, table: str, link: str, column: str, value: str) -> None:
        """Keep a cell as an attribute; say so once for its column."""
        if (self.file, column) not in self._said:
            self._said.add((self.file, column))
            self.warn(column, "has no place in HSDS 3.1: it is kept as an attribute")
        term = stable_id("term", COLUMNS, column)
        if ("", column) not in self._said:
            self._said.add(("", column))
            self.add_term(COLUMNS, {"id": term, "code": column, "name": column})
        self.attach(table, link, term, column, value)

    def add_term(self, taxonomy: str, row: Cells) -> None:
        """Add a term, and its taxonomy when it is the first one."""
        row |= self.in_taxonomy(taxonomy)
        self.add("taxonomy_terms", {**row, "description": row["name"]})

    def in_taxonomy(self, name: str) -> Cells:
        """Return the columns of a term that name its taxonomy; add that, once."""
        id = stable_id("taxonomy", name)
        if ("taxonomies", name) not in self._said:
            self._said.add(("taxonomies", name))
            self.add("taxonomies", {"id": id, "name": name, "description": name})
        return {"taxonomy": name, "taxonomy_id": id}


def id_of(table: str, older: str) -> str:
    """Return the UUID of an older id: itself when it is one."""
    try:
        return str(UUID(older))
    except ValueError:
        return stable_id("older", table, older) if older else ""


Maker = Callable[[Older, Cells, Cells], None]
"""Fills a row of 3.1 from cells, and takes out the cells it used; an empty row is not added."""
