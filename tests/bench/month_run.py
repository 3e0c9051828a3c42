"""The made-up month, lived through with one way to choose. Pure.

Every way meets the same people, the same free places and the same luck of answers, and
goes on by the same rule: who is declined, or not answered in time, asks the next; who
finds nothing in reach looks again later.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush

import numpy as np
from month_shapes import House, Month, Person
from month_state import MANY, State, Tally, answer_at, opening, patience_of
from month_ways import Way

from referrals.lifecycle import Priority


def live_through(month: Month, way: Way) -> Tally:
    """Return what comes of the month when everybody chooses this way."""
    return _Course(month, way).run()


class _Course:
    """The month as it happens, event by event."""

    def __init__(self, month: Month, way: Way) -> None:
        self._month, self._way = month, way
        self._state = State(month, np.zeros_like(month.free))
        emergencies = sum(p.priority is Priority.EMERGENCY for p in month.people)
        self._tally = Tally(people=len(month.people), emergencies=emergencies)
        self._asked: dict[int, frozenset[int]] = {}
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._count = 0
        self._day = -1
        self._dawn = month.free[:, 0]

    def run(self) -> Tally:
        """Let everybody ask, and whoever answers answer, in the order of time."""
        for person in self._month.people:
            self._at(person.at, partial(self._ask, person))
        while self._events:
            now, _, happen = heappop(self._events)
            while self._day < int(now // 24):
                self._day += 1
                self._dawn = self._month.free[:, self._day] - self._state.guests[:, self._day]
                self._way.dawn(self._state, self._day)
            happen(now)
        return self._tally

    def _at(self, when: float, happen: Callable[[float], None]) -> None:
        self._count += 1
        heappush(self._events, (when, self._count, happen))

    def _ask(self, person: Person, now: float) -> None:
        asked = self._asked.get(person.number, frozenset())
        if now > person.deadline or len(asked) >= self._month.assumed.most_tries:
            return
        number = self._way.choose(person, asked, now)
        if number is None:
            self._at(now + patience_of(self._month, person), partial(self._ask, person))
            return
        self._asked[person.number] = asked | {number}
        self._send(person, self._month.houses[number], now)

    def _send(self, person: Person, house: House, now: float) -> None:
        self._note_request(house.number)
        answer = answer_at(self._month, person, house.number, now)
        if answer is None:
            until = now + patience_of(self._month, person)
            self._at(until, partial(self._give_up, person, house))
        else:
            self._at(answer, partial(self._answer, person, house))

    def _note_request(self, number: int) -> None:
        self._tally.requests += 1
        self._state.waiting[number] += 1
        self._state.sent[number, self._day] += 1
        too_many = self._state.sent[number, self._day] - max(0.0, float(self._dawn[number]))
        self._tally.used.add(number)
        if too_many > 0:
            self._tally.flooded.add(number)
        if too_many >= MANY:
            self._tally.badly_flooded.add(number)

    def _give_up(self, person: Person, house: House, now: float) -> None:
        self._tally.unanswered += 1
        self._settle(house, was_answered=False)
        if self._month.says[person.number]:
            self._state.doubts.setdefault(house.number, []).append(self._day)
        self._ask(person, now)

    def _settle(self, house: House, *, was_answered: bool) -> None:
        self._state.waiting[house.number] -= 1
        self._state.settled.append((self._day, house.number, was_answered))

    def _answer(self, person: Person, house: House, now: float) -> None:
        self._settle(house, was_answered=True)
        if not house.takes(person):
            self._tally.not_eligible += 1
            self._ask(person, now)
        elif self._state.free(house.number, self._day) < 1:
            self._tally.full += 1
            self._way.hear_full(self._state, house.number, self._day)
            self._ask(person, now)
        else:
            self._state.take(house, self._day)
            self._arrive(person, house, now)

    def _arrive(self, person: Person, house: House, now: float) -> None:
        km = float(self._month.km[person.number, house.number])
        there = opening(house, now + km / self._month.assumed.km_an_hour)
        in_time = there <= person.deadline
        self._tally.arrived += 1
        self._tally.at_first += len(self._asked[person.number]) == 1
        self._tally.in_time += in_time
        self._tally.km.append(km)
        self._tally.hours.append(there - person.at)
        if person.priority is Priority.EMERGENCY:
            self._tally.emergencies_in_time += in_time
