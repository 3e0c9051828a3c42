"""A person in danger gets the numbers at once while nothing can be stored.

The failures are real: a disk without room for one byte, a PostgreSQL server that is
stopped. Telegram is the fake that checks every call against the Bot API.
"""

from __future__ import annotations

import asyncio
import json
import logging
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot import starting, straight
from bot.app import Parts, assembled, courier_of
from bot.channels.web import WebChannel
from bot.courier import TOO_LATE
from bot.fallback import without_database
from bot.letter import Kind
from bot.parcel import Arrival, NotCommitted, TryLater, Unreachable
from bot.runner import Runner
from bot.settings import Settings
from bot.straight import PAUSE_SECONDS, Straight
from bot.web.app import web_application
from databases import own_server
from fake_telegram import Message
from handlers.turn import ChatKind, Turn, Unreadable
from served_telegram import (
    GROUP,
    MODES,
    PERSON,
    GatedTelegram,
    Served,
    offers,
    serving,
    settings_of,
    until,
)
from shell import Clock, Shell, open_shell
from worlds import NOON, fictional_world

MARK = "zqxcanarywords"
THREAT = "mi esposo me golpea y me amenaza"
NEAR_AND_FAR = ("estoy en Monterrey, Nuevo León", "estoy en Tijuana, Baja California")
LATER = {
    "es": "Ahora mismo no puedo guardar",
    "en": "Right now I cannot store",
    "fr": "Pour le moment, je ne peux rien enregistrer",
    "pt": "Neste momento não consigo guardar",
    "ht": "Kounye a mwen pa ka ni anrejistre",
}
"""How the sentence begins that says that nothing is stored or answered."""


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file of this process take another byte: SQLite fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class RunningClock(Clock):
    """Goes with real time, and can be set ahead."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, **by: float) -> None:
        self.ahead += timedelta(**by)


def parts_of(settings: Settings, clock: Clock) -> Parts:
    """Build the application with a clock, and with little patience."""
    engine = starting.open_database(settings)
    vault = starting.open_keys(settings)
    world = fictional_world()
    return assembled(settings, engine, vault, world, now=clock, patience=0.05)


@dataclass
class Scene:
    """A running application whose clock and Telegram's go together."""

    served: Served
    clock: Clock

    @property
    def fake(self) -> GatedTelegram:
        return self.served.fake

    def told(self, chat: int = PERSON) -> list[Message]:
        """Return the messages, also deleted ones, that say that nothing is stored."""
        messages = self.fake.open_chat(chat).messages.values()
        words = tuple(LATER.values())
        return [m for m in messages if m.by_bot and any(w in m.text for w in words)]

    async def say(self, text: str, phone: str = "es") -> Message:
        """Write; return what is told without the database."""
        known = len(self.told())
        self.fake.write(PERSON, text, language_code=phone)
        await until(lambda: len(self.told()) > known)
        return self.told()[-1]

    async def came_again(self, times: int) -> None:
        """Return once the newest update was brought so many times more."""
        newest = self.fake.pending.all[-1]
        goal = newest.deliveries + times
        await until(lambda: newest.deliveries >= goal)


@asynccontextmanager
async def running(folder: Path, mode: str, database: str = "") -> AsyncIterator[Scene]:
    async with GatedTelegram() as fake:
        clock = RunningClock()
        fake.methods.now = lambda: clock().timestamp()
        parts = parts_of(settings_of(fake, folder, mode, database), clock)
        async with serving(fake, parts) as served:
            yield Scene(served, clock)
            await served.quiet()
            assert parts.counters.totals["runner.bug"] == 0
            assert parts.counters.totals["straight.failed"] == 0
            assert fake.violations == []


@pytest.fixture(params=MODES)
async def scene(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Scene]:
    async with running(tmp_path, request.param) as opened:
        yield opened


def logged(log: pytest.LogCaptureFixture) -> str:
    """Return all that any logger said, with errors and their causes."""
    formatter = logging.Formatter("%(name)s %(message)s")
    return "\n".join(formatter.format(record) for record in log.records)


# ---- through Telegram -----------------------------------------------------------------


async def test_the_numbers_come_in_the_same_turn_once_and_the_answer_when_it_is_back(
    scene: Scene,
) -> None:
    with full_disk():
        numbers = await scene.say(THREAT)
        assert scene.fake.pending.waiting, "nothing is acknowledged"
        await scene.came_again(3)
        assert scene.told() == [numbers]
        first = numbers.text.splitlines()[1]
        own = fictional_world().country.contacts_for("gender_violence")[0]
        assert first.startswith(own.number)
        assert "911" in numbers.text
        sent = scene.fake.called("sendMessage")
        assert [call.chat for call in sent] == [PERSON]
    answer = await scene.fake.wait_for(PERSON, own.number, after=numbers.revision)
    assert LATER["es"] not in answer.text
    await scene.served.quiet()
    assert await scene.served.rows("seen") == 1
    assert scene.told() == [numbers]


async def test_after_ten_minutes_a_new_message_is_told_again_and_an_old_one_is_not(
    tmp_path: Path,
) -> None:
    # By webhook Telegram brings what follows in a chat only once the first is taken.
    async with running(tmp_path, "polling") as scene:
        with full_disk():
            await scene.say(THREAT)
            scene.fake.write(PERSON, "ayuda por favor me va a matar")
            await scene.came_again(2)
            assert len(scene.told()) == 1
            scene.clock.advance(seconds=PAUSE_SECONDS + 1)
            await scene.came_again(2)
            assert len(scene.told()) == 1
            await scene.say("sigo en peligro, auxilio")
            await scene.came_again(2)
            assert len(scene.told()) == 2


async def test_the_same_message_is_not_told_again_after_ten_minutes(scene: Scene) -> None:
    with full_disk():
        numbers = await scene.say(THREAT)
        for _ in range(3):
            scene.clock.advance(seconds=PAUSE_SECONDS + 1)
            await scene.came_again(1)
        assert scene.told() == [numbers]


async def test_what_was_written_long_ago_is_not_told(scene: Scene) -> None:
    scene.fake.methods.now = lambda: scene.clock().timestamp() - TOO_LATE[Kind.REPLY] - 60
    with full_disk():
        scene.fake.write(PERSON, THREAT, language_code="es")
        await scene.came_again(3)
        assert scene.told() == []
        assert scene.fake.called("sendMessage") == []


async def test_who_leaves_is_told_nothing_and_what_was_told_goes(scene: Scene) -> None:
    with full_disk():
        scene.fake.write(PERSON, "salir", language_code="es")
        await scene.came_again(2)
        assert scene.fake.called("sendMessage") == []
    await scene.served.quiet()
    before = scene.fake.revision
    with full_disk():
        numbers = await scene.say(THREAT)
        scene.fake.write(PERSON, "/exit")
        if scene.fake.webhook.target is None:
            await until(lambda: numbers.deleted)
    await scene.served.quiet()
    await until(lambda: numbers.deleted)
    assert numbers not in scene.fake.visible(PERSON)
    shown = [m.text for m in scene.fake.visible(PERSON) if m.by_bot and m.revision > before]
    assert not any("911" in text for text in shown)


async def test_a_press_is_told_in_the_language_of_the_phone(scene: Scene) -> None:
    await scene.served.say(PERSON, "/help", offers("safe:trafficking"), phone="fr")
    await scene.served.quiet()
    with full_disk():
        button = scene.served.button(PERSON, "safe:trafficking")
        scene.fake.press(PERSON, button.data)
        await until(lambda: bool(scene.told()))
        await scene.came_again(2)
        (numbers,) = scene.told()
    assert LATER["fr"] in numbers.text
    own = fictional_world().country.contacts_for("trafficking")[0]
    assert numbers.text.splitlines()[1].startswith(own.number)


async def test_staff_and_channels_are_told_nothing(scene: Scene) -> None:
    await scene.served.bind(GROUP)
    await scene.served.quiet()
    before = scene.fake.texts(GROUP)
    with full_disk():
        scene.fake.write(GROUP, "/cases", kind="group", language_code="es")
        await scene.came_again(3)
        assert scene.fake.texts(GROUP) == before
        assert scene.told(GROUP) == []


async def test_nothing_of_it_is_in_the_log(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with full_disk():
        await scene.say(f"{THREAT} {MARK}")
        await scene.came_again(2)
    await scene.served.quiet()
    said = logged(caplog)
    assert "straight.sent" in said and "not_committed" in said
    assert MARK not in said
    assert str(PERSON) not in said
    assert "golpea" not in said
    assert "911" not in said


async def test_postgresql_that_stops_and_comes_back(tmp_path: Path) -> None:
    with own_server() as server:
        async with running(tmp_path, "webhook", server.url) as scene:
            await scene.served.say(PERSON, "/start", offers("need"), phone="pt")
            await scene.served.quiet()
            await asyncio.to_thread(server.stop)
            numbers = await scene.say("meu marido me bate", "pt")
            assert LATER["pt"] in numbers.text
            await scene.came_again(3)
            assert scene.told() == [numbers]
            await asyncio.to_thread(server.start)
            answer = await scene.fake.wait_for(PERSON, "", after=numbers.revision)
            assert LATER["pt"] not in answer.text
            await scene.served.quiet()
            assert scene.told() == [numbers]
            # It was remembered with what was committed next: leaving takes it too.
            await scene.served.say(PERSON, "/exit")
            await until(lambda: numbers.deleted)


# ---- on the page ----------------------------------------------------------------------


async def test_the_page_shows_the_numbers_with_the_request_to_try_again(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path), directory="fictional")
    parts, channel = parts_of(settings, RunningClock()), WebChannel()
    courier = courier_of(parts, channel)
    await parts.runner.start()
    await courier.start()

    async def publish() -> None:
        raise AssertionError("nobody asked for the digest")

    receiver = Straight(parts.runner, courier, count=parts.counters)
    app = web_application(channel, receiver, (("one", "One"),), publish, lambda: True)
    async with TestClient(TestServer(app)) as client:
        await client.get("/")
        origin = str(client.make_url("/").origin())
        socket = await client.ws_connect("/chat", headers={"Origin": origin})

        async def events_until(name: str) -> list[dict[str, object]]:
            events: list[dict[str, object]] = []
            while not events or events[-1]["event"] != name:
                events.append(await asyncio.wait_for(socket.receive_json(), 10))
            return events

        async def say(text: str, pane: str, number: int) -> None:
            frame = {"do": "say", "id": f"frame-{number:04}", "pane": pane, "text": text}
            await socket.send_str(json.dumps({**frame, "language": "ht"}))

        await socket.send_str(json.dumps({"do": "hello", "seen": {}}))
        await events_until("caught_up")
        with full_disk():
            await say("mari m bat mwen", "person", 1)
            message, error = await events_until("error")
            assert LATER["ht"] in str(message["text"])
            assert "079" in str(message["text"]).splitlines()[1]
            assert error["code"] == "try_again"
            await say("mari m bat mwen", "person", 1)
            assert [e["event"] for e in await events_until("error")] == ["error"]
            await say("hola", "staff:one", 2)
            assert [e["event"] for e in await events_until("error")] == ["error"]
        await say("mari m bat mwen", "person", 1)
        # The courier and the receipt go their own ways.
        events = await events_until("committed")
        if not any(event["event"] == "message" for event in events):
            events += await events_until("message")
        answer = next(event for event in events if event["event"] == "message")
        assert "079" in str(answer["text"]) and LATER["ht"] not in str(answer["text"])
        await socket.close()
    await courier.stop()
    await parts.runner.stop()
    parts.engine.dispose()


# ---- the parts ------------------------------------------------------------------------


def told_for(**turn: object) -> str:
    found = without_database(replace(Turn(), **turn), fictional_world(), NOON)  # type: ignore[arg-type]  # fields of Turn
    return found.reply.text if found.reply else ""


@pytest.mark.parametrize(
    ("text", "phone", "language"),
    [
        (THREAT, "", "es"),
        ("my husband wants to kill me, please help", "es", "en"),
        ("mon mari veut me tuer, aidez-moi", "es", "fr"),
        ("meu marido quer me matar, me ajuda", "", "pt"),
        ("mari m vle touye m, tanpri ede m", "en", "ht"),
        ("???", "pt-BR", "pt"),
        ("", "xx", "es"),
    ],
)
def test_it_is_said_in_the_language_of_the_words_else_of_the_phone(
    text: str, phone: str, language: str
) -> None:
    told = told_for(text=text, client_language=phone)
    assert LATER[language] in told.splitlines()[-1]
    assert fictional_world().country.emergency.number in told


def test_each_line_is_shown_once_and_the_numbers_come_before_the_excuse() -> None:
    told = told_for(text=THREAT).splitlines()
    numbers = [line for line in told if line[:1].isdigit()]
    assert len(numbers) == len(set(numbers)) >= 4
    assert told.index(numbers[-1]) < len(told) - 1


def test_the_lines_of_the_state_that_is_named_are_among_the_first() -> None:
    local = next(c for c in fictional_world().country.contacts if c.area == "NLE")
    near, far = (told_for(text=f"{THREAT}, {where}").splitlines() for where in NEAR_AND_FAR)
    assert any(line.startswith(f"{local.number} ") for line in near[:4])
    assert not any(line.startswith(f"{local.number} ") for line in far)


@pytest.mark.parametrize(
    "turn",
    [
        Turn(text="salir"),
        Turn(text="exit"),
        Turn(text="soti", client_language="ht"),
        Turn(command="exit"),
        Turn(choice="exit"),
        Turn(choice="del!"),
    ],
)
def test_leaving_and_erasing_say_nothing(turn: Turn) -> None:
    found = without_database(turn, fictional_world(), NOON)
    assert found.is_leaving
    assert found.reply is None


@pytest.mark.parametrize(
    "turn",
    [
        Turn(ChatKind.GROUP, text=THREAT),
        Turn(ChatKind.CHANNEL, text=THREAT),
        Turn(unreadable=Unreadable.EDITED),
    ],
)
def test_groups_channels_and_edits_are_told_nothing(turn: Turn) -> None:
    found = without_database(turn, fictional_world(), NOON)
    assert (found.reply, found.is_leaving) == (None, False)


@dataclass
class Away:
    """A shell whose runner stores nothing until it is told to."""

    shell: Shell
    straight: Straight
    runner: Runner
    hangs: asyncio.Event | None = None
    is_back: bool = False
    received: list[Arrival] = field(default_factory=list)

    async def receive(self, arrival: Arrival) -> None:
        self.received.append(arrival)
        if self.hangs is not None:
            await self.hangs.wait()
        if not self.is_back:
            raise NotCommitted

    async def refuse(self, arrival: Arrival) -> None:
        with pytest.raises(NotCommitted):
            await self.straight.receive(arrival)


@pytest.fixture
async def away(tmp_path: Path) -> AsyncIterator[Away]:
    with open_shell("sqlite", tmp_path) as shell:
        runner = shell.runner()
        runner.world = fictional_world()
        await runner.start()
        courier = shell.courier(runner)
        count = shell.counts.update
        made = Straight(runner, courier, count=lambda name: count([name]), wait=0.05)
        found = Away(shell, made, runner)
        runner.receive = found.receive  # type: ignore[method-assign]  # the database that is away
        yield found
        await runner.stop()


async def test_many_updates_of_many_chats_are_each_told_once(away: Away) -> None:
    arrivals = [away.shell.arrival(str(chat), THREAT) for chat in range(20) for _ in range(3)]
    for _ in range(3):
        await asyncio.gather(*(away.refuse(one) for one in arrivals))
    assert sorted(p.chat for p in away.shell.channel.done) == sorted(map(str, range(20)))


async def test_what_is_remembered_is_bounded(away: Away, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(straight, "KEPT", 5)
    for chat in range(12):
        await away.refuse(away.shell.arrival(str(chat), THREAT))
    assert len(away.shell.channel.done) == 12
    assert len(away.straight._told) == len(away.straight._seen) == 5
    away.shell.clock.advance(seconds=PAUSE_SECONDS)
    await away.refuse(away.shell.arrival("12", THREAT))
    assert len(away.straight._told) == 1


async def test_what_telegram_puts_off_is_tried_when_the_update_comes_again(away: Away) -> None:
    away.shell.channel.failures.append(("7", TryLater(1.0)))
    arrival = away.shell.arrival("7", THREAT)
    await away.refuse(arrival)
    assert away.shell.channel.done == []
    await away.refuse(arrival)
    await away.refuse(arrival)
    assert len(away.shell.channel.done) == 1


async def test_a_chat_that_cannot_be_reached_disturbs_nothing(
    away: Away, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    away.shell.channel.failures += [
        ("7", Unreachable("blocked")),
        ("8", ValueError(f"{MARK} 8")),
    ]
    for chat in ("7", "8", "9"):
        await away.refuse(away.shell.arrival(chat, f"{THREAT} {MARK}"))
    assert [p.chat for p in away.shell.channel.done] == ["9"]
    assert "straight.failed Unreachable" in logged(caplog)
    assert "straight.failed ValueError" in logged(caplog)
    assert MARK not in logged(caplog)


async def test_who_leaves_while_the_numbers_are_under_way_finds_them_deleted(
    away: Away,
) -> None:
    channel = away.shell.channel
    gate = channel.slow["7"] = asyncio.Event()
    first = asyncio.create_task(away.refuse(away.shell.arrival("7", THREAT)))
    await asyncio.wait_for(channel.started.get(), 20)
    await away.refuse(away.shell.arrival("7", "salir"))
    gate.set()
    await first
    told, gone = channel.done
    assert told.reply is not None and "911" in told.reply.text
    assert (gone.reply, gone.deletes) == (None, (channel.next_id,))


async def test_who_writes_again_after_leaving_is_told_again(away: Away) -> None:
    for text in (THREAT, "salir", THREAT):
        await away.refuse(away.shell.arrival("7", text))
    assert [bool(p.reply) for p in away.shell.channel.done] == [True, False, True]


async def test_a_database_that_says_nothing_at_all_is_not_waited_for(away: Away) -> None:
    away.hangs, away.is_back = asyncio.Event(), True
    arrival = away.shell.arrival("7", THREAT)
    turn = asyncio.create_task(away.straight.receive(arrival))
    await asyncio.wait_for(away.shell.channel.started.get(), 20)
    assert not turn.done()
    away.hangs.set()
    await turn
    assert len(away.shell.channel.done) == 1


async def test_once_the_database_is_known_to_be_away_nobody_waits_for_it(
    away: Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(straight, "BRIEF_WAIT", 0.05)
    away.straight = Straight(away.runner, away.shell.courier(away.runner), wait=600)
    await away.refuse(away.shell.arrival("7", THREAT))
    await asyncio.wait_for(away.shell.channel.started.get(), 20)
    away.hangs = asyncio.Event()
    turn = asyncio.create_task(away.refuse(away.shell.arrival("8", THREAT)))
    await asyncio.wait_for(away.shell.channel.started.get(), 20)
    assert not turn.done()
    away.hangs.set()
    await turn
    assert [p.chat for p in away.shell.channel.done] == ["7", "8"]


async def test_a_turn_that_is_stored_says_nothing_beside_its_answer(away: Away) -> None:
    away.is_back = True
    await away.straight.receive(away.shell.arrival("7", THREAT))
    await asyncio.sleep(0.1)
    assert away.shell.channel.begun == []
    assert len(away.received) == 1


async def test_what_was_told_is_remembered_with_the_next_commit(away: Away) -> None:
    await away.refuse(away.shell.arrival("7", THREAT))
    assert away.shell.rows("message") == 0
    await away.runner.settled()
    assert away.shell.rows("message") == 1
