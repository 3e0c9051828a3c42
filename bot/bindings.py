"""Which chat belongs to which organization: a small table, kept in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.sealing import Sealer
from referrals.directory import OrganizationId
from referrals.store.bindings import Bound


@dataclass(frozen=True, slots=True)
class BoundChat:
    """A bound chat and how to reach it. No organization: a working-group channel."""

    key: bytes
    channel: str
    chat: str
    language: str
    organization: OrganizationId | None


@dataclass(frozen=True, slots=True)
class Bindings:
    """All bound chats at one moment."""

    chats: Mapping[bytes, BoundChat] = field(default_factory=dict)
    staff: Mapping[OrganizationId, str] = field(default_factory=dict)
    """Language of the chat of each organization that has one."""

    def of_organization(self, organization: OrganizationId) -> BoundChat | None:
        """Return the chat of an organization."""
        if organization not in self.staff:
            return None
        found = (one for one in self.chats.values() if one.organization == organization)
        return next(found, None)

    def of_working_group(self) -> list[BoundChat]:
        """Return every channel of the working group."""
        return [one for one in self.chats.values() if one.organization is None]

    def with_chat(self, bound: BoundChat) -> Bindings:
        """Return the bindings after this chat was bound."""
        others = (
            one
            for one in self.chats.values()
            if one.key != bound.key
            and (one.organization is None or one.organization != bound.organization)
        )
        return bindings_of([*others, bound])


def bindings_of(bound: Iterable[BoundChat]) -> Bindings:
    """Index bound chats."""
    chats = {one.key: one for one in bound}
    staff = {one.organization: one.language for one in chats.values() if one.organization}
    return Bindings(chats, staff)


def open_bindings(rows: Iterable[Bound], sealer: Sealer) -> Bindings:
    """Open stored bindings; one that cannot be read is left out."""
    opened = (_open(row, sealer) for row in rows)
    return bindings_of(one for one in opened if one)


def seal_binding(bound: BoundChat, sealer: Sealer) -> Bound:
    """Return the row of a bound chat."""
    table, row = _place(bound.organization or "", bound.key)
    recipient = sealer.seal_address(table, row, bound.channel, bound.chat)
    return Bound(bound.organization or "", bound.key, recipient, bound.language)


def _open(row: Bound, sealer: Sealer) -> BoundChat | None:
    table, name = _place(row.organization, row.chat)
    address = sealer.address_of(table, name, row.recipient)
    if address is None:
        return None
    organization = OrganizationId(row.organization) if row.organization else None
    return BoundChat(row.chat, *address, row.language, organization)


def _place(organization: str, key: bytes) -> tuple[bytes, bytes]:
    if organization:
        return b"staff_chat", organization.encode()
    return b"working_group", key
