"""The world of the tests: real catalogs, places, phrases, and the fictional directory."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from bot.settings import Settings
from bot.world import fictional_package, load_world
from handlers.turn import World

HOME = Settings().country
"""The country of most tests."""
NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
"""A Tuesday noon in Mexico City, when most places are open."""


@lru_cache(maxsize=2)
def fictional_world(country: str = HOME) -> World:
    """Load the world of a country once for a whole run."""
    settings = Settings(directory="fictional", country=country)
    return load_world(settings, fictional_package(settings).rows, NOON.date())
