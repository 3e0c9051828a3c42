"""Values to sealed bytes and back, each bound to its table and row."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TypeVar

import msgspec

from bot.parcel import Parcel
from bot.vault import CannotOpen, Vault
from handlers.turn import Session
from referrals.lifecycle import Code, Referral
from referrals.store.engine import Engine
from referrals.store.upkeep import SEALED, RowId, reseal_page

T = TypeVar("T")


class _Kept(msgspec.Struct, frozen=True):
    channel: str
    chat: str
    # Raw: a session of another version must not hide whose it was.
    session: msgspec.Raw


class _Address(msgspec.Struct, frozen=True):
    channel: str
    chat: str


class _Card(msgspec.Struct, frozen=True):
    meeting_code: str
    place: str
    language: str
    words: str


class Sealer:
    """Encodes and seals what the store keeps."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self._encode = msgspec.json.Encoder().encode
        self._kept = msgspec.json.Decoder(_Kept)
        self._session = msgspec.json.Decoder(Session)
        self._parcel = msgspec.json.Decoder(Parcel)
        self._address = msgspec.json.Decoder(_Address)
        self._card = msgspec.json.Decoder(_Card)

    def seal_session(self, key: bytes, channel: str, chat: str, session: Session) -> bytes:
        """Seal a session together with the address of its chat."""
        kept = _Kept(channel, chat, msgspec.Raw(self._encode(session)))
        return self.vault.seal(self._encode(kept), b"session", key)

    def session_of(self, key: bytes, sealed: bytes) -> Session | None:
        """Open a session; None when this version cannot read it."""
        kept = self._open(self._kept, sealed, b"session", key)
        try:
            return None if kept is None else self._session.decode(kept.session)
        except msgspec.MsgspecError:
            return None

    def recipient_of_session(self, key: bytes, sealed: bytes) -> tuple[str, str] | None:
        """Open the channel and chat id of a session."""
        kept = self._open(self._kept, sealed, b"session", key)
        return None if kept is None else (kept.channel, kept.chat)

    def seal_parcel(self, letter: int, parcel: Parcel) -> bytes:
        """Seal a parcel for its row of the outbox."""
        return self.vault.seal(self._encode(parcel), b"outbox", b"%d" % letter)

    def parcel_of(self, letter: int, sealed: bytes) -> Parcel | None:
        """Open a parcel; None when it cannot be read."""
        return self._open(self._parcel, sealed, b"outbox", b"%d" % letter)

    def seal_address(self, table: bytes, row: bytes, channel: str, chat: str) -> bytes:
        """Seal the address of a bound chat or of a referral's person."""
        return self.vault.seal(self._encode(_Address(channel, chat)), table, row)

    def address_of(self, table: bytes, row: bytes, sealed: bytes) -> tuple[str, str] | None:
        """Open an address; None when it cannot be read."""
        found = self._open(self._address, sealed, table, row)
        return None if found is None else (found.channel, found.chat)

    def seal_note(self, id: int, note: str) -> bytes:
        """Seal the note of a step of a vetting."""
        return self.vault.seal(note.encode(), b"vetting_step.note", b"%d" % id)

    def note_of(self, id: int, sealed: bytes) -> str:
        """Open the note of a step; empty when it cannot be read."""
        try:
            return self.vault.unseal(sealed, b"vetting_step.note", b"%d" % id).decode()
        except CannotOpen:
            return ""

    def seal_card(self, referral: Referral) -> bytes:
        """Seal what only the card of a referral says."""
        card = _Card(
            referral.meeting_code,
            referral.card_place,
            referral.card_language,
            referral.card_words,
        )
        return self.vault.seal(self._encode(card), b"referral.card", referral.code.encode())

    def with_card(self, referral: Referral, sealed: bytes | None) -> Referral:
        """Return the referral with its card, if the card can still be read."""
        row = referral.code.encode()
        card = sealed and self._open(self._card, sealed, b"referral.card", row)
        if not card:
            return referral
        return replace(
            referral,
            meeting_code=card.meeting_code,
            card_place=card.place,
            card_language=card.language,
            card_words=card.words,
        )

    def seal_link(self, code: Code, channel: str, chat: str) -> bytes:
        """Seal who a referral belongs to."""
        return self.seal_address(b"referral.link", code.encode(), channel, chat)

    def link_of(self, code: Code, sealed: bytes) -> tuple[str, str] | None:
        """Open who a referral belongs to."""
        return self.address_of(b"referral.link", code.encode(), sealed)

    def _open(
        self, decoder: msgspec.json.Decoder[T], sealed: bytes, table: bytes, row: bytes
    ) -> T | None:
        try:
            return decoder.decode(self.vault.unseal(sealed, table, row))
        except (CannotOpen, msgspec.MsgspecError, UnicodeDecodeError):
            return None


def reseal_all(engine: Engine, vault: Vault) -> int:
    """Seal everything that is stored with the newest key, in small transactions.

    Returns how many values were looked at. Afterwards older keys may be destroyed.
    """
    looked = 0
    for place in SEALED:
        after: RowId | None = None
        while True:
            with engine.begin() as connection:
                page = reseal_page(connection, place, partial(renew, vault), after)
            if not page:
                break
            looked += len(page)
            after = page[-1]
    return looked


def renew(vault: Vault, sealed: bytes, label: str, row: RowId) -> bytes | None:
    """Seal a stored value with the newest key; None when it is, or cannot be opened."""
    if vault.is_current(sealed):
        return None
    name = row if isinstance(row, bytes) else str(row).encode()
    try:
        plain = vault.unseal(sealed, label.encode(), name)
    except CannotOpen:
        return None
    return vault.seal(plain, label.encode(), name)
