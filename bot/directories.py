"""The directory on the command line: check, load, list."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bot.settings import Settings
from bot.starting import directory_rows, open_database, today
from bot.world import Rows, known_organizations, package_of
from referrals.directory import Directory, Organization, build_directory
from referrals.hsds import Package
from referrals.store.records import save_package

MOST_PROBLEMS = 50


def check(path: Path, say: Console) -> bool:
    """Print what is wrong with a package; return whether it can be loaded."""
    package = package_of(path)
    report(package, say)
    return package.is_loadable


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
    total = sum(len(rows) for rows in package.rows.values())
    verdict = f"{total} rows can be loaded" if package.is_loadable else "nothing can be loaded"
    say.print(verdict)


def load(settings: Settings, path: Path | None, say: Console) -> bool:
    """Store a package in one transaction; return whether that was done."""
    rows = known_organizations(settings) if path is None else rows_of(path, say)
    if rows is None:
        return False
    engine = open_database(settings)
    with say.status("Loading ..."), engine.begin() as connection:
        added, changed, retired = save_package(connection, rows, today())
    engine.dispose()
    say.print(f"Directory: {added} added, {changed} changed, {retired} retired.")
    return True


def rows_of(path: Path, say: Console) -> Rows | None:
    """Return the rows of a package, or None when it has a fatal problem."""
    if not path.exists():
        say.print(f"{path}: no such file or folder", markup=False)
        return None
    package = package_of(path)
    report(package, say)
    return package.rows if package.is_loadable else None


def show(settings: Settings, say: Console, only_offered: bool) -> None:
    """Print a table of the stored organizations."""
    engine = open_database(settings)
    with engine.begin() as connection:
        directory = build_directory(directory_rows(settings, connection))
    table = Table("organization", "id", "services", "offered")
    for organization in track(directory.organizations(), "Reading", console=say, transient=True):
        offered = offered_of(directory, organization)
        if offered or not only_offered:
            services = len(directory.services_of(organization.id))
            table.add_row(organization.name, organization.id, str(services), str(offered))
    say.print(table)


def offered_of(directory: Directory, organization: Organization) -> int:
    """Count the services of an organization that are offered to people."""
    return sum(directory.is_offered(s.id) for s in directory.services_of(organization.id))
