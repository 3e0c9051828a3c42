"""A changed listing is there at the next turn, in every process on the database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy.exc import OperationalError

from bot import watch
from bot.live import LiveReader, live_of
from bot.renewal import Renewal
from bot.runner import Runner
from bot.settings import Settings
from bot.starting import fictional_rows
from bot.watch import ListingWatch
from bot.world import Rows
from databases import BACKENDS
from handlers.turn import Context, Outcome, Reply, Session, Turn, World
from referrals.directory import Directory, ServiceId, build_directory
from referrals.events import ListingDoubted, VettingStepTaken
from referrals.records import Capacity
from referrals.store import listings, records, vetting
from referrals.store.engine import Connection
from referrals.store.settings import read_setting
from referrals.vetting import VOIDS, StepKind, VettingStep, vouched
from shell import DAY, Shell, apology, open_shell
from worlds import fictional_world

SETTINGS = Settings(directory="fictional")


@pytest.fixture(params=BACKENDS)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shell]:
    with open_shell(request.param, tmp_path) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _look_always(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the clock decides elsewhere is decided at every transaction here."""
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.0)


class Seen:
    """A conversation that keeps what it may look at."""

    def __init__(self) -> None:
        self.directory = Directory()

    def __call__(self, turn: Turn, session: Session, context: Context) -> Outcome:
        self.directory = context.world.directory
        first = next(s.id for s in self.directory.services())
        organization = next(o.id for o in self.directory.organizations())
        events = {
            "doubt": ListingDoubted(first, "closed"),
            "unsafe": VettingStepTaken(VettingStep(organization, StepKind.REPORTED, context.today)),
        }
        event = events.get(turn.text)
        return Outcome(session, (Reply("ok"),), (event,) if event else ())


def runner_on(shell: Shell, seen: Seen, world: World) -> Runner:
    """Make a runner with a watch, as the service has it."""
    return Runner(
        shell.engine, shell.vault, seen, world, apology, now=shell.clock, watch=ListingWatch(0)
    )


async def test_a_report_stops_an_organization_for_the_very_next_turn(shell: Shell) -> None:
    seen = Seen()
    runner = runner_on(shell, seen, fictional_world())
    await runner.start()
    await runner.receive(shell.arrival("1", "hello"))
    [organization, *_] = seen.directory.organizations()
    mine = [s.id for s in seen.directory.services_of(organization.id)]
    assert any(seen.directory.is_offered(id) for id in mine)
    await runner.receive(shell.arrival("1", "unsafe"))
    await runner.receive(shell.arrival("2", "hello"))
    assert not any(seen.directory.is_offered(id) for id in mine)
    await runner.stop()


async def test_another_process_sees_what_the_first_one_stored(shell: Shell) -> None:
    here, there = Seen(), Seen()
    runners = [runner_on(shell, seen, fictional_world()) for seen in (here, there)]
    for runner in runners:
        await runner.start()
    await runners[1].receive(shell.arrival("9", "hello"))
    for person in "123":
        await runners[0].receive(shell.arrival(person, "doubt"))
    await runners[1].receive(shell.arrival("9", "hello"))
    first = next(s.id for s in there.directory.services())
    assert there.directory.standing(first).doubts == ("closed",)
    for runner in runners:
        await runner.stop()


async def test_a_new_day_ends_what_was_good_for_a_day(shell: Shell) -> None:
    seen = Seen()
    runner = runner_on(shell, seen, fictional_world())
    await runner.start()
    await runner.receive(shell.arrival("1", "hello"))
    first = next(s.id for s in seen.directory.services())
    day = seen.directory.live.day
    await runner.call(lambda c: listings.save_capacity(c, first, "", day + timedelta(days=1), day))
    await runner.receive(shell.arrival("1", "hello"))
    assert seen.directory.closed_until(first) == day + timedelta(days=1)
    shell.clock.advance(days=1)
    await runner.receive(shell.arrival("1", "hello"))
    assert seen.directory.closed_until(first) is None
    await runner.stop()


def vetted(rows: Rows, shell: Shell) -> None:
    """Store a directory whose organizations are all vetted."""
    with shell.engine.begin() as connection:
        records.save_package(connection, rows, DAY)
        for organization in build_directory(rows).organizations():
            for step in vouched(organization.id, shell.clock().date()):
                vetting.insert_step(connection, step)


async def test_a_loaded_directory_replaces_the_old_one_without_a_restart(shell: Shell) -> None:
    rows = dict(fictional_rows(SETTINGS))
    vetted(rows, shell)
    world = replace(fictional_world(), is_fictional=False)
    with shell.engine.begin() as connection:
        world = replace(world, directory=build_directory(records.load_rows(connection)))
    seen, follower = Seen(), ListingWatch(1)
    runner = Runner(
        shell.engine, shell.vault, seen, world, apology, now=shell.clock, watch=follower
    )
    renewal = Renewal(shell.engine, follower, lambda: runner.world)
    await runner.start()
    task = asyncio.create_task(renewal.run())
    gone, *kept = rows["services"]
    with shell.engine.begin() as connection:
        records.save_package(connection, {**rows, "services": kept}, DAY)

    async def is_new() -> bool:
        await runner.receive(shell.arrival("1", "hello"))
        return seen.directory.service(ServiceId(gone["id"])) is None

    while not await is_new():  # noqa: ASYNC110 - the renewal makes it true
        await asyncio.sleep(0.01)
    assert any(seen.directory.is_offered(s.id) for s in seen.directory.services())
    task.cancel()
    await runner.stop()


def change(shell: Shell, chance: Random, day: date) -> None:
    """Change something, as one of many things that happen."""
    organizations = fictional_world().directory.organizations()[:2]
    organization = chance.choice(organizations).id
    service = chance.choice(fictional_world().directory.services_of(organization)).id
    with shell.engine.begin() as connection:
        match chance.randrange(6):
            case 0:
                level = chance.choice(("full", "few", "many"))
                listings.save_capacity(connection, service, level, None, day)
            case 1:
                listings.save_confirmation(connection, service, day)
            case 2:
                person = chance.randbytes(16)
                listings.save_report(connection, service, person, "closed", day)
            case 3:
                listings.clear_reports(connection, service)
            case _:
                kind = chance.choice(
                    [k for k in StepKind if k not in VOIDS and k is not StepKind.UNBOUND] * 14
                    + [*VOIDS, StepKind.UNBOUND]
                )
                alias = chance.choice(("ana", "eva"))
                step = VettingStep(organization, kind, day, alias)
                vetting.insert_step(connection, step)


@pytest.mark.parametrize("seed", (0, 2))
def test_reading_what_changed_gives_what_reading_everything_gives(shell: Shell, seed: int) -> None:
    directory, chance = fictional_world().directory, Random(seed)
    reader, day, active = LiveReader(is_fictional=False), date(2026, 11, 1), set[bool]()
    for _ in range(150):
        for _ in range(chance.randrange(4)):
            change(shell, chance, day)
        day += timedelta(days=chance.choice((0, 0, 0, 1, 20)))
        with shell.engine.begin() as connection:
            live = reader.read(connection, directory, day)
            assert live == live_of(connection, directory, day, is_fictional=False)
        active |= {one.vetting.is_active for one in live.organizations.values()}
    assert active == {True, False}
    assert live.services


def test_what_did_not_change_stays_the_same_object(shell: Shell) -> None:
    """The directory looks only at what is another object: comparing all would be slow."""
    directory, day = fictional_world().directory, date(2026, 11, 1)
    reader = LiveReader(is_fictional=True)
    one, other, *_ = directory.services()
    with shell.engine.begin() as connection:
        listings.save_capacity(connection, one.id, "full", None, day)
        before = reader.read(connection, directory, day)
        listings.save_capacity(connection, other.id, "few", None, day)
        after = reader.read(connection, directory, day)
    assert after.services[one.id] is before.services[one.id]
    assert after.organizations is before.organizations
    assert after.service(other.id).capacity == Capacity("few", day)


async def test_a_new_directory_is_not_lost_when_the_database_was_busy(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, follower = Keeps(), ListingWatch(0)
    runner = Runner(
        shell.engine,
        shell.vault,
        seen,
        fictional_world(),
        apology,
        now=shell.clock,
        watch=follower,
    )
    await runner.start()
    await runner.receive(shell.arrival("1", "hello"))
    empty = build_directory({"organizations": [{"id": "o", "name": "Una"}]})
    failures = [OperationalError("", None, Exception("database is locked"))]

    def failing(connection: Connection, name: str) -> int:
        if failures:
            raise failures.pop()
        return read_setting(connection, name)

    monkeypatch.setattr(watch, "read_setting", failing)
    follower.take(empty)
    await runner.receive(shell.arrival("1", "hello"))
    assert not failures
    assert [o.name for o in seen.directory.organizations()] == ["Una"]
    await runner.stop()


class Keeps(Seen):
    """A conversation that only looks."""

    def __call__(self, turn: Turn, session: Session, context: Context) -> Outcome:
        self.directory = context.world.directory
        return Outcome(session, (Reply("ok"),))
