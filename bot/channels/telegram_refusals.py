"""What a refusal of the Bot API means for a parcel."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.parcel import Delivery, Misaddressed, Moved, TryLater, Unreachable

logger = logging.getLogger("faro.telegram")

UNCHANGED = ("message is not modified",)
GONE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message identifier is not specified",
)
NOBODY = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "have no rights to send",
    "not enough rights to send",
    "chat_write_forbidden",
    "group chat was deactivated",
)
"""What Telegram says where nothing for this chat will arrive."""


def delivery_of(error: TelegramError) -> Delivery:
    """Say what follows from a refusal of the API. Keeps none of its words."""
    if isinstance(error, RetryAfter):
        return TryLater(_seconds_of(error))
    if isinstance(error, ChatMigrated):
        return Moved(str(error.new_chat_id))
    if isinstance(error, InvalidToken):
        logger.error("telegram.unauthorized")
        return TryLater(60.0, everyone=True)
    if isinstance(error, Forbidden) or says(error, NOBODY):
        return Unreachable("unreachable")
    if isinstance(error, BadRequest):
        logger.error("telegram.refused")
        return Misaddressed("misaddressed")
    return TryLater(1.0)


def _seconds_of(error: RetryAfter) -> float:
    wait = error.retry_after
    return max(1.0, float(wait) if isinstance(wait, int | float) else wait.total_seconds())


def says(error: TelegramError, phrases: Sequence[str]) -> bool:
    """Recognise a refusal by its words: the API has no codes for them."""
    words = error.message.lower()
    return isinstance(error, BadRequest) and any(phrase in words for phrase in phrases)
