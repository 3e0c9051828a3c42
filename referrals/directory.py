"""The directory in Open Referral HSDS 3.1 terms: an immutable snapshot with look-ups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo

from referrals.hours import hours_of
from referrals.listings import Listing, Listings, listings_of, vector_of
from referrals.places import Coordinates
from referrals.record_rows import records_of
from referrals.records import (
    ACTIVE,
    INACTIVE,
    STUB,
    Capacity,
    Location,
    LocationId,
    Organization,
    OrganizationId,
    Service,
    ServiceAtLocation,
    ServiceId,
)

__all__ = [
    "ACTIVE",
    "INACTIVE",
    "STUB",
    "Capacity",
    "Directory",
    "Location",
    "LocationId",
    "Organization",
    "OrganizationId",
    "Service",
    "ServiceAtLocation",
    "ServiceId",
    "build_directory",
]

NOTHING = Listings()


class Directory:
    """Organizations, services and locations at one moment."""

    __slots__ = ("_by_need", "_links", "_locations", "_organizations", "_places", "_services")

    def __init__(
        self,
        organizations: Iterable[Organization] = (),
        services: Iterable[Service] = (),
        locations: Iterable[Location] = (),
        links: Iterable[ServiceAtLocation] = (),
    ) -> None:
        """Prepare the look-ups; a link whose ends are unknown is left out."""
        self._organizations = {item.id: item for item in organizations}
        self._services = {item.id: item for item in services}
        self._locations = {item.id: item for item in locations}
        self._links = tuple(links)
        self._places = self._places_of_services()
        self._by_need = self._listings_by_need()

    def organization(self, id: OrganizationId) -> Organization | None:
        """Return an organization, or None when the directory does not have it."""
        return self._organizations.get(id)

    def service(self, id: ServiceId) -> Service | None:
        """Return a service, or None when the directory does not have it."""
        return self._services.get(id)

    def organizations(self) -> tuple[Organization, ...]:
        """Return every organization, stubs too, in the order of the data."""
        return tuple(self._organizations.values())

    def services(self) -> tuple[Service, ...]:
        """Return every service, offered or not, in the order of the data."""
        return tuple(self._services.values())

    def services_of(self, id: OrganizationId) -> tuple[Service, ...]:
        """Return the services of an organization, offered or not."""
        return tuple(item for item in self._services.values() if item.organization_id == id)

    def locations_of(self, id: ServiceId) -> tuple[Location, ...]:
        """Return where a service is, in the order of the data. Not for showing."""
        return self._places.get(id, ())

    def location_of(self, id: ServiceId) -> Location | None:
        """Return the first location of a service. Not for showing: see shown_location."""
        return next(iter(self.locations_of(id)), None)

    def shown_location(self, id: ServiceId) -> Location | None:
        """Return the location as anyone may see it."""
        location = self.location_of(id)
        return location.shown() if location else None

    def is_offered(self, id: ServiceId) -> bool:
        """Tell whether the service may be shown to a person and receive referrals."""
        service = self._services.get(id)
        if service is None or service.status != ACTIVE or service.assured_date is None:
            return False
        organization = self._organizations.get(service.organization_id)
        return organization is not None and organization.status == ACTIVE

    def listings(self, need: str) -> Listings:
        """Return what is offered for a need, prepared for search."""
        return self._by_need.get(need, NOTHING)

    def with_capacities(self, capacities: Mapping[ServiceId, Capacity]) -> Directory:
        """Return the directory with newer reports of free places."""
        services = (
            replace(item, capacity=capacities.get(item.id, item.capacity))
            for item in self._services.values()
        )
        return Directory(
            self._organizations.values(), services, self._locations.values(), self._links
        )

    def _places_of_services(self) -> dict[ServiceId, tuple[Location, ...]]:
        places: defaultdict[ServiceId, list[Location]] = defaultdict(list)
        for link in self._links:
            location = self._locations.get(link.location_id)
            if location and link.service_id in self._services:
                places[link.service_id].append(location)
        return {id: tuple(found) for id, found in places.items()}

    def _listings_by_need(self) -> dict[str, Listings]:
        by_need: defaultdict[str, list[Listing]] = defaultdict(list)
        for service in self._services.values():
            if not self.is_offered(service.id):
                continue
            listings = self._listings_of(service)
            for need in service.needs:
                by_need[need] += listings
        return {need: listings_of(found) for need, found in by_need.items()}

    def _listings_of(self, service: Service) -> tuple[Listing, ...]:
        organization = self._organizations[service.organization_id]
        hours = hours_of(service.schedule_text)
        places: Sequence[Location | None] = self.locations_of(service.id) or (None,)
        return tuple(
            Listing(
                service,
                organization,
                location.shown() if location else None,
                point := _point_of(location),
                vector_of(point) if point else None,
                hours,
            )
            for location in places
        )


def _point_of(location: Location | None) -> Coordinates | None:
    if location is None or location.latitude is None or location.longitude is None:
        return None
    return Coordinates(location.latitude, location.longitude)


def build_directory(
    rows: Mapping[str, Sequence[Mapping[str, str]]],
    timezones: Mapping[str, tzinfo] | None = None,
) -> Directory:
    """Return the directory of HSDS tables.

    ``rows``: table name (``organizations``) to its rows, as ``hsds.read_package`` checks
    them. ``timezones``: code of a state to its clock, where a country has several.
    A row that lacks what its record needs is left out.
    """
    return Directory(*records_of(rows, timezones or {}))
