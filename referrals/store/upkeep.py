"""Deletion by age, and new seals after a rotation of keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Column, Connection, Table, delete, select, update

from referrals.store.tables import (
    coordinator,
    digest,
    invitation,
    message,
    outbox,
    referral,
    seen,
    session,
    signal,
    staff_chat,
    vetting_step,
    working_group,
)

RowId = bytes | str | int


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """Where sealed bytes are, and the row id they are sealed for."""

    table: Table
    id: str
    column: str

    @property
    def label(self) -> str:
        """Name that the values are sealed under."""
        names = {"body": self.table.name, "recipient": self.table.name}
        return names.get(self.column, f"{self.table.name}.{self.column}")


SEALED = (
    SealedColumn(session, "chat", "body"),
    SealedColumn(outbox, "id", "body"),
    SealedColumn(referral, "code", "link"),
    SealedColumn(referral, "code", "card"),
    SealedColumn(staff_chat, "organization", "recipient"),
    SealedColumn(working_group, "chat", "recipient"),
    SealedColumn(coordinator, "alias", "recipient"),
    SealedColumn(vetting_step, "id", "note"),
    SealedColumn(digest, "week", "body"),
)
"""Every sealed column of the database."""


def purge_seen(connection: Connection, before: date) -> int:
    """Delete processed updates of earlier days; return how many."""
    return connection.execute(delete(seen).where(seen.c.day < before)).rowcount


def purge_sessions(connection: Connection, before: date) -> int:
    """Delete sessions last used before a day; return how many."""
    return connection.execute(delete(session).where(session.c.day < before)).rowcount


def sessions_before(
    connection: Connection, day: date, after: bytes, limit: int = 500
) -> list[tuple[bytes, bytes]]:
    """Return one page of chats and sealed sessions last used before a day."""
    query = (
        select(session.c.chat, session.c.body)
        .where(session.c.day < day, session.c.chat > after)
        .order_by(session.c.chat)
        .limit(limit)
    )
    return [(chat, body) for chat, body in connection.execute(query)]


def replace_session(connection: Connection, chat: bytes, old: bytes, new: bytes) -> None:
    """Store a session anew without touching its day, if nobody changed it meanwhile."""
    connection.execute(
        update(session).where(session.c.chat == chat, session.c.body == old).values(body=new)
    )


def purge_messages(connection: Connection, hour: int, card_hour: int) -> int:
    """Delete ids of messages sent before that unix hour; return how many.

    Cards are kept longer: they are changed in place until their referral is closed.
    """
    old = (message.c.hour < hour) & message.c.card.is_(None)
    return connection.execute(delete(message).where(old | (message.c.hour < card_hour))).rowcount


def purge_signals(connection: Connection, before: date) -> int:
    """Delete facts of earlier days; return how many."""
    return connection.execute(delete(signal).where(signal.c.day < before)).rowcount


def purge_invitations(connection: Connection, now: int) -> int:
    """Delete invitations that ended by that unix second; return how many."""
    return connection.execute(delete(invitation).where(invitation.c.expires <= now)).rowcount


def reseal_page(
    connection: Connection,
    place: SealedColumn,
    renew: Callable[[bytes, str, RowId], bytes | None],
    after: RowId | None,
    limit: int = 500,
) -> list[RowId]:
    """Renew the sealed values that follow a row; return the ids looked at, empty at the end.

    ``renew(sealed, label, row)`` returns None for a value that is fine as it is.
    """
    key: Column[RowId] = place.table.c[place.id]
    value: Column[bytes] = place.table.c[place.column]
    query = select(key, value).where(value.is_not(None)).order_by(key).limit(limit)
    if after is not None:
        query = query.where(key > after)
    page: list[RowId] = []
    for row, sealed in connection.execute(query).all():
        page.append(row)
        renewed = renew(sealed, place.label, row)
        if renewed is not None:
            # Only if nobody stored another value meanwhile.
            connection.execute(
                update(place.table)
                .where(key == row, value == sealed)
                .values({place.column: renewed})
            )
    return page
