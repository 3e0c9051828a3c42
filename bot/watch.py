"""Keeps the directory that turns look at as new as what is stored."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, datetime
from threading import Lock
from typing import Protocol

from bot.live import LiveReader
from handlers.turn import World
from referrals.directory import Directory
from referrals.store.engine import Connection
from referrals.store.records import DIRECTORY_REVISION
from referrals.store.settings import read_setting
from referrals.store.vetting import LIVE_REVISION

LOOK_SECONDS = 1.0
"""Oldest that the layer over the directory may be when a turn begins."""
READ_SECONDS = 30.0
"""How often it is read without a change of a listing: requests are answered meanwhile."""


class Watch(Protocol):
    """What the runner asks before every transaction."""

    def look(self, connection: Connection, world: World, now: datetime) -> World:
        """Return the world as it is now."""

    def changed(self) -> None:
        """Hear that this process has just changed a listing."""


class NoWatch:
    """For a world that never changes."""

    def look(self, connection: Connection, world: World, now: datetime) -> World:  # noqa: ARG002
        """Return the same world."""
        return world

    def changed(self) -> None:
        """Do nothing."""


class ListingWatch:
    """Reads what is laid over the directory again when its counter or the day moved."""

    def __init__(self, revision: int) -> None:
        """``revision``: the counter of the directory that the world was loaded with."""
        self.revision = revision
        """The newest counter that was seen."""
        self._looked = float("-inf")
        self._known: tuple[int, date] | None = None
        self._reader: LiveReader | None = None
        self._read = float("-inf")
        self._lock = Lock()
        self._next: Directory | None = None

    def take(self, directory: Directory) -> None:
        """Use another directory from the next transaction on. Safe from any thread."""
        with self._lock:
            self._next = directory

    def _is_used(self, taken: Directory | None) -> None:
        """Let go of a directory only now: had reading failed, it would be lost."""
        with self._lock:
            if self._next is taken:
                self._next = None

    def changed(self) -> None:
        """Look again at the next transaction."""
        self._looked = float("-inf")

    def look(self, connection: Connection, world: World, now: datetime) -> World:
        """Return the world with the directory and the layer as they are now."""
        with self._lock:
            taken = self._next
        if taken is not None:
            world, self._known, self._reader = replace(world, directory=taken), None, None
        elif time.monotonic() - self._looked < LOOK_SECONDS:
            return world
        self._looked = time.monotonic()
        self.revision = read_setting(connection, DIRECTORY_REVISION)
        today = now.astimezone(world.country.timezone).date()
        known = (read_setting(connection, LIVE_REVISION), today)
        if known == self._known and self._looked - self._read < READ_SECONDS:
            return world
        # One that broke off may have missed something: the next one reads everything.
        reader, self._reader = self._reader or LiveReader(world.is_fictional), None
        live = reader.read(connection, world.directory, today)
        self._reader = reader
        self._known, self._read = known, self._looked
        self._is_used(taken)
        return replace(world, directory=world.directory.with_live(live))
