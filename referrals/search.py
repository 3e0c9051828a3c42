"""What is looked for and what is found: the shapes of a search."""

from __future__ import annotations

from collections.abc import Collection
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
    can_receive: frozenset[OrganizationId] = frozenset()
    """Organizations with a bound chat."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a service is in the list, or what to know before going."""

    code: str
    """need, near, same_state, remote, language, audience, no_papers, asks_papers,
    open_now, closed_now, hours_unknown, free_places, full or checked."""
    value: str = ""
    """Its code or figure: whole kilometres, "few" or "many", an ISO date."""
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
