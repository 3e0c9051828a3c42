"""The rows behind the open data, read when somebody asks for them."""

from __future__ import annotations

from threading import Lock

from bot.settings import Settings
from bot.starting import directory_rows
from bot.watch import ListingWatch
from bot.world import Rows
from referrals.store.engine import Engine, reading


class PublishedRows:
    """Keeps the rows of the directory in use while they are the newest.

    They are not read before the first request: most services publish nothing, and the
    rows of a large directory take as much room as the directory.
    """

    def __init__(self, settings: Settings, engine: Engine, watch: ListingWatch) -> None:
        self._settings = settings
        self._engine = engine
        self._watch = watch
        self._rows: Rows = {}
        self._revision: int | None = None
        self._lock = Lock()

    def current(self) -> Rows:
        """Return the rows, the same object until they are others. Reads: not for the loop."""
        with self._lock:
            revision = self._watch.revision
            if revision != self._revision:
                self._rows = self._read()
                self._revision = revision
            return self._rows

    def _read(self) -> Rows:
        with reading(self._engine) as connection:
            return directory_rows(self._settings, connection)
