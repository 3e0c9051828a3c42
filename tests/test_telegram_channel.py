"""The Telegram channel against a small Bot API on a socket."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import warnings
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.channels.telegram import BATCH, TelegramChannel, Webhook
from bot.channels.telegram_messages import split_text
from bot.channels.telegram_polling import Waits, poll
from bot.channels.telegram_request import AiohttpRequest
from bot.channels.telegram_updates import utf16_length
from bot.channels.telegram_webhook import HEADER, MAX_BODY, webhook_handler
from bot.parcel import (
    Arrival,
    Misaddressed,
    Moved,
    NotCommitted,
    Parcel,
    TryLater,
    Unreachable,
)
from handlers.turn import MAX_TEXT, Choice, Reply, Venue

TOKEN = "4242:TOKEN-canary"
WORDS = "CANARY palabras de alguien"
QUICK = Waits(first=0.005, longest=0.02, conflict=0.005, refused=0.005)

Answer = tuple[int, Any]


def ok(result: Any = True) -> Answer:
    return 200, {"ok": True, "result": result}


def no(code: int, description: str, **parameters: int) -> Answer:
    body = {"ok": False, "error_code": code, "description": description}
    return code, body | ({"parameters": parameters} if parameters else {})


class Api:
    """A Bot API that keeps the calls and gives the answers it was told."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.scripted: dict[str, list[Answer]] = {}
        self.pending: list[bytes] = []
        self.url = ""

    def script(self, method: str, *answers: Answer) -> None:
        self.scripted.setdefault(method, []).extend(answers)

    def of(self, method: str) -> list[dict[str, Any]]:
        return [parameters for name, parameters in self.calls if name == method]

    def only(self, method: str) -> dict[str, Any]:
        (parameters,) = self.of(method)
        return parameters

    async def handle(self, request: web.Request) -> web.Response:
        assert request.match_info["token"] == TOKEN
        assert request.content_type == "application/json"
        method = request.match_info["method"]
        parameters = await request.json()
        self.calls.append((method, parameters))
        if self.scripted.get(method):
            status, body = self.scripted[method].pop(0)
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            return web.Response(status=status, body=raw, content_type="application/json")
        if method == "getUpdates":
            return await self._updates(parameters.get("offset", 0))
        sent = {"message_id": len(self.calls), "date": 1, "chat": {"id": 77}}
        return web.json_response(ok(sent if method.startswith("send") else True)[1])

    async def _updates(self, offset: int) -> web.Response:
        def number(update: bytes) -> int:
            return int(update.split(b'"update_id":')[1].split(b",")[0].rstrip(b"}"))

        kept = [update for update in self.pending if number(update) >= offset]
        self.pending = kept
        if not kept:
            await asyncio.sleep(0.01)
        body = b'{"ok":true,"result":[' + b",".join(kept[:100]) + b"]}"
        return web.Response(body=body, content_type="application/json")

    async def until(self, claim: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not claim():  # noqa: ASYNC110 - claims are about the channel too
                await asyncio.sleep(0.002)


class Taker:
    """A receiver that keeps what it is given; ``refusals`` says how often it cannot."""

    def __init__(self, refusals: int = 0, error: type[Exception] = NotCommitted) -> None:
        self.taken: list[Arrival] = []
        self.started: list[str] = []
        self.refusals = refusals
        self.error = error
        self.gate: asyncio.Event | None = None

    async def receive(self, arrival: Arrival) -> None:
        self.started.append(arrival.update)
        if self.gate is not None:
            await self.gate.wait()
        if self.refusals:
            self.refusals -= 1
            raise self.error(WORDS)
        self.taken.append(arrival)

    @property
    def updates(self) -> list[str]:
        return [arrival.update for arrival in self.taken]


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    fake = Api()
    app = web.Application()
    app.router.add_post("/bot{token}/{method}", fake.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    fake.url = f"http://127.0.0.1:{port}"
    yield fake
    await runner.cleanup()


@pytest.fixture
async def channel(api: Api) -> AsyncIterator[TelegramChannel]:
    made = TelegramChannel(TOKEN, api.url)
    yield made
    await made.close()


def say(text: str = "hola", **fields: Any) -> Parcel:
    return Parcel("telegram", "77", Reply(text, **fields))


CHOICES = ((Choice("Sí", "yes"), Choice("No", "no")), (Choice("Mapa", url="https://x.mx"),))


# Sending


async def test_a_reply_is_one_silent_message_without_preview(
    api: Api, channel: TelegramChannel
) -> None:
    assert await channel.deliver(say()) == 1
    assert api.calls == [
        (
            "sendMessage",
            {
                "chat_id": 77,
                "text": "hola",
                "link_preview_options": {"is_disabled": True},
                "disable_notification": True,
            },
        )
    ]


async def test_a_message_to_a_group_makes_its_sound(api: Api, channel: TelegramChannel) -> None:
    await channel.deliver(Parcel("telegram", "-100", Reply("hola")))
    assert "disable_notification" not in api.only("sendMessage")


async def test_choices_become_rows_of_buttons(api: Api, channel: TelegramChannel) -> None:
    await channel.deliver(say(choices=CHOICES))
    assert api.only("sendMessage")["reply_markup"] == {
        "inline_keyboard": [
            [{"text": "Sí", "callback_data": "yes"}, {"text": "No", "callback_data": "no"}],
            [{"text": "Mapa", "url": "https://x.mx"}],
        ]
    }


async def test_a_button_that_dials_is_written_out_for_telegram_refuses_it(
    api: Api, channel: TelegramChannel
) -> None:
    dial = ((Choice("Emergencias", url="tel:911"), Choice("LGBT", url="tel:079")),)
    await channel.deliver(say("Llama al 079", choices=dial))
    sent = api.only("sendMessage")
    assert sent["text"] == "Llama al 079\nEmergencias: 911"
    assert "reply_markup" not in sent


async def test_asking_for_a_location_puts_its_button_first(
    api: Api, channel: TelegramChannel
) -> None:
    asks = say(choices=CHOICES[:1], asks_location=True, location_label="Compartir")
    await channel.deliver(asks)
    assert api.only("sendMessage")["reply_markup"] == {
        "keyboard": [
            [{"text": "Compartir", "request_location": True}],
            [{"text": "Sí"}, {"text": "No"}],
        ],
        "one_time_keyboard": True,
        "resize_keyboard": True,
    }


async def test_a_group_is_never_asked_for_a_location(api: Api, channel: TelegramChannel) -> None:
    reply = Reply("¿Dónde?", CHOICES[:1], asks_location=True, location_label="Compartir")
    await channel.deliver(Parcel("telegram", "-100", reply))
    assert "inline_keyboard" in api.only("sendMessage")["reply_markup"]


async def test_a_venue_is_a_point_with_title_address_and_choices(
    api: Api, channel: TelegramChannel
) -> None:
    venue = Venue(14.9, -92.2, "Casa", "Calle 1")
    assert await channel.deliver(say(venue=venue, choices=CHOICES)) == 1
    sent = api.only("sendVenue")
    assert (sent["latitude"], sent["longitude"]) == (14.9, -92.2)
    assert (sent["title"], sent["address"]) == ("Casa", "Calle 1")
    assert len(sent["reply_markup"]["inline_keyboard"]) == 2


async def test_a_text_too_long_is_sent_in_parts_with_the_buttons_under_the_last(
    api: Api, channel: TelegramChannel
) -> None:
    text = "\n".join(f"línea {n} 😀" for n in range(800))
    assert await channel.deliver(say(text, choices=CHOICES)) == len(api.calls)
    sent = api.of("sendMessage")
    assert len(sent) > 1
    assert "\n".join(part["text"] for part in sent) == text
    assert ["reply_markup" in part for part in sent] == [False] * (len(sent) - 1) + [True]


@pytest.mark.parametrize("text", ["a" * 9_000, "😀" * 5_000, "x" * 4_095 + "😀", "ab " * 3_000])
def test_splitting_keeps_every_character_and_every_limit(text: str) -> None:
    pieces = split_text(text)
    assert len(pieces) > 1
    assert all(0 < utf16_length(piece) <= MAX_TEXT for piece in pieces)
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")


def test_a_text_that_fits_is_not_split() -> None:
    assert split_text("a" * 4_096) == ["a" * 4_096]


# Editing


async def test_an_edit_takes_the_place_of_the_message(api: Api, channel: TelegramChannel) -> None:
    assert await channel.deliver(Parcel("telegram", "77", Reply("b", CHOICES), edits=12)) == 12
    assert api.only("editMessageText")["message_id"] == 12
    assert not api.of("sendMessage")


async def test_an_edit_that_changes_nothing_is_done(api: Api, channel: TelegramChannel) -> None:
    api.script("editMessageText", no(400, "Bad Request: message is not modified: specified"))
    assert await channel.deliver(Parcel("telegram", "77", Reply("b"), edits=12)) == 12
    assert not api.of("sendMessage")


@pytest.mark.parametrize(
    "words", ["message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID"]
)
async def test_an_edit_of_a_message_that_is_gone_sends_a_new_one(
    words: str, api: Api, channel: TelegramChannel
) -> None:
    api.script("editMessageText", no(400, f"Bad Request: {words}"))
    assert await channel.deliver(Parcel("telegram", "77", Reply("b"), edits=12)) == 2
    assert api.only("sendMessage")["text"] == "b"


async def test_a_venue_in_place_of_a_message_is_sent_and_the_old_one_deleted(
    api: Api, channel: TelegramChannel
) -> None:
    reply = Reply("x", venue=Venue(1, 2, "Casa", ""))
    api.script("deleteMessage", no(500, "Internal"))
    assert await channel.deliver(Parcel("telegram", "77", reply, edits=12)) == 1
    assert api.only("deleteMessage") == {"chat_id": 77, "message_id": 12}
    assert api.only("sendVenue")["address"] == "Casa"


# Deleting


async def test_deletes_go_in_batches_of_a_hundred(api: Api, channel: TelegramChannel) -> None:
    assert await channel.deliver(Parcel("telegram", "77", deletes=tuple(range(1, 251)))) == 0
    sizes = [len(call["message_ids"]) for call in api.of("deleteMessages")]
    assert sizes == [BATCH, BATCH, 50]


async def test_a_refused_batch_is_deleted_one_by_one_as_far_as_it_goes(
    api: Api, channel: TelegramChannel
) -> None:
    api.script("deleteMessages", no(400, "Bad Request: message can't be deleted"))
    api.script("deleteMessage", no(400, "Bad Request: message can't be deleted for everyone"))
    await channel.deliver(Parcel("telegram", "77", Reply("adiós"), deletes=tuple(range(1, 31))))
    assert sorted(call["message_id"] for call in api.of("deleteMessage")) == [*range(1, 31)]
    assert api.calls[-1][0] == "sendMessage"


async def test_single_deletes_that_are_held_up_come_again(
    api: Api, channel: TelegramChannel
) -> None:
    api.script("deleteMessages", no(400, "Bad Request: x"))
    api.script("deleteMessage", no(429, "Too Many Requests", retry_after=3))
    with pytest.raises(TryLater):
        await channel.deliver(Parcel("telegram", "77", deletes=(1, 2)))


# Refusals

REFUSALS = [
    (no(429, "Too Many Requests: retry after 7", retry_after=7), TryLater),
    (no(401, "Unauthorized"), TryLater),
    (no(404, "Not Found"), TryLater),
    (no(403, f"Forbidden: bot was blocked by the user {WORDS}"), Unreachable),
    (no(400, "Bad Request: chat not found"), Unreachable),
    (no(400, "Bad Request: have no rights to send a message"), Unreachable),
    (no(400, "Bad Request: group upgraded", migrate_to_chat_id=-100777), Moved),
    (no(400, f"Bad Request: can't parse {WORDS}"), Misaddressed),
    (no(400, "Bad Request: BUTTON_DATA_INVALID"), Misaddressed),
    (no(500, f"Internal {WORDS}"), TryLater),
    ((502, b"<html>" + WORDS.encode()), TryLater),
    ((200, b"not json " + WORDS.encode()), TryLater),
    ((200, b"[" * 20_000), TryLater),
    ((400, b'{"ok":false,"description":5}'), Misaddressed),
    ((400, b'{"ok":false,"parameters":{"retry_after":"x"}}'), Misaddressed),
]


@pytest.mark.parametrize(("answer", "expected"), REFUSALS)
async def test_every_refusal_says_what_follows_and_repeats_nothing(
    answer: Answer,
    expected: type[Exception],
    api: Api,
    channel: TelegramChannel,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    api.script("sendMessage", answer)
    with pytest.raises(expected) as caught:
        await channel.deliver(say(WORDS))
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    told = repr(caught.value) + caplog.text
    assert "CANARY" not in told
    assert TOKEN not in told


async def test_a_flood_limit_holds_up_this_chat_only(api: Api, channel: TelegramChannel) -> None:
    api.script("sendMessage", no(429, "Too Many Requests", retry_after=7))
    with pytest.raises(TryLater) as caught:
        await channel.deliver(say())
    assert (caught.value.seconds, caught.value.everyone) == (7.0, False)


async def test_a_refused_token_holds_up_everyone_and_is_logged_as_a_code(
    api: Api, channel: TelegramChannel, caplog: pytest.LogCaptureFixture
) -> None:
    api.script("sendMessage", no(401, "Unauthorized"))
    with pytest.raises(TryLater) as caught:
        await channel.deliver(say())
    assert (caught.value.seconds, caught.value.everyone) == (60.0, True)
    assert caplog.messages == ["telegram.unauthorized"]


async def test_a_chat_that_moved_says_where_to(api: Api, channel: TelegramChannel) -> None:
    api.script("sendMessage", no(400, "Bad Request: x", migrate_to_chat_id=-100777))
    with pytest.raises(Moved) as caught:
        await channel.deliver(Parcel("telegram", "-5", Reply("x")))
    assert caught.value.chat == "-100777"


async def test_half_a_character_in_a_reply_is_our_fault_and_is_not_repeated(
    api: Api, channel: TelegramChannel
) -> None:
    with pytest.raises(Misaddressed) as caught:
        await channel.deliver(say("\ud83d CANARY"))
    assert "CANARY" not in repr(caught.value)
    assert not api.calls


async def test_without_a_network_it_is_tried_later_and_the_token_is_not_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    channel = TelegramChannel(TOKEN, "http://127.0.0.1:1")
    with pytest.raises(TryLater) as caught:
        await channel.deliver(say(WORDS))
    await channel.close()
    assert (caught.value.seconds, caught.value.everyone) == (1.0, False)
    assert TOKEN not in caplog.text + repr(caught.value)
    assert "CANARY" not in caplog.text


async def test_a_server_that_stays_silent_times_out_without_its_address() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    request = AiohttpRequest(read=0.05)
    with pytest.raises(Exception) as caught:
        await request.post(f"http://127.0.0.1:{port}/bot{TOKEN}/getMe")
    await request.shutdown()
    server.close()
    assert type(caught.value).__name__ == "TimedOut"
    assert caught.value.__context__ is None
    assert TOKEN not in repr(caught.value)


async def test_connections_are_kept_and_a_closed_channel_can_start_again(
    api: Api, channel: TelegramChannel
) -> None:
    await channel.deliver(say())
    await channel.request.shutdown()
    assert await channel.deliver(say()) == 2


async def test_a_file_goes_as_a_form() -> None:
    from telegram import InputFile
    from telegram.request import RequestData
    from telegram.request._requestparameter import RequestParameter

    seen: dict[str, Any] = {}

    async def take(request: web.Request) -> web.Response:
        form = await request.post()
        document = form["document"]
        assert isinstance(document, web.FileField)
        seen.update(chat=form["chat_id"], name=document.filename, body=document.file.read())
        return web.json_response({"ok": True, "result": True})

    app = web.Application()
    app.router.add_post("/x", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    data = RequestData(
        [
            RequestParameter.from_input("chat_id", 5),
            RequestParameter.from_input("document", InputFile(b"a,b", filename="f.csv")),
        ]
    )
    request = AiohttpRequest()
    assert await request.post(f"http://127.0.0.1:{port}/x", data) is True
    await request.shutdown()
    await runner.cleanup()
    assert seen == {"chat": "5", "name": "f.csv", "body": b"a,b"}


async def test_the_hot_path_warns_of_nothing(api: Api, channel: TelegramChannel) -> None:
    with warnings.catch_warnings(record=True) as told:
        TelegramChannel(TOKEN, api.url)
        await channel.deliver(say())
    assert told == []


def test_no_other_http_client_is_made() -> None:
    code = (
        "import gc, bot.channels.telegram as t\n"
        "t.TelegramChannel('1:x')\n"
        "names = {str(type(o).__module__).split('.')[0] + '.' + type(o).__name__"
        " for o in gc.get_objects()}\n"
        "print(sorted(n for n in names if n in ('httpx.AsyncClient', 'telegram.HTTPXRequest')))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0)


# Starting


async def test_preparing_shows_commands_per_language_and_ends_a_webhook(
    api: Api, channel: TelegramChannel
) -> None:
    api.script("getMe", ok({"id": 1, "is_bot": True, "username": "FaroBot"}))
    commands = {"es": [("salir", "Salir")], "pt-BR": [("sair", "Sair")], "quc": [("x", "y")]}
    await channel.prepare(commands)
    assert channel.username == "FaroBot"
    shown = {call.get("language_code", ""): call for call in api.of("setMyCommands")}
    assert set(shown) == {"", "es", "pt"}
    assert shown[""]["commands"] == [{"command": "salir", "description": "Salir"}]
    assert api.only("deleteWebhook") == {"drop_pending_updates": False}


async def test_preparing_a_webhook_sets_its_secret_and_what_is_allowed(
    api: Api, channel: TelegramChannel
) -> None:
    await channel.prepare({}, Webhook("https://faro.mx/t", "s3cret"))
    call = api.only("setWebhook")
    assert (call["url"], call["secret_token"]) == ("https://faro.mx/t", "s3cret")
    assert "callback_query" in call["allowed_updates"]
    assert call["drop_pending_updates"] is False


async def test_preparing_without_a_good_token_says_try_later(
    api: Api, channel: TelegramChannel
) -> None:
    api.script("getMe", no(401, "Unauthorized"))
    with pytest.raises(TryLater):
        await channel.prepare({})


async def test_an_answer_to_a_press_neither_waits_nor_fails(
    api: Api, channel: TelegramChannel
) -> None:
    api.script("answerCallbackQuery", no(400, "Bad Request: query is too old"))
    channel.answer("cb1")
    channel.answer("cb2")
    assert not api.calls
    await api.until(lambda: len(api.of("answerCallbackQuery")) == 2)


# Polling


def update(number: int, text: str = "hola") -> bytes:
    message = {
        "message_id": number,
        "date": 1,
        "chat": {"id": 77, "type": "private"},
        "from": {"id": 77, "is_bot": False, "first_name": "CANARY"},
        "text": text,
    }
    return json.dumps({"update_id": number, "message": message}, separators=(",", ":")).encode()


def press(number: int) -> bytes:
    query = {
        "id": f"cb{number}",
        "from": {"id": 77, "is_bot": False},
        "message": {"message_id": 1, "date": 1, "chat": {"id": 77, "type": "private"}},
        "data": "x",
    }
    body = {"update_id": number, "callback_query": query}
    return json.dumps(body, separators=(",", ":")).encode()


class Polling:
    """A poller under way, stopped at the end of the block."""

    def __init__(self, channel: TelegramChannel, taker: Taker) -> None:
        self._stop = asyncio.Event()
        self._run = poll(channel, taker, self._stop, QUICK)

    async def __aenter__(self) -> Polling:
        self._task = asyncio.ensure_future(self._run)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop.set()
        async with asyncio.timeout(10):
            await self._task


async def test_a_batch_is_received_in_order_and_then_forgotten(
    api: Api, channel: TelegramChannel
) -> None:
    api.pending = [update(number) for number in range(500, 620)]
    taker = Taker()
    async with Polling(channel, taker):
        await api.until(lambda: not api.pending)
    assert taker.updates == [str(number) for number in range(500, 620)]
    first = api.of("getUpdates")[0]
    assert (first["limit"], first["timeout"]) == (100, 25)
    assert "message" in first["allowed_updates"]


async def test_nothing_is_acknowledged_before_it_is_committed(
    api: Api, channel: TelegramChannel
) -> None:
    api.pending = [update(1), update(2)]
    taker = Taker()
    taker.gate = asyncio.Event()
    async with Polling(channel, taker):
        await api.until(lambda: len(taker.started) == 2)
        assert len(api.of("getUpdates")) == 1
        taker.gate.set()
        await api.until(lambda: not api.pending)
    assert taker.updates == ["1", "2"]


async def test_what_could_not_be_committed_comes_again(
    api: Api, channel: TelegramChannel, caplog: pytest.LogCaptureFixture
) -> None:
    api.pending = [update(7), update(8)]
    taker = Taker(refusals=5)
    async with Polling(channel, taker):
        await api.until(lambda: not api.pending)
    assert set(taker.updates) == {"7", "8"}
    assert "telegram.not_committed" in caplog.messages
    assert "CANARY" not in caplog.text


@pytest.mark.parametrize("place", range(0, 100, 11))
async def test_a_poison_update_is_counted_and_the_other_99_are_received(
    place: int, api: Api, channel: TelegramChannel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "faro")
    poison = b'{"update_id":%d,"message":{"date":"CANARY"}}' % (300 + place)
    api.pending = [poison if n == place else update(300 + n) for n in range(100)]
    taker = Taker()
    async with Polling(channel, taker):
        await api.until(lambda: not api.pending)
    assert len(taker.taken) == 99
    assert dict(channel.unreadable) == {"shape": 1}
    assert caplog.messages == ["telegram.unreadable.shape"]


async def test_a_receiver_with_a_bug_does_not_silence_the_bot(
    api: Api, channel: TelegramChannel, caplog: pytest.LogCaptureFixture
) -> None:
    api.pending = [update(1)]
    taker = Taker(refusals=3, error=RuntimeError)
    async with Polling(channel, taker):
        await api.until(lambda: not api.pending)
    assert len(taker.started) == 3
    assert caplog.messages.count("telegram.receiver_broken") == 2
    assert caplog.messages[-1] == "telegram.given_up"
    assert "CANARY" not in caplog.text


async def test_a_second_poller_raises_an_alarm_and_is_outwaited(
    api: Api, channel: TelegramChannel, caplog: pytest.LogCaptureFixture
) -> None:
    api.script("getUpdates", no(409, "Conflict: terminated by other getUpdates request"))
    api.pending = [update(1)]
    taker = Taker()
    async with Polling(channel, taker):
        await api.until(lambda: not api.pending)
    alarms = [record for record in caplog.records if record.message == "telegram.conflict"]
    assert [alarm.levelno for alarm in alarms] == [logging.CRITICAL]


def test_a_conflict_is_outwaited_for_half_a_minute_and_failures_double_up_to_that() -> None:
    waits = Waits()
    assert waits.conflict == 30.0
    assert [waits.after(n) for n in (1, 2, 3, 7, 1000)] == [0.5, 1.0, 2.0, 30.0, 30.0]


async def test_polling_outlives_outages_and_answers_that_make_no_sense(
    api: Api, channel: TelegramChannel, caplog: pytest.LogCaptureFixture
) -> None:
    api.script(
        "getUpdates",
        no(500, "Internal"),
        no(401, "Unauthorized"),
        no(429, "Too Many Requests", retry_after=1),
        (200, b"<html>CANARY"),
        (200, b'{"ok":true,"result":{}}'),
        (502, b""),
    )
    api.pending = [update(1)]
    taker = Taker()
    async with Polling(channel, taker):
        await api.until(lambda: not api.pending)
    assert taker.updates == ["1"]
    assert "CANARY" not in caplog.text


async def test_an_update_id_that_starts_again_lower_is_not_missed(
    api: Api, channel: TelegramChannel
) -> None:
    api.pending = [update(9_000)]
    taker = Taker()
    async with Polling(channel, taker):
        await api.until(lambda: not api.pending)
        await api.until(lambda: "offset" not in api.of("getUpdates")[-1])
        api.pending = [update(5)]
        await api.until(lambda: not api.pending)
    assert taker.updates == ["9000", "5"]


async def test_a_press_is_answered_only_after_its_commit(
    api: Api, channel: TelegramChannel
) -> None:
    api.pending = [press(3)]
    taker = Taker()
    taker.gate = asyncio.Event()
    async with Polling(channel, taker):
        await api.until(lambda: bool(taker.started))
        assert not api.of("answerCallbackQuery")
        taker.gate.set()
        await api.until(lambda: bool(api.of("answerCallbackQuery")))
    assert api.of("answerCallbackQuery")[0] == {"callback_query_id": "cb3"}


async def test_stopping_does_not_wait_for_the_long_poll() -> None:
    asked = asyncio.Event()

    async def hang(request: web.Request) -> web.Response:
        asked.set()
        await asyncio.sleep(60)
        return web.Response()

    app = web.Application()
    app.router.add_post("/{tail:.*}", hang)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    channel = TelegramChannel(TOKEN, f"http://127.0.0.1:{runner.addresses[0][1]}")
    async with Polling(channel, Taker()):
        await asked.wait()
    await channel.close()
    await runner.cleanup()


# Webhook

SECRET = "s3cret-ñ"


@pytest.fixture
async def hook(channel: TelegramChannel) -> AsyncIterator[tuple[str, Taker]]:
    taker = Taker()
    app = web.Application()
    app.router.add_route("*", "/hook", webhook_handler(channel, taker, SECRET))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook", taker
    await runner.cleanup()


async def post(
    url: str,
    body: Any,
    secret: str | None = SECRET,
    kind: str = "application/json",
    **more: str,
) -> int:
    headers = {"Content-Type": kind, **more}
    if secret is not None:
        headers[HEADER] = secret
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers=headers) as response,
    ):
        assert await response.read() == b""
        return response.status


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "text/plain"]
)
async def test_an_update_is_received_and_acknowledged(kind: str, hook: tuple[str, Taker]) -> None:
    url, taker = hook
    assert await post(url, update(4), kind=kind) == 200
    assert taker.updates == ["4"]


@pytest.mark.parametrize("secret", [None, "", "wrong", "s3cret-", SECRET + "x"])
async def test_without_the_secret_nothing_is_read(
    secret: str | None, hook: tuple[str, Taker]
) -> None:
    url, taker = hook
    assert await post(url, update(4), secret) == 403
    assert not taker.started


async def test_only_post_is_taken(hook: tuple[str, Taker]) -> None:
    async with aiohttp.ClientSession(headers={HEADER: SECRET}) as session:
        for method in ("GET", "PUT", "DELETE"):
            async with session.request(method, hook[0]) as response:
                assert response.status == 405


async def test_what_is_not_committed_is_asked_for_again(hook: tuple[str, Taker]) -> None:
    url, taker = hook
    taker.refusals = 1
    assert await post(url, update(4)) == 503
    assert await post(url, update(4)) == 200
    assert taker.updates == ["4"]


async def test_a_bug_in_the_receiver_is_not_acknowledged_and_not_told(
    hook: tuple[str, Taker], caplog: pytest.LogCaptureFixture
) -> None:
    url, taker = hook
    taker.refusals, taker.error = 1, RuntimeError
    assert await post(url, update(4)) == 503
    assert "telegram.receiver_broken" in caplog.messages
    assert "CANARY" not in caplog.text


BAD_BODIES = [
    b"",
    b"not json CANARY",
    b"\xff\xfe",
    b"[]",
    b'{"update_id":1,"message":{"text":"CANARY"}}',
    b'{"update_id":9,"message":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    b"[" * 900_000,
]


@pytest.mark.parametrize("body", BAD_BODIES)
async def test_what_is_authentic_and_unreadable_is_counted_and_done(
    body: bytes,
    hook: tuple[str, Taker],
    channel: TelegramChannel,
    caplog: pytest.LogCaptureFixture,
) -> None:
    url, taker = hook
    assert await post(url, body) == 200
    assert channel.unreadable.total() == 1
    assert not taker.started
    assert "CANARY" not in caplog.text


async def test_a_body_that_does_not_unpack_is_unreadable(
    hook: tuple[str, Taker], channel: TelegramChannel
) -> None:
    assert await post(hook[0], b"CANARY", **{"Content-Encoding": "deflate"}) == 200
    assert channel.unreadable == {"json": 1}
    assert await post(hook[0], update(4)) == 200


async def test_more_than_a_megabyte_is_refused_told_or_not(hook: tuple[str, Taker]) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(9):
            yield b" " * (MAX_BODY // 8)

    url, taker = hook
    assert await post(url, b" " * (MAX_BODY + 1)) == 413
    assert await post(url, chunks()) == 413
    assert await post(url, b" " * (MAX_BODY - 1_000) + update(4)) == 200
    assert taker.updates == ["4"]


async def test_an_update_with_nothing_of_ours_is_acknowledged(hook: tuple[str, Taker]) -> None:
    url, taker = hook
    assert await post(url, b'{"update_id":4,"poll":{}}') == 200
    assert not taker.started


async def test_a_press_by_webhook_is_answered(api: Api, hook: tuple[str, Taker]) -> None:
    assert await post(hook[0], press(6)) == 200
    await api.until(lambda: api.of("answerCallbackQuery") == [{"callback_query_id": "cb6"}])


def test_a_webhook_without_a_secret_is_never_made() -> None:
    with pytest.raises(ValueError, match="secret"):
        webhook_handler(TelegramChannel(TOKEN), Taker(), "")
