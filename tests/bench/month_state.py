"""Where a made-up month stands, and what it came to. Pure."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from month_assumed import HOURS_FOR
from month_shapes import START, House, Month, Person
from numpy.typing import NDArray

MANY = 3
"""People too many on one day that are more than bad luck."""


@dataclass(slots=True)
class Tally:
    """What came of it."""

    people: int = 0
    requests: int = 0
    full: int = 0
    not_eligible: int = 0
    unanswered: int = 0
    arrived: int = 0
    at_first: int = 0
    """People whose first request was accepted."""
    in_time: int = 0
    emergencies: int = 0
    emergencies_in_time: int = 0
    km: list[float] = field(default_factory=list)
    hours: list[float] = field(default_factory=list)
    flooded: set[int] = field(default_factory=set)
    """Houses that on some day were sent more people than they had places at dawn."""
    badly_flooded: set[int] = field(default_factory=set)
    """Houses that on some day were sent ``MANY`` more, or worse."""
    used: set[int] = field(default_factory=set)


@dataclass(slots=True)
class State:
    """Where the month stands: what has happened at each house."""

    month: Month
    guests: NDArray[np.float32]
    """Places taken by people of the month, by house and day."""
    sent: Counter[tuple[int, int]] = field(default_factory=Counter)
    """Requests by house and day."""
    settled: deque[tuple[int, int, bool]] = field(default_factory=deque)
    """Day, house, and whether it was answered."""
    waiting: Counter[int] = field(default_factory=Counter)
    doubts: dict[int, list[int]] = field(default_factory=dict)
    """By house: days on which somebody said that nobody answers."""

    def free(self, house: int, day: int) -> float:
        """Return the places that are free now."""
        return float(self.month.free[house, day] - self.guests[house, day])

    def take(self, house: House, day: int) -> None:
        """Give a place away."""
        nights = int(self.month.assumed.nights) if house.keeps_places else 1
        self.guests[house.number, day : day + nights] += 1


def moment_of(hours: float) -> datetime:
    """Return the moment of a number of hours since the month began."""
    return START + timedelta(hours=hours)


def answer_at(month: Month, person: Person, number: int, now: float) -> float | None:
    """Return when a house answers a request of now; None: not while she waits."""
    house = month.houses[number]
    if month.answers[person.number, number] < house.unanswered:
        return None
    answer = opening(house, now) + float(month.delays[person.number, number])
    return answer if answer <= now + patience_of(month, person) else None


def patience_of(month: Month, person: Person) -> float:
    """Return the hours that somebody waits for an answer, or before she looks again."""
    return month.assumed.patience * HOURS_FOR[person.priority]


def opening(house: House, now: float) -> float:
    """Return when it is open next, in hours since the month began."""
    moment = moment_of(now)
    if house.hours.is_open(moment):
        return now
    change = house.hours.next_change(moment)
    if change is None:
        raise ValueError(house.service.schedule_text)
    return (change - START).total_seconds() / 3600
