"""Long polling that acknowledges an update only once its turn is committed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import TypeVar

from telegram.error import NetworkError, TelegramError

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_updates import (
    Incoming,
    UnreadableUpdate,
    read_incoming,
    split_updates,
)
from bot.parcel import NotCommitted, Receiver

logger = logging.getLogger("faro.telegram")

LONG_POLL = 25
LIMIT = 100
TRIES_OF_A_BUG = 3
"""How often a batch comes again when the receiver breaks for no named reason. After
that it is acknowledged: one update must not silence the bot for everybody."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds to wait before the next request."""

    first: float = 0.5
    """After one failure; each further one in a row doubles it."""
    longest: float = 30.0
    conflict: float = 30.0
    """Someone else is polling with our token."""
    refused: float = 60.0
    """The token is not accepted."""
    unstored: float = 1.0
    """The turns could not be stored. Short: behind them others wait, perhaps in danger, and
    the database was given its time already."""

    def after(self, failures: int) -> float:
        """The wait after so many failures in a row."""
        return float(min(self.longest, self.first * 2 ** min(failures - 1, 16)))


class _Wait(Exception):
    """The request gave nothing; ``seconds`` is None where the usual growth applies."""

    def __init__(self, seconds: float | None = None) -> None:
        super().__init__("wait")
        self.seconds = seconds


class _Broken(Exception):
    """The receiver raised what it should not raise."""


async def poll(
    channel: TelegramChannel,
    receiver: Receiver,
    stop: asyncio.Event,
    waits: Waits | None = None,
) -> None:
    """Receive updates until ``stop`` is set; a batch under way is finished first.

    Order: the updates of a batch are handed over together, in the order of their ids.
    """
    await _Poller(channel, receiver, stop, waits or Waits()).run()


class _Poller:
    def __init__(
        self, channel: TelegramChannel, receiver: Receiver, stop: asyncio.Event, waits: Waits
    ) -> None:
        self._channel = channel
        self._receiver = receiver
        self._stop = stop
        self._waits = waits
        self._offset = 0
        self._failures = 0
        self._broken = 0

    async def run(self) -> None:
        while not self._stop.is_set():
            try:
                await self._step()
                self._failures = 0
            except _Wait as wait:
                await self._fail(wait.seconds)
            except NotCommitted:
                logger.error("telegram.not_committed")
                await self._fail(self._waits.unstored)
            except _Broken:
                logger.error("telegram.receiver_broken")
                await self._fail()

    async def _step(self) -> None:
        """Fetch one batch, have it committed, and only then move the offset."""
        body = await self._until_stop(self._fetch())
        if body is None:
            return
        numbered = self._split(body)
        incoming = self._read([raw for _, raw in numbered])
        await self._commit(incoming)
        # After a week without updates Telegram may start again at a lower id. An empty
        # answer has confirmed all before it, so there is nothing the mark still guards.
        self._offset = max((number for number, _ in numbered), default=-1) + 1
        for one in incoming:
            if one.callback:
                self._channel.answer(one.callback)
        if numbered and not incoming:
            raise _Wait  # all of them unreadable: no reason to ask in a hurry

    async def _fetch(self) -> bytes:
        try:
            status, body = await self._channel.updates(self._offset, LONG_POLL, LIMIT)
        except NetworkError:
            status, body = 0, b""
        if status == 200:
            return body
        raise self._trouble(status, body)

    def _trouble(self, status: int, body: bytes) -> _Wait:
        if status == 409:
            logger.critical("telegram.conflict")
            return _Wait(self._waits.conflict)
        if status in (401, 403, 404):
            logger.critical("telegram.unauthorized")
            return _Wait(self._waits.refused)
        logger.warning("telegram.no_updates")
        return _Wait(self._asked_to_wait(body) if status == 429 else None)

    def _asked_to_wait(self, body: bytes) -> float | None:
        try:
            parameters = self._channel.request.parse_json_payload(body)["parameters"]
        except TelegramError:
            return None
        seconds = parameters.get("retry_after")
        return float(seconds) if seconds else None

    def _split(self, body: bytes) -> Sequence[tuple[int, bytes]]:
        try:
            known = max(self._offset - 1, 0)
            return [(number, bytes(raw)) for number, raw in split_updates(body, known)]
        except UnreadableUpdate as unreadable:
            fault = unreadable.fault
        self._channel.set_aside(fault)
        raise _Wait

    def _read(self, raws: Sequence[bytes]) -> list[Incoming]:
        incoming = []
        for raw in raws:
            try:
                incoming.append(read_incoming(raw, self._channel.username))
            except UnreadableUpdate as unreadable:
                self._channel.set_aside(unreadable.fault)
        return incoming

    async def _commit(self, incoming: Sequence[Incoming]) -> None:
        arrivals = [one.arrival for one in incoming if one.arrival is not None]
        # gather makes the tasks in this order, and they start in this order.
        turns = [self._receiver.receive(arrival) for arrival in arrivals]
        outcomes = await asyncio.gather(*turns, return_exceptions=True)
        if any(isinstance(outcome, NotCommitted) for outcome in outcomes):
            raise NotCommitted
        if not any(isinstance(outcome, BaseException) for outcome in outcomes):
            self._broken = 0
            return
        self._broken += 1
        if self._broken < TRIES_OF_A_BUG:
            raise _Broken
        self._broken = 0
        logger.critical("telegram.given_up")

    async def _fail(self, seconds: float | None = None) -> None:
        self._failures += 1
        wait = self._waits.after(self._failures) if seconds is None else seconds
        await self._until_stop(asyncio.sleep(wait))

    async def _until_stop(self, doing: Coroutine[object, None, T]) -> T | None:
        """Run it to its end, or drop it once ``stop`` is set: then None."""
        task = asyncio.ensure_future(doing)
        stopped = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            task.cancel()
            stopped.cancel()
            await asyncio.wait({task, stopped})
