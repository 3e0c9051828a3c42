"""The directory's records, in Open Referral HSDS 3.1 names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, tzinfo
from typing import NewType

OrganizationId = NewType("OrganizationId", str)
ServiceId = NewType("ServiceId", str)
LocationId = NewType("LocationId", str)

ACTIVE = "active"
STUB = "stub"
"""An organization that is known by its name only: readable, never offered."""
INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class Organization:
    """Who offers services."""

    id: OrganizationId
    name: str
    description: str = ""
    website: str = ""
    phones: tuple[str, ...] = ()
    status: str = ACTIVE
    """"active", "stub" or "inactive"."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where a service is. Degrees are WGS 84.

    A confidential location carries no address, and its degrees are rounded when the
    directory is built: what is not in memory cannot be shown by mistake.
    """

    id: LocationId
    name: str
    city: str
    state: str
    region: str = ""
    """ISO 3166-2 code of the state without the country: ``CHP``."""
    latitude: float | None = None
    longitude: float | None = None
    address: str = ""
    is_confidential: bool = False
    timezone: tzinfo | None = None
    country: str = ""
    """ISO 3166-1 code: whose public holidays count."""

    def shown(self) -> Location:
        """Return what anyone may see: city and state only when it is confidential."""
        if not self.is_confidential:
            return self
        return replace(self, name="", address="", latitude=None, longitude=None)


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many places were free, and when that was said."""

    available: str
    """"full", "few" (one to three), "many" (four or more) or "unknown"."""
    updated: date


@dataclass(frozen=True, slots=True)
class Service:
    """Something an organization does for people."""

    id: ServiceId
    organization_id: OrganizationId
    name: str
    description: str = ""
    status: str = ACTIVE
    """HSDS: "active", "inactive", "defunct" or "temporarily closed"."""
    needs: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset()
    """Whom it serves; empty when nobody has said, "everyone" when all are welcome."""
    languages: frozenset[str] = frozenset()
    """Two-letter codes, lower case."""
    eligibility_description: str = ""
    required_documents: tuple[str, ...] = ()
    asks_papers: bool | None = None
    """None: nobody has said."""
    phones: tuple[str, ...] = ()
    """Its own numbers, else those of its organization."""
    schedule_text: str = ""
    """Opening-hours text, such as ``Mo-Fr 09:00-17:00`` or ``24/7``."""
    cost_option: str = ""
    is_free: bool | None = None
    accessibility: str = ""
    assured_date: date | None = None
    """When a coordinator last vouched for it."""
    assurer_email: str = ""
    capacity: Capacity | None = None
    is_nationwide: bool = False
    """Its HSDS service area is a whole country: by phone, message or online."""
    stages: frozenset[str] = frozenset()
    """For whom on the way it is: "in_transit", "settling", "returning"; empty: for all."""
    minimum_age: float | None = None
    """Years."""
    maximum_age: float | None = None


@dataclass(frozen=True, slots=True)
class ServiceAtLocation:
    """A service is offered at a location."""

    id: str
    service_id: ServiceId
    location_id: LocationId
