"""Which answers exist, which are due to be read again, and which nobody has reviewed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from typing import TypeVar

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from bot import country_shapes as shapes
from bot.country_files import CountryError
from bot.phrase_files import load_phrases
from bot.settings import LOCALES, Settings
from bot.world import country_folder

NEAR = timedelta(days=60)
"""How long before its day an answer counts as due soon."""

Reviews = Mapping[str, Mapping[str, shapes.Review]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of one answer."""

    slug: str
    facts: shapes.Facts | None
    """None when sources.toml has no such answer."""
    states: Mapping[str, str]
    """By language: "no" (missing), "new" (nobody has reviewed it) or "ok"."""
    due: str
    """"past", "soon", or empty."""

    def is_fine(self) -> bool:
        """Tell whether it is there in every language and its day has not passed."""
        return bool(self.facts) and "no" not in self.states.values() and self.due != "past"


def show(settings: Settings, say: Console, today: date, *, facts: bool = False) -> bool:
    """Print the table, with every source where asked; return whether nothing is missing or
    past its day."""
    folder = country_folder(settings)
    languages = languages_of(folder)
    phrases = load_phrases(LOCALES, languages).values()
    asked = {slug for one in phrases for slug in one.questions}
    rows = rows_of(folder, asked, today)
    say.print(table_of(rows, languages))
    if facts:
        say.print(facts_of(rows))
    say.print(summary(rows, languages))
    return all(row.is_fine() for row in rows)


def languages_of(folder: Path) -> Sequence[str]:
    """Return the languages that a country offers."""
    return read(folder / "country.toml", shapes.Settings).languages


def rows_of(folder: Path, asked: Iterable[str], today: date) -> Sequence[Row]:
    """Look at every answer of a country's folder.

    ``asked``: slugs of the questions that are understood; one without an answer is missing.
    Reads each file by itself, so that a half-written answer is shown rather than refused.
    """
    facts = read(folder / "answers" / "sources.toml", dict[str, shapes.Facts])
    words = {
        language: read(folder / "answers" / f"{language}.toml", dict[str, shapes.Words])
        for language in languages_of(folder)
    }
    reviews = reviews_of(folder / "answers" / "reviewed.toml", words)
    slugs = dict.fromkeys([*facts, *chain.from_iterable(words.values()), *sorted(asked)])
    return [row_of(slug, facts.get(slug), words, reviews, today) for slug in slugs]


def row_of(
    slug: str,
    facts: shapes.Facts | None,
    words: Mapping[str, Mapping[str, shapes.Words]],
    reviews: Reviews,
    today: date,
) -> Row:
    """Look at one answer."""
    read_in = reviews.get(slug, {})
    states = {
        language: state_of(slug in entries, language in read_in)
        for language, entries in words.items()
    }
    return Row(slug, facts, states, due_of(facts, today))


def state_of(is_written: bool, is_read: bool) -> str:
    """Name the state of a text."""
    if not is_written:
        return "no"
    return "ok" if is_read else "new"


def due_of(facts: shapes.Facts | None, today: date) -> str:
    """Tell whether the day of review is past or near."""
    if facts is None or facts.review_by > today + NEAR:
        return ""
    return "past" if facts.review_by < today else "soon"


def reviews_of(file: Path, words: Mapping[str, Mapping[str, shapes.Words]]) -> Reviews:
    """Read who has reviewed what. Raises CountryError when there is no such text."""
    reviews = read(file, dict[str, dict[str, shapes.Review]])
    for slug, languages in reviews.items():
        for language in languages:
            if slug not in words.get(language, {}):
                raise CountryError(file, slug, f"no such text in {language}")
    return reviews


def read(file: Path, kind: type[T]) -> T:
    """Decode a TOML file; one that is not there is empty."""
    try:
        return msgspec.toml.decode(file.read_bytes() if file.is_file() else b"", type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise CountryError(file, "", str(problem)) from None


COLOURS = {"no": "red", "new": "yellow", "ok": "green", "past": "red", "soon": "yellow"}


def table_of(rows: Sequence[Row], languages: Sequence[str]) -> Table:
    """Make the table: a line for each answer."""
    slug, day = Column("answer", no_wrap=True), Column("review by", no_wrap=True)
    table = Table(slug, *languages, day, "marks", box=None, padding=(0, 1, 0, 0))
    for row in rows:
        states = [coloured(row.states[language]) for language in languages]
        table.add_row(row.slug, *states, when(row), marks(row.facts))
    return table


def facts_of(rows: Sequence[Row]) -> Table:
    """Make the table of facts: a line for each source, with the figures and the lines."""
    table = Table("answer", "source", "checked", "mark", "figures", "lines", box=None)
    for row in rows:
        if row.facts:
            figures, lines = " ".join(row.facts.figures), " ".join(row.facts.contacts)
            for number, source in enumerate(row.facts.sources):
                once = (figures, lines) if number == 0 else ("", "")
                cells = (source.name, source.checked or "no date", source.mark, *once)
                table.add_row("" if number else row.slug, *map(escape, cells))
    return table


def when(row: Row) -> str:
    """Return the day of review and whether it is past or near."""
    if row.facts is None:
        return coloured("no")
    return f"{row.facts.review_by} {coloured(row.due) if row.due else ''}".strip()


def marks(facts: shapes.Facts | None) -> str:
    """Return the marks of the sources, each once."""
    return ", ".join(sorted({source.mark for source in facts.sources})) if facts else ""


def coloured(word: str) -> str:
    """Return a word with its colour, which says nothing that the word does not."""
    return f"[{COLOURS[word]}]{word}[/]"


def summary(rows: Sequence[Row], languages: Sequence[str]) -> str:
    """Count what is left to do."""
    states = [state for row in rows for state in row.states.values()]
    unsourced = sum(row.facts is None for row in rows)
    past, soon = (sum(row.due == due for row in rows) for due in ("past", "soon"))
    return (
        f"{len(rows)} answers in {len(languages)} languages: "
        f"{states.count('no')} texts missing (no), {unsourced} without sources, "
        f"{states.count('new')} reviewed by nobody (new); "
        f"{past} past their day, {soon} due within {NEAR.days} days."
    )
