"""What one turn, or one job, wants to change: gathered before it joins the batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from bot.bindings import Bindings
from bot.letter import Kind, Letter, LetterIds
from bot.parcel import Parcel
from bot.sealing import Sealer
from handlers.turn import Session
from referrals.lifecycle import Code
from referrals.store.cases import Case
from referrals.store.engine import Connection

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Tools:
    """What every transaction uses and no transaction changes."""

    sealer: Sealer
    ids: LetterIds
    chance: Callable[[int], int]
    """``chance(n)``: a number from 0 to n - 1 from the system's generator."""
    count: Callable[[str], None]
    owner: int
    """This process, as the outbox knows it."""
    shared: bool
    """Other processes may serve on the same database."""


@dataclass(frozen=True, slots=True)
class Author:
    """Whose turn it is."""

    channel: str
    chat: str
    key: bytes
    person: bytes


class Books(Protocol):
    """What is true so far in this transaction."""

    tools: Tools
    now: datetime
    day: date
    bindings: Bindings

    def case(self, code: Code) -> Case | None:
        """Return a referral."""

    def session(self, key: bytes) -> Session:
        """Return the session of a chat."""


@dataclass(slots=True)
class Change:
    """What one turn adds to the transaction."""

    books: Books
    bindings: Bindings
    cases: dict[Code, Case] = field(default_factory=dict)
    writes: list[Callable[[Connection], None]] = field(default_factory=list)
    signals: list[Row] = field(default_factory=list)
    letters: list[tuple[Letter, bytes]] = field(default_factory=list)
    """With their sealed bodies."""
    used_invitation: bytes | None = None
    changes_listings: bool = False
    """What is laid over the directory must be read again."""
    forgotten: bytes | None = None
    """Key of the person whose closed referrals are cut from her."""

    def case(self, code: Code) -> Case | None:
        """Return a referral as it is after the events so far."""
        return self.cases.get(code) or self.books.case(code)

    def post(self, key: bytes, parcel: Parcel, kind: Kind) -> None:
        """Queue a parcel for a chat."""
        tools = self.books.tools
        number = tools.ids.next()
        letter = Letter(number, key, kind, int(self.books.now.timestamp()), parcel)
        self.letters.append((letter, tools.sealer.seal_parcel(number, parcel)))
