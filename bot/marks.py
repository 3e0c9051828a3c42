"""What the courier reports: stored with the next commit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.letter import Letter
from bot.vault import Vault
from referrals.store import outbox, turns
from referrals.store.engine import Connection


@dataclass(frozen=True, slots=True)
class Mark:
    """A letter that was sent, or given up."""

    letter: Letter
    message: int = 0
    """Id of the message that shows the reply, 0 when there is none."""
    swept: tuple[int, ...] = ()
    """Messages that were deleted in the chat."""


@dataclass(frozen=True, slots=True)
class Delay:
    """A letter that is tried again later."""

    letter: int
    attempts: int
    not_before: int
    """Unix second."""


def store_marks(connection: Connection, vault: Vault, marks: Iterable[Mark], hour: int) -> None:
    """Drop the letters that are done and remember the messages they became."""
    done = list(marks)
    if not done:
        return
    outbox.delete_letters(connection, [mark.letter.id for mark in done])
    sent = [mark for mark in done if 0 < mark.message < 2**63 and mark.letter.parcel.reply]
    if sent:
        turns.remember_messages(connection, [_row(mark, hour) for mark in sent])
    for mark in sent:
        reply = mark.letter.parcel.reply
        if reply and reply.card:
            card = vault.card_key(mark.letter.chat, reply.card)
            turns.name_card(connection, mark.letter.chat, card, mark.message)
    for mark in done:
        turns.forget_messages(connection, mark.letter.chat, mark.swept)


def store_delays(connection: Connection, delays: Iterable[Delay]) -> None:
    """Remember how often letters were tried and until when they wait."""
    rows = [
        {
            "row_id": delay.letter,
            "row_attempts": delay.attempts,
            "row_not_before": delay.not_before,
        }
        for delay in delays
    ]
    if rows:
        outbox.postpone_letters(connection, rows)


def _row(mark: Mark, hour: int) -> dict[str, object]:
    reply = mark.letter.parcel.reply
    return {
        "chat": mark.letter.chat,
        "message": mark.message,
        "card": None,
        "sensitive": int(reply is None or reply.sensitive),
        "hour": hour,
    }
