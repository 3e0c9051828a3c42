"""The directory in Open Referral HSDS 3.1 terms: an immutable snapshot with look-ups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from datetime import date, tzinfo

from referrals.hsds_out import hidden_ids, public_rows
from referrals.hsds_rows import Rows
from referrals.hsds_secrets import secrets_of, without
from referrals.layer import layer_changed, layer_of
from referrals.listing_columns import listings_of
from referrals.listings import Listed
from referrals.live import Live, Standing, capacity_of, is_closed, standing_of
from referrals.opening import Openings
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
from referrals.seeker import Prepared

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

NOBODY = Live(date.min)
"""Nobody is vetted: nothing is offered."""
GONE = Standing("gone", None)


class Directory:
    """Organizations, services and locations at one moment."""

    __slots__ = (
        "_locations",
        "_of_organization",
        "_organizations",
        "_places",
        "_services",
        "live",
        "prepared",
    )

    def __init__(
        self,
        organizations: Iterable[Organization] = (),
        services: Iterable[Service] = (),
        locations: Iterable[Location] = (),
        links: Iterable[ServiceAtLocation] = (),
        live: Live = NOBODY,
    ) -> None:
        """Prepare the look-ups; a link whose ends are unknown is left out.

        Without ``live`` nothing is offered: nobody has been vetted.
        """
        self.live = live
        self._organizations = {item.id: item for item in organizations}
        self._services = {item.id: item for item in services}
        self._locations = {item.id: item for item in locations}
        self._of_organization = self._services_by_organization()
        self._places = self._places_of_services(links)
        listings = listings_of(self._listed())
        layer = layer_of(listings, live)
        self.prepared = Prepared(listings, layer, Openings(listings.openings))
        """What searches look at."""

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
        return self._of_organization.get(id, ())

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

    def is_listed(self, id: ServiceId) -> bool:
        """Tell whether it is active, was vouched for, and its organization takes part."""
        service = self._services.get(id)
        if service is None or service.status != ACTIVE or service.assured_date is None:
            return False
        organization = self._organizations.get(service.organization_id)
        return organization is not None and organization.status == ACTIVE

    def is_offered(self, id: ServiceId, need: str = "") -> bool:
        """Tell whether the service may be shown to a person and receive referrals.

        ``need``: for this need only; empty for any of those it meets.
        """
        if not self.is_listed(id):
            return False
        service, state, day = self._services[id], self.live.service(id), self.live.day
        vetting = self.live.organization(service.organization_id).vetting
        needs = (need,) if need else service.needs or ("",)
        return (
            any(vetting.may_take(service, one, day) for one in needs)
            and not is_closed(state, day)
            and standing_of(service, state, day).code != "gone"
        )

    def standing(self, id: ServiceId) -> Standing:
        """Return how far a listing can be trusted; one that is not known is gone."""
        service = self._services.get(id)
        if service is None:
            return GONE
        return standing_of(service, self.live.service(id), self.live.day)

    def capacity(self, id: ServiceId) -> Capacity | None:
        """Return the newest report of free places that still says something."""
        service = self._services.get(id)
        if service is None:
            return None
        return capacity_of(service, self.live.service(id), self.live.day)

    def closed_until(self, id: ServiceId) -> date | None:
        """Return the first day on which it is open again; None when it is not closed."""
        state = self.live.service(id)
        return state.closed_until if is_closed(state, self.live.day) else None

    def with_live(self, live: Live) -> Directory:
        """Return the same directory with another layer over it.

        Only what differs is made anew. A state that did not change should be the same
        object: then it need not be compared.
        """
        other = copy(self)
        listings, layer, openings = self.prepared
        layer = layer_changed(listings, layer, self.live, live, self._numbers_of)
        other.live, other.prepared = live, Prepared(listings, layer, openings)
        return other

    def _numbers_of(self, id: OrganizationId) -> list[int]:
        numbers = self.prepared.listings.numbers
        return [numbers[item.id] for item in self.services_of(id) if item.id in numbers]

    def _services_by_organization(self) -> dict[OrganizationId, tuple[Service, ...]]:
        found: defaultdict[OrganizationId, list[Service]] = defaultdict(list)
        for item in self._services.values():
            found[item.organization_id].append(item)
        return {id: tuple(items) for id, items in found.items()}

    def _places_of_services(
        self, links: Iterable[ServiceAtLocation]
    ) -> dict[ServiceId, tuple[Location, ...]]:
        places: defaultdict[ServiceId, dict[LocationId, Location]] = defaultdict(dict)
        for link in links:
            location = self._locations.get(link.location_id)
            if location and link.service_id in self._services:
                places[link.service_id][location.id] = location
        return {id: tuple(found.values()) for id, found in places.items()}

    def _listed(self) -> Iterator[Listed]:
        for item in self._services.values():
            if self.is_listed(item.id):
                organization = self._organizations[item.organization_id]
                yield Listed(item, organization, self.locations_of(item.id))


def build_directory(
    rows: Mapping[str, Sequence[Mapping[str, str]]],
    timezones: Mapping[str, tzinfo] | None = None,
) -> Directory:
    """Return the directory of HSDS tables.

    ``rows``: table name (``organizations``) to its rows, as ``hsds.read_package`` checks
    them. ``timezones``: code of a state to its clock, where a country has several.
    A row that lacks what its record needs is left out.
    """
    return Directory(*records_of(discreet(rows), timezones or {}))


SPOKEN = ("organizations", "services", "schedules", "accessibility", "required_documents")
"""Tables whose texts people, staff or coordinators read in a chat."""


def discreet(rows: Mapping[str, Sequence[Mapping[str, str]]]) -> Rows:
    """Take out of what is read in chats any text that repeats a confidential address."""
    if not hidden_ids(rows):
        return rows
    secrets = secrets_of(rows, public_rows(rows))
    return {**rows, **without(secrets, {t: rows[t] for t in SPOKEN if t in rows})}
