"""The published directory as the standard's API asks for it: found, filtered, counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from referrals.hsds_objects import Objects, moment_of
from referrals.hsds_rows import Row, Rows
from referrals.place_names import fold

SEARCHED: Mapping[str, tuple[str, ...]] = {
    "services": ("name", "alternate_name", "description", "eligibility_description"),
    "organizations": ("name", "alternate_name", "description"),
    "service_at_location": ("description",),
    "locations": ("name", "alternate_name"),
    "addresses": ("city", "state_province"),
    "taxonomies": ("name", "description"),
    "taxonomy_terms": ("name", "description", "code"),
}
"""Columns in which words are searched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a list is asked for. Empty: all of it."""

    words: tuple[str, ...] = ()
    """Folded; each must be found."""
    term: str = ""
    taxonomy: str = ""
    organization: str = ""
    since: datetime | None = None
    """Changed then or later; what does not say when it was changed is always in."""
    parent: str = ""
    top_only: bool = False
    """Only terms without a parent."""


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a search."""
    return tuple(fold(text).split())


class Published:
    """Published rows with what lists need. Its answers never change."""

    __slots__ = ("_rows", "_terms", "_texts", "objects")

    def __init__(self, rows: Rows) -> None:
        """Order the rows by id, so that pages stay the same while the data is."""
        self._rows = {t: sorted(found, key=lambda row: row["id"]) for t, found in rows.items()}
        self.objects = Objects(self._rows)
        self._texts: dict[str, str] = {}
        self._terms: dict[str, frozenset[str]] = {}

    def find(self, table: str, query: Query) -> Sequence[Row]:
        """Return the rows of a table that a query wants, ordered by id."""
        rows = self._rows.get(table, ())
        if query == Query():
            return rows
        return [row for row in rows if self._fits(table, row, query)]

    def _fits(self, table: str, row: Row, query: Query) -> bool:
        return (
            self._is_in(table, row, query)
            and (not query.term or query.term in self._terms_of(table, row))
            and _is_since(self._service_of(table, row), query.since)
            and all(word in self._text_of(table, row) for word in query.words)
        )

    def _is_in(self, table: str, row: Row, query: Query) -> bool:
        if query.organization not in ("", self._service_of(table, row).get("organization_id")):
            return False
        if query.parent not in ("", row.get("parent_id")):
            return False
        if query.top_only and row.get("parent_id"):
            return False
        return not query.taxonomy or query.taxonomy in self._taxonomies_of(table, row)

    def _service_of(self, table: str, row: Row) -> Row:
        """Return the service of a link; for any other row the row."""
        if table != "service_at_location":
            return row
        return self.objects.row("services", row["service_id"]) or row

    def _taxonomies_of(self, table: str, row: Row) -> set[str]:
        if table == "taxonomy_terms":
            return {row.get("taxonomy_id", "")}
        terms = (self.objects.row("taxonomy_terms", id) for id in self._terms_of(table, row))
        return {term.get("taxonomy_id", "") for term in terms if term}

    def _terms_of(self, table: str, row: Row) -> frozenset[str]:
        """Return the ids of the terms of a row and of what it is about."""
        if (id := row["id"]) not in self._terms:
            about = (row, *(near for _, near in self._about(table, row)))
            links = (self.objects.owned("attributes", "link_id", one["id"]) for one in about)
            found = (link["taxonomy_term_id"] for some in links for link in some)
            self._terms[id] = frozenset(found)
        return self._terms[id]

    def _text_of(self, table: str, row: Row) -> str:
        """Return all that a search of a row looks at, folded."""
        if (id := row["id"]) not in self._texts:
            about = ((table, row), *self._about(table, row))
            texts = (one.get(name, "") for of, one in about for name in SEARCHED.get(of, ()))
            self._texts[id] = " ".join(fold(text) for text in texts if text)
        return self._texts[id]

    def _about(self, table: str, row: Row) -> Iterable[tuple[str, Row]]:
        """Yield what stands around a row: services of an organization, places of a service."""
        if table == "organizations":
            for service in self.objects.owned("services", "organization_id", row["id"]):
                yield "services", service
                yield from self._about("services", service)
        elif table == "services":
            for link in self.objects.owned("service_at_location", "service_id", row["id"]):
                yield from self._place_of(link)
        elif table == "service_at_location":
            yield "services", self._service_of(table, row)
            yield from self._place_of(row)

    def _place_of(self, link: Row) -> Iterable[tuple[str, Row]]:
        if location := self.objects.row("locations", link["location_id"]):
            yield "locations", location
        for address in self.objects.owned("addresses", "location_id", link["location_id"]):
            yield "addresses", address


def _is_since(row: Row, since: datetime | None) -> bool:
    if since is None:
        return True
    try:
        return moment_of(row.get("last_modified", "")) >= since
    except ValueError:
        return True
