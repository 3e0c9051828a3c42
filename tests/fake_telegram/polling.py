"""getUpdates: one consumer, long polls, confirmation by offset."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fake_telegram.faults import DESCRIPTIONS, Refusal
from fake_telegram.pending import Pending

LONGEST = 50


class Polling:
    """Hands out updates. Answers are bytes, so that malformed updates go out as they are."""

    def __init__(self, pending: Pending) -> None:
        self.pending = pending
        self._latest = 0
        self._ended_by = ""

    async def poll(self, params: Mapping[str, object]) -> bytes:
        """Answer a getUpdates. Raises ``Refusal`` 409 when another one takes its place."""
        mine = self.interrupt(DESCRIPTIONS[409])
        if offset := _whole(params, "offset", 0):
            self.pending.confirm(offset)
        asked = params.get("allowed_updates")
        if isinstance(asked, list):
            self.pending.allowed = frozenset(map(str, asked)) or None
        seconds = min(_whole(params, "timeout", 0), LONGEST)
        await self.pending.wait(seconds, lambda: mine == self._latest)
        if mine != self._latest:
            raise Refusal(409, self._ended_by)
        limit = _whole(params, "limit", 100)
        return listed(self.pending, limit if 1 <= limit <= 100 else 100)

    def interrupt(self, words: str) -> int:
        """End the long poll that waits now, with these words, and return a new turn.

        The server ends the older of two polls, not the younger.
        """
        self._latest += 1
        self._ended_by = words
        self.pending.wake()
        return self._latest


def listed(pending: Pending, limit: int) -> bytes:
    """Return the body of an answer with the oldest updates."""
    bodies = b",".join(update.body for update in pending.first(limit))
    return b'{"ok":true,"result":[' + bodies + b"]}"


def _whole(params: Mapping[str, object], name: str, usual: int) -> int:
    text = str(params.get(name, ""))
    return int(text) if re.fullmatch(r"-?\d{1,18}", text) else usual
