"""Directories in the layout before HSDS 3.0: what each column becomes."""

from __future__ import annotations

import pytest

from referrals import hsds_older
from referrals.hsds import Package, read_package
from referrals.hsds_older_cells import day_of, listed, time_of, weekday_of
from referrals.hsds_rows import Row

FILES = {
    "organizations": "id,name,description,date_incorporated,funding_sources,licenses\n"
    '1,Casa Prueba,Ayuda,1999,"State, Grants",Health\n',
    "programs": "id,organization_id,name\n1,1,Plan\n",
    "locations": "id,organization_id,name,description,short_desc,latitude,longitude,virtual,"
    "languages,accessibility,email,website\n"
    '1,1,Sede,Larga,Corta,19.4,-99.1,false,"Spanish, English",ramp,a@example.org,\n'
    "2,1,En línea,,Corta,,,true,,,,https://example.org\n",
    "services": "id,location_id,program_id,name,status,audience,eligibility,fees,keywords,"
    "taxonomy_ids,service_areas,required_documents\n"
    '1,1,1,Cama,active,Familias,Sin costo,Gratis,"camas, techo","101, 999",Tapachula,Ninguno\n'
    "2,,1,Curso,,,,,,,,\n",
    "taxonomy": "taxonomy_id,name,parent_id,parent_name\n100,Todo,,\n101,Casa,100,Todo\n",
    "contacts": "id,service_id,name,title\n1,1,Persona Prueba,Enlace\n",
    "phones": "id,contact_id,service_id,country_prefix,department,number,number_type,"
    "vanity_number\n"
    "1,1,,+52,,961 618 9100,voice,\n2,,1,,Camas,961 618 9101,fax,961-CASA\n",
    "addresses": "id,location_id,address_1,city,state_province,postal_code,country\n"
    "1,1,Calle Ejemplo 1,Tapachula,Chiapas,30700,MX\n",
    "mail_addresses": "id,location_id,attention,address_1,city,state_province,country\n"
    "1,1,Casa Prueba,Apartado 1,Tapachula,Chiapas,MX\n",
    "regular_schedules": "id,location_id,service_id,weekday,opens_at,closes_at\n"
    "1,1,,Monday,9am,4:00 PM\n2,1,,Tuesday,09:00,late\n3,1,,Daily,9am,5pm\n",
    "holiday_schedules": "id,location_id,service_id,start_date,end_date,closed,opens_at,closes_at\n"
    '1,1,,12/24/2026,12/24/26,false,10:00,2pm\n2,1,,"January 01, 2027","January 01, 2027",true,,\n'
    '3,,1,"January 01, 0001","January 01, 0001",true,,\n',
}


def older(**changes: str) -> Package:
    texts = FILES | changes
    return read_package({f"{name}.csv": text.encode() for name, text in texts.items()})


def rows(table: str) -> list[Row]:
    package = older()
    assert package.is_loadable
    return list(package.rows[table])


def only(table: str, **values: str) -> Row:
    (row,) = [r for r in rows(table) if values.items() <= r.items()]
    return row


def test_the_layout_is_known_by_its_files_or_by_the_columns_of_its_services() -> None:
    few = {n: FILES[n] for n in ("organizations", "services", "locations", "programs")}
    package = read_package({f"{name}.csv": text.encode() for name, text in few.items()})
    assert package.problems[0].reason == "is of an older HSDS: it is read as 3.1"
    assert package.is_loadable


def test_old_ids_become_the_same_uuids_every_time() -> None:
    assert older().rows == older().rows
    assert len({row["id"] for row in rows("organizations")} & {"1"}) == 0
    uuid = "11111111-1111-4111-8111-111111111111"
    organizations = f"id,name,description\n{uuid},Casa,Ayuda\n"
    kept = older(
        organizations=organizations,
        programs=f"id,organization_id,name\n1,{uuid},Plan\n",
        locations=FILES["locations"]
        .replace(",1,Sede", f",{uuid},Sede")
        .replace(",1,En", f",{uuid},En"),
    )
    assert kept.rows["organizations"][0]["id"] == uuid


def test_a_service_gets_its_organization_from_its_location_or_its_program() -> None:
    (organization,) = rows("organizations")
    assert {row["organization_id"] for row in rows("services")} == {organization["id"]}
    link = only("service_at_location")
    assert link["service_id"] == only("services", name="Cama")["id"]
    assert link["location_id"] == only("locations", name="Sede")["id"]


def test_a_service_without_a_status_is_taken_as_inactive_and_told() -> None:
    assert only("services", name="Curso")["status"] == "inactive"
    assert ("services.csv", 3, "status") in {(p.file, p.row, p.field) for p in older().problems}


def test_lists_become_rows() -> None:
    assert {row["source"] for row in rows("funding")} == {"State", "Grants"}
    assert {(r["name"], r["code"]) for r in rows("languages")} == {
        ("Spanish", "es"),
        ("English", "en"),
    }
    assert only("service_areas")["name"] == "Tapachula"
    assert only("required_documents")["document"] == "Ninguno"
    assert only("accessibility")["description"] == "ramp"


def test_columns_with_another_name_are_found_under_it() -> None:
    service = only("services", name="Cama")
    assert service["fees_description"] == "Gratis"
    assert service["eligibility_description"] == "Familias\nSin costo"
    assert only("organizations")["year_incorporated"] == "1999"
    assert only("locations", name="En línea")["location_type"] == "virtual"
    assert only("locations", name="En línea")["description"] == "Corta"
    assert only("contacts", email="a@example.org")["department"] == "email"
    assert {row["number"] for row in rows("phones")} == {"+52 961 618 9100", "961 618 9101"}
    assert {row["address_type"] for row in rows("addresses")} == {"physical", "postal"}


@pytest.mark.parametrize(
    ("file", "column", "value"),
    [
        ("organizations", "licenses", "Health"),
        ("locations", "short_desc", "Corta"),
        ("services", "keywords", "camas, techo"),
        ("services", "taxonomy_ids", "999"),
        ("phones", "vanity_number", "961-CASA"),
        ("holiday_schedules", "holiday_schedules", "January 01, 0001 - January 01, 0001: closed"),
    ],
)
def test_what_has_no_place_is_kept_as_an_attribute_and_told(
    file: str, column: str, value: str
) -> None:
    assert only("attributes", label=column)["value"] == value
    reason = "has no place in HSDS 3.1: it is kept as an attribute"
    assert (f"{file}.csv", column, reason) in {
        (p.file, p.field, p.reason) for p in older().problems
    }


def test_terms_are_attached_and_stand_under_their_parents() -> None:
    house = only("taxonomy_terms", code="101")
    assert house["parent_id"] == only("taxonomy_terms", code="100")["id"]
    assert only("attributes", taxonomy_term_id=house["id"])["link_entity"] == "service"
    assert "are not in taxonomy.csv" in " ".join(p.reason for p in older().problems)


def test_hours_are_those_of_every_week_or_of_some_days() -> None:
    monday = only("schedules", byday="MO")
    assert (monday["opens_at"], monday["closes_at"], monday["freq"]) == ("09:00", "16:00", "WEEKLY")
    assert only("schedules", byday="TU")["description"] == "Tuesday 09:00 late"
    assert only("schedules", description="Daily 09:00 17:00")["location_id"]
    evening = only("schedules", valid_from="2026-12-24")
    assert (evening["opens_at"], evening["closes_at"]) == ("10:00", "14:00")
    assert only("schedules", valid_from="2027-01-01")["description"] == "closed"


def test_a_link_that_31_does_not_have_is_kept_as_an_attribute() -> None:
    package = older(
        addresses=FILES["addresses"]
        .replace("id,", "id,organization_id,", 1)
        .replace("\n1,", "\n1,1,")
    )
    (kept,) = [r for r in package.rows["attributes"] if r.get("label") == "organization_id"]
    assert kept["value"] == "1"


def test_a_day_of_every_year_that_belongs_to_nothing_is_told() -> None:
    days = FILES["holiday_schedules"].replace("\n3,,1,", "\n3,,,")
    package = older(holiday_schedules=days)
    assert ("location_id", "is empty, and service_id too: the row is left out") in {
        (p.field, p.reason) for p in package.problems
    }


def test_a_file_of_another_layout_is_told_and_left_out() -> None:
    package = older(postal_addresses="id\n1\n")
    assert ("postal_addresses.csv", False) in {(p.file, p.is_fatal) for p in package.problems}
    assert package.is_loadable


def test_an_older_package_that_is_too_big_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hsds_older, "MAX_BYTES", 1024)
    package = older()
    assert not package.is_loadable
    assert "makes the package bigger than" in package.problems[0].reason


@pytest.mark.parametrize(
    ("text", "time"),
    [
        *(("9am", "09:00"), ("12am", "00:00"), ("12 PM", "12:00"), ("3:30 p.m.", "15:30")),
        *(("24:00", "24:00"), ("8:05", "08:05"), ("25:00", ""), ("13pm", ""), ("9", "")),
        *(("late", ""), ("", ""), ("9:75", "")),
    ],
)
def test_times_are_read_as_people_write_them(text: str, time: str) -> None:
    assert time_of(text) == time


def test_days_weekdays_and_lists_are_read_as_people_write_them() -> None:
    days = [day_of(text) for text in ("12/24/2026", "12/24/26", "December 24, 2026", "2026-12-24")]
    assert {str(day) for day in days} == {"2026-12-24"}
    assert day_of("soon") is None
    assert [weekday_of(t) for t in ("Monday", "tue", "Someday")] == ["MO", "TU", ""]
    assert listed("a, b,,a ") == ("a", "b")
