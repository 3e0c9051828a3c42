"""A made-up month: places on real routes, people, services, and all their luck.

Pure: a seed gives the same month again.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from math import cos, radians
from typing import TypeVar

import numpy as np
from month_assumed import (
    AROUND_KM,
    ASSUMED,
    HEALTH,
    HOURS_FOR,
    NEEDS,
    OPEN_HOUSING,
    OPEN_OTHERS,
    PROTECTION,
    SERVES,
    SPEAKS,
    STAFF_SPEAKS,
    TOWNS,
    URGENT,
    WAKING,
    WHO,
    Assumed,
)
from month_shapes import START, Floats, House, Month, Person, Town
from numpy.typing import NDArray

from referrals.hours import hours_of
from referrals.lifecycle import Priority
from referrals.places import Coordinates
from referrals.records import (
    Location,
    LocationId,
    Organization,
    OrganizationId,
    Service,
    ServiceId,
)

T = TypeVar("T")
EARTH_KM = 6371.0088
KM_OF_A_DEGREE = 111.2


def read_towns(lines: Iterable[str]) -> tuple[Town, ...]:
    """Find the towns in the lines of the gazetteer; the biggest of a name in its state."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        key = (row["name"], row["state_code"])
        known = found.get(key)
        is_bigger = known is None or int(row["population"]) > int(known["population"])
        if key in TOWNS and row["country"] == "MX" and is_bigger:
            found[key] = row
    missing = TOWNS.keys() - found.keys()
    if missing:
        raise LookupError(f"not in the gazetteer: {sorted(missing)}")
    return tuple(_town(found[key], weight) for key, weight in TOWNS.items())


def _town(row: Mapping[str, str], weight: float) -> Town:
    point = Coordinates(float(row["latitude"]), float(row["longitude"]))
    return Town(row["name"], row["state"], row["state_code"], point, weight)


def make_month(seed: int, towns: Sequence[Town], assumed: Assumed = ASSUMED) -> Month:
    """Draw one month."""
    rng, luck = random.Random(seed), np.random.default_rng(seed)
    houses = tuple(_house(number, towns, rng, assumed) for number in range(assumed.services))
    count = assumed.days * assumed.people_a_day
    people = tuple(_person(number, towns, rng, assumed) for number in range(count))
    days = days_of(assumed)
    shape = (len(people), len(houses))
    median, spread = assumed.answer_hours
    dead = np.array([h.is_dead for h in houses])
    confirms = (luck.random(len(houses)) < assumed.confirms) & ~dead
    rates = np.array([[h.taps] for h in houses])
    return Month(
        seed,
        assumed,
        people,
        houses,
        _free(houses, days, luck, assumed),
        luck.random(shape, np.float32),
        (median * np.exp(spread * luck.standard_normal(shape, np.float32))).astype(np.float32),
        luck.random((len(houses), days)) < rates,
        luck.random((len(houses), days)) < assumed.wrong_taps,
        np.where(confirms, luck.integers(0, assumed.days, len(houses)), -1),
        luck.random(len(people)) < assumed.says_no_answer,
        _km([p.point for p in people], [h.point for h in houses]),
    )


def days_of(assumed: Assumed) -> int:
    """Return how many days are looked at: the last to come may wait for two weeks."""
    return assumed.days + 2 + int(max(HOURS_FOR.values()) * (1 + assumed.patience) / 24)


def _km(people: Sequence[Coordinates], houses: Sequence[Coordinates]) -> Floats:
    nearness = np.clip(_vectors(people) @ _vectors(houses).T, -1, 1)
    return np.asarray(EARTH_KM * np.arccos(nearness), np.float32)


def _vectors(points: Sequence[Coordinates]) -> NDArray[np.float64]:
    latitude, longitude = np.radians([(p.latitude, p.longitude) for p in points]).T
    flat = np.cos(latitude)
    return np.stack([flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude)], 1)


def _free(
    houses: Sequence[House], days: int, luck: np.random.Generator, assumed: Assumed
) -> Floats:
    near = np.array([assumed.near_limit_housing if h.keeps_places else assumed.near_limit_others
                     for h in houses])  # fmt: skip
    is_near = luck.random(len(houses)) < near
    mean = np.where(is_near, assumed.free_near_limit[0], assumed.free_roomy[0])
    spread = np.where(is_near, assumed.free_near_limit[1], assumed.free_roomy[1])
    kept = assumed.stays_as_before
    level = np.empty((len(houses), days))
    level[:, 0] = luck.standard_normal(len(houses))
    for day in range(1, days):
        fresh = luck.standard_normal(len(houses)) * (1 - kept**2) ** 0.5
        level[:, day] = kept * level[:, day - 1] + fresh
    return np.floor(np.maximum(mean[:, None] + spread[:, None] * level, 0)).astype(np.float32)


def _pick(rng: random.Random, shares: Mapping[T, float]) -> T:
    return rng.choices(list(shares), list(shares.values()))[0]


def _near(point: Coordinates, rng: random.Random) -> Coordinates:
    degrees = AROUND_KM / KM_OF_A_DEGREE
    north, east = rng.gauss(0, degrees), rng.gauss(0, degrees)
    east /= cos(radians(point.latitude))
    return Coordinates(point.latitude + north, point.longitude + east)


def _person(number: int, towns: Sequence[Town], rng: random.Random, assumed: Assumed) -> Person:
    town = rng.choices(towns, [t.weight for t in towns])[0]
    need = _pick(rng, {need: asked for need, (asked, _) in NEEDS.items()})
    is_emergency = rng.random() < assumed.emergencies
    urgent = Priority.EMERGENCY if is_emergency else Priority.URGENT
    return Person(
        number=number,
        at=24 * (number // assumed.people_a_day) + rng.uniform(*WAKING),
        town=town,
        point=_near(town.point, rng),
        need=need,
        priority=urgent if need in URGENT else Priority.NORMAL,
        language=_pick(rng, SPEAKS),
        who=_pick(rng, WHO),
        tells=rng.random() < assumed.tells,
        no_papers=rng.random() < assumed.without_papers,
        lot=rng.getrandbits(31),
    )


def _house(number: int, towns: Sequence[Town], rng: random.Random, assumed: Assumed) -> House:
    town = rng.choices(towns, [t.weight for t in towns])[0]
    need = _pick(rng, {need: offered for need, (_, offered) in NEEDS.items()})
    is_dead = rng.random() < assumed.dead_listings
    asks = rng.random() < assumed.asks_papers
    text = _pick(rng, OPEN_HOUSING if need == "housing" else OPEN_OTHERS)
    hours = hours_of(text, "MX")
    if hours is None:
        raise ValueError(text)
    serves: tuple[str, ...] = _pick(rng, SERVES)
    speaks: tuple[str, ...] = _pick(rng, STAFF_SPEAKS)
    organization = Organization(OrganizationId(f"org-{number}"), f"Made-up {number}")
    point = _near(town.point, rng)
    name = f"{town.name} {number}"
    code = town.state_code
    return House(
        number=number,
        service=Service(
            id=ServiceId(f"service-{number}"),
            organization_id=organization.id,
            name=name,
            needs=frozenset({need}),
            audiences=frozenset(serves),
            languages=frozenset(speaks),
            asks_papers=asks if rng.random() < assumed.papers_listed else None,
            schedule_text=text,
            assured_date=_checked(is_dead, rng),
        ),
        organization=organization,
        location=Location(
            *(LocationId(f"location-{number}"), name, town.name, town.state, code),
            latitude=point.latitude,
            longitude=point.longitude,
        ),
        point=point,
        asks_papers=asks,
        unanswered=1.0 if is_dead else _rate(need, rng, assumed),
        is_dead=is_dead,
        taps=0.0 if is_dead else _pick(rng, {rate: share for share, rate in assumed.taps}),
        hours=hours,
        keeps_places=need == "housing",
    )


def _checked(is_dead: bool, rng: random.Random) -> date:
    """Return when a listing was checked: who closed has not answered for longer."""
    days = rng.randint(60, 170) if is_dead else rng.randint(0, 120)
    return START.date() - timedelta(days=days)


def _rate(need: str, rng: random.Random, assumed: Assumed) -> float:
    """Return how often a living organization does not answer, so that all have the rate."""
    if need in HEALTH:
        published = assumed.unanswered_health
    else:
        is_protection = need in PROTECTION
        published = assumed.unanswered_protection if is_protection else assumed.unanswered_others
    mean = (published - assumed.dead_listings) / (1 - assumed.dead_listings)
    if mean <= 0:
        return 0.0
    return rng.betavariate(mean * assumed.differs, (1 - mean) * assumed.differs)
