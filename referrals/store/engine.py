"""Open the database: SQLite or PostgreSQL, the same statements on both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.pool import ConnectionPoolEntry

__all__ = [
    "Connection",
    "Engine",
    "StoreError",
    "is_passing",
    "open_engine",
    "reading",
    "truncate_wal",
]

StoreError = SQLAlchemyError
"""Anything the database refuses. ``hide_parameters`` keeps values out of its text."""

BUSY_MILLISECONDS = 2000

READS_ONLY = "reads_only"

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    f"PRAGMA busy_timeout={BUSY_MILLISECONDS}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    "PRAGMA trusted_schema=OFF",
)


def open_engine(url: str) -> Engine:
    """Make an engine for ``sqlite:////path`` or ``postgresql://...``; opens nothing yet."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
        return engine
    if parsed.get_backend_name() in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
        return create_engine(parsed, hide_parameters=True, pool_pre_ping=True)
    raise ValueError("the database must be sqlite:////path or postgresql://...")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Read one state of the database for as long as it takes, and keep no writer waiting."""
    options: dict[str, str | bool] = {READS_ONLY: True}
    if engine.dialect.name != "sqlite":
        options["isolation_level"] = "REPEATABLE READ"
    with engine.connect() as connection:
        connection.execution_options(**options)
        with connection.begin():
            yield connection


def is_passing(error: BaseException) -> bool:
    """The error may be gone at the next attempt: locked, full, disconnected, deadlock."""
    if isinstance(error, OperationalError | InterfaceError | InternalError):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


def truncate_wal(engine: Engine) -> bool:
    """Empty SQLite's write-ahead log after a purge; False when a reader kept it busy.

    Deleted rows stay readable in the log until then. True on other databases, whose own
    upkeep does it.
    """
    if engine.dialect.name != "sqlite":
        return True
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        row = cursor.fetchone()
        return row is not None and row[0] == 0
    finally:
        raw.close()


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver's own transactions begin too late (at the first write) for a reader
    # that will write: two of them would wait for each other.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    reads = connection.get_execution_options().get(READS_ONLY)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
