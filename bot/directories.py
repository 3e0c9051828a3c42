"""The directory on the command line: check, load, export, list."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, TaskID, track
from rich.table import Table

from bot.country_files import gazetteer_files, load_country
from bot.package_files import MAX_BYTES, made_whole, write
from bot.settings import Settings
from bot.starting import directory_rows, open_database, open_directory, today
from bot.world import country_folder, known_organizations, lines_of, package_of
from handlers.names import AUDIENCES, NEEDS, STAGES
from referrals.directory import Directory, Organization
from referrals.hsds import Country, Package, Rows
from referrals.hsds_out import hidden_ids, json_file, public_rows, table_files
from referrals.hsds_rows import counted
from referrals.hsds_secrets import secrets_of, without
from referrals.hsds_sense import box_of
from referrals.record_rows import ASKS_PAPERS, CONFIDENTIAL, NO_PAPERS
from referrals.records import INACTIVE, STUB
from referrals.sectors import with_sectors
from referrals.store.engine import reading
from referrals.store.records import save_package

MOST_PROBLEMS = 50
CODES = {
    "faro-needs": NEEDS.keys(),
    "faro-audiences": AUDIENCES.keys(),
    "faro-stages": STAGES.keys(),
    "faro-marks": {CONFIDENTIAL, NO_PAPERS, ASKS_PAPERS, STUB, INACTIVE},
}
"""Taxonomy to the codes that are understood."""
OURS, ANYBODYS = 0o600, 0o644


def check(settings: Settings, path: Path, say: Console, bar: Progress) -> bool:
    """Print what is wrong with a package; return whether it can be loaded."""
    return rows_of(settings, path, say, bar) is not None


def report(package: Package, say: Console) -> None:
    """Print problems as file, row, field, reason."""
    for problem in package.problems[:MOST_PROBLEMS]:
        row = f", line {problem.row}" if problem.row else ""
        kind = "" if problem.is_fatal else " (can be loaded)"
        text = f"{problem.file}{row}, {problem.field or 'file'}: {problem.reason}{kind}"
        say.print(text, markup=False)
    left = len(package.problems) - MOST_PROBLEMS
    if left > 0:
        say.print(f"... and {left} more")
    total = counted(package.rows)
    verdict = f"{total} rows can be loaded" if package.is_loadable else "nothing can be loaded"
    say.print(verdict)


def load(settings: Settings, path: Path | None, say: Console, bar: Progress) -> bool:
    """Store a package in one transaction; return whether that was done."""
    rows = known_organizations(settings) if path is None else rows_of(settings, path, say, bar)
    if rows is None:
        return False
    engine = open_database(settings)
    with bar, engine.begin() as connection:
        task = bar.add_task("Loading", total=counted(rows))
        done = save_package(connection, rows, today(settings), lambda n: bar.advance(task, n))
    engine.dispose()
    say.print("Directory: {} added, {} changed, {} retired.".format(*done))
    return True


def rows_of(settings: Settings, path: Path, say: Console, bar: Progress) -> Rows | None:
    """Return the rows of a package, or None when it has a fatal problem."""
    if not path.exists():
        say.print(f"{path}: no such file or folder", markup=False)
        return None
    with bar:
        task = bar.add_task("Reading", total=None)
        package = package_of(path, country_of(settings), shown_on(bar, task))
        bar.remove_task(task)
    report(package, say)
    return package.rows if package.is_loadable else None


def shown_on(bar: Progress, task: TaskID) -> Callable[[str, int, int], None]:
    """Return what shows the progress of reading on a bar."""
    return lambda what, done, total: bar.update(task, description=what, completed=done, total=total)


def country_of(settings: Settings) -> Country:
    """Return what a package is held against: the country's box, telephones and our codes."""
    code = settings.country.upper()
    places = gazetteer_files(country_folder(settings))[0]
    points = [
        (float(row["latitude"]), float(row["longitude"]))
        for row in csv.DictReader(lines_of(places), delimiter="\t", quoting=csv.QUOTE_NONE)
        if row["country"] == code
    ]
    return Country(box_of(points), code, CODES)


def export(settings: Settings, path: Path, say: Console, *, public: bool) -> bool:
    """Write the directory in use as a package; return whether that was done."""
    if path.exists():
        say.print(f"{path} is there already: nothing was written", markup=False)
        return False
    engine = open_database(settings)
    with reading(engine) as connection:
        rows = directory_rows(settings, connection)
    engine.dispose()
    if not counted(rows):
        say.print("The directory is empty: nothing was written.")
        return False
    chosen = _for_anyone(settings, rows) if public else rows
    size = _write_package(path, chosen, ANYBODYS if public else OURS)
    say.print(f"{counted(chosen)} rows in {path}", markup=False)
    _warn(rows, size, say, public=public)
    return True


def _for_anyone(settings: Settings, rows: Rows) -> Rows:
    """Return the rows without what is confidential, and without texts that repeat it.

    Needs are also told as the sectors that humanitarian coordination has.
    """
    public = public_rows(rows)
    sectors = load_country(country_folder(settings)).sectors
    return with_sectors(without(secrets_of(rows, public), public), sectors)


def _warn(rows: Rows, size: int, say: Console, *, public: bool) -> None:
    hidden = hidden_ids(rows)
    secret = sum(row["id"] in hidden for row in rows.get("locations", ()))
    if secret and not public:
        say.print(f"Confidential addresses are in it ({secret}): for coordinators only.")
    if size > MAX_BYTES:
        say.print("It is too big to be loaded again: export a folder of CSV files.")


def _write_package(path: Path, rows: Rows, mode: int) -> int:
    """Write one JSON file, or a folder of CSV files; return how many bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with made_whole(path) as part:
        if path.suffix.lower() == ".json":
            return write(part, json_file(rows), mode)
        part.mkdir(mode=0o700)
        size = sum(write(part / name, parts, mode) for name, parts in table_files(rows))
        # Whoever may read the files may look into the folder too.
        part.chmod(0o755 if mode == ANYBODYS else 0o700)
        return size


def show(settings: Settings, say: Console, only_offered: bool) -> None:
    """Print a table of the stored organizations."""
    engine = open_database(settings)
    with engine.begin() as connection:
        directory = open_directory(settings, connection)
    table = Table("organization")
    # Whole, also on a narrow screen: other commands ask for it.
    table.add_column("id", no_wrap=True, min_width=36)
    table.add_column("services")
    table.add_column("offered")
    for organization in track(directory.organizations(), "Reading", console=say, transient=True):
        offered = offered_of(directory, organization)
        if offered or not only_offered:
            services = len(directory.services_of(organization.id))
            name = escape(organization.name)
            table.add_row(name, organization.id, str(services), str(offered))
    say.print(table)


def offered_of(directory: Directory, organization: Organization) -> int:
    """Count the services of an organization that are offered to people."""
    return sum(directory.is_offered(s.id) for s in directory.services_of(organization.id))
