"""The real application against the fake Bot API: started, spoken with, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from aiohttp import web

from bot import starting
from bot.app import Parts, assembled, serve_telegram
from bot.desk import Converse
from bot.jobs import Jobs
from bot.settings import Settings
from bot.vault import fingerprint
from fake_telegram import Button, FakeTelegram, Message
from handlers.conversation import converse
from handlers.notices import shown_code
from referrals.store.bindings import insert_invitation
from worlds import fictional_world

TOKEN = "4242:SERVEDtokenOFtheFAKEbot77"
SECRET = "secret-of-the-webhook_77"
MODES = ("polling", "webhook")

Wanted: TypeAlias = str | Callable[[Message], bool]
"""A part of a text, or a condition."""

PERSON = 5550001112223
GROUP = -4004005001
SUPERGROUP = -1004004005001
OTHER_GROUP = -4004005002
CHANNEL = -1009009005001

PATIENCE = 20.0
"""Seconds after which a test gives up waiting. Nothing is measured by it."""

TAPACHULA = (14.9056, -92.2634)
BEDS = "Casa Ejemplo Faro (ficticia)"
"""The organization that is listed first for a bed in Tapachula."""


class GatedTelegram(FakeTelegram):
    """A fake that can hold back the calls for one chat until a gate is opened."""

    def __init__(self) -> None:
        super().__init__(TOKEN)
        self.gates: dict[int, asyncio.Event] = {}
        self.held: list[str] = []
        """Methods that wait, or waited, at a gate."""
        self.app.middlewares.append(self._at_the_gate)

    async def __aenter__(self) -> GatedTelegram:
        """Start on a free port."""
        await self.start()
        return self

    def shut(self, chat: int) -> asyncio.Event:
        """Hold back every call for a chat until the returned gate is set."""
        gate = self.gates[chat] = asyncio.Event()
        return gate

    @web.middleware
    async def _at_the_gate(
        self, request: web.Request, handler: Callable[[web.Request], object]
    ) -> web.StreamResponse:
        if self.gates and not request.path.endswith("/getUpdates"):
            given = (await request.json()).get("chat_id")
            if gate := self.gates.get(given):
                self.held.append(request.path.rpartition("/")[2])
                await gate.wait()
        answer = handler(request)
        assert asyncio.iscoroutine(answer)
        response = await answer
        assert isinstance(response, web.StreamResponse)
        return response


@dataclass(slots=True)
class Served:
    """A running application, its people, and what may be looked at."""

    fake: GatedTelegram
    parts: Parts
    stop: asyncio.Event
    said_ready: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    """Those of the invitations that were made."""

    async def say(self, chat: int, text: str, wanted: Wanted = "", **more: str) -> Message:
        """Write and return the bot's newest message that fits ``wanted`` and follows."""
        before = self.fake.revision
        self.fake.write(chat, text, kind=more.get("kind", ""), language_code=more.get("phone"))
        return await self.fake.wait_for(chat, wanted, after=before)

    async def press(self, chat: int, verb: str, wanted: Wanted = "") -> Message:
        """Press the newest button of a verb; return the bot's message that follows."""
        before = self.fake.revision
        self.fake.press(chat, self.button(chat, verb).data)
        return await self.fake.wait_for(chat, wanted, after=before)

    def button(self, chat: int, verb: str) -> Button:
        """Return the newest visible button whose data begins with a verb."""
        for message in reversed(self.fake.visible(chat)):
            if found := button_of(message, verb):
                return found
        shown = [m.labels for m in self.fake.visible(chat)]
        raise LookupError(f"no button {verb!r} among {shown}")

    async def invite(self, organization: str | None) -> str:
        """Store an invitation as ``faro staff invite`` does and return its token."""
        token = secrets.token_urlsafe(18)
        self.tokens.append(token)
        end = int(time.time()) + 3600
        await self.parts.runner.call(
            lambda c: insert_invitation(c, fingerprint(token), organization, end)
        )
        return token

    async def bind(self, chat: int, name: str = BEDS) -> None:
        """Bind a group to an organization with a one-use link."""
        token = await self.invite(organization_id(name))
        await self.say(chat, f"/start {token}", name, kind="group", phone="es")

    async def bind_channel(self, chat: int = CHANNEL) -> Message:
        """Bind a channel of the working group."""
        token = await self.invite(None)
        return await self.say(chat, f"/start {token}", kind="channel")

    async def find(self, chat: int = PERSON) -> Message:
        """Look for a bed in Tapachula; return the list."""
        await self.say(chat, "/start", offers("need"), phone="es")
        return await self.say(chat, "busco albergue en tapachula", offers("svc"))

    async def ask(self, chat: int = PERSON, group: int = GROUP, words: str = "") -> str:
        """Go on from a list to a sent request; return its code when the card is there."""
        await self.press(chat, "svc", offers("ref"))
        await self.press(chat, "ref", offers("send"))
        if words:
            await self.press(chat, "words", offers("card:back"))
            await self.say(chat, words, words)
        receipt = await self.press(chat, "send", offers("undo"))
        undo = button_of(receipt, "undo")
        assert undo is not None
        code = undo.data.partition(":")[2]
        assert shown_code(code) in receipt.text
        await self.fake.wait_for(group, offers(f"acc:{code}"))
        return code

    async def request(self, chat: int = PERSON, group: int = GROUP, words: str = "") -> str:
        """Look for a bed and ask for it; return the code."""
        await self.find(chat)
        return await self.ask(chat, group, words)

    async def withdraw(self, chat: int = PERSON) -> None:
        """Take the newest request back."""
        await self.press(chat, "undo", offers("undo!"))
        await self.press(chat, "undo!", offers("mine"))

    async def delete_everything(self, chat: int = PERSON) -> Message:
        """Erase all; return the last message."""
        await self.say(chat, "/delete", offers("del!"))
        return await self.press(chat, "del!", lambda message: not message.buttons)

    async def quiet(self) -> None:
        """Return once every update was taken and every letter sent or dropped."""
        async with asyncio.timeout(PATIENCE):
            while self.fake.pending.waiting or await self.rows("outbox"):  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    async def called(self, chat: int) -> None:
        """Return once the bot called about a chat, whatever it was answered."""
        await until(lambda: any(call.chat == chat for call in self.fake.calls))

    async def rows(self, table: str) -> int:
        """Count the rows of a table."""
        statement = f"SELECT count(*) FROM {table}"  # noqa: S608 - a name of the test
        return await self.parts.runner.call(
            lambda c: int(c.exec_driver_sql(statement).scalar() or 0)
        )

    async def publish(self) -> None:
        """Post the digest of the last seven days."""
        await Jobs(self.parts.runner, self.parts.engine, self.parts.vault).publish_now()


def button_of(message: Message, verb: str) -> Button | None:
    """Return the first button of a message whose data is a verb, or begins with it."""
    for row in message.buttons:
        for one in row:
            if one.data == verb or one.data.startswith(f"{verb}:"):
                return one
    return None


def offers(verb: str) -> Callable[[Message], bool]:
    """Return whether a message has a button of a verb.

    Stories are told by what can be pressed: sentences are reworded, verbs stay.
    """
    return lambda message: button_of(message, verb) is not None


def closed(code: str) -> Callable[[Message], bool]:
    """Return whether a message is the card of a request that is over."""
    return lambda message: shown_code(code) in message.text and not message.buttons


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that other tasks do."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - anything may make it true
            await asyncio.sleep(0.005)


def organization_id(name: str) -> str:
    """Return the id of a fictional organization."""
    return next(str(o.id) for o in fictional_world().directory.organizations() if o.name == name)


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings_of(fake: GatedTelegram, folder: Path, mode: str, database: str = "") -> Settings:
    """Return the settings of an installation in a folder."""
    port = free_port()
    return Settings(
        data=str(folder),
        database=database,
        directory="fictional",
        port=port,
        telegram_token=TOKEN,
        telegram_api=fake.root,
        webhook_url=f"http://127.0.0.1:{port}" if mode == "webhook" else "",
        webhook_secret=SECRET if mode == "webhook" else "",
        send_rate=0,
    )


def quick_parts(settings: Settings, mind: Converse = converse) -> Parts:
    """Do what ``bot.app.build`` does, with the world that all tests share."""
    engine = starting.open_database(settings)
    vault = starting.open_keys(settings)
    return assembled(settings, engine, vault, fictional_world(), mind=mind)


@contextlib.asynccontextmanager
async def serving(fake: GatedTelegram, parts: Parts, within: float = 20.0) -> AsyncIterator[Served]:
    """Run the application until the block ends, then let it stop in its own order."""
    stop = asyncio.Event()
    served = Served(fake, parts, stop)
    ready = asyncio.Event()

    def announce(where: str) -> None:
        served.said_ready.append(where)
        ready.set()

    task = asyncio.create_task(serve_telegram(parts, stop, announce))
    started = asyncio.create_task(ready.wait())
    await asyncio.wait({task, started}, timeout=within, return_when=asyncio.FIRST_COMPLETED)
    started.cancel()
    try:
        if task.done():
            await task
        assert ready.is_set(), "the application did not become ready"
        yield served
    finally:
        stop.set()
        await asyncio.wait_for(task, within)


@contextlib.asynccontextmanager
async def installed(
    folder: Path, mode: str = "polling", database: str = ""
) -> AsyncIterator[Served]:
    """Run a fake and the application on an installation in a folder."""
    async with GatedTelegram() as fake:
        parts = quick_parts(settings_of(fake, folder, mode, database))
        async with serving(fake, parts) as served:
            yield served
