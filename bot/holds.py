"""Chats that may not be written to for a moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from threading import Lock


class Holds:
    """Chats that may not be written to for a moment. Safe between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._chats: Counter[bytes] = Counter()

    def __contains__(self, chat: bytes) -> bool:
        return chat in self._chats

    def add(self, chats: Iterable[bytes]) -> None:
        """Hold chats once more."""
        with self._lock:
            self._chats.update(chats)

    def release(self, chats: Iterable[bytes]) -> None:
        """Release chats once."""
        with self._lock:
            self._chats.subtract(chats)
            self._chats = +self._chats
