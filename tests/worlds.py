"""The world of the tests: real catalogs, places, phrases, and the fictional directory."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from bot.settings import Settings
from bot.world import fictional_package, load_world
from handlers.turn import World

NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
"""A Tuesday noon in Mexico City, when most places are open."""


@lru_cache(maxsize=1)
def fictional_world() -> World:
    """Load the world once for a whole run."""
    settings = Settings(directory="fictional")
    return load_world(settings, fictional_package(settings).rows)
