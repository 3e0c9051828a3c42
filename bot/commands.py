"""The commands of Telegram's menu, in each language. Neutral: anyone may see the list."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.i18n import Catalogs, later

DESCRIPTIONS: Mapping[str, str] = {
    # Translators: short descriptions in the menu of commands. Neutral on purpose.
    "menu": later("Start again"),
    "help": later("Numbers to call"),
    "questions": later("Questions and answers"),
    "requests": later("My requests"),
    "language": later("Change language"),
    "privacy": later("What is kept"),
    "delete": later("Erase everything"),
    "exit": later("Close and clear this chat"),
}
"""Each command of a private chat with what it does."""


def menu(catalogs: Catalogs) -> dict[str, list[tuple[str, str]]]:
    """Return the commands with their descriptions by language."""
    return {
        code: [(command, t(text)) for command, text in DESCRIPTIONS.items()]
        for code, t in catalogs.by_language.items()
    }
