"""What is looked for and what is found: the shapes of a search."""

from __future__ import annotations

from collections.abc import Collection, Container
from dataclasses import dataclass

from referrals.places import Coordinates
from referrals.records import Location, Organization, OrganizationId, Service, ServiceId


@dataclass(frozen=True, slots=True)
class Search:
    """What a person looks for. Kept in memory only."""

    needs: Collection[str]
    """Need codes; a service that meets one of them is found."""
    point: Coordinates | None = None
    state: str = ""
    """Name or code of the state, as the directory writes it."""
    language: str = ""
    audiences: frozenset[str] = frozenset()
    """What she said of herself; empty leaves nobody out."""
    exclude: frozenset[ServiceId] = frozenset()
    ring: str = ""
    """The ring to start from: "", "city", "state", "country" or "remote"."""
    limit: int = 3
    can_receive: Container[OrganizationId] = frozenset()
    """Organizations with a bound chat."""
    lot: int = 0
    """A number that the conversation draws for each search; it decides ties. The same
    number gives the same order, so that pages follow each other."""
    stage: str = ""
    """Where she is on her way: "in_transit", "settling", "returning", or not said."""
    no_papers: bool = False
    """Leave out who is known to ask for papers."""
    wheelchair: bool = False
    """A way in without steps is worth a longer way."""
    told: Collection[str] = ()
    """Needs that she named besides these, and that behind a danger: for who is kept from
    such cases."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a service is in the list, or what to know before going."""

    code: str
    """One of: need, near, same_state, remote, language, audience, stage, no_papers,
    asks_papers, accessibility, open_now, opens_at, closed_now, hours_unknown, free_places,
    full, checked, ageing, stale, doubted."""
    value: str = ""
    """Its code or figure: whole kilometres, "few" or "many", ``HH:MM`` on the clock of the
    place, an ISO date (checked, ageing, stale), what people said (doubted)."""
    day: str = ""
    """ISO date of a report of free places."""


@dataclass(frozen=True, slots=True)
class Match:
    """One service of a result."""

    service: Service
    organization: Organization
    location: Location | None
    """As anyone may see it."""
    distance_km: float | None
    """None without a point, without a location, and for a confidential one."""
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A result."""

    matches: tuple[Match, ...]
    ring: str
    """The ring that was used, or empty when nothing was found."""
    widened: bool
    """The ring that was asked for had nothing to offer."""
    why: str = ""
    """Why it was widened, or why nothing was found: the most telling of what the nearer
    rings held. "full", "closed" (for some days), "asks_papers", "not_for_her", "stale"
    (nobody has checked it for long), "none" (nothing listed); empty when not widened."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A service for the need that is not in the list, and why."""

    service: Service
    reasons: tuple[str, ...]
    """"inactive", "not_assured", "unvetted", "probation", "gone", "closed_until", "seen",
    "not_for_her", "asks_papers", "full", "too_far", "outranked"."""
