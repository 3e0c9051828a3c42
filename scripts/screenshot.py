"""Take the picture of the page for the README: three sides in the middle of a story.

    PYTHONPATH=.:tests .venv/bin/python scripts/screenshot.py docs/page.png

Needs Chromium, as the browser tests do. Everything on the picture is made up: the people
who are counted in the digest are pages that this script opens.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, expect, sync_playwright

from processes import Served
from visitor import DESKTOP, Visitor, launch

LOCALE = "es-MX"
LOOKED_FOR = (
    *(("busco donde dormir en Tapachula",) * 14),
    *(("necesito un abogado en Tapachula",) * 12),
)
FIRST_NEED = "Necesito un abogado, estoy en Tapachula"
OWN_WORDS = "Tengo cita el jueves y no entiendo el papel."
SECOND_NEED = "Estoy en Tapachula con mi hija, ¿dónde podemos dormir hoy?"


def main(target: Path) -> None:
    """Tell the story and save the picture."""
    with (
        TemporaryDirectory() as folder,
        Served(Path(folder)) as served,
        sync_playwright() as playwright,
        launch(playwright) as browser,
    ):
        for words in LOOKED_FOR:
            be_counted(browser, served.address, words)
        visitor = Visitor(browser, served.address, DESKTOP, LOCALE)
        visitor.open()
        ask_for_help(visitor)
        visitor.page.locator("#digest").click()
        expect(visitor.rows("channel")).to_have_count(1)
        visitor.say(SECOND_NEED)
        visitor.offering("person", "svc")
        visitor.page.evaluate("document.activeElement.blur()")
        visitor.page.screenshot(path=target, animations="disabled")
        print(f"{target}: {target.stat().st_size} bytes; problems: {visitor.problems}")


def be_counted(browser: Browser, address: str, words: str) -> None:
    """Be somebody who looks for something and agrees to be counted."""
    visitor = Visitor(browser, address, DESKTOP, LOCALE)
    visitor.open()
    visitor.say(words)
    visitor.press("person", "count:yes")
    visitor.say("menú")
    visitor.context.close()


def ask_for_help(visitor: Visitor) -> None:
    """Send a request with own words to the first place."""
    visitor.say(FIRST_NEED)
    visitor.press("person", "count:yes")
    visitor.press("person", "svc")
    visitor.press("person", "ref")
    visitor.press("person", "words")
    visitor.offering("person", "card:back")
    visitor.say(OWN_WORDS)
    visitor.press("person", "send")
    visitor.offering("staff", "acc")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
