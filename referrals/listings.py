"""Services prepared for search: a row for each place of a service, in columns of numbers.

Rows follow a curve over the map: what is near is near in memory too. The last row stands
for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import lru_cache
from typing import NamedTuple
from unicodedata import combining, normalize

import numpy as np
from numpy.typing import NDArray

from referrals.blocks import Blocks
from referrals.hours import Hours
from referrals.marks import Marks, Rows, Shorts
from referrals.records import Location, Organization, Service, ServiceId

FACT = np.dtype(
    [
        ("marks", np.uint64),
        ("hash", np.uint64),
        ("worth", np.int32),
        ("opening", np.int32),
        ("service", np.int32),
        ("location", np.int32),
    ]
)
"""What is asked of a row, in one piece: each piece that is far away costs a tenth of a
microsecond. ``worth``: see ``layer``. ``location``: -1 when there is none."""
Facts = NDArray[np.int64]
"""Rows of four numbers, which numpy takes faster than records; see ``fields``."""
NOT_OFFERED = -1_000_000
"""Worth of a row that nobody is sent to, in kilometres."""

ADULT = 18

NEED, AUDIENCE, LANGUAGE, STAGE = "need ", "audience ", "language ", "stage "
"""Before a code of each kind: all marks of a row stand together."""
ASKS_PAPERS = "asks papers"
FOR_ALL = "for all"
"""Everyone is welcome, or nobody has said who is."""
ADULTS_ONLY = "adults only"
SOME_STAGES = "some stages"
ACCESSIBLE = "accessible"
NO_POINT = "no point"


def fields(facts: Facts) -> NDArray[np.void]:
    """Return facts by their names, over the same memory."""
    return facts.view(FACT)[:, 0]


class Opening(NamedTuple):
    """Hours, and the clock on which they are read; None: that of the country."""

    hours: Hours | None
    clock: tzinfo | None


class State(NamedTuple):
    """What finds a state."""

    numbers: tuple[int, ...]
    """Of ``state_of``: a name may be written in more than one way."""
    bits: np.uint64


NOWHERE = State((), np.uint64(0))


class Listed(NamedTuple):
    """A service that a coordinator vouched for, of an organization that takes part."""

    service: Service
    organization: Organization
    locations: tuple[Location, ...]
    """Not for showing."""


@dataclass(frozen=True, slots=True)
class Listings:
    """What never changes while a directory is in use."""

    services: tuple[Listed, ...]
    numbers: Mapping[ServiceId, int]
    """Where a service stands in ``services``."""
    shown: tuple[Location, ...]
    """Locations as anyone may see them."""
    openings: tuple[Opening, ...]
    states: Mapping[str, State]
    """By name or code, folded."""
    most_places: int
    """Most locations that one service has; at least 1."""
    facts: Facts
    state_of: Shorts
    marks: Marks
    """The first column is that of ``facts``."""
    located: Mapping[str, Blocks]
    """Need to what has a location."""
    remote: Mapping[str, Blocks]
    """Need to what can be used from anywhere."""

    @property
    def blank(self) -> int:
        """Return the row that stands for nothing."""
        return len(self.facts) - 1

    def rows_of(self, services: Sequence[int]) -> Rows:
        """Return the rows of some services, ascending."""
        if len(services) == len(self.services):
            return np.arange(self.blank)
        wanted = np.isin(fields(self.facts)["service"][:-1], np.array(services, np.int32))
        return np.flatnonzero(wanted)


def served_by(service: Service) -> frozenset[str]:
    """Return whom a service is for: as it says, and minors when it says so by age."""
    is_for_minors = service.maximum_age is not None and service.maximum_age < ADULT
    return service.audiences | {"minors"} if is_for_minors else service.audiences


def state_keys(location: Location | None) -> frozenset[str]:
    """Return what a location's state is called: its name and its code."""
    if location is None:
        return frozenset()
    return _keys(location.state, location.region)


@lru_cache(maxsize=1024)
def _keys(state: str, region: str) -> frozenset[str]:
    return frozenset(folded(text) for text in (state, region) if text)


@lru_cache(maxsize=1024)
def folded(text: str) -> str:
    """Return text without case and accents, for comparing names of states."""
    parts = normalize("NFKD", text.casefold().strip())
    return "".join(char for char in parts if not combining(char))
