"""The Telegram channel: parcels become calls of the Bot API, its refusals deliveries."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import warnings
from collections import Counter
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from telegram import Bot
from telegram.error import BadRequest, TelegramError
from telegram.warnings import PTBDeprecationWarning, PTBUserWarning

from bot.channels.telegram_messages import (
    Json,
    address_of,
    edit_of,
    markup_of,
    message_of,
    offers_location,
    texts_of,
    venue_of,
)
from bot.channels.telegram_refusals import GONE, NOBODY, UNCHANGED, delivery_of, says
from bot.channels.telegram_request import AiohttpRequest
from bot.channels.telegram_updates import ALLOWED_UPDATES, CHANNEL, Fault
from bot.parcel import Delivery, Parcel
from handlers.turn import Reply

logger = logging.getLogger("faro.telegram")

API = "https://api.telegram.org"
BATCH = 100
"""Most messages that one ``deleteMessages`` takes."""
SINGLE_DELETES = 10
"""Single deletes under way at once, when a batch was refused."""
ANSWERS_UNDER_WAY = 500
"""Presses answered at once. Beyond it they stay unanswered: only a spinner lasts longer."""

Commands = Mapping[str, Sequence[tuple[str, str]]]
"""Language to its commands, each with a description. The first language is also shown
to everyone whose language is not among them."""
NO_COMMANDS: Commands = {}


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram sends updates, and what it proves itself with."""

    url: str
    secret: str


class TelegramChannel:
    """Reach people on Telegram. One ``telegram.Bot``, one set of connections.

    ``api`` is the root of the Bot API, without ``/bot`` and token.
    """

    name = CHANNEL

    def __init__(self, token: str, api: str = API, connections: int = 64) -> None:
        _quieten_library()
        self.request = AiohttpRequest(connections)
        root = api.rstrip("/").removesuffix("/bot")
        self._bot = Bot(
            token,
            base_url=f"{root}/bot",
            request=self.request,
            get_updates_request=self.request,
        )
        self._answers: set[asyncio.Task[None]] = set()
        self.username = ""
        self.unreadable: Counter[Fault] = Counter()
        """How many updates could not be read, by reason."""

    async def prepare(
        self, commands: Commands, webhook: Webhook | None = None, of_groups: Commands = NO_COMMANDS
    ) -> None:
        """Learn the bot's name, show its commands, and choose webhook or polling.

        Nothing that waits is dropped. Raises a ``Delivery``.
        """
        self.username = await self.whoami()
        for parameters in _commands_of(commands):
            await self._call("setMyCommands", parameters)
        for parameters in _commands_of(of_groups):
            in_groups = {**parameters, "scope": {"type": "all_group_chats"}}
            await self._call("setMyCommands", in_groups)
        if webhook is None:
            await self._call("deleteWebhook", {"drop_pending_updates": False})
        else:
            await self._call("setWebhook", _webhook_of(webhook))

    async def whoami(self) -> str:
        """Return the bot's username. Raises a ``Delivery``."""
        me = await self._call("getMe", {})
        return str(me.get("username", "")) if isinstance(me, dict) else ""

    async def close(self) -> None:
        """Stop answering presses and close the connections."""
        for task in self._answers:
            task.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)
        await self.request.shutdown()

    async def deliver(self, parcel: Parcel) -> int:
        """Do what the parcel says; see ``bot.parcel.Channel``."""
        failure: Delivery
        try:
            return await self._deliver(parcel)
        except TelegramError as error:
            failure = delivery_of(error)
        # Raised out here: Telegram's own error may repeat what was sent.
        raise failure

    def answer(self, callback: str) -> None:
        """Stop the spinner of a pressed button, some time soon. Never fails or waits."""
        if len(self._answers) >= ANSWERS_UNDER_WAY:
            return
        task = asyncio.ensure_future(self._answer(callback))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    def set_aside(self, fault: Fault) -> None:
        """Count an update that cannot be read. Nothing of it is kept."""
        self.unreadable[fault] += 1
        logger.warning("telegram.unreadable.%s", fault.value)

    async def updates(self, offset: int, wait: int, limit: int) -> tuple[int, bytes]:
        """Ask for updates by long polling; HTTP status and raw body.

        ``wait`` is in seconds. Raises ``telegram.error.NetworkError`` only.
        """
        parameters: Json = {
            "timeout": wait,
            "limit": limit,
            "allowed_updates": ALLOWED_UPDATES,
        }
        if offset:
            parameters["offset"] = offset
        return await self.request.post_json(
            f"{self._bot.base_url}/getUpdates", parameters, read=wait + 10.0
        )

    async def _answer(self, callback: str) -> None:
        # An answer that is too late or refused leaves a spinner; nothing depends on it.
        with contextlib.suppress(TelegramError):
            await self._api("answerCallbackQuery", {"callback_query_id": callback})

    async def _deliver(self, parcel: Parcel) -> int:
        for batch in _batches_of(parcel.deletes):
            await self._delete(parcel.chat, batch)
        if parcel.reply is None:
            return 0
        if not parcel.edits:
            return await self._send(parcel.chat, parcel.reply)
        return await self._replace(parcel.chat, parcel.reply, parcel.edits)

    async def _send(self, chat: str, reply: Reply) -> int:
        markup = markup_of(reply, chat)
        if reply.venue is not None:
            venue = venue_of(chat, reply.venue, markup)
            return _message_id(await self._api("sendVenue", venue))
        *firsts, last = texts_of(reply)
        for text in firsts:
            await self._api("sendMessage", message_of(chat, text, None))
        return _message_id(await self._api("sendMessage", message_of(chat, last, markup)))

    async def _replace(self, chat: str, reply: Reply, message: int) -> int:
        """Edit, or send new where Telegram cannot put this reply into that message."""
        texts = texts_of(reply)
        if reply.venue is not None or offers_location(reply, chat) or len(texts) > 1:
            shown = await self._send(chat, reply)
            # The new one is out: a failure now must not send it a second time.
            with contextlib.suppress(TelegramError):
                await self._api("deleteMessage", _message(chat, message))
            return shown
        try:
            edit = edit_of(chat, message, texts[0], markup_of(reply, chat))
            await self._api("editMessageText", edit)
        except BadRequest as error:
            if says(error, GONE):
                return await self._send(chat, reply)
            if not says(error, UNCHANGED):
                raise
        return message

    async def _delete(self, chat: str, messages: Sequence[int]) -> None:
        try:
            many: Json = {"chat_id": address_of(chat), "message_ids": messages}
            await self._api("deleteMessages", many)
        except BadRequest as error:
            if says(error, NOBODY):
                raise
            for few in _batches_of(messages, SINGLE_DELETES):
                await _all_of([self._delete_one(chat, message) for message in few])

    async def _delete_one(self, chat: str, message: int) -> None:
        # Gone already, or older than the 48 hours within which Telegram deletes.
        with contextlib.suppress(BadRequest):
            await self._api("deleteMessage", _message(chat, message))

    async def _api(self, method: str, parameters: Json) -> Any:
        """Call the API with plain values and get plain values; raises ``TelegramError``."""
        return await self._bot.do_api_request(method, api_kwargs=parameters)

    async def _call(self, method: str, parameters: Json) -> Any:
        failure: Delivery
        try:
            return await self._api(method, parameters)
        except TelegramError as error:
            failure = delivery_of(error)
        raise failure


def _message_id(message: Any) -> int:
    """Read the id of a sent message; 0 where the answer has none, which is no failure."""
    found = message.get("message_id") if isinstance(message, dict) else None
    return found if isinstance(found, int) else 0


def _message(chat: str, message: int) -> Json:
    return {"chat_id": address_of(chat), "message_id": message}


def _batches_of(messages: Sequence[int], size: int = BATCH) -> list[Sequence[int]]:
    return [messages[start : start + size] for start in range(0, len(messages), size)]


async def _all_of(calls: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Let every call end, then raise the first failure."""
    for outcome in await asyncio.gather(*calls, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


def _commands_of(commands: Commands) -> list[Json]:
    """Build one ``setMyCommands`` per language that Telegram can name: two letters."""
    tables: dict[str, Json] = {}
    for language, table in commands.items():
        entries = [{"command": name, "description": words} for name, words in table]
        code = language.partition("-")[0]
        tables.setdefault("", {"commands": entries})
        if len(code) == 2:
            tables.setdefault(code, {"commands": entries, "language_code": code})
    return list(tables.values())


def _webhook_of(webhook: Webhook) -> Json:
    return {
        "url": webhook.url,
        "secret_token": webhook.secret,
        "allowed_updates": ALLOWED_UPDATES,
        "max_connections": 100,
        "drop_pending_updates": False,
    }


def _quieten_library() -> None:
    """Silence the library: at DEBUG it logs the token and every text, at ERROR bodies.

    Its warnings are advice to its own users (prefer the slow methods).
    """
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)
    for kind in (PTBUserWarning, PTBDeprecationWarning):
        warnings.filterwarnings("ignore", category=kind)
