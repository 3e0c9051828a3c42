"""The fake Bot API behaves as the real one where a bot depends on it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest
import telegram
from aiohttp import web
from telegram import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    MenuButtonCommands,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from fake_telegram import TOKEN, FakeTelegram, check_call, load_spec, updates
from fake_telegram.load import Load, fate, run, summary
from fake_telegram.specification import EXTRACT, Spec

ANA = 71
STAFF = -1001


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        server.open_chat(ANA)
        server.open_chat(STAFF)
        yield server


@pytest.fixture
async def bot(fake: FakeTelegram) -> AsyncIterator[telegram.Bot]:
    async with telegram.Bot(TOKEN, base_url=fake.base_url) as ready:
        yield ready


@pytest.fixture(scope="module", params=["extract", "found"])
def spec(request: pytest.FixtureRequest) -> Spec:
    return load_spec(EXTRACT if request.param == "extract" else None)


def keyboard(label: str = "Sí", data: str = "yes") -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=data)]])


async def until(done: Callable[[], bool]) -> None:
    """Return once something is so; the test's own time limit ends a wait in vain."""
    while not done():  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.001)


def with_button(**button: object) -> dict[str, object]:
    markup = {"inline_keyboard": [[button]]}
    return {"chat_id": ANA, "text": "hola", "reply_markup": markup}


async def test_everything_this_bot_calls_is_accepted_and_shown(
    fake: FakeTelegram, bot: telegram.Bot
) -> None:
    sent = await bot.send_message(
        ANA,
        "Hola",
        reply_markup=keyboard(),
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        protect_content=True,
        reply_parameters=ReplyParameters(1, allow_sending_without_reply=True),
    )
    assert fake.visible(ANA)[-1].labels == ["Sí"]
    edited = await bot.edit_message_text("Adiós", ANA, sent.message_id, reply_markup=None)
    assert isinstance(edited, telegram.Message)
    assert (edited.text, edited.reply_markup) == ("Adiós", None)
    await bot.edit_message_reply_markup(ANA, sent.message_id, reply_markup=keyboard("Otra"))
    await bot.send_venue(ANA, 19.4, -99.1, "Casa", "Calle 1")
    await bot.send_location(ANA, 19.4, -99.1)
    await bot.send_photo(ANA, b"picture", caption="Foto")
    await bot.send_document(ANA, b"paper", filename="a.pdf", caption="Papel")
    await bot.send_chat_action(ANA, "typing")
    await bot.delete_message(ANA, sent.message_id)
    assert fake.texts(ANA) == ["", "", "Foto", "Papel"]
    assert fake.violations == []


async def test_settings_of_the_bot_are_accepted(fake: FakeTelegram, bot: telegram.Bot) -> None:
    scope = BotCommandScopeAllGroupChats()
    await bot.set_my_commands([BotCommand("borrar", "Borrar todo")], scope=scope)
    assert [one.command for one in await bot.get_my_commands(scope=scope)] == ["borrar"]
    assert await bot.get_my_commands() == ()
    await bot.delete_my_commands(scope=scope)
    assert await bot.get_my_commands(scope=scope) == ()
    await bot.set_my_name("Faro", language_code="es")
    await bot.set_my_description("Un faro")
    await bot.set_my_short_description("Faro")
    await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert (await bot.get_chat(ANA)).first_name == "Ana"
    assert fake.violations == []


async def test_several_messages_are_deleted_at_once(fake: FakeTelegram, bot: telegram.Bot) -> None:
    ids = [(await bot.send_message(ANA, f"n{number}")).message_id for number in range(3)]
    await bot.delete_messages(ANA, [*ids[:2], 999])
    assert fake.texts(ANA) == ["n2"]


async def test_a_text_of_5000_characters_is_refused(fake: FakeTelegram, bot: telegram.Bot) -> None:
    await bot.send_message(ANA, "a" * 4096)
    with pytest.raises(BadRequest, match="too long"):
        await bot.send_message(ANA, "a" * 5000)
    assert len(fake.violations) == 1
    assert len(fake.visible(ANA)) == 1


async def test_a_callback_of_65_bytes_is_refused(fake: FakeTelegram, bot: telegram.Bot) -> None:
    await bot.send_message(ANA, "hola", reply_markup=keyboard(data="ñ" * 32))
    with pytest.raises(BadRequest, match="65 bytes"):
        await bot.send_message(ANA, "hola", reply_markup=keyboard(data="ñ" * 32 + "a"))


async def test_an_unknown_field_is_refused(fake: FakeTelegram, bot: telegram.Bot) -> None:
    with pytest.raises(BadRequest, match="unknown field colour"):
        await bot.send_message(ANA, "hola", api_kwargs={"colour": "red"})
    assert fake.violations == ["sendMessage: unknown field colour"]


@pytest.mark.parametrize(
    ("method", "params", "words"),
    [
        ("sendTelegram", {}, "unknown method"),
        ("sendMessage", {"chat_id": 1}, "text is missing"),
        ("sendMessage", {"chat_id": 1, "text": "  "}, "is empty"),
        ("sendMessage", {"chat_id": 1, "text": 5}, "not of type String"),
        ("sendMessage", {"chat_id": 1.5, "text": "a"}, "not of type Integer"),
        ("sendMessage", {"chat_id": 1, "text": "😀" * 2049}, "4098 UTF-16 units"),
        ("sendMessage", {"chat_id": 1, "text": "<b>a", "parse_mode": "HTML"}, "parse entities"),
        ("sendMessage", {"chat_id": 1, "text": "<b></b>", "parse_mode": "HTML"}, "is empty"),
        ("sendMessage", with_button(text="a"), "0 fields"),
        ("sendMessage", with_button(text="a", callback_data="b", url="https://a.mx"), "2 fields"),
        ("sendMessage", with_button(text="a", url="tel:911"), "unsupported URL protocol"),
        ("sendMessage", with_button(text="a", url="http://localhost"), "wrong host"),
        ("sendMessage", with_button(text=" ", callback_data="b"), "no label"),
        ("sendMessage", with_button(text="a", callback_data=""), "0 bytes"),
        ("sendMessage", with_button(callback_data="b"), "text is missing"),
        ("sendMessage", {"chat_id": 1, "text": "a", "reply_markup": "{"}, "reply_markup"),
        (
            "sendMessage",
            {"chat_id": 1, "text": "a", "reply_markup": {"inline_keyboard": [{"text": "a"}]}},
            "not a list",
        ),
        ("sendVenue", {"chat_id": 1, "latitude": "x"}, "longitude is missing"),
        ("editMessageText", {"text": "a", "message_id": 1}, "not specified"),
        ("editMessageText", {"chat_id": 1, "message_id": 1}, "text is missing"),
        ("deleteMessages", {"chat_id": 1, "message_ids": []}, "0 items"),
        ("deleteMessages", {"chat_id": 1, "message_ids": list(range(101))}, "101 items"),
        ("deleteMessages", {"chat_id": 1, "message_ids": ["1"]}, "not of type Integer"),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "a" * 201}, "too long"),
        ("setMyCommands", {"commands": [{"command": "Hola", "description": "a"}]}, "characters"),
        ("setMyCommands", {"commands": [], "scope": {"type": "nobody"}}, "is not"),
        ("setMyDescription", {"description": "a", "language_code": "spa"}, "two-letter"),
        ("setWebhook", {"url": "https://a.mx", "secret_token": "a b"}, "not allowed"),
    ],
)
def test_a_wrong_call_is_refused(
    spec: Spec, method: str, params: dict[str, object], words: str
) -> None:
    assert words in " ".join(check_call(spec, method, params))


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("sendMessage", {"chat_id": "@casa", "text": "😀" * 2048}),
        ("sendMessage", {"chat_id": "7", "text": "<b>a</b>" * 4096, "parse_mode": "HTML"}),
        ("sendMessage", with_button(text="a", url="https://a.mx")),
        ("sendMessage", {"chat_id": 1, "text": "a", "reply_markup": '{"keyboard":[["a"]]}'}),
        ("sendMessage", {"chat_id": 1, "text": "a", "reply_markup": '{"force_reply":true}'}),
        ("deleteMessages", {"chat_id": "1", "message_ids": "[1, 2]"}),
        ("setMyCommands", {"commands": [], "scope": {"type": "chat", "chat_id": 5}}),
        ("setMyDescription", {"description": "", "language_code": ""}),
        ("getUpdates", {"offset": "5", "timeout": "10", "allowed_updates": '["message"]'}),
    ],
)
def test_a_right_call_is_not_refused(spec: Spec, method: str, params: dict[str, object]) -> None:
    assert check_call(spec, method, params) == []


def test_the_extract_has_every_method_and_type_it_needs() -> None:
    extract = json.loads(EXTRACT.read_text(encoding="utf-8"))
    assert "MIT" in extract["licence"]
    assert len(extract["methods"]) > 20
    assert EXTRACT.stat().st_size < 120_000
    mentioned = {
        name.rsplit("Array of ", 1)[-1]
        for shape in [*extract["methods"].values(), *extract["types"].values()]
        for field in shape.get("fields", ())
        for name in field["types"]
    }
    simple = {"String", "Integer", "Float", "Boolean"}
    assert mentioned - simple <= extract["types"].keys()


async def test_updates_come_again_until_they_are_confirmed(
    fake: FakeTelegram, bot: telegram.Bot
) -> None:
    first, second = fake.write(ANA, "uno"), fake.write(ANA, "dos")
    for _ in range(2):
        assert [one.update_id for one in await bot.get_updates()] == [first, second]
    assert [one.update_id for one in await bot.get_updates(offset=second)] == [second]
    assert await bot.get_updates(offset=second + 1) == ()
    assert fake.pending.acked == 2
    assert [one.deliveries for one in fake.pending.all] == [2, 3]


async def test_limit_and_negative_offset_are_obeyed(fake: FakeTelegram, bot: telegram.Bot) -> None:
    ids = [fake.write(ANA, str(number)) for number in range(5)]
    assert [one.update_id for one in await bot.get_updates(limit=2)] == ids[:2]
    assert [one.update_id for one in await bot.get_updates(offset=-1)] == ids[-1:]
    assert fake.pending.acked == 4


async def test_a_long_poll_answers_when_something_comes(
    fake: FakeTelegram, bot: telegram.Bot
) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    await until(lambda: fake.counts["getUpdates"] > 0)
    assert not poll.done()
    number = fake.write(ANA, "hola")
    assert [one.update_id for one in await poll] == [number]


async def test_of_two_polls_the_older_gets_409(fake: FakeTelegram, bot: telegram.Bot) -> None:
    older = asyncio.create_task(bot.get_updates(timeout=20))
    await until(lambda: fake.counts["getUpdates"] > 0)
    async with telegram.Bot(TOKEN, base_url=fake.base_url) as other:
        younger = asyncio.create_task(other.get_updates(timeout=20))
        with pytest.raises(Conflict, match="other getUpdates"):
            await older
        fake.write(ANA, "hola")
        assert len(await younger) == 1


async def test_an_update_goes_out_as_it_is_however_malformed(
    fake: FakeTelegram,
) -> None:
    fake.raw_update(b'{"update_id": 3, "message": {"date": "x"}}')
    fake.raw_update({"poll": None})
    fake.raw_update({"message": 5}, numbered=False)
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{fake.base_url}{TOKEN}/getUpdates") as answer,
    ):
        first, second, third = (await answer.json())["result"]
    assert first == {"update_id": 3, "message": {"date": "x"}}
    assert second["update_id"] > 3
    assert third == {"message": 5}


async def test_429_says_how_long_to_wait_and_only_as_often_as_asked(
    fake: FakeTelegram, bot: telegram.Bot
) -> None:
    fake.fail(ANA, 429, retry_after=7)
    await bot.send_message(STAFF, "otro chat")
    with pytest.raises(RetryAfter) as caught:
        await bot.send_message(ANA, "hola")
    assert "7" in str(caught.value)
    await bot.send_message(ANA, "hola")
    assert fake.texts(ANA) == ["hola"]


async def test_errors_are_the_ones_of_the_real_server(
    fake: FakeTelegram, bot: telegram.Bot
) -> None:
    sent = await bot.send_message(ANA, "hola", reply_markup=keyboard())
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_text("hola", ANA, sent.message_id, reply_markup=keyboard())
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("hola", ANA, 999)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(ANA, 999)
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(12345, "hola")
    with pytest.raises(BadRequest, match=r"(?i)query id is invalid"):
        await bot.answer_callback_query("nobody pressed")
    fake.block(ANA)
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(ANA, "hola")
    assert fake.violations == []


async def test_a_group_that_moved_says_where_to(fake: FakeTelegram, bot: telegram.Bot) -> None:
    fake.migrate(-55, -100555)
    with pytest.raises(ChatMigrated) as caught:
        await bot.send_message(-55, "hola")
    assert caught.value.new_chat_id == -100555
    await bot.send_message(-100555, "hola")
    leaving, coming = (one.message for one in await bot.get_updates())
    assert leaving is not None and leaving.migrate_to_chat_id == -100555
    assert coming is not None and coming.migrate_from_chat_id == -55


async def test_a_wrong_token_and_an_unknown_method_are_refused(fake: FakeTelegram) -> None:
    with pytest.raises(InvalidToken):
        await telegram.Bot("1:WRONG", base_url=fake.base_url).initialize()
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{fake.base_url}{TOKEN}/sendTelegram") as answer,
    ):
        assert answer.status == 404


async def test_a_reset_connection_loses_the_call_or_only_its_answer(
    fake: FakeTelegram, bot: telegram.Bot
) -> None:
    fake.reset_connections(1)
    with pytest.raises(NetworkError):
        await bot.send_message(ANA, "antes")
    assert fake.texts(ANA) == []
    fake.reset_connections(1, after=True)
    with pytest.raises(NetworkError):
        await bot.send_message(ANA, "después")
    assert fake.texts(ANA) == ["después"]
    fake.garble(1)
    with pytest.raises(TelegramError):
        await bot.send_message(ANA, "mal")
    await bot.send_message(ANA, "bien")
    assert fake.texts(ANA) == ["después", "mal", "bien"]


async def test_a_delay_holds_back_calls_but_not_polls(
    fake: FakeTelegram, bot: telegram.Bot
) -> None:
    fake.delay(3600)
    sending = asyncio.create_task(bot.send_message(ANA, "hola", read_timeout=3600))
    await until(lambda: fake.counts["sendMessage"] > 0)
    fake.write(ANA, "hola")
    assert len(await bot.get_updates()) == 1
    assert not sending.done()
    assert fake.texts(ANA) == []
    sending.cancel()


async def test_a_message_older_than_two_days_cannot_be_deleted() -> None:
    clock = [1_800_000_000.0]
    async with (
        FakeTelegram(now=lambda: clock[0]) as fake,
        telegram.Bot(TOKEN, base_url=fake.base_url) as bot,
    ):
        fake.open_chat(ANA)
        sent = await bot.send_message(ANA, "hola")
        clock[0] += 48 * 3600
        with pytest.raises(BadRequest, match="can't be deleted"):
            await bot.delete_message(ANA, sent.message_id)


async def test_the_newest_visible_button_is_pressed(fake: FakeTelegram, bot: telegram.Bot) -> None:
    await bot.send_message(ANA, "primera", reply_markup=keyboard(data="old"))
    await bot.send_message(ANA, "segunda", reply_markup=keyboard(data="new"))
    gone = await bot.send_message(ANA, "tercera", reply_markup=keyboard(data="gone"))
    await bot.delete_message(ANA, gone.message_id)
    fake.press(ANA, "Sí")
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.data == "new"
    await bot.answer_callback_query(update.callback_query.id)
    assert fake.methods.queries[update.callback_query.id] is not None
    with pytest.raises(LookupError):
        fake.press(ANA, "No")


async def test_a_key_of_the_reply_keyboard_writes_its_label(
    fake: FakeTelegram, bot: telegram.Bot
) -> None:
    keys = [[KeyboardButton("Mi lugar", request_location=True)], [KeyboardButton("Saltar")]]
    await bot.send_message(ANA, "¿Dónde?", reply_markup=ReplyKeyboardMarkup(keys))
    fake.press(ANA, "Saltar")
    (update,) = await bot.get_updates()
    assert update.message is not None and update.message.text == "Saltar"
    with pytest.raises(LookupError, match="share_location"):
        fake.press(ANA, "Mi lugar")
    await bot.send_message(ANA, "Bien", reply_markup=ReplyKeyboardRemove())
    with pytest.raises(LookupError):
        fake.press(ANA, "Saltar")


async def test_updates_are_ones_the_library_reads(fake: FakeTelegram, bot: telegram.Bot) -> None:
    fake.write(ANA, "😀 /start abc", language_code="pt-br")
    fake.share_location(ANA, 19.4, -99.1)
    for content in (updates.VOICE, updates.PHOTO, updates.DOCUMENT, updates.CONTACT):
        fake.send_content(ANA, content)
    fake.send_content(ANA, updates.STICKER)
    fake.edit(ANA, 1, "otra cosa")
    fake.admit(STAFF)
    fake.admit(-1002, "channel")
    fake.write(-1002, "Aviso", kind="channel")
    fake.forge_press(ANA, "forged")
    fake.block(STAFF)
    got = await bot.get_updates()
    assert len(got) == 13
    start = got[0].message
    assert start is not None and start.from_user is not None
    assert start.from_user.language_code == "pt-br"
    assert list(start.parse_entities().values()) == ["/start"]
    kinds = [next(key for key in one.to_dict() if key != "update_id") for one in got]
    assert kinds[7:] == [
        "edited_message",
        "my_chat_member",
        "my_chat_member",
        "channel_post",
        "callback_query",
        "my_chat_member",
    ]


async def test_in_a_group_the_bot_hears_only_what_privacy_mode_lets_through(
    fake: FakeTelegram, bot: telegram.Bot
) -> None:
    card = await bot.send_message(STAFF, "Ficha")
    assert fake.write(STAFF, "charla del equipo") == 0
    assert fake.write(STAFF, "/ayuda@other_bot") == 0
    assert fake.write(STAFF, "/ayuda")
    assert fake.write(STAFF, "oye @faro_test_bot")
    assert fake.write(STAFF, "lleno", reply_to=card.message_id)
    last = (await bot.get_updates())[-1].message
    assert last is not None and last.reply_to_message is not None
    assert last.reply_to_message.message_id == card.message_id
    open_fake = FakeTelegram(hears_groups=True)
    assert open_fake.write(STAFF, "charla del equipo")


async def test_waiting_for_a_message_ends_when_it_is_visible(
    fake: FakeTelegram, bot: telegram.Bot
) -> None:
    waiting = asyncio.create_task(fake.wait_for(ANA, "lista"))
    await bot.send_message(ANA, "La lista")
    assert (await waiting).text == "La lista"
    with pytest.raises(TimeoutError, match="La lista"):
        await fake.wait_for(ANA, "lista", timeout=0.01, after=fake.revision)


async def hook(answers: list[int], got: list[tuple[str, str]]) -> web.AppRunner:
    """Start a webhook that answers these statuses in turn, then 200."""

    async def take(request: web.Request) -> web.Response:
        text = (await request.json())["message"]["text"]
        got.append((text, request.headers["X-Telegram-Bot-Api-Secret-Token"]))
        return web.Response(status=answers.pop(0) if answers else 200)

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner


async def test_a_webhook_is_pushed_to_until_it_takes_the_update(
    fake: FakeTelegram, bot: telegram.Bot
) -> None:
    got: list[tuple[str, str]] = []
    runner = await hook([500, 403], got)
    fake.webhook.retry_seconds = 0.001
    fake.write(ANA, "uno")
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await bot.set_webhook(url, secret_token="secret", max_connections=4)
    fake.write(ANA, "dos")
    await until(lambda: not fake.pending.waiting)
    assert got == [("uno", "secret")] * 3 + [("dos", "secret")]
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count) == (url, 0)
    assert info.last_error_message == "Wrong response from the webhook: 403"
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    fake.write(ANA, "tres")
    assert len(await bot.get_updates()) == 1
    await runner.cleanup()


async def test_every_update_of_a_load_can_be_followed(
    fake: FakeTelegram, bot: telegram.Bot
) -> None:
    await run(fake, Load(count=4, rate=0, chats=4, words=["agua", "comida"]))
    got = await bot.get_updates()
    texts = [one.message.text for one in got if one.message and one.message.text]
    assert texts[:2] == ["agua #m0000001", "comida #m0000002"]
    # One is repeated, one is answered in the order of its chat, one is answered twice.
    await bot.send_message(1_000_003, f"eco {texts[0]}")
    await bot.send_message(1_000_001, "respuesta")
    await bot.send_message(1_000_002, "respuesta")
    await bot.send_message(1_000_002, "respuesta")
    await bot.get_updates(offset=got[-1].update_id + 1)
    fates = [fate(update) for update in fake.pending.all]
    assert [one.answers for one in fates] == [1, 1, 2, 0]
    assert summary(fates) | {"seconds": 0} == {
        "updates": 4,
        "acked": 4,
        "answered": 3,
        "lost": 1,
        "answered_twice": 1,
        "seconds": 0,
    }


async def test_a_load_can_press_buttons(fake: FakeTelegram, bot: telegram.Bot) -> None:
    await run(fake, Load(count=2, rate=0, chats=1, kind="press", words=["yes", "no"]))
    pressed = [one.callback_query for one in await bot.get_updates()]
    assert [one.data for one in pressed if one] == ["yes", "no"]
    assert [one.marker for one in fake.pending.all] == ["#m0000001", "#m0000002"]


async def test_alone_as_a_process_it_is_told_what_to_do_over_http() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fake_telegram", "--port", "0", "--no-checks"),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parent,
    )
    assert process.stdout is not None
    base = (await process.stdout.readline()).decode().split()[1]
    control = base.removesuffix("/bot") + "/control"
    try:
        async with (
            aiohttp.ClientSession() as web_client,
            telegram.Bot(TOKEN, base_url=base) as bot,
        ):
            await web_client.post(f"{control}/load", json={"count": 3, "rate": 0, "chats": 3})
            assert len(await bot.get_updates(timeout=10)) == 3
            await bot.send_message(1_000_000, "respuesta", reply_markup=keyboard())
            await web_client.post(f"{control}/press", json={"chat": 1_000_000, "wanted": "Sí"})
            async with web_client.get(f"{control}/counts") as answer:
                counts = await answer.json()
            async with web_client.get(f"{control}/report") as answer:
                report = await answer.json()
            async with web_client.get(f"{control}/visible?chat=1000000") as answer:
                messages = (await answer.json())["messages"]
    finally:
        process.terminate()
        await process.wait()
    assert (counts["made"], counts["pending"], counts["acked"]) == (4, 4, 0)
    assert [one["answers"] for one in report["updates"]] == [1, 0, 0, 0]
    assert messages[-1]["text"] == "respuesta"
