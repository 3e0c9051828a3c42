"""After a whole story, nothing of a person can be found in the database or in any log.

What is searched for was really said to the bot; what is searched is bytes, so no format
can hide it. Controls show that the search finds what is there.
"""

from __future__ import annotations

import io
import logging
import sqlite3
import struct
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import MetaData, select

from bot import logs
from databases import BACKENDS, fresh_database
from fake_telegram import Message, updates
from fake_telegram.chats import JsonObject
from handlers.conversation import converse
from handlers.notices import shown_code
from handlers.turn import Context, Outcome, Session, Turn
from referrals.store.engine import Engine
from served_telegram import (
    CHANNEL,
    GROUP,
    MODES,
    OTHER_GROUP,
    PERSON,
    SECRET,
    SUPERGROUP,
    TOKEN,
    GatedTelegram,
    Served,
    offers,
    quick_parts,
    serving,
    settings_of,
    until,
)

OTHER = 5550007778889
CHATS = (PERSON, OTHER, GROUP, SUPERGROUP, OTHER_GROUP, CHANNEL)

FIRST_NAME = "Zqxfirstname"
USERNAME = "zqxusername"
GROUP_NAME = "Zqxgroupname"
PHONE = "10077007700"
NEED_WORD = "zqxneedword"
CITY = "tapachla"
CARD_WORDS = "zqxcardwords somos dos"
QUESTION = "zqxquestionword"
BREAKING = "zqxbreakingword"
CAPTION = "zqxcaptionword"
REFUSAL = "zqxrefusedword"
POINT = (14.9056173, -92.2634219)
WORDS = (
    FIRST_NAME,
    USERNAME,
    GROUP_NAME,
    PHONE,
    NEED_WORD,
    CITY,
    "zqxcardwords",
    QUESTION,
    BREAKING,
    CAPTION,
    REFUSAL,
    TOKEN,
    TOKEN.partition(":")[2],
    SECRET,
    "14.90561",
    "92.26342",
)


def needles(tokens: tuple[str, ...]) -> dict[str, bytes]:
    """Return what may be found nowhere, by a name for it; in lower case."""
    found: dict[str, bytes] = {}
    for word in (*WORDS, *tokens):
        found[f"{word} as text"] = word.lower().encode()
        found[f"{word} as UTF-16"] = word.lower().encode("utf-16-le")
    for chat in CHATS:
        found[f"{chat} as decimal text"] = str(abs(chat)).encode()
        # SQLite keeps these in six bytes; eight bytes, in either order, contain them.
        found[f"{chat}, high byte first"] = chat.to_bytes(6, "big", signed=True).lower()
        found[f"{chat}, low byte first"] = chat.to_bytes(6, "little", signed=True).lower()
    for number in POINT:
        found[f"{number} as a float"] = struct.pack(">d", number).lower()
        found[f"{number} as a float, low byte first"] = struct.pack("<d", number).lower()
    return found


def hits(haystack: bytes, wanted: Mapping[str, bytes]) -> list[str]:
    """Return the names of what is in there."""
    low = haystack.lower()
    return [name for name, needle in wanted.items() if needle in low]


@dataclass
class Log:
    """What the product writes at DEBUG, and every record as it was made."""

    written: io.StringIO
    records: list[logging.LogRecord] = field(default_factory=list)

    def all(self) -> bytes:
        """Return both, with the text of every error and its causes."""
        raw = logging.Formatter("%(name)s %(pathname)s %(threadName)s %(message)s")
        made = [f"{raw.format(record)} {record.args!r}" for record in self.records]
        return "\n".join((self.written.getvalue(), *made)).encode()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    """Set the log up as the product does, at DEBUG, and listen to every record.

    Stricter than the product: the libraries that it quietens speak too.
    """
    root = logging.getLogger()
    before = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs.QUIET}
    found = Log(io.StringIO())
    monkeypatch.setattr(sys, "stderr", found.written)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    logs.configure("DEBUG")
    for name in logs.QUIET:
        logging.getLogger(name).setLevel(logging.DEBUG)
    listener = logging.Handler(logging.DEBUG)
    monkeypatch.setattr(listener, "handle", found.records.append)
    root.addHandler(listener)
    yield found
    root.handlers[:], level = before
    root.setLevel(level)
    for name, old in levels.items():
        logging.getLogger(name).setLevel(old)


def named_person(user: int, language_code: str = "") -> JsonObject:
    """Return a user as Telegram sends one, with names that can be searched for."""
    return {
        "id": user,
        "is_bot": False,
        "first_name": FIRST_NAME,
        "last_name": FIRST_NAME,
        "username": USERNAME,
        "language_code": language_code or "es",
    }


def breaking(turn: Turn, session: Session, context: Context) -> Outcome:
    """Fail as a bug would, with her words in the error."""
    if BREAKING in turn.text:
        raise ValueError(turn.text)
    return converse(turn, session, context)


Snapshot = Callable[[], bytes]


async def tell_a_whole_story(served: Served, look: Snapshot) -> tuple[bytes, str, str]:
    """Live through everything that a chat can; return a look in its middle and two codes."""
    fake = served.fake
    for chat in CHATS:
        kind = "channel" if chat == CHANNEL else ("private" if chat > 0 else "group")
        fake.open_chat(chat, kind, FIRST_NAME if chat > 0 else GROUP_NAME)
    await served.bind(GROUP)
    await served.bind_channel()
    await look_for_a_place(served)
    code = await served.ask(words=CARD_WORDS)
    before = fake.revision
    await served.press(GROUP, "acc", offers("end"))
    await fake.wait_for(PERSON, shown_code(code), after=before)
    middle = await in_the_middle(served, look)
    await go_wrong(served)
    fake.migrate(GROUP, SUPERGROUP)
    await served.quiet()
    second = await served.request(OTHER, SUPERGROUP, words=CARD_WORDS)
    await served.publish()
    await served.say(OTHER, "salir")
    await served.delete_everything()
    await served.quiet()
    return middle, code, second


async def look_for_a_place(served: Served) -> None:
    """Write, share a point, write the town, ask a question, send what cannot be read."""
    fake = served.fake
    await served.say(PERSON, f"{NEED_WORD} busco albergue", without_buttons, phone="es")
    before = fake.revision
    fake.share_location(PERSON, *POINT)
    await fake.wait_for(PERSON, offers("svc"), after=before)
    await served.press(PERSON, "at:ask", without_buttons)
    await served.say(PERSON, CITY, offers("svc"))
    await served.say(PERSON, f"{QUESTION} ¿qué es el asilo?")
    contact: JsonObject = {"phone_number": PHONE, "first_name": FIRST_NAME, "user_id": PERSON}
    fake.send_content(PERSON, updates.VOICE, CAPTION)
    fake.send_content(PERSON, updates.PHOTO, CAPTION)
    fake.send_content(PERSON, {"contact": contact})
    await served.quiet()
    await served.say(PERSON, f"busco albergue en {CITY}", offers("svc"))


def without_buttons(message: Message) -> bool:
    """The question where she is comes with a keyboard and no buttons."""
    return not message.buttons


async def in_the_middle(served: Served, look: Snapshot) -> bytes:
    """Look while letters to her wait in the outbox and her request is open."""
    gate = served.fake.shut(PERSON)
    served.fake.write(PERSON, "/requests")
    await until(lambda: bool(served.fake.held))
    assert await served.rows("outbox")
    try:
        return look()
    finally:
        gate.set()
        del served.fake.gates[PERSON]


async def go_wrong(served: Served) -> None:
    """Let everything fail that can, with her words in every failure."""
    fake = served.fake
    await served.say(PERSON, BREAKING, "911")
    words = f"Bad Request: {REFUSAL} {PERSON} {TOKEN}"
    fake.fail(PERSON, 400, description=words, methods=["sendMessage"])
    fake.write(PERSON, f"{NEED_WORD} refused")
    await served.quiet()
    fake.reset_connections(1, methods=["sendMessage"])
    fake.garble(1, methods=["sendMessage"])
    await served.say(PERSON, f"{NEED_WORD} unreadable", "")
    fake.fail(PERSON, 403, description=f"Forbidden: {REFUSAL} {PERSON}")
    fake.write(PERSON, f"{NEED_WORD} forbidden")
    number = fake.pending.next_id
    broken = f'{{"update_id":{number},"message":{{"text":"{NEED_WORD}","chat":{PERSON}}}}}'
    fake.raw_update(broken.encode())
    fake.forge_press(OTHER_GROUP, f"acc:{NEED_WORD}")
    fake.forge_press(PERSON, NEED_WORD)
    await served.quiet()


def all_values(engine: Engine) -> bytes:
    """Return every value of every table: numbers as text and as they are kept."""
    tables = MetaData()
    tables.reflect(engine)
    assert len(tables.tables) > 10
    found: list[bytes] = []
    with engine.connect() as connection:
        for table in tables.tables.values():
            for row in connection.execute(select(table)):
                found += [as_bytes(value) for value in row]
    return b"\n".join(found)


def as_bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def all_files(folder: Path) -> bytes:
    """Return the bytes of the database's files: itself, its log, its index."""
    paths = sorted(folder.glob("*.db*"))
    # While it is open there are three; the log is where the newest pages are.
    assert len(paths) == 3
    assert next(path for path in paths if path.name.endswith("-wal")).stat().st_size > 0
    return b"\n".join(path.read_bytes() for path in paths)


def what_is_left(folder: Path) -> bytes:
    """Return the bytes of every file of an installation, once it has stopped."""
    return b"\n".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("backend", BACKENDS)
async def test_nothing_of_a_person_is_in_the_database_or_the_log(
    backend: str, mode: str, tmp_path: Path, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "person", named_person)
    with fresh_database(backend, tmp_path) as address:
        async with GatedTelegram() as fake:
            settings = settings_of(fake, tmp_path, mode, address)
            parts = quick_parts(settings, breaking)

            def look() -> bytes:
                is_file = backend == "sqlite"
                return all_files(tmp_path) if is_file else all_values(parts.engine)

            async with serving(fake, parts) as served:
                middle, first, second = await tell_a_whole_story(served, look)
                end = look()
        after = what_is_left(tmp_path)
    written = log.all()
    # The controls: the search sees the request, and the log of every part.
    assert first.encode() in middle
    assert second.encode() in end
    assert backend != "sqlite" or second.encode() in after
    assert b"runner.bug" in written
    assert b"telegram.refused" in written
    assert b"telegram.unreadable.shape" in written
    assert b"sqlalchemy.engine" in written, "the libraries spoke too"
    tokens = tuple(served.tokens)
    assert len(tokens) == 2
    wanted = needles(tokens)
    assert len(wanted) > 50
    assert hits(middle, wanted) == []
    assert hits(end, wanted) == []
    assert hits(after, wanted) == []
    assert hits(written, wanted) == []
    assert parts.counters.totals["runner.bug"] == 1
    assert len(fake.calls) > 50
    assert fake.violations == []


def test_the_search_finds_each_thing_where_it_is_kept_in_the_clear(tmp_path: Path) -> None:
    path = tmp_path / "clear.db"
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE clear (value)")
    kept: list[object] = [*WORDS, *CHATS, *map(str, CHATS), *POINT]
    kept += [word.encode("utf-16-le") for word in WORDS]
    kept += [chat.to_bytes(8, "little", signed=True) for chat in CHATS]
    kept += [struct.pack("<d", number) for number in POINT]
    database.executemany("INSERT INTO clear VALUES (?)", [(value,) for value in kept])
    database.commit()
    found = all_files(tmp_path)
    database.close()
    assert sorted(hits(found, needles(()))) == sorted(needles(()))


def test_the_log_of_these_tests_holds_what_a_library_would_have_said(log: Log) -> None:
    try:
        raise ValueError(BREAKING)
    except ValueError:
        logging.getLogger("sqlalchemy.engine").debug("a value: %s", PERSON, exc_info=True)
    assert hits(log.all(), needles(())) == [f"{BREAKING} as text", f"{PERSON} as decimal text"]
    assert hits(log.written.getvalue().encode(), needles(())) == []
