"""Statements of every turn: seen updates, sessions, messages. Sealed bytes only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, Insert, Table, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from referrals.store.tables import message, seen, session

Row = Mapping[str, object]


def insert_or_ignore(table: Table) -> Mapping[str, Insert]:
    """Insert rows whose key is not there yet, by name of the dialect."""
    return {
        "sqlite": sqlite.insert(table).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(table).on_conflict_do_nothing(),
    }


_INSERT_SEEN = {
    name: statement.returning(seen.c.update_key)
    for name, statement in insert_or_ignore(seen).items()
}
# Sorted and locked, so that two processes with the same chats take turns, not a deadlock.
_LOAD_SESSIONS = (
    select(session.c.chat, session.c.body, session.c.day)
    .where(session.c.chat.in_(bindparam("chats", expanding=True)))
    .order_by(session.c.chat)
    .with_for_update()
)
_INSERT_SESSION = session.insert()
_UPDATE_SESSION = (
    update(session)
    .where(session.c.chat == bindparam("row_chat"))
    .values(body=bindparam("row_body"), day=bindparam("row_day"))
)
_DELETE_SESSION = delete(session).where(session.c.chat == bindparam("row_chat"))
_INSERT_MESSAGE = insert_or_ignore(message)
_CLEAR_CARD = (
    update(message)
    .where(message.c.chat == bindparam("row_chat"), message.c.card == bindparam("row_card"))
    .values(card=None)
)
_SET_CARD = (
    update(message)
    .where(message.c.chat == bindparam("row_chat"))
    .where(message.c.message == bindparam("row_message"))
    .values(card=bindparam("row_card"))
)
_CARD = select(message.c.message).where(
    message.c.chat == bindparam("row_chat"), message.c.card == bindparam("row_card")
)
_MESSAGES = select(message.c.message).where(message.c.chat == bindparam("row_chat"))
_DELETE_MESSAGE = delete(message).where(
    message.c.chat == bindparam("row_chat"), message.c.message == bindparam("row_message")
)


def insert_seen(connection: Connection, keys: Iterable[bytes], day: date) -> set[bytes]:
    """Record updates and return the keys that were not known before."""
    rows = [{"update_key": key, "day": day} for key in keys]
    statement = _INSERT_SEEN[connection.dialect.name]
    return set(connection.execute(statement, rows).scalars())


def load_sessions(
    connection: Connection, chats: Iterable[bytes]
) -> dict[bytes, tuple[bytes, date]]:
    """Return sealed body and last day by chat key, locked until the commit."""
    found = connection.execute(_LOAD_SESSIONS, {"chats": list(chats)})
    return {chat: (body, day) for chat, body, day in found}


def insert_sessions(connection: Connection, rows: Sequence[Row]) -> None:
    """Add sessions: ``chat``, ``body``, ``day``."""
    connection.execute(_INSERT_SESSION, rows)


def update_sessions(connection: Connection, rows: Sequence[Row]) -> None:
    """Replace sessions: ``row_chat``, ``row_body``, ``row_day``."""
    connection.execute(_UPDATE_SESSION, rows)


def delete_sessions(connection: Connection, chats: Iterable[bytes]) -> None:
    """Forget the sessions of these chats."""
    connection.execute(_DELETE_SESSION, [{"row_chat": chat} for chat in chats])


def remember_messages(connection: Connection, rows: Sequence[Row]) -> None:
    """Add messages: ``chat``, ``message``, ``card``, ``sensitive``, ``hour``."""
    connection.execute(_INSERT_MESSAGE[connection.dialect.name], rows)


def name_card(connection: Connection, chat: bytes, card: bytes, number: int) -> None:
    """Make a remembered message the living message of that name."""
    row = {"row_chat": chat, "row_card": card, "row_message": number}
    connection.execute(_CLEAR_CARD, {"row_chat": chat, "row_card": card})
    connection.execute(_SET_CARD, row)


def card_message(connection: Connection, chat: bytes, card: bytes) -> int:
    """Return the id of the living message of that name, 0 when there is none."""
    found = connection.execute(_CARD, {"row_chat": chat, "row_card": card}).scalar()
    return found or 0


def remembered(connection: Connection, chat: bytes) -> tuple[int, ...]:
    """Return the ids of all remembered messages of a chat, in their order."""
    return tuple(sorted(connection.execute(_MESSAGES, {"row_chat": chat}).scalars()))


def forget_messages(connection: Connection, chat: bytes, numbers: Iterable[int]) -> None:
    """Drop messages that were deleted in the chat."""
    rows = [{"row_chat": chat, "row_message": number} for number in numbers]
    if rows:
        connection.execute(_DELETE_MESSAGE, rows)


def forget_all_messages(connection: Connection, chat: bytes) -> None:
    """Drop every remembered message of a chat, whose ids mean nothing any more."""
    connection.execute(delete(message).where(message.c.chat == chat))


def due_for_sweep(connection: Connection, hour: int) -> dict[bytes, tuple[int, ...]]:
    """Return the sensitive messages sent before that unix hour, by chat key."""
    found: dict[bytes, list[int]] = {}
    query = select(message.c.chat, message.c.message).where(
        message.c.hour < hour, message.c.sensitive == 1
    )
    for chat, number in connection.execute(query):
        found.setdefault(chat, []).append(number)
    return {chat: tuple(sorted(numbers)) for chat, numbers in found.items()}
