"""The allow-list: every field of a Telegram update that is ever decoded.

Names, usernames, phone numbers, captions, files and forward origins are skipped as bytes
and never become values. Names of fields are the Bot API's.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

Id = Annotated[int, msgspec.Meta(ge=-(2**63) + 1, le=2**63 - 1)]
UpdateId = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]


class Chat(msgspec.Struct):
    """Where it was said."""

    id: Id
    type: str


class Sender(msgspec.Struct):
    """Who said it: a language and whether it is a bot, nothing else."""

    is_bot: bool = False
    language_code: str = ""


class Location(msgspec.Struct):
    """A shared point."""

    latitude: Latitude
    longitude: Longitude


class Present(msgspec.Struct):
    """Something is there. What it is stays undecoded."""


class Message(msgspec.Struct, rename={"sender": "from"}):
    """A message: its text, and the mere presence of anything else."""

    chat: Chat
    message_id: Id = 0
    date: Id = 0
    sender: Sender | None = None
    sender_chat: Present | None = None
    is_automatic_forward: bool = False
    text: str = ""
    location: Location | None = None
    migrate_to_chat_id: Id = 0
    migrate_from_chat_id: Id = 0
    voice: Present | None = None
    audio: Present | None = None
    video_note: Present | None = None
    photo: list[Present] | None = None
    video: Present | None = None
    animation: Present | None = None
    document: Present | None = None
    contact: Present | None = None
    sticker: Present | None = None
    poll: Present | None = None
    dice: Present | None = None
    story: Present | None = None
    game: Present | None = None
    paid_media: Present | None = None


class Callback(msgspec.Struct, rename={"sender": "from"}):
    """A pressed button."""

    id: str
    sender: Sender | None = None
    message: Message | None = None
    data: str = ""


class Update(msgspec.Struct):
    """One update, with the kinds that are read."""

    update_id: UpdateId
    message: Message | None = None
    edited_message: Message | None = None
    channel_post: Message | None = None
    callback_query: Callback | None = None
