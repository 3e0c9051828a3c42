"""Somebody at the page in a real browser: writes, presses, looks; notes what goes wrong.

Buttons are found by what they do, as the page was told over its socket, and pressed by
their label, as people press them: the words may change, the story stays.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Playwright,
    Request,
    ViewportSize,
    WebSocket,
    expect,
)

CHROMIUM = Path(os.environ.get("FARO_TEST_CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)
PATIENCE = 20_000
"""Milliseconds after which something that should appear is taken for lost."""
COOKIE = "faro"
IS_TOO_WIDE = """
    [...document.querySelectorAll("html, main, [role=log]")]
        .some((part) => part.scrollWidth > part.clientWidth)
"""

Data = str
Label = str


def launch(playwright: Playwright) -> Browser:
    """Start Chromium, which speaks to nobody but the page's server."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


@dataclass
class Told:
    """What the page was told to show: for each pane and message, its buttons."""

    # No slots: Playwright keeps a mark of its own on whoever listens.

    buttons: dict[tuple[str, int], dict[Data, Label]] = field(default_factory=dict)

    def take(self, frame: str | bytes) -> None:
        """Take one event of the server."""
        event = json.loads(frame)
        if event["event"] == "delete":
            self.buttons.pop((event["pane"], event["id"]), None)
        if event["event"] in {"message", "edit"}:
            choices = [choice for row in event["choices"] for choice in row]
            shown = {c["data"]: c["label"] for c in choices if c.get("data")}
            self.buttons[event["pane"], event["id"]] = shown

    def find(self, side: str, verb: str) -> tuple[int, Label] | None:
        """Return message and label of the newest button of a verb."""
        for (pane, message), shown in sorted(self.buttons.items(), key=newest_first):
            for data, label in shown.items():
                if pane.startswith(side) and (data == verb or data.startswith(f"{verb}:")):
                    return message, label
        return None


def newest_first(item: tuple[tuple[str, int], object]) -> int:
    """Sort by the message's number, which grows."""
    return -item[0][1]


class Visitor:
    """One browser context, thus one person, with one open page."""

    def __init__(self, browser: Browser, address: str, size: ViewportSize, locale: str) -> None:
        self.problems: list[str] = []
        """Errors of the page, and addresses of others that it turned to."""
        self.told = Told()
        self.said: list[str] = []
        self._address = address
        self._is_server_away = False
        self._socket: WebSocket | None = None
        self.context = browser.new_context(viewport=size, locale=locale)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", self._note_error)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("request", self._note_request)
        self.page.on("websocket", self._listen)

    def open(self) -> None:
        """Open the page, or open it again, and wait until it is connected."""
        self.page.goto(self._address)
        self.expect_state("connected")

    def expect_state(self, state: str) -> None:
        """Wait until the page says how it is connected."""
        look = expect(self.page.get_by_role("status"))
        look.to_have_attribute("data-state", state, timeout=PATIENCE)

    def log(self, side: str) -> Locator:
        """Return the chat of a side that is shown."""
        return self.page.locator(f'[data-pane="{side}"] [role="log"]:not([hidden])')

    def rows(self, side: str) -> Locator:
        """Return the messages of a side, of whoever wrote them."""
        return self.log(side).locator(".row:not(.typing)")

    def latest(self, side: str) -> Locator:
        """Return the last message of a side."""
        return self.rows(side).last

    def words(self, row: Locator) -> str:
        """Return the words of a message, without its time and its buttons."""
        return row.get_by_role("paragraph").inner_text()

    def say(self, text: str, side: str = "person") -> None:
        """Write and send; return once the server has it."""
        self.said.append(text)
        box = self.page.locator(f'[data-pane="{side}"]').get_by_role("textbox")
        box.fill(text)
        box.press("Enter")
        expect(self.log(side).locator(".own").last).to_have_class("row own sent")

    def press(self, side: str, verb: str) -> None:
        """Press the newest button of a verb, once it is there."""
        _, button = self._offered(side, verb)
        button.click()

    def offering(self, side: str, verb: str) -> Locator:
        """Return the message with the newest button of a verb, once it is on the page."""
        row, button = self._offered(side, verb)
        expect(button).to_be_attached(timeout=PATIENCE)
        return row

    def _offered(self, side: str, verb: str) -> tuple[Locator, Locator]:
        found = self.told.find(side, verb)
        if found is None:
            assert self._socket is not None, "the page is not connected"
            self._socket.wait_for_event(
                "framereceived",
                lambda _: self.told.find(side, verb) is not None,
                timeout=PATIENCE,
            )
            found = self.told.find(side, verb)
        assert found is not None
        message, label = found
        row = self.log(side).locator(f'[data-id="{message}"]')
        return row, row.get_by_role("button", name=label, exact=True)

    def turn_to(self, side: str) -> None:
        """Look at a side: by its tab, where the window has no room for all of them."""
        tab = self.page.locator(f'nav button[data-tab="{side}"]')
        if tab.is_visible():
            tab.click()
        expect(self.log(side)).to_be_visible()
        if self.page.evaluate(IS_TOO_WIDE):
            self.problems.append(f"{side} is wider than its window")

    def cookie(self) -> str:
        """Return the secret that names this person to the server."""
        return next(c["value"] for c in self.context.cookies() if c["name"] == COOKIE)

    @contextmanager
    def server_away(self) -> Iterator[None]:
        """While the server is away: the browser's own complaints about that are no errors."""
        self._is_server_away = True
        yield
        self.expect_state("connected")
        self._is_server_away = False

    def _note_error(self, message: ConsoleMessage) -> None:
        is_expected = self._is_server_away and "/chat' failed" in message.text
        if message.type in {"error", "warning"} and not is_expected:
            self.problems.append(message.text)

    def _note_request(self, request: Request) -> None:
        self._note_address(request.url)

    def _note_address(self, url: str) -> None:
        if urlsplit(url).netloc != urlsplit(self._address).netloc:
            self.problems.append(url)

    def _listen(self, socket: WebSocket) -> None:
        self._note_address(socket.url)
        self._socket = socket
        socket.on("framereceived", self.told.take)
