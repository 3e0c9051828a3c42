"""Checks of one row against the standard: what must be filled, values, links."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from math import isfinite

from referrals.hsds_csv import MAX_CELL
from referrals.hsds_problems import NOT_TEXT, quoted
from referrals.hsds_rows import Row
from referrals.hsds_tables import (
    ANY_LINKS,
    CHOICES,
    DATES,
    LINKS,
    MOMENTS,
    NUMBERS,
    TABLES,
)

Ids = Mapping[str, AbstractSet[str]]
"""Table to the ids of its rows."""
Fault = tuple[str, str, bool]
"""Field, reason, fatal."""
Check = Callable[[str], str]

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_COMMA = re.compile(r"[+-]?\d{1,3},\d+")


@dataclass(frozen=True, slots=True)
class TableChecks:
    """What is looked at in every row of a table."""

    required: tuple[str, ...]
    values: tuple[tuple[str, Check], ...]
    links: tuple[tuple[str, str, bool], ...]
    """Column, table it names ("" for any), and whether a link to nowhere is fatal."""

    def faults(self, row: Row, known: Ids) -> Iterator[Fault]:
        """Yield what is wrong with a row."""
        for name in self.required:
            if name not in row:
                yield name, "is empty", True
        for name, check in self.values:
            if name in row and (reason := check(row[name])):
                yield name, reason, True
        for name, target, fatal in self.links:
            value = row.get(name)
            if value is not None and not _is_known(value, target, known):
                yield _lost(name, target, value, fatal)


def checks_of(table: str) -> TableChecks:
    """Return the checks of a table."""
    columns, required = TABLES[table].columns, TABLES[table].required
    checks = ((name, _check_of(table, name)) for name in columns)
    links = [(name, LINKS[name], name in required) for name in columns if name in LINKS]
    links += [(name, "", False) for name in columns if name in ANY_LINKS]
    return TableChecks(
        tuple(sorted(required)),
        tuple((name, check) for name, check in checks if check),
        tuple(links),
    )


def _check_of(table: str, name: str) -> Check | None:
    if name == "id":
        return _uuid_fault
    if (table, name) in CHOICES:
        return partial(_choice_fault, CHOICES[table, name])
    if name in NUMBERS:
        return partial(_number_fault, *NUMBERS[name])
    if name in DATES:
        return partial(_date_fault, date.fromisoformat)
    return partial(_date_fault, datetime.fromisoformat) if name in MOMENTS else None


def text_faults(row: Row) -> Iterator[Fault]:
    """Yield cells that are no text, or that no CSV reader takes."""
    for name, value in row.items():
        if NOT_TEXT.search(value):
            yield name, "has characters that are not text", True
        if len(value) > MAX_CELL:
            yield name, f"has more than {MAX_CELL} characters", True


def number_of(text: str) -> float | None:
    """Read a number; None for what is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def plain_number(text: str) -> str:
    """Return a number as JSON writes it; other texts as they are."""
    number = number_of(text)
    if number is None:
        return text
    return str(int(number)) if number.is_integer() else repr(number)


def has_comma(text: str) -> bool:
    """Tell whether a text is a number with a decimal comma: "19,43"."""
    return _COMMA.fullmatch(text) is not None


def _is_known(value: str, target: str, known: Ids) -> bool:
    if target:
        return value in known.get(target, ())
    return any(value in ids for ids in known.values())


def _lost(name: str, target: str, value: str, fatal: bool) -> Fault:
    if reason := _uuid_fault(value):
        return name, reason, True
    where = target or "any table"
    return name, f"names a row that is not in {where}: {quoted(value)}", fatal


def _uuid_fault(value: str) -> str:
    return "" if _UUID.fullmatch(value) else f"is not a UUID: {quoted(value)}"


def _choice_fault(choices: tuple[str, ...], value: str) -> str:
    if value in choices:
        return ""
    return f"is not one of {', '.join(choices)}: {quoted(value)}"


def _number_fault(low: float, high: float, value: str) -> str:
    try:
        number = float(value)
    except ValueError:
        return f"is not a number: {quoted(value)}"
    if not isfinite(number) or not low <= number <= high:
        return f"is not between {low:g} and {high:g}: {quoted(value)}"
    return ""


def _date_fault(read: Callable[[str], date], value: str) -> str:
    try:
        read(value)
    except ValueError:
        return f"is not a date: {quoted(value)}"
    return ""
