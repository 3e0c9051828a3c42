"""One open page: its frames in, its events out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

import msgspec
from aiohttp import WSMessage, WSMsgType, web

from bot.channels.web import WebChannel, encode
from bot.channels.web_frames import DECODER, Digest, Hello, Spoken, arrival_of, chat_of
from bot.parcel import NotCommitted, Receiver

log = logging.getLogger(__name__)

MAX_FRAME = 16 * 1024
"""Bytes. A larger frame closes its socket."""
FRAMES_PER_SECOND = 10
WAITING_EVENTS = 4096
"""Events a page may be behind before it is cut off; it comes back and catches up."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every open page works with."""

    channel: WebChannel
    receiver: Receiver
    organizations: Sequence[tuple[str, str]]
    """Id and name of the organizations whose chats the page shows."""
    on_digest: Callable[[], Awaitable[None]]

    def panes(self) -> Iterable[str]:
        """Yield the names of all panes."""
        yield from ("person", "channel")
        yield from (f"staff:{id}" for id, _ in self.organizations)


class Pace:
    """Allows so many frames a second, and says once when there are more."""

    __slots__ = ("_left", "_then", "_told")

    def __init__(self, now: float) -> None:
        self._left = float(FRAMES_PER_SECOND)
        self._then = now
        self._told = False

    def allows(self, now: float) -> bool:
        """Spend one frame, if there is one left."""
        refill = (now - self._then) * FRAMES_PER_SECOND
        self._left = min(self._left + refill, FRAMES_PER_SECOND)
        self._then = now
        if self._left < 1:
            return False
        self._left -= 1
        self._told = False
        return True

    def may_tell(self) -> bool:
        """True the first time since a frame was allowed."""
        told, self._told = self._told, True
        return not told


class Visit:
    """A socket and the chats it watches."""

    __slots__ = ("_cut", "_desk", "_events", "_pace", "_panes", "_session", "_socket")

    def __init__(
        self,
        desk: Desk,
        session: str,
        socket: web.WebSocketResponse,
        cut: Callable[[], None],
    ) -> None:
        self._desk = desk
        self._session = session
        self._socket = socket
        self._cut = cut
        self._panes = frozenset(desk.panes())
        self._pace = Pace(asyncio.get_running_loop().time())
        self._events: asyncio.Queue[str] = asyncio.Queue()

    async def serve(self) -> None:
        """Take frames until the page goes away."""
        writing = asyncio.create_task(self._write())
        try:
            async for message in self._socket:
                await self._take(message)
        finally:
            self._unwatch()
            writing.cancel()

    async def _write(self) -> None:
        try:
            while True:
                await self._socket.send_str(await self._events.get())
        except ConnectionError:
            # The page is gone. What it missed waits in the transcripts.
            return

    def _hear(self, event: str) -> None:
        if self._events.qsize() >= WAITING_EVENTS:
            self._cut()
        else:
            self._events.put_nowait(event)

    def _tell(self, event: str, **fields: object) -> None:
        self._hear(encode({"event": event, **fields}))

    async def _take(self, message: WSMessage) -> None:
        if not self._pace.allows(asyncio.get_running_loop().time()):
            if self._pace.may_tell():
                self._tell("error", code="slow_down")
            return
        try:
            frame = DECODER.decode(message.data if message.type is WSMsgType.TEXT else "")
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            self._tell("error", code="bad_frame")
            return
        if isinstance(frame, Hello):
            self._greet(frame)
        else:
            await self._act(frame)

    def _greet(self, hello: Hello) -> None:
        self._unwatch()
        named = [{"id": id, "name": name} for id, name in self._desk.organizations]
        self._tell("panes", organizations=named)
        for pane in self._desk.panes():
            chat = chat_of(pane, self._session)
            self._desk.channel.watch(chat, hello.seen.get(pane, 0), self._hear)
        self._tell("caught_up")

    def _unwatch(self) -> None:
        chats = (chat_of(pane, self._session) for pane in self._panes)
        self._desk.channel.unwatch(chats, self._hear)

    async def _act(self, frame: Spoken | Digest) -> None:
        try:
            message = await self._receive(frame)
        except NotCommitted:
            self._tell("error", code="try_again", id=frame.id)
        except UnknownPane:
            self._tell("error", code="no_such_pane", id=frame.id)
        except Exception as bug:
            # A traceback could carry a person's words into the log of the web server.
            log.error("web chat: a frame failed with %s", type(bug).__name__)
            self._tell("error", code="failed", id=frame.id)
        else:
            self._tell("committed", id=frame.id, message=message)

    async def _receive(self, frame: Spoken | Digest) -> int:
        """Hand the frame on; return the id of what was written, 0 for the digest."""
        if isinstance(frame, Digest):
            await self._desk.on_digest()
            return 0
        if frame.pane not in self._panes:
            raise UnknownPane
        arrival = arrival_of(frame, self._session)
        await self._desk.receiver.receive(arrival)
        return arrival.message


class UnknownPane(Exception):
    """The page named a chat that is not on it."""
