"""Named counters, such as the revision of the directory."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from referrals.store.tables import setting
from referrals.store.turns import insert_or_ignore

_INSERT = insert_or_ignore(setting)


def read_setting(connection: Connection, name: str) -> int:
    """Return a counter, 0 when it was never set."""
    found = connection.execute(select(setting.c.value).where(setting.c.name == name)).scalar()
    return found or 0


def advance(connection: Connection, name: str) -> int:
    """Add one to a counter and return it."""
    connection.execute(_INSERT[connection.dialect.name], [{"name": name, "value": 0}])
    grown = update(setting).where(setting.c.name == name).values(value=setting.c.value + 1)
    connection.execute(grown)
    return read_setting(connection, name)


def write_setting(connection: Connection, name: str, value: int) -> None:
    """Set a counter."""
    connection.execute(_INSERT[connection.dialect.name], [{"name": name, "value": value}])
    connection.execute(update(setting).where(setting.c.name == name).values(value=value))
