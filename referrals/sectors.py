"""Needs as the sectors of the humanitarian coordination: HSDS taxonomies beside our own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from referrals.record_rows import NEEDS
from referrals.stubs import stable_id

Row = Mapping[str, str]
Rows = Mapping[str, Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Sectors:
    """One way to sort needs, such as the clusters of the IASC."""

    id: str
    """Name of the HSDS taxonomy: ``iasc-clusters``."""
    name: str
    """What it is, in words."""
    of_need: Mapping[str, tuple[str, ...]]
    """Need code to the names of its sectors, the closest first."""
    parents: Mapping[str, str] = field(default_factory=dict)
    """Part to the sector that it belongs to: "Child Protection" to "Protection"."""


def with_sectors(rows: Rows, taxonomies: Iterable[Sectors]) -> Rows:
    """Return HSDS tables with the sectors of each service's needs added.

    ``rows``: a package's tables, with needs as ``faro-needs`` attributes. Nothing that is
    there changes; ids are the same each time.
    """
    needs, added = _needs_of_services(rows), dict[str, dict[str, Row]]()
    for sectors in taxonomies:
        for table, row in _rows_of(sectors, needs):
            added.setdefault(table, {})[row["id"]] = row
    return {**rows, **{t: (*rows.get(t, ()), *found.values()) for t, found in added.items()}}


def sectors_of(needs: Iterable[str], sectors: Sectors) -> tuple[str, ...]:
    """Return the names of the sectors of some needs, each once, in the order of the needs."""
    return tuple(dict.fromkeys(name for need in needs for name in sectors.of_need.get(need, ())))


def _needs_of_services(rows: Rows) -> dict[str, list[str]]:
    codes = {
        term["id"]: term.get("code", "")
        for term in rows.get("taxonomy_terms", ())
        if term.get("taxonomy") == NEEDS
    }
    needs = {service["id"]: list[str]() for service in rows.get("services", ())}
    for row in rows.get("attributes", ()):
        if row["link_id"] in needs and row["taxonomy_term_id"] in codes:
            needs[row["link_id"]].append(codes[row["taxonomy_term_id"]])
    return needs


def _rows_of(sectors: Sectors, needs: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, Row]]:
    home = stable_id("taxonomy", sectors.id)
    yield "taxonomies", {"id": home, "name": sectors.id, "description": sectors.name}
    for service, codes in needs.items():
        for name in sectors_of(codes, sectors):
            yield from _terms(sectors, name, home)
            yield "attributes", _attribute(sectors, name, service)


def _terms(sectors: Sectors, name: str, home: str) -> Iterator[tuple[str, Row]]:
    parent = sectors.parents.get(name, "")
    if parent:
        yield from _terms(sectors, parent, home)
    yield (
        "taxonomy_terms",
        {
            **{"id": _term_id(sectors, name), "code": name, "name": name, "description": name},
            **{"taxonomy": sectors.id, "taxonomy_id": home},
            **({"parent_id": _term_id(sectors, parent)} if parent else {}),
        },
    )


def _attribute(sectors: Sectors, name: str, service: str) -> Row:
    return {
        "id": stable_id("sector", sectors.id, name, service),
        "link_id": service,
        "link_entity": "service",
        "taxonomy_term_id": _term_id(sectors, name),
    }


def _term_id(sectors: Sectors, name: str) -> str:
    return stable_id("term", sectors.id, name)
