"""What changes from hour to hour: free places, standing of listings, vetting, answers.

A directory is built seldom; this is laid over it whenever something changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from referrals.records import Capacity, OrganizationId, Service, ServiceId
from referrals.vetting import CHATS, Vetting, VettingStep, vetting_of, vouched

SAFE_COUNT = 3
"""People who must have said the same before it counts: fewer could be one, or be found."""
DROP_COUNT = 6
"""People who said that a place is closed, or silent, after which it drops out."""
DOUBTS_FOR = timedelta(days=30)
"""How long a person's report counts."""

AGEING = timedelta(days=45)
STALE = timedelta(days=90)
GONE = timedelta(days=180)
"""Age of the last check after which a listing is ageing, stale, and not offered at all."""

LASTS = {"full": timedelta(days=2), "few": timedelta(days=2), "many": timedelta(days=5)}
"""How long a report of free places says anything, by what it says."""

MOST_PAUSES = 3
"""Organizations that one person can pause in a day: one hand must not empty a whole list."""

DOUBTS = ("no_answer", "asked_papers", "closed", "asked_money")
"""What people may say of a listing. Stored."""


UNVETTED = Vetting()


@dataclass(frozen=True, slots=True)
class ListingState:
    """What is newly known of one service."""

    capacity: Capacity | None = None
    """What the focal point tapped last."""
    closed_until: date | None = None
    """First day on which it is open again."""
    confirmed: date | None = None
    """When the organization, or a coordinator, last said that all of it is still true."""
    doubts: Mapping[str, int] = field(default_factory=dict)
    """What people said of it since it was confirmed, to how many said so."""


@dataclass(frozen=True, slots=True)
class OrganizationState:
    """What is newly known of one organization."""

    vetting: Vetting = UNVETTED
    asked: int = 0
    """Requests of the last weeks that were answered or ran out."""
    answered: int = 0
    """Those of them that were answered."""
    waiting: int = 0
    """Requests that wait for its answer now."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a listing can be trusted."""

    code: str
    """"fresh", "ageing", "stale" or "gone"."""
    checked: date | None
    """When somebody last vouched for it."""
    doubts: tuple[str, ...] = ()
    """What enough people said of it, the most first."""


UNKNOWN_LISTING = ListingState()
UNKNOWN_ORGANIZATION = OrganizationState()


@dataclass(frozen=True, slots=True)
class Live:
    """The whole layer, as of one day."""

    day: date
    services: Mapping[ServiceId, ListingState] = field(default_factory=dict)
    organizations: Mapping[OrganizationId, OrganizationState] = field(default_factory=dict)

    def service(self, id: ServiceId) -> ListingState:
        """Return what is newly known of a service; nothing is known of most."""
        return self.services.get(id, UNKNOWN_LISTING)

    def organization(self, id: OrganizationId) -> OrganizationState:
        """Return what is newly known of an organization: unvetted without a word."""
        return self.organizations.get(id, UNKNOWN_ORGANIZATION)


def standing_of(service: Service, state: ListingState, today: date) -> Standing:
    """Return how far a listing can be trusted today."""
    checked = _later(service.assured_date, state.confirmed)
    doubts, shut = _doubts(state.doubts) if state.doubts else ((), 0)
    if checked is None or today - checked > GONE or shut >= DROP_COUNT:
        return Standing("gone", checked, doubts)
    age = today - checked
    code = "stale" if age > STALE else "ageing" if age > AGEING else "fresh"
    return Standing(code, checked, doubts)


def _later(one: date | None, other: date | None) -> date | None:
    return max(one, other) if one and other else one or other


def _doubts(doubts: Mapping[str, int]) -> tuple[tuple[str, ...], int]:
    """Return what enough people said, and how many found nobody there."""
    said = sorted(doubts.items(), key=lambda pair: (-pair[1], pair[0]))
    counted = tuple(reason for reason, people in said if people >= SAFE_COUNT)
    return counted, sum(n for reason, n in said if reason in ("closed", "no_answer"))


def capacity_of(service: Service, state: ListingState, today: date) -> Capacity | None:
    """Return the newest report of free places that still says something."""
    newest, tapped = service.capacity, state.capacity
    if newest is None or (tapped is not None and tapped.updated >= newest.updated):
        newest = tapped
    if newest is None:
        return None
    lasts = LASTS.get(newest.available)
    return newest if lasts is not None and today - newest.updated <= lasts else None


def is_closed(state: ListingState, today: date) -> bool:
    """Tell whether the organization said that it is closed for some days."""
    return state.closed_until is not None and today < state.closed_until


def made_up(
    organizations: Iterable[OrganizationId], day: date, steps: Iterable[VettingStep] = ()
) -> dict[OrganizationId, OrganizationState]:
    """Return the states of a made-up directory: all vetted, save for what ``steps`` say.

    With whatever chat they have: nobody else is behind one.
    """
    known = [step for step in steps if step.kind not in CHATS]
    return {
        id: OrganizationState(
            vetting_of((*vouched(id, day), *(s for s in known if s.organization == id)), day)
        )
        for id in organizations
    }
