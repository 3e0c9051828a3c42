"""Rank services for a need, ring by ring, with the reason for each rank.

Every advantage is worth kilometres, so an order can be explained: a place that speaks
her language may be twenty kilometres further and still come first. docs/matching.md has
every figure.

Rows lie in blocks of neighbours. What the best row of a block costs at least is known
without looking at the rows; blocks are looked at from the least on, until no block left
can hold anything better.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from math import floor, inf
from typing import Final

import numpy as np

from referrals.blocks import CITY_KM
from referrals.directory import Directory
from referrals.globe import Floats
from referrals.layer import FULL_KM
from referrals.listings import NOT_OFFERED, fields
from referrals.marks import Rows
from referrals.obstacles import why
from referrals.probation import too_new
from referrals.reasons import match_of
from referrals.search import Found, Match, Reason, Search
from referrals.seeker import STEP_KM, Candidates, Seeker

__all__ = ["CITY_KM", "RINGS", "STEP_KM", "Found", "Match", "Reason", "Search", "rank"]

RINGS = ("city", "state", "country", "remote")
FEW_BLOCKS = 24
"""So many blocks are looked at without asking first which hold the best."""
GROWTH = 4
"""How many times more blocks are looked at in each round."""
FULL_STEP = FULL_KM // STEP_KM // 2
"""Steps beyond are those of full houses."""

_WORD = (1 << 64) - 1
_ODD = 0x9E3779B97F4A7C15


Candidate = tuple[int, int, float, int, int, int, float]
"""A row that fits: step, draw, cost, number of its location, number of its service, number
of its opening hours, kilometres. Sorted in this order."""
SERVICE: Final = 4


def rank(directory: Directory, search: Search, now: datetime) -> Found:
    """Return the best services of the nearest ring that has any.

    ``now`` is aware and on the clock of the country; a location with a clock of its own
    is read by that one. A ring where every house is full is passed over for a wider one;
    only when all are full everywhere does the nearest ring answer, and says so.
    """
    if new := too_new(directory, search):
        search = replace(search, exclude=search.exclude | new)
    seeker = Seeker(directory.prepared, search, now)
    rings = rings_of(search)
    used, best = "", list[Candidate]()
    for ring in rings:
        found = _Best(seeker, ring).found()
        is_free = bool(found) and found[0][0] < FULL_STEP
        if found and (is_free or not best):
            used, best = ring, found
        if is_free:
            break
    nearer = rings[: rings.index(used)] if used else rings
    matches = tuple([_match(directory, seeker, candidate, used) for candidate in best])
    return Found(matches, used, bool(used and nearer), why(seeker, nearer) if nearer else "")


def rings_of(search: Search) -> tuple[str, ...]:
    """Return the rings to look at, the nearest that makes sense first."""
    first = "city" if search.point else "state" if search.state else "country"
    start = max(RINGS.index(first), RINGS.index(search.ring) if search.ring in RINGS else 0)
    return RINGS[start:]


class _Best:
    """The first few of a ring, each service once, at the location that ranks best."""

    __slots__ = ("best", "ring", "seeker")

    def __init__(self, seeker: Seeker, ring: str) -> None:
        self.seeker = seeker
        self.ring = ring
        self.best: list[Candidate] = []

    def found(self) -> list[Candidate]:
        """Look at blocks until none left can hold anything better."""
        for need in self.seeker.needs:
            for rows, kms in self._rows(need):
                candidates = self.seeker.candidates(rows, kms, need) if len(rows) else None
                if candidates:
                    self._keep(candidates)
        return self.best

    def _rows(self, need: str) -> Iterator[tuple[Rows, Floats]]:
        """Yield rows of the ring with their distance, the most promising first."""
        found = self.seeker.blocks(need, self.ring)
        if found is None:
            return
        blocks, most = found
        touched = self.seeker.touched(blocks, self.ring)
        numbers = np.arange(len(most)) if touched is None else touched.nonzero()[0]
        if len(numbers) <= FEW_BLOCKS:
            yield self.seeker.inside(blocks, numbers, self.ring)
            return
        numbers = numbers[most[numbers] > NOT_OFFERED]
        least = self.seeker.least(blocks, most, numbers, self.ring) / STEP_KM
        for some in self._rounds(numbers, np.floor(least)):
            yield self.seeker.inside(blocks, some, self.ring)

    def _rounds(self, numbers: Rows, least: Floats) -> Iterator[Rows]:
        order = np.argsort(least, kind="stable")
        numbers, least = numbers[order], least[order]
        start, size = 0, FEW_BLOCKS
        while start < len(numbers):
            end = min(start + size, int(np.searchsorted(least, self._cut(), "right")))
            if end <= start:
                return
            yield numbers[start:end]
            start, size = end, size * GROWTH

    def _cut(self) -> float:
        """Return the step beyond which nothing changes the result."""
        is_complete = self.best and len(self.best) >= self.seeker.search.limit
        return self.best[-1][0] if is_complete else inf

    def _keep(self, candidates: Candidates) -> None:
        """Keep the best of what was known and of these."""
        kept: dict[int, Candidate] = {}
        for candidate in sorted([*self.best, *self._near(candidates)]):
            kept.setdefault(candidate[SERVICE], candidate)
        self.best = list(kept.values())[: self.seeker.search.limit]

    def _near(self, candidates: Candidates) -> list[Candidate]:
        """Return those that may be among the first few."""
        facts, kms, costs = candidates
        count = self.seeker.search.limit + len(self.seeker.seen)
        count *= self.seeker.listings.most_places
        last = self._cut()
        if 0 < count < len(costs):
            ordered = costs.copy()
            ordered.partition(count - 1)
            last = min(last, floor(float(ordered[count - 1]) / STEP_KM))
        if last < inf:
            # Who receives requests here gains one step; a kilometre for what is rounded.
            near = (costs < (last + 2) * STEP_KM + 1).nonzero()[0]
            facts, kms, costs = facts.take(near, axis=0), kms.take(near), costs.take(near)
        return self._read(fields(facts).tolist(), kms.tolist(), costs.tolist())

    def _read(
        self, facts: list[tuple[int, ...]], kms: list[float], costs: list[float]
    ) -> list[Candidate]:
        search, services = self.seeker.search, self.seeker.listings.services
        lot, seen, can_receive = _mixed(search.lot), self.seeker.seen, search.can_receive
        read: list[Candidate] = []
        for fact, km, cost in zip(facts, kms, costs, strict=True):
            _, own, _, opening, number, place = fact
            if number not in seen:
                receives = bool(can_receive) and services[number][1].id in can_receive
                draw = (own ^ lot) * _ODD & _WORD
                step = floor(cost / STEP_KM) - receives
                read.append((step, draw, cost, place, number, opening, km))
        return read


def _match(directory: Directory, seeker: Seeker, candidate: Candidate, ring: str) -> Match:
    *_, place, number, opening, km = candidate
    listings = seeker.listings
    location = listings.shown[place] if place >= 0 and ring != "remote" else None
    return match_of(
        directory, seeker, listings.services[number], location, km, listings.openings[opening]
    )


def _mixed(number: int) -> int:
    """Return a number of 64 bits in which each bit hangs on every bit (SplitMix64)."""
    number &= _WORD
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 & _WORD
    number = (number ^ number >> 27) * 0x94D049BB133111EB & _WORD
    return number ^ number >> 31
