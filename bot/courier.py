"""Delivers the outbox: in order within a chat, many chats at once, never too late."""

from __future__ import annotations

import asyncio
import logging
import time
from bisect import insort
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from aiolimiter import AsyncLimiter

from bot.letter import Dispatch, Kind, Letter, Move
from bot.parcel import (
    Channel,
    Delivery,
    Misaddressed,
    Moved,
    NotCommitted,
    Parcel,
    TryLater,
    Unreachable,
)
from bot.runner import Runner

log = logging.getLogger(__name__)

AT_ONCE = 64
MOST_UNSTORED = 16
"""Sent letters whose marks may still wait. A crash repeats at most these and those under
way: without a bound, all that was sent while the database was busy."""
LONGEST_BACKOFF = 300.0
RECHECK_SECONDS = 2.0
"""A letter that waited longer may have been cancelled or taken by another process."""
STOP_SECONDS = 10.0

TOO_LATE = {Kind.REPLY: 2 * 3600, Kind.NOTICE: 24 * 3600, Kind.SWEEP: 47 * 3600}
"""Seconds after which a letter is dropped: by then the phone may be in other hands.
A channel cannot delete older messages, so a late sweep is of no use."""


@dataclass(slots=True)
class _Lane:
    """The letters of one chat."""

    chat: bytes
    letters: list[tuple[Letter, float]] = field(default_factory=list)
    """With the time each came to this process."""
    is_waiting: bool = False
    """It is in the queue of its line, being served, or its timer runs."""
    timer: asyncio.TimerHandle | None = None

    def add(self, letter: Letter) -> None:
        """Put a letter in its place: mostly the end."""
        insort(self.letters, (letter, time.monotonic()), key=lambda item: item[0].id)

    def drop(self, letter: Letter) -> None:
        """Take a letter out, if it is still there."""
        self.letters = [item for item in self.letters if item[0].id != letter.id]


@dataclass(slots=True)
class _Line:
    """One channel: its lanes that can go on, and how many are being served."""

    channel: Channel
    limiter: AsyncLimiter | None
    ready: deque[_Lane] = field(default_factory=deque)
    workers: set[asyncio.Task[None]] = field(default_factory=set)
    opens: float = 0.0
    """Monotonic time before which the whole channel waits."""


class Courier:
    """Takes letters from the runner's commits and reports each back as done."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        runner: Runner,
        *,
        rate: float = 0.0,
        at_once: int = AT_ONCE,
        count: Callable[[str], None] = lambda _: None,
        first_backoff: float = 1.0,
    ) -> None:
        """``rate``: messages a second of each channel, 0 for no bound."""
        self._runner = runner
        self._at_once = at_once
        self._count = count
        self._first_backoff = first_backoff
        self._lines = {
            name: _Line(channel, AsyncLimiter(rate, 1.0) if rate else None)
            for name, channel in channels.items()
        }
        self._lanes: dict[bytes, _Lane] = {}
        self._stopping = False

    async def start(self) -> None:
        """Take everything that is stored, the oldest first, and all that follows."""
        await self._runner.begin_sending(self.take)

    async def stop(self) -> None:
        """Finish what is being sent; the rest stays in the outbox."""
        self._stopping = True
        workers = [task for line in self._lines.values() for task in line.workers]
        for lane in self._lanes.values():
            if lane.timer is not None:
                lane.timer.cancel()
        if workers:
            _, unfinished = await asyncio.wait(workers, timeout=STOP_SECONDS)
            for task in unfinished:
                task.cancel()

    def take(self, dispatch: Dispatch) -> None:
        """Do what a commit changed: forget, move, then queue letters."""
        for chat in dispatch.cancelled:
            self._forget(chat)
        for move in dispatch.moves:
            self._move(move)
        for letter in dispatch.letters:
            self._queue(letter)

    async def send_now(self, parcel: Parcel) -> int:
        """Deliver beside the outbox, once, at the channel's own pace; return the message's id.

        For what must be said while nothing can be stored. Raises a ``Delivery``.
        """
        line = self._lines.get(parcel.channel)
        if line is None:
            raise Misaddressed
        if (wait := line.opens - time.monotonic()) > 0:
            raise TryLater(wait, everyone=True)
        if line.limiter is not None:
            await line.limiter.acquire()
        try:
            return await line.channel.deliver(parcel)
        except TryLater as error:
            if error.everyone:
                self._shut(line, error.seconds)
            raise

    def waiting(self) -> int:
        """Count the letters that are not sent yet."""
        return sum(len(lane.letters) for lane in self._lanes.values())

    def _forget(self, chat: bytes) -> None:
        lane = self._lanes.get(chat)
        if lane is not None:
            lane.letters.clear()

    def _move(self, move: Move) -> None:
        lane = self._lanes.get(move.old)
        if lane is None:
            return
        letters, lane.letters = lane.letters, []
        for letter, _ in letters:
            parcel = replace(letter.parcel, chat=move.chat)
            self._queue(replace(letter, chat=move.new, parcel=parcel))

    def _queue(self, letter: Letter) -> None:
        if letter.parcel.channel not in self._lines:
            self._give_up(letter, "courier.no_channel")
            return
        lane = self._lanes.get(letter.chat)
        if lane is None:
            lane = self._lanes[letter.chat] = _Lane(letter.chat)
        lane.add(letter)
        if not lane.is_waiting:
            lane.is_waiting = True
            self._make_ready(lane)

    def _make_ready(self, lane: _Lane) -> None:
        lane.timer = None
        if not lane.letters:
            self._close(lane)
            return
        line = self._lines[lane.letters[0][0].parcel.channel]
        line.ready.append(lane)
        self._hire(line)

    def _close(self, lane: _Lane) -> None:
        lane.is_waiting = False
        if not lane.letters and self._lanes.get(lane.chat) is lane:
            del self._lanes[lane.chat]

    def _hire(self, line: _Line) -> None:
        if self._stopping or not line.ready or len(line.workers) >= self._at_once:
            return
        if line.opens > time.monotonic():
            return
        worker = asyncio.create_task(self._work(line))
        line.workers.add(worker)
        worker.add_done_callback(line.workers.discard)

    async def _work(self, line: _Line) -> None:
        while line.ready and not self._stopping and line.opens <= time.monotonic():
            lane = line.ready.popleft()
            wait = 0.0
            if lane.letters:
                wait = await self._serve(line, lane)
            if wait > 0 and not self._stopping:
                loop = asyncio.get_running_loop()
                lane.timer = loop.call_later(wait, self._make_ready, lane)
            else:
                self._make_ready(lane)

    async def _serve(self, line: _Line, lane: _Lane) -> float:
        """Do the first letter of a lane; return the seconds until the lane goes on."""
        letter, since = lane.letters[0]
        try:
            return await self._send_or_move(line, lane, letter, since)
        except TryLater as error:
            return self._put_off(line, lane, letter, error)
        except Unreachable:
            self._abandon(lane)
        except NotCommitted:
            # The database, not the channel: nothing was sent, try again soon.
            return self._first_backoff
        except (Delivery, Exception) as error:
            name = "misaddressed" if isinstance(error, Misaddressed) else type(error).__name__
            log.error("courier.dropped %s", name)
            self._finish(lane, letter)
            self._count("courier.dropped")
        return 0.0

    async def _send_or_move(self, line: _Line, lane: _Lane, letter: Letter, since: float) -> float:
        try:
            return await self._send(line, lane, letter, since)
        except Moved as error:
            parcel = letter.parcel
            if error.chat == parcel.chat:
                raise Misaddressed from None
            await self._runner.move(parcel.channel, parcel.chat, error.chat)
            return 0.0

    async def _send(self, line: _Line, lane: _Lane, letter: Letter, since: float) -> float:
        now = self._runner.now().timestamp()
        if now - letter.created > TOO_LATE[letter.kind]:
            self._finish(lane, letter)
            self._count(f"courier.late_{letter.kind.value}")
            return 0.0
        if letter.not_before > now:
            return letter.not_before - now
        if line.limiter is not None:
            await line.limiter.acquire()
        while self._runner.unstored() >= MOST_UNSTORED:
            await self._runner.settled()
        letter = await self._filled(letter)
        if not await self._may_go(lane, letter, since):
            return 0.0
        message = 0
        if letter.parcel.reply or letter.parcel.deletes:
            message = await line.channel.deliver(letter.parcel)
        self._finish(lane, letter, message)
        return 0.0

    async def _filled(self, letter: Letter) -> Letter:
        """Look up what is known only when it is the letter's turn."""
        parcel = letter.parcel
        if letter.kind is Kind.SWEEP:
            numbers = await self._runner.remembered(letter)
            return replace(letter, parcel=replace(parcel, deletes=numbers))
        if parcel.reply and parcel.reply.card and not parcel.edits:
            edits = await self._runner.living_card(letter, parcel.reply.card)
            return replace(letter, parcel=replace(parcel, edits=edits))
        return letter

    async def _may_go(self, lane: _Lane, letter: Letter, since: float) -> bool:
        if time.monotonic() - since > RECHECK_SECONDS and not await self._runner.still_ours(letter):
            lane.drop(letter)
            self._count("courier.not_ours")
        while letter.chat in self._runner.holds:
            await self._runner.settled()
        # Nothing is awaited between this look and the channel's first step.
        return bool(lane.letters) and lane.letters[0][0].id == letter.id

    def _put_off(self, line: _Line, lane: _Lane, letter: Letter, error: TryLater) -> float:
        attempts = letter.attempts + 1
        doubled = self._first_backoff * 2 ** min(attempts - 1, 20)
        wait = error.seconds if error.seconds > 0 else min(doubled, LONGEST_BACKOFF)
        not_before = int(self._runner.now().timestamp() + wait)
        self._count("courier.later")
        self._runner.postpone(letter, attempts, not_before)
        if lane.letters and lane.letters[0][0].id == letter.id:
            later = replace(lane.letters[0][0], attempts=attempts)
            lane.letters[0] = (later, lane.letters[0][1])
        if error.everyone:
            self._shut(line, wait)
            return 0.0
        return wait

    def _shut(self, line: _Line, wait: float) -> None:
        line.opens = max(line.opens, time.monotonic() + wait)
        asyncio.get_running_loop().call_later(wait + 0.001, self._reopen, line)

    def _reopen(self, line: _Line) -> None:
        for _ in range(min(len(line.ready), self._at_once)):
            self._hire(line)

    def _abandon(self, lane: _Lane) -> None:
        self._count("courier.unreachable")
        for letter, _ in lane.letters:
            self._runner.mark(letter)
        lane.letters.clear()

    def _finish(self, lane: _Lane, letter: Letter, message: int = 0) -> None:
        # Also for a letter that was cancelled while it was being sent: its message
        # exists, so that the sweep that follows must know of it.
        lane.drop(letter)
        self._runner.mark(letter, message, letter.parcel.deletes)

    def _give_up(self, letter: Letter, counter: str) -> None:
        self._count(counter)
        self._runner.mark(letter)
