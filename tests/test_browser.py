"""The whole story in a real browser, against a real process that is stopped in the middle.

Afterwards nothing of it can be found in the data or in the log.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ViewportSize, expect, sync_playwright

from bot.settings import LOCALES
from processes import Served
from visitor import CHROMIUM, DESKTOP, PHONE, Visitor, launch
from worlds import fictional_world

pytestmark = pytest.mark.timeout(180)

NEED = "m bezwenn yon kote pou domi"
PLACE = "nan tapachla"
OWN_WORDS = "Nou de: mwen menm ak yon ti bebe ki gen zabokamango"
BEDS = "Casa Ejemplo Faro (ficticia)"
"""The organization that is listed first for a bed in Tapachula."""
OTHER = "Refugio Imaginario Uno (ficticia)"
STREET = "Calle Ejemplo 1"
CODE = re.compile(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}\b")
EXAMPLE = re.compile(r'lang: "(\w\w)",\s+name: "[^"]+",\s+text: "([^"]+)"')
WINDOWS = pytest.mark.parametrize(
    ("size", "locale"), [(DESKTOP, "fr-FR"), (PHONE, "en-US")], ids=["desktop", "phone"]
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium once for this file."""
    if not CHROMIUM.exists():
        reason = "no Chromium: set FARO_TEST_CHROMIUM to its path"
        if os.environ.get("FARO_TEST_REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright, launch(playwright) as browser:
        yield browser


@pytest.fixture(scope="module")
def served(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Start the bot once for this file, with a log that says all it ever says."""
    folder = tmp_path_factory.mktemp("served")
    with Served(folder, {"FARO_LOG_LEVEL": "DEBUG"}) as served:
        yield served
        assert served.stop() == 0


# ---- the story -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "locale", "end"),
    [(DESKTOP, "fr-FR", Served.stop), (PHONE, "en-US", Served.kill)],
    ids=["desktop, stopped", "phone, killed"],
)
def test_a_person_finds_a_bed_asks_for_it_and_erases_everything(
    browser: Browser,
    served: Served,
    size: ViewportSize,
    locale: str,
    end: Callable[[Served], int],
) -> None:
    visitor = Visitor(browser, served.address, size, locale)
    visitor.open()
    look_for_a_bed(visitor)
    prepare_a_card(visitor)
    restart(served, visitor, end)
    code = send_the_card(visitor)
    words = accept(visitor, code)
    hear_the_news(visitor, code, words)
    close_the_request(visitor, code)
    publish_the_digest(visitor)
    erase_everything(visitor)
    assert visitor.problems == []
    assert found_in(served, secrets_of(visitor)) == []
    visitor.context.close()


def look_for_a_bed(visitor: Visitor) -> None:
    """The need comes first, then the place; both with typing errors, in Haitian Creole."""
    visitor.say(NEED)
    visitor.offering("person", "at")
    visitor.say(PLACE)
    found = visitor.words(visitor.offering("person", "svc"))
    assert "Tapachula" in found
    assert f"1. {BEDS}" in found
    asks = visitor.offering("person", "count:yes")
    visitor.press("person", "count:yes")
    expect(asks.get_by_role("button")).to_have_count(0)


def prepare_a_card(visitor: Visitor) -> None:
    """Somebody opens the first place, asks for help there and adds words of her own."""
    visitor.press("person", "svc")
    expect(visitor.log("person")).to_contain_text(STREET)
    visitor.press("person", "ref")
    visitor.press("person", "words")
    visitor.offering("person", "card:back")
    visitor.say(OWN_WORDS)
    card = visitor.words(visitor.offering("person", "send"))
    assert f"“{OWN_WORDS}”" in card
    assert BEDS in card


def restart(served: Served, visitor: Visitor, end: Callable[[Served], int]) -> None:
    """The server goes away and comes back; the page shows what it showed."""
    before = visitor.log("person").inner_text()
    with visitor.server_away():
        end(served)
        visitor.expect_state("away")
        served.start()
    assert visitor.log("person").inner_text() == before


def send_the_card(visitor: Visitor) -> str:
    """Send with the button from before the restart; the organization's chat comes up."""
    visitor.turn_to("staff")
    organizations = visitor.page.locator("#organizations")
    organizations.select_option(label=OTHER)
    visitor.turn_to("person")
    visitor.press("person", "send")
    expect(visitor.latest("person")).to_contain_text(CODE)
    found = CODE.search(visitor.latest("person").inner_text())
    assert found is not None
    expect_news(visitor, "staff")
    visitor.turn_to("staff")
    expect(organizations.locator("option:checked")).to_have_text(BEDS)
    card = visitor.latest("staff")
    for part in (found[0], "Tapachula", "Kreyòl ayisyen", OWN_WORDS):
        expect(card).to_contain_text(part)
    return found[0]


def accept(visitor: Visitor, code: str) -> str:
    """Staff say yes; return the two words that they must say first."""
    plain = code.replace("-", "")
    visitor.press("staff", f"acc:{plain}")
    card = visitor.words(visitor.offering("staff", f"end:{plain}:completed"))
    found = meeting_words().search(card)
    assert found is not None, "the card does not say what staff must say first"
    return found[0]


def hear_the_news(visitor: Visitor, code: str, words: str) -> None:
    """The person hears where to go, and the words that the card says."""
    expect_news(visitor, "person")
    visitor.turn_to("person")
    news = visitor.latest("person")
    for part in (code, BEDS, STREET, words):
        expect(news).to_contain_text(part)


def close_the_request(visitor: Visitor, code: str) -> None:
    """Staff say that it went well: her words leave their chat, and she hears of it."""
    plain = code.replace("-", "")
    visitor.turn_to("staff")
    visitor.press("staff", f"end:{plain}:completed")
    expect(visitor.latest("staff")).to_contain_text(code)
    expect(visitor.log("staff")).not_to_contain_text(OWN_WORDS)
    visitor.turn_to("person")
    expect(visitor.offering("person", f"next:{plain}")).to_contain_text(code)


def publish_the_digest(visitor: Visitor) -> None:
    """The channel shows a digest that knows nobody."""
    before = visitor.rows("channel").count()
    visitor.turn_to("channel")
    visitor.page.locator("#digest").click()
    expect(visitor.rows("channel")).to_have_count(before + 1)
    text = visitor.latest("channel").inner_text()
    assert len(text) > 40
    assert not [word for word in (*visitor.said, BEDS) if word in text]
    visitor.turn_to("person")


def erase_everything(visitor: Visitor) -> None:
    """Her bubbles vanish with the bot's; one neutral line stands, also on a new page."""
    visitor.press("person", "menu")
    visitor.press("person", "priv")
    visitor.press("person", "del")
    visitor.press("person", "del!")
    expect_one_neutral_line(visitor)


# ---- leaving -------------------------------------------------------------------------


@WINDOWS
def test_leaving_quickly_empties_the_chat_at_once(
    browser: Browser, served: Served, size: ViewportSize, locale: str
) -> None:
    visitor = Visitor(browser, served.address, size, locale)
    visitor.open()
    visitor.say(NEED)
    visitor.offering("person", "at")
    visitor.page.locator("#text-person").fill("yon lòt bagay")
    visitor.page.locator("#leave").click()
    assert visitor.log("person").inner_text() == ""
    assert visitor.page.locator("#text-person").input_value() == ""
    expect_one_neutral_line(visitor)
    assert visitor.problems == []
    assert found_in(served, secrets_of(visitor)) == []
    visitor.context.close()


# ---- the examples on the page --------------------------------------------------------


@pytest.mark.parametrize("country", ["mx", "co"])
def test_every_example_on_the_page_is_understood(country: str) -> None:
    script = (LOCALES / "countries" / country / "page.js").read_text(encoding="utf-8")
    examples = EXAMPLE.findall(script)
    assert len(examples) == 5
    reader = fictional_world(country).understanding
    read = {text: reader.of(text, language) for language, text in examples}
    lost = [text for text, m in read.items() if not (m.needs or m.question or m.danger)]
    assert lost == []


# ---- what is expected in more than one place -----------------------------------------


def expect_one_neutral_line(visitor: Visitor) -> None:
    """One line without buttons and without a word of what was said; also after a reload."""
    for again in (False, True):
        if again:
            visitor.open()
        expect(visitor.rows("person")).to_have_count(1)
        expect(visitor.latest("person")).to_be_visible()
        expect(visitor.latest("person").get_by_role("button")).to_have_count(0)
        content = visitor.page.content()
        assert not [word for word in (*visitor.said, STREET) if word in content]


def expect_news(visitor: Visitor, side: str) -> None:
    """Where the window shows one side only, the other side's tab says that there is news."""
    tab = visitor.page.locator(f'nav button[data-tab="{side}"]')
    if tab.is_visible():
        expect(tab.locator(".unread")).to_be_visible()


def meeting_words() -> re.Pattern[str]:
    """Match two of the words that make a meeting code in her language."""
    one = "|".join(map(re.escape, fictional_world().meeting_words["ht"]))
    return re.compile(rf"\b(?:{one}) (?:{one})\b")


def secrets_of(visitor: Visitor) -> tuple[str, ...]:
    """Return what may be kept nowhere: her words, the town as she wrote it, her cookie."""
    pieces = ("bezwenn", "tapachla", "zabokamango")
    return (*visitor.said, *pieces, visitor.cookie())


# ---- the search ----------------------------------------------------------------------


def found_in(served: Served, wanted: tuple[str, ...]) -> list[str]:
    """Return which words are in a file of the data folder or in the log, and where."""
    files = sorted(path for path in served.data.rglob("*") if path.is_file())
    names = [path.name for path in files]
    assert {"demo.db", "demo.db-wal"} <= set(names), names
    hay = {path.name: path.read_bytes() for path in files}
    assert b"CREATE TABLE outbox" in hay["demo.db"], "the search does not find what is there"
    hay["log"] = served.log_text().encode()
    assert b" DEBUG " in hay["log"], "the log does not say all it could"
    return [f"{word} in {name}" for name in hay for word in wanted if holds(hay[name], word)]


def holds(content: bytes, word: str) -> bool:
    """Tell whether bytes hold a word, in any case, as UTF-8 or as UTF-16."""
    forms = (word.lower().encode(), word.lower().encode("utf-16-le"))
    return any(form in content.lower() for form in forms)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_the_search_finds_a_word_that_is_there(encoding: str) -> None:
    assert holds(b"\x00\x01" + "Nan TAPACHLA".encode(encoding) + b"\xff", "tapachla")
    assert not holds("Tapachula".encode(encoding), "tapachla")
