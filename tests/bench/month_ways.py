"""Ways to choose the next service to ask, in a made-up month. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Protocol

import numpy as np
from month_shapes import START, Month, Person
from month_state import State, answer_at, moment_of
from numpy.typing import NDArray

from referrals.directory import Directory
from referrals.live import ListingState, Live, OrganizationState, made_up
from referrals.matching import rank
from referrals.records import Capacity, OrganizationId, ServiceId
from referrals.search import Search
from referrals.vetting import Vetting

FEW = 3
ANSWERS_COUNT_FOR = 28
"""Days."""
PAGES = (("", 3), ("", 36), ("country", 36))
"""Ring and number of matches that are looked at, while none of them is in reach: the
first page, more of it, the whole country."""


class Way(Protocol):
    """A way to choose the next service to ask."""

    def dawn(self, state: State, day: int) -> None:
        """Learn what is known on a new day."""

    def hear_full(self, state: State, house: int, day: int) -> None:
        """Learn that a house has just declined because it is full."""

    def choose(self, person: Person, asked: frozenset[int], now: float) -> int | None:
        """Return the number of the house to ask next; None when none is in reach."""


@dataclass(slots=True)
class Nearest:
    """A plain directory: the nearest service that is listed for the need."""

    month: Month
    _by_need: dict[str, NDArray[np.int64]] = field(init=False)
    _km: dict[int, NDArray[np.float64]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Sort the houses by need."""
        needs = [next(iter(h.service.needs)) for h in self.month.houses]
        self._by_need = {n: np.array([i for i, m in enumerate(needs) if m == n])
                         for n in set(needs)}  # fmt: skip

    def dawn(self, state: State, day: int) -> None:
        """Know nothing new."""

    def hear_full(self, state: State, house: int, day: int) -> None:
        """Forget it again."""

    def choose(self, person: Person, asked: frozenset[int], now: float) -> int | None:
        """Return the nearest that was not asked yet."""
        rows = self._by_need.get(person.need)
        if rows is None:
            return None
        km = self.month.km[person.number, rows]
        order = [int(rows[i]) for i in np.argsort(km, kind="stable")]
        reach = int((km <= self.month.assumed.most_km).sum())
        fitting = [n for n in order[:reach] if n not in asked and self.fits(person, n)]
        return self.first(person, fitting, now)

    def fits(self, _person: Person, _house: int) -> bool:
        """Take whatever is listed."""
        return True

    def first(self, _person: Person, fitting: list[int], _now: float) -> int | None:
        """Return the nearest."""
        return fitting[0] if fitting else None


@dataclass(slots=True)
class NearestFitting(Nearest):
    """A careful directory: the nearest open one that takes her, as far as listings say."""

    def fits(self, person: Person, house: int) -> bool:
        """Leave out whom it does not serve, and where papers are known to be asked."""
        service = self.month.houses[house].service
        if not person.tells:
            return True
        theirs = service.audiences
        welcome = not theirs or "everyone" in theirs or person.who in theirs
        return welcome and not (person.no_papers and service.asks_papers)

    def first(self, _person: Person, fitting: list[int], now: float) -> int | None:
        """Return the nearest that is open now, else the nearest."""
        houses, moment = self.month.houses, moment_of(now)
        opened = (n for n in fitting if houses[n].hours.is_open(moment))
        return next(opened, fitting[0] if fitting else None)


@dataclass(slots=True)
class Knowing(Nearest):
    """Nobody can choose like this: the nearest that takes her, will answer, has room."""

    _state: State = field(init=False)
    _day: int = field(default=0, init=False)

    def dawn(self, state: State, day: int) -> None:
        """See everything."""
        self._state, self._day = state, day

    def fits(self, person: Person, house: int) -> bool:
        """Leave out who does not take her."""
        return self.month.houses[house].takes(person)

    def first(self, person: Person, fitting: list[int], now: float) -> int | None:
        """Return the nearest that has room now; none: she looks again later."""
        answering = (n for n in fitting if answer_at(self.month, person, n, now) is not None)
        return next((n for n in answering if self._state.free(n, self._day) >= 1), None)


@dataclass(slots=True)
class Faro:
    """Faro's ranking, with what the organizations report."""

    month: Month
    hears_taps: bool = True
    _directory: Directory = field(init=False)
    _numbers: dict[ServiceId, int] = field(init=False)
    _vetting: dict[OrganizationId, Vetting] = field(init=False)
    _capacity: dict[int, Capacity] = field(default_factory=dict, init=False)
    _confirmed: dict[int, date] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Build the directory: everybody is vetted."""
        houses = self.month.houses
        self._numbers = {h.service.id: h.number for h in houses}
        self._directory = Directory(
            [h.organization for h in houses],
            [h.service for h in houses],
            [h.location for h in houses],
            self.month.links,
        )
        vouched = made_up((h.organization.id for h in houses), START.date())
        self._vetting = {id: state.vetting for id, state in vouched.items()}

    def dawn(self, state: State, day: int) -> None:
        """Lay over the directory what was tapped, confirmed, said and answered."""
        today = START.date() + timedelta(days=day)
        for house in self.month.houses:
            if self.hears_taps and self.month.taps[house.number, day]:
                tapped = self._tapped(state, house.number, day)
                self._capacity[house.number] = Capacity(tapped, today)
            if self.month.confirmed[house.number] == day:
                self._confirmed[house.number] = today
                state.doubts.pop(house.number, None)
        self._lay(state, day)

    def hear_full(self, state: State, house: int, day: int) -> None:
        """Take the decline for a report, as the bot does."""
        self._capacity[house] = Capacity("full", START.date() + timedelta(days=day))
        self._lay(state, day)

    def _lay(self, state: State, day: int) -> None:
        services, organizations = self._listings(state, day), self._organizations(state, day)
        today = START.date() + timedelta(days=day)
        live = Live(today, dict(services), dict(organizations))
        self._directory = self._directory.with_live(live)

    def _tapped(self, state: State, house: int, day: int) -> str:
        free = state.free(house, day)
        is_full = free < 1
        if self.month.wrong[house, day]:
            is_full = not is_full
        return "full" if is_full else "few" if free <= FEW else "many"

    def _listings(self, state: State, day: int) -> Iterator[tuple[ServiceId, ListingState]]:
        for house in self.month.houses:
            said = sum(day - d <= 30 for d in state.doubts.get(house.number, ()))
            yield (
                house.service.id,
                ListingState(
                    capacity=self._capacity.get(house.number),
                    confirmed=self._confirmed.get(house.number),
                    doubts={"no_answer": said} if said else {},
                ),
            )

    def _organizations(
        self, state: State, day: int
    ) -> Iterator[tuple[OrganizationId, OrganizationState]]:
        while state.settled and day - state.settled[0][0] > ANSWERS_COUNT_FOR:
            state.settled.popleft()
        asked = Counter(house for _, house, _ in state.settled)
        answered = Counter(house for _, house, was in state.settled if was)
        for house in self.month.houses:
            id, number = house.organization.id, house.number
            yield (
                id,
                OrganizationState(
                    self._vetting[id], asked[number], answered[number], state.waiting[number]
                ),
            )

    def choose(self, person: Person, asked: frozenset[int], now: float) -> int | None:
        """Return the best match within reach that was not asked yet."""
        km, most = self.month.km[person.number], self.month.assumed.most_km
        for ring, limit in PAGES:
            search = self._search(person, asked, ring, limit)
            found = rank(self._directory, search, moment_of(now)).matches
            numbers = (self._numbers[match.service.id] for match in found)
            best = next((n for n in numbers if km[n] <= most), None)
            if best is not None:
                return best
        return None

    def _search(self, person: Person, asked: frozenset[int], ring: str, limit: int) -> Search:
        houses = self.month.houses
        return Search(
            needs=frozenset({person.need}),
            point=person.point,
            state=person.town.state_code,
            language=person.language,
            audiences=frozenset({person.who}) if person.tells else frozenset(),
            exclude=frozenset(houses[number].service.id for number in asked),
            ring=ring,
            limit=limit,
            lot=person.lot,
            no_papers=person.tells and person.no_papers,
        )
