"""Coordinators, and every step of every vetting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, delete, select, update

from referrals.lifecycle import NotYours
from referrals.records import OrganizationId
from referrals.store.settings import advance
from referrals.store.tables import coordinator, invitation, vetting_step
from referrals.vetting import StepKind, VettingStep

LIVE_REVISION = "live_revision"
"""Counter that grows with every change of what is laid over the directory."""
BINDINGS_REVISION = "bindings_revision"


@dataclass(frozen=True, slots=True)
class StoredCoordinator:
    """A coordinator as stored; no chat yet when ``chat`` is None."""

    alias: str
    code: bytes
    """SHA-256 of the personal code."""
    chat: bytes | None
    recipient: bytes | None
    """Sealed channel and chat id."""
    language: str


def insert_step(
    connection: Connection, step: VettingStep, id: int | None = None, note: bytes | None = None
) -> None:
    """Store a step; ``note`` is sealed for the row ``id``. What the step says is not."""
    row = {
        "organization": step.organization,
        "kind": step.kind.value,
        "coordinator": step.coordinator,
        "day": step.day,
        "id": id,
        "note": note,
    }
    # First, as it locks: numbers become visible in the order in which they were given.
    advance(connection, LIVE_REVISION)
    connection.execute(vetting_step.insert(), row)


def load_steps(connection: Connection) -> dict[OrganizationId, list[VettingStep]]:
    """Return every step without its note, by organization, in the order they were taken."""
    found: dict[OrganizationId, list[VettingStep]] = {}
    for _, step in steps_after(connection, 0):
        found.setdefault(step.organization, []).append(step)
    return found


def steps_after(connection: Connection, number: int) -> Iterator[tuple[int, VettingStep]]:
    """Yield the steps after one, in the order they were taken, each with its number."""
    c = vetting_step.c
    query = (
        select(c.number, c.organization, c.kind, c.day, c.coordinator)
        .where(c.number > number)
        .order_by(c.number)
    )
    for n, organization, kind, day, alias in connection.execute(query):
        yield n, VettingStep(OrganizationId(organization), StepKind(kind), day, alias)


def load_history(
    connection: Connection, organization: OrganizationId
) -> list[tuple[VettingStep, int | None, bytes | None]]:
    """Return an organization's steps in order, each with row id and sealed note, if any."""
    c = vetting_step.c
    query = (
        select(c.kind, c.day, c.coordinator, c.id, c.note)
        .where(c.organization == organization)
        .order_by(c.number)
    )
    return [
        (VettingStep(organization, StepKind(kind), day, alias), id, note)
        for kind, day, alias, id, note in connection.execute(query)
    ]


def note_binding(connection: Connection, organization: str, kind: StepKind, today: date) -> None:
    """Record that an organization has a chat now, or has none any more."""
    insert_step(connection, VettingStep(OrganizationId(organization), kind, today))


def load_coordinators(connection: Connection) -> list[StoredCoordinator]:
    """Return every coordinator, by alias."""
    columns = coordinator.c
    query = select(
        columns.alias, columns.code, columns.chat, columns.recipient, columns.language
    ).order_by(columns.alias)
    return [StoredCoordinator(*row) for row in connection.execute(query)]


def insert_coordinator(connection: Connection, alias: str, code: bytes) -> None:
    """Store a coordinator who has no chat yet. An alias that is taken is an error."""
    connection.execute(coordinator.insert(), {"alias": alias, "code": code, "language": ""})
    advance(connection, BINDINGS_REVISION)


def seat_coordinator(
    connection: Connection, alias: str, chat: bytes, recipient: bytes, language: str
) -> None:
    """Give a coordinator a private chat, in place of the one before."""
    seated = connection.execute(
        update(coordinator)
        .where(coordinator.c.alias == alias)
        .values(chat=chat, recipient=recipient, language=language)
    )
    if not seated.rowcount:
        raise NotYours
    advance(connection, BINDINGS_REVISION)


def delete_coordinator(connection: Connection, alias: str) -> bool:
    """Take a coordinator out; what they did stays. Return whether there was one.

    Every link that waits goes too: it may be theirs, or one that they made.
    """
    connection.execute(delete(invitation))
    gone = connection.execute(delete(coordinator).where(coordinator.c.alias == alias)).rowcount
    advance(connection, BINDINGS_REVISION)
    return bool(gone)
