"""Chats that belong to an organization or the working group, and one-use invitations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, delete, select, update

from referrals.store.settings import advance, read_setting
from referrals.store.tables import invitation, staff_chat, working_group
from referrals.store.vetting import BINDINGS_REVISION as REVISION
from referrals.store.vetting import note_binding
from referrals.vetting import StepKind


@dataclass(frozen=True, slots=True)
class Bound:
    """One bound chat; ``organization`` empty: a channel of the working group."""

    organization: str
    chat: bytes
    recipient: bytes
    """Sealed channel and chat id."""
    language: str


def load_bindings(connection: Connection) -> list[Bound]:
    """Return every bound chat."""
    staff = [
        Bound(organization, chat, recipient, language)
        for organization, chat, recipient, language in connection.execute(
            select(
                staff_chat.c.organization,
                staff_chat.c.chat,
                staff_chat.c.recipient,
                staff_chat.c.language,
            )
        )
    ]
    group = connection.execute(
        select(working_group.c.chat, working_group.c.recipient, working_group.c.language)
    )
    return staff + [Bound("", chat, recipient, language) for chat, recipient, language in group]


def bindings_revision(connection: Connection) -> int:
    """Return a number that grows with every change of a binding."""
    return read_setting(connection, REVISION)


def bind(connection: Connection, bound: Bound, today: date) -> None:
    """Bind a chat, in place of what it and the organization were bound to before."""
    unbind_chat(connection, bound.chat, today)
    row = {"chat": bound.chat, "recipient": bound.recipient, "language": bound.language}
    if bound.organization:
        unbind(connection, bound.organization, today)
        note_binding(connection, bound.organization, StepKind.BOUND, today)
        row_of_staff = {**row, "organization": bound.organization}
        connection.execute(staff_chat.insert(), row_of_staff)
    else:
        connection.execute(working_group.insert(), row)
    advance(connection, REVISION)


def move_binding(connection: Connection, old: bytes, bound: Bound) -> None:
    """Give a bound chat its new id: the same chat, so nothing of its vetting changes."""
    table = staff_chat if bound.organization else working_group
    moved = {"chat": bound.chat, "recipient": bound.recipient}
    connection.execute(update(table).where(table.c.chat == old).values(moved))
    advance(connection, REVISION)


def unbind(connection: Connection, organization: str, today: date) -> None:
    """Take an organization's chat away from it: it is offered to nobody without one."""
    had = connection.execute(delete(staff_chat).where(staff_chat.c.organization == organization))
    if had.rowcount:
        note_binding(connection, organization, StepKind.UNBOUND, today)
    advance(connection, REVISION)


def unbind_chat(connection: Connection, chat: bytes, today: date) -> None:
    """Take away whatever a chat is bound to."""
    query = select(staff_chat.c.organization).where(staff_chat.c.chat == chat)
    for organization in connection.execute(query).scalars().all():
        unbind(connection, organization, today)
    connection.execute(delete(working_group).where(working_group.c.chat == chat))
    advance(connection, REVISION)


def set_staff_language(connection: Connection, organization: str, language: str) -> None:
    """Store the language of an organization's chat."""
    connection.execute(
        update(staff_chat)
        .where(staff_chat.c.organization == organization)
        .values(language=language)
    )
    advance(connection, REVISION)


def insert_invitation(
    connection: Connection,
    fingerprint: bytes,
    organization: str | None,
    expires: int,
    coordinator: str | None = None,
) -> None:
    """Store a one-use link: SHA-256 of its token, unix second of its end."""
    row = {"fingerprint": fingerprint, "organization": organization, "expires": expires}
    connection.execute(invitation.insert(), {**row, "coordinator": coordinator})


def good_invitations(
    connection: Connection, fingerprints: Iterable[bytes], now: int
) -> dict[bytes, tuple[str | None, str | None]]:
    """Return organization and coordinator of those that are unused and unexpired."""
    query = (
        select(invitation.c.fingerprint, invitation.c.organization, invitation.c.coordinator)
        .where(invitation.c.fingerprint.in_(list(fingerprints)), invitation.c.expires > now)
        .with_for_update()
    )
    return {
        row.fingerprint: (row.organization, row.coordinator) for row in connection.execute(query)
    }


def use_up_invitation(connection: Connection, fingerprint: bytes) -> None:
    """Delete an invitation that bound its chat."""
    connection.execute(delete(invitation).where(invitation.c.fingerprint == fingerprint))
