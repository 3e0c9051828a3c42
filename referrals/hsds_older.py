"""Read the tables of HSDS before 3.0, as Ohana and its kin write them, into those of 3.1.

Ids become stable UUIDs. A column that 3.1 has no place for is kept as an attribute of its
row, and said once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from referrals.hsds_csv import NotCsv, header_of, open_csv
from referrals.hsds_older_makers import MAKERS
from referrals.hsds_older_rows import TABLES_OF, Cells, Older
from referrals.hsds_reading import Reading
from referrals.hsds_tables import LINKS

SIGNS = frozenset({"location_id", "taxonomy_ids", "funding_sources", "keywords"})
"""Columns of services that 3.1 does not have."""
ONLY_OLDER = frozenset({"taxonomy", "mail_addresses", "regular_schedules", "holiday_schedules"})

MAX_BYTES = 48 * 1024 * 1024
"""Every row of an older package is looked up by others, so all are held at once."""

Tables = Mapping[str, Sequence[tuple[int, Cells]]]
"""Older file to its rows, each with its line."""


def is_older(files: Mapping[str, bytes]) -> bool:
    """Tell by files that 3.1 does not have, or by the columns of the services."""
    names = {_stem(path): path for path in files}
    if names.keys() & ONLY_OLDER:
        return True
    return "services" in names and bool(SIGNS.intersection(header_of(files[names["services"]])))


def read_older(files: Mapping[str, bytes], reading: Reading) -> None:
    """Add the rows of a package of the older layout as those of 3.1."""
    reading.problems.note("services.csv", 0, "", "is of an older HSDS: it is read as 3.1")
    tables = _tables(files, reading)
    older = Older(reading, _organizations(tables), _names(tables))
    for file in TABLES_OF:
        older.open(file)
        for line, cells in tables.get(file, ()):
            older.read(line, cells, MAKERS[file])
    for lines in reading.tables.values():
        lines.look_at_texts = True


def _tables(files: Mapping[str, bytes], reading: Reading) -> Tables:
    """Read all files; none when they are too big."""
    tables: dict[str, list[tuple[int, Cells]]] = {}
    left = MAX_BYTES
    for name, data in _known(files, reading):
        left -= len(data)
        if left < 0:
            limit = f"{MAX_BYTES // 1024**2} MB of an older one: write it as HSDS 3.1"
            reason = f"makes the package bigger than the {limit}"
            reading.problems.add(f"{name}.csv", 0, "", reason)
            return {}
        tables[name] = list(_rows(name, data, reading))
    return tables


def _stem(path: str) -> str:
    name = path.rsplit("/", 1)[-1].lower()
    return name.removesuffix(".csv") if name.endswith(".csv") else ""


def _known(files: Mapping[str, bytes], reading: Reading) -> Iterator[tuple[str, bytes]]:
    for path in files:
        name = path.rsplit("/", 1)[-1]
        if (stem := _stem(path)) in TABLES_OF:
            yield stem, files[path]
        elif name != "datapackage.json":
            reading.problems.note(name, 0, "", "is not a file of the older HSDS: it is left out")


def _rows(file: str, data: bytes, reading: Reading) -> Iterator[tuple[int, Cells]]:
    name = f"{file}.csv"
    try:
        csv = open_csv(data, ("id", "name", *LINKS))
        for line, cells in csv.rows():
            if len(cells) == len(csv.header):
                row = zip(csv.header, map(str.strip, cells), strict=True)
                yield line, {column: cell for column, cell in row if cell}
            else:
                reason = f"has {len(cells)} cells and not {len(csv.header)}"
                reading.problems.add(name, line, "", reason)
    except NotCsv as error:
        reading.problems.add(name, 0, "", str(error))


def _organizations(tables: Tables) -> Mapping[tuple[str, str], str]:
    """Return the organization of each location and program, by column and older id."""
    return {
        (column, cells.get("id", "")): cells.get("organization_id", "")
        for column, file in (("location_id", "locations"), ("program_id", "programs"))
        for _, cells in tables.get(file, ())
    }


def _names(tables: Tables) -> Mapping[str, str]:
    """Return the names of the taxonomy's terms by code."""
    return {
        cells.get("taxonomy_id", ""): cells.get("name", "")
        for _, cells in tables.get("taxonomy", ())
    }
