"""What must still be sent: sealed rows, each owned by the process that sends it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, and_, bindparam, delete, or_, select, update

from referrals.store.tables import outbox, replica
from referrals.store.turns import Row

LEASE_SECONDS = 15
"""A process that was silent for longer has lost its rows to the others."""

_INSERT = outbox.insert()
_DELETE = delete(outbox).where(outbox.c.id == bindparam("row_id"))
_DELETE_CHAT = delete(outbox).where(outbox.c.chat == bindparam("row_chat"))
_POSTPONE = (
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"))
    .values(attempts=bindparam("row_attempts"), not_before=bindparam("row_not_before"))
)
_IS_OURS = select(outbox.c.id).where(
    outbox.c.id == bindparam("row_id"), outbox.c.owner == bindparam("row_owner")
)
_HELD_ELSEWHERE = select(outbox.c.chat, outbox.c.owner).where(
    outbox.c.chat.in_(bindparam("chats", expanding=True)),
    outbox.c.owner != bindparam("row_owner"),
)
_ALIVE = select(replica.c.id).where(replica.c.alive >= bindparam("since"))
_ADOPT = (
    update(outbox)
    .where(
        or_(
            outbox.c.owner == -bindparam("owner_id"),
            and_(
                outbox.c.owner != bindparam("owner_id"),
                outbox.c.owner.not_in(_ALIVE),
                (-outbox.c.owner).not_in(_ALIVE),
            ),
        )
    )
    .values(owner=bindparam("owner_id"))
    .returning(
        outbox.c.id,
        outbox.c.chat,
        outbox.c.body,
        outbox.c.kind,
        outbox.c.created,
        outbox.c.attempts,
        outbox.c.not_before,
    )
)

Adopted = tuple[int, bytes, bytes, str, int, int, int]
"""id, chat key, sealed body, kind, created, attempts, not_before (unix seconds)."""


def insert_letters(connection: Connection, rows: Sequence[Row]) -> None:
    """Queue letters; the rows have all columns of the table."""
    connection.execute(_INSERT, rows)


def delete_letters(connection: Connection, ids: Iterable[int]) -> None:
    """Drop letters that were sent or given up."""
    connection.execute(_DELETE, [{"row_id": number} for number in ids])


def cancel_letters(connection: Connection, chats: Iterable[bytes]) -> None:
    """Drop everything that is queued for these chats."""
    connection.execute(_DELETE_CHAT, [{"row_chat": chat} for chat in chats])


def postpone_letters(connection: Connection, rows: Sequence[Row]) -> None:
    """Remember how often letters were tried: ``row_id``, ``row_attempts``,
    ``row_not_before``."""
    connection.execute(_POSTPONE, rows)


def is_ours(connection: Connection, letter: int, owner: int) -> bool:
    """The letter still waits and this process is the one to send it."""
    row = {"row_id": letter, "row_owner": owner}
    return connection.execute(_IS_OURS, row).scalar() is not None


def held_elsewhere(connection: Connection, chats: Iterable[bytes], owner: int) -> dict[bytes, int]:
    """Return which of these chats have letters that another process sends."""
    row = {"chats": list(chats), "row_owner": owner}
    return {chat: abs(other) for chat, other in connection.execute(_HELD_ELSEWHERE, row)}


def adopt_letters(connection: Connection, owner: int, now: int) -> list[Adopted]:
    """Take the letters that were left for this process or by a process that is gone."""
    row = {"owner_id": owner, "since": now - LEASE_SECONDS}
    found = connection.execute(_ADOPT, row).all()
    return sorted((tuple(line) for line in found), key=lambda line: line[0])


def letters_of(connection: Connection, chat: bytes) -> list[tuple[int, bytes]]:
    """Return id and sealed body of everything queued for a chat, oldest first."""
    query = select(outbox.c.id, outbox.c.body).where(outbox.c.chat == chat)
    return [(number, body) for number, body in connection.execute(query.order_by(outbox.c.id))]


def readdress(connection: Connection, letter: int, chat: bytes, body: bytes) -> None:
    """Give a letter to another chat."""
    connection.execute(update(outbox).where(outbox.c.id == letter).values(chat=chat, body=body))


def queued(connection: Connection) -> int:
    """Count what waits to be sent."""
    return len(connection.execute(select(outbox.c.id)).all())


def announce(connection: Connection, owner: int, now: int) -> None:
    """Say that this process is alive, for the lease of its letters."""
    said = connection.execute(update(replica).where(replica.c.id == owner).values(alive=now))
    if said.rowcount == 0:
        connection.execute(replica.insert().values(id=owner, alive=now))
    long_gone = replica.c.alive < now - 100 * LEASE_SECONDS
    connection.execute(delete(replica).where(long_gone))


def leave(connection: Connection, owner: int) -> None:
    """Say that this process ends, so that others take its letters at once."""
    connection.execute(delete(replica).where(replica.c.id == owner))


def leave_all(connection: Connection) -> None:
    """Forget every other process: on SQLite only one serves at a time."""
    connection.execute(delete(replica))
