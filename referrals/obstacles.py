"""Why rings had nothing to offer: what stood in the way of what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from referrals.listings import NEED, fields
from referrals.marks import Bools, Rows, Taken, have
from referrals.seeker import Seeker
from referrals.worth import Obstacle

WHY = ("full", "closed", "asks_papers", "not_for_her", "stale")
"""The most telling first."""
TOLD = {Obstacle.FULL: "full", Obstacle.CLOSED: "closed", Obstacle.STALE: "stale"}


def why(seeker: Seeker, rings: Iterable[str]) -> str:
    """Return the most telling reason that rings had nothing to offer."""
    told = {
        reason
        for ring in rings
        for need in seeker.needs
        for reason in _obstacles(seeker, need, ring)
    }
    return next((reason for reason in WHY if reason in told), "none")


def _obstacles(seeker: Seeker, need: str, ring: str) -> Iterator[str]:
    """Yield what stands in the way in a ring: of a service, what no other day helps."""
    rows = _held(seeker, need, ring)
    taken = seeker.layer.marks.of(rows)
    known = _are_known(seeker, rows, taken, need)
    rows, taken = rows[known], [column[known] for column in taken]
    suits = seeker.suits(taken)
    if not suits.all():
        yield "not_for_her"
    if seeker.papers:
        asks = have(taken, seeker.papers)
        if (suits & asks).any():
            yield "asks_papers"
        suits &= ~asks
    held = set(seeker.layer.obstacles[rows[suits]].tolist())
    yield from (word for obstacle, word in TOLD.items() if obstacle in held)


def _held(seeker: Seeker, need: str, ring: str) -> Rows:
    """Return every row of a ring, offered or not."""
    found = seeker.blocks(need, ring)
    if found is None:
        return np.zeros(0, np.int64)
    touched = seeker.touched(found[0], ring)
    every = np.arange(len(found[0].rows)) if touched is None else np.flatnonzero(touched)
    return seeker.inside(found[0], every, ring)[0]


def _are_known(seeker: Seeker, rows: Rows, taken: Taken, need: str) -> Bools:
    """Tell which rows are of vetted organizations that take the need, and not yet seen."""
    known: Bools = seeker.layer.obstacles[rows] != Obstacle.UNVETTED
    mask = seeker.layer.marks.one(NEED + need)
    known &= have(taken, mask) if mask else False
    if seeker.seen:
        known &= ~np.isin(fields(seeker.listings.facts)["service"][rows], list(seeker.seen))
    return known
