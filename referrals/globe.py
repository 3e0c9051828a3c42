"""Points on the globe as unit vectors, and the order that keeps neighbours together."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from referrals.places import Coordinates

EARTH_KM = 6371.0088
"""Mean radius (IUGG)."""

SIDE = 1 << 20
"""Cells along a side of the map: 40 m wide and less."""

Vector = tuple[float, float, float]
Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]


def vector_of(point: Coordinates) -> Vector:
    """Return the unit vector of a point."""
    latitude, longitude = radians(point.latitude), radians(point.longitude)
    flat = cos(latitude)
    return (flat * cos(longitude), flat * sin(longitude), sin(latitude))


def km_between(a: Vector, b: Vector) -> float:
    """Return the great-circle distance of two unit vectors, in kilometres."""
    x, y, z = a[0] - b[0], a[1] - b[1], a[2] - b[2]
    return 2 * EARTH_KM * asin(min(1.0, sqrt(x * x + y * y + z * z) / 2))


def vectors_of(latitudes: Floats, longitudes: Floats) -> Floats:
    """Return unit vectors, one a row; zeros where a degree is not a number."""
    high, wide = np.radians(latitudes), np.radians(longitudes)
    flat = np.cos(high)
    vectors = np.stack([flat * np.cos(wide), flat * np.sin(wide), np.sin(high)], axis=1)
    return np.asarray(np.nan_to_num(vectors), np.float64)


def chord_of(km: float) -> float:
    """Return the straight line between two unit vectors that are so far apart."""
    return 2 * sin(min(km / EARTH_KM, 3.14159) / 2)


def map_order(latitudes: Floats, longitudes: Floats) -> Numbers:
    """Return the numbers of points along a curve that fills the map (Hilbert's).

    Points that are not known come last.
    """
    known = ~np.isnan(latitudes)
    high = _parts(np.where(known, (latitudes + 90) / 180, 0.0))
    wide = _parts(np.where(known, (longitudes + 180) / 360 % 1.0, 0.0))
    return np.lexsort((_along_curve(wide, high), ~known))


def _parts(shares: Floats) -> Numbers:
    return np.asarray(shares.clip(0, 1) * (SIDE - 1), np.int64)


def _along_curve(x: Numbers, y: Numbers) -> Numbers:
    """Return how far along the curve each cell of a square is."""
    along, side = np.zeros_like(x), SIDE // 2
    while side:
        right, upper = (x & side) != 0, (y & side) != 0
        along += side * side * (3 * right ^ upper)
        # The lower quarters are turned so that the curve goes on where it left.
        turned = right & ~upper
        x, y = np.where(turned, SIDE - 1 - x, x), np.where(turned, SIDE - 1 - y, y)
        x, y = np.where(upper, x, y), np.where(upper, y, x)
        side //= 2
    return along
