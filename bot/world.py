"""Loads what every turn may look at: catalogs, country, places, phrases, directory."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from bot.catalogs import load_catalogs
from bot.country_files import gazetteer_files, load_country, load_regions
from bot.encoder import load_encoder
from bot.model_file import load_model
from bot.package_files import PackageFiles
from bot.phrase_files import load_phrases
from bot.settings import LOCALES, Settings
from handlers.turn import World
from handlers.understanding.reader import Reader
from referrals.directory import Directory, build_directory
from referrals.hsds import NOWHERE, Country, Package, read_package, refused, silent
from referrals.live import Live, made_up
from referrals.places import Gazetteer
from referrals.stubs import read_stubs

Rows = Mapping[str, Sequence[Mapping[str, str]]]


def country_folder(settings: Settings) -> Path:
    """Return the folder of the country that is served."""
    return LOCALES / "countries" / settings.country


def load_world(settings: Settings, rows: Rows, day: date | None = None) -> World:
    """Read everything from the files; ``rows`` are those of the directory.

    A made-up directory is vouched for as of ``day`` (today). Of a stored one nothing is
    offered until what is stored of vetting is laid over it.
    """
    folder = country_folder(settings)
    country = load_country(folder)
    catalogs = load_catalogs(LOCALES, country.languages)
    phrases = load_phrases(LOCALES, country.languages)
    places = load_places(folder)
    directory = build_directory(rows, country.timezones)
    if settings.is_fictional:
        directory = vouched_for(directory, day or datetime.now(UTC).date())
    return World(
        catalogs=catalogs,
        country=country,
        directory=directory,
        places=places,
        shared_words=load_shared_words(),
        understanding=Reader(phrases, places, load_model(LOCALES, load_encoder())),
        meeting_words={code: found.meeting_words for code, found in phrases.items()},
        operator=settings.operator,
        is_fictional=settings.is_fictional,
    )


def vouched_for(directory: Directory, day: date) -> Directory:
    """Return a made-up directory with every organization vetted."""
    ids = (organization.id for organization in directory.organizations())
    return directory.with_live(Live(day, organizations=made_up(ids, day)))


def load_reader(settings: Settings) -> Reader:
    """Read what understanding needs, and nothing of organizations."""
    folder = country_folder(settings)
    phrases = load_phrases(LOCALES, load_country(folder).languages)
    return Reader(phrases, load_places(folder), load_model(LOCALES, load_encoder()))


def load_shared_words() -> Mapping[str, str]:
    """Read what is said in languages that are read and not written: they offer the others."""
    files = {path.parent.name: path.read_text("utf-8") for path in LOCALES.glob("*/shared.toml")}
    return {code: str(tomllib.loads(text)["offer"]) for code, text in files.items()}


def load_places(folder: Path) -> Gazetteer:
    """Read the gazetteer of a country."""
    places, *extra = [lines_of(path) for path in gazetteer_files(folder)]
    return Gazetteer.from_rows(places, extra[0] if extra else (), load_regions(folder))


def lines_of(path: Path) -> list[str]:
    """Return the lines of a text file."""
    return path.read_text(encoding="utf-8").splitlines()


def package_of(
    path: Path, country: Country = NOWHERE, progress: Callable[[str, int, int], None] = silent
) -> Package:
    """Read an HSDS package: a folder of CSV or JSON files, or one file. Raises OSError."""
    files = PackageFiles(path)
    if fault := files.fault():
        return refused(path.name, fault)
    return read_package(files, country, progress)


def fictional_package(settings: Settings) -> Package:
    """Read the plainly fictional directory."""
    return package_of(country_folder(settings) / "fictional")


def known_organizations(settings: Settings) -> Rows:
    """Read the country's list of known organizations: unvetted, never offered."""
    text = (country_folder(settings) / "organizations.csv").read_text(encoding="utf-8")
    return read_stubs(text, settings.country.upper())


def directory_of(rows: Rows, world: World) -> Directory:
    """Build another snapshot of the directory for the same world."""
    return build_directory(rows, world.country.timezones)


def with_directory(world: World, directory: Directory) -> World:
    """Return the world with another snapshot of the directory."""
    return replace(world, directory=directory)
