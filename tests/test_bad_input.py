"""Whatever comes in, each gets a clear answer or a clear error, and nobody else notices."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from bot.settings import LOCALES, ROOT, BadSetting, Settings, read_settings
from bot.starting import open_database, open_keys
from fake_telegram import updates
from fake_telegram.chats import JsonObject
from handlers.conversation import converse
from handlers.notices import shown_code
from handlers.turn import Context, Session, Turn, Unreadable
from referrals.store.engine import Engine, open_engine
from referrals.store.records import load_rows
from served_telegram import (
    GROUP,
    MODES,
    OTHER_GROUP,
    PERSON,
    SECRET,
    TOKEN,
    Served,
    closed,
    free_port,
    installed,
    offers,
)
from worlds import NOON, fictional_world

MARK = "zqxmarkedwords"
"""What a person wrote: it may be in no log and no error."""
OTHER_PLACE = "Casa Ejemplo Marea (ficticia)"
HEADER = "X-Telegram-Bot-Api-Secret-Token"

UNREADABLE = {
    "a chat that is no object": '{"update_id":%d,"message":{"text":"MARK","chat":"MARK"}}',
    "a text that is a number": '{"update_id":%d,"message":{"text":7,"chat":CHAT,"x":"MARK"}}',
    "a number that is none": '{"update_id":%d,"message":{"text":"MARK","chat":CHAT,"n":NaN}}',
    "no colon": '{"update_id":%d,"message":{"text" "MARK","chat":CHAT}}',
    "a kind of chat that is not known": (
        '{"update_id":%d,"message":{"text":"MARK","chat":{"id":66,"type":"MARK"}}}'
    ),
    "a latitude of 900": (
        '{"update_id":%d,"message":{"location":{"latitude":900,"longitude":0},'
        '"text":"MARK","chat":CHAT}}'
    ),
    "a nesting too deep": (
        '{"update_id":%d,"message":{"text":"MARK","chat":CHAT,"x":' + "[" * 5000 + "]" * 5000 + "}}"
    ),
    "data of 65 bytes": (
        '{"update_id":%d,"callback_query":{"id":"MARK","data":"'
        + "d" * 65
        + '","message":{"chat":CHAT,"message_id":1}}}'
    ),
}


@pytest.fixture(params=MODES)
async def served(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Served]:
    async with installed(tmp_path, request.param) as running:
        yield running
        await running.quiet()
        assert running.parts.counters.totals["runner.bug"] == 0
        assert running.fake.violations == []


@pytest.fixture
async def by_webhook(tmp_path: Path) -> AsyncIterator[Served]:
    async with installed(tmp_path, "webhook") as running:
        yield running


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Every logger at DEBUG, without the formatter that would hide something."""
    caplog.set_level(logging.DEBUG)
    return caplog


def logged(log: pytest.LogCaptureFixture) -> str:
    """Return all that any logger said, with errors and their causes."""
    formatter = logging.Formatter("%(name)s %(message)s")
    return "\n".join(formatter.format(record) for record in log.records)


def answer_to(turn: Turn) -> str:
    """Return what the conversation says to a person who knows the notice already."""
    context = Context(fictional_world(), NOON)
    known = Session(language="es", noticed=True, day=context.today.isoformat())
    outcome = converse(replace(turn, client_language="es"), known, context)
    return outcome.replies[0].text


def unreadable(shape: str, number: int, chat: int) -> bytes:
    chat_object = json.dumps({"id": chat, "type": "private"})
    return (shape % number).replace("CHAT", chat_object).replace("MARK", MARK).encode()


@pytest.mark.parametrize("place", [0, 4, 9])
async def test_one_unreadable_update_in_a_batch_of_ten_leaves_nine_answered(
    served: Served, place: int, log: pytest.LogCaptureFixture
) -> None:
    fake = served.fake
    for row, shape in enumerate(UNREADABLE.values()):
        people = [10_000 + row * 100 + number for number in range(10)]
        # No pause in between: by polling they come in one batch.
        for number, person in enumerate(people):
            if number == place:
                fake.raw_update(unreadable(shape, fake.pending.next_id, person))
            else:
                fake.write(person, "/start", language_code="es")
        await served.quiet()
        answers = {person: len(fake.texts(person)) for person in people}
        assert answers == {p: 0 if i == place else 2 for i, p in enumerate(people)}, shape
    told = [r for r in log.records if r.getMessage().startswith("telegram.unreadable.")]
    assert len(told) == len(UNREADABLE) >= 8
    assert MARK not in logged(log)


async def test_kinds_of_updates_that_are_not_read_are_passed_over(
    served: Served, log: pytest.LogCaptureFixture
) -> None:
    fake = served.fake
    person: JsonObject = {"id": PERSON, "is_bot": False, "first_name": MARK}
    chat: JsonObject = {"id": PERSON, "type": "private", "first_name": MARK}
    message: JsonObject = {"message_id": 5, "date": 1, "chat": chat, "text": MARK}
    kinds: dict[str, JsonObject] = {
        "business_message": message,
        "edited_channel_post": message,
        "inline_query": {"id": "1", "from": person, "query": MARK, "offset": ""},
        "message_reaction": {"chat": chat, "message_id": 5, "date": 1, "user": person},
        "poll": {"id": "1", "question": MARK},
        "chat_join_request": {"chat": chat, "from": person, "bio": MARK},
        "something_of_next_year": {"words": MARK},
    }
    for kind, content in kinds.items():
        fake.raw_update({kind: content})
    fake.raw_update({"message": {**message, "text": "", "new_chat_title": MARK}})
    fake.raw_update({"message": {**message, "from": {**person, "is_bot": True}}})
    fake.raw_update({})
    await served.quiet()
    assert fake.texts(PERSON) == []
    assert not [call for call in fake.calls if call.chat is not None]
    await served.say(7, "/start", offers("need"), phone="es")
    assert MARK not in logged(log)


@pytest.mark.parametrize(
    ("content", "caption"),
    [
        (updates.VOICE, MARK),
        (updates.PHOTO, MARK),
        (updates.DOCUMENT, MARK),
        (updates.CONTACT, ""),
        (updates.STICKER, ""),
        ({"dice": {"emoji": "1", "value": 1}}, ""),
        ({"video_note": {"file_id": MARK}}, ""),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_what_cannot_be_read_is_answered_with_what_to_do_instead(
    served: Served, content: JsonObject, caption: str, log: pytest.LogCaptureFixture
) -> None:
    await served.say(PERSON, "/start", offers("need"), phone="es")
    before = served.fake.revision
    served.fake.send_content(PERSON, content, caption)
    wanted = answer_to(Turn(unreadable=Unreadable.OTHER))
    said = await served.fake.wait_for(PERSON, wanted, after=before)
    assert said.buttons, "and there is a way on"
    assert MARK not in logged(log)


async def test_a_text_that_is_too_long_is_not_read_and_the_longest_is(
    served: Served, log: pytest.LogCaptureFixture
) -> None:
    await served.say(PERSON, "/start", offers("need"), phone="es")
    too_long = answer_to(Turn(unreadable=Unreadable.TOO_LONG))
    longest = "😀" * 2048
    not_understood = answer_to(Turn(text=longest))
    assert too_long != not_understood
    await served.say(PERSON, MARK + "a" * 4097, too_long)
    await served.say(PERSON, longest, not_understood)
    await served.say(PERSON, longest + "a", too_long)
    assert MARK not in logged(log)


async def test_an_edited_message_changes_nothing(
    served: Served, log: pytest.LogCaptureFixture
) -> None:
    await served.find()
    await served.quiet()
    seen = served.fake.texts(PERSON)
    hers = [message for message in served.fake.visible(PERSON) if not message.by_bot]
    served.fake.edit(PERSON, hers[-1].id, f"salir {MARK}")
    await served.quiet()
    assert served.fake.texts(PERSON) == seen
    assert MARK not in logged(log)


STAFF_FORGERIES = (
    "acc:CODE",
    "dec:CODE",
    "why:CODE:full",
    "why:CODE:nothing",
    "end:CODE:completed",
    "end:CODE:completed:more",
    "open:CODE",
    "undo!:CODE",
    "next:CODE",
    "acc",
    "acc:",
    "why::",
    "end:::",
    "lang:xx",
    "lang:",
    "send",
    "del!",
    "exit",
    ":",
    "\x00\x01",
    "x" * 64,
    "é" * 32,
    "😀" * 16,
)


async def test_another_organization_cannot_move_or_read_a_referral(
    served: Served, log: pytest.LogCaptureFixture
) -> None:
    fake = served.fake
    await served.bind(GROUP)
    await served.bind(OTHER_GROUP, OTHER_PLACE)
    code = await served.request(words=MARK)
    card, hers = fake.texts(GROUP)[-1], fake.texts(PERSON)
    for group in (OTHER_GROUP, -4004009999):
        for data in STAFF_FORGERIES:
            fake.forge_press(group, data.replace("CODE", code))
            await served.quiet()
            shown = "\n".join(fake.texts(group))
            assert shown_code(code) not in shown
            assert MARK not in shown
    assert fake.texts(-4004009999) == [], "a chat that is not bound is not answered"
    assert fake.texts(GROUP)[-1] == card
    assert fake.texts(PERSON) == hers
    await served.press(GROUP, "acc", offers(f"end:{code}"))
    assert MARK not in logged(log)


PERSON_FORGERIES = (
    "acc:CODE",
    "dec:CODE",
    "why:CODE:full",
    "end:CODE:completed",
    "undo:CODE",
    "undo!:CODE",
    "next:CODE",
    "open:CODE",
    "undo!",
    "svc:nothing",
    "svc:../../etc",
    "ref:nothing",
    "map:",
    "need:nothing",
    "at:nothing",
    "q:nothing",
    "lang:xx",
    "card:nothing",
    "count:maybe",
    "safe:nothing",
    "words",
    "send",
    "more",
    "wide",
    ":",
    "::::",
    "\x00\x01",
    "x" * 64,
    "é" * 32,
    "😀" * 16,
)


async def test_forged_buttons_of_a_person_are_answered_and_touch_nobody(
    served: Served, log: pytest.LogCaptureFixture
) -> None:
    fake = served.fake
    await served.bind(GROUP)
    code = await served.request(words=MARK)
    card, hers = fake.texts(GROUP)[-1], fake.texts(PERSON)
    other = 7200
    await served.say(other, "/start", offers("need"), phone="es")
    for data in PERSON_FORGERIES:
        before = fake.revision
        # On a message that is not there (any more): answered with a new one.
        fake.forge_press(other, data.replace("CODE", code), 999)
        said = await fake.wait_for(other, "", after=before)
        assert shown_code(code) not in said.text, data
        assert MARK not in said.text, data
    await served.quiet()
    assert fake.texts(GROUP)[-1] == card
    assert fake.texts(PERSON) == hers
    assert await served.rows("referral") == 1
    assert MARK not in logged(log)


async def test_stale_buttons_of_an_ended_request_change_nothing(served: Served) -> None:
    fake = served.fake
    await served.bind(GROUP)
    code = await served.request()
    await served.press(GROUP, "dec", offers("why"))
    card = await served.press(GROUP, f"why:{code}:full", closed(code))
    await fake.wait_for(PERSON, offers(f"next:{code}"))
    ended = card.text
    for data in (f"acc:{code}", f"end:{code}:completed", f"why:{code}:hours", f"dec:{code}"):
        fake.forge_press(GROUP, data, card.id)
        await served.quiet()
        assert card.text == ended, data
        assert fake.visible(GROUP)[-1] is card, data
    before = fake.revision
    fake.forge_press(PERSON, f"undo!:{code}", 999)
    said = await fake.wait_for(PERSON, "", after=before)
    assert not offers("undo")(said), "there is nothing left to take back"


async def post(
    served: Served, body: bytes, secret: str | None = SECRET, **headers: str
) -> tuple[int, str]:
    """Post to the webhook as the server does; return status and body of the answer."""
    sent = {"Content-Type": "application/json", **headers}
    if secret is not None:
        sent[HEADER] = secret
    address = f"{served.parts.settings.webhook_url}/telegram"
    async with (
        aiohttp.ClientSession() as session,
        session.post(address, data=body, headers=sent) as answer,
    ):
        return answer.status, await answer.text()


def start_of(person: int, number: int, text: str = "/start", padding: int = 0) -> bytes:
    chat = {"id": person, "type": "private"}
    message = {"message_id": 1, "date": 1, "chat": chat, "text": text, "pad": "x" * padding}
    return json.dumps({"update_id": number, "message": message}).encode()


async def test_a_webhook_without_the_secret_is_refused_and_not_read(
    by_webhook: Served, log: pytest.LogCaptureFixture
) -> None:
    by_webhook.fake.open_chat(PERSON)
    wrong = (None, "", "wrong", SECRET[:-1], SECRET + "x", SECRET.upper(), "ñandú")
    for number, secret in enumerate(wrong):
        assert await post(by_webhook, start_of(PERSON, number + 1, MARK), secret) == (403, "")
    await by_webhook.quiet()
    assert by_webhook.fake.texts(PERSON) == []
    assert MARK not in logged(log)
    assert SECRET not in logged(log)


async def test_a_webhook_body_of_a_megabyte_is_refused_and_a_large_one_is_read(
    by_webhook: Served,
) -> None:
    by_webhook.fake.open_chat(PERSON)
    assert (await post(by_webhook, start_of(PERSON, 1, padding=2**20)))[0] == 413
    assert by_webhook.fake.texts(PERSON) == []
    assert (await post(by_webhook, start_of(PERSON, 2, padding=2**20 - 1000)))[0] == 200
    await by_webhook.fake.wait_for(PERSON, "Faro")


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "application/json", "text/plain", ""]
)
async def test_a_webhook_does_not_care_what_its_body_is_called(
    by_webhook: Served, content_type: str
) -> None:
    by_webhook.fake.open_chat(PERSON)
    headers = {"Content-Type": content_type} if content_type else {}
    assert await post(by_webhook, start_of(PERSON, 1), **headers) == (200, "")
    await by_webhook.fake.wait_for(PERSON, "Faro")


async def test_a_webhook_takes_what_is_authentic_and_unreadable_so_it_never_returns(
    by_webhook: Served, log: pytest.LogCaptureFixture
) -> None:
    bodies = (b"", b"\xff\xfe", b"[]", b"null", b'{"update_id":-1}', MARK.encode(), b"{" * 9999)
    for body in bodies:
        assert await post(by_webhook, body) == (200, ""), body[:9]
    packed = {"Content-Encoding": "gzip"}
    assert await post(by_webhook, MARK.encode(), **packed) == (200, "")
    await by_webhook.say(PERSON, "/start", offers("need"), phone="es")
    assert MARK not in logged(log)


async def test_other_routes_and_methods_are_refused(by_webhook: Served) -> None:
    root = by_webhook.parts.settings.webhook_url
    async with aiohttp.ClientSession() as session:
        for method, path, expected in (
            ("GET", "/telegram", 405),
            ("PUT", "/telegram", 405),
            ("GET", f"/telegram/{MARK}", 404),
            ("GET", "/../../etc/passwd", 404),
            ("GET", "/health", 200),
        ):
            async with session.request(method, root + path) as answer:
                assert answer.status == expected, path
                assert MARK not in await answer.text()


# The command line.


def faro(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as an operator does, with nothing else set."""
    given = {name.upper(): value for name, value in environment.items()}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "FARO_DATA": str(folder / "data"),
            "FARO_DIRECTORY": "stored",
            **given,
        },
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def only_line(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one line that an error is."""
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("faro: ")
    return lines[0]


WRONG_SETTINGS = (
    ("FARO_PORT", "zqx", "int"),
    ("FARO_PORT", "70000", "65535"),
    ("FARO_SEND_RATE", "-3.75", "0 or more"),
    ("FARO_ZQX", "marked", "not a setting"),
    ("FARO_TELEGRAM_TOKEN", "zqxmarked", "bot token"),
    ("FARO_TELEGRAM_TOKEN", "42:zqxmarked with blanks", "bot token"),
    ("FARO_TELEGRAM_API", "zqx.example", "https://api.telegram.org"),
    ("FARO_DATABASE", "mysql://zqx:marked@host/name", "postgresql://"),
    ("FARO_DATABASE", "postgresql://zqx:marked@host:door/name", "postgresql://"),
    ("FARO_DATABASE", "sqlite:///zqx.db", "sqlite:////"),
    ("FARO_COUNTRY", "zqx", "locales/countries"),
    ("FARO_LOG_LEVEL", "zqx", "DEBUG"),
    ("FARO_DIRECTORY", "zqx", "fictional"),
    ("FARO_WEBHOOK_URL", "http://zqx.example", "https"),
    ("FARO_WEBHOOK_SECRET", "zqx", "16"),
    ("FARO_WEBHOOK_SECRET", "zqx with blanks in it", "letters"),
)


@pytest.mark.parametrize(("name", "value", "advice"), WRONG_SETTINGS)
def test_a_wrong_setting_is_named_with_advice_and_not_repeated(
    name: str, value: str, advice: str
) -> None:
    webhook = {"FARO_WEBHOOK_URL": "https://faro.example", "FARO_WEBHOOK_SECRET": SECRET}
    with pytest.raises(BadSetting) as caught:
        read_settings({"FARO_TELEGRAM_TOKEN": TOKEN, **webhook, name: value})
    words = str(caught.value)
    assert name in words
    assert advice in words
    assert value not in words
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FARO_PORT", "abc"),
        ("FARO_ZQX", "marked"),
        ("FARO_TELEGRAM_TOKEN", "zqxmarked"),
        ("FARO_DATABASE", "mysql://zqx:marked@host/name"),
    ],
)
def test_a_wrong_setting_ends_the_program_with_one_clear_line(
    tmp_path: Path, name: str, value: str
) -> None:
    line = only_line(faro("serve", folder=tmp_path, **{name: value}))
    assert name in line
    assert value not in line
    assert not (tmp_path / "data").exists(), "nothing was made"


def test_a_database_that_does_not_answer_is_one_clear_line(tmp_path: Path) -> None:
    address = f"postgresql://zqx:marked@127.0.0.1:{free_port()}/zqx"
    line = only_line(faro("serve", folder=tmp_path, FARO_DATABASE=address))
    assert "database" in line
    assert "zqx" not in line


def test_a_port_that_is_taken_is_one_clear_line(tmp_path: Path) -> None:
    async def served_twice() -> str:
        taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        async with taken:
            port = str(taken.sockets[0].getsockname()[1])
            done = await asyncio.to_thread(
                faro, "serve", folder=tmp_path, FARO_PORT=port, FARO_LOG_LEVEL="ERROR"
            )
        assert done.returncode == 1
        return done.stderr.strip().splitlines()[-1]

    line = asyncio.run(served_twice())
    assert line.startswith("faro: ")
    assert "in use" in line


def damaged(folder: Path, file: str, line: int, old: str, new: str) -> Path:
    """Copy the fictional directory and damage one line of one file."""
    copy = folder / "package"
    shutil.copytree(LOCALES / "countries" / "mx" / "fictional", copy)
    path = copy / file
    lines = path.read_text(encoding="utf-8").split("\n")
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new)
    path.write_text("\n".join(lines), encoding="utf-8")
    return copy


def stored(folder: Path) -> Mapping[str, Sequence[Mapping[str, str]]]:
    """Return the stored directory."""
    engine = open_engine(f"sqlite:///{folder / 'data' / 'faro.db'}")
    with engine.begin() as connection:
        rows = load_rows(connection)
    engine.dispose()
    return rows


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("services.csv", "cdd64397-d841-5391-9432-7dc5d2ee69e9", "zqx-unknown-organization"),
        ("services.csv", "Orientación de ejemplo", ""),
        ("services.csv", ",active,", ",zqx,"),
    ],
)
def test_a_damaged_directory_is_told_by_file_line_and_reason_and_not_loaded(
    tmp_path: Path, file: str, old: str, new: str
) -> None:
    package = damaged(tmp_path, file, 3, old, new)
    done = faro("directory", "load", str(package), folder=tmp_path)
    assert done.returncode == 1
    assert f"{file}, line 3, " in done.stdout
    assert "nothing can be loaded" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert not (tmp_path / "data").exists(), "nothing was made"


def test_what_was_loaded_stays_when_a_damaged_directory_follows(tmp_path: Path) -> None:
    package = damaged(tmp_path, "services.csv", 3, "Orientación de ejemplo", "Otro nombre")
    done = faro("directory", "load", str(package), folder=tmp_path)
    assert done.returncode == 0, done.stdout
    before = stored(tmp_path)
    assert len(before["services"]) > 10
    with (package / "services.csv").open("a", encoding="utf-8") as file:
        file.write("not,enough\n")
    done = faro("directory", "load", str(package), folder=tmp_path)
    assert done.returncode == 1
    assert "services.csv, line" in done.stdout
    assert stored(tmp_path) == before


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b"{", b'{"services": 7}'])
def test_a_directory_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "package.json"
    path.write_bytes(content)
    done = faro("directory", "load", str(path), folder=tmp_path)
    assert done.returncode == 1
    assert "package.json" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_directory_that_is_not_there_is_said(tmp_path: Path) -> None:
    done = faro("directory", "load", str(tmp_path / "nowhere"), folder=tmp_path)
    assert done.returncode == 1
    assert "nowhere: no such file or folder" in done.stdout


def installation(folder: Path) -> Engine:
    """Make the database and the keys of an installation, as ``faro setup`` does."""
    settings = Settings(data=str(folder / "data"), directory="stored")
    engine = open_database(settings)
    open_keys(settings)
    return engine


@pytest.mark.parametrize("missing", ["all", "sealing-1.key", "lookup.key", "half of one"])
def test_keys_that_are_gone_are_never_replaced_in_silence(tmp_path: Path, missing: str) -> None:
    installation(tmp_path).dispose()
    keys = tmp_path / "data" / "keys"
    if missing == "all":
        shutil.rmtree(keys)
    elif missing == "half of one":
        (keys / "lookup.key").write_bytes(b"half")
    else:
        (keys / missing).unlink()
    line = only_line(faro("serve", folder=tmp_path))
    assert "put the key folder of this installation back" in line
    assert not list(keys.glob("*")) or missing != "all"


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    engine = installation(tmp_path)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    line = only_line(faro("serve", folder=tmp_path))
    assert "9999" in line
    assert "run the newer version of the program" in line
    with engine.begin() as connection:
        left = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    engine.dispose()
    assert left == "9999"


def test_a_file_that_is_no_database_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "faro.db").write_bytes(b"zqx" * 4096)
    line = only_line(faro("serve", folder=tmp_path))
    assert "database" in line
    assert "zqx" not in line
