"""The updates the bot has not confirmed yet, and what became of the others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from fake_telegram.chats import JsonObject

UNUSUAL = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds that are not delivered unless they are asked for."""


@dataclass(slots=True)
class Update:
    """One update and its fate. Times are of ``time.monotonic``, 0 where not yet."""

    id: int
    chat: int
    body: bytes
    marker: str = ""
    query: str = ""
    """Id of the callback query, for a pressed button."""
    made_at: float = 0.0
    deliveries: int = 0
    acked_at: float = 0.0
    answers: int = 0
    answered_at: float = 0.0


class Pending:
    """Updates in the order they came."""

    def __init__(self) -> None:
        self.all: list[Update] = []
        self.waiting: dict[int, Update] = {}
        """Not confirmed, by place in ``all``."""
        self.acked = 0
        self.next_id = 700_000_001
        self.allowed: frozenset[str] | None = None
        self.on_new: list[Callable[[int, Update], None]] = []
        self._ascending = True
        self._came = asyncio.Event()

    def takes(self, kind: str) -> bool:
        """Tell whether the bot asked for updates of this kind."""
        return kind in self.allowed if self.allowed else kind not in UNUSUAL

    def number(self) -> int:
        """Take the next update id."""
        self.next_id += 1
        return self.next_id - 1

    def add(self, update: Update) -> Update:
        """Queue an update as it is."""
        update.made_at = time.monotonic()
        if self.all and update.id <= self.all[-1].id:
            self._ascending = False
        self.all.append(update)
        place = len(self.all) - 1
        self.waiting[place] = update
        for told in self.on_new:
            told(place, update)
        self._came.set()
        return update

    def push(self, chat: int, content: JsonObject, marker: str = "", query: str = "") -> Update:
        """Number and queue an update."""
        number = self.number()
        body = msgspec.json.encode({"update_id": number, **content})
        return self.add(Update(number, chat, body, marker, query))

    def confirm(self, offset: int) -> None:
        """Forget the updates below an offset; a negative one keeps that many of the last."""
        if offset < 0:
            for place in list(self.waiting)[:offset]:
                self.done(place)
            return
        for place, update in list(self.waiting.items()):
            if update.id < offset:
                self.done(place)
            elif self._ascending:
                return

    def done(self, place: int) -> None:
        """Confirm one update."""
        update = self.waiting.pop(place, None)
        if update is not None:
            update.acked_at = time.monotonic()
            self.acked += 1

    def first(self, limit: int) -> list[Update]:
        """Return the oldest updates that wait, counting the delivery."""
        found = [update for update, _ in zip(self.waiting.values(), range(limit), strict=False)]
        for update in found:
            update.deliveries += 1
        return found

    def wake(self) -> None:
        """Let whoever waits look again."""
        self._came.set()

    async def wait(self, seconds: float, wanted: Callable[[], bool]) -> None:
        """Return when an update waits, is no longer wanted, or after some seconds."""
        until = time.monotonic() + seconds
        while wanted() and not self.waiting and (left := until - time.monotonic()) > 0:
            self._came.clear()
            try:
                await asyncio.wait_for(self._came.wait(), left)
            except TimeoutError:
                return
