"""The open data: what anyone may see, as the standard has it, and nothing besides."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from bot.app import build, open_data
from bot.settings import Settings
from bot.web.app import health_application
from bot.web.open_data import open_data_routes
from bot.web.open_data_openapi import document
from bot.web.open_data_parameters import KINDS
from bot.world import fictional_package
from referrals.directory import Capacity, Directory, OrganizationId, ServiceId, build_directory
from referrals.hsds import read_package
from referrals.hsds_out import write_tables
from referrals.hsds_published import offers_of, published_rows
from referrals.hsds_rows import Rows
from referrals.hsds_secrets import WITHHELD, Secrets, secrets_of, without
from referrals.live import ListingState, Live, made_up
from referrals.vetting import StepKind, VettingStep

ROOT = Path(__file__).parent.parent
STANDARDS = sorted(ROOT.glob("../*/standards/hsds-3.1"))
SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"
DAY = date(2026, 11, 24)

CASA = "cdd64397-d841-5391-9432-7dc5d2ee69e9"
BED = "8736e6c2-f136-57f9-bd51-2be57f406624"
BED_IS_AT = "8d7a3def-1f74-5937-8222-0f0eac6c9c23"
NOBODY = "00000000-0000-4000-8000-000000000000"

Object = dict[str, object]
Client = TestClient[web.Request, web.Application]

NEEDLES = (
    *("Privada del Canario", "Interior Faisán", "Refugio Colibrí Oculto", "99371"),
    *("15.123456", "-92.654321", "15.12", "92.65", "Bajando por el callejón"),
    *("Ana Coordinadora", "canario@example.org", "000 000 4711", "oculto.example.org"),
)
"""What is only known of the confidential location, its staff and its coordinator."""


@lru_cache(maxsize=1)
def fictional() -> Rows:
    return fictional_package(Settings(directory="fictional")).rows


def edited(rows: Rows, table: str, id: str, **columns: str) -> Rows:
    changed = [{**row, **columns} if row["id"] == id else row for row in rows[table]]
    assert changed != list(rows[table])
    return {**rows, table: changed}


def added(rows: Rows, table: str, **columns: str) -> Rows:
    return {**rows, table: [*rows.get(table, ()), columns]}


def directory_of(
    rows: Rows, *steps: VettingStep, services: Mapping[str, ListingState] | None = None
) -> Directory:
    directory = build_directory(rows)
    organizations = made_up((o.id for o in directory.organizations()), DAY, steps)
    states = {ServiceId(id): state for id, state in (services or {}).items()}
    return directory.with_live(Live(DAY, states, organizations))


def confidential_location() -> str:
    terms = {row["id"] for row in fictional()["taxonomy_terms"] if row["code"] == "confidential"}
    (link,) = (row for row in fictional()["attributes"] if row["taxonomy_term_id"] in terms)
    return link["link_id"]


def number(n: int) -> str:
    return f"99999999-0000-4000-8000-{n:012}"


def with_a_secret_door() -> Rows:
    """Return the fictional rows with a door that is written down all over the place."""
    id = confidential_location()
    rows = edited(
        fictional(),
        "locations",
        id,
        name="Refugio Colibrí Oculto",
        alternate_name="Interior Faisán",
        description="Bajando por el callejón",
        transportation="Bajando por el callejón",
        url="https://oculto.example.org",
        latitude="15.123456",
        longitude="-92.654321",
    )
    (address,) = (row["id"] for row in rows["addresses"] if row["location_id"] == id)
    door = {"address_1": "Privada del Canario 4711", "address_2": "Interior Faisán 8"}
    rows = edited(rows, "addresses", address, **door, postal_code="99371")
    link, service = next(
        (row["id"], row["service_id"])
        for row in rows["service_at_location"]
        if row["location_id"] == id
    )
    organization = next(row["organization_id"] for row in rows["services"] if row["id"] == service)
    told = "Estamos en  PRIVADA del canario 4711, junto al parque."
    rows = edited(rows, "services", service, description=told, assurer_email="canario@example.org")
    rows = edited(rows, "services", service, alert="Punto: 15.123456 / -92.654321")
    rows = edited(rows, "organizations", organization, description="El Refugio Colibrí Oculto")
    rows = edited(rows, "service_at_location", link, description="Bajando por el callejón")
    rows = added(
        rows, "schedules", id=number(1), location_id=id, notes="Interior Faisán 8, toque dos veces"
    )
    rows = added(rows, "contacts", id=number(2), service_id=service, name="Ana Coordinadora")
    staff = {"contact_id": number(2), "service_id": service}
    rows = added(rows, "phones", id=number(3), number="000 000 4711", **staff)
    rows = added(
        rows,
        "metadata",
        id=number(4),
        resource_id=id,
        resource_type="location",
        last_action_date="2026-01-01",
        last_action_type="update",
        field_name="address_1",
        previous_value="Privada del Canario 4711",
        replacement_value="",
        updated_by="Ana Coordinadora",
    )
    assert read_package(write_tables(rows)).is_loadable
    return rows


@dataclass
class House:
    """A server of open data, and what it serves."""

    rows: Rows
    directory: Directory
    asked: int = 0
    client: Client = field(init=False)

    def current(self) -> tuple[Rows, Directory]:
        self.asked += 1
        return self.rows, self.directory

    def change(self, rows: Rows, *steps: VettingStep) -> None:
        self.rows, self.directory = rows, directory_of(rows, *steps)

    async def get(self, path: str, status: int = 200, **headers: str) -> Object:
        response = await self.client.get(path, headers=headers)
        assert response.status == status, await response.text()
        return cast("Object", await response.json())

    async def contents(self, path: str) -> list[Object]:
        return cast("list[Object]", (await self.get(path))["contents"])

    async def ids(self, path: str) -> list[object]:
        return [item["id"] for item in await self.contents(path)]


@contextlib.asynccontextmanager
async def serving(rows: Rows) -> AsyncIterator[House]:
    house = House(rows, directory_of(rows))
    app = health_application(lambda: True, open_data_routes(house.current))
    async with TestClient(TestServer(app)) as house.client:
        yield house


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with serving(fictional()) as opened:
        yield opened


async def test_the_api_says_what_it_is(house: House) -> None:
    meta = await house.get("/hsds")
    assert meta["version"] == "3.1"
    assert str(meta["openapi_url"]) == str(house.client.make_url("/hsds/openapi.json"))
    assert await house.get("/hsds/") == meta
    assert (await house.get("/hsds/openapi.json"))["openapi"] == "3.1.0"


async def test_the_address_that_is_set_is_the_one_that_is_told() -> None:
    routes = open_data_routes(lambda: ({}, directory_of({})), "https://faro.example.org/")
    async with TestClient(TestServer(health_application(lambda: True, routes))) as client:
        meta = await (await client.get("/hsds", headers={"Host": "other.example"})).json()
    assert meta["openapi_url"] == "https://faro.example.org/hsds/openapi.json"


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("faro.example.org", "faro.example.org"),
        *(("[::1]:8080", "[::1]:8080"), ("a b", "localhost"), ("a:xx", "localhost")),
        *(("<script>", "localhost"), ("x@y", "localhost"), ("a/b?c", "localhost")),
        *(("x" * 64, "localhost"), ("a.\u00f1", "localhost"), ("[::1", "localhost")),
    ],
)
async def test_only_an_address_is_told_as_one(house: House, host: str, told: str) -> None:
    meta = await house.get("/hsds", Host=host)
    assert meta["openapi_url"] == f"http://{told}/hsds/openapi.json"


async def test_nothing_is_published_where_nothing_is_known() -> None:
    async with serving({}) as house:
        for kind in KINDS:
            page = await house.get(f"/hsds/{kind}")
            assert page == {
                **{"total_items": 0, "total_pages": 0, "page_number": 1, "size": 0},
                **{"first_page": True, "last_page": True, "empty": True, "contents": []},
            }


async def test_exactly_the_offered_services_are_published(house: House) -> None:
    services = house.directory.services()
    offered = {s.id for s in services if house.directory.is_offered(s.id)}
    assert set(await house.ids("/hsds/services?per_page=500")) == offered
    assert 30 < len(offered) < len(services)
    organizations = {s.organization_id for s in services if s.id in offered}
    assert set(await house.ids("/hsds/organizations?per_page=500")) == organizations


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("size", [1, 7, 50])
async def test_pages_cover_every_item_exactly_once(house: House, kind: str, size: int) -> None:
    everything = await house.ids(f"/hsds/{kind}?per_page=500")
    first = await house.get(f"/hsds/{kind}?per_page={size}")
    total = cast("int", first["total_pages"])
    assert total == -(-len(everything) // size)
    pages = [await house.get(f"/hsds/{kind}?per_page={size}&page={n + 1}") for n in range(total)]
    seen = [item["id"] for page in pages for item in cast("list[Object]", page["contents"])]
    assert seen == everything
    assert len(set(seen)) == len(seen) > 2
    assert [page["first_page"] for page in pages] == [n == 0 for n in range(total)]
    assert [page["last_page"] for page in pages] == [n == total - 1 for n in range(total)]
    after = await house.get(f"/hsds/{kind}?per_page={size}&page={total + 1}")
    assert (after["size"], after["empty"], after["last_page"]) == (0, True, True)


async def test_an_item_of_a_list_has_only_what_there_is_one_of(house: House) -> None:
    listed = (await house.contents("/hsds/services?per_page=1"))[0]
    assert isinstance(listed["organization"], dict)
    assert not any(isinstance(value, list) for value in listed.values())
    link = (await house.contents("/hsds/service_at_locations?per_page=1"))[0]
    assert {"location", "service"} <= link.keys()


async def test_one_service_comes_with_all_that_belongs_to_it(house: House) -> None:
    service = await house.get(f"/hsds/services/{BED}")
    assert {"organization", "schedules", "languages", "attributes", "capacities"} <= service.keys()
    (link,) = cast("list[Object]", service["service_at_locations"])
    assert cast("Object", link["location"])["addresses"]
    assert "service" not in link
    (full,) = [s for s in await house.contents("/hsds/services?full=true") if s["id"] == BED]
    assert full == service


async def test_one_link_comes_with_its_service_and_its_location(house: House) -> None:
    link = await house.get(f"/hsds/service_at_locations/{BED_IS_AT}")
    assert cast("Object", link["service"])["id"] == BED
    assert cast("Object", link["location"])["addresses"]
    assert cast("Object", cast("Object", link["service"])["organization"])["id"] == CASA


async def test_an_organization_names_its_services_and_tells_all_when_asked(house: House) -> None:
    simple = await house.get(f"/hsds/organizations/{CASA}")
    services = cast("list[Object]", simple["services"])
    assert {frozenset(s) for s in services} == {
        frozenset({"id", "organization_id", "name", "status"})
    }
    assert simple["locations"]
    full = await house.get(f"/hsds/organizations/{CASA}?full_service=true")
    whole = cast("list[Object]", full["services"])
    assert [s["id"] for s in whole] == [s["id"] for s in services]
    assert all("languages" in s and "organization" not in s for s in whole)
    listed = await house.contents("/hsds/organizations?full_service=true&per_page=500")
    assert next(o for o in listed if o["id"] == CASA)["services"] == whole


async def test_terms_come_with_their_taxonomy(house: House) -> None:
    (needs,) = [t for t in await house.contents("/hsds/taxonomies") if t["name"] == "faro-needs"]
    terms = await house.contents(f"/hsds/taxonomy_terms?taxonomy_id={needs['id']}")
    assert len(terms) == 16
    assert all(term["taxonomy_detail"] == needs for term in terms)
    assert await house.get(f"/hsds/taxonomy_terms/{terms[0]['id']}") == terms[0]
    assert await house.get(f"/hsds/taxonomies/{needs['id']}") == needs


async def test_only_terms_in_use_and_what_is_above_them_are_listed() -> None:
    taxonomy = next(row["taxonomy_id"] for row in fictional()["taxonomy_terms"])
    term = {"name": "t", "description": "t", "taxonomy": "x", "taxonomy_id": taxonomy}
    rows = added(fictional(), "taxonomy_terms", id=number(1), code="top", **term)
    rows = added(rows, "taxonomy_terms", id=number(2), code="low", parent_id=number(1), **term)
    rows = added(rows, "taxonomy_terms", id=number(3), code="unused", **term)
    link = {"link_id": BED, "link_entity": "service", "taxonomy_term_id": number(2)}
    rows = added(rows, "attributes", id=number(4), **link)
    async with serving(rows) as house:
        ids = await house.ids("/hsds/taxonomy_terms?per_page=500")
        assert {number(1), number(2)} <= set(ids)
        assert number(3) not in ids
        assert await house.ids(f"/hsds/taxonomy_terms?parent_id={number(1)}") == [number(2)]
        top = await house.ids("/hsds/taxonomy_terms?per_page=500&top_only=true")
        assert set(top) == set(ids) - {number(2)}
        assert await house.ids(f"/hsds/services?taxonomy_term_id={number(2)}") == [BED]
        assert await house.ids(f"/hsds/organizations?taxonomy_term_id={number(2)}") == [CASA]
        links = await house.ids(f"/hsds/service_at_locations?taxonomy_term_id={number(2)}")
        assert links == [BED_IS_AT]
        assert len(await house.ids(f"/hsds/services?taxonomy_id={taxonomy}")) > 30
        assert await house.ids(f"/hsds/services?taxonomy_id={NOBODY}") == []


@pytest.mark.parametrize(
    ("words", "finds"),
    [("albergue de EJEMPLO", True), ("Álbergue tapachula", True), ("albergue zzz", False)],
)
async def test_a_search_needs_every_word_and_no_accent(
    house: House, words: str, finds: bool
) -> None:
    found = [await house.ids(f"/hsds/{kind}?search={words}") for kind in list(KINDS)[:3]]
    assert [id in ids for id, ids in zip((BED, CASA, BED_IS_AT), found, strict=True)] == [finds] * 3
    assert all(len(ids) < 25 for ids in found)


async def test_services_of_an_organization_can_be_asked_for(house: House) -> None:
    expected = {s.id for s in house.directory.services_of(OrganizationId(CASA))}
    assert set(await house.ids(f"/hsds/services?organization_id={CASA}")) == expected
    links = await house.contents(f"/hsds/service_at_locations?organization_id={CASA}")
    assert {cast("Object", link["service"])["id"] for link in links} == expected
    assert await house.ids(f"/hsds/services?organization_id={NOBODY}") == []


async def test_what_changed_since_a_moment_can_be_asked_for() -> None:
    rows = edited(fictional(), "services", BED, last_modified="2026-11-20T12:00:00-06:00")
    every = len(rows["services"])
    async with serving(rows) as house:
        for since, is_in in (
            ("2026-11-20T18:00:00Z", True),
            ("2026-11-20T12:00:00-06:00", True),
            ("2026-11-20T19:00:00+01:00", True),
            ("2026-11-20", True),
            ("2026-11-20T18:00:00.001Z", False),
            ("2026-11-21", False),
        ):
            ids = await house.ids(f"/hsds/services?per_page=500&modified_after={since}")
            assert (BED in ids) is is_in, since
            assert every > len(ids) > 30, "what does not say when it changed is always in"
        minimal = await house.contents("/hsds/services?minimal=true")
        dates = {item["id"]: item.get("modified_date") for item in minimal}
        assert dates[BED] == "2026-11-20T12:00:00.000-06:00"
        assert {frozenset(item) for item in minimal} == {
            frozenset({"id"}),
            frozenset({"id", "modified_date"}),
        }


async def test_an_unvetted_organization_does_not_appear(house: House) -> None:
    assert (await house.get(f"/hsds/organizations/{CASA}"))["id"] == CASA
    report = VettingStep(OrganizationId(CASA), StepKind.REPORTED, DAY)
    services = await house.ids(f"/hsds/services?organization_id={CASA}")
    house.change(fictional(), report)
    assert CASA not in await bytes_of_everything(house)
    for id in services:
        await house.get(f"/hsds/services/{id}", 404)
    await house.get(f"/hsds/organizations/{CASA}", 404)


async def test_a_need_that_a_new_organization_is_not_offered_for_is_not_shown() -> None:
    service = next(
        s
        for s in directory_of(fictional()).services()
        if "trafficking" in s.needs and len(s.needs) > 1
    )
    new = (
        *(VettingStep(service.organization_id, StepKind.APPROVED, DAY, who) for who in "ab"),
        VettingStep(service.organization_id, StepKind.CALLED_BACK, DAY, "a"),
    )
    paused = VettingStep(service.organization_id, StepKind.PAUSED, DAY, "a")
    async with serving(fictional()) as house:
        assert "trafficking" in json.dumps(await house.get(f"/hsds/services/{service.id}"))
        house.change(fictional(), paused, *new)
        assert "trafficking" not in json.dumps(await house.get(f"/hsds/services/{service.id}"))


def published(
    rows: Rows, services: Mapping[str, ListingState] | None = None, *steps: VettingStep
) -> Rows:
    return published_rows(rows, offers_of(directory_of(rows, *steps, services=services)))


def test_a_listing_that_nobody_checked_for_long_is_not_published() -> None:
    old = published(edited(fictional(), "services", BED, assured_date="2026-01-01"))
    assert BED not in {row["id"] for row in old["services"]}
    confirmed = {BED: ListingState(confirmed=DAY)}
    again = published(edited(fictional(), "services", BED, assured_date="2026-01-01"), confirmed)
    (row,) = (row for row in again["services"] if row["id"] == BED)
    assert row["assured_date"] == DAY.isoformat()


def test_a_place_that_is_closed_for_some_days_is_not_published() -> None:
    shut = published(fictional(), {BED: ListingState(closed_until=date(2026, 12, 1))})
    assert BED not in {row["id"] for row in shut["services"]}
    reopened = published(fictional(), {BED: ListingState(closed_until=DAY)})
    assert BED in {row["id"] for row in reopened["services"]}


@pytest.mark.parametrize(
    ("reported", "tapped", "shown"),
    [
        ("2026-11-24T08:00:00Z", None, ["6"]),
        ("2026-11-01T08:00:00Z", None, []),
        ("2026-11-23T08:00:00Z", Capacity("full", DAY), []),
        ("2026-11-24T08:00:00Z", Capacity("full", DAY), []),
        ("2026-11-24T08:00:00Z", Capacity("few", date(2026, 11, 22)), ["6"]),
    ],
)
def test_free_places_are_published_only_while_they_are_true(
    reported: str, tapped: Capacity | None, shown: list[str]
) -> None:
    (id,) = (r["id"] for r in fictional()["service_capacity"] if r["service_id"] == BED)
    rows = edited(fictional(), "service_capacity", id, updated=reported)
    found = published(rows, {BED: ListingState(capacity=tapped)})["service_capacity"]
    assert [row["available"] for row in found if row["service_id"] == BED] == shown
    assert len(found) + (not shown) == len(rows["service_capacity"])


def test_links_lead_only_to_what_is_published() -> None:
    report = VettingStep(OrganizationId(CASA), StepKind.REPORTED, DAY)
    other = next(r["id"] for r in fictional()["organizations"] if r["id"] != CASA)
    rows = edited(fictional(), "organizations", other, parent_organization_id=CASA)
    rows = added(rows, "programs", id=number(1), organization_id=CASA, name="P", description="P")
    found = published(rows, None, report)
    text = json.dumps(found, default=list)
    assert CASA not in text
    assert number(1) not in text
    assert other in text
    package = read_package(write_tables(found))
    assert package.problems == ()


def test_what_hangs_on_something_hidden_too_is_hidden() -> None:
    services = [r["id"] for r in fictional()["services"] if r["organization_id"] == CASA]
    rows = edited(fictional(), "services", services[0], status="inactive")
    for n, service in enumerate(services[:2]):
        owners = {"organization_id": CASA, "service_id": service}
        rows = added(rows, "phones", id=number(n), number="000 000 0000", **owners)
        rows = added(rows, "languages", id=number(n + 10), phone_id=number(n), code="es")
    found = published(rows)
    for table, first in (("phones", 0), ("languages", 10)):
        ids = {row["id"] for row in found[table]}
        assert number(first) not in ids
        assert number(first + 1) in ids


def lists() -> Iterator[str]:
    """Yield every list in every form; the single items are added by who walks."""
    for kind in KINDS:
        yield f"/hsds/{kind}?per_page=500"
        yield f"/hsds/{kind}?search=canario"
    for kind in ("services", "organizations", "service_at_locations"):
        yield f"/hsds/{kind}?per_page=500&full=true"
    yield "/hsds/organizations?per_page=500&full_service=true"
    yield "/hsds/organizations?per_page=500&full=true&full_service=true"
    yield "/hsds/services?minimal=true"
    yield from ("/hsds", "/hsds/openapi.json", "/hsds/nothing", "/hsds/services?x=1")


async def bytes_of_everything(house: House) -> str:
    """Return every byte that the API gives to anyone, headers too, as one text."""
    paths = list(lists())
    for kind in KINDS:
        paths += [f"/hsds/{kind}/{id}" for id in await house.ids(f"/hsds/{kind}?per_page=500")]
    paths += [
        f"/hsds/organizations/{id}?full_service=true"
        for id in await house.ids("/hsds/organizations?per_page=500")
    ]
    assert len(paths) > 150
    texts = []
    for path in paths:
        response = await house.client.get(path)
        texts += [str(response.headers), await response.text()]
    return "\n".join(texts)


async def test_no_answer_holds_a_confidential_door_or_a_name_of_staff() -> None:
    rows = with_a_secret_door()
    raw = json.dumps(rows, ensure_ascii=False, default=list)
    assert all(needle in raw for needle in NEEDLES)
    async with serving(rows) as house:
        text = await bytes_of_everything(house)
        assert [needle for needle in NEEDLES if needle.lower() in text.lower()] == []
        location = confidential_location()
        (link,) = [
            item
            for item in await house.contents("/hsds/service_at_locations?full=true&per_page=500")
            if cast("Object", item["location"])["id"] == location
        ]
        shown = cast("Object", link["location"])
        (address,) = cast("list[Object]", shown["addresses"])
        assert (address["city"], address["address_1"], address["postal_code"]) == (
            *("Tapachula", ""),
            "",
        )
        assert "latitude" not in shown
        assert "description" not in cast("Object", link["service"])


async def test_a_door_of_a_place_that_is_not_offered_is_kept_too() -> None:
    rows = with_a_secret_door()
    service = next(
        row["service_id"]
        for row in rows["service_at_location"]
        if row["location_id"] == confidential_location()
    )
    rows = edited(rows, "services", service, status="inactive")
    rows = edited(rows, "services", BED, description="Cerca de Privada del Canario 4711")
    async with serving(rows) as house:
        text = await bytes_of_everything(house)
        assert service not in text
        assert [needle for needle in NEEDLES if needle.lower() in text.lower()] == []


def secrets_in(rows: Rows, **hidden: str) -> Secrets:
    """Return the secrets of one location that loses columns."""
    secret = {**rows, "locations": [{"id": number(1), **hidden}]}
    return secrets_of(secret, {**rows, "locations": [{"id": number(1)}]})


def test_a_text_that_cannot_be_shown_is_withheld_where_one_must_stand() -> None:
    rows: Rows = {"organizations": [{"id": CASA, "name": "Casa", "description": "En Puerta Azul"}]}
    (row,) = without(secrets_in(rows, name="Puerta  azul"), rows)["organizations"]
    assert row == {"id": CASA, "name": "Casa", "description": WITHHELD}


def test_a_name_that_the_organization_has_too_is_no_secret() -> None:
    rows: Rows = {"organizations": [{"id": CASA, "name": "Casa Azul", "description": "Casa azul"}]}
    assert without(secrets_in(rows, name="Casa Azul"), rows) == rows


def test_one_word_alone_is_no_secret() -> None:
    rows: Rows = {"organizations": [{"id": CASA, "name": "Casa", "description": "En el Centro"}]}
    assert without(secrets_in(rows, name="Centro"), rows) == rows


def test_a_second_location_at_the_same_point_loses_the_point() -> None:
    point = {"latitude": "15.123456", "longitude": "-92.654321"}
    secrets = secrets_in({}, **point)
    rows: Rows = {"locations": [{"id": number(2), "name": "Otra", **point}]}
    assert without(secrets, rows) == {"locations": [{"id": number(2), "name": "Otra"}]}
    near: Rows = {"locations": [{"id": number(2), "latitude": "15.123456", "longitude": "-92.0"}]}
    assert without(secrets, near) == near


WORD = st.text("abcdeñ", min_size=2, max_size=4)


@given(st.lists(WORD, min_size=2, max_size=4), st.text(max_size=20), st.text(max_size=20))
def test_a_secret_is_found_wherever_it_stands(words: list[str], before: str, after: str) -> None:
    secrets = secrets_in({}, name=" ".join(words))
    text = f"{before} {'  '.join(words).upper()}, {after}"
    assert list(secrets.found_in(text))


@pytest.mark.parametrize(
    "query",
    [
        *("page=0", "page=-1", "page=x", "page=1.0", "page=", "page=01", "page=9999999"),
        *("per_page=0", "per_page=501", "per_page=%31%30%30%30", "page=1&page=2"),
        *("full=yes", "full=", "format=xml", "organization_id=7", "taxonomy_term_id="),
        *("modified_after=yesterday", "modified_after=2026-13-01", "modified_after=2026"),
        *("modified_after=", "x=1", "postcode=30700", "search=" + "a" * 201, "%00=1"),
        *("minimal=true&per_page=10001", "full_service=true", "=", "%FF=%FF"),
    ],
)
async def test_a_bad_parameter_is_refused_with_what_to_do(house: House, query: str) -> None:
    answer = await house.get(f"/hsds/services?{query}", 400)
    assert answer.keys() == {"error"}
    assert len(str(answer["error"])) > 10


async def test_no_answer_repeats_a_long_input(house: House) -> None:
    long = "Zq" * 40
    for path in (
        f"/hsds/services?{long}=1",
        f"/hsds/services?page={long}",
        f"/hsds/services?modified_after={long}",
        f"/hsds/services?search={long}",
        f"/hsds/services/{long}",
        f"/hsds/{long}",
    ):
        response = await house.client.get(path)
        assert response.status in (200, 400, 404)
        assert long[:41] not in await response.text()
    response = await house.client.get("/hsds", headers={"Host": long * 2})
    assert long[:41] not in await response.text()


@pytest.mark.parametrize("path", ["services/x", f"services/{NOBODY}", "people", "services/a/b"])
async def test_what_is_not_there_is_said_in_json(house: House, path: str) -> None:
    assert (await house.get(f"/hsds/{path}", 404)).keys() == {"error"}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "QUERY"])
async def test_nothing_can_be_written(house: House, method: str) -> None:
    for path in ("/hsds", "/hsds/services", f"/hsds/services/{BED}"):
        response = await house.client.request(method, path)
        assert response.status == 405
        assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
        assert (await response.json()).keys() == {"error"}


async def test_any_page_may_read_it(house: House) -> None:
    for path, status in (("", 200), ("/services", 200), ("/x", 404), ("/services?page=0", 400)):
        response = await house.client.get(f"/hsds{path}")
        assert response.status == status
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.content_type == "application/json"
    preflight = await house.client.options("/hsds/services")
    assert preflight.status == 204
    assert "GET" in preflight.headers["Access-Control-Allow-Methods"]


async def test_a_head_has_the_headers_and_no_body(house: House) -> None:
    get = await house.client.get(f"/hsds/services/{BED}")
    head = await house.client.head(f"/hsds/services/{BED}")
    assert head.status == 200
    assert await head.read() == b""
    for name in ("ETag", "Content-Length", "Cache-Control", "Content-Type"):
        assert head.headers[name] == get.headers[name]


async def test_an_answer_that_is_known_is_not_sent_again(house: House) -> None:
    first = await house.client.get("/hsds/services")
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "public, max-age=60"
    for known in (tag, f'"x", W/{tag}', "*"):
        again = await house.client.get("/hsds/services", headers={"If-None-Match": known})
        assert (again.status, await again.read()) == (304, b"")
        assert again.headers["ETag"] == tag
    for other in ('"x"', "x", "", '"'):
        again = await house.client.get("/hsds/services", headers={"If-None-Match": other})
        assert again.status == 200


async def test_the_tag_changes_when_a_listing_does(house: House) -> None:
    async def tags() -> list[str]:
        paths = (f"/hsds/services/{BED}", "/hsds/services", "/hsds/taxonomies")
        return [(await house.client.get(path)).headers["ETag"] for path in paths]

    before = await tags()
    house.change(house.rows)
    assert await tags() == before
    house.change(edited(fictional(), "services", BED, name="Albergue nuevo (ficticio)"))
    after = await tags()
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, False, True]


async def test_a_refusal_is_not_kept_by_caches(house: House) -> None:
    for path in ("/hsds/services?page=0", "/hsds/services/x"):
        response = await house.client.get(path)
        assert response.headers["Cache-Control"] == "no-store"


async def test_the_snapshot_is_made_anew_only_for_news(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Rows] = []

    def counted(rows: Rows, offers: object) -> Rows:
        made.append(rows)
        return published_rows(rows, offers)  # type: ignore[arg-type]

    monkeypatch.setattr("bot.web.open_data.published_rows", counted)
    await asyncio.gather(*(house.ids("/hsds/services") for _ in range(5)))
    assert len(made) == 1
    house.change(house.rows)
    await house.ids("/hsds/services")
    assert len(made) == 1, "another directory that offers the same"
    house.change(house.rows, VettingStep(OrganizationId(CASA), StepKind.REPORTED, DAY))
    await house.ids("/hsds/services")
    assert len(made) == 2


@pytest.mark.parametrize("is_on", [True, False])
async def test_the_open_data_can_be_switched_off(tmp_path: Path, is_on: bool) -> None:
    settings = Settings(data=str(tmp_path), directory="fictional", open_data=is_on)
    parts = build(settings)
    app = health_application(lambda: True, open_data(parts))
    async with TestClient(TestServer(app)) as client:
        assert (await client.get("/hsds")).status == (200 if is_on else 404)
    parts.engine.dispose()


needs_standard = pytest.mark.skipif(not STANDARDS, reason="no copy of the standard beside us")


@needs_standard
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *(("services", "service"), ("organizations", "organization")),
        *(("service_at_locations", "service_at_location"), ("taxonomies", "taxonomy")),
        ("taxonomy_terms", "taxonomy_term"),
    ],
)
async def test_answers_follow_the_schemas_of_the_standard(
    house: House, kind: str, name: str
) -> None:
    check = checker({"$ref": f"{name}.json"})
    items = await house.contents(f"/hsds/{kind}?per_page=500")
    assert len(items) > 2
    faults = [fault for item in items for fault in check(item)]
    for item in items:
        one = await house.get(f"/hsds/{kind}/{item['id']}")
        faults += check(one)
        for part in ("service", "location", "organization"):
            faults += checker({"$ref": f"{part}.json"})(one[part]) if part in one else []
        for service in cast("list[Object]", one.get("services", [])):
            faults += checker({"$ref": "service.json"})(service)
    assert faults == []


@needs_standard
async def test_pages_and_lists_have_the_fields_of_the_standards_examples(house: House) -> None:
    examples = STANDARDS[0] / "examples"
    for kind, name in (
        *(("services", "service"), ("organizations", "organization")),
        *(("service_at_locations", "service_at_location"), ("taxonomies", "taxonomy")),
        ("taxonomy_terms", "taxonomy_term"),
    ):
        example = json.loads((examples / f"{name}_list.json").read_text(encoding="utf-8"))
        page = await house.get(f"/hsds/{kind}")
        assert page.keys() == example.keys()
        nested = {k for k, v in example["contents"][0].items() if isinstance(v, dict)}
        for item in cast("list[Object]", page["contents"]):
            ids = {f"{field}_id" for field in ONE_FIELDS}
            assert item.keys() - ids <= example["contents"][0].keys()
            assert {k for k, v in item.items() if isinstance(v, (dict, list))} <= nested


ONE_FIELDS = ("organization", "program", "service", "location", "taxonomy", "parent_organization")


@needs_standard
def test_the_parameters_and_paths_are_those_of_the_standard() -> None:
    standard = json.loads((STANDARDS[0] / "schema/openapi.json").read_text(encoding="utf-8"))
    ours = cast("dict[str, Object]", document()["paths"])
    left_out = {"postcode", "proximity"}
    for path, operations in standard["paths"].items():
        get = cast("Object", ours[f"/hsds{path}".rstrip("/")]["get"])
        names = {p["name"] for p in cast("list[Object]", get.get("parameters", []))}
        known = {
            p.get("name") or p["$ref"].rsplit("/", 1)[-1]
            for p in operations["get"].get("parameters", [])
        }
        assert names == known - left_out, path


def checker(schema: Object) -> Callable[[object], list[str]]:
    validator = validator_of(json.dumps(schema))
    return lambda item: [error.message for error in validator.iter_errors(item)]


@lru_cache(maxsize=8)
def validator_of(schema: str) -> Draft202012Validator:
    resources = [
        (p.name, DRAFT202012.create_resource(json.loads(p.read_text(encoding="utf-8"))))
        for folder in STANDARDS[:1]
        for p in (folder / "schema").glob("*.json")
    ]
    return Draft202012Validator(
        json.loads(schema),
        registry=Registry().with_resources(resources),
        format_checker=FormatChecker(),
    )


@pytest.mark.slow
@pytest.mark.skipif(not SCHEMATHESIS.exists(), reason="schemathesis is not installed")
async def test_the_api_does_what_its_own_document_says() -> None:
    async with serving(fictional()) as house:
        url = str(house.client.make_url("/hsds/openapi.json"))
        process = await asyncio.create_subprocess_exec(
            *(str(SCHEMATHESIS), "run", url, "--checks", "all", "--seed", "7"),
            *("--max-examples", "30", "--phases", "coverage,fuzzing,stateful", "--no-color"),
            *("--generation-database", "none", "--continue-on-failure"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    assert house.asked > 500


@pytest.mark.parametrize("kind", sorted(KINDS))
async def test_every_record_is_as_our_own_document_says(kind: str) -> None:
    described = document()
    async with serving(fictional()) as house:
        items = await house.contents(f"/hsds/{kind}?per_page=500")
        wholes = [await house.get(f"/hsds/{kind}/{item['id']}") for item in items]
        pages = [await house.get(f"/hsds/{kind}?per_page=500")]
        if "full" in KINDS[kind].of_list:
            pages.append(await house.get(f"/hsds/{kind}?per_page=500&full=true"))
    for path, answers in ((f"/hsds/{kind}", pages), (f"/hsds/{kind}/{{id}}", wholes)):
        place = f"#/paths/{path.replace('/', '~1')}/get/responses/200"
        check = checker({"$ref": f"{place}/content/application~1json/schema", **described})
        assert [fault for answer in answers for fault in check(answer)] == []
    assert len(wholes) > 2
