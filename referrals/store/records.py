"""The directory package as rows, and digests that were drawn."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, select, update

from referrals.store.settings import advance
from referrals.store.tables import digest, hsds_record
from referrals.store.turns import insert_or_ignore

DIRECTORY_REVISION = "directory_revision"

_INSERT_DIGEST = insert_or_ignore(digest)

Record = Mapping[str, str]


def save_package(
    connection: Connection, rows: Mapping[str, Sequence[Record]], today: date
) -> tuple[int, int, int]:
    """Make the stored package equal to ``rows``; return added, changed, retired.

    Unchanged records stay untouched; records that are missing are retired, not deleted.
    """
    wanted = {
        (table, record["id"]): json.dumps(dict(record), ensure_ascii=False, sort_keys=True)
        for table, records in rows.items()
        for record in records
    }
    stored = {
        (table, number): (body, retired)
        for table, number, body, retired in connection.execute(select(hsds_record))
    }
    added = [key for key in wanted if key not in stored]
    changed = [key for key in wanted if key in stored and stored[key] != (wanted[key], None)]
    gone = [key for key, (_, out) in stored.items() if out is None and key not in wanted]
    if added:
        connection.execute(
            hsds_record.insert(),
            [_row(key, wanted[key]) for key in added],
        )
    for table, number in changed:
        _set(connection, table, number, body=wanted[table, number], retired=None)
    for table, number in gone:
        _set(connection, table, number, retired=today)
    if added or changed or gone:
        advance(connection, DIRECTORY_REVISION)
    return len(added), len(changed), len(gone)


def load_rows(connection: Connection) -> dict[str, list[dict[str, str]]]:
    """Return the records that are not retired, by table, in the order of their ids."""
    query = (
        select(hsds_record.c.table_name, hsds_record.c.body)
        .where(hsds_record.c.retired.is_(None))
        .order_by(hsds_record.c.table_name, hsds_record.c.id)
    )
    found: dict[str, list[dict[str, str]]] = {}
    for table, body in connection.execute(query):
        found.setdefault(table, []).append(json.loads(body))
    return found


def save_digest(connection: Connection, week: str, body: bytes) -> bytes:
    """Store the drawn digest of a week and return the one that counts.

    The first one drawn wins: drawing the noise again would give the figures away.
    """
    statement = _INSERT_DIGEST[connection.dialect.name]
    connection.execute(statement, [{"week": week, "body": body}])
    counts: bytes = connection.execute(
        select(digest.c.body).where(digest.c.week == week)
    ).scalar_one()
    return counts


def load_digest(connection: Connection, week: str) -> bytes | None:
    """Return the sealed digest of a week, None when none was drawn."""
    return connection.execute(select(digest.c.body).where(digest.c.week == week)).scalar()


def _row(key: tuple[str, str], body: str) -> dict[str, object]:
    return {"table_name": key[0], "id": key[1], "body": body, "retired": None}


def _set(connection: Connection, table: str, number: str, **values: object) -> None:
    connection.execute(
        update(hsds_record)
        .where(hsds_record.c.table_name == table, hsds_record.c.id == number)
        .values(**values)
    )
