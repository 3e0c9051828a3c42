"""A parcel on its way through the outbox, and what one commit hands to the courier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock

from bot.parcel import Parcel


class Kind(StrEnum):
    """What a letter is, which decides when it is too late to send it."""

    REPLY = "reply"
    NOTICE = "notice"
    SWEEP = "sweep"
    """Delete all remembered messages of the chat; their ids are looked up when it is
    this letter's turn, so that a message sent meanwhile goes too."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One row of the outbox, opened."""

    id: int
    chat: bytes
    """Key of the chat: letters of one chat go one after another."""
    kind: Kind
    created: int
    """Unix second."""
    parcel: Parcel
    attempts: int = 0
    not_before: int = 0
    """Unix second before which it is not tried again."""


@dataclass(frozen=True, slots=True)
class Move:
    """A chat that got another id."""

    old: bytes
    new: bytes
    chat: str


@dataclass(slots=True)
class Dispatch:
    """What a commit changed for the courier, in this order."""

    cancelled: list[bytes] = field(default_factory=list)
    """Keys of chats whose older letters are gone."""
    moves: list[Move] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.cancelled or self.moves or self.letters)


NODE_BITS = 10
COUNT_BITS = 10


class LetterIds:
    """Makes ids that grow with time: milliseconds, this process, a counter. 63 bits."""

    def __init__(self, clock: Callable[[], float], node: int) -> None:
        """``clock`` gives unix seconds; ``node`` is from 0 to 1023."""
        self._clock = clock
        self._node = node << COUNT_BITS
        self._millisecond = 0
        self._count = 0
        self._lock = Lock()

    def next(self) -> int:
        """Return an id above all earlier ones, also when the clock went back."""
        with self._lock:
            self._step(int(self._clock() * 1000))
            return self._millisecond << (NODE_BITS + COUNT_BITS) | self._node | self._count

    def _step(self, millisecond: int) -> None:
        if millisecond > self._millisecond:
            self._millisecond, self._count = millisecond, 0
        elif self._count + 1 < 1 << COUNT_BITS:
            self._count += 1
        else:
            self._millisecond, self._count = self._millisecond + 1, 0
