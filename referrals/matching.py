"""Rank services for a need, ring by ring, with the reason for each rank.

Every advantage is worth kilometres, so an order can be explained: a place that speaks
her language may be twenty kilometres further and still come first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from heapq import nsmallest

from referrals.directory import Directory, Location, Service, ServiceId
from referrals.listings import (
    Listing,
    Listings,
    Vector,
    folded,
    km_between,
    state_keys,
    vector_of,
)
from referrals.search import Found, Match, Reason, Search

__all__ = ["CITY_KM", "RINGS", "STEP_KM", "Found", "Match", "Reason", "Search", "rank"]

RINGS = ("city", "state", "country", "remote")
CITY_KM = 40.0
FRESH = timedelta(days=7)
"""A report of free places says nothing after a week."""

KM_FOR_EACH_NEED = 60
KM_FOR_LANGUAGE = 20
KM_FOR_AUDIENCE = 20
KM_FOR_PAPERS = 10
KM_FOR_OPEN = 5
KM_FOR_RECEIVING = 5
KM_FOR_PLACES = {"many": 15, "few": 8}
STEP_KM = 5
"""Costs within one step are a tie, which the day decides."""

ALSO = {"trans": "lgbtiq"}
"""Who is served by a wider audience too."""


@dataclass(frozen=True, slots=True)
class _Seeker:
    """A search made ready: what every listing is compared with."""

    search: Search
    needs: frozenset[str]
    audiences: frozenset[str]
    state: str
    vector: Vector | None
    now: datetime

    def km_to(self, listing: Listing) -> float | None:
        """Return the distance to where a listing counts as being."""
        if self.vector is None or listing.vector is None:
            return None
        return km_between(self.vector, listing.vector)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A listing that fits, with its place in the order."""

    order: tuple[bool, int, bytes]
    listing: Listing
    km: float | None


def rank(directory: Directory, search: Search, now: datetime) -> Found:
    """Return the best services of the nearest ring that has any.

    ``now`` is aware and on the clock of the country; a location with a clock of its own
    is read by that one. A ring where every house is full is passed over for a wider one;
    only when all are full everywhere does the nearest ring answer, and says so.
    """
    seeker = _seeker(search, now)
    rings = _rings(search)
    only_full: tuple[str, tuple[_Candidate, ...]] = ("", ())
    for ring in rings:
        best = _best(_fitting(directory, seeker, ring), seeker)
        if best and not _is_full(best[0]):
            return _found(best, ring, ring != rings[0], seeker)
        if best and not only_full[0]:
            only_full = (ring, best)
    ring, best = only_full
    return _found(best, ring, bool(best) and ring != rings[0], seeker)


def _seeker(search: Search, now: datetime) -> _Seeker:
    also = {ALSO[code] for code in search.audiences if code in ALSO}
    return _Seeker(
        search,
        frozenset(search.needs),
        search.audiences | also,
        folded(search.state),
        vector_of(search.point) if search.point else None,
        now,
    )


def _rings(search: Search) -> tuple[str, ...]:
    """Return the rings to look at, the nearest that makes sense first."""
    first = "city" if search.point else "state" if search.state else "country"
    start = max(RINGS.index(first), RINGS.index(search.ring) if search.ring in RINGS else 0)
    return RINGS[start:]


def _fitting(directory: Directory, seeker: _Seeker, ring: str) -> Iterator[_Candidate]:
    """Yield what fits in a ring, a service once for each need and location."""
    for need in sorted(seeker.needs):
        for listing in _listings_in(directory.listings(need), seeker, ring):
            km = seeker.km_to(listing) if ring != "remote" else None
            if _fits(listing, seeker) and (ring != "city" or _is_near(km)):
                yield _Candidate(_order(listing, km, seeker), listing, km)


def _listings_in(listings: Listings, seeker: _Seeker, ring: str) -> Iterable[Listing]:
    if ring == "city" and seeker.search.point:
        return listings.around(seeker.search.point, CITY_KM)
    if ring == "state":
        return listings.in_state(seeker.search.state)
    return listings.remote if ring == "remote" else listings.located


def _is_near(km: float | None) -> bool:
    return km is not None and km <= CITY_KM


def _fits(listing: Listing, seeker: _Seeker) -> bool:
    service = listing.service
    if service.id in seeker.search.exclude:
        return False
    theirs = service.audiences
    return (
        not theirs
        or not seeker.audiences
        or "everyone" in theirs
        or not theirs.isdisjoint(seeker.audiences)
    )


def _order(listing: Listing, km: float | None, seeker: _Seeker) -> tuple[bool, int, bytes]:
    """Return what listings are sorted by: full last, then cost, then the day's draw."""
    cost = (km or 0.0) - _advantage(listing, seeker)
    full = _free(listing.service, seeker.now) == "full"
    return (full, round(cost / STEP_KM), _draw(listing.service.id, seeker.now))


def _draw(service: ServiceId, now: datetime) -> bytes:
    """Return a number that changes by the day, so that ties do not flood one house."""
    return blake2b(f"{service}{now.date()}".encode(), digest_size=8).digest()


def _advantage(listing: Listing, seeker: _Seeker) -> int:
    """Return how many kilometres a listing's advantages are worth."""
    service, search = listing.service, seeker.search
    papers = {False: KM_FOR_PAPERS, True: -KM_FOR_PAPERS, None: 0}[service.asks_papers]
    return (
        KM_FOR_EACH_NEED * len(service.needs & seeker.needs)
        + KM_FOR_LANGUAGE * (search.language in service.languages)
        + KM_FOR_AUDIENCE * (not service.audiences.isdisjoint(seeker.audiences))
        + papers
        + KM_FOR_OPEN * (_is_open(listing, seeker.now) is True)
        + KM_FOR_RECEIVING * (listing.organization.id in search.can_receive)
        + KM_FOR_PLACES.get(_free(service, seeker.now), 0)
    )


def _free(service: Service, now: datetime) -> str:
    """Return what is known of free places today."""
    report = service.capacity
    if report is None or now.date() - report.updated > FRESH:
        return "unknown"
    return report.available


def _is_open(listing: Listing, now: datetime) -> bool | None:
    if listing.hours is None:
        return None
    clock = listing.location.timezone if listing.location else None
    return listing.hours.is_open(now.astimezone(clock) if clock else now)


def _best(candidates: Iterable[_Candidate], seeker: _Seeker) -> tuple[_Candidate, ...]:
    """Return the first few, each service once, at the location that ranks best."""
    by_service: dict[ServiceId, _Candidate] = {}
    for candidate in candidates:
        id = candidate.listing.service.id
        if id not in by_service or _position(candidate) < _position(by_service[id]):
            by_service[id] = candidate
    return tuple(nsmallest(seeker.search.limit, by_service.values(), key=_position))


def _position(candidate: _Candidate) -> tuple[bool, int, bytes, str]:
    location = candidate.listing.location
    return (*candidate.order, location.id if location else "")


def _is_full(candidate: _Candidate) -> bool:
    return candidate.order[0]


def _found(best: Iterable[_Candidate], ring: str, widened: bool, seeker: _Seeker) -> Found:
    return Found(tuple(_match(item, ring, seeker) for item in best), ring, widened)


def _match(candidate: _Candidate, ring: str, seeker: _Seeker) -> Match:
    listing = candidate.listing
    location = None if ring == "remote" else listing.location
    # A distance to a confidential door, asked from three points, would lead to it.
    hidden = location is None or location.is_confidential
    km = None if hidden else candidate.km
    reasons = (*_fit_reasons(listing, location, km, seeker), *_visit_reasons(listing, seeker))
    return Match(listing.service, listing.organization, location, km, reasons)


def _fit_reasons(
    listing: Listing, location: Location | None, km: float | None, seeker: _Seeker
) -> Iterator[Reason]:
    """Yield why it fits her."""
    service = listing.service
    for need in sorted(service.needs & seeker.needs):
        yield Reason("need", need)
    if location is None:
        yield Reason("remote")
    elif km is not None and km <= CITY_KM:
        yield Reason("near", f"{km:.0f}")
    elif seeker.state and seeker.state in state_keys(location):
        yield Reason("same_state", location.state)
    if seeker.search.language in service.languages:
        yield Reason("language", seeker.search.language)
    for audience in sorted(service.audiences - {"everyone"}):
        yield Reason("audience", audience)


def _visit_reasons(listing: Listing, seeker: _Seeker) -> Iterator[Reason]:
    """Yield what to know before going."""
    service = listing.service
    if service.asks_papers is not None:
        yield Reason("asks_papers" if service.asks_papers else "no_papers")
    opened = _is_open(listing, seeker.now)
    yield Reason({True: "open_now", False: "closed_now", None: "hours_unknown"}[opened])
    free = _free(service, seeker.now)
    if service.capacity and free != "unknown":
        day = service.capacity.updated.isoformat()
        yield Reason("full", day=day) if free == "full" else Reason("free_places", free, day)
    if service.assured_date:
        yield Reason("checked", service.assured_date.isoformat())
