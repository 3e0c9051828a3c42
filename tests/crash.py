"""A bot that is killed and started again, and the people who write to it meanwhile."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
import time
from asyncio.subprocess import PIPE, Process
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from fake_telegram import FakeTelegram, Message

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "4242:TEST-TEST-TEST"
READY = b"Faro is ready"
HANGS = 120.0
"""Seconds after which something that should come is taken for lost."""
EDIT = "editMessageText"
SAYS = ("sendMessage", "sendVenue", EDIT)
UNDER_WAY = 0.3
"""Seconds after a kill in which a call that was on its way may still be noted. A new
process needs longer to say anything."""
RATE = 20.0
"""Updates a second."""
JOURNEYS = 1.6
"""New journeys a second, of five updates each; the rest are first messages."""
FIRST_STRANGER = 1_000_000
FIRST_SEEKER = 5_000_000
FIRST_GROUP = -1_001_000_000_001


class BotProcess:
    """``python -m bot serve``, again and again on the same data."""

    def __init__(self, api: str, database: str, folder: Path) -> None:
        self.killed: list[float] = []
        """When, in unix time."""
        self._log = folder / "bot.log"
        self._process: Process | None = None
        self._is_ready = False
        ours = {k: v for k, v in os.environ.items() if not k.startswith("FARO_")}
        self._environment = ours | {
            "FARO_TELEGRAM_TOKEN": TOKEN,
            "FARO_TELEGRAM_API": api,
            "FARO_DIRECTORY": "fictional",
            "FARO_SEND_RATE": "0",
            "FARO_DATA": str(folder),
            "FARO_DATABASE": database,
            "FARO_PORT": str(free_port()),
        }

    async def start(self) -> None:
        """Start it; returns before it is ready."""
        self._is_ready = False
        with self._log.open("ab") as log:
            self._process = await self._run("serve", stderr=log.fileno())

    async def ready(self) -> None:
        """Wait until it serves. Raises ``RuntimeError`` with its log when it ends first."""
        output = self._running().stdout
        assert output is not None
        while not self._is_ready:
            line = await asyncio.wait_for(output.readline(), HANGS)
            if not line:
                raise RuntimeError(f"it ended: {self.log_text()[-2000:]}")
            self._is_ready = READY in line

    async def kill(self) -> None:
        """End it with SIGKILL, as a power cut does. It must still have been running."""
        process = self._running()
        self.killed.append(time.time())
        process.kill()
        if await process.wait() != -signal.SIGKILL:
            raise RuntimeError(f"it ended by itself: {self.log_text()[-2000:]}")

    async def stop(self) -> int:
        """End it in good order and return its exit code."""
        process = self._running()
        process.terminate()
        return await asyncio.wait_for(process.wait(), HANGS)

    async def close(self) -> None:
        """End it if it still runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def invite(self, organization: str) -> str:
        """Return the one-use token that binds a group to an organization."""
        process = await self._run("staff", "invite", organization, stderr=PIPE)
        said, complaint = await asyncio.wait_for(process.communicate(), HANGS)
        found = re.search(r"[?]startgroup=(\S+)", said.decode())
        assert found, complaint.decode()
        return found[1]

    def log_text(self) -> str:
        """Return what all processes so far have logged."""
        return self._log.read_text(encoding="utf-8")

    def _running(self) -> Process:
        assert self._process is not None
        return self._process

    async def _run(self, *words: str, stderr: int) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", *words),
            cwd=ROOT,
            env=self._environment,
            stdout=PIPE,
            stderr=stderr,
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody looks for, and where."""

    need: str
    point: tuple[float, float]


PLANS = (
    Plan("housing", (14.9055, -92.2636)),
    Plan("basic_needs", (32.5149, -117.0382)),
    Plan("legal_aid", (19.4326, -99.1332)),
    Plan("housing", (17.0654, -96.7236)),
)
"""Tapachula, Tijuana, Mexico City, Oaxaca: groups of different organizations."""


@dataclass(slots=True)
class Journey:
    """Somebody who asks an organization for help, and how far that came."""

    chat: int
    plan: Plan
    send_update: int = 0
    """Id of the update that sends the card, 0 before."""
    code: str = ""
    """Of the receipt, as people see it; empty before."""

    def is_among(self, cards: Iterable[str]) -> bool:
        """Tell whether one of these cards is its."""
        return bool(self.code) and any(self.code in card for card in cards)


@dataclass(slots=True)
class Crowd:
    """People in many chats. What they do is seeded; only the bot's answers pace them."""

    fake: FakeTelegram
    chance: Random
    services: dict[Plan, str] = field(default_factory=dict)
    groups: dict[Plan, int] = field(default_factory=dict)
    strangers: list[int] = field(default_factory=list)
    journeys: list[Journey] = field(default_factory=list)

    def meet(self) -> int:
        """Let somebody new write /start and return the chat."""
        chat = FIRST_STRANGER + len(self.strangers)
        self.strangers.append(chat)
        self.fake.write(chat, "/start", language_code="es", marker=f"#s{chat}")
        return chat

    def new_journey(self, plan: Plan) -> Journey:
        """Return the next journey; nothing is written yet."""
        journey = Journey(FIRST_SEEKER + len(self.journeys), plan)
        self.journeys.append(journey)
        return journey

    async def find(self, chat: int, plan: Plan) -> list[str]:
        """Look for places and return the data of their buttons."""
        start = f"/start need_{plan.need}"
        self.fake.write(chat, start, language_code="es", marker=f"#j{chat}")
        await self.fake.wait_for(chat, lambda _: self._asks_location(chat), HANGS)
        self.fake.share_location(chat, *plan.point)
        message = await self.fake.wait_for(chat, lambda m: bool(data_of(m, "svc:")), HANGS)
        return data_of(message, "svc:")

    async def travel(self, journey: Journey) -> None:
        """Go to the receipt; an answer that never comes leaves the journey without a code."""
        with suppress(TimeoutError):
            await self._travel(journey)

    async def _travel(self, journey: Journey) -> None:
        """Each step follows the answer to the one before."""
        chat, plan = journey.chat, journey.plan
        await self.find(chat, plan)
        await self._press(chat, self.services[plan])
        await self._press(chat, "ref:")
        journey.send_update = await self._press(chat, "send")
        receipt = await self.fake.wait_for(chat, lambda m: bool(data_of(m, "undo:")), HANGS)
        code = data_of(receipt, "undo:")[0].removeprefix("undo:")
        journey.code = f"{code[:4]}-{code[4:]}"

    async def come(self, ended: asyncio.Event) -> None:
        """Let people come at a steady rate until the event; then let all finish."""
        loop = asyncio.get_running_loop()
        start, journeys, others = loop.time(), 0, 0
        async with asyncio.TaskGroup() as group:
            while not ended.is_set():
                passed = loop.time() - start
                while journeys < passed * JOURNEYS:
                    plan = self.chance.choice(PLANS)
                    group.create_task(self.travel(self.new_journey(plan)))
                    journeys += 1
                while others < passed * (RATE - 5 * JOURNEYS):
                    self.meet()
                    others += 1
                await asyncio.sleep(0.02)

    def said(self) -> dict[int, list[tuple[str, str]]]:
        """Return what the bot said in each chat, in order: method and first line."""
        found: dict[int, list[tuple[str, str]]] = defaultdict(list)
        for call in self.fake.calls:
            if call.chat is not None and call.method in SAYS:
                line = str(call.params.get("text", "")).split("\n")[0]
                found[call.chat].append((call.method, line))
        return found

    def said_before(self, moment: float) -> int:
        """Count what the bot said in the half second before a moment of unix time."""
        calls = (call for call in self.fake.calls if call.method in SAYS)
        return sum(moment - 0.5 < call.at <= moment for call in calls)

    def repeats_after(self, kills: Sequence[float]) -> Counter[int]:
        """Count repeated messages by the kill (its index) that made them necessary.

        That is the first after the message was sent before; with other databases a
        lease delays the repetition beyond later kills. Without one: ``len(kills)``.
        """
        found: Counter[int] = Counter()
        before: dict[tuple[int | None, str], float] = {}
        for call in self.fake.calls:
            if call.method in SAYS and call.method != EDIT:
                message = call.chat, str(call.params.get("text", ""))
                if message in before:
                    found[bisect(kills, before[message] - UNDER_WAY)] += 1
                before[message] = call.at
        return found

    def _asks_location(self, chat: int) -> bool:
        keyboard = self.fake.open_chat(chat).keyboard
        return any(button.asks_location for row in keyboard for button in row)

    async def _press(self, chat: int, wanted: str) -> int:
        message = await self.fake.wait_for(chat, lambda m: bool(data_of(m, wanted)), HANGS)
        return self.fake.press(chat, data_of(message, wanted)[0])


def data_of(message: Message, wanted: str) -> list[str]:
    """Return the data of the buttons that begin like this."""
    buttons = (button.data for row in message.buttons for button in row)
    return [data for data in buttons if data.startswith(wanted)]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
