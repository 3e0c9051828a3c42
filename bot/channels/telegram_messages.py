"""A reply as the parameters of Telegram's methods. Plain dictionaries, no objects."""

from __future__ import annotations

from typing import TypeAlias

from bot.channels.telegram_updates import utf16_length
from handlers.turn import MAX_TEXT, Choice, Reply, Venue

Json: TypeAlias = dict[str, object]

NO_PREVIEW: Json = {"is_disabled": True}
OPENABLE = ("https://", "http://", "tg://")
"""What a button of Telegram may open. It refuses the whole message for any other."""


def address_of(chat: str) -> int | str:
    """Write a chat id as the API wants it: a number, or a name such as ``@channel``."""
    return int(chat) if chat.lstrip("-").isdecimal() else chat


def is_private(chat: str) -> bool:
    """Tell a person's chat from a group: the ids of groups and channels are negative."""
    return chat.isdecimal()


def offers_location(reply: Reply, chat: str) -> bool:
    """Whether the reply needs the keyboard that shares a location: private chats only."""
    return reply.asks_location and bool(reply.location_label) and is_private(chat)


def message_of(chat: str, text: str, markup: Json | None) -> Json:
    """Build ``sendMessage``. A person's phone stays silent: who wrote is looking at it."""
    parameters: Json = {
        "chat_id": address_of(chat),
        "text": text,
        "link_preview_options": NO_PREVIEW,
    }
    return _finished(parameters, chat, markup)


def venue_of(chat: str, venue: Venue, markup: Json | None) -> Json:
    """Build ``sendVenue``; the point has a title and an address in place of a text."""
    parameters: Json = {
        "chat_id": address_of(chat),
        "latitude": venue.latitude,
        "longitude": venue.longitude,
        "title": venue.title,
        "address": venue.address or venue.title,
    }
    return _finished(parameters, chat, markup)


def edit_of(chat: str, message: int, text: str, markup: Json | None) -> Json:
    """Build ``editMessageText``."""
    parameters: Json = {
        "chat_id": address_of(chat),
        "message_id": message,
        "text": text,
        "link_preview_options": NO_PREVIEW,
    }
    return parameters if markup is None else parameters | {"reply_markup": markup}


def _finished(parameters: Json, chat: str, markup: Json | None) -> Json:
    if is_private(chat):
        parameters["disable_notification"] = True
    if markup is not None:
        parameters["reply_markup"] = markup
    return parameters


def markup_of(reply: Reply, chat: str) -> Json | None:
    """Build what hangs under the message: buttons, or the keyboard to share a location."""
    if offers_location(reply, chat):
        return _location_keyboard(reply)
    rows = [[_button(choice) for choice in row if _is_button(choice)] for row in reply.choices]
    rows = [row for row in rows if row]
    return {"inline_keyboard": rows} if rows else None


def _location_keyboard(reply: Reply) -> Json:
    rows: list[list[Json]] = [[{"text": reply.location_label, "request_location": True}]]
    rows += [[{"text": choice.label} for choice in row] for row in reply.choices if row]
    return {"keyboard": rows, "one_time_keyboard": True, "resize_keyboard": True}


def _button(choice: Choice) -> Json:
    if choice.url:
        return {"text": choice.label, "url": choice.url}
    return {"text": choice.label, "callback_data": choice.data}


def _is_button(choice: Choice) -> bool:
    return not choice.url or choice.url.startswith(OPENABLE)


def texts_of(reply: Reply) -> list[str]:
    """Give the text in pieces that Telegram takes: one, unless a reply is too long.

    A button that dials cannot be shown here, so its number is written out where the
    text does not say it yet: Telegram makes it one to tap.
    """
    numbers = [choice for row in reply.choices for choice in row if not _is_button(choice)]
    lines = [_line_of(choice) for choice in numbers if _target(choice) not in reply.text]
    return split_text("\n".join([reply.text, *lines]))


def _line_of(choice: Choice) -> str:
    target = _target(choice)
    return choice.label if target in choice.label else f"{choice.label}: {target}"


def _target(choice: Choice) -> str:
    return choice.url.partition(":")[2]


def split_text(text: str, limit: int = MAX_TEXT) -> list[str]:
    """Split at line ends, else at spaces, else anywhere, into pieces of ``limit`` units.

    Units are UTF-16. Nothing but the break that was cut at is left out.
    """
    pieces = []
    while utf16_length(text) > limit:
        head = _head_of(text, limit)
        cut = max(head.rfind("\n"), 0) or max(head.rfind(" "), 0)  # 0: no break to use
        pieces.append(text[:cut] if cut else head)
        text = text[cut + 1 :] if cut else text[len(head) :]
    return [piece for piece in (*pieces, text) if piece.strip()] or [text]


def _head_of(text: str, limit: int) -> str:
    """The longest beginning of at most ``limit`` units that halves no character."""
    units = text.encode("utf-16-le", "surrogatepass")[: limit * 2]
    return units.decode("utf-16-le", "ignore")
