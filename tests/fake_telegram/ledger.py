"""Which update got which answer."""

from __future__ import annotations

import re
import time
from collections import defaultdict, deque

from fake_telegram.pending import Update

_MARKER = re.compile(r"#[\w-]+")


class Ledger:
    """Counts answers: by the marker an answer repeats, else in the order of its chat."""

    def __init__(self) -> None:
        self.marked: dict[str, Update] = {}
        self._open: dict[int, deque[Update]] = defaultdict(deque)
        self._last: dict[int, Update] = {}

    def expect(self, _place: int, update: Update) -> None:
        """Wait for an answer to an update."""
        if update.marker:
            self.marked[update.marker] = update
        self._open[update.chat].append(update)

    def answer(self, chat: int, text: str) -> None:
        """Count one message or edit of the bot in a chat."""
        update = self._repeated(text) or self._next(chat)
        if update is None:
            return
        update.answers += 1
        update.answered_at = update.answered_at or time.monotonic()

    def _repeated(self, text: str) -> Update | None:
        found = (self.marked.get(word) for word in _MARKER.findall(text))
        return next((update for update in found if update is not None), None)

    def _next(self, chat: int) -> Update | None:
        waiting = self._open[chat]
        while waiting:
            update = waiting.popleft()
            if not update.answers:
                self._last[chat] = update
                return update
        return self._last.get(chat)
