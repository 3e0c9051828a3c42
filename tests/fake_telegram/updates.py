"""Update objects as Telegram builds them."""

from __future__ import annotations

import re

from fake_telegram.chats import Chat, JsonObject, Message
from fake_telegram.markup import units

SELF: JsonObject = {
    "id": 4242,
    "is_bot": True,
    "first_name": "Faro",
    "username": "faro_test_bot",
}
"""The bot as the sender of a message."""
BOT: JsonObject = {
    **SELF,
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
    "can_connect_to_business": False,
    "has_main_web_app": False,
}
_COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,32}(?:@\w+)?")
_FILE: JsonObject = {"file_id": "AgADfile", "file_unique_id": "AQADfile", "file_size": 1024}
VOICE: JsonObject = {"voice": {**_FILE, "duration": 3, "mime_type": "audio/ogg"}}
PHOTO: JsonObject = {"photo": [{**_FILE, "width": 90, "height": 60}]}
DOCUMENT: JsonObject = {"document": {**_FILE, "file_name": "paper.pdf"}}
CONTACT: JsonObject = {"contact": {"phone_number": "10000000000", "first_name": "Ana"}}
STICKER: JsonObject = {
    "sticker": {
        **_FILE,
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
    }
}

_RIGHTS = [
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_post_messages",
    "can_edit_messages",
]


def person(user: int, language_code: str = "") -> JsonObject:
    """Return a user object; real clients leave an unknown language out."""
    tongue = {"language_code": language_code} if language_code else {}
    return {
        "id": user,
        "is_bot": False,
        "first_name": "Ana",
        "username": f"person{user}",
        **tongue,
    }


def entities(text: str) -> JsonObject:
    """Return the command entities of a text, offsets in UTF-16 units."""
    found = [
        {
            "type": "bot_command",
            "offset": units(text[: match.start()]),
            "length": units(match[0]),
        }
        for match in _COMMAND.finditer(text)
    ]
    return {"entities": found} if found else {}


def shown(chat: Chat, message: Message, sender: JsonObject | None = None) -> JsonObject:
    """Return Telegram's message object for a message of a chat."""
    made: JsonObject = {"message_id": message.id}
    if message.by_bot and chat.kind != "channel":
        made["from"] = SELF
    elif sender is not None:
        made["from"] = sender
    if chat.kind == "channel":
        made["sender_chat"] = chat.describe()
    made |= {"chat": chat.describe(), "date": message.date, **message.content}
    if message.text:
        # A file carries its text as a caption, under the same rules.
        is_file = {"photo", "document", "voice"} & message.content.keys()
        made["caption" if is_file else "text"] = message.text
    if message.markup:
        made["reply_markup"] = message.markup
    if message.edited:
        made["edit_date"] = message.date
    return made


def written(chat: Chat, message: Message, sender: JsonObject) -> JsonObject:
    """Return the update for a message someone wrote."""
    if chat.kind == "channel":
        return {"channel_post": {**shown(chat, message), **entities(message.text)}}
    return {"message": {**shown(chat, message, sender), **entities(message.text)}}


def edited(chat: Chat, message: Message, sender: JsonObject) -> JsonObject:
    """Return the update for a message someone changed."""
    kind = "edited_channel_post" if chat.kind == "channel" else "edited_message"
    return {kind: {**shown(chat, message, sender), **entities(message.text)}}


def pressed(chat: Chat, message: Message, data: str, sender: JsonObject, query: str) -> JsonObject:
    """Return the update for a pressed button; a message that is gone is inaccessible."""
    gone = {"chat": chat.describe(), "message_id": message.id, "date": 0}
    return {
        "callback_query": {
            "id": query,
            "from": sender,
            "message": gone if message.deleted else shown(chat, message),
            "chat_instance": str(-chat.id),
            "data": data,
        }
    }


def membership(chat: Chat, sender: JsonObject, old: str, new: str, date: int) -> JsonObject:
    """Return the update for a change of the bot's own place in a chat."""
    return {
        "my_chat_member": {
            "chat": chat.describe(),
            "from": sender,
            "date": date,
            "old_chat_member": _member(old),
            "new_chat_member": _member(new),
        }
    }


def _member(status: str) -> JsonObject:
    more: JsonObject = {"until_date": 0} if status == "kicked" else {}
    if status == "administrator":
        more = dict.fromkeys(_RIGHTS, False)
    return {"status": status, "user": SELF, **more}
