"""Read and check Open Referral HSDS 3.1 packages; never half-load one.

Tabular CSV (one file a table) and JSON (full services). A package with a fatal problem
has no rows at all; the caller shows the problems and keeps what was there before.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from math import isfinite

from referrals.hsds_json import Flattened, NotHsds, parse
from referrals.hsds_tables import (
    ANY_LINKS,
    CHOICES,
    DATES,
    LINKS,
    MOMENTS,
    NUMBERS,
    TABLES,
    Table,
)

MAX_QUOTED = 40
MAX_PROBLEMS = 1000
"""A wrong file has one problem a cell; nobody reads more than these."""
IGNORED = frozenset({"datapackage.json"})

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

Rows = Mapping[str, Sequence[Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that is not as the standard has it."""

    file: str
    row: int
    """Line of the file in a CSV, number of the object in a JSON; 0: the whole file."""
    field: str
    reason: str
    is_fatal: bool = True


@dataclass(frozen=True, slots=True)
class Package:
    """What was read. ``rows``: table name to its rows, empty unless it is loadable."""

    rows: Rows
    problems: tuple[Problem, ...]

    @property
    def is_loadable(self) -> bool:
        """Nothing fatal was found."""
        return not any(problem.is_fatal for problem in self.problems)


@dataclass(frozen=True, slots=True)
class _Line:
    """One row and where it stands."""

    file: str
    number: int
    table: str
    values: dict[str, str]

    def problem(self, name: str, reason: str, *, fatal: bool = True) -> Problem:
        return Problem(self.file, self.number, shortened(name), reason, fatal)


@dataclass(slots=True)
class _Reading:
    """What has been read so far."""

    lines: list[_Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def note(self, file: str, reason: str, *, fatal: bool = True) -> None:
        self.problems.append(Problem(file, 0, "", reason, fatal))


def read_package(files: Mapping[str, bytes]) -> Package:
    """Read and check the files of a package: name to content. Never raises on content."""
    reading = _Reading()
    for path, data in files.items():
        _read_file(path, data, reading)
    if not any(line.table == "organizations" for line in reading.lines):
        reading.note("organizations.csv", "has no organization")
    known = _known_ids(reading)
    for line in reading.lines:
        if len(reading.problems) < MAX_PROBLEMS:
            reading.problems += _check(line, known)
    return _package(reading)


def _package(reading: _Reading) -> Package:
    # Fatal ones first, so that cutting the list never hides why nothing was loaded.
    problems = sorted(reading.problems, key=lambda problem: not problem.is_fatal)
    package = Package({}, tuple(problems[:MAX_PROBLEMS]))
    if not package.is_loadable:
        return package
    rows: dict[str, list[Mapping[str, str]]] = {}
    for line in reading.lines:
        rows.setdefault(line.table, []).append(line.values)
    return Package({table: tuple(found) for table, found in rows.items()}, package.problems)


def _read_file(path: str, data: bytes, reading: _Reading) -> None:
    name = path.rsplit("/", 1)[-1]
    table, _, kind = name.rpartition(".")
    if name in IGNORED:
        return
    if kind == "json":
        _read_json(shortened(name), data, reading)
    elif kind == "csv" and table in TABLES:
        _read_csv(name, table, data, reading)
    else:
        reading.note(shortened(name), "is not a file of the standard", fatal=False)


def _read_csv(name: str, table: str, data: bytes, reading: _Reading) -> None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reading.note(name, f"is not UTF-8 at byte {error.start}")
        return
    rows = _numbered(text)
    try:
        _, header = next(rows, (1, []))
        header = [column.strip() for column in header]
        if _check_header(name, table, header, reading):
            reading.lines += _csv_lines(name, table, header, rows, reading)
    except csv.Error:
        reading.note(name, "is not CSV: a quote is not closed, or a cell is too long")


def _numbered(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record of a CSV with the line it starts on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    for row in reader:
        yield start, row
        start = reader.line_num + 1


def _check_header(name: str, table: str, header: list[str], reading: _Reading) -> bool:
    """Note what is wrong with the columns; return whether rows can be read."""
    for column in sorted(set(header) - set(TABLES[table].columns)):
        problem = Problem(name, 1, shortened(column), "is not a column of the standard", False)
        reading.problems.append(problem)
    lacking = sorted(TABLES[table].required - set(header))
    reading.problems += [Problem(name, 1, column, "is missing") for column in lacking]
    twice = sorted({column for column in header if header.count(column) > 1})
    reading.problems += [Problem(name, 1, shortened(c), "is there twice") for c in twice]
    return not lacking and not twice


def _csv_lines(
    name: str,
    table: str,
    header: list[str],
    rows: Iterator[tuple[int, list[str]]],
    reading: _Reading,
) -> Iterator[_Line]:
    for number, row in rows:
        if not row:
            continue
        if len(row) != len(header):
            reason = f"has {len(row)} cells and not {len(header)}"
            reading.problems.append(Problem(name, number, "", reason))
            continue
        known = zip(header, row, strict=True)
        values = {key: cell.strip() for key, cell in known if key in TABLES[table].columns}
        yield _Line(name, number, table, values)


def _read_json(name: str, data: bytes, reading: _Reading) -> None:
    flattened = Flattened()
    try:
        for service in parse(data):
            flattened.add("services", service, {})
    except NotHsds as error:
        reading.note(name, str(error))
    for field_name, reason in flattened.problems:
        fatal = not reason.startswith("differs")
        reading.problems.append(Problem(name, 0, shortened(field_name), reason, fatal))
    for table, rows in flattened.rows.items():
        for number, row in enumerate(rows.values(), 1):
            reading.lines.append(_json_line(name, number, table, row, reading))


def _json_line(name: str, number: int, table: str, row: dict[str, str], reading: _Reading) -> _Line:
    columns = TABLES[table].columns
    for column in row.keys() - set(columns):
        reason = "is not a field of the standard"
        reading.problems.append(Problem(name, number, shortened(column), reason, False))
    values = {column: row[column].strip() for column in columns if column in row}
    return _Line(name, number, table, values)


def _known_ids(reading: _Reading) -> dict[str, frozenset[str]]:
    """Return the ids of each table; note those that come twice."""
    known: dict[str, set[str]] = {table: set() for table in TABLES}
    for line in reading.lines:
        id = line.values.get("id", "")
        if id and id in known[line.table]:
            reading.problems.append(line.problem("id", "is there twice"))
        known[line.table].add(id)
    found = {table: frozenset(ids - {""}) for table, ids in known.items()}
    return found | {"": frozenset[str]().union(*found.values())}


def _check(line: _Line, known: Mapping[str, frozenset[str]]) -> Iterator[Problem]:
    """Yield what is wrong with one row."""
    table = TABLES[line.table]
    for name in sorted(table.required):
        if not line.values.get(name):
            yield line.problem(name, "is empty")
    for name, value in line.values.items():
        if value and (reason := _fault(line.table, name, value)):
            yield line.problem(name, reason)
        elif value:
            yield from _check_link(line, table, name, value, known)


def _check_link(
    line: _Line, table: Table, name: str, value: str, known: Mapping[str, frozenset[str]]
) -> Iterator[Problem]:
    target = "" if name in ANY_LINKS else LINKS.get(name)
    if target is None or value in known[target]:
        return
    fatal = name in table.required and name not in ANY_LINKS
    reason = f"names a row that is not in {target or 'any table'}: {quoted(value)}"
    yield line.problem(name, reason, fatal=fatal)


def _fault(table: str, name: str, value: str) -> str:
    """Return what is wrong with a value, or an empty text."""
    if _NOT_TEXT.search(value):
        return "has characters that are not text"
    if name == "id" or name in LINKS or name in ANY_LINKS:
        return "" if _UUID.fullmatch(value) else f"is not a UUID: {quoted(value)}"
    if (choices := CHOICES.get((table, name))) and value not in choices:
        return f"is not one of {', '.join(choices)}: {quoted(value)}"
    if name in NUMBERS:
        return _number_fault(value, *NUMBERS[name])
    if name in DATES:
        return _date_fault(value, date.fromisoformat)
    return _date_fault(value, datetime.fromisoformat) if name in MOMENTS else ""


def _number_fault(value: str, low: float, high: float) -> str:
    try:
        number = float(value)
    except ValueError:
        return f"is not a number: {quoted(value)}"
    if not isfinite(number) or not low <= number <= high:
        return f"is not between {low:g} and {high:g}: {quoted(value)}"
    return ""


def _date_fault(value: str, read: Callable[[str], date]) -> str:
    try:
        read(value)
    except ValueError:
        return f"is not a date: {quoted(value)}"
    return ""


def shortened(text: str) -> str:
    """Return a text as a report may show it: 40 characters, no control characters."""
    clean = _NOT_TEXT.sub("?", text)
    return clean if len(clean) <= MAX_QUOTED else f"{clean[: MAX_QUOTED - 1]}…"


def quoted(value: str) -> str:
    """Return a value in quotes, or that it is too long to be shown."""
    return f'"{value}"' if len(value) <= MAX_QUOTED else f"({len(value)} characters)"
