"""The numbers, straight to a person whose turn cannot be stored.

Beside the outbox, which is in the database that fails. Nothing is acknowledged by it: the
turn is answered once the database is back. What was said is remembered in memory only.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.courier import TOO_LATE, Courier
from bot.fallback import without_database
from bot.letter import Kind
from bot.parcel import Arrival, NotCommitted, Parcel, TryLater
from bot.runner import Runner
from handlers.turn import ChatKind, Reply

log = logging.getLogger(__name__)

PAUSE_SECONDS = 600.0
"""For so long a chat is not told again."""
LONGEST_WAIT = 12.0
"""Seconds after which a turn counts as not stored, though nobody says so: a database that
does not answer at all. Twice the patience with one that refuses is less."""
BRIEF_WAIT = 1.0
"""The same after a turn that was not stored, until one is: nobody waits for what is known."""
SEND_WITHIN = 15.0
KEPT = 10_000
"""Chats, and updates, that are remembered; the oldest go first."""

K = TypeVar("K")
V = TypeVar("V")

Chat = tuple[str, str]
"""Channel, and its id of the chat."""


@dataclass(slots=True)
class _Told:
    """What a chat was told without the database."""

    at: float
    message: int = 0
    """0 until it is sent."""
    is_over: bool = False
    """She left meanwhile."""


class Straight:
    """A receiver before the runner: a turn that is not stored still gets the numbers."""

    def __init__(
        self,
        runner: Runner,
        courier: Courier,
        *,
        count: Callable[[str], None] = lambda _: None,
        wait: float = LONGEST_WAIT,
    ) -> None:
        """``wait``: seconds until a turn that hangs counts as not stored."""
        self._runner = runner
        self._courier = courier
        self._count = count
        self._wait = wait
        self._told: OrderedDict[Chat, _Told] = OrderedDict()
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()
        """Updates that were looked at: a repetition is not told again, however late."""
        self._early: set[asyncio.Task[None]] = set()
        self._is_down = False

    async def receive(self, arrival: Arrival) -> None:
        """Hand the arrival to the runner; see ``bot.parcel.Receiver``."""
        loop = asyncio.get_running_loop()
        wait = min(self._wait, BRIEF_WAIT) if self._is_down else self._wait
        timer = loop.call_later(wait, self._tell_early, arrival)
        try:
            await self._runner.receive(arrival)
            self._is_down = False
        except NotCommitted:
            self._is_down = True
            timer.cancel()
            await self._tell(arrival)
            raise
        finally:
            timer.cancel()

    def _tell_early(self, arrival: Arrival) -> None:
        task = asyncio.ensure_future(self._tell(arrival))
        self._early.add(task)
        task.add_done_callback(self._early.discard)

    async def _tell(self, arrival: Arrival) -> None:
        # Never raises: that the turn is not stored must reach the channel in any case.
        if not self._is_first(arrival):
            return
        try:
            await self._help(arrival)
        except TryLater:
            # Nothing went out: the same update may try again when it comes back.
            self._seen.pop((arrival.channel, arrival.update), None)
            self._count("straight.later")
        except Exception as error:
            log.error("straight.failed %s", type(error).__name__)
            self._count("straight.failed")

    def _is_first(self, arrival: Arrival) -> bool:
        """Tell whether it is a person's, fresh, and was not looked at before."""
        if arrival.turn.kind is not ChatKind.PRIVATE or arrival.moved_to:
            return False
        update = arrival.channel, arrival.update
        if update in self._seen:
            return False
        _keep(self._seen, update, None)
        # A press and a page do not say when. They are looked at once, as they come.
        return not arrival.sent_at or self._moment() - arrival.sent_at <= TOO_LATE[Kind.REPLY]

    async def _help(self, arrival: Arrival) -> None:
        world, now = self._runner.world, self._runner.now()
        found = await asyncio.to_thread(without_database, arrival.turn, world, now)
        if found.is_leaving:
            await self._take_back(arrival)
        elif found.reply is not None:
            await self._tell_once(arrival, found.reply)

    async def _tell_once(self, arrival: Arrival, reply: Reply) -> None:
        chat = arrival.channel, arrival.chat
        self._forget_old()
        if chat in self._told:
            return
        told = _Told(self._moment())
        _keep(self._told, chat, told)
        parcel = Parcel(*chat, reply)
        try:
            told.message = await self._send(parcel)
        except TryLater:
            self._told.pop(chat, None)
            raise
        log.warning("straight.sent")
        self._count("straight.sent")
        self._runner.remember(parcel, told.message)
        if told.is_over:
            await self._send(Parcel(*chat, deletes=(told.message,)))

    async def _take_back(self, arrival: Arrival) -> None:
        """Delete what was told: she leaves, and the sweep waits for the database."""
        chat = arrival.channel, arrival.chat
        told = self._told.pop(chat, None)
        if told is None:
            return
        told.is_over = True
        if told.message:
            await self._send(Parcel(*chat, deletes=(told.message,)))

    async def _send(self, parcel: Parcel) -> int:
        async with asyncio.timeout(SEND_WITHIN):
            return await self._courier.send_now(parcel)

    def _forget_old(self) -> None:
        now = self._moment()
        for chat, told in list(self._told.items()):
            if abs(now - told.at) < PAUSE_SECONDS:
                return
            del self._told[chat]

    def _moment(self) -> float:
        return self._runner.now().timestamp()


def _keep(kept: OrderedDict[K, V], key: K, value: V) -> None:
    kept[key] = value
    while len(kept) > KEPT:
        kept.popitem(last=False)
