"""What must be there before the first turn: database, keys, directory, data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from bot.settings import Settings
from bot.vault import Vault, make_keys
from bot.world import Rows, fictional_package, known_organizations, load_world
from handlers.turn import World
from referrals.store.engine import Engine, open_engine
from referrals.store.records import load_rows, save_package
from referrals.store.versions import check_version, migrate


class NotReady(Exception):
    """Something is missing; the message says what to do."""


def open_database(settings: Settings) -> Engine:
    """Open the database and bring it to this program's revision.

    Raises ``DatabaseIsNewer`` for one that a later version made.
    """
    settings.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = open_engine(settings.database_url)
    migrate(engine)
    check_version(engine)
    return engine


def open_keys(settings: Settings) -> Vault:
    """Open the keys; make them when nothing was ever stored. Raises ``KeysMissing``."""
    folder = settings.keys_folder
    is_new = not folder.exists() and not (settings.data_folder / "keys.made").exists()
    if is_new:
        make_keys(folder)
        # Keys that are gone later must not be replaced in silence: everything that they
        # sealed would be lost without a word.
        (settings.data_folder / "keys.made").touch(mode=0o600)
    return Vault.open(folder)


def fill_directory(settings: Settings, engine: Engine) -> None:
    """Store the first directory where there is none yet."""
    with engine.begin() as connection:
        if load_rows(connection):
            return
        save_package(connection, first_rows(settings), today())


def first_rows(settings: Settings) -> Rows:
    """Return the fictional directory, or the country's known organizations, unvetted."""
    if not settings.is_fictional:
        return known_organizations(settings)
    package = fictional_package(settings)
    if not package.is_loadable:
        raise NotReady("the fictional directory is damaged: run `faro doctor`")
    return {**package.rows, "service_capacity": reported_today(package.rows)}


def reported_today(rows: Rows) -> Sequence[Mapping[str, str]]:
    """Return the made-up reports of free places as of today: real ones expire."""
    day = today().isoformat()
    return [{**row, "updated": day} for row in rows.get("service_capacity", ())]


def open_world(settings: Settings, engine: Engine) -> World:
    """Load everything a turn may look at."""
    if settings.is_fictional:
        # Never mixed with a stored directory of real places.
        return load_world(settings, first_rows(settings))
    with engine.begin() as connection:
        rows = load_rows(connection)
    return load_world(settings, rows)


def today() -> date:
    """Return the day, UTC."""
    return datetime.now(UTC).date()
