"""The directory package as rows, and digests that were drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice

from sqlalchemy import Connection, Executable, bindparam, select, update

from referrals.hsds_rows import PackedRows, body_of, id_of, packed, row_of
from referrals.store.settings import advance
from referrals.store.tables import digest, hsds_record
from referrals.store.turns import insert_or_ignore

DIRECTORY_REVISION = "directory_revision"
CHUNK = 5000
"""Rows that are read or written at once."""
STREAMED = {"yield_per": CHUNK}

_INSERT_DIGEST = insert_or_ignore(digest)
_INSERT = hsds_record.insert()
_ONE = update(hsds_record).where(
    hsds_record.c.table_name == bindparam("in_table"), hsds_record.c.id == bindparam("of")
)
_CHANGE = _ONE.values(body=bindparam("new_body"), retired=None)
_RETIRE = _ONE.values(retired=bindparam("day"))

Record = Mapping[str, str]
Parameters = dict[str, object]
Progress = Callable[[int], None]


def _silent(rows: int) -> None:
    """Report progress to nobody."""


def save_package(
    connection: Connection,
    rows: Mapping[str, Sequence[Record]],
    today: date,
    progress: Progress = _silent,
) -> tuple[int, int, int]:
    """Make the stored package equal to ``rows``; return added, changed, retired.

    Unchanged records stay untouched; records that are missing are retired, not deleted.
    Works table by table; ``progress`` hears how many rows were done since the last time.
    """
    added = changed = retired = 0
    for table in sorted({*rows, *_stored_tables(connection)}):
        wanted = {id_of(body): body for body in packed(rows.get(table, ())).bodies}
        total = len(wanted)
        other, gone = _compare(connection, table, wanted)
        progress(total - len(wanted) - len(other))
        _write(connection, _CHANGE, _changes(table, other), progress)
        _write(connection, _RETIRE, _retirements(table, gone, today), _silent)
        _write(connection, _INSERT, _additions(table, wanted), progress)
        added, changed, retired = added + len(wanted), changed + len(other), retired + len(gone)
    if added or changed or retired:
        advance(connection, DIRECTORY_REVISION)
    return added, changed, retired


def load_rows(connection: Connection) -> dict[str, PackedRows]:
    """Return the records that are not retired, by table, in the order of their ids."""
    query = (
        select(hsds_record.c.table_name, hsds_record.c.body)
        .where(hsds_record.c.retired.is_(None))
        .order_by(hsds_record.c.table_name, hsds_record.c.id)
    )
    found: dict[str, list[bytes]] = {}
    for table, body in connection.execute(query, execution_options=STREAMED):
        found.setdefault(table, []).append(body.encode())
    return {table: PackedRows(bodies) for table, bodies in found.items()}


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


def _stored_tables(connection: Connection) -> Sequence[str]:
    return connection.execute(select(hsds_record.c.table_name).distinct()).scalars().all()


def _compare(
    connection: Connection, table: str, wanted: dict[str, bytes]
) -> tuple[Mapping[str, bytes], Sequence[str]]:
    """Return what differs, id to text, and the ids of what is stored only.

    What is stored already is taken out of ``wanted``.
    """
    query = select(hsds_record.c.id, hsds_record.c.body, hsds_record.c.retired)
    query = query.where(hsds_record.c.table_name == table)
    other: dict[str, bytes] = {}
    gone: list[str] = []
    for id, body, retired in connection.execute(query, execution_options=STREAMED):
        new = wanted.pop(id, None)
        if new is None:
            gone += [id] if retired is None else []
        elif retired is not None or not _is_same(body.encode(), new):
            other[id] = new
    return other, gone


def _is_same(stored: bytes, new: bytes) -> bool:
    """Compare texts, or else rows: an older version of this program wrote other texts."""
    return stored == new or body_of(row_of(stored)) == new


def _write(
    connection: Connection, statement: Executable, rows: Iterator[Parameters], progress: Progress
) -> None:
    """Execute a statement for many rows, some thousands at a time."""
    while chunk := list(islice(rows, CHUNK)):
        connection.execute(statement, chunk)
        progress(len(chunk))


def _changes(table: str, other: Mapping[str, bytes]) -> Iterator[Parameters]:
    for id, body in other.items():
        yield {"in_table": table, "of": id, "new_body": body.decode()}


def _retirements(table: str, gone: Sequence[str], today: date) -> Iterator[Parameters]:
    for id in gone:
        yield {"in_table": table, "of": id, "day": today}


def _additions(table: str, wanted: Mapping[str, bytes]) -> Iterator[Parameters]:
    """Yield rows in the order of the key: each then goes where the last one went."""
    for id in sorted(wanted):
        yield {"table_name": table, "id": id, "body": wanted[id].decode(), "retired": None}
