"""A search made ready: which rows fit a person, and what each costs her in kilometres."""

from __future__ import annotations

from datetime import datetime
from math import cos
from typing import NamedTuple

import numpy as np

from referrals.blocks import CITY_KM, REGION_KM, Blocks
from referrals.globe import EARTH_KM, Floats, Vector, vector_of
from referrals.layer import Kms, Layer
from referrals.listings import (
    ACCESSIBLE,
    ADULTS_ONLY,
    ASKS_PAPERS,
    AUDIENCE,
    FOR_ALL,
    LANGUAGE,
    NEED,
    NO_POINT,
    NOT_OFFERED,
    NOWHERE,
    SOME_STAGES,
    STAGE,
    Facts,
    Listings,
    fields,
    folded,
)
from referrals.marks import Bools, Marks, Rows, Shorts, Taken, have
from referrals.opening import Openings
from referrals.search import Search
from referrals.vetting import BARRED_NEEDS

UNKNOWN_KM = 100.0
"""What a location counts as far away whose point nobody knows."""
STEP_KM = 5
"""Costs within one step are a tie, which the lot decides."""

KM_FOR_EACH_NEED = 60
KM_FOR_LANGUAGE = 20
KM_FOR_AUDIENCE = 20
KM_FOR_STAGE = 10
KM_FOR_OTHER_STAGE = -30
KM_FOR_OPEN = 5
KM_FOR_RECEIVING = STEP_KM
"""A whole step, so that it can be counted after the steps are."""
KM_FOR_WAY_IN = 20
"""For a wheelchair."""

ALSO = {"trans": "lgbtiq"}
"""Who is served by a wider audience too."""

_CITY_COSINE = cos(CITY_KM / EARTH_KM)
_REGION_COSINE = cos(REGION_KM / EARTH_KM)


class Prepared(NamedTuple):
    """A directory in columns, as of now."""

    listings: Listings
    layer: Layer
    openings: Openings


class Candidates(NamedTuple):
    """Rows that fit, and what each costs before it is known who receives requests."""

    facts: Facts
    kms: Floats
    costs: Floats


def hers(search: Search) -> list[str]:
    """Return whom a service may be for so that it is for her."""
    return [*search.audiences, *(ALSO[code] for code in search.audiences if code in ALSO)]


class Seeker:
    """Fits rows to one person. Rows and blocks are arrays of numbers."""

    __slots__ = (
        "adults",
        "at",
        "for_her",
        "language",
        "layer",
        "listings",
        "needs",
        "now",
        "openings",
        "papers",
        "search",
        "seen",
        "spot",
        "state",
        "theirs",
    )

    def __init__(self, prepared: Prepared, search: Search, now: datetime) -> None:
        self.listings, self.layer, self.openings = prepared
        self.search = search
        self.now = now
        self.needs = tuple(dict.fromkeys(search.needs))
        self.at: Vector | None = vector_of(search.point) if search.point else None
        self.spot: Floats = np.array(self.at or (0.0, 0.0, 0.0))
        found = self.listings.states
        self.state = found.get(folded(search.state), NOWHERE) if search.state else NOWHERE
        numbers = self.listings.numbers
        self.seen = frozenset([numbers[id] for id in search.exclude if id in numbers])
        """Numbers of the services to leave out."""
        self._ask(self.listings.marks)

    def _ask(self, marks: Marks) -> None:
        search = self.search
        audiences = [AUDIENCE + code for code in hers(search)]
        self.language = marks.one(LANGUAGE + search.language)
        self.theirs = marks.mask(audiences)
        self.for_her = marks.mask((FOR_ALL, *audiences)) if audiences else ()
        self.papers = marks.one(ASKS_PAPERS) if search.no_papers else ()
        self.adults = marks.one(ADULTS_ONLY) if "minors" in search.audiences else ()

    def blocks(self, need: str, ring: str) -> tuple[Blocks, Kms] | None:
        """Return where a need's rows are, and the most that each block is worth."""
        is_remote = ring == "remote"
        blocks = (self.listings.remote if is_remote else self.listings.located).get(need)
        if blocks is None:
            return None
        return blocks, (self.layer.remote if is_remote else self.layer.located)[need]

    def touched(self, blocks: Blocks, ring: str) -> Bools | None:
        """Tell which blocks may have rows in a ring; None: all."""
        if ring == "city":
            return np.greater_equal(blocks.centers @ self.spot, blocks.city)
        if ring != "state":
            return None
        touched: Bools = (blocks.states & self.state.bits) != 0
        if self.at is not None:
            touched |= blocks.centers @ self.spot >= blocks.region
        return touched

    def least(self, blocks: Blocks, most: Kms, numbers: Rows, ring: str) -> Floats:
        """Return what the best row of each of these blocks costs at least."""
        least: Floats = -most[numbers] - np.float64(self._extra)
        if self.at is not None and ring != "remote":
            chords = np.sqrt((2 - 2 * (blocks.centers[numbers] @ self.spot)).clip(0))
            least += EARTH_KM * (chords - blocks.radii[numbers]).clip(0)
        marks = blocks.marks.of(numbers)
        if self.language:
            least -= KM_FOR_LANGUAGE * have(marks, self.language)
        if self.theirs:
            least -= KM_FOR_AUDIENCE * have(marks, self.theirs)
        return least

    @property
    def _extra(self) -> int:
        """The most that a row can gain by what its block does not know."""
        search = self.search
        return (
            KM_FOR_EACH_NEED * (len(self.needs) if len(self.needs) > 1 else 0)
            + KM_FOR_STAGE * bool(search.stage)
            + KM_FOR_WAY_IN * search.wheelchair
            + KM_FOR_OPEN
            + (KM_FOR_RECEIVING if search.can_receive else 0)
        )

    def inside(self, blocks: Blocks, numbers: Rows, ring: str) -> tuple[Rows, Floats]:
        """Return the rows of blocks that are in a ring, and how far each is, in km."""
        rows = blocks.rows.take(numbers, axis=0).ravel()
        if self.at is None or ring == "remote":
            rows = self._in_state(rows, ring)
            return rows, np.zeros(len(rows))
        cosines = blocks.vectors.take(numbers, axis=0).reshape(-1, 3) @ self.spot
        if ring == "city":
            near = (cosines >= _CITY_COSINE).nonzero()[0]
            rows, cosines = rows.take(near), cosines.take(near)
        elif ring == "state":
            inside = self._are_in_state(rows) | (cosines >= _REGION_COSINE)
            rows, cosines = rows[inside], cosines[inside]
        np.minimum(cosines, 1.0, out=cosines)
        kms = np.arccos(np.maximum(cosines, -1.0, out=cosines), out=cosines)
        kms *= EARTH_KM
        return (rows, kms) if ring == "city" else self._with_unknown(rows, kms)

    def _with_unknown(self, rows: Rows, kms: Floats) -> tuple[Rows, Floats]:
        if pointless := self.listings.marks.one(NO_POINT):
            kms[have(self.listings.marks.of(rows), pointless)] = UNKNOWN_KM
        return rows, kms

    def _in_state(self, rows: Rows, ring: str) -> Rows:
        return rows[self._are_in_state(rows)] if ring == "state" else rows

    def _are_in_state(self, rows: Rows) -> Bools:
        states = self.listings.state_of[rows]
        found = np.zeros(len(rows), np.bool_)
        for number in self.state.numbers:
            found |= states == number
        return found

    def candidates(self, rows: Rows, kms: Floats, need: str) -> Candidates | None:
        """Return the rows that are offered to her for a need, if any."""
        facts = self.layer.facts.take(rows, axis=0)
        named = fields(facts)
        others = self.layer.marks.columns[1:]
        taken = [named["marks"], *[column.take(rows) for column in others]]
        fits: Bools = named["worth"] > NOT_OFFERED
        if self.search.audiences:
            fits &= self.suits(taken)
        if self.papers:
            fits &= ~have(taken, self.papers)
        if need in BARRED_NEEDS:
            fits &= have(taken, self.layer.marks.one(NEED + need))
        which = fits.nonzero()[0]
        if not len(which):
            return None
        facts, kms = facts.take(which, axis=0), kms.take(which)
        named, taken = fields(facts), [column.take(which) for column in taken]
        costs = kms - named["worth"]
        costs -= self._gains(named["opening"], taken)
        return Candidates(facts, kms, costs)

    def suits(self, taken: Taken) -> Bools:
        """Tell which rows are for people like her."""
        if self.search.audiences and self.for_her:
            suits = have(taken, self.for_her)
        else:
            suits = np.full(len(taken[0]), not self.search.audiences)
        if self.adults:
            suits &= ~have(taken, self.adults)
        return suits

    def _gains(self, openings: Shorts, taken: Taken) -> Floats:
        """Return what only she gains, in kilometres."""
        opened = self.openings.are_open(openings, self.now)
        gains: Floats = np.multiply(opened, float(KM_FOR_OPEN))
        if len(self.needs) > 1:
            gains += self._by_needs(taken)
        if self.language:
            gains += KM_FOR_LANGUAGE * have(taken, self.language)
        if self.theirs:
            gains += KM_FOR_AUDIENCE * have(taken, self.theirs)
        if self.search.stage or self.search.wheelchair:
            gains += self._rare_gains(taken)
        return gains

    def _by_needs(self, taken: Taken) -> Floats:
        """Return what is gained by each need that is met; of one need all meet that."""
        masks = (self.layer.marks.one(NEED + need) for need in self.needs)
        met = [have(taken, mask) for mask in masks if mask]
        gains: Floats = np.sum(met, axis=0) * float(KM_FOR_EACH_NEED)
        return gains

    def _rare_gains(self, taken: Taken) -> Floats:
        gains, one = np.zeros(len(taken[0])), self.listings.marks.one
        if self.search.stage and (some := one(SOME_STAGES)):
            gains[have(taken, some)] = KM_FOR_OTHER_STAGE
            if stage := one(STAGE + self.search.stage):
                gains[have(taken, stage)] = KM_FOR_STAGE
        if self.search.wheelchair and (way_in := one(ACCESSIBLE)):
            gains += KM_FOR_WAY_IN * have(taken, way_in)
        return gains
