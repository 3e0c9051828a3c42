"""The database's revision: bring it up to this program's, refuse a newer one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

REVISIONS = ("0001", "0002")
"""Revisions that this program knows, oldest first."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 7032_1977
"""Any number, the same in every process: only one migrates at a time."""


class DatabaseIsNewer(Exception):
    """A later version of the program made this database: use that version."""


class DatabaseIsOlder(Exception):
    """The database must be migrated first."""


def stored_revision(connection: Connection) -> str:
    """Return the revision of a database, empty when it is new."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def check_version(engine: Engine) -> None:
    """Raise ``DatabaseIsNewer`` or ``DatabaseIsOlder`` unless the revision fits."""
    with engine.connect() as connection:
        stored = _known_revision(connection)
    if stored != REVISIONS[-1]:
        raise DatabaseIsOlder(f"the database has revision {stored or 'none'}: migrate it")


def migrate(engine: Engine) -> bool:
    """Bring the database to the newest revision; return whether anything was done."""
    with engine.connect() as connection, connection.begin(), _alone(connection):
        if _known_revision(connection) == REVISIONS[-1]:
            return False
        _upgrade(connection)
        return True


def _known_revision(connection: Connection) -> str:
    stored = stored_revision(connection)
    if stored and stored not in REVISIONS:
        raise DatabaseIsNewer(
            f"the database has revision {stored}, this program knows up to {REVISIONS[-1]}: "
            "run the newer version of the program, or restore a backup of its time"
        )
    return stored


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    yield


def _upgrade(connection: Connection) -> None:
    # Here, because it takes a quarter of a second that a start without news can save.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
