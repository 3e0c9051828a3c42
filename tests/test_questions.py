"""What organizations and coordinators are asked without anyone writing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot import watch
from bot.questions import ask_organizations, remind
from bot.runner import Runner
from bot.settings import Settings
from bot.starting import fictional_rows
from bot.vault import fingerprint
from bot.watch import ListingWatch
from databases import BACKENDS
from handlers.conversation import converse
from handlers.turn import World
from referrals.directory import OrganizationId, build_directory
from referrals.store import listings, vetting
from referrals.store.bindings import insert_invitation
from referrals.vetting import VettingStep, vouched
from shell import Shell, apology, bind, open_shell
from worlds import fictional_world

SETTINGS = Settings(directory="fictional")
NIGHT = datetime(2027, 1, 20, 8, tzinfo=UTC)
"""Two in the morning in Mexico City, some weeks after every listing was checked."""
MORNING = NIGHT + timedelta(hours=8)


@pytest.fixture(params=BACKENDS)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shell]:
    with open_shell(request.param, tmp_path) as opened:
        opened.clock.moment = MORNING
        yield opened


@pytest.fixture(autouse=True)
def _look_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.0)


@pytest.fixture
async def runner(shell: Shell) -> AsyncIterator[Runner]:
    """A runner on a real directory: vetted as the made-up one is, with one bound group."""
    world = real_world()
    for organization in world.directory.organizations():
        steps = vouched(organization.id, MORNING.date())
        is_first = organization.id == first(world)
        # The first one's chat is bound below, by its link.
        store(shell, steps[:-1] if is_first else steps)
    clock = world.country.timezone
    opened = Runner(
        shell.engine,
        shell.vault,
        converse,
        world,
        apology,
        now=shell.clock,
        watch=ListingWatch(0),
        timezone=clock,
    )
    await opened.start()
    await bind(shell, opened, "group", first(world))
    await sit(shell, opened)
    yield opened
    await opened.stop()


def real_world() -> World:
    directory = build_directory(fictional_rows(SETTINGS))
    return replace(fictional_world(), directory=directory, is_fictional=False)


def first(world: World) -> OrganizationId:
    """Return the first organization with a service that somebody checked."""
    directory = world.directory
    return next(s.organization_id for s in directory.services() if s.assured_date)


def store(shell: Shell, steps: tuple[VettingStep, ...]) -> None:
    with shell.engine.begin() as connection:
        for step in steps:
            vetting.insert_step(connection, step)


async def sit(shell: Shell, runner: Runner) -> None:
    """Give a coordinator a chat."""
    token, end = "token-of-ana-long-enough", int(shell.clock().timestamp()) + 3600
    await runner.call(lambda c: vetting.insert_coordinator(c, "ana", fingerprint("code")))
    await runner.call(lambda c: insert_invitation(c, fingerprint(token), None, end, "ana"))
    await runner.receive(shell.arrival("ana", command="start", payload=token))


async def told(shell: Shell, runner: Runner, question: object) -> list[str]:
    """Ask, and return the texts that went out for it, with their chats."""
    before = len(shell.channel.done)
    courier = shell.courier(runner)
    await courier.start()
    await runner.settled()
    before = len(shell.channel.done)
    await runner.with_desk(partial(question, world=runner.world))  # type: ignore[arg-type]  # a function of the desk
    await runner.settled()
    await courier.stop()
    return [f"{one.chat}: {one.reply.text}" for one in shell.channel.done[before:] if one.reply]


async def test_an_organization_is_asked_once_a_month_by_day(shell: Shell, runner: Runner) -> None:
    shell.clock.moment = NIGHT
    assert await told(shell, runner, ask_organizations) == []
    shell.clock.moment = MORNING
    asked = await told(shell, runner, ask_organizations)
    assert asked and all(line.startswith("group: ") for line in asked)
    assert await told(shell, runner, ask_organizations) == []
    shell.clock.advance(days=29)
    assert await told(shell, runner, ask_organizations) == []
    shell.clock.advance(days=1)
    assert len(await told(shell, runner, ask_organizations)) == len(asked)


async def test_who_confirmed_lately_is_not_asked(shell: Shell, runner: Runner) -> None:
    world = runner.world
    mine = world.directory.services_of(first(world))
    for service in mine:
        save = partial(listings.save_confirmation, service=service.id, today=MORNING.date())
        await runner.call(save)
    assert await told(shell, runner, ask_organizations) == []


async def test_coordinators_hear_once_a_week_whose_vetting_ends(
    shell: Shell, runner: Runner
) -> None:
    assert await told(shell, runner, remind) == []
    shell.clock.advance(days=62)
    [line] = await told(shell, runner, remind)
    assert line.startswith("ana: ")
    name = runner.world.directory.organization(first(runner.world))
    assert name is not None and name.name in line
    assert await told(shell, runner, remind) == []
    shell.clock.advance(days=7)
    assert len(await told(shell, runner, remind)) == 1


async def test_a_vetting_that_ran_out_is_still_told(shell: Shell, runner: Runner) -> None:
    shell.clock.advance(days=120)
    [line] = await told(shell, runner, remind)
    assert not any(
        runner.world.directory.is_offered(s.id) for s in runner.world.directory.services()
    )
    assert line.startswith("ana: ")
