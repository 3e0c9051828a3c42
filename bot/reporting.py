"""What the courier reports, from the event loop to a commit: kept until one holds it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime

from bot.marks import Delay, Mark, store_delays, store_marks
from bot.vault import Vault
from referrals.store.engine import Connection

MARK_SECONDS = 0.02
"""Longest wait of a mark for company: what a crash in between would repeat."""
MARKS_AT_ONCE = 4
"""So many marks do not wait for more."""
MOST_REMEMBERED = 10_000
"""Reports that wait for a database that is away; beyond it a message is not remembered."""


class Reports:
    """Reports that wait. Added in the event loop, stored in the database thread."""

    def __init__(self, begin: Callable[[], asyncio.Future[object]]) -> None:
        """``begin`` lets a transaction begin that stores them."""
        self._begin = begin
        self._waiting: deque[Mark | Delay] = deque()
        self._taken: list[Mark | Delay] = []
        self._waker: asyncio.TimerHandle | None = None
        self._is_storing = False

    def __len__(self) -> int:
        """Count those that no commit holds yet."""
        return len(self._waiting) + len(self._taken)

    def add(self, report: Mark | Delay) -> None:
        """Store a report soon."""
        self._waiting.append(report)
        self._store_soon()

    def keep(self, report: Mark) -> None:
        """Store a report with whatever is committed next, unless too many wait."""
        if len(self._waiting) < MOST_REMEMBERED:
            self._waiting.append(report)

    def close(self) -> None:
        """Begin nothing more."""
        if self._waker is not None:
            self._waker.cancel()

    def store(self, connection: Connection, vault: Vault, now: datetime) -> None:
        """Write everything that waits; the commit is the caller's."""
        # Kept until the commit: after a rollback the next transaction stores them.
        while self._waiting:
            self._taken.append(self._waiting.popleft())
        marks = [one for one in self._taken if isinstance(one, Mark)]
        delays = [one for one in self._taken if isinstance(one, Delay)]
        store_marks(connection, vault, marks, int(now.timestamp()) // 3600)
        store_delays(connection, delays)

    def stored(self) -> None:
        """Hear that what was written is committed."""
        self._taken.clear()

    def _store_soon(self) -> None:
        """Store them: after a moment when they are few, at once when they are many."""
        if self._is_storing or not self._waiting:
            return
        if len(self._waiting) >= MARKS_AT_ONCE:
            self._wake()
        elif self._waker is None:
            self._waker = asyncio.get_running_loop().call_later(MARK_SECONDS, self._wake)

    def _wake(self) -> None:
        self.close()
        self._waker = None
        if self._waiting and not self._is_storing:
            self._is_storing = True
            self._begin().add_done_callback(self._after_storing)

    def _after_storing(self, future: asyncio.Future[object]) -> None:
        self._is_storing = False
        # Looked at in any case: an error that nobody looks at is printed with its words.
        if not future.cancelled() and future.exception() is None:
            self._store_soon()
