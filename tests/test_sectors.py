"""Needs as sectors of the coordination: added to a package, nothing else changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import LOCALES, Settings
from bot.world import fictional_package
from handlers.names import NEEDS
from referrals.hsds import read_package
from referrals.hsds_out import public_rows, write_tables
from referrals.sectors import Rows, Sectors, sectors_of, with_sectors
from worlds import fictional_world

TWO = (
    Sectors("a", "One way", {"housing": ("Shelter",), "health": ("Health",)}),
    Sectors(
        "b",
        "Another way",
        {"housing": ("Beds", "Food"), "gender_violence": ("Part",)},
        parents={"Part": "Whole"},
    ),
)
ROWS: Rows = {
    "services": [{"id": "s1"}, {"id": "s2"}],
    "taxonomy_terms": [
        {"id": "t1", "code": "housing", "taxonomy": "faro-needs"},
        {"id": "t2", "code": "gender_violence", "taxonomy": "faro-needs"},
        {"id": "t3", "code": "housing", "taxonomy": "another"},
    ],
    "attributes": [
        {"id": "a1", "link_id": "s1", "taxonomy_term_id": "t1"},
        {"id": "a2", "link_id": "s2", "taxonomy_term_id": "t2"},
        {"id": "a3", "link_id": "s2", "taxonomy_term_id": "t3"},
    ],
}


def named(rows: Rows) -> set[tuple[str, str, str]]:
    terms = {row["id"]: row for row in rows["taxonomy_terms"]}
    return {
        (row["link_id"], term["taxonomy"], term["name"])
        for row in rows["attributes"]
        if "name" in (term := terms[row["taxonomy_term_id"]])
    }


def test_a_service_gets_the_sectors_of_its_needs() -> None:
    assert named(with_sectors(ROWS, TWO)) == {
        ("s1", "a", "Shelter"),
        ("s1", "b", "Beds"),
        ("s1", "b", "Food"),
        ("s2", "b", "Part"),
    }


def test_a_part_names_the_sector_that_it_belongs_to() -> None:
    terms = {row["id"]: row for row in with_sectors(ROWS, TWO)["taxonomy_terms"]}
    part = next(row for row in terms.values() if row.get("name") == "Part")
    assert terms[part["parent_id"]]["name"] == "Whole"


def test_what_was_there_stays_as_it_was() -> None:
    found = with_sectors(ROWS, TWO)
    for table, rows in ROWS.items():
        assert list(found[table][: len(rows)]) == list(rows)
    assert with_sectors(ROWS, ()) == ROWS
    assert with_sectors(ROWS, TWO) == found


def test_sectors_of_several_needs_are_named_once() -> None:
    assert sectors_of(["housing", "health", "housing", "unknown"], TWO[0]) == ("Shelter", "Health")


@pytest.mark.parametrize("country", ["mx", "co"])
def test_a_package_with_sectors_can_be_read_again(country: str) -> None:
    settings = Settings(directory="fictional", country=country)
    rows = public_rows(fictional_package(settings).rows)
    found = with_sectors(rows, fictional_world(country).country.sectors)
    package = read_package(write_tables(found))
    assert package.problems == ()
    services = {row["id"] for row in rows["services"]}
    assert len(services) > 8
    for taxonomy in ("iasc-clusters", "r4v-sectors"):
        terms = {r["id"] for r in found["taxonomy_terms"] if r.get("taxonomy") == taxonomy}
        linked = {r["link_id"] for r in found["attributes"] if r["taxonomy_term_id"] in terms}
        assert services <= linked


@pytest.mark.parametrize("country", ["mx", "co"])
def test_every_need_has_sectors_in_both_taxonomies(country: str) -> None:
    assert Path(LOCALES / "countries" / country / "sectors.toml").is_file()
    sectors = fictional_world(country).country.sectors
    assert [one.id for one in sectors] == ["iasc-clusters", "r4v-sectors"]
    for one in sectors:
        assert one.of_need.keys() == NEEDS.keys()
        names = {name for found in one.of_need.values() for name in found}
        assert one.parents.keys() <= names
