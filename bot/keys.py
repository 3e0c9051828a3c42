"""Rotation of the sealing key, with everything stored sealed again."""

from __future__ import annotations

from rich.console import Console

from bot.sealing import reseal_all
from bot.settings import Settings
from bot.starting import open_database
from bot.vault import Vault, rotate


def rotate_and_reseal(settings: Settings, say: Console) -> tuple[int, int]:
    """Add a key and seal every stored value with it; return its version and the count.

    Only while nothing serves: a process without the new key cannot open what it sealed.
    """
    version = rotate(settings.keys_folder)
    engine = open_database(settings)
    with say.status("Sealing again ..."):
        renewed = reseal_all(engine, Vault.open(settings.keys_folder))
    engine.dispose()
    return version, renewed
