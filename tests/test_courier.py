"""From the outbox to the channel, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.courier import Courier
from bot.desk import Converse
from bot.parcel import Misaddressed, Moved, TryLater, Unreachable
from bot.runner import Runner
from databases import BACKENDS
from handlers.turn import Context, Outcome, Reply, Session, Turn
from referrals.store.outbox import LEASE_SECONDS
from shell import FakeChannel, Shell, open_shell, until


@pytest.fixture(params=BACKENDS)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shell]:
    with open_shell(request.param, tmp_path) as opened:
        yield opened


def talks(turn: Turn, session: Session, context: Context) -> Outcome:
    """``exit`` sweeps; ``card x`` shows a card; ``change`` replaces; the rest is echoed."""
    verb, _, name = turn.text.partition(" ")
    session = replace(session, step=turn.text)
    if verb == "exit":
        return Outcome(session, (Reply("."),), sweep=True)
    if verb == "card":
        return Outcome(session, (Reply(turn.text, card=name),))
    if verb == "change":
        return Outcome(session, (Reply(turn.text, replaces=True),))
    return Outcome(session, (Reply(turn.text),))


@asynccontextmanager
async def running(
    shell: Shell, converse: Converse = talks, *others: FakeChannel
) -> AsyncIterator[tuple[Runner, Courier]]:
    runner = shell.runner(converse)
    courier = shell.courier(runner, *others)
    await runner.start()
    await courier.start()
    yield runner, courier
    await courier.stop()
    await runner.stop()


async def crashed(shell: Shell, *texts: str, chat: str = "7") -> None:
    """A process that committed turns and died before it sent anything."""
    runner = shell.runner(talks)
    await runner.start()
    for text in texts:
        await runner.receive(shell.arrival(chat, text))
    shell.clock.advance(seconds=LEASE_SECONDS + 1)


async def test_what_is_said_is_sent_and_leaves_the_outbox(shell: Shell) -> None:
    async with running(shell) as (runner, courier):
        await runner.receive(shell.arrival("7", "hello"))
        await until(lambda: shell.channel.texts() == ["hello"])
        await until(lambda: courier.waiting() == 0)
    assert shell.rows("outbox") == 0
    assert shell.rows("message") == 1


async def test_marks_are_committed_without_new_arrivals(shell: Shell) -> None:
    async with running(shell) as (runner, _):
        await runner.receive(shell.arrival("7", "hello"))
        await until(lambda: shell.rows("outbox") == 0)


async def test_after_a_crash_between_commit_and_send_the_next_process_sends(
    shell: Shell,
) -> None:
    await crashed(shell, "one", "two")
    async with running(shell) as (runner, _):
        await runner.receive(shell.arrival("7", "three"))
        await until(lambda: len(shell.channel.done) == 3)
    assert shell.channel.texts() == ["one", "two", "three"]
    assert shell.rows("outbox") == 0


async def test_a_crash_between_send_and_mark_repeats_one(shell: Shell) -> None:
    runner = shell.runner(talks)
    await runner.start()
    courier = shell.courier(runner)
    await courier.start()
    # The process dies before any mark reaches the database.
    runner.mark = lambda letter, message=0, swept=(): None  # type: ignore[method-assign]  # the crash
    await runner.receive(shell.arrival("7", "one"))
    await until(lambda: shell.channel.texts() == ["one"])
    await courier.stop()
    shell.clock.advance(seconds=LEASE_SECONDS + 1)
    if runner._poller is not None:
        runner._poller.cancel()
    async with running(shell):
        await until(lambda: len(shell.channel.done) == 2)
    assert shell.channel.texts() == ["one", "one"]
    assert shell.rows("outbox") == 0


async def test_a_process_that_stops_leaves_the_rest_to_the_next(shell: Shell) -> None:
    shell.channel.slow["7"] = asyncio.Event()
    runner = shell.runner(talks)
    courier = shell.courier(runner)
    await runner.start()
    await courier.start()
    await runner.receive(shell.arrival("7", "one"))
    await runner.receive(shell.arrival("7", "two"))
    await shell.channel.started.get()
    stopping = asyncio.create_task(courier.stop())
    await asyncio.sleep(0)
    shell.channel.slow.pop("7").set()
    await stopping
    await runner.stop()
    assert shell.channel.texts() == ["one"]
    async with running(shell):
        await until(lambda: len(shell.channel.done) == 2)
    assert shell.channel.texts() == ["one", "two"]


async def test_late_replies_are_dropped_and_counted(shell: Shell) -> None:
    await crashed(shell, "late", "later")
    shell.clock.advance(hours=3)
    async with running(shell) as (runner, courier):
        await runner.receive(shell.arrival("7", "now"))
        await until(lambda: courier.waiting() == 0)
    assert shell.channel.texts() == ["now"]
    assert shell.counts["courier.late_reply"] == 2
    assert shell.rows("outbox") == 0


async def test_a_slow_chat_does_not_hold_up_another(shell: Shell) -> None:
    shell.channel.slow["7"] = asyncio.Event()
    async with running(shell) as (runner, _):
        await runner.receive(shell.arrival("7", "slow"))
        await runner.receive(shell.arrival("7", "after"))
        await runner.receive(shell.arrival("8", "quick"))
        await until(lambda: shell.channel.texts() == ["quick"])
        shell.channel.slow.pop("7").set()
        await until(lambda: len(shell.channel.done) == 3)
    assert shell.channel.texts("7") == ["slow", "after"]


async def test_a_chat_that_must_wait_waits_alone_and_in_order(shell: Shell) -> None:
    shell.channel.failures = [("7", TryLater(0.3)), ("7", TryLater(0))]
    async with running(shell) as (runner, _):
        await runner.receive(shell.arrival("7", "one"))
        await runner.receive(shell.arrival("7", "two"))
        await runner.receive(shell.arrival("8", "other"))
        await until(lambda: len(shell.channel.done) == 3)
    assert shell.channel.texts() == ["other", "one", "two"]
    assert shell.counts["courier.later"] == 2


async def test_a_channel_that_must_wait_does_not_hold_up_another_channel(
    shell: Shell,
) -> None:
    web = FakeChannel("web")
    shell.channel.failures = [("7", TryLater(0.2, everyone=True))]
    async with running(shell, talks, web) as (runner, courier):
        await runner.receive(shell.arrival("7", "one"))
        await until(lambda: shell.counts["courier.later"] == 1)
        await runner.receive(shell.arrival("8", "two"))
        await runner.receive(shell.arrival("8", "page", channel="web"))
        await until(lambda: web.texts() == ["page"])
        assert shell.channel.done == []
        await until(lambda: courier.waiting() == 0)
    assert sorted(shell.channel.texts()) == ["one", "two"]


async def test_an_unreachable_chat_gets_nothing_more(shell: Shell) -> None:
    shell.channel.slow["7"] = asyncio.Event()
    shell.channel.failures = [("7", Unreachable())]
    async with running(shell) as (runner, courier):
        for text in ("one", "two", "three"):
            await runner.receive(shell.arrival("7", text))
        shell.channel.slow.pop("7").set()
        await until(lambda: courier.waiting() == 0)
    assert shell.channel.done == []
    assert shell.rows("outbox") == 0
    assert shell.counts["courier.unreachable"] == 1


@pytest.mark.parametrize("failure", [Misaddressed(), KeyError("words")])
async def test_a_parcel_that_cannot_be_sent_is_dropped_and_the_next_goes(
    shell: Shell, failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    shell.channel.failures = [("7", failure)]
    async with running(shell) as (runner, _):
        await runner.receive(shell.arrival("7", "bad"))
        await runner.receive(shell.arrival("7", "good"))
        await until(lambda: shell.channel.texts() == ["good"])
    assert shell.counts["courier.dropped"] == 1
    assert "words" not in caplog.text


async def test_a_moved_chat_gets_its_messages_at_the_new_id(shell: Shell) -> None:
    shell.channel.failures = [("7", Moved("77"))]
    async with running(shell) as (runner, courier):
        shell.channel.slow["7"] = asyncio.Event()
        await runner.receive(shell.arrival("7", "one"))
        await runner.receive(shell.arrival("7", "two"))
        shell.channel.slow.pop("7").set()
        await until(lambda: courier.waiting() == 0)
    assert [(one.chat, one.reply and one.reply.text) for one in shell.channel.done] == [
        ("77", "one"),
        ("77", "two"),
    ]
    assert shell.rows("outbox") == 0
    key = shell.vault.chat_key("telegram", "77")
    runner = shell.runner()
    await runner.start()
    assert (await runner.with_desk(lambda desk: desk.session(key))).step == "two"
    await runner.stop()


async def test_a_card_is_sent_once_and_then_edited(shell: Shell) -> None:
    async with running(shell) as (runner, courier):
        for text in ("card A", "card B", "card A"):
            await runner.receive(shell.arrival("7", text))
        await until(lambda: courier.waiting() == 0)
        await runner.receive(shell.arrival("7", "card A"))
        await until(lambda: len(shell.channel.done) == 4)
    assert [one.edits for one in shell.channel.done] == [0, 0, 1001, 1001]


async def test_a_card_is_known_to_the_next_process(shell: Shell) -> None:
    async with running(shell) as (runner, _):
        await runner.receive(shell.arrival("7", "card A"))
        await until(lambda: len(shell.channel.done) == 1)
    async with running(shell) as (runner, _):
        await runner.receive(shell.arrival("7", "card A"))
        await until(lambda: len(shell.channel.done) == 2)
    assert shell.channel.done[1].edits == 1001


async def test_a_reply_takes_the_place_of_the_pressed_message(shell: Shell) -> None:
    async with running(shell) as (runner, _):
        await runner.receive(shell.arrival("7", "change", pressed=55))
        await runner.receive(shell.arrival("7", "change"))
        await until(lambda: len(shell.channel.done) == 2)
    assert [one.edits for one in shell.channel.done] == [55, 0]


async def test_a_sweep_deletes_her_messages_and_ours(shell: Shell) -> None:
    async with running(shell) as (runner, courier):
        await runner.receive(shell.arrival("7", "hello", message=11))
        await until(lambda: courier.waiting() == 0)
        await runner.receive(shell.arrival("8", "other", message=12))
        await runner.receive(shell.arrival("7", "exit", message=13))
        await until(lambda: courier.waiting() == 0)
    swept = [one.deletes for one in shell.channel.done if one.deletes]
    assert len(swept) == 1
    assert {11, 13} <= set(swept[0])
    assert len(swept[0]) == 3
    assert shell.channel.texts("7")[-1] == "."


async def test_a_message_that_is_being_sent_during_a_sweep_is_deleted_too(
    shell: Shell,
) -> None:
    shell.channel.slow["7"] = asyncio.Event()
    async with running(shell) as (runner, courier):
        await runner.receive(shell.arrival("7", "one"))
        await runner.receive(shell.arrival("7", "two"))
        await shell.channel.started.get()
        await runner.receive(shell.arrival("7", "exit"))
        shell.channel.slow.pop("7").set()
        await until(lambda: courier.waiting() == 0)
    assert shell.channel.texts() == ["one", "."]
    assert shell.channel.done[1].deletes == (1001,)


async def test_nothing_is_started_after_the_commit_of_a_sweep(shell: Shell) -> None:
    async with running(shell) as (runner, courier):
        for round_ in range(30):
            chat = str(round_)
            turns = [shell.arrival(chat, "x") for _ in range(round_ % 7)]
            tasks = [asyncio.create_task(runner.receive(one)) for one in turns]
            await asyncio.sleep(0)
            await runner.receive(shell.arrival(chat, "exit"))
            before = len(begun(shell, chat))
            await asyncio.gather(*tasks)
            await until(lambda: courier.waiting() == 0)
            assert begun(shell, chat)[before:] in ([], ["."])
            assert begun(shell, chat)[-1] == "."


def begun(shell: Shell, chat: str) -> list[str]:
    return [one.reply.text for one in shell.channel.begun if one.reply and one.chat == chat]


async def test_two_processes_send_everything_once_and_in_order(tmp_path: Path) -> None:
    with open_shell("postgresql", tmp_path) as shell:
        async with running(shell) as (first, one), running(shell) as (second, two):
            for n in range(60):
                await (first, second)[n % 2].receive(shell.arrival(str(n % 3), str(n)))
            await until(lambda: shell.rows("outbox") == 0)
            assert one.waiting() == two.waiting() == 0
    for chat in range(3):
        assert shell.channel.texts(str(chat)) == [str(n) for n in range(chat, 60, 3)]


async def test_a_letter_without_a_channel_is_dropped(shell: Shell) -> None:
    async with running(shell) as (runner, _):
        await runner.receive(shell.arrival("7", "hello", channel="gone"))
        await until(lambda: shell.rows("outbox") == 0)
    assert shell.counts["courier.no_channel"] == 1


async def test_a_bounded_channel_sends_everything(shell: Shell) -> None:
    runner = shell.runner(talks)
    courier = Courier({"telegram": shell.channel}, runner, rate=200)
    await runner.start()
    await courier.start()
    await asyncio.gather(*(runner.receive(shell.arrival(str(n), "x")) for n in range(30)))
    await until(lambda: len(shell.channel.done) == 30)
    await courier.stop()
    await runner.stop()
