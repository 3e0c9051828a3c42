"""Services prepared for search: per need, by state and by cells of the map."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import asin, ceil, cos, degrees, floor, pi, radians, sin, sqrt
from unicodedata import combining, normalize

from referrals.hours import Hours
from referrals.places import Coordinates
from referrals.records import Location, Organization, Service

EARTH_KM = 6371.0088
"""Mean radius (IUGG)."""
CELL_DEGREES = 0.5

Vector = tuple[float, float, float]
Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Listing:
    """One service at one of its locations, ready to be ranked."""

    service: Service
    organization: Organization
    location: Location | None
    """As anyone may see it."""
    point: Coordinates | None
    """Where it counts as being: rounded for a confidential location. Never shown."""
    vector: Vector | None
    hours: Hours | None

    @property
    def is_remote(self) -> bool:
        """It can be used from anywhere."""
        return self.location is None or self.service.is_nationwide


@dataclass(frozen=True, slots=True)
class Listings:
    """All that is offered for one need."""

    located: tuple[Listing, ...] = ()
    remote: tuple[Listing, ...] = ()
    by_state: Mapping[str, tuple[Listing, ...]] = field(default_factory=dict)
    by_cell: Mapping[Cell, tuple[Listing, ...]] = field(default_factory=dict)

    def in_state(self, state: str) -> tuple[Listing, ...]:
        """Return those of a state, given by its name or its code."""
        return self.by_state.get(folded(state), ())

    def around(self, point: Coordinates, km: float) -> Iterator[Listing]:
        """Yield at least those within the distance: every cell that it touches."""
        for cell in cells_around(point, km):
            yield from self.by_cell.get(cell, ())


def listings_of(offered: Iterable[Listing]) -> Listings:
    """Prepare the services of one need."""
    everything = tuple(offered)
    located = tuple(item for item in everything if item.location)
    by_state: defaultdict[str, list[Listing]] = defaultdict(list)
    by_cell: defaultdict[Cell, list[Listing]] = defaultdict(list)
    for item in located:
        for key in state_keys(item.location):
            by_state[key].append(item)
        if item.point:
            by_cell[cell_of(item.point)].append(item)
    return Listings(
        located,
        tuple(item for item in everything if item.is_remote),
        {key: tuple(items) for key, items in by_state.items()},
        {key: tuple(items) for key, items in by_cell.items()},
    )


def state_keys(location: Location | None) -> frozenset[str]:
    """Return what a location's state is called: its name and its code."""
    if location is None:
        return frozenset()
    return frozenset(folded(text) for text in (location.state, location.region) if text)


@lru_cache(maxsize=1024)
def folded(text: str) -> str:
    """Return text without case and accents, for comparing names of states."""
    parts = normalize("NFKD", text.casefold().strip())
    return "".join(char for char in parts if not combining(char))


def vector_of(point: Coordinates) -> Vector:
    """Return the unit vector of a point on the globe."""
    latitude, longitude = radians(point.latitude), radians(point.longitude)
    flat = cos(latitude)
    return (flat * cos(longitude), flat * sin(longitude), sin(latitude))


def km_between(a: Vector, b: Vector) -> float:
    """Return the great-circle distance of two unit vectors, in kilometres."""
    x, y, z = a[0] - b[0], a[1] - b[1], a[2] - b[2]
    return 2 * EARTH_KM * asin(min(1.0, sqrt(x * x + y * y + z * z) / 2))


def cell_of(point: Coordinates) -> Cell:
    """Return the cell of the map that holds a point."""
    row, column = floor(point.latitude / CELL_DEGREES), floor(point.longitude / CELL_DEGREES)
    return (row, column % _COLUMNS)


def cells_around(point: Coordinates, km: float) -> Iterator[Cell]:
    """Yield every cell that a circle touches, each once."""
    high = degrees(km / EARTH_KM)
    rows = range(
        floor((point.latitude - high) / CELL_DEGREES),
        floor((point.latitude + high) / CELL_DEGREES) + 1,
    )
    columns = _columns_around(point, km)
    return ((row, column) for row in rows for column in columns)


_COLUMNS = ceil(360 / CELL_DEGREES)


def _columns_around(point: Coordinates, km: float) -> Iterable[int]:
    angle, latitude = km / EARTH_KM, radians(point.latitude)
    # A circle over a pole meets every meridian.
    if abs(latitude) + angle >= pi / 2:
        return range(_COLUMNS)
    wide = degrees(asin(min(1.0, sin(angle) / cos(latitude))))
    first = floor((point.longitude - wide) / CELL_DEGREES)
    last = floor((point.longitude + wide) / CELL_DEGREES)
    return sorted({column % _COLUMNS for column in range(first, last + 1)})
