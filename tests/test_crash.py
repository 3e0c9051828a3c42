"""Killed at any moment, nothing is lost: real processes, SIGKILL, both databases.

``FARO_TEST_KILLS`` is how often the process is killed over both databases together, half
on each: 30 unless said, so 15 on SQLite and 15 on PostgreSQL. Its start takes most of the
time. ``FARO_TEST_SEED`` chooses other moments and other people.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select

from bot.courier import AT_ONCE, MOST_UNSTORED
from bot.settings import Settings
from bot.world import fictional_package
from crash import EDIT, FIRST_GROUP, HANGS, PLANS, TOKEN, BotProcess, Crowd
from databases import BACKENDS, fresh_engine
from fake_telegram import FakeTelegram
from fake_telegram.updates import BOT
from referrals.directory import ServiceId, build_directory
from referrals.store.engine import Engine
from referrals.store.outbox import queued
from referrals.store.tables import consent, referral, seen

KILLS = int(os.environ.get("FARO_TEST_KILLS", "30"))
SEED = int(os.environ.get("FARO_TEST_SEED", "1"))
DURING_START = 0.2
"""Part of the kills that come before the process serves."""
STARTS = 2.0
"""Seconds within which those come."""
RUSH = 30
"""Messages within half a second: by themselves it would be 20."""
FIRST_SCOUT = 1000
CODE = "the code"


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database holds in the end."""

    updates: int
    referrals: int
    consented: int
    """Referrals whose consent is to their organization."""
    unsent: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one chat was told, compared with what it must be told."""

    lost: int
    strange: tuple[str, ...]
    is_disordered: bool
    repeated_edits: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of it."""

    kills: int
    rushed: int
    """Kills while a backlog was being sent, faster than anything comes in."""
    updates: int
    unacknowledged: int
    referrals: int
    lost: int
    """Messages that a chat never got."""
    lost_cards: int
    """Receipts without a card in the group."""
    strange: int
    """Messages that nobody gets when nothing is killed."""
    examples: tuple[str, ...]
    """First lines of a few of those."""
    disordered: int
    """Chats where a message came too early, or the last one did not come."""
    repeats: int
    """Messages that came again because of the other kills."""
    repeats_in_rushes: int
    most_in_a_rush: int
    repeats_without_a_kill: int
    repeated_edits: int
    violations: int

    def __str__(self) -> str:
        """List all of them."""
        return ", ".join(f"{name} {value}" for name, value in asdict(self).items())


@pytest.mark.slow
@pytest.mark.timeout(4 * HANGS + 20 * KILLS)
@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_killed_process_loses_nothing(backend: str, tmp_path: Path) -> None:
    kills = (KILLS + 1) // 2
    with fresh_engine(backend, tmp_path) as engine:
        figures = await crashed(engine, tmp_path, kills, Random(f"{SEED} {backend}"))
        stored = what_is_stored(engine)
    said = f"{backend}: {figures}; {stored}"
    print(f"\n{said}")
    # It was a real load: without it the rest could be true of nothing.
    assert figures.kills == kills, said
    assert figures.referrals >= kills and figures.updates >= 10 * kills, said
    assert (figures.unacknowledged, stored.updates) == (0, figures.updates), said
    assert (figures.lost, figures.lost_cards, stored.unsent) == (0, 0, 0), said
    assert (figures.strange, figures.disordered, figures.violations) == (0, 0, 0), said
    assert stored.referrals == stored.consented == figures.referrals, said
    # One for each crash; in a rush no more than the courier lets be in the air.
    assert figures.repeats <= kills - figures.rushed, said
    assert figures.most_in_a_rush <= AT_ONCE + MOST_UNSTORED, said
    assert figures.repeats_without_a_kill == 0, said


async def crashed(engine: Engine, folder: Path, kills: int, chance: Random) -> Figures:
    """Run the bot on a database, kill it, and return what came of it when all is quiet."""
    database = engine.url.set(drivername=engine.dialect.name)
    async with FakeTelegram(TOKEN) as fake:
        address = database.render_as_string(hide_password=False)
        bot, crowd = BotProcess(fake.root, address, folder), Crowd(fake, chance)
        try:
            await prepare(bot, crowd)
            await crash_among(bot, crowd, chance, kills)
            await quiet(crowd, engine)
            assert await bot.stop() == 0
        finally:
            await bot.close()
    return figures_of(bot, crowd)


async def prepare(bot: BotProcess, crowd: Crowd) -> None:
    """Bind the groups and go every way once in peace, to know what is said on it."""
    await bot.start()
    await bot.ready()
    directory = build_directory(fictional_package(Settings(directory="fictional")).rows)
    for number, plan in enumerate(PLANS):
        scout = FIRST_SCOUT + number
        crowd.services[plan] = (await crowd.find(scout, plan))[0]
        service = directory.service(ServiceId(crowd.services[plan].removeprefix("svc:")))
        assert service is not None
        crowd.groups[plan] = FIRST_GROUP - number
        token = await bot.invite(service.organization_id)
        crowd.fake.write(crowd.groups[plan], f"/start@{BOT['username']} {token}")
        await crowd.fake.wait_for(crowd.groups[plan], lambda _: True, HANGS)
    assert len(set(crowd.services.values())) == len(PLANS)
    crowd.meet()
    for plan in PLANS:
        await crowd.travel(crowd.new_journey(plan))
    assert all(journey.code for journey in crowd.journeys), bot.log_text()[-2000:]


async def crash_among(bot: BotProcess, crowd: Crowd, chance: Random, kills: int) -> None:
    """Kill the bot again and again while people come; return when they are done."""
    ended = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(crowd.come(ended))
        for _ in range(kills):
            if chance.random() < DURING_START:
                await asyncio.sleep(chance.uniform(0.0, STARTS))
            else:
                await bot.ready()
                await asyncio.sleep(chance.uniform(0.3, 1.5))
            await bot.kill()
            await bot.start()
        await bot.ready()
        ended.set()


async def quiet(crowd: Crowd, engine: Engine) -> None:
    """Wait until every update is confirmed and every letter of the outbox is sent."""
    until = time.monotonic() + HANGS
    waiting = crowd.fake.pending.waiting
    while (waiting or unsent(engine)) and time.monotonic() < until:  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.2)


def unsent(engine: Engine) -> int:
    """Count the letters that wait."""
    with engine.begin() as connection:
        return queued(connection)


def figures_of(bot: BotProcess, crowd: Crowd) -> Figures:
    """Compare what every chat was told with what it is told in peace."""
    said, expected = crowd.said(), expectations(crowd)
    rushes = {k for k, at in enumerate(bot.killed) if crowd.said_before(at) > RUSH}
    repeats = crowd.repeats_after(bot.killed)
    verdicts = [judge(lines, expected.get(chat, [])) for chat, lines in said.items()]
    verdicts += [judge([], lines) for chat, lines in expected.items() if chat not in said]
    strange = [line for one in verdicts for line in one.strange]
    cards = [line for group in crowd.groups.values() for _, line in said[group]]
    return Figures(
        kills=len(bot.killed),
        rushed=len(rushes),
        updates=len(crowd.fake.pending.all),
        unacknowledged=len(crowd.fake.pending.waiting),
        referrals=len(crowd.journeys),
        lost_cards=sum(not j.is_among(cards) for j in crowd.journeys),
        lost=sum(one.lost for one in verdicts),
        strange=len(strange),
        examples=tuple(sorted(set(strange))[:3]),
        disordered=sum(one.is_disordered for one in verdicts),
        repeats=sum(repeats[k] for k in range(len(bot.killed)) if k not in rushes),
        repeats_in_rushes=sum(repeats[k] for k in rushes),
        most_in_a_rush=max((repeats[k] for k in rushes), default=0),
        repeats_without_a_kill=repeats[len(bot.killed)],
        repeated_edits=sum(one.repeated_edits for one in verdicts),
        violations=len(crowd.fake.violations),
    )


def expectations(crowd: Crowd) -> dict[int, list[str]]:
    """Return the first lines that each chat must show, from what it was told in peace."""
    said = crowd.said()
    ways = {
        journey.plan: [line.replace(journey.code, CODE) for _, line in said[journey.chat]]
        for journey in crowd.journeys[: len(PLANS)]
    }
    found = {j.chat: [line.replace(CODE, j.code) for line in ways[j.plan]] for j in crowd.journeys}
    found |= {scout: ways[plan][:4] for scout, plan in enumerate(PLANS, FIRST_SCOUT)}
    in_peace = [line for _, line in said[crowd.strangers[0]]]
    found |= dict.fromkeys(crowd.strangers, in_peace)
    for plan, group in crowd.groups.items():
        # Turns are taken in the order of their updates, so the cards come in it too.
        sent = sorted((j.send_update, j.code) for j in crowd.journeys if j.plan == plan)
        (_, bound), (_, card), *_ = said[group]
        found[group] = [bound, *(card.replace(sent[0][1], code) for _, code in sent)]
    return found


def judge(heard: Sequence[tuple[str, str]], expected: Sequence[str]) -> Verdict:
    """Compare what a chat was told, method and first line, with what it must be told."""
    lines = [line for _, line in heard]
    edits = Counter(line for method, line in heard if method == EDIT)
    places = [expected.index(line) for line in lines if line in expected]
    return Verdict(
        lost=len(set(expected) - set(lines)),
        strange=tuple(line for line in lines if line not in expected),
        is_disordered=not is_in_order(places, len(expected)),
        repeated_edits=edits.total() - len(edits),
    )


def is_in_order(places: Sequence[int], count: int) -> bool:
    """Tell whether all came in turn; a restart may go back, but nothing is left out."""
    steps = zip([-1, *places], [*places, count], strict=True)
    return all(after <= before + 1 for before, after in steps)


def what_is_stored(engine: Engine) -> Stored:
    """Count rows."""
    agreed = (
        select(func.count())
        .select_from(referral)
        .join(consent, referral.c.consent_id == consent.c.id)
        .where(referral.c.organization == consent.c.organization)
    )
    with engine.begin() as connection:
        return Stored(
            updates=connection.execute(select(func.count()).select_from(seen)).scalar_one(),
            referrals=connection.execute(select(func.count()).select_from(referral)).scalar_one(),
            consented=connection.execute(agreed).scalar_one(),
            unsent=queued(connection),
        )


@pytest.mark.parametrize(
    ("places", "is_fine"),
    [
        ([0, 1, 2], True),
        ([0, 0, 1, 2], True),
        ([0, 1, 0, 1, 2], True),
        ([1, 2], False),
        ([0, 2, 1], False),
        ([0, 1], False),
        ([0, 1, 2, 0], False),
        ([], False),
    ],
)
def test_an_order_with_a_gap_or_an_early_end_is_seen(places: list[int], is_fine: bool) -> None:
    assert is_in_order(places, 3) is is_fine


def test_a_lost_a_strange_and_a_repeated_line_are_seen() -> None:
    heard = [("sendMessage", "a"), ("sendMessage", "a"), ("sendMessage", "x"), (EDIT, "b")]
    assert judge([*heard, (EDIT, "b")], ["a", "b", "c"]) == Verdict(1, ("x",), True, 1)
