"""Shapes of a made-up month: towns, people, services as they really are. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from month_assumed import (
    HOURS_FOR,
    Assumed,
)
from numpy.typing import NDArray

from referrals.hours import Hours
from referrals.lifecycle import Priority
from referrals.places import Coordinates
from referrals.records import (
    Location,
    Organization,
    Service,
    ServiceAtLocation,
)

CLOCK = ZoneInfo("America/Mexico_City")
START = datetime(2026, 11, 2, tzinfo=CLOCK)
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Town:
    """A place of the gazetteer."""

    name: str
    state: str
    state_code: str
    point: Coordinates
    weight: float


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who asks once, for one thing."""

    number: int
    at: float
    """Hours since the month began."""
    town: Town
    point: Coordinates
    need: str
    priority: Priority
    language: str
    who: str
    tells: bool
    no_papers: bool
    lot: int

    @property
    def deadline(self) -> float:
        """Hours since the month began until which help is in time."""
        return self.at + HOURS_FOR[self.priority]


@dataclass(frozen=True, slots=True)
class House:
    """A service as it really is, beside what its listing says."""

    number: int
    service: Service
    organization: Organization
    location: Location
    point: Coordinates
    asks_papers: bool
    unanswered: float
    is_dead: bool
    taps: float
    hours: Hours
    keeps_places: bool
    """A bed is taken for nights, an appointment for the day."""

    def takes(self, person: Person) -> bool:
        """Tell whether she is somebody whom it serves."""
        audiences = self.service.audiences
        fits = not audiences or "everyone" in audiences or person.who in audiences
        return fits and not (self.asks_papers and person.no_papers)


@dataclass(frozen=True, slots=True)
class Month:
    """One month with all its luck: the same for every way to choose."""

    seed: int
    assumed: Assumed
    people: tuple[Person, ...]
    houses: tuple[House, ...]
    free: Floats
    """Free places at each dawn, by house and day, before anybody of the month comes."""
    answers: Floats
    """Luck of each request, by person and house: below the house's rate is no answer."""
    delays: Floats
    """Hours of opening until an answer, by person and house."""
    taps: NDArray[np.bool_]
    """By house and day: it taps its free places at dawn."""
    wrong: NDArray[np.bool_]
    confirmed: NDArray[np.int64]
    """By house: the day on which it confirms its listing, or -1."""
    says: NDArray[np.bool_]
    """By person: she tells the bot when nobody answers."""
    km: Floats
    """By person and house."""

    @property
    def links(self) -> tuple[ServiceAtLocation, ...]:
        """Return which service is where."""
        return tuple(
            ServiceAtLocation(f"link-{h.number}", h.service.id, h.location.id) for h in self.houses
        )
