"""What a transaction will write: gathered turn by turn, written in one go."""

from __future__ import annotations

from collections.abc import Callable, Container
from datetime import date

from bot.change import Row, Tools
from bot.letter import Dispatch, Letter
from referrals.store import outbox, signals, turns
from referrals.store.engine import Connection


class Pending:
    """Rows by table, and what the courier hears of them."""

    def __init__(self, tools: Tools, connection: Connection, day: date) -> None:
        self.dispatch = Dispatch()
        self.bodies: dict[bytes, bytes | None] = {}
        """Sealed sessions by chat key; None: delete the row."""
        self.writes: list[Callable[[Connection], None]] = []
        self.signals: list[Row] = []
        self.messages: list[Row] = []
        self._tools = tools
        self._connection = connection
        self._day = day
        self._letters: list[Row] = []

    def cancel(self, key: bytes) -> None:
        """Drop everything that is queued for a chat, here and in the outbox."""
        self.dispatch.cancelled.append(key)
        self.dispatch.letters = [one for one in self.dispatch.letters if one.chat != key]
        self._letters = [row for row in self._letters if row["chat"] != key]

    def queue(self, letter: Letter, body: bytes) -> None:
        """Add a letter with its sealed body."""
        self.dispatch.letters.append(letter)
        self._letters.append(
            {
                "id": letter.id,
                "chat": letter.chat,
                "body": body,
                "kind": letter.kind.value,
                "created": letter.created,
                "attempts": 0,
                "not_before": 0,
                "owner": self._tools.owner,
            }
        )

    def flush(self, stored: Container[bytes]) -> None:
        """Write everything; ``stored`` are the chats whose session has a row."""
        for write in self.writes:
            write(self._connection)
        if self.signals:
            signals.insert_signals(self._connection, self.signals)
        self._flush_sessions(stored)
        if self.messages:
            turns.remember_messages(self._connection, self.messages)
        if self.dispatch.cancelled:
            outbox.cancel_letters(self._connection, self.dispatch.cancelled)
        if self._letters:
            self._flush_letters()

    def _flush_sessions(self, stored: Container[bytes]) -> None:
        new: list[Row] = []
        changed: list[Row] = []
        gone: list[bytes] = []
        for key, body in self.bodies.items():
            if body is None:
                gone.append(key)
            elif key in stored:
                changed.append({"row_chat": key, "row_body": body, "row_day": self._day})
            else:
                new.append({"chat": key, "body": body, "day": self._day})
        if changed:
            turns.update_sessions(self._connection, changed)
        if new:
            turns.insert_sessions(self._connection, new)
        if gone:
            turns.delete_sessions(self._connection, gone)

    def _flush_letters(self) -> None:
        if self._tools.shared:
            self._leave_to_others()
        outbox.insert_letters(self._connection, self._letters)

    def _leave_to_others(self) -> None:
        """Give a letter to the process that still sends earlier ones of its chat."""
        chats = {letter.chat for letter in self.dispatch.letters}
        elsewhere = outbox.held_elsewhere(self._connection, chats, self._tools.owner)
        if not elsewhere:
            return
        for row in self._letters:
            chat = row["chat"]
            if isinstance(chat, bytes) and chat in elsewhere:
                row["owner"] = -elsewhere[chat]
        self.dispatch.letters = [one for one in self.dispatch.letters if one.chat not in elsewhere]
