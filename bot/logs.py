"""Logs: step names, error types, counters; never words, ids or addresses.

Every record is a fixed code. What a library writes is reduced to its logger's name and
the type of its error, because libraries put tokens into addresses and people's words
into messages.
"""

from __future__ import annotations

import logging
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

OURS = ("faro", "bot")
"""Loggers whose messages are fixed codes."""
QUIET = ("httpx", "httpcore", "telegram", "aiohttp.access", "asyncio", "sqlalchemy", "alembic")
"""Libraries whose messages may carry addresses, words or values."""


class Codes(logging.Formatter):
    """Time, level, logger and code. No exception text and no arguments of others."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        when = self.formatTime(record, "%Y-%m-%dT%H:%M:%S")
        return f"{when} {record.levelname} {record.name} {said(record)}"


def said(record: logging.LogRecord) -> str:
    """Return what may be said of a record."""
    kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
    if record.name.split(".")[0] in OURS:
        return f"{record.getMessage()} {kind}".rstrip()
    return f"message withheld {kind}".rstrip()


def configure(level: str = "INFO") -> None:
    """Send codes to standard error, for every logger, at every level."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Codes())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = last_words
    logging.getLogger("faro").debug("log.at_debug")


def last_words(kind: type[BaseException], _: BaseException, __: object) -> None:
    """Report an error that ends the process by its type alone."""
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("faro").critical("process.ended %s", kind.__name__)


class Counters:
    """Counts of what happened, by fixed names."""

    def __init__(self) -> None:
        self.totals: Counter[str] = Counter()

    def __call__(self, name: str) -> None:
        """Count one."""
        self.totals[name] += 1


@contextmanager
def quietly() -> Iterator[None]:
    """Keep standard streams for the person at the terminal: errors only."""
    root = logging.getLogger()
    before = root.level
    root.setLevel("ERROR")
    try:
        yield
    finally:
        root.setLevel(before)
