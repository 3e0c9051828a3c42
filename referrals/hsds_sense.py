"""Checks of what a row means: points, hours, telephone numbers, codes. Only warnings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache

from referrals.hours import hours_of
from referrals.hsds_checks import number_of
from referrals.hsds_phones import phone_fault
from referrals.hsds_problems import quoted
from referrals.hsds_rows import Row
from referrals.record_rows import CONFIDENTIAL, MARKS
from referrals.schedule_rows import schedule_text

Hint = tuple[str, str]
"""Field and reason."""
MARGIN = 0.5
"""Degrees around the outermost places of a country."""

_TIME = re.compile(
    r"(([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?|24:00(:00)?)(Z|[+-]\d\d(:?\d\d)?)?"
)


@dataclass(frozen=True, slots=True)
class Box:
    """Degrees between which a country lies."""

    south: float
    west: float
    north: float
    east: float

    def holds(self, latitude: float, longitude: float) -> bool:
        """Tell whether a point is in it."""
        return self.south <= latitude <= self.north and self.west <= longitude <= self.east


@dataclass(frozen=True, slots=True)
class Country:
    """What a package is held against. Empty: nothing is known, and nothing is said."""

    box: Box | None = None
    code: str = ""
    """ISO 3166-1 alpha-2: its telephone numbers."""
    codes: Mapping[str, AbstractSet[str]] = field(default_factory=dict)
    """Taxonomy to the codes of terms that the program understands."""


def box_of(points: Sequence[tuple[float, float]]) -> Box | None:
    """Return the box around points, latitude first, with a margin; None without points."""
    if not points:
        return None
    latitudes, longitudes = zip(*points, strict=True)
    return Box(
        min(latitudes) - MARGIN,
        min(longitudes) - MARGIN,
        max(latitudes) + MARGIN,
        max(longitudes) + MARGIN,
    )


def hints_of(
    table: str, country: Country, hidden: AbstractSet[str]
) -> Callable[[Row], Iterator[Hint]] | None:
    """Return what to look at in the rows of a table; ``hidden``: confidential locations."""
    if table == "locations":
        return lambda row: _of_location(row, country.box, hidden)
    if table == "schedules":
        return _of_schedule
    if table == "phones" and country.code:
        return lambda row: _of_phone(row, country.code)
    if table == "taxonomy_terms" and country.codes:
        return lambda row: _of_term(row, country.codes)
    return None


def is_secret_term(term: Row) -> bool:
    """Tell whether a term marks a confidential location."""
    return term.get("taxonomy") == MARKS and term.get("code") == CONFIDENTIAL


def _of_location(row: Row, box: Box | None, hidden: AbstractSet[str]) -> Iterator[Hint]:
    missing = next((name for name in ("latitude", "longitude") if name not in row), "")
    latitude = number_of(row.get("latitude", ""))
    longitude = number_of(row.get("longitude", ""))
    if latitude is not None and longitude is not None:
        if reason := _point_fault(latitude, longitude, box):
            yield "latitude", reason
    elif missing and row.get("location_type") == "physical" and row.get("id") not in hidden:
        yield missing, "is missing: the place is found by its city only"


def _point_fault(latitude: float, longitude: float, box: Box | None) -> str:
    if latitude == longitude == 0:
        return "is 0 and longitude too: leave both empty when nobody knows them"
    if box is None or box.holds(latitude, longitude):
        return ""
    if box.holds(longitude, latitude):
        return "and longitude look swapped"
    return "and longitude are outside the country"


def _of_schedule(row: Row) -> Iterator[Hint]:
    for name in ("opens_at", "closes_at"):
        if (text := row.get(name)) and not _TIME.fullmatch(text):
            yield name, f"is not a time such as 09:00: {quoted(text)}"
    if row.get("description") and not row.get("opens_at") and not _is_read(row):
        yield "description", "is not understood as hours: it is shown as it is"


def _is_read(row: Row) -> bool:
    parts = tuple((name, text) for name, text in row.items() if not name.endswith("id"))
    return _are_hours(parts)


@lru_cache(maxsize=4096)
def _are_hours(parts: tuple[tuple[str, str], ...]) -> bool:
    return hours_of(schedule_text([dict(parts)])) is not None


def _of_phone(row: Row, country: str) -> Iterator[Hint]:
    if reason := phone_fault(row.get("number", ""), country):
        yield "number", reason


def _of_term(row: Row, codes: Mapping[str, AbstractSet[str]]) -> Iterator[Hint]:
    known = codes.get(row.get("taxonomy", ""))
    if known is not None and row.get("code", "") not in known:
        named = ", ".join(sorted(known))
        yield "code", f"is not understood, known are {named}: {quoted(row.get('code', ''))}"
