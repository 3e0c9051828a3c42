"""Packages as spreadsheets and people make them: what is understood, what is told."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals import hsds
from referrals.hsds import Country, Package, read_package
from referrals.hsds_problems import MAX_ALIKE, MAX_PROBLEMS
from referrals.hsds_sense import Box, box_of

ORG = "11111111-1111-4111-8111-111111111111"
SVC = "22222222-2222-4222-8222-222222222222"
LOC = "33333333-3333-4333-8333-333333333333"
ORGANIZATIONS = f"id,name,description\n{ORG},Casa Ejemplo,Prueba\n"
LOCATIONS = "id,location_type,latitude,longitude\n"
MEXICO = Country(
    Box(14, -119, 33, -86),
    "MX",
    {"faro-needs": frozenset({"health", "housing"}), "faro-marks": frozenset({"stub"})},
)


def read(country: Country = MEXICO, **tables: str | bytes) -> Package:
    texts = {"organizations": ORGANIZATIONS} | tables
    data = {name: t if isinstance(t, bytes) else t.encode() for name, t in texts.items()}
    return read_package({f"{name}.csv": text for name, text in data.items()}, country)


def said(package: Package) -> list[tuple[str, str, bool]]:
    return [(p.field, p.reason, p.is_fatal) for p in package.problems]


def point(latitude: str, longitude: str, kind: str = "physical") -> Package:
    return read(locations=f'{LOCATIONS}{LOC},{kind},"{latitude}","{longitude}"\n')


def test_swapped_coordinates_are_hinted_at() -> None:
    package = point("-92.26", "14.9")
    assert ("latitude", "and longitude look swapped", False) in said(package)
    assert ("latitude", 'is not between -90 and 90: "-92.26"', True) in said(package)
    assert said(point("-87.1", "20.9")) == [("latitude", "and longitude look swapped", False)]


def test_a_point_in_another_country_or_in_the_sea_is_told_and_loaded() -> None:
    abroad, sea = point("52.5", "13.4"), point("0", "0.0")
    assert said(abroad) == [("latitude", "and longitude are outside the country", False)]
    assert said(sea)[0][1].startswith("is 0 and longitude too")
    assert abroad.is_loadable
    assert sea.is_loadable


def test_without_a_country_no_point_is_doubted() -> None:
    package = read(Country(), locations=f"{LOCATIONS}{LOC},physical,52.5,13.4\n")
    assert package.problems == ()


@pytest.mark.parametrize(
    ("latitude", "longitude", "field"),
    [("", "", "latitude"), ("19.4", "", "longitude"), ("", "-99.1", "latitude")],
)
def test_a_physical_location_without_a_point_is_told(
    latitude: str, longitude: str, field: str
) -> None:
    reason = "is missing: the place is found by its city only"
    assert said(point(latitude, longitude)) == [(field, reason, False)]
    assert said(point(latitude, longitude, "virtual")) == []


def test_a_confidential_location_needs_no_point() -> None:
    term = f"id,name,description,code,taxonomy\n{SVC},c,c,confidential,faro-marks\n"
    link = f"id,link_id,taxonomy_term_id,link_entity\n{SVC},{LOC},{SVC},location\n"
    package = read(
        Country(),
        locations=f"{LOCATIONS}{LOC},physical,,\n",
        taxonomy_terms=term,
        attributes=link,
    )
    assert package.problems == ()


def test_decimal_commas_are_read_as_points_with_a_note() -> None:
    package = point("19,43", "-99,13")
    assert [field for field, _, _ in said(package)] == ["latitude", "longitude"]
    assert package.is_loadable
    row = package.rows["locations"][0]
    assert (row["latitude"], row["longitude"]) == ("19.43", "-99.13")


def test_the_box_of_a_country_has_a_margin() -> None:
    box = box_of([(14.9, -92.2), (32.5, -117.0)])
    assert box == Box(14.4, -117.5, 33.0, -91.7)
    assert box_of([]) is None


@pytest.mark.parametrize(
    "number", ["961 618 9100", "+52 55 5533 5533", "911", "079", "800 822 4534"]
)
def test_numbers_that_can_be_dialled_are_not_doubted(number: str) -> None:
    assert read(phones=f"id,organization_id,number\n{SVC},{ORG},{number}\n").problems == ()


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("000 000 0001", 'is not a number that MX has: "000 000 0001"'),
        ("+1 650 253 0000", 'is of another country than MX: "+1 650 253 0000"'),
        ("llamar", 'is not a telephone number: "llamar"'),
        ("9" * 60, "is not a telephone number: (60 characters)"),
    ],
)
def test_numbers_that_cannot_be_dialled_are_told_and_loaded(number: str, reason: str) -> None:
    package = read(phones=f"id,organization_id,number\n{SVC},{ORG},{number}\n")
    assert said(package) == [("number", reason, False)]
    assert package.is_loadable


def test_a_country_without_a_known_numbering_plan_says_nothing() -> None:
    numbers = f"id,organization_id,number\n{SVC},{ORG},000 000 0001\n"
    assert read(Country(code="XX"), phones=numbers).problems == ()


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        ("9am,17:00,", "opens_at"),
        ("09:00,25:00,", "closes_at"),
        ("09:00,17:60,", "closes_at"),
        (",,cuando hay gente", "description"),
    ],
)
def test_impossible_hours_are_told_and_loaded(hours: str, field: str) -> None:
    text = f"id,opens_at,closes_at,description\n{SVC},{hours}\n"
    package = read(schedules=text)
    assert [(name, fatal) for name, _, fatal in said(package)] == [(field, False)]
    assert package.rows["schedules"][0]["id"] == SVC


@pytest.mark.parametrize(
    "hours", ["09:00,17:00,", "22:00,24:00,", "09:00:00Z,17:00:00+01:00,", ",,Mo-Fr 09:00-17:00"]
)
def test_possible_hours_are_not_doubted(hours: str) -> None:
    text = f"id,opens_at,closes_at,description\n{SVC},{hours}\n"
    assert read(schedules=text).problems == ()


def test_an_unknown_code_is_told_with_the_known_ones_and_kept() -> None:
    text = f"id,name,description,code,taxonomy\n{SVC},x,x,shelter,faro-needs\n"
    package = read(taxonomy_terms=text)
    reason = 'is not understood, known are health, housing: "shelter"'
    assert said(package) == [("code", reason, False)]
    assert package.rows["taxonomy_terms"][0]["code"] == "shelter"


def test_codes_of_other_taxonomies_are_nobodys_business() -> None:
    text = f"id,name,description,code,taxonomy\n{SVC},x,x,shelter,other\n"
    assert read(taxonomy_terms=text).problems == ()


@pytest.mark.parametrize("length", [1, 2, 5])
def test_rows_that_are_above_themselves_are_refused(length: int) -> None:
    ids = [f"{at}1111111-1111-4111-8111-111111111111" for at in range(length)]
    above = [*ids[1:], ids[0]]
    rows = "".join(f"{a},x,x,{b}\n" for a, b in zip(ids, above, strict=True))
    loop = read(organizations=f"id,name,description,parent_organization_id\n{rows}")
    terms = read(taxonomy_terms=f"id,name,description,parent_id\n{rows}")
    assert said(loop) == [("parent_organization_id", "leads back to this row", True)] * length
    assert said(terms) == [("parent_id", "leads back to this row", True)] * length
    assert not loop.is_loadable


def test_a_chain_without_a_loop_is_not_doubted() -> None:
    ids = [f"{at}1111111-1111-4111-8111-111111111111" for at in range(5)]
    rows = "".join(f"{a},x,x,{b}\n" for a, b in zip(ids, [*ids[1:], ""], strict=True))
    text = f"id,name,description,parent_organization_id\n{rows}"
    assert read(organizations=text).problems == ()


@pytest.mark.parametrize(
    ("delimiter", "words"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")]
)
def test_other_delimiters_are_understood_with_a_note(delimiter: str, words: str) -> None:
    package = read(organizations=ORGANIZATIONS.replace(",", delimiter))
    assert said(package) == [("", f"has {words} between cells: that is understood", False)]
    assert package.rows["organizations"][0]["name"] == "Casa Ejemplo"


def test_a_byte_order_mark_and_empty_cells_at_the_edges_do_no_harm() -> None:
    text = f"\ufeffid, name ,description,,\n{ORG},Casa ,Prueba,,\n,,,,\n,,,,\n\n"
    package = read(organizations=text)
    assert package.problems == ()
    assert package.rows["organizations"] == [{"id": ORG, "name": "Casa", "description": "Prueba"}]


def test_a_text_under_no_column_is_refused() -> None:
    text = f"id,name,description\n{ORG},Casa,Prueba,more\n"
    assert said(read(organizations=text))[0] == ("", "has 4 cells and not 3", True)


@pytest.mark.parametrize("word", ["NULL", "N/A", "-", "ninguno"])
def test_words_for_nothing_are_kept_as_they_are(word: str) -> None:
    package = read(organizations=f"id,name,description,email\n{ORG},Casa,Prueba,{word}\n")
    assert package.rows["organizations"][0]["email"] == word


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_refused_with_what_to_do(encoding: str) -> None:
    mark = "" if encoding == "utf-16" else "\ufeff"
    package = read(organizations=(mark + ORGANIZATIONS).encode(encoding))
    assert ("", 'is UTF-16: save it as "CSV UTF-8"', True) in said(package)


def test_another_encoding_is_refused_with_line_and_what_to_do() -> None:
    package = read(organizations=ORGANIZATIONS.replace("Prueba", "Atención").encode("latin-1"))
    (reason,) = [r for _, r, _ in said(package) if "UTF-8" in r]
    assert reason.endswith('(line 2): save it as "CSV UTF-8"')


def test_a_cell_that_is_too_long_is_refused_in_every_form() -> None:
    long = "x" * 140_000
    table = read(organizations=f"id,name,description\n{ORG},Casa,{long}\n")
    item = f'[{{"id": "{ORG}", "name": "Casa", "description": "{long}"}}]'
    json = read_package({"organizations.json": item.encode()})
    assert any("a cell is too long" in reason for _, reason, _ in said(table))
    assert said(json) == [("description", "has more than 131072 characters", True)]


def test_many_alike_are_counted_and_hide_nothing_else() -> None:
    rows = "".join(f"{at:08x}-1111-4111-8111-111111111111,physical,,\n" for at in range(5000))
    package = read(locations=f"{LOCATIONS}{rows}x,physical,1,\n")
    assert len(package.problems) < MAX_PROBLEMS
    assert said(package)[0] == ("id", 'is not a UUID: "x"', True)
    more = f"is missing: and {5000 - MAX_ALIKE} more rows"
    assert ("latitude", more, False) in said(package)


def test_capital_letters_in_file_names_do_no_harm() -> None:
    package = read_package({"Organizations.CSV": ORGANIZATIONS.encode()})
    assert package.is_loadable


def test_progress_is_told_while_a_package_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hsds, "CHUNK", 2)
    heard: list[tuple[str, int, int]] = []
    rows = "".join(f"{at}{ORG[1:]},Casa,Prueba\n" for at in range(5))
    files = {"organizations.csv": f"id,name,description\n{rows}".encode()}
    read_package(files, progress=lambda *told: heard.append(told))
    assert heard == [
        *(("Reading organizations.csv", done, 6) for done in (0, 2, 4)),
        *(("Checking", done, 5) for done in (0, 2, 4)),
    ]


CELLS = st.sampled_from(["", " ", "x", ORG, "19,43", "\x00", "\ufeff", '"', "1e999", "9" * 50])


@given(st.lists(st.lists(CELLS, min_size=1, max_size=6), max_size=5), st.sampled_from(",;\t|"))
def test_no_quirk_makes_the_reader_raise_or_quote_a_long_value(
    rows: list[list[str]], delimiter: str
) -> None:
    lines = [delimiter.join(cells) for cells in (LOCATIONS.strip().split(","), *rows)]
    package = read(locations="\n".join(lines))
    assert package.is_loadable or package.rows == {}
    assert all("9" * 41 not in problem.reason for problem in package.problems)


def organization(**fields: object) -> dict[str, object]:
    return {"id": ORG, "name": "Casa", "description": "Prueba", **fields}


def read_json(value: object) -> Package:
    return read_package({"organizations.json": json.dumps(value).encode()}, Country())


def test_fields_of_other_profiles_are_told_and_left_out() -> None:
    package = read_json(organization(mood="good", profile={"id": SVC}, tags=["a"]))
    reason = "is not a field of the standard: it is left out"
    assert sorted(said(package)) == [(n, reason, False) for n in ("mood", "profile", "tags")]
    assert package.is_loadable


@pytest.mark.parametrize("wrong", [{"phones": {"id": SVC}}, {"name": ["Casa"]}])
def test_a_field_that_holds_something_else_is_refused(wrong: dict[str, object]) -> None:
    (name,) = wrong
    reason = "holds something else than the standard has here"
    assert (name, reason, True) in said(read_json(organization(**wrong)))


def test_a_row_that_names_another_owner_than_its_place_keeps_what_it_says() -> None:
    phone = {"id": SVC, "number": "911", "organization_id": ORG}
    two = [organization(), organization(phones=[phone]) | {"id": LOC}]
    package = read_json(two)
    reason = "names another row than the one it stands in: that is kept"
    assert said(package) == [("organization_id", reason, False)]
    assert package.rows["phones"][0]["organization_id"] == ORG


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'[{"id": "\xff"}]', "is not UTF-8: save it as UTF-8"),
        (b'[{"id": "a"', "is not JSON"),
        ("[]".encode("utf-16"), "is UTF-16: save it as UTF-8"),
        (b"3", "holds no services"),
        (b'[{"a":' + b"[" * 5000 + b"]" * 5000 + b"}]", "is nested too deeply"),
    ],
)
def test_a_file_that_is_no_json_is_told_why(data: bytes, reason: str) -> None:
    package = read_package({"organizations.json": data})
    assert reason in {problem.reason for problem in package.problems}
    assert not package.is_loadable


def test_json_with_a_byte_order_mark_is_read() -> None:
    data = b"\xef\xbb\xbf" + json.dumps([organization()]).encode()
    assert read_package({"organizations.json": data}).is_loadable


def test_a_program_in_a_service_is_of_its_organization() -> None:
    program = {"id": LOC, "name": "Plan", "description": "Plan"}
    service = {"id": SVC, "name": "Cama", "status": "active", "program": program}
    package = read_json(service | {"organization": organization()})
    assert package.problems == ()
    assert package.rows["programs"][0]["organization_id"] == ORG
