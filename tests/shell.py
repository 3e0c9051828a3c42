"""Fakes and a small working shell for the tests of the runner and the courier."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import cast

from bot.courier import Courier
from bot.desk import Converse
from bot.parcel import Arrival, Parcel
from bot.runner import Runner
from bot.vault import Vault, fingerprint, make_keys
from databases import fresh_engine
from handlers.turn import ChatKind, Context, Outcome, Reply, Session, Turn, World
from referrals.directory import OrganizationId, ServiceId
from referrals.events import ChatBound, ReferralRequested
from referrals.lifecycle import Code, Consent, Priority, Referral, Status
from referrals.store.bindings import insert_invitation
from referrals.store.engine import Engine

DAY = date(2026, 3, 1)
SHELTER = OrganizationId("shelter")
CLINIC = OrganizationId("clinic")
# The shell hands the world through without looking at it.
WORLD = cast("World", object())

Steps = dict[str, Callable[[Turn, Session, Context], Outcome]]


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **by: float) -> None:
        self.moment += timedelta(**by)


class FakeChannel:
    """Remembers what was delivered; fails in the way that was asked for."""

    def __init__(self, name: str = "telegram") -> None:
        self.name = name
        self.begun: list[Parcel] = []
        self.done: list[Parcel] = []
        self.failures: list[tuple[str, Exception]] = []
        self.slow: dict[str, asyncio.Event] = {}
        self.started: asyncio.Queue[str] = asyncio.Queue()
        self.next_id = 1000

    async def deliver(self, parcel: Parcel) -> int:
        self.begun.append(parcel)
        self.started.put_nowait(parcel.chat)
        if parcel.chat in self.slow:
            await self.slow[parcel.chat].wait()
        for item in self.failures:
            if item[0] == parcel.chat:
                self.failures.remove(item)
                raise item[1]
        self.done.append(parcel)
        if parcel.reply is None:
            return 0
        self.next_id += 1
        return parcel.edits or self.next_id

    def texts(self, chat: str = "") -> list[str]:
        """Return what was said, in order."""
        return [one.reply.text for one in self.done if one.reply and (not chat or one.chat == chat)]


def echo(turn: Turn, session: Session, context: Context) -> Outcome:
    """Say what was said, and remember it as the step."""
    return Outcome(replace(session, step=turn.text), (Reply(turn.text),))


def apology(turn: Turn, session: Session) -> tuple[Reply, ...]:
    return (Reply("Something went wrong."),)


@dataclass
class Shell:
    """An engine with keys, and runners on it."""

    engine: Engine
    vault: Vault
    folder: Path
    clock: Clock = field(default_factory=Clock)
    counts: Counter[str] = field(default_factory=Counter)
    channel: FakeChannel = field(default_factory=FakeChannel)
    updates: int = 0

    def runner(self, converse: Converse = echo, patience: float = 5.0) -> Runner:
        """Make a runner that was not started."""
        return Runner(
            self.engine,
            self.vault,
            converse,
            WORLD,
            apology,
            now=self.clock,
            count=lambda name: self.counts.update([name]),
            patience=patience,
        )

    def courier(self, runner: Runner, *others: FakeChannel) -> Courier:
        """Make a courier that was not started."""
        channels = {one.name: one for one in (self.channel, *others)}
        return Courier(
            channels,
            runner,
            count=lambda name: self.counts.update([name]),
            first_backoff=0.01,
        )

    def arrival(self, chat: str, text: str = "", **more: object) -> Arrival:
        """Make the next update of a chat."""
        self.updates += 1
        fields = {
            name: more.pop(name)
            for name in ("message", "pressed", "update", "channel")
            if name in more
        }
        turn = replace(Turn(text=text), **more)  # type: ignore[arg-type]  # named by the test
        base = Arrival("telegram", chat, str(self.updates), turn)
        return replace(base, **fields)  # type: ignore[arg-type]  # named by the test

    def rows(self, table: str) -> int:
        """Count the rows of a table."""
        with self.engine.connect() as connection:
            return connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() or 0  # noqa: S608 - a name of the test


@contextmanager
def open_shell(backend: str, folder: Path) -> Iterator[Shell]:
    """Give a shell on an empty database."""
    make_keys(folder / "keys")
    with fresh_engine(backend, folder) as engine:
        yield Shell(engine, Vault.open(folder / "keys"), folder)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that other tasks do."""
    while not condition():  # noqa: ASYNC110 - anything may make it true
        await asyncio.sleep(0.001)


def referral(code: str, organization: OrganizationId = SHELTER) -> Referral:
    """Make a referral with a card."""
    return Referral(
        code=Code(code),
        organization=organization,
        service=ServiceId("beds"),
        need="shelter",
        status=Status.REQUESTED,
        priority=Priority.URGENT,
        language="es",
        opened=DAY,
        moved=DAY,
        meeting_code="azul mesa",
        card_place="Tapachula",
        card_language="es",
        card_words="somos cuatro",
    )


def request(asked: Referral) -> ReferralRequested:
    """Make the event of a consented request."""
    return ReferralRequested(asked, Consent(asked.organization, ("need",), "1", DAY))


async def bind(
    shell: Shell, runner: Runner, chat: str, organization: OrganizationId | None
) -> None:
    """Bind a chat through an invitation; the conversation must know ``joins``."""
    token = f"token-{organization}-{chat}-long-enough"
    end = int(shell.clock().timestamp()) + 3600
    await runner.call(
        lambda connection: insert_invitation(connection, fingerprint(token), organization, end)
    )
    turn = {"command": "start", "payload": token, "kind": ChatKind.GROUP}
    await runner.receive(shell.arrival(chat, **turn))


def joins(turn: Turn, session: Session, context: Context) -> Outcome | None:
    """Bind the chat when an invitation was opened."""
    if context.invitation is None:
        return None
    return Outcome(session, events=(ChatBound(context.invitation.organization, "es"),))
