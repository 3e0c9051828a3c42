"""HSDS packages: what is read, what is refused, and that nothing is half loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.directory import Directory, build_directory
from referrals.hsds import Package, Problem, Rows, read_package
from referrals.hsds_nested import nested
from referrals.hsds_out import public_rows, write_tables
from referrals.hsds_tables import TABLES
from referrals.live import Live, made_up
from referrals.stubs import read_stubs

ROOT = Path(__file__).parent.parent
FICTIONAL = ROOT / "locales/countries/mx/fictional"

ORG = "11111111-1111-4111-8111-111111111111"
DAY = date(2026, 11, 1)
SVC = "22222222-2222-4222-8222-222222222222"
ORGANIZATIONS = f"id,name,description\n{ORG},Casa Ejemplo,Prueba\n"
SERVICES = "id,organization_id,name,status,assured_date\n"


def fictional_files() -> dict[str, bytes]:
    files = {path.name: path.read_bytes() for path in FICTIONAL.glob("*.csv")}
    assert len(files) > 12
    return files


def read(**tables: str) -> Package:
    texts = {"organizations": ORGANIZATIONS} | tables
    return read_package({f"{name}.csv": text.encode() for name, text in texts.items()})


def vouched_for(rows: Rows) -> Directory:
    directory = build_directory(rows)
    ids = [organization.id for organization in directory.organizations()]
    return directory.with_live(Live(DAY, organizations=made_up(ids, DAY)))


def only_problem(package: Package) -> Problem:
    (problem,) = package.problems
    return problem


def test_a_good_package_is_read_without_problems() -> None:
    package = read(services=f"{SERVICES}{SVC},{ORG},Cama,active,2026-11-01\n")
    assert package.problems == ()
    assert package.rows["services"][0]["name"] == "Cama"


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        (f"x,{ORG},Cama,active,", "id", 'is not a UUID: "x"'),
        (f",{ORG},Cama,active,", "id", "is empty"),
        (f"{SVC},{ORG},,active,", "name", "is empty"),
        (f"{SVC},{SVC},Cama,active,", "organization_id", "names a row that is not in"),
        (f"{SVC},{ORG},Cama,open,", "status", "is not one of active, inactive"),
        (f"{SVC},{ORG},Cama,active,01/11/2026", "assured_date", "is not a date"),
        (f"{SVC},{ORG},Ca\x00ma,active,", "name", "has characters that are not text"),
        (f"{SVC},{ORG},Cama,active,\n{SVC},{ORG},Cama,active,", "id", "is there twice"),
        (f"{SVC},{ORG},Cama", "", "has 3 cells and not 5"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_loaded(row: str, field: str, reason: str) -> None:
    package = read(services=f"{SERVICES}{row}\n")
    problem = only_problem(package)
    assert problem.field == field
    assert problem.reason.startswith(reason)
    assert problem.file == "services.csv"
    assert problem.row == 2 + row.count("\n")
    assert not package.is_loadable
    assert package.rows == {}


@pytest.mark.parametrize(
    ("latitude", "longitude", "field"),
    [
        *(("91", "0", "latitude"), ("-90.1", "0", "latitude"), ("nan", "0", "latitude")),
        *(("0", "181", "longitude"), ("0", "inf", "longitude"), ("0", "oeste", "longitude")),
    ],
)
def test_a_point_that_is_not_on_the_globe_is_refused(
    latitude: str, longitude: str, field: str
) -> None:
    row = f"id,location_type,latitude,longitude\n{SVC},physical,{latitude},{longitude}\n"
    package = read(locations=row)
    assert only_problem(package).field == field
    assert not package.is_loadable


def test_a_line_number_counts_lines_and_not_records() -> None:
    good = f'{SVC},{ORG},"Cama\ny comida",active,'
    bad = f"{SVC[:-1]}3,{ORG},,active,"
    assert only_problem(read(services=f"{SERVICES}{good}\n\n{bad}\n")).row == 5


def test_unknown_files_and_columns_are_named_and_do_no_harm() -> None:
    files = {
        "organizations.csv": f"id,name,description,mood\n{ORG},Casa,Prueba,good\n".encode(),
        "notes.txt": b"hello",
        "datapackage.json": b"{}",
    }
    package = read_package(files)
    assert package.is_loadable
    assert {(p.file, p.field, p.is_fatal) for p in package.problems} == {
        ("organizations.csv", "mood", False),
        ("notes.txt", "", False),
    }
    assert "mood" not in package.rows["organizations"][0]


def test_a_missing_column_is_refused() -> None:
    package = read_package({"organizations.csv": f"id,name\n{ORG},Casa\n".encode()})
    assert ("description", "is missing") in {(p.field, p.reason) for p in package.problems}
    assert not package.is_loadable


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"id,name,description\n\xff,a,b\n", "is not UTF-8 at byte 20"),
        (b'id,name,description\n"a,b,c\n', "is not CSV"),
    ],
)
def test_bytes_that_are_not_a_csv_are_refused(data: bytes, reason: str) -> None:
    package = read_package({"organizations.csv": data})
    assert any(problem.reason.startswith(reason) for problem in package.problems)
    assert not package.is_loadable


def test_an_empty_package_is_refused() -> None:
    assert not read_package({}).is_loadable


def test_a_reason_never_quotes_a_long_value() -> None:
    secret = "x" * 41
    package = read(services=f"{SERVICES}{SVC},{ORG},Cama,{secret},{secret}\n")
    assert len(package.problems) == 2
    assert all(secret not in problem.reason for problem in package.problems)


def test_an_optional_link_to_nowhere_is_reported_and_loaded() -> None:
    parent = f"id,name,description,parent_organization_id\n{ORG},Casa,Prueba,{SVC}\n"
    package = read(organizations=parent)
    assert only_problem(package).field == "parent_organization_id"
    assert package.is_loadable


def json_package(value: object) -> Package:
    return read_package({"services.json": json.dumps(value).encode()})


def json_service() -> dict[str, object]:
    return {
        "id": SVC,
        "name": "Cama",
        "status": "active",
        "organization": {"id": ORG, "name": "Casa", "description": "Prueba"},
        "languages": [{"id": SVC, "code": "es"}],
    }


@pytest.mark.parametrize("wrap", [lambda s: s, lambda s: [s], lambda s: {"contents": [s]}])
def test_json_services_become_the_same_tables(wrap: object) -> None:
    assert callable(wrap)
    package = json_package(wrap(json_service()))
    assert package.problems == ()
    assert package.rows["services"][0]["organization_id"] == ORG
    assert package.rows["languages"][0]["service_id"] == SVC


def test_json_that_is_nested_too_deeply_is_refused() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    assert not read_package({"services.json": deep}).is_loadable
    inner: dict[str, object] = {"id": SVC}
    for _ in range(40):
        inner = {"id": SVC, "locations": [inner]}
    problems = json_package([json_service() | {"locations": [inner]}]).problems
    assert "is nested too deeply" in {problem.reason for problem in problems}


@pytest.mark.parametrize("data", [b"", b"3", b'"a"', b"[1]", b"{", b"\xff", b"[null]", b"1" * 9999])
def test_json_that_holds_no_services_is_refused(data: bytes) -> None:
    assert not read_package({"services.json": data}).is_loadable


FILE_NAMES = st.sampled_from([*(f"{table}.csv" for table in TABLES), "a.json", "b.txt", "\ud800"])


@given(st.dictionaries(FILE_NAMES, st.binary(max_size=300), max_size=4))
def test_no_bytes_make_the_reader_raise(files: Mapping[str, bytes]) -> None:
    package = read_package(files)
    assert package.is_loadable or package.rows == {}


CELLS = st.text(st.characters(codec="utf-8"), max_size=50)
NAMES = st.sampled_from(sorted({c for table in TABLES.values() for c in table.columns}))


@given(
    st.sampled_from(sorted(TABLES)),
    st.lists(NAMES, min_size=1, max_size=8),
    st.lists(st.lists(CELLS, max_size=8), max_size=4),
)
def test_no_cells_make_the_reader_raise(
    table: str, header: list[str], rows: list[list[str]]
) -> None:
    text = "\n".join(",".join(row) for row in [header, *rows])
    package = read_package({f"{table}.csv": text.encode()})
    assert all(len(problem.field) <= 40 for problem in package.problems)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "phones", "organization", "attributes", "locations", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_json_makes_the_reader_raise(value: object) -> None:
    package = json_package(value)
    assert package.is_loadable or package.rows == {}


def test_the_fictional_directory_has_no_problems() -> None:
    package = read_package(fictional_files())
    assert package.problems == ()
    directory = build_directory(package.rows)
    assert len(directory.organizations()) > 20
    assert len(directory.services()) > 39


def test_the_fictional_directory_covers_every_need() -> None:
    directory = vouched_for(read_package(fictional_files()).rows)
    offered = [s for s in directory.services() if directory.is_offered(s.id)]
    needs = {need for service in offered for need in service.needs}
    assert needs == {
        *("legal_aid", "regularisation", "housing", "lgbtiq_support", "mental_health"),
        *("gender_violence", "trafficking", "labour_rights", "health", "family_reunification"),
        *("child_protection", "basic_needs", "livelihoods", "education"),
        *("return_reintegration", "discrimination"),
    }
    assert {code for service in offered for code in service.languages} == {
        *("es", "en", "fr", "pt", "ht")
    }


def test_nobody_can_take_the_fictional_directory_for_real() -> None:
    rows = read_package(fictional_files()).rows
    assert all("ficticia" in row["name"] for row in rows["organizations"])
    assert all(row["number"].startswith("000 000 ") for row in rows["phones"])
    streets = [row["address_1"] for row in rows["addresses"] if "address_1" in row]
    assert len(streets) > 20
    assert all(street.startswith("Calle Ejemplo ") for street in streets)


def test_a_package_that_is_written_reads_the_same() -> None:
    rows = read_package(fictional_files()).rows
    again = read_package(write_tables(rows))
    assert again.problems == ()
    assert again.rows == rows


def test_tables_that_became_json_give_the_same_directory() -> None:
    rows = read_package(fictional_files()).rows
    package = json_package(list(nested(rows)))
    assert package.problems == ()
    before, after = build_directory(rows), build_directory(package.rows)
    assert len(before.services()) > 39
    for service in before.services():
        assert after.service(service.id) == service
        assert after.location_of(service.id) == before.location_of(service.id)


def test_the_rows_for_anyone_hold_no_door_of_a_confidential_location() -> None:
    rows = read_package(fictional_files()).rows
    secret = {row["link_id"] for row in rows["attributes"]} & {
        row["id"] for row in rows["locations"] if "name" not in row
    }
    assert len(secret) == 1
    public = public_rows(rows)
    (location,) = (row for row in public["locations"] if row["id"] in secret)
    (address,) = (row for row in public["addresses"] if row["location_id"] in secret)
    assert "latitude" not in location
    assert "longitude" not in location
    assert "address_1" not in address
    assert address["city"] == "Tapachula"
    assert not any("assurer_email" in row for row in public["services"])
    assert read_package(write_tables(public)).is_loadable


def test_the_country_list_is_a_package_without_problems() -> None:
    path = ROOT / "locales/countries/mx/organizations.csv"
    rows = read_stubs(path.read_text(encoding="utf-8"), "MX")
    package = read_package(write_tables(rows))
    assert package.problems == ()
    directory = build_directory(package.rows)
    assert len(directory.organizations()) > 50
    assert not any(directory.is_offered(service.id) for service in directory.services())
