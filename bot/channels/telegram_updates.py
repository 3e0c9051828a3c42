"""Telegram's updates, reduced to what may be read. Everything else ends here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from bot.channels.telegram_fields import Callback, Chat, Message, Sender, Update, UpdateId
from bot.parcel import Arrival
from handlers.turn import MAX_CHOICE_DATA, MAX_TEXT, ChatKind, Turn, Unreadable
from referrals.places import Coordinates

CHANNEL = "telegram"

ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "channel_post",
    "callback_query",
    "my_chat_member",
)
"""What is asked of Telegram; the rest never reaches us."""

KINDS = {
    "private": ChatKind.PRIVATE,
    "group": ChatKind.GROUP,
    "supergroup": ChatKind.GROUP,
    "channel": ChatKind.CHANNEL,
}

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{1,64}))?(?:\s+(.*))?", re.DOTALL)
_UPDATE_ID = re.compile(rb'"update_id"\s*:\s*([0-9]{1,18})(?=\s*[,}])')
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"?|[{}\[\]]', re.DOTALL)


class Fault(StrEnum):
    """Why an update cannot be read."""

    JSON = "json"
    SHAPE = "shape"
    DEPTH = "depth"
    CHAT = "chat"
    CHOICE = "choice"


class UnreadableUpdate(Exception):
    """An update that is not as Telegram documents it. Holds nothing of its content."""

    def __init__(self, fault: Fault, update: int = 0) -> None:
        super().__init__(f"unreadable update: {fault.value}")
        self.fault = fault
        self.update = update


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update: what it says, and the press that waits for an answer."""

    arrival: Arrival | None
    callback: str = ""
    """Id to answer a button press with; empty where none was pressed."""


class _Numbered(msgspec.Struct):
    update_id: UpdateId


class _Batch(msgspec.Struct):
    result: list[msgspec.Raw]


_updates = msgspec.json.Decoder(Update)
_numbers = msgspec.json.Decoder(_Numbered)
_batches = msgspec.json.Decoder(_Batch)


def read_update(raw: bytes | msgspec.Raw, username: str = "") -> Arrival | None:
    """Read one update; None where nothing in it is for us.

    ``username`` is the bot's own: commands to other bots are not for us. Raises
    ``UnreadableUpdate`` and nothing else.
    """
    return read_incoming(raw, username).arrival


def read_incoming(raw: bytes | msgspec.Raw, username: str = "") -> Incoming:
    """Read one update and the press in it. Raises ``UnreadableUpdate`` and nothing else."""
    try:
        update = _updates.decode(raw)
    except msgspec.ValidationError:
        fault = Fault.SHAPE
    except RecursionError:
        fault = Fault.DEPTH
    except ValueError:
        fault = Fault.JSON
    else:
        return _incoming(update, username)
    # Out here, so that the decoder's words about the content are not chained to ours.
    raise UnreadableUpdate(fault, _number_of(raw) or 0)


def split_updates(body: bytes, known: int = 0) -> list[tuple[int, msgspec.Raw]]:
    """Take the body of ``getUpdates`` apart: id and bytes of each update, in order.

    Nothing of an update but its id is looked at, so one that cannot be read leaves the
    others whole. Where not even the id can be read it gets the one after the highest
    known (``known`` at the start): ids grow along the list, so no other update has it.
    Raises ``UnreadableUpdate`` when the body is no list of updates at all.
    """
    numbered: list[tuple[int, msgspec.Raw]] = []
    for raw in _pieces_of(body):
        number = _number_of(raw)
        known = max(known, known + 1 if number is None else number)
        numbered.append((known if number is None else number, raw))
    return numbered


def _pieces_of(body: bytes) -> list[msgspec.Raw]:
    try:
        return _batches.decode(body).result
    except (ValueError, RecursionError):
        pieces = _cut(body)
    if not pieces:
        raise UnreadableUpdate(Fault.JSON)
    return pieces


def _cut(body: bytes) -> list[msgspec.Raw]:
    """Cut a list of updates at its brackets, whatever is between them.

    For a batch that holds something no JSON reader takes: a lone surrogate, NaN, a
    nesting too deep.
    """
    pieces: list[msgspec.Raw] = []
    depth = start = 0
    for token in _TOKEN.finditer(body):
        sign = body[token.start()]
        if sign in b"{[":
            if depth == 2:
                start = token.start()
            depth += 1
        elif sign in b"}]":
            depth -= 1
            if depth == 2:
                pieces.append(msgspec.Raw(body[start : token.end()]))
    return pieces


def _number_of(raw: bytes | msgspec.Raw) -> int | None:
    try:
        return _numbers.decode(raw).update_id
    except (ValueError, RecursionError):
        found = _UPDATE_ID.search(bytes(raw))
    return int(found[1]) if found else None


def _incoming(update: Update, username: str) -> Incoming:
    if update.callback_query is not None:
        query = update.callback_query
        return Incoming(_pressed(update.update_id, query), query.id)
    for message in (update.message, update.channel_post):
        if message is not None:
            return Incoming(_said(update.update_id, message, username))
    if update.edited_message is not None:
        return Incoming(_edited(update.update_id, update.edited_message))
    return Incoming(None)


def _pressed(number: int, query: Callback) -> Arrival | None:
    message = query.message
    if message is None or not query.data:
        return None
    if len(query.data.encode()) > MAX_CHOICE_DATA:
        raise UnreadableUpdate(Fault.CHOICE, number)
    turn = Turn(
        kind=_kind_of(number, message.chat),
        choice=query.data,
        client_language=_language_of(query.sender),
    )
    return Arrival(
        channel=CHANNEL,
        chat=str(message.chat.id),
        update=str(number),
        turn=turn,
        pressed=message.message_id,
    )


def _said(number: int, message: Message, username: str) -> Arrival | None:
    kind = _kind_of(number, message.chat)
    if message.migrate_to_chat_id or message.migrate_from_chat_id:
        return _migrated(number, message, kind)
    if _is_automatic(message):
        return None
    turn = _turn_of(message, kind, username)
    return None if turn is None else _arrival(number, message, turn)


def _edited(number: int, message: Message) -> Arrival | None:
    """Tell that an edit is not read. A live location edits itself all the time: silence."""
    kind = _kind_of(number, message.chat)
    if message.location is not None or _is_automatic(message):
        return None
    language = _language_of(message.sender)
    turn = Turn(kind=kind, client_language=language, unreadable=Unreadable.EDITED)
    return _arrival(number, message, turn)


def _arrival(number: int, message: Message, turn: Turn) -> Arrival:
    return Arrival(
        channel=CHANNEL,
        chat=str(message.chat.id),
        update=str(number),
        turn=turn,
        sent_at=float(message.date),
        message=message.message_id,
    )


def _migrated(number: int, message: Message, kind: ChatKind) -> Arrival:
    """Read a move, told once in the old chat and once in the new one."""
    old = message.migrate_from_chat_id or message.chat.id
    new = message.migrate_to_chat_id or message.chat.id
    return Arrival(CHANNEL, str(old), str(number), Turn(kind=kind), moved_to=str(new))


def _turn_of(message: Message, kind: ChatKind, username: str) -> Turn | None:
    language = _language_of(message.sender)
    if message.text:
        return _typed(message.text, kind, language, username)
    if message.location is not None:
        point = Coordinates(message.location.latitude, message.location.longitude)
        return Turn(kind=kind, location=point, client_language=language)
    unreadable = _medium_of(message)
    if unreadable is None:
        return None
    return Turn(kind=kind, client_language=language, unreadable=unreadable)


def _typed(text: str, kind: ChatKind, language: str, username: str) -> Turn | None:
    if utf16_length(text) > MAX_TEXT:
        return Turn(kind=kind, client_language=language, unreadable=Unreadable.TOO_LONG)
    found = _COMMAND.fullmatch(text)
    if found is None:
        return Turn(kind=kind, text=text, client_language=language)
    command, addressee, payload = found.groups()
    if addressee and username and addressee.lower() != username.lower():
        return None
    return Turn(
        kind=kind,
        text=text,
        command=command.lower(),
        payload=(payload or "").strip(),
        client_language=language,
    )


def _medium_of(message: Message) -> Unreadable | None:
    """Name the medium; None for Telegram's own notes (joined, pinned, renamed)."""
    if message.voice or message.audio or message.video_note:
        return Unreadable.VOICE
    # An animation comes with a document for old clients, so it is looked at first.
    if message.photo or message.video or message.animation:
        return Unreadable.PICTURE
    if message.document:
        return Unreadable.FILE
    if message.contact:
        return Unreadable.CONTACT
    others = (message.sticker, message.poll, message.dice, message.story, message.game)
    return Unreadable.OTHER if any(others) or message.paid_media else None


def _is_automatic(message: Message) -> bool:
    """Whether a machine wrote it.

    Anonymous admins and channels write through a bot of Telegram's, with a sender_chat.
    A post of a channel is copied into its group: answered there already, or by us.
    """
    is_bot = message.sender is not None and message.sender.is_bot
    return message.is_automatic_forward or (is_bot and message.sender_chat is None)


def _kind_of(number: int, chat: Chat) -> ChatKind:
    kind = KINDS.get(chat.type)
    if kind is None or chat.id == 0:
        raise UnreadableUpdate(Fault.CHAT, number)
    return kind


def _language_of(sender: Sender | None) -> str:
    code = "" if sender is None else sender.language_code
    return code if len(code) <= 35 else ""


def utf16_length(text: str) -> int:
    """Count as Telegram does: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
