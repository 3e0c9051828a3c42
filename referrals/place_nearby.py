"""From a position to the row of the place it is in or next to."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from math import asin, cos, isfinite, radians, sin, sqrt

from referrals.place_table import Table

EARTH_KM = 6371.0
DEGREE_KM = 111.0
REACHES_KM = (5.0, 30.0, 100.0)
"""Searched one after the other. Beyond the last a position is at sea, abroad or wrong;
the second is wider than any city, the first is for the countryside and border towns."""

BORDER_KM = 2.0
"""Rivers and lines make the border: the nearest village may be on its other side."""


class Nearby:
    """Rows in order of latitude, without the quarters: a town says enough of somebody."""

    __slots__ = ("_latitudes", "_rows", "_table")

    def __init__(self, table: Table) -> None:
        """Sort the rows of a table."""
        self._table = table
        towns = (row for row in range(len(table.latitudes)) if row not in table.points)
        self._rows = sorted(towns, key=table.latitudes.__getitem__)
        self._latitudes = [table.latitudes[row] for row in self._rows]

    def row(self, latitude: float, longitude: float) -> int | None:
        """Return the row of the city that surrounds a position, else of the nearest place."""
        if not (isfinite(latitude) and isfinite(longitude)) or abs(latitude) > 90:
            return None
        surrounding = self._surrounding(latitude, longitude)
        if surrounding is not None:
            return surrounding
        for reach in REACHES_KM:
            within = self._within(latitude, longitude, reach)
            nearest = min(((km + self._across(row), row) for km, row in within), default=None)
            if nearest is not None:
                return nearest[1]
        return None

    def _across(self, row: int) -> float:
        """Return how much farther a place abroad is than it seems: few cross to be nearer."""
        return 0.0 if self._table.state_codes[row] else BORDER_KM

    def _surrounding(self, latitude: float, longitude: float) -> int | None:
        inside = (
            (km / radius, row)
            for km, row in self._within(latitude, longitude, REACHES_KM[1])
            if km <= (radius := self._radius_km(row))
        )
        return min(inside, default=(0.0, None))[1]

    def _within(
        self, latitude: float, longitude: float, reach: float
    ) -> Iterator[tuple[float, int]]:
        """Yield kilometres and row of the places at most ``reach`` km away."""
        high = reach / DEGREE_KM
        wide = high / max(0.01, cos(radians(min(90.0, abs(latitude) + high))))
        start = bisect_left(self._latitudes, latitude - high)
        end = bisect_right(self._latitudes, latitude + high)
        latitudes, longitudes = self._table.latitudes, self._table.longitudes
        for row in self._rows[start:end]:
            if abs(longitudes[row] - longitude) <= wide:
                km = kilometres(latitude, longitude, latitudes[row], longitudes[row])
                if km <= reach:
                    yield km, row

    def _radius_km(self, row: int) -> float:
        """How far a place spreads: about 5,000 inhabitants a square kilometre."""
        return max(1.0, 0.008 * sqrt(self._table.populations[row]))


def kilometres(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Return the great-circle distance (haversine, sphere of 6,371 km)."""
    half_phi, half_lambda = radians(lat_b - lat_a) / 2, radians(lon_b - lon_a) / 2
    along = cos(radians(lat_a)) * cos(radians(lat_b)) * sin(half_lambda) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, sin(half_phi) ** 2 + along)))
