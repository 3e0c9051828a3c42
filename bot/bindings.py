"""Which chat belongs to which organization: a small table, kept in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.sealing import Sealer
from referrals.directory import OrganizationId
from referrals.store.bindings import Bound
from referrals.store.vetting import StoredCoordinator


@dataclass(frozen=True, slots=True)
class BoundChat:
    """A bound chat and how to reach it. No organization: a working-group channel."""

    key: bytes
    channel: str
    chat: str
    language: str
    organization: OrganizationId | None


@dataclass(frozen=True, slots=True)
class CoordinatorChat:
    """The private chat of a coordinator."""

    key: bytes
    channel: str
    chat: str
    alias: str


@dataclass(frozen=True, slots=True)
class Bindings:
    """All bound chats at one moment."""

    chats: Mapping[bytes, BoundChat] = field(default_factory=dict)
    coordinators: Mapping[bytes, CoordinatorChat] = field(default_factory=dict)
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
        return bindings_of([*others, bound], self.coordinators.values())

    def with_coordinator(self, seated: CoordinatorChat) -> Bindings:
        """Return the bindings after a coordinator came in this chat."""
        others = [
            one
            for one in self.coordinators.values()
            if seated.alias != one.alias and seated.key != one.key
        ]
        return bindings_of(self.chats.values(), [*others, seated])

    def alias_of(self, key: bytes) -> str:
        """Return the coordinator whose chat this is, or an empty text."""
        seated = self.coordinators.get(key)
        return seated.alias if seated else ""

    @property
    def aliases(self) -> frozenset[str]:
        """Every coordinator with a chat."""
        return frozenset(one.alias for one in self.coordinators.values())


def bindings_of(
    bound: Iterable[BoundChat], coordinators: Iterable[CoordinatorChat] = ()
) -> Bindings:
    """Index bound chats."""
    chats = {one.key: one for one in bound}
    staff = {one.organization: one.language for one in chats.values() if one.organization}
    return Bindings(chats, {one.key: one for one in coordinators}, staff)


def open_bindings(
    rows: Iterable[Bound], sealer: Sealer, coordinators: Iterable[StoredCoordinator] = ()
) -> Bindings:
    """Open stored bindings; one that cannot be read is left out."""
    opened = (_open(row, sealer) for row in rows)
    seated = (_open_coordinator(row, sealer) for row in coordinators)
    return bindings_of((one for one in opened if one), (one for one in seated if one))


def seal_binding(bound: BoundChat, sealer: Sealer) -> Bound:
    """Return the row of a bound chat."""
    table, row = _place(bound.organization or "", bound.key)
    recipient = sealer.seal_address(table, row, bound.channel, bound.chat)
    return Bound(bound.organization or "", bound.key, recipient, bound.language)


def seal_coordinator(seated: CoordinatorChat, sealer: Sealer) -> bytes:
    """Return the sealed address of a coordinator's chat."""
    return sealer.seal_address(b"coordinator", seated.alias.encode(), seated.channel, seated.chat)


def _open_coordinator(row: StoredCoordinator, sealer: Sealer) -> CoordinatorChat | None:
    if row.chat is None or row.recipient is None:
        return None
    address = sealer.address_of(b"coordinator", row.alias.encode(), row.recipient)
    return CoordinatorChat(row.chat, *address, row.alias) if address else None


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
