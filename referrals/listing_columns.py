"""Makes the columns of listings from records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import tzinfo
from hashlib import blake2b
from typing import NamedTuple, TypeVar

import numpy as np

from referrals.blocks import Blocks, Drawn, blocks_of
from referrals.globe import Floats, map_order, vectors_of
from referrals.hours import hours_of
from referrals.listings import (
    ACCESSIBLE,
    ADULT,
    ADULTS_ONLY,
    ASKS_PAPERS,
    AUDIENCE,
    FACT,
    FOR_ALL,
    LANGUAGE,
    NEED,
    NO_POINT,
    NOT_OFFERED,
    SOME_STAGES,
    STAGE,
    Facts,
    Listed,
    Listings,
    Opening,
    State,
    fields,
    served_by,
    state_keys,
)
from referrals.marks import Shorts, marks_of
from referrals.records import Location, LocationId, Service

K = TypeVar("K", bound=Hashable)


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
