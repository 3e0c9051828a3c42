"""The web chat: its socket, its page, its manners towards broken and hostile pages."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError, web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.web import KEPT_CHATS, KEPT_MESSAGES, WORKING_GROUP, WebChannel
from bot.channels.web_frames import message_of
from bot.parcel import Arrival, Misaddressed, NotCommitted, Parcel
from bot.web.app import SECURITY_HEADERS, STATIC, web_application
from bot.web.chat import Pace
from handlers.turn import ChatKind, Choice, Reply, Unreadable, Venue

ORGANIZATIONS = (
    ("river", "Casa Ejemplo del Río"),
    ("net", "Red Ficticia de un nombre muy largo " * 2),
)
CHROMIUM = Path(os.environ.get("FARO_TEST_CHROMIUM", "/usr/bin/chromium"))
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Event = dict[str, object]
Client = TestClient[web.Request, web.Application]


@dataclass
class Echo:
    """A receiver that keeps arrivals, and answers each update once."""

    channel: WebChannel
    arrivals: list[Arrival] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    failures: list[Exception] = field(default_factory=list)

    async def receive(self, arrival: Arrival) -> None:
        if self.failures:
            raise self.failures.pop()
        self.arrivals.append(arrival)
        if arrival.update not in self.known:
            self.known.add(arrival.update)
            await self.channel.deliver(self._answer(arrival))

    def _answer(self, arrival: Arrival) -> Parcel:
        turn = arrival.turn
        if turn.text == "salir":
            return parcel(arrival.chat, "Listo.", deletes=every_message_of(self, arrival.chat))
        if turn.choice == "ask":
            return parcel(arrival.chat, "Sent.", edits=arrival.pressed)
        return parcel(arrival.chat, f"You said: {turn.text}", rows=((Choice("Ask", "ask"),),))


def every_message_of(echo: Echo, chat: str) -> tuple[int, ...]:
    backlog: list[str] = []
    echo.channel.watch(chat, 0, backlog.append)
    echo.channel.unwatch([chat], backlog.append)
    shown = [cast("int", json.loads(event)["id"]) for event in backlog]
    return (*shown, *(a.message for a in echo.arrivals if a.chat == chat and a.message))


def parcel(
    chat: str,
    text: str,
    rows: tuple[tuple[Choice, ...], ...] = (),
    edits: int = 0,
    deletes: tuple[int, ...] = (),
) -> Parcel:
    return Parcel("web", chat, Reply(text, rows), edits=edits, deletes=deletes)


@dataclass
class House:
    """A running application and what it was told."""

    client: Client
    channel: WebChannel
    echo: Echo
    digests: list[int]

    @property
    def origin(self) -> str:
        return str(self.client.make_url("/").origin())

    async def page(self, **seen: int) -> Socket:
        await self.client.get("/")
        socket = await self.client.ws_connect("/chat", headers={"Origin": self.origin})
        page = Socket(socket)
        await page.send(do="hello", seen=seen)
        return page

    @property
    def person(self) -> str:
        cookie = self.client.session.cookie_jar.filter_cookies(self.client.make_url("/"))
        return f"person:{cookie['faro'].value}"


@dataclass
class Socket:
    """The page's end of the socket."""

    raw: ClientWebSocketResponse

    async def send(self, **frame: object) -> None:
        await self.raw.send_str(json.dumps(frame, ensure_ascii=False))

    async def until(self, name: str) -> list[Event]:
        """Return the events up to the first one with this name."""
        events: list[Event] = []
        while not events or events[-1]["event"] != name:
            events.append(await asyncio.wait_for(self.raw.receive_json(), 5))
        return events

    async def next(self, name: str) -> Event:
        return (await self.until(name))[-1]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    channel = WebChannel()
    echo = Echo(channel)
    digests: list[int] = []

    async def publish() -> None:
        digests.append(1)
        await channel.deliver(parcel(WORKING_GROUP, "This week"))

    app = web_application(channel, echo, ORGANIZATIONS, publish, lambda: bool(digests))
    async with TestClient(TestServer(app)) as client:
        yield House(client, channel, echo, digests)


def say(text: str, pane: str = "person", id: str = "frame-0001") -> dict[str, object]:
    return {"do": "say", "id": id, "pane": pane, "text": text, "language": "ht"}


# ---- the page and its headers --------------------------------------------------------


async def test_every_response_carries_the_security_headers(house: House) -> None:
    paths = ("/", "/health", "/static/chat.js", "/static/missing.js", "/nowhere", "/chat")
    for path in paths:
        response = await house.client.get(path)
        for name, value in SECURITY_HEADERS.items():
            assert response.headers[name] == value, path
        assert "Server" not in response.headers


async def test_the_page_names_its_session_in_a_cookie_that_no_script_reads(
    house: House,
) -> None:
    first = await house.client.get("/")
    cookie = first.cookies["faro"]
    assert len(cookie.value) == 32
    assert cookie["httponly"] and cookie["samesite"] == "Strict"
    assert not cookie["max-age"] and not cookie["expires"]
    assert "faro" not in (await house.client.get("/")).cookies


async def test_the_cookie_is_secure_behind_an_encrypted_proxy(house: House) -> None:
    response = await house.client.get("/", headers={"X-Forwarded-Proto": "https"})
    assert response.cookies["faro"]["secure"]


async def test_a_made_up_session_is_replaced(house: House) -> None:
    response = await house.client.get("/", headers={"Cookie": "faro=../../etc"})
    assert len(response.cookies["faro"].value) == 32


async def test_health_follows_readiness(house: House) -> None:
    assert (await house.client.get("/health")).status == 503
    house.digests.append(1)
    assert (await house.client.get("/health")).status == 200


async def test_other_routes_are_mounted_beside_the_page() -> None:
    async def extra(request: web.Request) -> web.Response:
        return web.Response(text="figures")

    async def nothing() -> None:
        return None

    channel = WebChannel()
    routes = [web.get("/open-data", extra)]
    app = web_application(channel, Echo(channel), (), nothing, lambda: True, routes)
    async with TestClient(TestServer(app)) as client:
        response = await client.get("/open-data")
        assert await response.text() == "figures"
        assert response.headers["X-Frame-Options"] == "DENY"


def test_the_page_asks_nothing_of_other_sites_and_holds_no_inline_code() -> None:
    files = [path for path in STATIC.iterdir() if path.suffix in {".html", ".css", ".js"}]
    assert len(files) > 5
    for path in files:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        for forbidden in ("http://", "https://", "//cdn", " style=", "innerHTML", "eval("):
            assert forbidden not in text, (path.name, forbidden)
    html = (STATIC / "index.html").read_text(encoding="utf-8")
    assert html.count("<script") == html.count('<script type="module" src="/static/') == 1
    assert "<style" not in html and " on" + "click" not in html


def test_every_language_of_the_page_has_the_same_texts() -> None:
    source = (STATIC / "texts.js").read_text(encoding="utf-8")
    tables = source.split("export const TEXTS = {")[1].split("\n  },")[:-1]
    keys = [
        [line.split(":")[0].strip() for line in table.splitlines() if line.startswith("    ")]
        for table in tables
    ]
    assert len(keys) == 5 and len(keys[0]) > 25
    assert all(names == keys[0] for names in keys)


# ---- the socket ----------------------------------------------------------------------


async def test_another_site_cannot_open_the_socket(house: House) -> None:
    await house.client.get("/")
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {}):
        with pytest.raises(WSServerHandshakeError) as refused:
            await house.client.ws_connect("/chat", headers=headers)
        assert refused.value.status == 403


async def test_a_page_without_a_session_cannot_open_the_socket(house: House) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await house.client.ws_connect("/chat", headers={"Origin": house.origin})
    assert refused.value.status == 403


async def test_a_new_page_learns_the_organizations(house: House) -> None:
    page = await house.page()
    named = (await page.next("panes"))["organizations"]
    assert named == [{"id": id, "name": name} for id, name in ORGANIZATIONS]
    await page.next("caught_up")


async def test_what_a_person_types_becomes_a_turn_and_is_answered(house: House) -> None:
    page = await house.page()
    await page.send(**say("mwen grangou"))
    events = await page.until("committed")
    answer = next(event for event in events if event["event"] == "message")
    assert (answer["pane"], answer["text"]) == ("person", "You said: mwen grangou")
    assert answer["choices"] == [[{"label": "Ask", "data": "ask", "url": ""}]]
    [arrival] = house.echo.arrivals
    assert (arrival.channel, arrival.chat) == ("web", house.person)
    assert arrival.turn.kind is ChatKind.PRIVATE
    assert arrival.turn.client_language == "ht"


async def test_a_frame_sent_twice_is_answered_once(house: House) -> None:
    page = await house.page()
    await page.send(**say("hola"))
    first = await page.until("committed")
    await page.send(**say("hola"))
    second = await page.until("committed")
    assert any(event["event"] == "message" for event in first)
    assert second == first[-1:]
    assert house.echo.arrivals[0].update == house.echo.arrivals[1].update


async def test_the_same_frame_id_of_two_people_is_two_updates(house: House) -> None:
    page = await house.page()
    await page.send(**say("hola"))
    await page.next("committed")
    house.client.session.cookie_jar.clear()
    other = await house.page()
    await other.send(**say("hola"))
    await other.next("committed")
    one, two = house.echo.arrivals
    assert one.chat != two.chat and one.update != two.update
    assert one.chat.partition(":")[2] not in one.update


async def test_a_command_is_read_with_its_payload(house: House) -> None:
    page = await house.page()
    await page.send(**say("/Start abc def"))
    await page.next("committed")
    turn = house.echo.arrivals[0].turn
    assert (turn.command, turn.payload, turn.text) == ("start", "abc def", "")


async def test_a_text_over_the_limit_is_not_taken_but_answered(house: House) -> None:
    page = await house.page()
    await page.send(**say("𝄞" * 2049))
    await page.next("committed")
    turn = house.echo.arrivals[0].turn
    assert (turn.unreadable, turn.text) == (Unreadable.TOO_LONG, "")


async def test_pressing_a_button_changes_its_message_in_place(house: House) -> None:
    page = await house.page()
    await page.send(**say("hola"))
    shown = await page.next("message")
    await page.send(do="press", id="frame-0002", pane="person", message=shown["id"], data="ask")
    edit = await page.next("edit")
    assert (edit["id"], edit["text"], edit["at"]) == (shown["id"], "Sent.", shown["at"])
    assert cast("int", edit["seq"]) > cast("int", shown["seq"])
    assert house.echo.arrivals[1].turn.choice == "ask"


async def test_a_shared_location_reaches_the_turn(house: House) -> None:
    page = await house.page()
    await page.send(do="locate", id="frame-0001", latitude=14.9, longitude=-92.3)
    await page.next("committed")
    spot = house.echo.arrivals[0].turn.location
    assert spot is not None and (spot.latitude, spot.longitude) == (14.9, -92.3)


async def test_staff_and_working_group_speak_in_chats_of_their_own(house: House) -> None:
    page = await house.page()
    await page.send(**say("hay lugar", "staff:river", "frame-0001"))
    await page.send(**say("hola", "channel", "frame-0002"))
    await page.next("committed")
    await page.next("committed")
    staff, group = house.echo.arrivals
    assert (staff.chat, staff.turn.kind) == ("staff:river", ChatKind.GROUP)
    assert (group.chat, group.turn.kind) == (WORKING_GROUP, ChatKind.CHANNEL)


async def test_the_digest_is_published_on_demand(house: House) -> None:
    page = await house.page()
    await page.send(do="digest", id="frame-0001")
    message = await page.next("message")
    assert (message["pane"], message["text"]) == ("channel", "This week")
    assert house.digests == [1]


async def test_leaving_deletes_the_answers_and_her_own_words(house: House) -> None:
    page = await house.page()
    await page.send(**say("hola"))
    events = await page.until("committed")
    shown = next(event["id"] for event in events if event["event"] == "message")
    own = events[-1]["message"]
    await page.send(**say("salir", id="frame-0002"))
    events = await page.until("committed")
    gone = {event["id"] for event in events if event["event"] == "delete"}
    assert {shown, own} <= gone
    fresh = await house.page()
    texts = [event.get("text") for event in await fresh.until("caught_up")]
    assert "Listo." in texts and "You said: hola" not in texts


# ---- broken and hostile frames -------------------------------------------------------


BAD_FRAMES = (
    "",
    "{",
    "[]",
    "null",
    '"say"',
    "{}",
    '{"do":"shutdown"}',
    '{"do":"say","id":"frame-0001","pane":"person"}',
    '{"do":"say","id":"frame-0001","pane":"person","text":""}',
    '{"do":"say","id":"short","pane":"person","text":"x"}',
    '{"do":"say","id":"frame-0001\\n","pane":"person","text":"x"}',
    '{"do":"say","id":"frame-0001","pane":"person","text":"x","chat":"person:other"}',
    '{"do":"say","id":"frame-0001","pane":"person","text":"x","language":"<b>"}',
    '{"do":"say","id":"frame-0001","pane":["person"],"text":"x"}',
    '{"do":"press","id":"frame-0001","pane":"person","message":-1,"data":"x"}',
    '{"do":"press","id":"frame-0001","pane":"person","message":9007199254740993,"data":"x"}',
    '{"do":"press","id":"frame-0001","pane":"person","message":1.5,"data":"x"}',
    '{"do":"press","id":"frame-0001","pane":"person","message":1,"data":"' + "x" * 65 + '"}',
    '{"do":"locate","id":"frame-0001","latitude":91,"longitude":0}',
    '{"do":"locate","id":"frame-0001","latitude":NaN,"longitude":0}',
    '{"do":"hello","seen":{"person":"all"}}',
    "[" * 8000,
)


@pytest.mark.parametrize("frame", BAD_FRAMES, ids=range(len(BAD_FRAMES)))
async def test_a_bad_frame_is_answered_and_changes_nothing(house: House, frame: str) -> None:
    page = await house.page()
    await page.raw.send_str(frame)
    assert (await page.next("error"))["code"] == "bad_frame"
    await page.send(**say("hola"))
    await page.next("committed")
    assert [arrival.turn.text for arrival in house.echo.arrivals] == ["hola"]


async def test_a_binary_frame_is_a_bad_frame(house: House) -> None:
    page = await house.page()
    await page.raw.send_bytes(json.dumps(say("hola")).encode())
    assert (await page.next("error"))["code"] == "bad_frame"
    assert house.echo.arrivals == []


@pytest.mark.parametrize("pane", ["staff:unknown", "person:other", "staff:", "channel:main"])
async def test_a_pane_that_is_not_on_the_page_is_refused(house: House, pane: str) -> None:
    page = await house.page()
    await page.send(**say("hola", pane))
    error = await page.next("error")
    assert (error["code"], error["id"]) == ("no_such_pane", "frame-0001")
    assert house.echo.arrivals == []


async def test_a_frame_over_the_size_limit_closes_only_its_own_socket(house: House) -> None:
    loud, calm = await house.page(), await house.page()
    await loud.until("caught_up")
    await loud.raw.send_str("x" * (16 * 1024 + 1))
    assert (await loud.raw.receive()).type in {WSMsgType.CLOSE, WSMsgType.CLOSED}
    await calm.send(**say("hola"))
    await calm.next("committed")


async def test_a_flood_is_told_once_to_slow_down_and_others_go_on(house: House) -> None:
    loud, calm = await house.page(), await house.page()
    await loud.until("caught_up")
    for number in range(200):
        await loud.send(**say("x", id=f"flood-{number:04}"))
    assert (await loud.next("error"))["code"] == "slow_down"
    await calm.send(**say("hola", "channel", id="calm-0001"))
    await calm.next("committed")
    taken = [arrival for arrival in house.echo.arrivals if arrival.turn.text == "x"]
    assert 0 < len(taken) < 200


def test_the_pace_tells_once_and_recovers() -> None:
    pace = Pace(0.0)
    assert [pace.allows(0.0) for _ in range(12)] == [True] * 10 + [False] * 2
    assert (pace.may_tell(), pace.may_tell()) == (True, False)
    assert pace.allows(0.2)
    assert pace.may_tell()


async def test_what_could_not_be_stored_is_asked_for_again(house: House) -> None:
    page = await house.page()
    house.echo.failures.append(NotCommitted())
    await page.send(**say("hola"))
    error = await page.next("error")
    assert (error["code"], error["id"]) == ("try_again", "frame-0001")
    await page.send(**say("hola"))
    await page.next("committed")
    assert len(house.echo.arrivals) == 1


async def test_a_bug_leaves_the_socket_open_and_no_words_in_the_log(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    page = await house.page()
    house.echo.failures.append(ValueError("canary-words"))
    await page.send(**say("canary-words"))
    assert (await page.next("error"))["code"] == "failed"
    await page.send(**say("hola", id="frame-0002"))
    await page.next("committed")
    assert "ValueError" in caplog.text and "canary" not in caplog.text


# ---- coming back ---------------------------------------------------------------------


async def test_a_page_that_comes_back_gets_what_it_missed_and_nothing_else(
    house: House,
) -> None:
    page = await house.page()
    await page.send(**say("one"))
    before = await page.next("message")
    await page.raw.close()
    await house.channel.deliver(parcel(house.person, "two"))
    await house.channel.deliver(parcel("staff:net", "card"))
    back = await house.page(person=cast("int", before["seq"]))
    texts = [event["text"] for event in await back.until("caught_up") if "text" in event]
    assert texts == ["two", "card"]


async def test_a_page_that_comes_back_learns_of_edits_and_deletions(house: House) -> None:
    page = await house.page()
    await page.until("caught_up")
    first = await house.channel.deliver(parcel("staff:net", "first"))
    second = await house.channel.deliver(parcel("staff:net", "second"))
    seen = cast("int", [await page.next("message"), await page.next("message")][-1]["seq"])
    await page.raw.close()
    await house.channel.deliver(parcel("staff:net", "first, changed", edits=first))
    await house.channel.deliver(Parcel("web", "staff:net", deletes=(second,)))
    back = await house.page(**{"staff:net": seen})
    events = [event for event in await back.until("caught_up") if "seq" in event]
    kept = [(event["event"], event["id"]) for event in events]
    assert kept == [("edit", first), ("delete", second)]


async def test_nobody_gets_the_chat_of_another_person(house: House) -> None:
    page = await house.page()
    await page.send(**say("secret"))
    await page.next("committed")
    house.client.session.cookie_jar.clear()
    other = await house.page()
    events = await other.until("caught_up")
    assert not [event for event in events if event.get("pane") == "person"]


async def test_after_a_restart_numbers_go_on_from_above() -> None:
    before = WebChannel(clock=lambda: 1_000_000.0)
    last = [await before.deliver(parcel("staff:net", "x")) for _ in range(500)][-1]
    after = WebChannel(clock=lambda: 1_000_001.0)
    first = await after.deliver(parcel("staff:net", "y", edits=last))
    assert last < first < message_of("0" * 32)


# ---- the channel ---------------------------------------------------------------------


def backlog(channel: WebChannel, chat: str) -> list[Event]:
    events: list[str] = []
    channel.watch(chat, 0, events.append)
    return [json.loads(event) for event in events]


async def test_an_edit_of_a_message_that_is_gone_sends_a_new_one() -> None:
    channel = WebChannel()
    first = await channel.deliver(parcel("staff:net", "one"))
    await channel.deliver(Parcel("web", "staff:net", deletes=(first,)))
    second = await channel.deliver(parcel("staff:net", "two", edits=first))
    assert second not in {0, first}
    assert [event["text"] for event in backlog(channel, "staff:net")] == ["two"]


async def test_a_venue_and_a_question_for_the_place_reach_the_page() -> None:
    channel = WebChannel()
    venue = Venue(14.9, -92.3, "Casa Ejemplo", "Calle Inventada 12")
    reply = Reply("Where?", asks_location=True, location_label="Share", venue=venue)
    await channel.deliver(Parcel("web", "person:abc", reply))
    [event] = backlog(channel, "person:abc")
    assert event["pane"] == "person"
    assert (event["asks_location"], event["location_label"]) == (True, "Share")
    assert cast("Event", event["venue"])["title"] == "Casa Ejemplo"


async def test_a_parcel_that_only_deletes_returns_no_message() -> None:
    channel = WebChannel()
    assert await channel.deliver(Parcel("web", "staff:net", deletes=(1, 2))) == 0


async def test_a_transcript_keeps_only_the_latest_messages() -> None:
    channel = WebChannel()
    for number in range(KEPT_MESSAGES + 5):
        await channel.deliver(parcel("staff:net", str(number)))
    texts = [event["text"] for event in backlog(channel, "staff:net")]
    assert (len(texts), texts[0]) == (KEPT_MESSAGES, "5")


async def test_the_chat_that_was_quiet_for_longest_is_forgotten_first() -> None:
    channel = WebChannel()
    for number in range(KEPT_CHATS + 1):
        await channel.deliver(parcel(f"person:{number}", "x"))
    assert backlog(channel, "person:0") == []
    assert len(backlog(channel, "person:1")) == 1


@pytest.mark.parametrize("chat", ["", "person:", "telegram:1", "river"])
async def test_a_chat_of_another_kind_is_misaddressed(chat: str) -> None:
    with pytest.raises(Misaddressed):
        await WebChannel().deliver(parcel(chat, "x"))


# ---- the page in a browser -----------------------------------------------------------


@pytest.mark.timeout(120)
@pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium: set FARO_TEST_CHROMIUM to its path")
async def test_a_person_asks_presses_and_leaves_in_a_browser(house: House) -> None:
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS
        )
        context = await browser.new_context(viewport={"width": 390, "height": 844}, locale="fr-FR")
        page = await context.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", note_errors(problems))
        await page.goto(str(house.client.make_url("/")))
        await page.wait_for_selector('[data-state="connected"]')
        assert await page.locator("html").get_attribute("lang") == "fr"
        await page.fill("#text-person", "bonjour\u202e <b>x</b>")
        await page.press("#text-person", "Enter")
        await page.click("#log-person >> text=Ask")
        await page.wait_for_selector("#log-person >> text=Sent.")
        await house.channel.deliver(parcel("staff:net", "A card for Red Ficticia"))
        await page.wait_for_selector('.tabs [data-tab="staff"] .unread:not([hidden])')
        await page.click('.tabs [data-tab="staff"]')
        await page.wait_for_selector("text=A card for Red Ficticia")
        width = await page.evaluate("document.querySelector('main').scrollWidth")
        await page.click('.tabs [data-tab="person"]')
        await page.click("#leave")
        assert await page.locator("#log-person").inner_text() == ""
        await page.wait_for_selector("#log-person >> text=Listo.")
        assert "bonjour" not in await page.content()
        await browser.close()
    assert width == 390
    assert problems == []


def note_errors(problems: list[str]) -> Callable[..., None]:
    def note(message: object) -> None:
        if getattr(message, "type", "") == "error":
            problems.append(str(getattr(message, "text", "")))

    return note
