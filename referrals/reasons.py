"""What is said of a match: why it fits her, and what to know before going."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from referrals.blocks import CITY_KM
from referrals.directory import Directory
from referrals.listings import Listed, Opening, folded, served_by, state_keys
from referrals.live import capacity_of, standing_of
from referrals.records import Location, Service
from referrals.search import Match, Reason
from referrals.seeker import Seeker
from referrals.vetting import BARRED_NEEDS

STANDING = {"fresh": "checked", "ageing": "ageing", "stale": "stale"}
"""Standing of a listing to the reason that tells its date."""

reason = lru_cache(maxsize=4096)(Reason)
"""Makes each reason once: the same few are said all day."""


def match_of(
    directory: Directory,
    seeker: Seeker,
    listed: Listed,
    location: Location | None,
    km: float,
    opening: Opening,
) -> Match:
    """Return a match with every reason that holds for it.

    ``location``: as anyone may see it. ``km``: used only where it may be told.
    """
    service, organization, _ = listed
    away = km if _is_told(seeker, location) else None
    said = _needs(directory, seeker, service)
    said += _where(seeker, location, away)
    said += _whom(seeker, service)
    if service.asks_papers is not None:
        said.append(reason("asks_papers" if service.asks_papers else "no_papers"))
    said.append(_hours(opening, seeker.now))
    said += _known(directory, service)
    return Match(service, organization, location, away, tuple(said))


def _is_told(seeker: Seeker, location: Location | None) -> bool:
    # A distance to a confidential door, asked from three points, would lead to it.
    if seeker.at is None or location is None or location.is_confidential:
        return False
    return location.latitude is not None and location.longitude is not None


def _needs(directory: Directory, seeker: Seeker, service: Service) -> list[Reason]:
    """Return the needs it meets; on probation not all that it names."""
    if len(seeker.needs) == 1:
        return [reason("need", seeker.needs[0])]
    return [
        reason("need", need)
        for need in sorted(service.needs.intersection(seeker.needs))
        if need not in BARRED_NEEDS or directory.is_offered(service.id, need)
    ]


def _where(seeker: Seeker, location: Location | None, km: float | None) -> list[Reason]:
    if location is None:
        return [reason("remote")]
    if km is not None and km <= CITY_KM:
        return [reason("near", f"{km:.0f}")]
    if seeker.search.state and folded(seeker.search.state) in state_keys(location):
        return [reason("same_state", location.state)]
    return []


def _whom(seeker: Seeker, service: Service) -> list[Reason]:
    """Return language, audiences, part of the way and way in."""
    search = seeker.search
    said = [reason("language", search.language)] if search.language in service.languages else []
    said += _audiences(served_by(service))
    if search.stage in service.stages:
        said.append(reason("stage", search.stage))
    if search.wheelchair and service.accessibility:
        said.append(reason("accessibility", service.accessibility))
    return said


@lru_cache(maxsize=512)
def _audiences(served: frozenset[str]) -> tuple[Reason, ...]:
    return tuple(reason("audience", code) for code in sorted(served - {"everyone"}))


def _hours(opening: Opening, now: datetime) -> Reason:
    """Return whether it is open, on its own clock; if not, when it opens today."""
    hours, clock = opening
    if hours is None:
        return reason("hours_unknown")
    local = now.astimezone(clock) if clock else now
    if hours.is_open(local):
        return reason("open_now")
    change = hours.next_change(local)
    if change and change.date() == local.date():
        return reason("opens_at", f"{change:%H:%M}")
    return reason("closed_now")


def _known(directory: Directory, service: Service) -> list[Reason]:
    """Return free places, when it was checked, and what people said."""
    said: list[Reason] = []
    state, today = directory.live.service(service.id), directory.live.day
    if report := capacity_of(service, state, today):
        day = report.updated.isoformat()
        is_full = report.available == "full"
        said.append(
            reason("full", "", day) if is_full else reason("free_places", report.available, day)
        )
    standing = standing_of(service, state, today)
    if standing.checked and standing.code in STANDING:
        said.append(reason(STANDING[standing.code], standing.checked.isoformat()))
    return said + [reason("doubted", doubt) for doubt in standing.doubts]
