"""Why each other service for a need is not in a list: for who looks after the directory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from referrals.blocks import CITY_KM, REGION_KM
from referrals.directory import ACTIVE, Directory, Location, Service, ServiceId
from referrals.globe import km_between, vector_of
from referrals.listings import ADULT, folded, served_by, state_keys
from referrals.live import capacity_of, is_closed, standing_of
from referrals.matching import rank, rings_of
from referrals.places import Coordinates
from referrals.probation import too_new
from referrals.search import LeftOut, Search
from referrals.seeker import hers


def left_out(directory: Directory, search: Search, now: datetime) -> Iterator[LeftOut]:
    """Yield each service that names one of the needs and is not in the list, and why."""
    found, new = rank(directory, search, now), too_new(directory, search)
    shown = {match.service.id for match in found.matches}
    looked = (found.ring,) if found.ring else rings_of(search)
    for service in directory.services():
        if service.id not in shown and not service.needs.isdisjoint(search.needs):
            known = (*_of_the_listing(directory, search, service, new), *_of_her(search, service))
            inside = any(_is_inside(directory, search, service, ring) for ring in looked)
            far = () if inside else ("too_far",)
            reasons = (*known, *_of_today(directory, service), *far)
            yield LeftOut(service, reasons or ("outranked",))


def _of_the_listing(
    directory: Directory, search: Search, service: Service, new: frozenset[ServiceId]
) -> Iterator[str]:
    """Yield why nobody is sent there at all."""
    organization = directory.organization(service.organization_id)
    if service.status != ACTIVE or organization is None or organization.status != ACTIVE:
        yield "inactive"
    if service.assured_date is None:
        yield "not_assured"
    live, needs = directory.live, service.needs.intersection(search.needs)
    vetting = live.organization(service.organization_id).vetting
    if not vetting.is_active:
        yield "unvetted"
    elif service.id in new or not any(vetting.may_take(service, need, live.day) for need in needs):
        yield "probation"


def _of_her(search: Search, service: Service) -> Iterator[str]:
    """Yield why it is not for her."""
    if service.id in search.exclude:
        yield "seen"
    if not is_for_her(search, service):
        yield "not_for_her"
    if search.no_papers and service.asks_papers:
        yield "asks_papers"


def is_for_her(search: Search, service: Service) -> bool:
    """Tell whether a service is for people like her; who said nothing is like all."""
    is_for_adults = service.minimum_age is not None and service.minimum_age >= ADULT
    if "minors" in search.audiences and is_for_adults:
        return False
    served = served_by(service)
    welcome = not search.audiences or not served or "everyone" in served
    return welcome or not served.isdisjoint(hers(search))


def _of_today(directory: Directory, service: Service) -> Iterator[str]:
    """Yield what is different on another day."""
    state, today = directory.live.service(service.id), directory.live.day
    if service.assured_date and standing_of(service, state, today).code == "gone":
        yield "gone"
    if is_closed(state, today):
        yield "closed_until"
    report = capacity_of(service, state, today)
    if report and report.available == "full":
        yield "full"


def _is_inside(directory: Directory, search: Search, service: Service, ring: str) -> bool:
    places = directory.locations_of(service.id)
    if ring == "remote":
        return not places or service.is_nationwide
    return any(_holds(search, place, ring) for place in places)


def _holds(search: Search, place: Location, ring: str) -> bool:
    """Tell whether a ring that has places holds one."""
    if ring == "state":
        is_hers = folded(search.state) in state_keys(place)
        return is_hers or _is_within(search, place, REGION_KM)
    return ring == "country" or _is_within(search, place, CITY_KM)


def _is_within(search: Search, place: Location, km: float) -> bool:
    if search.point is None or place.latitude is None or place.longitude is None:
        return False
    there = Coordinates(place.latitude, place.longitude)
    return km_between(vector_of(search.point), vector_of(there)) <= km
