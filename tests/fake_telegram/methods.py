"""What each method does to the chats, and what the server answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from fake_telegram.chats import Chat, JsonObject, Message, rows
from fake_telegram.faults import Refusal
from fake_telegram.markup import parsed
from fake_telegram.updates import BOT, DOCUMENT, PHOTO, shown

Params = Mapping[str, object]
TWO_DAYS = 48 * 3600


def bad(words: str) -> Refusal:
    """Return a 400 in the server's words."""
    return Refusal(400, f"Bad Request: {words}")


class Methods:
    """The Bot API over chats in memory. Raises ``Refusal``."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.chats: dict[int, Chat] = {}
        self.now = now
        self.revision = 0
        self.queries: dict[str, JsonObject | None] = {}
        """Callback queries by id, with the answer once there is one."""
        self.commands: dict[tuple[str, str], object] = {}
        """The commands by scope and language."""
        self.table: dict[str, Callable[[Params], object]] = {
            "getMe": lambda _: BOT,
            "sendMessage": self.send_message,
            "sendVenue": self.send_venue,
            "sendLocation": self.send_location,
            "sendPhoto": lambda params: self.send(params, PHOTO),
            "sendDocument": lambda params: self.send(params, DOCUMENT),
            "sendChatAction": lambda params: bool(self.chat(params)),
            "editMessageText": self.edit_text,
            "editMessageReplyMarkup": self.edit_markup,
            "deleteMessage": self.delete_one,
            "deleteMessages": self.delete_many,
            "answerCallbackQuery": self.answer_query,
            "setMyCommands": self.set_commands,
            "getMyCommands": lambda params: self.commands.get(_scope(params), []),
            "deleteMyCommands": self.delete_commands,
            "getChat": self.get_chat,
            "leaveChat": self.leave,
        }

    def chat(self, params: Params) -> Chat:
        """Return the chat a call is about, or refuse as the server does."""
        chat = self.chats.get(chat_id(params) or 0)
        if chat is None:
            raise bad("chat not found")
        if chat.moved_to:
            words = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refusal(400, words, {"migrate_to_chat_id": chat.moved_to})
        if chat.blocked:
            raise Refusal(403, f"Forbidden: {_GONE.get(chat.kind, _GONE['group'])}")
        return chat

    def changed(self, message: Message) -> None:
        """Note that a message is new or different."""
        self.revision += 1
        message.revision = self.revision

    def send(self, params: Params, content: JsonObject | None = None) -> JsonObject:
        """Add the bot's message to a chat and return it as Telegram does."""
        chat = self.chat(params)
        message = Message(chat.next_id(), int(self.now()), True, _text(params), content or {})
        self._key(chat, message, params.get("reply_markup"))
        chat.messages[message.id] = message
        self.changed(message)
        return shown(chat, message)

    def _key(self, chat: Chat, message: Message, markup: object) -> None:
        if not isinstance(markup, dict):
            return
        if "inline_keyboard" in markup:
            message.markup = markup if rows(markup, "inline_keyboard") else None
        elif "keyboard" in markup:
            chat.keyboard = rows(markup, "keyboard")
        elif markup.get("remove_keyboard"):
            chat.keyboard = ()

    def send_message(self, params: Params) -> JsonObject:
        """Send a text."""
        if not _text(params):
            raise bad("message text is empty")
        return self.send(params)

    def send_venue(self, params: Params) -> JsonObject:
        """Send a point on the map with its name."""
        place = _location(params)
        venue = {"location": place, "title": params["title"], "address": params["address"]}
        return self.send(params, {"location": place, "venue": venue})

    def send_location(self, params: Params) -> JsonObject:
        """Send a point on the map."""
        return self.send(params, {"location": _location(params)})

    def _to_edit(self, params: Params) -> tuple[Chat, Message]:
        chat = self.chat(params)
        message = chat.messages.get(_number(params.get("message_id")))
        if message is None or message.deleted:
            raise bad("message to edit not found")
        if not message.by_bot:
            raise bad("message can't be edited")
        return chat, message

    def _edit(self, params: Params, text: str) -> JsonObject:
        chat, message = self._to_edit(params)
        given = params.get("reply_markup")
        # An edit without a keyboard takes the keyboard away.
        filled = isinstance(given, dict) and rows(given, "inline_keyboard")
        markup = given if isinstance(given, dict) and filled else None
        if (text or message.text, markup) == (message.text, message.markup):
            raise bad(
                "message is not modified: specified new message content and reply markup are "
                "exactly the same as a current content and reply markup of the message"
            )
        message.text, message.markup, message.edited = text or message.text, markup, True
        self.changed(message)
        return shown(chat, message)

    def edit_text(self, params: Params) -> JsonObject:
        """Change the text and the buttons of a message."""
        return self._edit(params, _text(params))

    def edit_markup(self, params: Params) -> JsonObject:
        """Change the buttons of a message."""
        return self._edit(params, "")

    def delete_one(self, params: Params) -> bool:
        """Delete a message."""
        chat = self.chat(params)
        message = chat.messages.get(_number(params.get("message_id")))
        if message is None or message.deleted:
            raise bad("message to delete not found")
        if not self._may_delete(chat, message):
            raise bad("message can't be deleted for everyone")
        self._delete(message)
        return True

    def delete_many(self, params: Params) -> bool:
        """Delete messages; those that cannot be deleted are passed over."""
        chat = self.chat(params)
        ids = params.get("message_ids")
        for number in ids if isinstance(ids, list) else []:
            message = chat.messages.get(number)
            if message and not message.deleted and self._may_delete(chat, message):
                self._delete(message)
        return True

    def _may_delete(self, chat: Chat, message: Message) -> bool:
        own = message.by_bot or chat.kind == "private"
        return own and self.now() - message.date < TWO_DAYS

    def _delete(self, message: Message) -> None:
        message.deleted = True
        self.changed(message)

    def answer_query(self, params: Params) -> bool:
        """Answer a pressed button."""
        query = str(params.get("callback_query_id"))
        if query not in self.queries:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        self.queries[query] = dict(params)
        return True

    def set_commands(self, params: Params) -> bool:
        """Set the commands of a scope and a language."""
        self.commands[_scope(params)] = params.get("commands")
        return True

    def delete_commands(self, params: Params) -> bool:
        """Forget the commands of a scope and a language."""
        self.commands.pop(_scope(params), None)
        return True

    def get_chat(self, params: Params) -> JsonObject:
        """Return what is known of a chat."""
        gifts = dict.fromkeys(_GIFTS, False)
        more = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}
        return {**self.chat(params).describe(), **more}

    def leave(self, params: Params) -> bool:
        """Leave a group."""
        self.chat(params).blocked = True
        return True


_GONE = {
    "private": "bot was blocked by the user",
    "group": "bot was kicked from the group chat",
    "supergroup": "bot was kicked from the supergroup chat",
    "channel": "bot was kicked from the channel chat",
}
_GIFTS = (
    "unlimited_gifts",
    "limited_gifts",
    "unique_gifts",
    "premium_subscription",
    "gifts_from_channels",
)


def chat_id(params: Params) -> int | None:
    """Return the chat a call names, None where it names none."""
    given = params.get("chat_id")
    text = str(given) if given is not None else ""
    return int(text) if re.fullmatch(r"-?\d{1,18}", text) else None


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _text(params: Params) -> str:
    given = str(params.get("text", params.get("caption", "")))
    return (parsed(given, str(params.get("parse_mode", ""))) or "").strip()


def _location(params: Params) -> JsonObject:
    return {"latitude": params.get("latitude"), "longitude": params.get("longitude")}


def _scope(params: Params) -> tuple[str, str]:
    given = params.get("scope")
    kind = given if isinstance(given, dict) else {"type": "default"}
    owner = str(kind.get("chat_id", ""))
    return f"{kind.get('type')}{owner}", str(params.get("language_code", ""))
