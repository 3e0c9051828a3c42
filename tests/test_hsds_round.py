"""What was loaded comes out, and what came out loads as the same rows: in both forms."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from referrals.hsds import Package, read_package
from referrals.hsds_checks import plain_number
from referrals.hsds_nested import nested
from referrals.hsds_out import json_file, public_rows, table_files, write_tables
from referrals.hsds_rows import Rows, body_of, counted
from referrals.hsds_tables import (
    ANY_LINKS,
    CHOICES,
    DATES,
    ENTITY,
    LINKS,
    MOMENTS,
    NUMBER_FIELDS,
    NUMBERS,
    TABLES,
)

ROOT = Path(__file__).parent.parent
FICTIONAL = ROOT / "locales/countries/mx/fictional"
STANDARDS = sorted(ROOT.glob("../*/standards"))
needs_standard = pytest.mark.skipif(not STANDARDS, reason="no copy of the standard beside us")

Texts = Mapping[str, Sequence[bytes]]


def texts(rows: Rows) -> Texts:
    """Return rows in an order that does not matter."""
    return {table: sorted(map(body_of, found)) for table, found in rows.items() if found}


def as_json(rows: Rows) -> bytes:
    return b"".join(json_file(rows))


def both_forms(rows: Rows) -> Iterator[Package]:
    yield read_package(write_tables(rows))
    yield read_package({"anything.json": as_json(rows)})


def files_of(folder: Path, kind: str = "csv") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob(f"*.{kind}")}


def fictional() -> Rows:
    rows = read_package(files_of(FICTIONAL)).rows
    assert counted(rows) > 500
    return rows


def test_the_fictional_directory_comes_back_from_both_forms() -> None:
    rows = fictional()
    for package in both_forms(rows):
        assert package.problems == ()
        assert texts(package.rows) == texts(rows)


def test_what_no_service_holds_comes_back_from_both_forms() -> None:
    ids = [f"{at}1111111-1111-4111-8111-111111111111" for at in range(6)]
    rows: Rows = {
        "organizations": [{"id": ids[0], "name": "Casa", "description": "Sin servicios"}],
        "programs": [
            {"id": ids[1], "organization_id": ids[0], "name": "Plan", "description": "Plan"}
        ],
        "locations": [{"id": ids[2], "location_type": "virtual", "organization_id": ids[0]}],
        "taxonomies": [{"id": ids[3], "name": "x", "description": "x"}],
        "units": [{"id": ids[4], "name": "bed"}],
        "meta_table_descriptions": [{"id": ids[5], "language": "es"}],
    }
    for package in both_forms(rows):
        assert package.problems == ()
        assert texts(package.rows) == texts(rows)


def test_a_number_that_json_would_change_stays_a_text() -> None:
    id = "11111111-1111-4111-8111-111111111111"
    organization = {"id": id, "name": "Casa", "description": "x"}
    numbers = ("007", "nan", "1e400", "18446744073709551616", "12", "1.50")
    rows: Rows = {
        "organizations": [organization],
        "phones": [
            {"id": f"{at}{id[1:]}", "number": "911", "extension": text}
            for at, text in enumerate(numbers)
        ],
    }
    for package in both_forms(rows):
        assert texts(package.rows) == texts(rows)


def test_the_parts_of_an_export_are_small() -> None:
    rows = {"organizations": [{"id": "x", "name": "y" * 100, "description": "z"}] * 5000}
    for _, parts in table_files(rows):
        assert max(map(len, parts)) < 500_000
    assert max(map(len, json_file(fictional()))) < 100_000


def test_a_folder_of_json_files_is_one_package() -> None:
    whole = json.loads(as_json(fictional()))
    services, half = whole["contents"], len(whole["contents"]) // 2
    files = {
        "services_1.json": services[:half],
        "services_2.json": {"contents": services[half:]},
        **{f"{t}.json": found for t, found in whole.items() if t in TABLES},
    }
    package = read_package({name: json.dumps(part).encode() for name, part in files.items()})
    assert package.problems == ()
    assert texts(package.rows) == texts(fictional())


def test_json_that_one_file_repeats_differently_is_told() -> None:
    id = "11111111-1111-4111-8111-111111111111"
    files = {
        f"organizations_{name}.json": json.dumps(
            {"id": id, "name": name, "description": "x"}
        ).encode()
        for name in ("a", "b")
    }
    package = read_package(files)
    assert [(p.file, p.field, p.is_fatal) for p in package.problems] == [
        ("organizations_b.json", "name", False)
    ]
    assert package.rows["organizations"][0]["name"] == "a"


TEXTS = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cs", "Cc"], include_characters="\r\n,;|\t\"'"
    ),
    max_size=12,
)
QUIRKY = st.sampled_from(
    ["", "NULL", "0123", "nan", '"', "a\rb", "a\r\nb", "\ufeffx", "19,43", "=1+1"]
)


@st.composite
def packages(draw: st.DrawFn) -> Rows:
    """Make a package without problems: every link leads somewhere, and none to itself."""
    counts = {table: draw(st.integers(0, 2)) for table in TABLES} | {"organizations": 2}
    ids = {
        table: [str(draw(st.uuids(version=4))) for _ in range(count)]
        for table, count in counts.items()
    }
    rows = {table: [_row(draw, table, id, ids) for id in found] for table, found in ids.items()}
    return {table: [row for row in found if row] for table, found in rows.items()}


def _row(draw: st.DrawFn, table: str, id: str, ids: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Make a row; an empty one where a link that it must have leads nowhere."""
    row = {name: _cell(draw, table, name, ids) for name in TABLES[table].columns}
    row = {"id": id} | {name: text for name, text in row.items() if text and name != "id"}
    for name in TABLES[table].required - row.keys():
        if name in LINKS or name in ANY_LINKS:
            return {}
        row[name] = "x"
    return row


def _cell(draw: st.DrawFn, table: str, name: str, ids: Mapping[str, Sequence[str]]) -> str:
    if name in LINKS or name in ANY_LINKS:
        return _link(draw, name, ids)
    if (table, name) in CHOICES:
        return draw(st.sampled_from(CHOICES[table, name]))
    if name in NUMBERS:
        low, high = NUMBERS[name]
        return plain_number(repr(draw(st.floats(low, high))))
    if name in DATES:
        return draw(st.dates()).isoformat()
    if name in MOMENTS:
        return draw(st.datetimes()).isoformat()
    return draw(TEXTS | QUIRKY).strip()


def _link(draw: st.DrawFn, name: str, ids: Mapping[str, Sequence[str]]) -> str:
    every = [id for found in ids.values() for id in found]
    targets = ids[LINKS[name]] if name in LINKS else every
    is_upward = name in {"parent_organization_id", "parent_id"}
    return "" if is_upward or not targets else draw(st.sampled_from(targets))


def _fatal(package: Package) -> Sequence[object]:
    return [problem for problem in package.problems if problem.is_fatal]


# Drawing a whole package takes longer than reading it.
SLOW = settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)


@SLOW
@given(packages())
def test_any_package_comes_back_from_both_forms(rows: Rows) -> None:
    for package in both_forms(rows):
        assert _fatal(package) == []
        assert texts(package.rows) == texts(rows)


@SLOW
@given(packages(), st.sampled_from([",", ";", "\t", "|"]), st.booleans())
def test_any_package_comes_back_from_a_spreadsheet(
    rows: Rows, delimiter: str, marked: bool
) -> None:
    files = {
        name: _as_spreadsheet(name, data, delimiter, marked)
        for name, data in write_tables(rows).items()
    }
    assert texts(read_package(files).rows) == texts(rows)


def _as_spreadsheet(name: str, data: bytes, delimiter: str, marked: bool) -> bytes:
    import csv
    import io

    if not name.endswith(".csv"):
        return data
    table = list(csv.reader(io.StringIO(data.decode(), newline="")))
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([*cells, "", ""] for cells in table)
    writer.writerow([""] * len(table[0]))
    return (("\ufeff" if marked else "") + out.getvalue()).encode()


def test_what_anyone_may_have_holds_no_secret_in_either_form() -> None:
    secret = "zqx-secret"
    rows = {table: [dict(row) for row in found] for table, found in fictional().items()}
    (hidden,) = {row["id"] for row in rows["locations"] if "name" not in row}
    _hide(rows, hidden, secret)
    assert secret in write_tables(rows)["addresses.csv"].decode()
    public = public_rows(rows)
    assert counted(public) > 500
    for name, data in (*write_tables(public).items(), ("json", as_json(public))):
        assert secret.encode() not in data, name
    assert read_package(write_tables(public)).is_loadable


def _hide(rows: dict[str, list[dict[str, str]]], hidden: str, secret: str) -> None:
    """Put a word where nobody but a coordinator may find it."""
    id = "{}1111111-1111-4111-8111-111111111111"
    owner = {"organization_id": rows["organizations"][0]["id"]}
    next(r for r in rows["locations"] if r["id"] == hidden).update(name=secret, url=secret)
    next(r for r in rows["addresses"] if r["location_id"] == hidden)["address_1"] = secret
    rows["contacts"] = [{"id": id.format(1), "name": secret, **owner}]
    rows["phones"].append(
        {"id": id.format(2), "number": secret, "contact_id": id.format(1), **owner}
    )
    rows["languages"].append({"id": id.format(3), "phone_id": id.format(2), "note": secret})
    rows["services"][0]["assurer_email"] = secret
    what = {"resource_id": hidden, "resource_type": "location", "field_name": "name"}
    when = {"last_action_date": "2026-01-01", "last_action_type": "update"}
    change = {"previous_value": secret, "updated_by": secret}
    rows["metadata"] = [{"id": id.format(4), **what, **when, **change}]
    schedule = {"id": id.format(5), "location_id": hidden, "notes": secret}
    rows["schedules"].append(schedule)


@cache
def registry() -> Registry[object]:
    paths = (STANDARDS[0] / "hsds-3.1/schema").glob("*.json")
    schemas = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in paths}
    assert len(schemas) > 20
    return Registry().with_resources(
        (name, DRAFT202012.create_resource(found)) for name, found in schemas.items()
    )


def faults(table: str, value: object) -> list[str]:
    """Return what the standard's own schema says against an object."""
    schema = {"$ref": f"{ENTITY.get(table, table)}.json"}
    validator = Draft202012Validator(schema, registry=registry(), format_checker=FormatChecker())
    return [error.message for error in validator.iter_errors(value)]


@needs_standard
def test_the_json_export_follows_the_schemas_of_the_standard() -> None:
    whole = json.loads(as_json(fictional()))
    services = whole["contents"]
    assert len(services) == whole["total_items"] == whole["size"] > 39
    assert [fault for service in services for fault in faults("services", service)] == []
    beside = [(table, row) for table in whole if table in TABLES for row in whole[table]]
    assert [fault for table, row in beside for fault in faults(table, row)] == []


@needs_standard
def test_every_row_of_the_tabular_export_follows_its_schema() -> None:
    rows = fictional()
    package = json.loads(write_tables(rows)["datapackage.json"])
    assert {r["path"] for r in package["resources"]} == {f"{table}.csv" for table in rows}
    seen = 0
    for table, found in rows.items():
        for row in found:
            # A unit stands in its own table; a location without a street has none.
            told = [f for f in faults(table, _typed(row)) if "required property" not in f]
            assert told == [], table
            seen += 1
    assert seen > 500


def _typed(row: Mapping[str, str]) -> dict[str, object]:
    return {name: float(t) if name in NUMBER_FIELDS else t for name, t in row.items()}


def example(name: str) -> bytes:
    """Return an example of the standard, with a latitude that is possible."""
    data = (STANDARDS[0] / "hsds-3.1/examples" / name).read_bytes()
    return data.replace(b'"latitude": 100', b'"latitude": 10')


EXAMPLES = (
    *("service_full.json", "organization_full.json", "service_at_location_full.json"),
    *("service_list.json", "service_at_location_list.json", "organization_list.json"),
    "tabular.json",
)


@needs_standard
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_of_the_standard_come_back_from_both_forms(name: str) -> None:
    rows = read_package({name: example(name)}).rows
    assert rows
    for package in both_forms(rows):
        assert texts(package.rows) == texts(rows)


@needs_standard
def test_the_examples_tables_come_back_from_both_forms() -> None:
    rows = read_package(_mended(files_of(STANDARDS[0] / "hsds-3.1/examples/csv"))).rows
    assert len(rows) > 20
    for package in both_forms(rows):
        assert texts(package.rows) == texts(rows)


def _mended(files: dict[str, bytes]) -> dict[str, bytes]:
    """Let the example's free places belong to its service and its unit."""
    ids = {table: files[f"{table}.csv"].split(b"\n")[1][:36] for table in ("services", "units")}
    mend = {
        b"f75b808e-7bdb-11ef-afaa-ab00a77dc5c4": ids["services"],
        b"187a37a2-7b40-11ef-9790-dbf7623d4407": ids["units"],
    }
    capacity = files["service_capacity.csv"]
    for wrong, right in mend.items():
        capacity = capacity.replace(wrong, right)
    locations = files["locations.csv"].replace(b",100,101,", b",10,101,")
    return {**files, "service_capacity.csv": capacity, "locations.csv": locations}


@needs_standard
@pytest.mark.parametrize("name", ["service_full.json", "organization_full.json"])
def test_a_full_example_loses_nothing(name: str) -> None:
    rows = read_package({name: example(name)}).rows
    kept = {text for found in rows.values() for row in found for text in row.values()}
    words = {_as_text(leaf) for leaf in _leaves(json.loads(example(name)))}
    assert len(words) > 100
    assert words - kept == set()


def _as_text(leaf: object) -> str:
    return leaf.strip() if isinstance(leaf, str) else plain_number(str(leaf))


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


@needs_standard
def test_the_examples_tables_are_read_but_for_what_cannot_be() -> None:
    package = read_package(files_of(STANDARDS[0] / "hsds-3.1/examples/csv"))
    assert {(p.file, p.field) for p in package.problems if p.is_fatal} == {
        ("locations.csv", "latitude"),
        ("service_capacity.csv", "service_id"),
        ("service_capacity.csv", "unit_id"),
    }


@needs_standard
def test_the_columns_are_those_of_the_standards_examples() -> None:
    folder = STANDARDS[0] / "hsds-3.1/examples/csv"
    paths = [p for p in folder.glob("*.csv") if p.stem in TABLES]
    assert len(paths) > 20
    for path in paths:
        header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
        assert set(header) <= set(TABLES[path.stem].columns), path.stem


@needs_standard
def test_the_standards_full_service_is_read_but_for_its_impossible_latitude() -> None:
    path = STANDARDS[0] / "hsds-3.1/examples/service_full.json"
    package = read_package({"service.json": path.read_bytes()})
    fatal = [(p.field, p.reason) for p in package.problems if p.is_fatal]
    assert fatal == [("latitude", 'is not between -90 and 90: "100"')]


@needs_standard
def test_a_directory_of_the_older_layout_comes_back_from_both_forms() -> None:
    package = read_package(files_of(STANDARDS[0] / "ohana-sample"))
    assert package.is_loadable
    assert counted(package.rows) > 700
    for again in both_forms(package.rows):
        assert texts(again.rows) == texts(package.rows)
    served = [row for service in nested(package.rows) for row in faults("services", service)]
    assert served == []


@needs_standard
def test_an_older_directory_loses_no_word() -> None:
    files = files_of(STANDARDS[0] / "ohana-sample")
    kept = " ".join(
        t for found in read_package(files).rows.values() for r in found for t in r.values()
    )
    words = {word for name, data in files.items() for word in _words(name, data)}
    assert len(words) > 1000
    assert {word for word in words if word not in kept} == set()


def _words(name: str, data: bytes) -> Iterator[str]:
    """Yield the words of an older file, apart from ids, times and what has another name."""
    import csv

    skipped = {"id", "virtual", "closed", "opens_at", "closes_at", "weekday", "accessibility"}
    for row in csv.DictReader(data.decode().splitlines()):
        for column, text in row.items():
            is_link = column.endswith("_id") and name != "taxonomy.csv"
            if column not in skipped and not is_link and not column.endswith("_date"):
                yield from (word.strip(",") for word in text.split())
