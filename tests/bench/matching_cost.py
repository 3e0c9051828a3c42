"""What one search costs in generated directories, and that it finds what a plain look at
every service finds.

Run: ``python tests/bench/matching_cost.py SERVICES [SEARCHES] [CHECKS]``. One JSON line:
microseconds of a search (median, 99th of a hundred), of laying one changed service over
the directory, seconds to build, megabytes. Pinned to one core.

Services stand in towns by their population; people ask from any inhabited place with the
same chance. Both are of the country's own list.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from handlers.names import AUDIENCES, NEEDS  # noqa: E402 - found through the path above
from matching_oracle import Oracle  # noqa: E402
from referrals.directory import (  # noqa: E402
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
from referrals.live import ListingState, Live, OrganizationState, made_up  # noqa: E402
from referrals.matching import Search, rank  # noqa: E402
from referrals.places import Coordinates  # noqa: E402

PLACES = ROOT / "locales/countries/mx/places.tsv"
TODAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("America/Mexico_City"))
LANGUAGES = ("es", "en", "fr", "pt", "ht")
SPOKEN = (95, 35, 10, 6, 8)
"""Services of a hundred that speak each."""
WHO = [code for code in AUDIENCES if code != "everyone"]
SERVICES_OF_ONE = 2
"""Services of an organization."""


@dataclass(frozen=True)
class Town:
    state: str
    region: str
    latitude: float
    longitude: float
    people: int


def towns() -> list[Town]:
    """Read the country's inhabited places."""
    lines = PLACES.read_text("utf-8").splitlines()[1:]
    parts = [line.split("\t") for line in lines]
    return [
        Town(p[4], p[5], float(p[7]), float(p[8]), max(1, int(p[9] or 0)))
        for p in parts
        if p[10] == "MX"
    ]


def hours(draw: Random) -> str:
    opens, closes = draw.choice(("08:00", "09:00", "10:00")), draw.randint(13, 20)
    days = draw.choice(("Mo-Fr", "Mo-Sa", "Mo-Su", "Mo,We,Fr"))
    return draw.choice(("", "24/7", *(f"{days} {opens}-{closes}:00",) * 4))


def whom(draw: Random) -> frozenset[str]:
    everyone = frozenset({"everyone"})
    return draw.choice((frozenset(), everyone, everyone, frozenset(draw.sample(WHO, 2))))


def made_service(draw: Random, number: int) -> Service:
    report = Capacity(draw.choice(("full", "few", "many")), TODAY - timedelta(draw.randint(0, 9)))
    return Service(
        ServiceId(f"service-{number}"),
        OrganizationId(f"organization-{number // SERVICES_OF_ONE}"),
        f"Service {number}",
        needs=frozenset(draw.sample(list(NEEDS), draw.choice((1, 1, 2)))),
        audiences=whom(draw),
        languages=frozenset(
            code
            for code, share in zip(LANGUAGES, SPOKEN, strict=True)
            if draw.randrange(100) < share
        ),
        asks_papers=draw.choice((True, False, None)),
        schedule_text=hours(draw),
        assured_date=TODAY - timedelta(draw.randint(0, 200)),
        capacity=report if draw.random() < 0.4 else None,
        is_nationwide=draw.random() < 0.02,
    )


def made_location(draw: Random, number: int, town: Town) -> Location:
    return Location(
        LocationId(f"location-{number}"),
        "Puerta",
        "Ciudad",
        town.state,
        town.region,
        town.latitude + draw.gauss(0, 0.03),
        town.longitude + draw.gauss(0, 0.03),
        is_confidential=draw.random() < 0.05,
        country="MX",
    )


def made_directory(services: int, seed: int = 7) -> Directory:
    """Make a directory: every service at one location, save for a few by phone only."""
    draw, places = Random(seed), towns()
    at = draw.choices(places, [town.people for town in places], k=services)
    organizations = [
        Organization(OrganizationId(f"organization-{n}"), f"Organization {n}")
        for n in range(-(-services // SERVICES_OF_ONE))
    ]
    return Directory(
        organizations,
        [made_service(draw, number) for number in range(services)],
        [made_location(draw, number, town) for number, town in enumerate(at)],
        [
            ServiceAtLocation(f"k{n}", ServiceId(f"service-{n}"), LocationId(f"location-{n}"))
            for n in range(services)
            if draw.random() < 0.97
        ],
        made_live(draw, [o.id for o in organizations]),
    )


def made_live(draw: Random, ids: Sequence[OrganizationId]) -> Live:
    vetting = made_up(ids[:1], TODAY)[ids[0]].vetting
    states = {}
    for id in ids:
        asked = draw.choice((0, 0, 3, 12))
        waiting = draw.choice((0, 0, 1, 3))
        states[id] = OrganizationState(vetting, asked, draw.randint(0, asked), waiting)
    return Live(TODAY, organizations=states)


class Everyone:
    """Every organization receives requests."""

    def __contains__(self, id: object) -> bool:
        return True


def made_search(draw: Random, places: Sequence[Town]) -> Search:
    town = draw.choice(places)
    return Search(
        (draw.choice(list(NEEDS)),),
        Coordinates(town.latitude, town.longitude),
        town.region,
        draw.choice(LANGUAGES),
        frozenset(draw.sample(WHO, draw.choice((0, 1, 2)))),
        can_receive=Everyone(),
        lot=draw.getrandbits(32),
        no_papers=draw.random() < 0.1,
    )


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def one_changed(listed: Directory, number: int) -> Live:
    """Return the layer of a directory of which one service was tapped as full."""
    id = listed.services()[number].id
    states = {**listed.live.services, id: ListingState(Capacity("full", TODAY))}
    return replace(listed.live, services=states)


def resident() -> float:
    text = Path("/proc/self/status").read_text()
    return int(next(x for x in text.splitlines() if x.startswith("VmRSS")).split()[1]) / 1024


def wrong(listed: Directory, searches: Sequence[Search]) -> int:
    """Count the searches whose answer differs from a plain look at every service."""
    bad = 0
    for search in searches:
        found, told = rank(listed, search, NOON), Oracle(listed, search, NOON).answer()
        ids = [match.service.id for match in found.matches]
        bad += (ids, found.ring, found.why) != ([id for id, _ in told.ids], told.ring, told.why)
    return bad


def measured(services: int, searches: int, checks: int) -> dict[str, object]:
    """Build, search, change, check."""
    before = resident()
    begun = time.perf_counter()
    listed = made_directory(services)
    built = time.perf_counter() - begun
    draw, places = Random(11), towns()
    asked = [made_search(draw, places) for _ in range(searches)]
    prepared = listed.prepared
    gc.collect()
    gc.freeze()
    for search in asked[:200]:
        rank(listed, search, NOON)
    took = sorted(seconds(lambda s=search: rank(listed, s, NOON)) for search in asked)  # type: ignore[misc]  # binds the loop's value
    rings = [rank(listed, search, NOON).ring for search in asked]
    changes = [one_changed(listed, draw.randrange(services)) for _ in range(9)]
    lays = sorted(seconds(lambda c=c: listed.with_live(c)) for c in changes)  # type: ignore[misc]  # as above
    return {
        "services": services,
        "rows": prepared.listings.blank,
        "built_s": round(built, 1),
        "resident_mb": round(resident() - before),
        "median_us": round(took[len(took) // 2] * 1e6),
        "p99_us": round(took[len(took) * 99 // 100] * 1e6),
        "worst_us": round(took[-1] * 1e6),
        "with_live_ms": round(lays[len(lays) // 2] * 1e3, 1),
        "in_ring": {ring: rings.count(ring) for ring in dict.fromkeys(rings)},
        "checked": checks,
        "wrong": wrong(listed, asked[:checks]),
    }


def main() -> None:
    """Print what was measured."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    services, searches, checks = (
        int(sys.argv[n]) if len(sys.argv) > n else default
        for n, default in ((1, 100_000), (2, 2_000), (3, 0))
    )
    print(json.dumps(measured(services, searches, checks)))


if __name__ == "__main__":
    main()
