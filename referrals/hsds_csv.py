"""Read one CSV file of a package as people and their spreadsheets save it."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

MAX_CELL = 131_072
"""Characters; what Python's own reader takes."""
SAVE_AS = 'save it as "CSV UTF-8"'
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_NOT_TEXT = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class NotCsv(Exception):
    """The bytes are not CSV in UTF-8; the text says why, what to do, and quotes nothing."""


@dataclass(frozen=True, slots=True)
class Csv:
    """A file that can be read row by row."""

    header: Sequence[str]
    delimiter: str
    has_bad_characters: bool
    """Characters that are no text may be in it: every cell must be looked at."""
    _records: Iterator[tuple[int, list[str]]] = field(repr=False)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the line on which each row starts, and its cells. Raises NotCsv.

        Rows without any text are left out, and empty cells past the header.
        """
        width = len(self.header)
        for line, cells in self._records:
            if any(map(str.strip, cells)):
                is_padded = len(cells) > width and not any(map(str.strip, cells[width:]))
                yield line, cells[:width] if is_padded else cells


def open_csv(data: bytes, columns: Sequence[str]) -> Csv:
    """Return a file whose header is read; ``columns``: those that it may have.

    Raises NotCsv.
    """
    if data.startswith(UTF_16):
        raise NotCsv(f"is UTF-16: {SAVE_AS}")
    first = _first_line(data)
    delimiter = _delimiter(first, frozenset(columns))
    records = _records(data, delimiter)
    _, header = next(records, (1, []))
    header = [column.strip() for column in header]
    while header and not header[-1]:
        header.pop()
    return Csv(header, delimiter, bool(_NOT_TEXT.search(data)), records)


def header_of(data: bytes) -> Sequence[str]:
    """Return the columns of a file, none when it is not CSV."""
    try:
        return open_csv(data, ()).header
    except NotCsv:
        return ()


def _first_line(data: bytes) -> str:
    end = data.find(b"\n", 0, MAX_CELL)
    return data[: end if end >= 0 else MAX_CELL].decode("utf-8-sig", "replace")


def _delimiter(first: str, columns: frozenset[str]) -> str:
    """Return what separates the most known columns; a comma when nothing is known."""

    def known(delimiter: str) -> int:
        cells = (cell.strip().strip('"') for cell in first.split(delimiter))
        return sum(cell in columns for cell in cells)

    if not columns:
        return max(DELIMITERS, key=first.count)
    return max(DELIMITERS, key=known)


def _records(data: bytes, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line it starts on. Raises NotCsv.

    Decodes piece by piece: the text of a whole file would take four times its bytes.
    """
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    start = 1
    try:
        for row in reader:
            yield start, row
            start = reader.line_num + 1
    except UnicodeDecodeError:
        raise NotCsv(_not_utf_8(data)) from None
    except csv.Error:
        reason = "is not CSV: a quote is not closed, or a cell is too long"
        raise NotCsv(f"{reason} (in the row of line {start})") from None


def _not_utf_8(data: bytes) -> str:
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return f"is not UTF-8 at byte {error.start} (line {line}): {SAVE_AS}"
    return f"is not UTF-8: {SAVE_AS}"
