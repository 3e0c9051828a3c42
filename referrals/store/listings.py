"""States of listings: what organizations tapped and confirmed, what people said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Insert, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from referrals.lifecycle import Status
from referrals.live import MOST_PAUSES
from referrals.store.settings import advance
from referrals.store.tables import listing_report, listing_state, referral
from referrals.store.turns import insert_or_ignore
from referrals.store.vetting import LIVE_REVISION

NO_ANSWER = "no_answer"
"""Reason of a referral that expired because nobody answered."""

_INSERT_STATE = insert_or_ignore(listing_state)
_KEY = ("service", "reporter")
_AGAIN = ("reason", "day")
_ON_SQLITE = sqlite.insert(listing_report)
_ON_POSTGRES = postgresql.insert(listing_report)
_REPORT: Mapping[str, Insert] = {
    "sqlite": _ON_SQLITE.on_conflict_do_update(
        index_elements=_KEY, set_={name: _ON_SQLITE.excluded[name] for name in _AGAIN}
    ),
    "postgresql": _ON_POSTGRES.on_conflict_do_update(
        index_elements=_KEY, set_={name: _ON_POSTGRES.excluded[name] for name in _AGAIN}
    ),
}
"""Insert what a person said, or put it in place of what she said before."""


@dataclass(frozen=True, slots=True)
class StoredState:
    """What an organization said of a service."""

    available: str = ""
    updated: date | None = None
    closed_until: date | None = None
    confirmed: date | None = None
    asked: date | None = None


@dataclass(slots=True)
class Answers:
    """Requests to one organization."""

    asked: int = 0
    answered: int = 0
    waiting: int = 0


def load_states(connection: Connection, after: int) -> dict[str, StoredState]:
    """Return what is stored of the services that changed after a counter."""
    columns = listing_state.c
    query = select(
        columns.service,
        columns.available,
        columns.updated,
        columns.closed_until,
        columns.confirmed,
        columns.asked,
    ).where(columns.revision > after)
    return {service: StoredState(*rest) for service, *rest in connection.execute(query)}


def load_doubts(connection: Connection, since: date, after: int) -> dict[str, Mapping[str, int]]:
    """Return service to reason to how many people said so, of those changed after a counter.

    Reports of days before ``since`` do not count.
    """
    columns = listing_report.c
    changed = select(listing_state.c.service).where(listing_state.c.revision > after)
    query = (
        select(columns.service, columns.reason, func.count())
        .where(columns.day >= since, columns.service.in_(changed))
        .group_by(columns.service, columns.reason)
    )
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for service, reason, people in connection.execute(query):
        found[service][reason] = people
    return dict(found)


def load_answers(connection: Connection) -> dict[str, Answers]:
    """Return how each organization answers the requests that are still stored."""
    columns = referral.c
    what = (columns.organization, columns.status, columns.reason)
    found: defaultdict[str, Answers] = defaultdict(Answers)
    for organization, status, reason, n in connection.execute(
        select(*what, func.count()).group_by(*what)
    ):
        _count(found[organization], Status(status), reason, n)
    return dict(found)


def save_capacity(
    connection: Connection, service: str, available: str, closed_until: date | None, today: date
) -> None:
    """Store what a focal point tapped. Only a closure leaves the free places as they were."""
    values: dict[str, object] = {"closed_until": closed_until}
    if available:
        values |= {"available": available, "updated": today}
    _set_state(connection, service, values)


def save_confirmation(connection: Connection, service: str, today: date) -> None:
    """Store that all of a listing is still true."""
    _set_state(connection, service, {"confirmed": today})


def save_asked(connection: Connection, service: str, today: date) -> None:
    """Store that an organization was asked whether a listing is still true."""
    _set_state(connection, service, {"asked": today})


def save_report(
    connection: Connection, service: str, reporter: bytes, reason: str, today: date
) -> None:
    """Store what a person said of a service, in place of what she said before."""
    row = {"service": service, "reporter": reporter, "reason": reason, "day": today}
    connection.execute(_REPORT[connection.dialect.name], [row])
    _set_state(connection, service, {})


def may_pause(connection: Connection, organization: str, reporter: bytes, today: date) -> bool:
    """Note that a person calls an organization not safe; tell whether it is paused for it.

    ``reporter``: key of the person for that day. Whoever leaves and comes back is the same.
    """
    if count_pauses(connection, reporter) >= MOST_PAUSES:
        return False
    row = {"service": f"unsafe:{organization}", "reporter": reporter, "reason": "unsafe"}
    connection.execute(_REPORT[connection.dialect.name], [{**row, "day": today}])
    return True


def count_pauses(connection: Connection, reporter: bytes) -> int:
    """Return how many organizations a person called not safe on the day of the key."""
    mine = listing_report.c.reporter == reporter
    query = select(func.count()).select_from(listing_report).where(mine)
    return connection.execute(query).scalar() or 0


def clear_reports(connection: Connection, service: str) -> None:
    """Forget what people said of a service: a coordinator has checked it."""
    connection.execute(delete(listing_report).where(listing_report.c.service == service))
    _set_state(connection, service, {})


def purge_reports(connection: Connection, before: date) -> int:
    """Delete what people said on earlier days; return how many."""
    return connection.execute(delete(listing_report).where(listing_report.c.day < before)).rowcount


def _set_state(connection: Connection, service: str, values: Mapping[str, object]) -> None:
    # First, as it locks: counters become visible in the order in which they were given.
    revision = advance(connection, LIVE_REVISION)
    new = {"service": service, "available": "", "revision": revision}
    connection.execute(_INSERT_STATE[connection.dialect.name], [new])
    connection.execute(
        update(listing_state)
        .where(listing_state.c.service == service)
        .values({**values, "revision": revision})
    )


def _count(answers: Answers, status: Status, reason: str, n: int) -> None:
    if status is Status.REQUESTED:
        answers.waiting += n
    elif status is not Status.WITHDRAWN:
        answers.asked += n
        answers.answered += n * (status is not Status.EXPIRED or reason != NO_ANSWER)
