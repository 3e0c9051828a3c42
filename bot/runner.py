"""Turns, committed: the only caller of ``converse``.

An arrival is answered for only after its turn is committed; what it says is sent only
after the commit, because a sent message cannot be rolled back.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from functools import partial
from itertools import count as count_up
from typing import TypeVar, cast

from bot.bindings import Bindings, open_bindings
from bot.change import Tools
from bot.database_thread import PATIENCE_SECONDS, DatabaseThread, Settled
from bot.desk import Apology, Converse, Desk, Mind
from bot.holds import Holds
from bot.letter import NODE_BITS, Dispatch, Kind, Letter, LetterIds
from bot.marks import Delay, Mark
from bot.moving import move_chat
from bot.parcel import Arrival, NotCommitted, Parcel
from bot.reporting import Reports
from bot.sealing import Sealer
from bot.vault import Vault
from bot.watch import NoWatch, Watch
from handlers.turn import Notice, Reply, World
from referrals.events import Event
from referrals.store import bindings as stored_bindings
from referrals.store import outbox, turns
from referrals.store.engine import Connection, Engine
from referrals.store.vetting import load_coordinators

T = TypeVar("T")

Ask = Callable[[Desk], object]
Work = Arrival | Ask

POLL_SECONDS = 1.0
BINDINGS_SECONDS = 2.0
HEARTBEAT_POLLS = 4


class Runner:
    """Receives arrivals, commits their turns in groups, hands the letters on."""

    def __init__(
        self,
        engine: Engine,
        vault: Vault,
        converse: Converse,
        world: World,
        apology: Apology,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[int], int] = secrets.randbelow,
        count: Callable[[str], None] = lambda _: None,
        patience: float = PATIENCE_SECONDS,
        watch: Watch | None = None,
        timezone: tzinfo = UTC,
    ) -> None:
        """``now`` is aware and in UTC; ``count`` gets names of counters, never ids."""
        self.world = world
        self.now = now
        self.holds = Holds()
        """Chats that are being swept: nothing may start for them until it is decided."""
        self._early: list[Dispatch] = []
        self._on_commit: Callable[[Dispatch], None] = self._early.append
        self._converse = converse
        self._watch = watch or NoWatch()
        self._timezone = timezone
        self._apology = apology
        self._tools = _tools(engine, vault, now, chance, count)
        self._bindings = Bindings()
        self._revision = -1
        self._checked = float("-inf")
        self._desk: Desk | None = None
        self._poller: asyncio.Task[None] | None = None
        self._thread: DatabaseThread[Work] = DatabaseThread(
            engine,
            self._transact,
            committed=self._after_commit,
            rolled_back=self._after_rollback,
            patience=patience,
        )
        # Nobody waits for it; when it is refused the reports stay for the next one.
        self._reports = Reports(lambda: self._thread.submit(_do_nothing))

    # Life.

    async def start(self) -> None:
        """Start the thread and announce this process; sends nothing yet."""
        self._thread.start()
        await self._thread.submit(self._enter, alone=True)

    async def begin_sending(self, on_commit: Callable[[Dispatch], None]) -> None:
        """Hand every letter to the courier, those of an earlier process too.

        ``on_commit`` gets what each commit changed, in the event loop.
        """
        self._on_commit = on_commit
        for dispatch in self._early:
            on_commit(dispatch)
        self._early.clear()
        await self._ask(self._adopt, alone=False)
        self._poller = asyncio.create_task(self._poll())

    async def stop(self) -> None:
        """Commit what is waiting, then end. The courier must have stopped before."""
        if self._poller is not None:
            self._poller.cancel()
            with suppress(asyncio.CancelledError):
                await self._poller
        self._reports.close()
        await self._thread.submit(self._leave, alone=True)
        await self._thread.stop()

    # For channels and jobs.

    async def receive(self, arrival: Arrival) -> None:
        """Let an arrival have its turn; return once that is committed.

        Raises ``NotCommitted`` when it could not be stored: do not acknowledge then.
        """
        if arrival.moved_to:
            await self.move(arrival.channel, arrival.chat, arrival.moved_to)
        else:
            await self._thread.submit(arrival)

    async def call(self, function: Callable[[Connection], T]) -> T:
        """Run a function in a transaction of its own; it must not keep the connection.

        It runs again when the database was locked or lost. Its own errors are raised here.
        """
        return await self.with_desk(lambda desk: function(desk.connection))

    async def with_desk(self, function: Callable[[Desk], T]) -> T:
        """Run a function that may load, settle events and queue notices, in one commit."""
        return await self._ask(self._alone(function), alone=True)

    async def notify(self, notices: Sequence[Notice], events: Sequence[Event] = ()) -> None:
        """Record what a job decided and queue what it says, in one commit."""
        await self.with_desk(lambda desk: desk.settle(events, notices))

    async def move(self, channel: str, old: str, new: str) -> None:
        """Give a chat its new id everywhere, in one commit."""
        await self.with_desk(lambda desk: move_chat(desk, channel, old, new))

    # For the courier.

    def mark(self, letter: Letter, message: int = 0, swept: tuple[int, ...] = ()) -> None:
        """Report a letter as sent or given up; stored with the next commit."""
        self._reports.add(Mark(letter, message, swept))

    def postpone(self, letter: Letter, attempts: int, not_before: int) -> None:
        """Report that a letter is tried again later."""
        self._reports.add(Delay(letter.id, attempts, not_before))

    def remember(self, parcel: Parcel, message: int) -> None:
        """Report a message that went out beside the outbox, so that a sweep takes it too.

        Stored with whatever is committed next: the database is away now.
        """
        key = self._tools.sealer.vault.chat_key(parcel.channel, parcel.chat)
        # Its words are not needed any more, and there may be many.
        bare = Parcel(parcel.channel, parcel.chat, Reply(""))
        now = int(self.now().timestamp())
        letter = Letter(self._tools.ids.next(), key, Kind.REPLY, now, bare)
        self._reports.keep(Mark(letter, message))

    def unstored(self) -> int:
        """Count the reports that no commit holds yet."""
        return len(self._reports)

    async def living_card(self, letter: Letter, card: str) -> int:
        """Return the message that shows a card in the letter's chat, 0 if there is none."""
        key = self._tools.sealer.vault.card_key(letter.chat, card)
        return await self._ask(
            lambda desk: turns.card_message(desk.connection, letter.chat, key), alone=False
        )

    async def remembered(self, letter: Letter) -> tuple[int, ...]:
        """Return all messages of the letter's chat that can still be deleted."""
        return await self._ask(
            lambda desk: turns.remembered(desk.connection, letter.chat), alone=False
        )

    async def still_ours(self, letter: Letter) -> bool:
        """The letter was not cancelled, nor taken by another process."""
        owner = self._tools.owner
        return await self._ask(
            lambda desk: outbox.is_ours(desk.connection, letter.id, owner), alone=False
        )

    async def settled(self) -> None:
        """Return once everything that was queued before is committed or refused."""
        await self._ask(_do_nothing, alone=False)

    # In the event loop.

    async def _ask(self, function: Callable[[Desk], T], alone: bool) -> T:
        return cast("T", await self._thread.submit(function, alone))

    def _hand_over(self, dispatch: Dispatch) -> None:
        self.holds.release(dispatch.cancelled)
        if dispatch:
            self._on_commit(dispatch)

    async def _poll(self) -> None:
        for beat in count_up():
            await asyncio.sleep(POLL_SECONDS)
            with suppress(NotCommitted):
                if self._tools.shared and beat % HEARTBEAT_POLLS == 0:
                    await self._ask(self._announce, alone=False)
                await self._ask(self._adopt, alone=False)

    # In the database thread.

    def _transact(self, connection: Connection, works: Sequence[Work], last: bool) -> Settled:
        self.world = self._watch.look(connection, self.world, self.now())
        bindings = self._current_bindings(connection)
        desk = Desk(self._tools, connection, self.now(), bindings, self._timezone)
        self._reports.store(desk.connection, self._tools.sealer.vault, desk.now)
        answers = [None if isinstance(work, Arrival) else work(desk) for work in works]
        arrivals = [work for work in works if isinstance(work, Arrival)]
        if arrivals:
            mind = Mind(self._converse, self.world, self._apology)
            desk.take(arrivals, mind, give_up=last)
        self._desk = desk
        # From before the commit until the courier knows: no send may start in between.
        self.holds.add(desk.dispatch.cancelled)
        desk.flush()
        return Settled(answers, partial(self._hand_over, desk.dispatch))

    def _after_commit(self) -> None:
        self._reports.stored()
        if self._desk is not None:
            if self._desk.changes_listings:
                self._watch.changed()
            self._bindings, self._desk = self._desk.bindings, None

    def _after_rollback(self) -> None:
        if self._desk is not None:
            self.holds.release(self._desk.dispatch.cancelled)
            self._desk = None

    def _current_bindings(self, connection: Connection) -> Bindings:
        if time.monotonic() - self._checked < BINDINGS_SECONDS:
            return self._bindings
        revision = stored_bindings.bindings_revision(connection)
        if revision != self._revision:
            rows = stored_bindings.load_bindings(connection)
            seated = load_coordinators(connection)
            self._bindings = open_bindings(rows, self._tools.sealer, seated)
            self._revision = revision
        self._checked = time.monotonic()
        return self._bindings

    def _alone(self, function: Callable[[Desk], T]) -> Callable[[Desk], T]:
        def run(desk: Desk) -> T:
            # It may change bindings behind our back: look again afterwards.
            self._checked = float("-inf")
            return function(desk)

        return run

    def _enter(self, desk: Desk) -> None:
        if not self._tools.shared:
            outbox.leave_all(desk.connection)
        self._announce(desk)

    def _announce(self, desk: Desk) -> None:
        outbox.announce(desk.connection, self._tools.owner, int(desk.now.timestamp()))

    def _leave(self, desk: Desk) -> None:
        outbox.leave(desk.connection, self._tools.owner)

    def _adopt(self, desk: Desk) -> None:
        tools = self._tools
        moment = int(desk.now.timestamp())
        for row in outbox.adopt_letters(desk.connection, tools.owner, moment):
            number, chat, body, kind, created, attempts, not_before = row
            parcel = tools.sealer.parcel_of(number, body)
            if parcel is None:
                tools.count("outbox.unreadable")
                outbox.delete_letters(desk.connection, [number])
                continue
            letter = Letter(number, chat, Kind(kind), created, parcel, attempts, not_before)
            desk.dispatch.letters.append(letter)


def _tools(
    engine: Engine,
    vault: Vault,
    now: Callable[[], datetime],
    chance: Callable[[int], int],
    count: Callable[[str], None],
) -> Tools:
    ids = LetterIds(lambda: now().timestamp(), chance(1 << NODE_BITS))
    shared = engine.dialect.name != "sqlite"
    # From the system's generator in any case: two processes must never share a name.
    return Tools(Sealer(vault), ids, chance, count, secrets.randbelow(2**62) + 1, shared)


def _do_nothing(desk: Desk) -> None:
    """Let a transaction begin, for what it stores by itself."""
