"""/control/: what another process tells the fake to do, and asks it afterwards. JSON.

GET  /control/counts      counts of updates, calls and violations
GET  /control/report      the fate of every update; ?summary=1 the figures only
GET  /control/calls       calls; ?method= ?chat= ?after=INDEX
GET  /control/visible     what a chat shows; ?chat=
GET  /control/acked       ids of the confirmed updates
GET  /control/violations  calls that the Bot API would refuse, in words
POST /control/load        a ``Load``: updates at a rate, made in the background
POST /control/write       {"chat", "text", "language_code", "kind", "marker"}
POST /control/press       {"chat", "wanted"}
POST /control/raw         the body is an update, as it is
POST /control/delay       {"seconds"}
POST /control/fail        {"chat", "status", "retry_after", "times", "methods"}
POST /control/reset       {"n", "after"}
"""

from __future__ import annotations

import asyncio
from typing import TypeVar

import msgspec
from aiohttp import web

from fake_telegram.chats import Chat
from fake_telegram.load import Load, fate, run, summary
from fake_telegram.server import FakeTelegram

S = TypeVar("S", bound=msgspec.Struct)


class Write(msgspec.Struct):
    """A text to write."""

    chat: int
    text: str
    language_code: str | None = None
    kind: str = ""
    marker: str = ""


class Press(msgspec.Struct):
    """A button to press."""

    chat: int
    wanted: str


class Delay(msgspec.Struct):
    """How long answers are held back."""

    seconds: float


class Fail(msgspec.Struct):
    """Calls to refuse."""

    status: int
    chat: int | None = None
    retry_after: int | None = None
    times: int = 1
    methods: list[str] = []


class Reset(msgspec.Struct):
    """Connections to cut."""

    n: int
    after: bool = False


class Control:
    """The routes. Anyone who reaches the port may use them: keep it on this machine."""

    def __init__(self, fake: FakeTelegram) -> None:
        self.fake = fake
        self._loads: set[asyncio.Task[None]] = set()
        add = fake.app.router.add_route
        for name in ("counts", "report", "calls", "visible", "acked", "violations"):
            add("GET", f"/control/{name}", getattr(self, name))
        for name in ("load", "write", "press", "raw", "delay", "fail", "reset"):
            add("POST", f"/control/{name}", getattr(self, name))

    async def counts(self, _: web.Request) -> web.Response:
        """Count updates, calls and violations."""
        pending = self.fake.pending
        return answer(
            {
                "made": len(pending.all),
                "pending": len(pending.waiting),
                "acked": pending.acked,
                "loading": len(self._loads),
                "calls": dict(self.fake.counts),
                "violations": len(self.fake.violations),
            }
        )

    async def report(self, request: web.Request) -> web.Response:
        """Say what became of every update."""
        fates = [fate(update) for update in self.fake.pending.all]
        figures = {"summary": summary(fates)}
        return answer(figures if "summary" in request.query else {**figures, "updates": fates})

    async def calls(self, request: web.Request) -> web.Response:
        """List calls; ``next`` is where to go on."""
        query = request.query
        found = [
            {"method": call.method, "chat": call.chat, "at": call.at, "params": call.params}
            for call in self.fake.calls[int(query.get("after", "0")) :]
            if query.get("method", call.method) == call.method
            and query.get("chat", str(call.chat)) == str(call.chat)
        ]
        return answer({"calls": found, "next": len(self.fake.calls)})

    async def visible(self, request: web.Request) -> web.Response:
        """List what a chat shows."""
        chat = self.fake.methods.chats.get(int(request.query["chat"]), Chat(0))
        return answer({"messages": chat.visible(), "keyboard": chat.keyboard})

    async def acked(self, _: web.Request) -> web.Response:
        """List the ids of the confirmed updates."""
        return answer([update.id for update in self.fake.pending.all if update.acked_at])

    async def violations(self, _: web.Request) -> web.Response:
        """List what the Bot API would refuse."""
        return answer(self.fake.violations)

    async def load(self, request: web.Request) -> web.Response:
        """Start making updates."""
        task = asyncio.create_task(run(self.fake, await read(request, Load)))
        self._loads.add(task)
        task.add_done_callback(self._loads.discard)
        return answer({"ok": True})

    async def write(self, request: web.Request) -> web.Response:
        """Write a text."""
        said = await read(request, Write)
        number = self.fake.write(
            said.chat,
            said.text,
            language_code=said.language_code,
            kind=said.kind,
            marker=said.marker,
        )
        return answer({"update_id": number})

    async def press(self, request: web.Request) -> web.Response:
        """Press a button."""
        pressed = await read(request, Press)
        try:
            return answer({"update_id": self.fake.press(pressed.chat, pressed.wanted)})
        except LookupError as error:
            raise web.HTTPNotFound(text=str(error)) from None

    async def raw(self, request: web.Request) -> web.Response:
        """Queue the body as an update."""
        return answer({"update_id": self.fake.raw_update(await request.read())})

    async def delay(self, request: web.Request) -> web.Response:
        """Hold answers back."""
        self.fake.delay((await read(request, Delay)).seconds)
        return answer({"ok": True})

    async def fail(self, request: web.Request) -> web.Response:
        """Refuse calls."""
        asked = await read(request, Fail)
        self.fake.fail(
            asked.chat,
            asked.status,
            retry_after=asked.retry_after,
            times=asked.times,
            methods=asked.methods,
        )
        return answer({"ok": True})

    async def reset(self, request: web.Request) -> web.Response:
        """Cut connections."""
        asked = await read(request, Reset)
        self.fake.reset_connections(asked.n, after=asked.after)
        return answer({"ok": True})


def answer(value: object) -> web.Response:
    """Return a value as JSON."""
    return web.Response(body=msgspec.json.encode(value), content_type="application/json")


async def read(request: web.Request, kind: type[S]) -> S:
    """Read the body of a request; 400 where it is not what is expected."""
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except msgspec.DecodeError as error:
        raise web.HTTPBadRequest(text=str(error)) from None
