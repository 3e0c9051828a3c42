"""The directory: what is offered, what is hidden, how rows become records."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from referrals.directory import (
    Capacity,
    Directory,
    Location,
    Organization,
    OrganizationId,
    Service,
    ServiceId,
    build_directory,
)
from referrals.live import ListingState, Live, Standing, made_up
from referrals.matching import Match, Search, rank
from referrals.stubs import read_stubs, term_rows

ORG = "11111111-1111-4111-8111-111111111111"
SVC = "22222222-2222-4222-8222-222222222222"
LOC = "33333333-3333-4333-8333-333333333333"
LINK = "44444444-4444-4444-8444-444444444444"
NOON = datetime(2026, 11, 24, 18, tzinfo=UTC)
TODAY = NOON.date()

Tables = dict[str, list[dict[str, str]]]


def tables() -> Tables:
    rows: Tables = {
        "organizations": [{"id": ORG, "name": "Casa Ejemplo", "description": "Prueba."}],
        "services": [
            {
                **{"id": SVC, "organization_id": ORG, "name": "Cama", "status": "active"},
                "assured_date": "2026-11-01",
            }
        ],
        "locations": [
            {
                **{"id": LOC, "location_type": "physical", "name": "Puerta"},
                **{"latitude": "14.9159", "longitude": "-92.2744"},
            }
        ],
        "addresses": [
            {
                **{"id": LINK, "location_id": LOC, "address_1": "Calle Ejemplo 1"},
                **{"city": "Tapachula", "state_province": "Chiapas", "region": "CHP"},
            }
        ],
        "service_at_location": [{"id": LINK, "service_id": SVC, "location_id": LOC}],
    }
    mark(rows, "faro-needs", "housing", SVC)
    return rows


def mark(rows: Tables, taxonomy: str, code: str, link: str) -> None:
    for table, row in term_rows(taxonomy, code, link, "service"):
        rows.setdefault(table, []).append(row)


def the_service(rows: Tables) -> Service:
    service = build_directory(rows).service(ServiceId(SVC))
    assert service is not None
    return service


def vouched_for(directory: Directory) -> Directory:
    """The directory with every organization vetted."""
    ids = [organization.id for organization in directory.organizations()]
    return directory.with_live(Live(TODAY, organizations=made_up(ids, TODAY)))


def found(directory: Directory) -> tuple[Match, ...]:
    return rank(directory, Search(("housing",)), NOON).matches


def offered(rows: Tables) -> bool:
    directory = build_directory(rows)
    assert not directory.is_offered(ServiceId(SVC))
    assert not found(directory)
    vouched = vouched_for(directory)
    assert bool(found(vouched)) == vouched.is_offered(ServiceId(SVC))
    return vouched.is_offered(ServiceId(SVC))


def test_an_assured_active_service_is_offered() -> None:
    assert offered(tables())


@pytest.mark.parametrize("status", ["inactive", "defunct", "temporarily closed", ""])
def test_a_service_that_is_not_active_is_not_offered(status: str) -> None:
    rows = tables()
    rows["services"][0]["status"] = status
    assert not offered(rows)


@pytest.mark.parametrize("day", ["", "soon", "2026-13-01"])
def test_a_service_that_nobody_vouched_for_is_not_offered(day: str) -> None:
    rows = tables()
    rows["services"][0]["assured_date"] = day
    assert not offered(rows)


@pytest.mark.parametrize("code", ["stub", "inactive"])
def test_a_service_of_a_stub_or_an_inactive_organization_is_not_offered(code: str) -> None:
    rows = tables()
    mark(rows, "faro-marks", code, ORG)
    assert not offered(rows)


def test_a_service_without_its_organization_is_not_offered() -> None:
    rows = tables()
    rows["organizations"] = []
    assert not offered(rows)


def test_an_unknown_service_is_not_offered_and_has_no_location() -> None:
    directory = Directory()
    assert not directory.is_offered(ServiceId(SVC))
    assert directory.shown_location(ServiceId(SVC)) is None
    assert directory.organization(OrganizationId(ORG)) is None
    assert found(directory) == ()
    assert directory.standing(ServiceId(SVC)).code == "gone"
    assert directory.capacity(ServiceId(SVC)) is None
    assert directory.closed_until(ServiceId(SVC)) is None


def test_a_location_is_shown_with_its_address_and_its_point() -> None:
    shown = build_directory(tables()).shown_location(ServiceId(SVC))
    assert shown is not None
    assert (shown.address, shown.city, shown.region) == ("Calle Ejemplo 1", "Tapachula", "CHP")
    assert (shown.latitude, shown.longitude) == (14.9159, -92.2744)


def confidential() -> Directory:
    rows = tables()
    mark(rows, "faro-marks", "confidential", LOC)
    return build_directory(rows)


def test_a_confidential_location_is_shown_as_city_and_state_only() -> None:
    shown = confidential().shown_location(ServiceId(SVC))
    assert shown is not None
    assert shown.is_confidential
    assert (shown.city, shown.state) == ("Tapachula", "Chiapas")
    assert (shown.name, shown.address, shown.latitude, shown.longitude) == ("", "", None, None)


def test_the_door_of_a_confidential_location_is_not_in_memory_at_all() -> None:
    directory = confidential()
    location = directory.location_of(ServiceId(SVC))
    assert location is not None
    assert location.address == ""
    assert (location.latitude, location.longitude) == (15.0, -92.2)
    everything = repr([found(vouched_for(directory)), directory.prepared.listings, location])
    assert "14.91" not in everything
    assert "Calle" not in everything


def test_free_places_are_full_few_or_many() -> None:
    for available, level in (
        *(("-2", "full"), ("0", "full"), ("1", "few"), ("3", "few"), ("4", "many")),
        ("many", "unknown"),
    ):
        rows = tables()
        report = {"id": LINK, "service_id": SVC, "available": available}
        rows["service_capacity"] = [
            report | {"updated": "2026-11-22T10:00:00Z"},
            report | {"updated": "2026-11-20T10:00:00Z", "available": "9"},
        ]
        assert the_service(rows).capacity == Capacity(level, date(2026, 11, 22))


def newly_known(state: ListingState) -> Directory:
    directory = vouched_for(build_directory(tables()))
    return directory.with_live(replace(directory.live, services={ServiceId(SVC): state}))


def test_what_is_newly_known_is_laid_over_the_same_directory() -> None:
    directory = vouched_for(build_directory(tables()))
    tapped = Capacity("full", TODAY)
    newer = newly_known(ListingState(tapped, TODAY + timedelta(2), TODAY, {"closed": 3}))
    assert newer.capacity(ServiceId(SVC)) == tapped
    assert newer.closed_until(ServiceId(SVC)) == TODAY + timedelta(2)
    assert newer.standing(ServiceId(SVC)) == Standing("fresh", TODAY, ("closed",))
    assert not newer.is_offered(ServiceId(SVC))
    assert directory.is_offered(ServiceId(SVC))
    assert directory.capacity(ServiceId(SVC)) is None
    assert newer.shown_location(ServiceId(SVC)) == directory.shown_location(ServiceId(SVC))


def test_a_day_that_is_over_closes_nothing() -> None:
    newer = newly_known(ListingState(closed_until=TODAY))
    assert newer.closed_until(ServiceId(SVC)) is None
    assert newer.is_offered(ServiceId(SVC))


def test_a_listing_that_nobody_checked_for_half_a_year_drops_out_by_itself() -> None:
    directory = vouched_for(build_directory(tables()))
    for days, is_offered in ((180, True), (181, False)):
        day = date(2026, 11, 1) + timedelta(days)
        organizations = made_up([OrganizationId(ORG)], day)
        later = directory.with_live(Live(day, organizations=organizations))
        assert later.is_offered(ServiceId(SVC)) is is_offered
        assert bool(found(later)) is is_offered


def test_stages_ages_and_the_country_of_holidays_come_from_their_columns() -> None:
    rows = tables()
    mark(rows, "faro-stages", "in_transit", SVC)
    rows["services"][0] |= {"minimum_age": "18", "maximum_age": "soon"}
    rows["addresses"][0]["country"] = "mx"
    service, location = the_service(rows), build_directory(rows).location_of(ServiceId(SVC))
    assert service.stages == {"in_transit"}
    assert (service.minimum_age, service.maximum_age) == (18, None)
    assert location is not None
    assert location.country == "MX"


def test_papers_are_asked_not_asked_or_unknown() -> None:
    assert the_service(tables()).asks_papers is None
    rows = tables()
    mark(rows, "faro-marks", "no_papers", SVC)
    assert the_service(rows).asks_papers is False
    rows["required_documents"] = [{"id": LINK, "service_id": SVC, "document": "Una carta"}]
    assert the_service(rows).asks_papers is True
    assert the_service(rows).required_documents == ("Una carta",)


def test_languages_phones_and_costs_come_from_their_tables() -> None:
    rows = tables()
    rows["languages"] = [
        {"id": LINK, "service_id": SVC, "code": "es-MX"},
        {"id": LINK, "location_id": LOC, "code": "HT"},
    ]
    rows["phones"] = [
        {"id": LINK, "organization_id": ORG, "number": "000 000 0001"},
        {"id": LINK, "service_id": SVC, "number": "000 000 0002"},
    ]
    rows["cost_options"] = [{"id": LINK, "service_id": SVC, "option": "gratuito", "amount": "0"}]
    service = the_service(rows)
    organization = build_directory(rows).organization(OrganizationId(ORG))
    assert service.languages == {"es", "ht"}
    assert service.phones == ("000 000 0002",)
    assert organization is not None
    assert organization.phones == ("000 000 0001",)
    assert (service.cost_option, service.is_free) == ("gratuito", True)


def test_a_service_without_a_number_has_that_of_its_organization() -> None:
    rows = tables()
    rows["phones"] = [{"id": LINK, "organization_id": ORG, "number": "000 000 0001"}]
    assert the_service(rows).phones == ("000 000 0001",)


def test_weekly_schedules_become_opening_hours() -> None:
    rows = tables()
    weekly = {"id": LINK, "service_id": SVC, "freq": "WEEKLY", "description": "Horario"}
    rows["schedules"] = [
        weekly | {"byday": "MO,TU", "opens_at": "09:00-06:00", "closes_at": "17:00-06:00"},
        weekly | {"byday": "SA", "opens_at": "10:00", "closes_at": "12:00"},
    ]
    assert the_service(rows).schedule_text == "Mo,Tu 09:00-17:00; Sa 10:00-12:00"
    rows["schedules"][1]["opens_at"] = "10:00Z"
    assert the_service(rows).schedule_text == "Horario"


def test_a_location_has_the_clock_of_its_state() -> None:
    clock = ZoneInfo("America/Tijuana")
    directory = build_directory(tables(), {"CHP": clock})
    location = directory.location_of(ServiceId(SVC))
    assert location is not None
    assert location.timezone is clock


def test_a_service_area_that_is_a_country_makes_a_service_nationwide() -> None:
    rows = tables()
    area = {"id": LINK, "service_id": SVC, "extent": "MX", "extent_type": "text"}
    rows["service_areas"] = [area]
    assert the_service(rows).is_nationwide
    for other in ({"extent": "México"}, {"extent": "mx"}, {"extent_type": "geojson"}):
        rows["service_areas"] = [area | other]
        assert not the_service(rows).is_nationwide


LIST = """id,name,kind,city,state,state_code,latitude,longitude,need_codes,audience,website,\
source,source_date,status
a1,Casa Uno de Prueba,,Puebla,Puebla,PUE,19.04,-98.2,housing|health,mujeres,,libro,2024,stale
,Sin Id,cso,,,,,,,,,,,sourced
a3,Colectivo de Prueba,cso,,,,,,,,,libro,2025,named_only
"""


def test_a_country_list_becomes_organizations_that_are_never_offered() -> None:
    directory = build_directory(read_stubs(LIST, "XK"))
    names = [organization.name for organization in directory.organizations()]
    assert names == ["Casa Uno de Prueba", "Colectivo de Prueba"]
    (service,) = directory.services()
    assert service.needs == {"housing", "health"}
    assert service.eligibility_description == "mujeres"
    assert not directory.is_offered(service.id)
    assert directory.location_of(service.id) is not None


def test_an_organization_known_by_its_name_only_is_a_stub_without_services() -> None:
    directory = build_directory(read_stubs(LIST, "XK"))
    stub = directory.organizations()[1]
    assert stub.status == "stub"
    assert directory.services_of(stub.id) == ()


def test_a_list_gives_the_same_ids_every_time() -> None:
    assert read_stubs(LIST, "XK") == read_stubs(LIST, "XK")


def test_records_cannot_be_changed() -> None:
    organization = Organization(OrganizationId(ORG), "Casa")
    with pytest.raises(AttributeError):
        organization.name = "Otra"  # type: ignore[misc]  # the point of the test
    assert Location.__slots__


def test_a_description_that_repeats_a_confidential_street_is_not_read_out() -> None:
    rows = tables()
    street = rows["addresses"][0]["address_1"]
    rows["services"][0]["description"] = f"Toca en {street}, de noche."
    assert street in the_service(rows).description
    mark(rows, "faro-marks", "confidential", LOC)
    assert street not in the_service(rows).description
