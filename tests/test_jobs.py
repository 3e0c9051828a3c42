"""What happens without anyone writing, on the real conversation and a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.courier import Courier
from bot.jobs import Jobs
from bot.runner import Runner
from bot.sealing import Sealer
from bot.vault import fingerprint
from databases import BACKENDS
from handlers.conversation import converse
from handlers.turn import ChatKind, Choice, Coordinates
from referrals.directory import OrganizationId, ServiceId
from referrals.store import turns, upkeep
from referrals.store.bindings import insert_invitation
from shell import Shell, open_shell, until
from worlds import fictional_world

PERSON, STAFF, CHANNEL = "501", "-502", "-503"
TAPACHULA = Coordinates(14.9, -92.26)


@pytest.fixture(params=BACKENDS)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shell]:
    with open_shell(request.param, tmp_path) as opened:
        yield opened


@asynccontextmanager
async def serving(shell: Shell) -> AsyncIterator[tuple[Runner, Courier, Jobs]]:
    runner = shell.runner(converse)
    # As on a live service: the weekly digest is posted by itself.
    runner.world = replace(fictional_world(), is_fictional=False)
    courier = shell.courier(runner)
    await runner.start()
    await courier.start()
    try:
        yield runner, courier, Jobs(runner, shell.engine, shell.vault)
    finally:
        await courier.stop()
        await runner.stop()


def newest(shell: Shell, chat: str, prefix: str) -> str:
    """Return the data of the newest button of a chat that begins like this."""
    for parcel in reversed(shell.channel.done):
        if parcel.chat == chat and parcel.reply:
            for row in parcel.reply.choices:
                for choice in row:
                    if isinstance(choice, Choice) and choice.data.startswith(prefix):
                        return choice.data
    raise AssertionError(f"no button {prefix}")


async def press(shell: Shell, runner: Runner, courier: Courier, chat: str, prefix: str) -> None:
    kind = ChatKind.PRIVATE if chat == PERSON else ChatKind.GROUP
    data = newest(shell, chat, prefix)
    await runner.receive(shell.arrival(chat, choice=data, kind=kind))
    await until(lambda: not courier.waiting())


async def ask_for_help(shell: Shell, runner: Runner, courier: Courier) -> None:
    """Let a person send a request to the organization that is bound."""
    await runner.receive(shell.arrival(PERSON, command="start", client_language="es"))
    await runner.receive(shell.arrival(PERSON, choice="need:housing"))
    await runner.receive(shell.arrival(PERSON, location=TAPACHULA))
    await until(lambda: not courier.waiting())
    for prefix in (f"svc:{beds()}", "ref:", "send"):
        await press(shell, runner, courier, PERSON, prefix)


def beds() -> ServiceId:
    """Return a place to sleep in Tapachula that takes everyone."""
    directory = fictional_world().directory
    name = "Casa Ejemplo Faro (ficticia)"
    casa = next(o.id for o in directory.organizations() if o.name == name)
    return next(s.id for s in directory.services_of(casa) if "housing" in s.needs)


async def bind_all(shell: Shell, runner: Runner) -> None:
    """Bind the first organization near Tapachula that offers a bed, and a channel."""
    service = fictional_world().directory.service(beds())
    assert service is not None
    await join(shell, runner, STAFF, ChatKind.GROUP, service.organization_id)
    await join(shell, runner, CHANNEL, ChatKind.CHANNEL, None)


async def join(
    shell: Shell,
    runner: Runner,
    chat: str,
    kind: ChatKind,
    organization: OrganizationId | None,
) -> None:
    """Bind a chat with a one-use link."""
    token, end = f"one-use-token{chat}", int(shell.clock().timestamp()) + 3600
    await runner.call(lambda c: insert_invitation(c, fingerprint(token), organization, end))
    await runner.receive(shell.arrival(chat, command="start", payload=token, kind=kind))


async def test_a_request_that_nobody_answers_expires_and_she_is_told(shell: Shell) -> None:
    async with serving(shell) as (runner, courier, jobs):
        await bind_all(shell, runner)
        await ask_for_help(shell, runner, courier)
        shell.clock.advance(days=3)
        await jobs.expire()
        await until(lambda: not courier.waiting())
        assert not any("nadie respondió" in text for text in shell.channel.texts(PERSON))
        shell.clock.advance(days=1)
        await jobs.expire()
        await until(lambda: not courier.waiting())
        assert "nadie respondió a tiempo" in shell.channel.texts(PERSON)[-1]
        last = [p for p in shell.channel.done if p.chat == STAFF][-1]
        assert last.reply and "se acabó el tiempo" in last.reply.text
        assert last.edits, "the card is closed in place, also after days"


async def test_an_accepted_request_that_nobody_closes_ends_without_a_claim(shell: Shell) -> None:
    async with serving(shell) as (runner, courier, jobs):
        await bind_all(shell, runner)
        await ask_for_help(shell, runner, courier)
        await press(shell, runner, courier, STAFF, "acc:")
        told = len(shell.channel.texts(PERSON))
        shell.clock.advance(days=31)
        await jobs.expire()
        await until(lambda: not courier.waiting())
        assert len(shell.channel.texts(PERSON)) == told
        assert "cerrada" in shell.channel.texts(STAFF)[-1]


async def test_the_digest_of_a_week_is_posted_once(shell: Shell) -> None:
    async with serving(shell) as (runner, courier, jobs):
        await bind_all(shell, runner)
        await until(lambda: not courier.waiting())
        before = len(shell.channel.texts(CHANNEL))
        for _ in range(3):
            await jobs.publish()
        await until(lambda: not courier.waiting())
        assert len(shell.channel.texts(CHANNEL)) == before + 1
        shell.clock.advance(days=7)
        await jobs.publish()
        await until(lambda: not courier.waiting())
        assert len(shell.channel.texts(CHANNEL)) == before + 2


async def test_ten_people_who_agreed_are_counted_and_nine_are_not_shown(shell: Shell) -> None:
    async with serving(shell) as (runner, courier, jobs):
        await bind_all(shell, runner)
        for number in range(10):
            chat = str(600 + number)
            await runner.receive(shell.arrival(chat, choice="need:housing"))
            await runner.receive(shell.arrival(chat, location=TAPACHULA))
            if number == 9:
                await jobs.publish_now()
            await runner.receive(shell.arrival(chat, choice="count:yes"))
        await jobs.publish_now()
        await until(lambda: not courier.waiting())
        nine, ten = shell.channel.texts(CHANNEL)[-2:]
        assert "Un lugar para dormir" not in nine
        assert "Un lugar para dormir: 10" in ten
        assert "Frontera sur: 10" in ten


async def test_somebody_who_said_no_is_not_counted(shell: Shell) -> None:
    async with serving(shell) as (runner, _, _jobs):
        await runner.receive(shell.arrival(PERSON, choice="need:housing"))
        await runner.receive(shell.arrival(PERSON, location=TAPACHULA))
        await runner.receive(shell.arrival(PERSON, choice="count:no"))
        await runner.receive(shell.arrival(PERSON, choice="need:health"))
        assert shell.rows("signal") == 0
        await runner.receive(shell.arrival(PERSON, choice="count:yes"))
        assert shell.rows("signal") == 1


async def test_what_she_looked_for_is_taken_out_of_the_session_the_next_day(shell: Shell) -> None:
    async with serving(shell) as (runner, courier, jobs):
        await runner.receive(shell.arrival(PERSON, choice="need:housing"))
        await runner.receive(shell.arrival(PERSON, location=TAPACHULA))
        await until(lambda: not courier.waiting())
        key = shell.vault.chat_key("telegram", PERSON)

        def stored() -> tuple[str, ...]:
            with shell.engine.begin() as connection:
                rows = turns.load_sessions(connection, [key])
            session = Sealer(shell.vault).session_of(key, next(iter(rows.values()))[0])
            assert session is not None
            return session.needs

        await jobs.forget()
        assert stored() == ("housing",)
        shell.clock.advance(days=1)
        await jobs.forget()
        assert stored() == ()
        with shell.engine.begin() as connection:
            assert upkeep.sessions_before(connection, jobs.today(), b"")


async def test_old_rows_are_deleted_by_the_purge(shell: Shell) -> None:
    async with serving(shell) as (runner, courier, jobs):
        await bind_all(shell, runner)
        await ask_for_help(shell, runner, courier)
        await press(shell, runner, courier, STAFF, "acc:")
        await press(shell, runner, courier, STAFF, "end:")
        assert shell.rows("referral") == 1
        shell.clock.advance(days=62)
        await jobs.purge()
        for table in ("session", "message", "seen", "referral", "consent", "signal"):
            assert shell.rows(table) == 0, table
