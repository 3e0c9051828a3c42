"""Pushing updates to a webhook until each was taken."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

import aiohttp

from fake_telegram.pending import Pending, Update

HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass(slots=True)
class Target:
    """What setWebhook said, and how it goes."""

    url: str
    secret: str = ""
    connections: int = 40
    last_error: str = ""
    refused: int = 0
    """How many pushes were not taken."""


@dataclass(slots=True)
class Webhook:
    """Pushes in parallel between chats and in order within one, as the server does."""

    pending: Pending
    retry_seconds: float = 0.05
    """Pause before an update is pushed again; doubles up to 20 times as much."""
    target: Target | None = None
    _queues: dict[int, deque[tuple[int, Update]]] = field(default_factory=dict)
    _ready: asyncio.Queue[int] = field(default_factory=asyncio.Queue)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _session: aiohttp.ClientSession | None = None

    async def start(self, target: Target) -> None:
        """Push to this address from now on, what waits first."""
        await self.stop()
        self.target = target
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        self._queues, self._ready = {}, asyncio.Queue()
        for place, update in list(self.pending.waiting.items()):
            self.add(place, update)
        self.pending.on_new.append(self.add)
        self._tasks = [asyncio.create_task(self._work(target)) for _ in range(target.connections)]

    async def stop(self) -> None:
        """Push no more; what waits keeps waiting."""
        if self.add in self.pending.on_new:
            self.pending.on_new.remove(self.add)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        if self._session is not None:
            await self._session.close()
        self._session, self.target = None, None

    def add(self, place: int, update: Update) -> None:
        """Queue an update behind the others of its chat; without a chat, on its own."""
        key = update.chat or -place - 1
        queue = self._queues.setdefault(key, deque())
        queue.append((place, update))
        if len(queue) == 1:
            self._ready.put_nowait(key)

    async def _work(self, target: Target) -> None:
        while True:
            key = await self._ready.get()
            place, update = self._queues[key][0]
            await self._until_taken(target, update)
            self.pending.done(place)
            self._queues[key].popleft()
            if self._queues[key]:
                self._ready.put_nowait(key)
            else:
                del self._queues[key]

    async def _until_taken(self, target: Target, update: Update) -> None:
        pause = self.retry_seconds
        while True:
            update.deliveries += 1
            status = await self._push(target, update.body)
            if 200 <= status < 300:
                return
            target.refused += 1
            target.last_error = f"Wrong response from the webhook: {status}"
            await asyncio.sleep(pause)
            pause = min(pause * 2, self.retry_seconds * 20)

    async def _push(self, target: Target, body: bytes) -> int:
        """Return the status of one push, 0 where nobody answered."""
        assert self._session is not None
        headers = {"Content-Type": "application/json"}
        if target.secret:
            headers[HEADER] = target.secret
        try:
            async with self._session.post(target.url, data=body, headers=headers) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0
