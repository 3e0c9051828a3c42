"""Referrals with their consents. The link to the person and the card are sealed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import Connection, bindparam, delete, select, update

from referrals.directory import OrganizationId, ServiceId
from referrals.lifecycle import OPEN, Code, Consent, Priority, Referral, Status
from referrals.store.tables import consent, referral

_Line = tuple[
    str, int, str, str, str, str, str, str, date, date, str, str,
    bytes | None, bytes | None, bytes | None,
]  # fmt: skip

_OPEN = tuple(status.value for status in OPEN)


class LostRace(Exception):
    """Somebody else moved the referral first: decide again with fresh rows."""


@dataclass(frozen=True, slots=True)
class Case:
    """A stored referral: what is readable, and what the shell can open."""

    referral: Referral
    """Without what the card says."""
    person: bytes | None
    """Keyed hash of the person, None once she deleted everything."""
    link: bytes | None
    card: bytes | None


_COLUMNS = select(referral).order_by(referral.c.code).with_for_update()
_OF_PEOPLE = _COLUMNS.where(referral.c.person.in_(bindparam("people", expanding=True)))
_OF_ORGANIZATIONS = _COLUMNS.where(
    referral.c.organization.in_(bindparam("organizations", expanding=True)),
    referral.c.status.in_(_OPEN),
)
_BY_CODE = _COLUMNS.where(referral.c.code.in_(bindparam("codes", expanding=True)))
_MOVE = (
    update(referral)
    .where(referral.c.code == bindparam("row_code"))
    .where(referral.c.status == bindparam("row_from"))
    .values(
        status=bindparam("row_status"),
        moved=bindparam("row_moved"),
        reason=bindparam("row_reason"),
        declined=bindparam("row_declined"),
        card=bindparam("row_card"),
    )
)


def cases_of_people(connection: Connection, people: Iterable[bytes]) -> list[Case]:
    """Return every referral of these people."""
    return _cases(connection.execute(_OF_PEOPLE, {"people": list(people)}).all())


def open_cases(connection: Connection, organizations: Iterable[str]) -> list[Case]:
    """Return the open referrals of these organizations."""
    row = {"organizations": list(organizations)}
    return _cases(connection.execute(_OF_ORGANIZATIONS, row).all())


def cases_by_code(connection: Connection, codes: Iterable[str]) -> list[Case]:
    """Return the referrals with these codes, open or not."""
    return _cases(connection.execute(_BY_CODE, {"codes": list(codes)}).all())


def cases_moved_before(connection: Connection, status: Status, day: date) -> list[Case]:
    """Return the referrals that entered a status before a day, for deadlines."""
    query = _COLUMNS.where(referral.c.status == status.value, referral.c.moved < day)
    return _cases(connection.execute(query).all())


def insert_consent(connection: Connection, number: int, agreed: Consent) -> None:
    """Record what a person agreed to."""
    connection.execute(
        consent.insert().values(
            id=number,
            organization=agreed.organization,
            fields=json.dumps(list(agreed.fields)),
            version=agreed.version,
            day=agreed.day,
        )
    )


def insert_case(connection: Connection, case: Case, consent_id: int) -> None:
    """Record a referral under its consent; the database refuses one without."""
    asked = case.referral
    connection.execute(
        referral.insert().values(
            code=asked.code,
            consent_id=consent_id,
            organization=asked.organization,
            service=asked.service,
            need=asked.need,
            status=asked.status.value,
            priority=asked.priority.value,
            language=asked.language,
            opened=asked.opened,
            moved=asked.moved,
            reason=asked.reason,
            declined=json.dumps(list(asked.declined)),
            person=case.person,
            link=case.link,
            card=case.card,
        )
    )


def move_case(connection: Connection, case: Case, previous: Status) -> None:
    """Store the next status, or raise ``LostRace`` when ``previous`` is not true now."""
    now = case.referral
    row = {
        "row_code": now.code,
        "row_from": previous.value,
        "row_status": now.status.value,
        "row_moved": now.moved,
        "row_reason": now.reason,
        "row_declined": json.dumps(list(now.declined)),
        "row_card": case.card,
    }
    if connection.execute(_MOVE, row).rowcount != 1:
        raise LostRace


def unlink_closed(connection: Connection, person: bytes) -> None:
    """Cut a person's closed referrals from her and erase their cards."""
    connection.execute(
        update(referral)
        .where(referral.c.person == person, referral.c.status.not_in(_OPEN))
        .values(person=None, link=None, card=None)
    )


def relink(connection: Connection, code: Code, person: bytes, link: bytes) -> None:
    """Store the new address of the person of a referral."""
    connection.execute(
        update(referral).where(referral.c.code == code).values(person=person, link=link)
    )


def purge_cases(connection: Connection, before: date) -> int:
    """Delete referrals that closed before a day, and their consents; return how many."""
    closed = select(referral.c.code, referral.c.consent_id).where(
        referral.c.status.not_in(_OPEN), referral.c.moved < before
    )
    rows = connection.execute(closed).all()
    for code, number in rows:
        connection.execute(delete(referral).where(referral.c.code == code))
        connection.execute(delete(consent).where(consent.c.id == number))
    return len(rows)


def _cases(rows: Sequence[object]) -> list[Case]:
    # In the order of the table's columns: reading by position is three times as fast.
    return [_case(*line) for line in cast("Sequence[_Line]", rows)]


def _case(
    code: str,
    _consent: int,
    organization: str,
    service: str,
    need: str,
    status: str,
    priority: str,
    language: str,
    opened: date,
    moved: date,
    reason: str,
    declined: str,
    person: bytes | None,
    link: bytes | None,
    card: bytes | None,
) -> Case:
    stored = Referral(
        code=Code(code),
        organization=OrganizationId(organization),
        service=ServiceId(service),
        need=need,
        status=Status(status),
        priority=Priority(priority),
        language=language,
        opened=opened,
        moved=moved,
        reason=reason,
        declined=tuple(OrganizationId(one) for one in json.loads(declined)),
    )
    return Case(stored, person, link, card)
