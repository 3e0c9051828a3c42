"""What a listing is worth to anyone who asks, in kilometres: papers, places, standing."""

from __future__ import annotations

from datetime import date
from enum import IntEnum
from typing import NamedTuple

from referrals.live import (
    ListingState,
    OrganizationState,
    capacity_of,
    is_closed,
    standing_of,
)
from referrals.records import Capacity, Service
from referrals.vetting import BARRED_NEEDS

KM_FOR_PAPERS = 10
KM_FOR_PLACES = {"many": 15, "few": 8}
KM_FOR_REPORT_DAY = 2
"""Taken away for each day of a report of free places."""
KM_FOR_STANDING = {"fresh": 0, "ageing": -10, "stale": -30}
KM_FOR_DOUBT = -15
"""For each kind of thing that enough people said."""
KM_FOR_SILENCE = -20
"""Who never answers."""
KM_FOR_WAITING = -3
"""For each request that waits: the load is spread."""
MOST_WAITING = 5

USUAL = 0.75
"""Share of requests that are answered, as inter-agency reports have it: health 75 %,
protection 73 %."""
USUAL_COUNT = 4
"""How many requests the usual share weighs: one that was missed sinks nobody."""


class Obstacle(IntEnum):
    """Why nobody is sent there now; the graver, the higher."""

    NONE = 0
    FULL = 1
    """Still shown where everything is full."""
    CLOSED = 2
    STALE = 3
    """Nobody has checked it for so long that it is gone."""
    UNVETTED = 4


class Worth(NamedTuple):
    """What holds for everybody who asks."""

    km: int
    obstacle: Obstacle
    is_barred: bool
    """Not for the needs that an organization on probation does not take."""


NOBODY = Worth(0, Obstacle.UNVETTED, False)


def worth_of(
    service: Service, state: ListingState, organization: OrganizationState, day: date
) -> Worth:
    """Return what a service is worth on a day."""
    vetting = organization.vetting
    if not vetting.may_take(service, "", day):
        return NOBODY
    barred = vetting.is_on_probation(day) and not BARRED_NEEDS.isdisjoint(service.needs)
    if barred and service.needs <= BARRED_NEEDS:
        return NOBODY
    standing = standing_of(service, state, day)
    if standing.code == "gone":
        return Worth(0, Obstacle.STALE, barred)
    if is_closed(state, day):
        return Worth(0, Obstacle.CLOSED, barred)
    free = capacity_of(service, state, day)
    km = (
        _km_for_papers(service)
        + km_for_places(free, day)
        + KM_FOR_STANDING[standing.code]
        + KM_FOR_DOUBT * len(standing.doubts)
        + km_for_answers(organization)
        + KM_FOR_WAITING * min(organization.waiting, MOST_WAITING)
    )
    is_full = free is not None and free.available == "full"
    return Worth(km, Obstacle.FULL if is_full else Obstacle.NONE, barred)


def _km_for_papers(service: Service) -> int:
    return {False: KM_FOR_PAPERS, True: -KM_FOR_PAPERS, None: 0}[service.asks_papers]


def km_for_places(report: Capacity | None, day: date) -> int:
    """Return what a report of free places is worth: less with each day."""
    if report is None or report.available not in KM_FOR_PLACES:
        return 0
    age = max(0, (day - report.updated).days)
    return KM_FOR_PLACES[report.available] - KM_FOR_REPORT_DAY * age


def km_for_answers(organization: OrganizationState) -> int:
    """Return what its record of answers costs: 0 for the usual share and better."""
    usual = USUAL * USUAL_COUNT
    share = (organization.answered + usual) / (organization.asked + USUAL_COUNT)
    return round(KM_FOR_SILENCE * max(0.0, 1 - share / USUAL))
