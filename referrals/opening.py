"""Which of many opening hours are open now, remembered until that can change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from math import inf

import numpy as np
from numpy.typing import NDArray

from referrals.listings import Opening
from referrals.marks import Bools, Shorts

QUARTER = 900.0
"""Seconds. Clocks are put forward and back at quarters of an hour only, so that within
one the next change of the hours is all that can happen."""


class Openings:
    """Tells what is open; asks each text again only when its answer may have changed."""

    __slots__ = ("_clock", "_is_open", "_openings", "_since", "_until")

    def __init__(self, openings: Sequence[Opening]) -> None:
        self._openings = openings
        self._is_open: Bools = np.zeros(len(openings), np.bool_)
        self._until: NDArray[np.float64] = np.zeros(len(openings))
        self._since = inf
        self._clock: tzinfo | None = None

    def are_open(self, numbers: Shorts, now: datetime) -> Bools:
        """Tell for each number whether it is known to be open; ``now`` is aware."""
        moment = now.timestamp()
        if moment < self._since or now.tzinfo is not self._clock:
            self._forget(now)
        late = (self._until.take(numbers) <= moment).nonzero()[0]
        if len(late):
            self._since = moment
            for number in set(numbers.take(late).tolist()):
                self._learn(number, now, moment)
        return self._is_open.take(numbers)

    def _forget(self, now: datetime) -> None:
        self._until[:] = -inf
        self._clock = now.tzinfo

    def _learn(self, number: int, now: datetime, moment: float) -> None:
        hours, clock = self._openings[number]
        if hours is None:
            self._until[number] = inf
            return
        local = now.astimezone(clock) if clock else now
        change = hours.next_change(local)
        quarter = (moment // QUARTER + 1) * QUARTER
        self._is_open[number] = hours.is_open(local)
        self._until[number] = min(quarter, change.timestamp()) if change else quarter
