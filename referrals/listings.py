"""Services prepared for search: a row for each place of a service, in columns of numbers.

Rows follow a curve over the map: what is near is near in memory too. The last row stands
for nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple, TypeVar
from unicodedata import combining, normalize

import numpy as np
from numpy.typing import NDArray

from referrals.blocks import Blocks, Drawn, blocks_of
from referrals.globe import Floats, map_order, vectors_of
from referrals.hours import Hours, hours_of
from referrals.marks import Marks, Rows, Shorts, marks_of
from referrals.records import Location, LocationId, Organization, Service, ServiceId

K = TypeVar("K", bound=Hashable)

FACT = np.dtype(
    [
        ("marks", np.uint64),
        ("hash", np.uint64),
        ("worth", np.int32),
        ("opening", np.int32),
        ("service", np.int32),
        ("location", np.int32),
    ]
)
"""What is asked of a row, in one piece: each piece that is far away costs a tenth of a
microsecond. ``worth``: see ``layer``. ``location``: -1 when there is none."""
Facts = NDArray[np.int64]
"""Rows of four numbers, which numpy takes faster than records; see ``fields``."""
NOT_OFFERED = -1_000_000
"""Worth of a row that nobody is sent to, in kilometres."""

ADULT = 18

NEED, AUDIENCE, LANGUAGE, STAGE = "need ", "audience ", "language ", "stage "
"""Before a code of each kind: all marks of a row stand together."""
ASKS_PAPERS = "asks papers"
FOR_ALL = "for all"
"""Everyone is welcome, or nobody has said who is."""
ADULTS_ONLY = "adults only"
SOME_STAGES = "some stages"
ACCESSIBLE = "accessible"
NO_POINT = "no point"


def fields(facts: Facts) -> NDArray[np.void]:
    """Return facts by their names, over the same memory."""
    return facts.view(FACT)[:, 0]


class Opening(NamedTuple):
    """Hours, and the clock on which they are read; None: that of the country."""

    hours: Hours | None
    clock: tzinfo | None


class State(NamedTuple):
    """What finds a state."""

    numbers: tuple[int, ...]
    """Of ``state_of``: a name may be written in more than one way."""
    bits: np.uint64


NOWHERE = State((), np.uint64(0))


class Listed(NamedTuple):
    """A service that a coordinator vouched for, of an organization that takes part."""

    service: Service
    organization: Organization
    locations: tuple[Location, ...]
    """Not for showing."""


@dataclass(frozen=True, slots=True)
class Listings:
    """What never changes while a directory is in use."""

    services: tuple[Listed, ...]
    numbers: Mapping[ServiceId, int]
    """Where a service stands in ``services``."""
    shown: tuple[Location, ...]
    """Locations as anyone may see them."""
    openings: tuple[Opening, ...]
    states: Mapping[str, State]
    """By name or code, folded."""
    most_places: int
    """Most locations that one service has; at least 1."""
    facts: Facts
    state_of: Shorts
    marks: Marks
    """The first column is that of ``facts``."""
    located: Mapping[str, Blocks]
    """Need to what has a location."""
    remote: Mapping[str, Blocks]
    """Need to what can be used from anywhere."""

    @property
    def blank(self) -> int:
        """Return the row that stands for nothing."""
        return len(self.facts) - 1

    def rows_of(self, services: Sequence[int]) -> Rows:
        """Return the rows of some services, ascending."""
        if len(services) == len(self.services):
            return np.arange(self.blank)
        wanted = np.isin(fields(self.facts)["service"][:-1], np.array(services, np.int32))
        return np.flatnonzero(wanted)


def served_by(service: Service) -> frozenset[str]:
    """Return whom a service is for: as it says, and minors when it says so by age."""
    is_for_minors = service.maximum_age is not None and service.maximum_age < ADULT
    return service.audiences | {"minors"} if is_for_minors else service.audiences


def listings_of(listed: Iterable[Listed]) -> Listings:
    """Prepare services for search."""
    services = tuple(listed)
    found = {place.id: place for item in services for place in item.locations}
    # By their ids: where two places of a service are equal, the number decides.
    places = {id: found[id] for id in sorted(found)}
    seats = _seats(services, places)
    latitudes, longitudes = _degrees(seats)
    order = map_order(latitudes, longitudes)
    vectors = vectors_of(latitudes[order], longitudes[order])
    return _Columns([seats[row] for row in order.tolist()], vectors).listings(services, places)


class _Seat(NamedTuple):
    """A row that is being made."""

    number: int
    service: Service
    location: Location | None
    place: int


def _seats(services: Sequence[Listed], places: Mapping[LocationId, Location]) -> list[_Seat]:
    at = {id: number for number, id in enumerate(places)}
    seats: list[_Seat] = []
    for number, item in enumerate(services):
        if not item.locations:
            seats.append(_Seat(number, item.service, None, -1))
        for place in item.locations:
            seats.append(_Seat(number, item.service, place, at[place.id]))
    return seats


def _degrees(seats: Sequence[_Seat]) -> tuple[Floats, Floats]:
    points = [
        (place.latitude, place.longitude)
        if (place := seat.location) and _has_point(place)
        else (np.nan, np.nan)
        for seat in seats
    ]
    degrees = np.array(points, np.float64).reshape(-1, 2)
    return degrees[:, 0], degrees[:, 1]


def _has_point(place: Location) -> bool:
    return place.latitude is not None and place.longitude is not None


class _Columns:
    """The columns of rows, in their order."""

    def __init__(self, seats: Sequence[_Seat], vectors: Floats) -> None:
        self.seats = seats
        self.records = [seat.service for seat in seats]
        self.vectors = np.vstack([vectors, np.zeros((1, 3))])
        self.marks = marks_of([_marks(seat) for seat in seats])
        self.states, self.state_of = _numbered([state_keys(seat.location) for seat in seats])

    def listings(
        self, services: tuple[Listed, ...], places: Mapping[LocationId, Location]
    ) -> Listings:
        openings, opening_of = _numbered([_clocked(seat) for seat in self.seats])
        return Listings(
            services=services,
            numbers={item.service.id: number for number, item in enumerate(services)},
            shown=tuple(place.shown() for place in places.values()),
            openings=tuple(_opening(*key) for key in openings),
            states=_by_key(self.states),
            most_places=max((len(item.locations) for item in services), default=1) or 1,
            facts=self._facts(opening_of),
            state_of=self.state_of,
            marks=self.marks,
            located=self._blocks(lambda seat: seat.location is not None),
            remote=self._blocks(_is_remote),
        )

    def _facts(self, opening_of: Shorts) -> Facts:
        raw = np.zeros((len(self.seats) + 1, FACT.itemsize // 8), np.int64)
        facts = fields(raw)
        facts["hash"] = [*map(_hash, self.records), 0]
        facts["worth"] = NOT_OFFERED
        facts["opening"] = opening_of
        facts["service"] = _column(seat.number for seat in self.seats)
        facts["location"] = _column(seat.place for seat in self.seats)
        facts["marks"] = self.marks.columns[0]
        self.marks = self.marks.copied(facts["marks"])
        return raw

    def _blocks(self, belongs: Callable[[_Seat], bool]) -> dict[str, Blocks]:
        rows: defaultdict[str, list[int]] = defaultdict(list)
        for row, seat in enumerate(self.seats):
            if belongs(seat):
                for need in seat.service.needs:
                    rows[need].append(row)
        has_point = np.any(self.vectors != 0, axis=1)
        drawn = Drawn(self.vectors, has_point, self.state_of, self.marks)
        return {need: blocks_of(np.array(found, np.int64), drawn) for need, found in rows.items()}


def _is_remote(seat: _Seat) -> bool:
    return seat.location is None or seat.service.is_nationwide


def _marks(seat: _Seat) -> list[str]:
    service = seat.service
    served = served_by(service)
    codes = [NEED + code for code in service.needs]
    codes += [AUDIENCE + code for code in served]
    codes += [LANGUAGE + code for code in service.languages]
    codes += [STAGE + code for code in service.stages]
    is_for_adults = service.minimum_age is not None and service.minimum_age >= ADULT
    traits = (
        (ASKS_PAPERS, service.asks_papers is True),
        (FOR_ALL, not served or "everyone" in served),
        (ADULTS_ONLY, is_for_adults),
        (SOME_STAGES, bool(service.stages)),
        (ACCESSIBLE, bool(service.accessibility)),
        (NO_POINT, seat.location is None or not _has_point(seat.location)),
    )
    return codes + [code for code, holds in traits if holds]


def _hash(service: Service) -> int:
    """Return a number that is the same on every machine: ties are drawn with it."""
    return int.from_bytes(blake2b(service.id.encode(), digest_size=8).digest(), "big")


def _clocked(seat: _Seat) -> tuple[str, str, tzinfo | None]:
    place, text = seat.location, seat.service.schedule_text
    return (text, place.country, place.timezone) if place else (text, "", None)


def _opening(text: str, country: str, clock: tzinfo | None) -> Opening:
    return Opening(hours_of(text, country), clock)


def _column(values: Iterable[int]) -> Shorts:
    return np.array([*values, -1], np.int32)


def _numbered(keys: Sequence[K]) -> tuple[tuple[K, ...], Shorts]:
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return tuple(numbers), _column(numbers[key] for key in keys)


def _by_key(states: Sequence[frozenset[str]]) -> dict[str, State]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, keys in enumerate(states):
        for key in keys:
            found[key].append(number)
    return {key: State(tuple(ns), _state_bits(ns)) for key, ns in found.items()}


def _state_bits(numbers: Iterable[int]) -> np.uint64:
    return np.uint64(sum({1 << number % 64 for number in numbers}))


def state_keys(location: Location | None) -> frozenset[str]:
    """Return what a location's state is called: its name and its code."""
    if location is None:
        return frozenset()
    return _keys(location.state, location.region)


@lru_cache(maxsize=1024)
def _keys(state: str, region: str) -> frozenset[str]:
    return frozenset(folded(text) for text in (state, region) if text)


@lru_cache(maxsize=1024)
def folded(text: str) -> str:
    """Return text without case and accents, for comparing names of states."""
    parts = normalize("NFKD", text.casefold().strip())
    return "".join(char for char in parts if not combining(char))
