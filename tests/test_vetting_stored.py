"""The whole way through the real runner and database: links, steps, taps, and a card."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.courier import Courier
from bot.runner import Runner
from bot.vault import fingerprint
from bot.watch import ListingWatch
from databases import BACKENDS
from handlers.conversation import converse
from handlers.turn import ChatKind, World
from referrals.store import vetting
from referrals.store.bindings import insert_invitation
from referrals.store.engine import Connection
from shell import Clock, Shell, apology, open_shell, until
from town import BEDS, HOUSE, small_directory
from worlds import fictional_world


@pytest.fixture(params=BACKENDS)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shell]:
    with open_shell(request.param, tmp_path) as opened:
        yield opened


def stored_world(clock: Clock) -> World:
    """Return a world of which nothing is vouched for."""
    directory = small_directory(clock().date())
    return replace(fictional_world(), directory=directory, is_fictional=False)


@dataclass(slots=True)
class Stored:
    """A started runner on the real conversation."""

    shell: Shell
    runner: Runner
    courier: Courier

    async def write(self, chat: str, text: str) -> None:
        kind = ChatKind.GROUP if chat == "group" else ChatKind.PRIVATE
        command, _, payload = text.removeprefix("/").partition(" ")
        more = {"command": command, "payload": payload} if text.startswith("/") else {}
        await self.runner.receive(self.shell.arrival(chat, text, kind=kind, **more))

    async def press(self, chat: str, data: str) -> None:
        kind = ChatKind.GROUP if chat == "group" else ChatKind.PRIVATE
        await self.runner.receive(self.shell.arrival(chat, kind=kind, choice=data))

    async def join(self, alias: str) -> None:
        token = secrets.token_urlsafe(18)
        end = int(self.shell.clock().timestamp()) + 3600

        def make(connection: Connection) -> None:
            vetting.insert_coordinator(connection, alias, fingerprint(alias))
            insert_invitation(connection, fingerprint(token), None, end, alias)

        await self.runner.call(make)
        await self.write(alias, f"/start {token}")

    def is_offered(self) -> bool:
        return self.runner.world.directory.is_offered(BEDS)

    async def said(self) -> list[tuple[str, str]]:
        """Return chat and text of each message so far, once all are delivered."""
        await self.runner.settled()
        await until(lambda: self.courier.waiting() == 0)
        return [(p.chat, p.reply.text) for p in self.shell.channel.done if p.reply]


async def test_two_coordinators_a_call_back_and_a_chat_make_it_offered(shell: Shell) -> None:
    runner = Runner(
        shell.engine,
        shell.vault,
        converse,
        stored_world(shell.clock),
        apology,
        now=shell.clock,
        watch=ListingWatch(0),
    )
    courier = shell.courier(runner)
    await runner.start()
    await courier.start()
    try:
        await whole_way(Stored(shell, runner, courier))
    finally:
        await courier.stop()
        await runner.stop()


async def whole_way(town: Stored) -> None:
    """Vet, tap, ask, pause: each seen in the next turn."""
    await town.join("ana")
    await town.press("ana", f"vok:{HOUSE}")
    await town.press("ana", f"vok:{HOUSE}")
    await town.press("ana", f"vcall:{HOUSE}")
    await town.write("ana", "el registro del estado")
    await town.press("ana", f"vlink:{HOUSE}")
    (link,) = [text for chat, text in await town.said() if "/start" in text and chat == "ana"]
    token = re.search(r"/start (\S+)", link)
    assert token
    await town.write("group", f"/start {token[1]}")
    await town.write("p", "hola")
    assert not town.is_offered()
    await town.join("beto")
    await town.press("beto", f"vok:{HOUSE}")
    await town.press("group", f"cap:{BEDS}:few")
    await town.write("p", "busco albergue en tapachula")
    assert town.is_offered()
    said = await town.said()
    assert any(chat == "p" and "Casa Uno" in text for chat, text in said)
    assert any(chat == "ana" and "beto aprobó Casa Uno" in text for chat, text in said)
    assert not any(chat == "beto" and "beto aprobó" in text for chat, text in said)
    assert any(chat == "group" and "Desde ahora la gente ve Casa Uno" in t for chat, t in said)
    await town.press("p", f"ref:{BEDS}")
    await town.press("beto", f"vpau!:{HOUSE}")
    await town.press("p", "send")
    assert not town.is_offered()
    assert not any("Nueva solicitud" in text for _, text in await town.said())
