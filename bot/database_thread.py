"""One thread that owns the database connection; work that waits together commits together."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from bot.parcel import NotCommitted
from referrals.store.cases import LostRace
from referrals.store.engine import Connection, Engine, StoreError, is_passing

log = logging.getLogger(__name__)

W = TypeVar("W")

PATIENCE_SECONDS = 5.0
FIRST_PAUSE = 0.02
MOST_AT_ONCE = 256
MOST_RACES = 20


@dataclass(frozen=True, slots=True)
class Job(Generic[W]):
    """A piece of work and who waits for it."""

    work: W
    future: asyncio.Future[object]
    alone: bool = False
    """In a transaction of its own, so that its errors are its own."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The end of a group: answers in its order, and what to do with them in the loop."""

    answers: Sequence[object]
    """Values; an exception is raised where it is awaited."""
    after: Callable[[], None]
    """Runs in the event loop before anyone who waits goes on."""


class DatabaseThread(Generic[W]):
    """Runs groups of work in transactions, in their order, and answers in the loop."""

    def __init__(
        self,
        engine: Engine,
        transact: Callable[[Connection, Sequence[W], bool], Settled],
        *,
        committed: Callable[[], None],
        rolled_back: Callable[[], None],
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """``transact(connection, works, last)`` does a group in an open transaction.

        ``last``: the group is one piece of work that the database refused before; it
        may be given up, with nothing stored but that. ``committed`` and ``rolled_back``
        run in the thread, right after either.
        """
        self._engine = engine
        self._transact = transact
        self._committed = committed
        self._rolled_back = rolled_back
        self._patience = patience
        self._queue: SimpleQueue[Job[W] | None] = SimpleQueue()
        self._connection: Connection | None = None
        self._thread = threading.Thread(target=self._run, name="database", daemon=True)
        self._left_over: Job[W] | None = None
        self._stopped = False
        self._loop: asyncio.AbstractEventLoop

    def start(self) -> None:
        """Start the thread; the running loop gets the answers."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def submit(self, work: W, alone: bool = False) -> asyncio.Future[object]:
        """Queue work and return the future of its answer."""
        future: asyncio.Future[object] = self._loop.create_future()
        if self._stopped:
            future.set_exception(NotCommitted())
        else:
            self._queue.put(Job(work, future, alone))
        return future

    async def stop(self) -> None:
        """Finish what is queued and end the thread; later work is refused."""
        self._stopped = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        going = True
        while going:
            group, going = self._gather()
            if group:
                self._settle(group)
        self._drop_connection()

    def _gather(self) -> tuple[list[Job[W]], bool]:
        first = self._left_over or self._queue.get()
        self._left_over = None
        if first is None:
            return [], False
        group = [first]
        while len(group) < MOST_AT_ONCE and not first.alone:
            try:
                job = self._queue.get_nowait()
            except Empty:
                break
            if job is None:
                return group, False
            if job.alone:
                self._left_over = job
                break
            group.append(job)
        return group, True

    def _settle(self, group: Sequence[Job[W]]) -> None:
        """Commit a group; a piece that the database refuses is found and set apart."""
        try:
            settled = self._persist([job.work for job in group], last=False)
        except NotCommitted as error:
            self._answer(group, Settled([error] * len(group), _nothing))
        except Exception as error:
            self._isolate(group, error)
        else:
            self._answer(group, settled)

    def _isolate(self, group: Sequence[Job[W]], error: Exception) -> None:
        if len(group) > 1:
            for job in group:
                self._settle([job])
            return
        answer = error if group[0].alone else self._retry(group[0].work)
        if isinstance(answer, Exception):
            log.error("database.refused %s", type(error).__name__)
            answer = Settled([answer], _nothing)
        self._answer(group, answer)

    def _retry(self, work: W) -> Settled | NotCommitted:
        """Once more, as another process may have stored the same; then give it up."""
        for last in (False, True):
            try:
                return self._persist([work], last)
            except Exception as error:
                log.warning("database.refused %s", type(error).__name__)
        return NotCommitted()

    def _persist(self, works: Sequence[W], last: bool) -> Settled:
        """Try until it is committed or patience ends with ``NotCommitted``."""
        end = time.monotonic() + self._patience
        pause = FIRST_PAUSE
        races = 0
        while True:
            try:
                return self._attempt(works, last)
            except LostRace:
                races += 1
                if races > MOST_RACES:
                    raise NotCommitted from None
            except StoreError as error:
                self._drop_connection()
                if not is_passing(error):
                    raise
                log.warning("database.trouble %s", type(error).__name__)
                if time.monotonic() + pause > end:
                    raise NotCommitted from None
                time.sleep(pause)
                pause *= 2

    def _attempt(self, works: Sequence[W], last: bool) -> Settled:
        if self._connection is None:
            self._connection = self._engine.connect()
        try:
            with self._connection.begin():
                settled = self._transact(self._connection, works, last)
        except BaseException:
            self._rolled_back()
            raise
        self._committed()
        return settled

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(StoreError):
                connection.close()

    def _answer(self, group: Sequence[Job[W]], settled: Settled) -> None:
        # The loop is gone when the program was torn down without stopping us.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(_resolve, group, settled)


def _resolve(group: Sequence[Job[W]], settled: Settled) -> None:
    settled.after()
    for job, answer in zip(group, settled.answers, strict=True):
        if job.future.done():
            continue
        if isinstance(answer, BaseException):
            job.future.set_exception(answer)
        else:
            job.future.set_result(answer)


def _nothing() -> None:
    """Nothing follows from work that was not committed."""
