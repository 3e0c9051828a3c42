"""What must be there before the first turn: database, keys, directory, data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from bot.country_files import load_country
from bot.live import live_of
from bot.settings import Settings
from bot.vault import Vault, make_keys
from bot.world import (
    Rows,
    country_folder,
    fictional_package,
    known_organizations,
    load_world,
    with_directory,
)
from handlers.turn import World
from referrals.directory import Directory, build_directory
from referrals.store.engine import Connection, Engine, open_engine, reading
from referrals.store.records import DIRECTORY_REVISION, load_rows, save_package
from referrals.store.settings import read_setting
from referrals.store.versions import check_version, migrate

KEYS_MADE = "keys.made"
"""File in the data folder that says that keys exist somewhere."""


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
    if not keys_were_made(settings):
        if not folder.is_dir() or not any(folder.iterdir()):
            make_keys(folder)
        # Keys that are gone later must not be replaced in silence: everything that they
        # sealed would be lost without a word.
        (settings.data_folder / KEYS_MADE).touch(mode=0o600)
    return Vault.open(folder)


def keys_were_made(settings: Settings) -> bool:
    """Tell whether this data folder was ever used with keys."""
    return (settings.data_folder / KEYS_MADE).exists()


def fill_directory(settings: Settings, engine: Engine) -> None:
    """Store the first directory where there is none yet; never the made-up one."""
    if settings.is_fictional:
        return
    with engine.begin() as connection:
        if load_rows(connection):
            return
        save_package(connection, known_organizations(settings), today(settings))


def directory_rows(settings: Settings, connection: Connection) -> Rows:
    """Return the directory in use: the made-up one, or the stored one; never both."""
    return fictional_rows(settings) if settings.is_fictional else load_rows(connection)


def fictional_rows(settings: Settings) -> Rows:
    """Return the plainly fictional directory, as fresh as if reported today."""
    package = fictional_package(settings)
    if not package.is_loadable:
        raise NotReady("the fictional directory is damaged: run `faro doctor`")
    return as_of(package.rows, today(settings))


def as_of(rows: Rows, day: date) -> Rows:
    """Move the days of made-up reports and checks, the newest to a day: real ones age."""
    moments = (row.get(column, "") for table, column in AGEING for row in rows.get(table, ()))
    days = (date.fromisoformat(moment[:10]) for moment in moments if moment)
    ahead = day - max(days, default=day)
    aged = {table: moved(rows.get(table, ()), column, ahead) for table, column in AGEING}
    return {**rows, **aged}


AGEING = (("services", "assured_date"), ("service_capacity", "updated"))
"""Columns that say how old a fact is."""


def moved(
    rows: Sequence[Mapping[str, str]], column: str, ahead: timedelta
) -> Sequence[Mapping[str, str]]:
    """Return rows with one column of days moved."""
    return [
        {**row, column: (date.fromisoformat(row[column][:10]) + ahead).isoformat()}
        if row.get(column)
        else row
        for row in rows
    ]


def open_world(settings: Settings, engine: Engine) -> tuple[World, int]:
    """Load everything a turn may look at, and the counter of the directory that it holds."""
    # One state of the database: a package that is loaded meanwhile has another counter.
    with reading(engine) as connection:
        world = load_world(settings, directory_rows(settings, connection))
        day = datetime.now(world.country.timezone).date()
        live = live_of(connection, world.directory, day, settings.is_fictional)
        directory = world.directory.with_live(live)
        return with_directory(world, directory), read_setting(connection, DIRECTORY_REVISION)


def open_directory(settings: Settings, connection: Connection) -> Directory:
    """Return the directory in use with what is laid over it."""
    directory = build_directory(directory_rows(settings, connection))
    day = today(settings)
    return directory.with_live(live_of(connection, directory, day, settings.is_fictional))


def today(settings: Settings) -> date:
    """Return the day at the clock of the country that is served."""
    return datetime.now(load_country(country_folder(settings)).timezone).date()
