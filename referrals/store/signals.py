"""Facts for figures: stored by day, counted by kind, need, region and reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, func, select

from referrals.store.tables import signal
from referrals.store.turns import Row

_INSERT = signal.insert()

Count = tuple[str, str, str, str, int]
"""kind, need, region, reason, how many."""


def insert_signals(connection: Connection, rows: Sequence[Row]) -> None:
    """Add facts: ``id`` (random), ``kind``, ``need``, ``region``, ``reason``, ``day``."""
    connection.execute(_INSERT, rows)


def count_signals(connection: Connection, first_day: date, last_day: date) -> list[Count]:
    """Count the facts of these days, both included."""
    what = (signal.c.kind, signal.c.need, signal.c.region, signal.c.reason)
    query = (
        select(*what, func.count())
        .where(signal.c.day.between(first_day, last_day))
        .group_by(*what)
        .order_by(*what)
    )
    return [
        (kind, need, region, reason, n)
        for kind, need, region, reason, n in connection.execute(query)
    ]
