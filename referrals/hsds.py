"""Read and check Open Referral HSDS 3.1 packages; never half-load one.

Tabular CSV (one file a table), the older layout of tables, and JSON. A package with a fatal
problem has no rows at all; the caller shows the problems and keeps what was there before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from referrals.hsds_checks import checks_of, text_faults
from referrals.hsds_csv import DELIMITERS, Csv, NotCsv, open_csv
from referrals.hsds_json import Flattened, NotHsds, parse
from referrals.hsds_links import loops_of
from referrals.hsds_older import is_older, read_older
from referrals.hsds_problems import MAX_QUOTED, Problem, Problems, quoted, shortened
from referrals.hsds_reading import Lines, Reading
from referrals.hsds_rows import Row, Rows, row_of
from referrals.hsds_sense import Country, hints_of, is_secret_term
from referrals.hsds_tables import TABLES

__all__ = [
    "IGNORED",
    "MAX_QUOTED",
    "NOWHERE",
    "Country",
    "Package",
    "Problem",
    "Rows",
    "quoted",
    "read_package",
    "refused",
    "shortened",
    "silent",
]

IGNORED = frozenset({"datapackage.json"})
LOOPS = {"organizations": "parent_organization_id", "taxonomy_terms": "parent_id"}
"""Columns by which a row names the one above it in the same table."""
CHUNK = 5000
"""Rows between two reports of progress."""

NOWHERE = Country()

Progress = Callable[[str, int, int], None]
"""Called with what is done, how much of it, and how much there is."""


@dataclass(frozen=True, slots=True)
class Package:
    """What was read. ``rows``: table name to its rows, empty unless it is loadable."""

    rows: Rows
    problems: tuple[Problem, ...]

    @property
    def is_loadable(self) -> bool:
        """Nothing fatal was found."""
        return not any(problem.is_fatal for problem in self.problems)


def refused(file: str, reason: str) -> Package:
    """Return a package of which nothing was read."""
    return Package({}, (Problem(shortened(file), 0, "", reason),))


def silent(what: str, done: int, total: int) -> None:
    """Report progress to nobody."""


def read_package(
    files: Mapping[str, bytes], country: Country = NOWHERE, progress: Progress = silent
) -> Package:
    """Read and check the files of a package: name to content. Never raises on content.

    Asks ``files`` for one file at a time and keeps none of them.
    """
    reading = Reading()
    if is_older(files):
        read_older(files, reading)
    else:
        _read_files(files, reading, progress)
    if "organizations" not in reading.tables:
        reading.problems.add("organizations.csv", 0, "", "has no organization")
    _check(reading, country, progress)
    problems = reading.problems
    return Package({} if problems.are_fatal else reading.rows(), problems.sorted())


def _read_files(files: Mapping[str, bytes], reading: Reading, progress: Progress) -> None:
    flattened = Flattened(reading.tell)
    for path in files:
        name = path.rsplit("/", 1)[-1]
        table, _, kind = name.rpartition(".")
        if name in IGNORED:
            continue
        if kind.lower() == "json":
            _read_json(name, files[path], flattened, reading)
        elif kind.lower() == "csv" and table.lower() in TABLES:
            _read_csv(name, table.lower(), files[path], reading, progress)
        else:
            reading.problems.note(name, 0, "", "is not a file of the standard")
    _add_flattened(flattened, reading)


def _read_csv(name: str, table: str, data: bytes, reading: Reading, progress: Progress) -> None:
    reading.open(name)
    try:
        csv = open_csv(data, TABLES[table].columns)
        if _check_header(name, table, csv, reading.problems):
            report = _every(progress, f"Reading {name}", data.count(b"\n"))
            _add_rows(name, table, csv, reading, report)
    except NotCsv as error:
        reading.problems.add(name, 0, "", str(error))


def _every(progress: Progress, what: str, total: int) -> Callable[[int], None]:
    """Return what reports one row of some thousands."""

    def report(done: int) -> None:
        if done % CHUNK == 0:
            progress(what, done, total)

    return report


def _check_header(name: str, table: str, csv: Csv, problems: Problems) -> bool:
    """Note what is wrong with the columns; return whether rows can be read."""
    header = list(csv.header)
    if csv.delimiter != ",":
        words = DELIMITERS[csv.delimiter]
        problems.note(name, 1, "", f"has {words} between cells: that is understood")
    for column in sorted(set(header) - set(TABLES[table].columns)):
        reason = "is not a column of the standard: it is left out"
        problems.note(name, 1, column, reason)
    lacking = sorted(TABLES[table].required - set(header))
    twice = sorted({column for column in header if header.count(column) > 1})
    for column in lacking:
        problems.add(name, 1, column, "is missing")
    for column in twice:
        problems.add(name, 1, column, "is there twice")
    return not lacking and not twice


def _add_rows(
    name: str, table: str, csv: Csv, reading: Reading, report: Callable[[int], None]
) -> None:
    width = len(csv.header)
    columns = [(at, c) for at, c in enumerate(csv.header) if c in TABLES[table].columns]
    for done, (number, cells) in enumerate(csv.rows()):
        report(done)
        if len(cells) != width:
            reason = f"has {len(cells)} cells and not {width}"
            reading.problems.add(name, number, "", reason)
            continue
        row = {column: cell for at, column in columns if (cell := cells[at].strip())}
        reading.add(table, number, row)
    if csv.has_bad_characters and table in reading.tables:
        reading.tables[table].look_at_texts = True


def _read_json(name: str, data: bytes, flattened: Flattened, reading: Reading) -> None:
    reading.open(shortened(name))
    flattened.place = reading.place(0)
    try:
        for table, item in parse(data, name):
            flattened.add_item(table, item)
    except NotHsds as error:
        reading.problems.add(name, 0, "", str(error))


def _add_flattened(flattened: Flattened, reading: Reading) -> None:
    for table, rows in flattened.rows.items():
        for id in list(rows):
            reading.add_at(table, flattened.places[table][id], row_of(rows.pop(id)))
        reading.tables[table].look_at_texts = True


def _check(reading: Reading, country: Country, progress: Progress) -> None:
    """Note what is wrong with the rows."""
    hidden = _hidden(reading)
    report = _every(progress, "Checking", reading.count())
    done = 0
    for table, lines in reading.tables.items():
        check = _check_of(table, lines, reading, country, hidden)
        for body, place in zip(lines.bodies, lines.places, strict=True):
            report(done)
            done += 1
            check(row_of(body), place)
    for table, column in LOOPS.items():
        _check_loops(reading, table, column)


def _check_of(
    table: str, lines: Lines, reading: Reading, country: Country, hidden: AbstractSet[str]
) -> Callable[[Row, int], None]:
    """Return what checks one row of a table and notes its problems."""
    checks, hints = checks_of(table), hints_of(table, country, hidden)
    known = {name: found.ids for name, found in reading.tables.items()}
    problems, where = reading.problems, reading.where

    def check(row: Row, place: int) -> None:
        for name, reason, fatal in checks.faults(row, known):
            problems.add(*where(place), name, reason, fatal=fatal)
        if lines.look_at_texts:
            for name, reason, fatal in text_faults(row):
                problems.add(*where(place), name, reason, fatal=fatal)
        if hints:
            for name, reason in hints(row):
                problems.note(*where(place), name, reason)

    return check


def _hidden(reading: Reading) -> AbstractSet[str]:
    """Return the ids of what is marked as confidential."""
    terms = {row.get("id") for row in reading.rows_of("taxonomy_terms") if is_secret_term(row)}
    if not terms:
        return frozenset()
    return {
        row.get("link_id", "")
        for row in reading.rows_of("attributes")
        if row.get("taxonomy_term_id") in terms
    }


def _check_loops(reading: Reading, table: str, column: str) -> None:
    """Note rows that are above themselves."""
    above = {row.get("id", ""): row[column] for row in reading.rows_of(table) if row.get(column)}
    looped = loops_of(above)
    if not looped:
        return
    lines = reading.tables[table]
    for body, place in zip(lines.bodies, lines.places, strict=True):
        if row_of(body).get("id") in looped:
            reading.problems.add(*reading.where(place), column, "leads back to this row")
