"""The people on the other side: they write, press, share, block, and look at the chat."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import msgspec

from fake_telegram import updates
from fake_telegram.chats import Button, Chat, JsonObject, Message
from fake_telegram.ledger import Ledger
from fake_telegram.methods import Methods
from fake_telegram.pending import Pending, Update

MEMBER = 5000
"""Who writes and presses in a group, unless a sender is named."""


class People:
    """Helpers for tests. Each that makes an update returns its id, 0 for one unheard."""

    def __init__(self, now: Callable[[], float], hears_groups: bool) -> None:
        self.methods = Methods(now)
        self.pending = Pending()
        self.ledger = Ledger()
        self.pending.on_new.append(self.ledger.expect)
        self.hears_groups = hears_groups
        self._change = asyncio.Event()
        self._queries = 10**15

    def open_chat(self, chat: int, kind: str = "", name: str = "") -> Chat:
        """Return a chat, made on first use: a negative id is a supergroup unless said."""
        found = self.methods.chats.get(chat)
        if found is None:
            kind = kind or ("private" if chat > 0 else "supergroup")
            name = name or ("Ana" if kind == "private" else "Casa")
            found = self.methods.chats[chat] = Chat(chat, kind, name)
        return found

    def write(
        self,
        chat: int,
        text: str,
        *,
        language_code: str | None = None,
        kind: str = "",
        sender: int = 0,
        reply_to: int = 0,
        marker: str = "",
    ) -> int:
        """Write a text in a chat, in a channel as the channel.

        In groups the bot hears only commands, mentions of it and replies to it, as with
        Telegram's privacy mode, unless it was made with ``hears_groups``.
        """
        place = self._enter(chat, kind, language_code)
        message = self._put(place, text, {})
        if reply_to in place.messages:
            answered = updates.shown(place, place.messages[reply_to])
            message.content["reply_to_message"] = answered
        if not self._heard(place, text, reply_to):
            return 0
        content = updates.written(place, message, self._sender(place, sender))
        return self._push(place, content, marker)

    def send_content(self, chat: int, content: JsonObject, text: str = "") -> int:
        """Send something that is not a text, such as ``updates.VOICE``, with a caption."""
        place = self._enter(chat)
        message = self._put(place, text, content)
        return self._push(place, updates.written(place, message, self._sender(place)))

    def share_location(self, chat: int, lat: float, lon: float) -> int:
        """Share a point."""
        return self.send_content(chat, {"location": {"latitude": lat, "longitude": lon}})

    def edit(self, chat: int, message: int, text: str) -> int:
        """Change a text that was written before."""
        place = self._enter(chat)
        changed = place.messages[message]
        changed.text, changed.edited = text, True
        self.methods.changed(changed)
        return self._push(place, updates.edited(place, changed, self._sender(place)))

    def press(self, chat: int, wanted: str, *, sender: int = 0, marker: str = "") -> int:
        """Press the newest visible button with this label or data.

        A button of the reply keyboard writes its label, as a client does. Raises
        ``LookupError`` where there is none, or where it does something else.
        """
        place = self._enter(chat)
        found = place.button(wanted)
        if found is None:
            return self._press_key(place, wanted, sender)
        message, button = found
        if not button.data:
            raise LookupError(f"the button {wanted!r} opens a page")
        return self.forge_press(chat, button.data, message.id, sender=sender, marker=marker)

    def _press_key(self, place: Chat, wanted: str, sender: int) -> int:
        keys = [key for row in place.keyboard for key in row]
        key = next((key for key in keys if key.label == wanted), None)
        if key is None:
            raise LookupError(f"no button {wanted!r}; visible: {_labels(place, keys)}")
        if key.asks_location:
            raise LookupError(f"the button {wanted!r} shares a location: use share_location")
        return self.write(place.id, key.label, sender=sender)

    def forge_press(
        self, chat: int, data: str, message: int = 0, *, sender: int = 0, marker: str = ""
    ) -> int:
        """Send any data as a press on a message, whether it has such a button or not."""
        place = self._enter(chat)
        under = place.messages.get(message) or Message(message or 1, 0, True, deleted=True)
        self._queries += 1
        query = str(self._queries)
        self.methods.queries[query] = None
        who = self._sender(place, sender)
        content = updates.pressed(place, under, data, who, query)
        return self._push(place, content, marker, query)

    def block(self, chat: int) -> int:
        """Block the bot, or put it out of a group."""
        inside = "administrator" if self.open_chat(chat).kind == "channel" else "member"
        return self._membership(chat, inside, "kicked", blocked=True)

    def admit(self, chat: int, kind: str = "") -> int:
        """Unblock the bot, or let it into a group or a channel."""
        # In a channel a bot is always an administrator.
        inside = "administrator" if self.open_chat(chat, kind).kind == "channel" else "member"
        return self._membership(chat, "left", inside, blocked=False)

    def _membership(self, chat: int, old: str, new: str, *, blocked: bool) -> int:
        place = self._enter(chat)
        place.blocked = blocked
        date = int(self.methods.now())
        content = updates.membership(place, self._sender(place), old, new, date)
        return self._push(place, content)

    def migrate(self, chat: int, new: int) -> int:
        """Make a group a supergroup with a new id; the old id is refused from now on."""
        old = self.open_chat(chat, "group")
        moved = self.open_chat(new, "supergroup", old.name)
        who = self._sender(old)
        leaving = self._put(old, "", {"migrate_to_chat_id": new})
        old.moved_to = new
        self._push(old, updates.written(old, leaving, who))
        coming = self._put(moved, "", {"migrate_from_chat_id": chat})
        return self._push(moved, updates.written(moved, coming, who))

    def raw_update(self, update: JsonObject | bytes, *, numbered: bool = True) -> int:
        """Queue an update as it is, well formed or not.

        Bytes go out unchanged. A dict without an ``update_id`` gets one if ``numbered``.
        """
        number = self.pending.number()
        if isinstance(update, bytes):
            return self.pending.add(Update(number, 0, update)).id
        if numbered:
            update = {"update_id": number, **update}
        given = update.get("update_id")
        number = given if isinstance(given, int) else number
        return self.pending.add(Update(number, 0, msgspec.json.encode(update))).id

    def visible(self, chat: int) -> list[Message]:
        """Return what a chat shows now, oldest first."""
        found = self.methods.chats.get(chat)
        return found.visible() if found else []

    def texts(self, chat: int) -> list[str]:
        """Return the bot's visible texts in a chat, oldest first."""
        return [message.text for message in self.visible(chat) if message.by_bot]

    @property
    def revision(self) -> int:
        """Where things are now: give it to ``wait_for`` to wait for something newer."""
        return self.methods.revision

    async def wait_for(
        self,
        chat: int,
        wanted: str | Callable[[Message], bool],
        timeout: float = 5.0,  # noqa: ASYNC109 - a test reads better than with a context
        after: int = 0,
    ) -> Message:
        """Return the bot's newest visible message that contains or fulfils ``wanted``.

        Raises ``TimeoutError`` that says what is visible, after ``timeout`` seconds.
        """
        until = time.monotonic() + timeout
        while (found := self._found(chat, wanted, after)) is None:
            change = self._change
            try:
                await asyncio.wait_for(change.wait(), until - time.monotonic())
            except TimeoutError:
                raise TimeoutError(f"not seen: {wanted!r}; visible: {self.texts(chat)}") from None
        return found

    def _found(
        self, chat: int, wanted: str | Callable[[Message], bool], after: int
    ) -> Message | None:
        for message in reversed(self.visible(chat)):
            if message.by_bot and message.revision > after:
                fits = wanted in message.text if isinstance(wanted, str) else wanted(message)
                if fits:
                    return message
        return None

    def notify(self) -> None:
        """Let whoever waits for a message look again."""
        self._change.set()
        self._change = asyncio.Event()

    def _enter(self, chat: int, kind: str = "", language_code: str | None = None) -> Chat:
        place = self.open_chat(chat, kind)
        if language_code is not None:
            place.language = language_code
        return place

    def _put(self, place: Chat, text: str, content: JsonObject) -> Message:
        date = int(self.methods.now())
        message = Message(place.next_id(), date, False, text, dict(content))
        place.messages[message.id] = message
        self.methods.changed(message)
        return message

    def _push(self, place: Chat, content: JsonObject, marker: str = "", query: str = "") -> int:
        # The kind is the only key: update_id is added last.
        if not self.pending.takes(next(iter(content))):
            return 0
        return self.pending.push(place.id, content, marker, query).id

    def _sender(self, place: Chat, sender: int = 0) -> JsonObject:
        user = sender or (place.id if place.kind == "private" else MEMBER)
        return updates.person(user, place.language)

    def _heard(self, place: Chat, text: str, reply_to: int) -> bool:
        if place.kind in ("private", "channel") or self.hears_groups:
            return True
        name = str(updates.BOT["username"])
        first = text.split(maxsplit=1)[0] if text.strip() else ""
        command = first.startswith("/") and ("@" not in first or first.endswith(f"@{name}"))
        answered = place.messages.get(reply_to)
        return command or f"@{name}" in text or bool(answered and answered.by_bot)


def _labels(place: Chat, keys: list[Button]) -> list[str]:
    inline = [label for message in place.visible() for label in message.labels]
    return inline + [key.label for key in keys]
