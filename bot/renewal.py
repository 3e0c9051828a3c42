"""Builds the directory anew when the stored one changed, beside the turns."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.jobs import guarded
from bot.watch import ListingWatch
from bot.world import directory_of
from handlers.turn import World
from referrals.directory import Directory
from referrals.store.engine import Engine, reading
from referrals.store.records import load_rows

LOOK_SECONDS = 0.2
MOST_SECONDS = 60.0
"""Longest wait after a build that failed: each try reads all of the directory."""


class Renewal:
    """Follows the counter that the watch sees; the old directory serves until then."""

    def __init__(self, engine: Engine, watch: ListingWatch, world: Callable[[], World]) -> None:
        self._engine = engine
        self._watch = watch
        self._world = world
        self._built = watch.revision

    async def run(self) -> None:
        """Build whenever there is news; runs until cancelled."""
        wait = LOOK_SECONDS
        while True:
            await asyncio.sleep(wait)
            is_new = self._watch.revision != self._built
            if is_new:
                await guarded(self.renew)
            failed = is_new and self._watch.revision != self._built
            wait = min(wait * 2, MOST_SECONDS) if failed else LOOK_SECONDS

    async def renew(self) -> None:
        """Read and build in a thread of its own, then hand it to the watch."""
        revision = self._watch.revision
        self._watch.take(await asyncio.to_thread(self._build))
        self._built = revision

    def _build(self) -> Directory:
        with reading(self._engine) as connection:
            rows = load_rows(connection)
        return directory_of(rows, self._world())
