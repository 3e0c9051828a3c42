"""Directories and searches with everything drawn, from a seed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from referrals.directory import (
    Capacity,
    Directory,
    Location,
    LocationId,
    Organization,
    OrganizationId,
    Service,
    ServiceAtLocation,
    ServiceId,
)
from referrals.live import ListingState, Live, OrganizationState
from referrals.places import Coordinates
from referrals.search import Search
from referrals.vetting import StepKind, VettingStep, vetting_of

TODAY = date(2026, 11, 24)
NEEDS = ("housing", "health", "gender_violence", "child_protection")
AUDIENCES = ("women", "men", "lgbtiq", "trans", "families", "minors", "everyone")
STAGES = ("in_transit", "settling", "returning")
STATES = (("Chiapas", "CHP"), ("Oaxaca", "OAX"), ("Baja California", "BCN"))
HOURS = ("", "24/7", "Mo-Fr 09:00-17:00", "Tu 13:00-14:00", "Mo-Fr 09:00-17:00; PH off", "?")
CLOCKS = (None, ZoneInfo("America/Tijuana"), ZoneInfo("America/Cancun"))
CENTERS = ((14.9, -92.26), (17.06, -96.72), (32.51, -117.03), (-0.1, 179.95))


def some(draw: Random, codes: tuple[str, ...], most: int = 2) -> frozenset[str]:
    return frozenset(draw.sample(codes, draw.randint(0, min(most, len(codes)))))


def ago(draw: Random, *days: int) -> date:
    return TODAY - timedelta(draw.choice(days))


def point(draw: Random) -> tuple[float, float]:
    latitude, longitude = draw.choice(CENTERS)
    wide = draw.choice((0.0, 0.02, 0.2, 0.2, 1.5))
    return latitude + draw.gauss(0, wide), (longitude + draw.gauss(0, wide) + 540) % 360 - 180


def capacity(draw: Random) -> Capacity | None:
    level = draw.choice(("full", "full", "few", "many", "unknown", "odd"))
    return draw.choice((None, Capacity(level, ago(draw, 0, 1, 2, 3, 5, 6, -1))))


def service(draw: Random, number: int, organizations: int) -> Service:
    return Service(
        ServiceId(f"s{number}"),
        OrganizationId(f"o{draw.randrange(organizations + 1)}"),
        f"Service {number}",
        status=draw.choice(("active",) * 9 + ("inactive",)),
        needs=some(draw, NEEDS, 3) or frozenset({"housing"}),
        audiences=some(draw, AUDIENCES),
        languages=some(draw, ("es", "ht", "en")),
        asks_papers=draw.choice((True, False, None)),
        schedule_text=draw.choice(HOURS),
        accessibility=draw.choice(("", "Sin escalones.")),
        assured_date=draw.choice((None, *(ago(draw, 0, 9, 45, 46, 90, 91, 180, 181),) * 9)),
        capacity=capacity(draw),
        is_nationwide=draw.random() < 0.15,
        stages=some(draw, STAGES),
        minimum_age=draw.choice((None, None, 0, 17, 18)),
        maximum_age=draw.choice((None, None, 17, 18)),
    )


def location(draw: Random, number: int) -> Location:
    state, region = draw.choice(STATES)
    latitude, longitude = point(draw)
    known = draw.random() < 0.95
    return Location(
        LocationId(f"l{number}"),
        "Puerta",
        "Ciudad",
        state,
        region,
        latitude if known else None,
        longitude if known else None,
        is_confidential=draw.random() < 0.2,
        timezone=draw.choice(CLOCKS),
        country=draw.choice(("", "MX")),
    )


def listing_state(draw: Random) -> ListingState:
    kinds = some(draw, ("closed", "no_answer", "asked_papers"))
    doubts = {kind: draw.choice((0, 2, 3, 4, 6)) for kind in kinds}
    closed = draw.choice((None, None, None, TODAY, TODAY + timedelta(1)))
    return ListingState(
        capacity(draw), closed, draw.choice((None, ago(draw, 0, 46, 91, 180))), doubts
    )


def organization_state(draw: Random, id: OrganizationId) -> OrganizationState:
    since = draw.choice((0, 89, 90, 90, 120, 120, 180, 181))
    kinds = draw.choice(
        (
            *((StepKind.APPROVED, StepKind.APPROVED, StepKind.CALLED_BACK, StepKind.BOUND),) * 7,
            (StepKind.APPROVED, StepKind.CALLED_BACK, StepKind.BOUND),
        )
    )
    steps = [
        VettingStep(id, kind, TODAY - timedelta(since), f"c{number}")
        for number, kind in enumerate(kinds)
    ]
    asked = draw.choice((0, 0, 1, 4, 20))
    return OrganizationState(
        vetting_of(steps, TODAY), asked, draw.randint(0, asked), draw.choice((0, 0, 2, 9))
    )


def live(draw: Random, services: int, organizations: int) -> Live:
    known = (ServiceId(f"s{number}") for number in range(services) if draw.random() < 0.4)
    ids = [OrganizationId(f"o{number}") for number in range(organizations)]
    return Live(
        TODAY,
        {id: listing_state(draw) for id in known},
        {id: organization_state(draw, id) for id in ids if draw.random() < 0.95},
    )


def directory(draw: Random, most: int = 60) -> Directory:
    """Draw a directory of up to ``most`` services."""
    services = draw.choice((draw.randint(0, 9), *(draw.randint(10, most) for _ in range(4))))
    organizations = draw.randint(1, 12)
    places = [location(draw, number) for number in range(services)]
    made = [service(draw, number, organizations) for number in range(services)]
    links = [
        ServiceAtLocation(f"k{s.id}{place.id}", s.id, place.id)
        for s in made
        for place in draw.sample(places, min(len(places), draw.choice((0, 1, 1, 1, 2, 3))))
    ]
    return Directory(
        [
            Organization(
                OrganizationId(f"o{n}"), f"Org {n}", status=draw.choice(("active",) * 9 + ("stub",))
            )
            for n in range(organizations)
        ],
        made,
        places,
        links,
        live(draw, services, organizations),
    )


def changed(draw: Random, listed: Directory) -> Directory:
    """Draw newer knowledge of a few services and organizations."""
    was = listed.live
    services, organizations = dict(was.services), dict(was.organizations)
    for item in draw.sample(listed.services(), min(3, len(listed.services()))):
        services[item.id] = listing_state(draw)
        organizations[item.organization_id] = organization_state(draw, item.organization_id)
    if services and draw.random() < 0.5:
        services.pop(draw.choice(list(services)))
    return listed.with_live(Live(was.day, services, organizations))


def search(draw: Random) -> Search:
    """Draw what a person looks for."""
    here = draw.choice((None, Coordinates(*point(draw)), Coordinates(*point(draw))))
    many = draw.random() < 0.3
    return Search(
        needs=tuple(draw.sample((*NEEDS, *NEEDS, "none"), 2 if many else 1)),
        told=draw.choice(((), (), (), ("trafficking",), ("health",))),
        point=here,
        state=draw.choice(("", "Chiapas", "oax", "BCN", "Nowhere")),
        language=draw.choice(("es", "ht", "fr", "")),
        audiences=some(draw, AUDIENCES[:-1]),
        exclude=frozenset(
            ServiceId(f"s{draw.randrange(20)}") for _ in range(draw.choice((0, 0, 3, 9)))
        ),
        ring=draw.choice(("", "", "", "", "city", "state", "country", "remote")),
        limit=draw.choice((1, 3, 3, 3, 50)),
        can_receive=frozenset(
            OrganizationId(f"o{draw.randrange(12)}") for _ in range(draw.choice((0, 6)))
        ),
        lot=draw.choice((0, 1, -7, draw.getrandbits(70))),
        stage=draw.choice(("", "", *STAGES)),
        no_papers=draw.random() < 0.3,
        wheelchair=draw.random() < 0.2,
    )


def moment(draw: Random) -> datetime:
    """Draw a moment of the days around."""
    noon = datetime(2026, 11, 24, 15, tzinfo=UTC)
    return noon + timedelta(minutes=draw.choice((0, 0, draw.randint(-4000, 4000))))


def only(search: Search, **what: object) -> Search:
    """Return another search."""
    return replace(search, **what)  # type: ignore[arg-type]  # a short way to name fields
