"""Reads a country's folder: checks everything, loads all of it or nothing."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from bot.country_shapes import Facts, Line, Region, Settings, Taxonomy, Words
from handlers.country import SHOWABLE_MARKS, TOPICS, Answer, Area, Contact, Country, Source
from handlers.names import NEEDS
from handlers.understanding.meaning import DANGERS
from referrals.sectors import Sectors

CONTACT_MARKS = SHOWABLE_MARKS - {"secondary"}
"""A number is read off a page: no law stands behind it."""

T = TypeVar("T")


class CountryError(Exception):
    """A country's folder cannot be used: which file, where in it, and why."""

    def __init__(self, file: Path, where: str, reason: str) -> None:
        super().__init__(f"{file.name}, {where}: {reason}" if where else f"{file.name}: {reason}")


@dataclass(frozen=True, slots=True)
class _Table:
    """Entries of a TOML file by their key."""

    file: Path
    entries: Mapping[str, object]

    def of(self, kind: type[T]) -> Iterator[tuple[str, T]]:
        for key, entry in self.entries.items():
            yield key, _read(kind, entry, self.file, key)


def load_country(folder: Path) -> Country:
    """Read a country's folder. Raises CountryError: file, place in it, reason.

    Answers and ``sectors.toml`` may be missing; what is there must be right.
    """
    settings = _settings(folder)
    contacts = _contacts(folder / "contacts.csv", settings.languages)
    box = settings.area
    return Country(
        code=settings.code,
        names=settings.name,
        area=Area(box.south, box.west, box.north, box.east),
        timezone=_timezone(folder, settings.timezone),
        timezones={state: _timezone(folder, name) for state, name in settings.timezones.items()},
        emergency=_emergency(folder, settings.emergency, contacts),
        contacts=contacts,
        regions=_regions(folder / "regions.toml", settings.languages),
        answers=_answers(folder / "answers", settings.languages, contacts),
        languages=settings.languages,
        sectors=_sectors(folder / "sectors.toml"),
    )


def gazetteer_files(folder: Path) -> tuple[Path, ...]:
    """List the files of places of a country. Raises CountryError when one is missing."""
    files = tuple(folder / name for name in _settings(folder).gazetteer)
    for file in files:
        if not file.is_file():
            raise CountryError(file, "", "no such file")
    return files


def load_regions(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """Read the regions for figures: code to the codes of its states."""
    table = _toml(folder / "regions.toml")
    return {code: tuple(region.states) for code, region in table.of(Region)}


def _settings(folder: Path) -> Settings:
    table = _toml(folder / "country.toml")
    settings = _read(Settings, table.entries, table.file, "")
    unnamed = [code for code in settings.languages if code not in settings.name]
    if unnamed:
        raise CountryError(table.file, "name", f"none in {', '.join(unnamed)}")
    area = settings.area
    if area.south >= area.north or area.west >= area.east:
        raise CountryError(table.file, "area", "south and west must be less than north and east")
    return settings


def _emergency(folder: Path, name: str, contacts: Iterable[Contact]) -> Contact:
    line = next((contact for contact in contacts if contact.id == name), None)
    if line is None:
        raise CountryError(folder / "country.toml", "emergency", "no such contact")
    silent = [kind for kind in DANGERS if not line.serves(kind, "")]
    if silent:
        # In any danger the line must be there even where the country has no other.
        where, lacking = f"topics of {name}", ", ".join(silent)
        raise CountryError(folder / "contacts.csv", where, f"not for {lacking}")
    return line


def _timezone(folder: Path, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise CountryError(folder / "country.toml", "timezone", f"unknown: {name}") from None


def _contacts(file: Path, languages: tuple[str, ...]) -> tuple[Contact, ...]:
    seen: set[str] = set()
    lines: list[tuple[int, Contact]] = []
    for where, row in _rows(file):
        line = _read(Line, row, file, where)
        if line.id in seen:
            raise CountryError(file, where, f"the id {line.id} is there twice")
        seen.add(line.id)
        _check_line(line, file, where)
        checked = _day(line.checked, file, where)
        names = _names(row, languages, file, where)
        lines.append((line.order, _contact(line, checked, names)))
    return tuple(contact for _, contact in sorted(lines, key=lambda pair: pair[0]))


def _contact(line: Line, checked: date | None, names: Mapping[str, str]) -> Contact:
    return Contact(
        id=line.id,
        name=line.name,
        number=line.number,
        also=_parts(line.also),
        hours=line.hours,
        languages=_parts(line.languages),
        topics=frozenset(_parts(line.topics)),
        area=line.area,
        source=line.source,
        checked=checked,
        mark=line.mark,
        names=names,
        has_day=len(line.checked) == len("2026-11-24"),
    )


def _check_line(line: Line, file: Path, where: str) -> None:
    _check_mark(line.mark, CONTACT_MARKS, file, where)
    unknown = sorted(set(_parts(line.topics)) - TOPICS)
    if unknown:
        raise CountryError(file, where, f"unknown topic: {', '.join(unknown)}")


def _names(
    row: Mapping[str, str], languages: tuple[str, ...], file: Path, where: str
) -> Mapping[str, str]:
    names = {language: row.get(f"name_{language}", "") for language in languages}
    for language, name in names.items():
        if not name.strip():
            raise CountryError(file, where, f"name_{language} is missing")
    return names


def _facts(file: Path, contacts: frozenset[str]) -> Mapping[str, Facts]:
    facts = dict(_toml(file).of(Facts))
    for slug, entry in facts.items():
        _check_slug(slug, file)
        for source in entry.sources:
            _check_mark(source.mark, SHOWABLE_MARKS, file, slug)
            _day(source.checked, file, slug)
        unknown = [name for name in entry.contacts if name not in contacts]
        if unknown:
            raise CountryError(file, slug, f"no such contact: {', '.join(unknown)}")
        unnamed = [code for code in entry.needs if code not in NEEDS]
        if unnamed:
            raise CountryError(file, slug, f"no such need: {', '.join(unnamed)}")
    return facts


def _answers(
    folder: Path, languages: tuple[str, ...], contacts: Iterable[Contact]
) -> Mapping[str, Mapping[str, Answer]]:
    """Read the answers that are there in every language; the others are not offered."""
    sources = folder / "sources.toml"
    facts = _facts(sources, frozenset(c.id for c in contacts)) if sources.is_file() else {}
    words = {code: _words(folder / f"{code}.toml", facts) for code in languages}
    slugs = [slug for slug in facts if all(slug in written for written in words.values())]
    return {
        code: {slug: _answer(slug, written[slug], facts[slug]) for slug in slugs}
        for code, written in words.items()
    }


def _words(file: Path, facts: Mapping[str, Facts]) -> Mapping[str, Words]:
    """Read the texts of one language. Raises CountryError for one without sources."""
    words = dict(_toml(file).of(Words)) if file.is_file() else {}
    for slug in sorted(words.keys() - facts.keys()):
        raise CountryError(file, slug, "sources.toml has no such answer")
    return words


def _answer(slug: str, words: Words, facts: Facts) -> Answer:
    return Answer(
        slug=slug,
        label=words.label,
        text=words.text,
        next_step=words.next_step,
        sources=tuple(Source(s.name, s.checked, s.mark) for s in facts.sources),
        contacts=facts.contacts,
        needs=facts.needs,
        review_by=facts.review_by,
    )


def _regions(file: Path, languages: tuple[str, ...]) -> Mapping[str, Mapping[str, str]]:
    regions = {code: region.name for code, region in _toml(file).of(Region)}
    if not regions:
        raise CountryError(file, "", "no region in it")
    for code, names in regions.items():
        missing = [language for language in languages if not names.get(language)]
        if missing:
            raise CountryError(file, code, f"no name in {', '.join(missing)}")
    return regions


def _sectors(file: Path) -> tuple[Sectors, ...]:
    """Read how others sort the needs; nothing where there is no such file."""
    if not file.is_file():
        return ()
    found = dict(_toml(file).of(Taxonomy))
    for id, entry in found.items():
        _check_sectors(file, id, entry)
    return tuple(Sectors(id, e.name, e.needs, e.parents) for id, e in found.items())


def _check_sectors(file: Path, id: str, entry: Taxonomy) -> None:
    _check_slug(id, file)
    unknown = sorted(entry.needs.keys() - NEEDS.keys())
    if unknown:
        raise CountryError(file, id, f"no such need: {', '.join(unknown)}")
    missing = [code for code in NEEDS if code not in entry.needs]
    if missing:
        raise CountryError(file, id, f"nothing for {', '.join(missing)}")
    deep = sorted(set(entry.parents.values()) & entry.parents.keys())
    if deep:
        raise CountryError(file, id, f"a part of a part: {', '.join(deep)}")


def _check_slug(slug: str, file: Path) -> None:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
        raise CountryError(file, slug, "a slug has small letters, digits and hyphens only")


def _check_mark(mark: str, allowed: frozenset[str], file: Path, where: str) -> None:
    if mark not in allowed:
        raise CountryError(file, where, f"the mark {mark!r} may not be shown")


def _day(checked: str, file: Path, where: str) -> date | None:
    """Turn an ISO date, month or year into its first day; None for an empty text."""
    if not checked:
        return None
    try:
        year, month, day = (*map(int, checked.split("-")), 1, 1)[:3]
        return date(year, month, day)
    except ValueError:
        raise CountryError(file, where, f"no such day: {checked}") from None


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def _rows(file: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each row of a CSV file with its line: "line 7"."""
    reader = csv.DictReader(_text(file).splitlines(), strict=True)
    try:
        for row in reader:
            where = f"line {reader.line_num}"
            if None in row or None in row.values():
                raise CountryError(file, where, "too many or too few columns")
            yield where, row
    except csv.Error as problem:
        raise CountryError(file, f"line {reader.line_num}", str(problem)) from None


def _toml(file: Path) -> _Table:
    try:
        return _Table(file, tomllib.loads(_text(file)))
    except tomllib.TOMLDecodeError as problem:
        raise CountryError(file, "", str(problem)) from None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CountryError(file, "", "no such file") from None
    except UnicodeDecodeError:
        raise CountryError(file, "", "not UTF-8") from None


def _read(kind: type[T], entry: object, file: Path, where: str) -> T:
    """Check an entry against its shape. CSV cells are text, hence not strict."""
    try:
        return msgspec.convert(entry, kind, strict=False)
    except msgspec.ValidationError as problem:
        raise CountryError(file, where, str(problem)) from None
