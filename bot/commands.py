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
"""Each command of a private chat with what it does. Those of coordinators are in no menu."""

OF_GROUPS: Mapping[str, str] = {
    # Translators: short descriptions in the menu of commands of an organization's group.
    "cases": later("What is open"),
    "places": later("How many places are free"),
    "listing": later("What people read about us"),
    "language": later("Change language"),
    "help": later("What this chat does"),
}
"""Each command of a group with what it does."""

Menu = dict[str, list[tuple[str, str]]]


def menu(catalogs: Catalogs) -> Menu:
    """Return the commands of a private chat with their descriptions by language."""
    return described(DESCRIPTIONS, catalogs)


def group_menu(catalogs: Catalogs) -> Menu:
    """Return the commands of a group with their descriptions by language."""
    return described(OF_GROUPS, catalogs)


def described(commands: Mapping[str, str], catalogs: Catalogs) -> Menu:
    """Return commands with their descriptions by language."""
    return {
        code: [(command, t(text)) for command, text in commands.items()]
        for code, t in catalogs.by_language.items()
    }
