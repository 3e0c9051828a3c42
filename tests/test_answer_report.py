"""The report on the answers: complete, due, reviewed."""

from __future__ import annotations

import io
import shutil
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from bot.__main__ import app
from bot.answer_report import facts_of, rows_of, summary, table_of
from bot.country_files import CountryError

MEXICO = Path(__file__).parents[1] / "locales" / "countries" / "mx"
LANGUAGES = ("es", "en", "fr", "pt", "ht")
WRITTEN = date(2026, 11, 24)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files that the report reads, for a test to break."""
    shutil.copy(MEXICO / "country.toml", tmp_path)
    shutil.copytree(MEXICO / "answers", tmp_path / "answers")
    return tmp_path


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def printed(folder: Path, today: date = WRITTEN) -> str:
    console = Console(file=io.StringIO(), width=80)
    with console.capture() as captured:
        console.print(table_of(rows_of(folder, (), today), LANGUAGES))
    return captured.get()


def test_every_answer_is_there_and_nobody_has_reviewed_one(folder: Path) -> None:
    rows = rows_of(folder, (), WRITTEN)
    assert len(rows) == 45
    assert all(row.is_fine() for row in rows)
    assert {state for row in rows for state in row.states.values()} == {"new"}
    assert "0 texts missing (no), 0 without sources, 225 reviewed" in summary(rows, LANGUAGES)


def test_a_text_missing_in_one_language_is_shown_and_not_fine(folder: Path) -> None:
    change(folder / "answers" / "ht.toml", "[school]", "[scool]")
    rows = {row.slug: row for row in rows_of(folder, (), WRITTEN)}
    assert rows["school"].states["ht"] == "no"
    assert rows["school"].states["es"] == "new"
    assert not rows["school"].is_fine()
    assert rows["scool"].facts is None
    assert not rows["scool"].is_fine()


def test_a_question_that_is_understood_but_has_no_answer_is_missing(folder: Path) -> None:
    rows = {row.slug: row for row in rows_of(folder, ("school", "visa-for-cuba"), WRITTEN)}
    assert len(rows) == 46
    assert set(rows["visa-for-cuba"].states.values()) == {"no"}
    assert not rows["visa-for-cuba"].is_fine()


def test_a_file_of_a_language_that_is_not_there_counts_as_missing_texts(folder: Path) -> None:
    (folder / "answers" / "pt.toml").unlink()
    rows = rows_of(folder, (), WRITTEN)
    assert {row.states["pt"] for row in rows} == {"no"}


@pytest.mark.parametrize(
    ("today", "due"),
    [
        (date(2026, 12, 25), ""),
        (date(2026, 12, 26), "soon"),
        (date(2027, 2, 24), "soon"),
        (date(2027, 2, 25), "past"),
    ],
)
def test_the_day_of_review_is_near_and_then_past(folder: Path, today: date, due: str) -> None:
    rows = {row.slug: row for row in rows_of(folder, (), today)}
    assert str(rows["health-care"].facts and rows["health-care"].facts.review_by) == "2027-02-24"
    assert rows["health-care"].due == due
    assert rows["health-care"].is_fine() is (due != "past")


def test_a_review_is_counted_for_its_language_only(folder: Path) -> None:
    (folder / "answers" / "reviewed.toml").write_text(
        '[school.ht]\nby = "native speaker"\non = 2026-12-01\n', encoding="utf-8"
    )
    row = next(row for row in rows_of(folder, (), WRITTEN) if row.slug == "school")
    assert row.states == {"es": "new", "en": "new", "fr": "new", "pt": "new", "ht": "ok"}


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ('[scool.ht]\nby = "lawyer"\non = 2026-12-01', "scool: no such text in ht"),
        ('[school.de]\nby = "lawyer"\non = 2026-12-01', "school: no such text in de"),
        ('[school.ht]\nby = "a friend"\non = 2026-12-01', "Invalid enum value"),
        ('[school.ht]\nby = "lawyer"', "missing required field `on`"),
        ("[school.ht", "line 1"),
    ],
)
def test_a_review_of_nothing_or_by_nobody_is_refused(folder: Path, entry: str, reason: str) -> None:
    (folder / "answers" / "reviewed.toml").write_text(entry + "\n", encoding="utf-8")
    with pytest.raises(CountryError) as problem:
        rows_of(folder, (), WRITTEN)
    assert str(problem.value).startswith("reviewed.toml")
    assert reason in str(problem.value)


def test_the_table_names_answers_in_full_with_their_marks_on_a_narrow_screen(
    folder: Path,
) -> None:
    lines = printed(folder, date(2027, 3, 1)).splitlines()
    assert max(map(len, lines)) <= 80
    line = next(line for line in lines if line.startswith("emergency-contraception-abortion "))
    assert line.split()[1:] == ["new"] * 5 + ["2027-02-24", "past", "stale"]


def test_the_command_ends_with_one_when_a_day_is_past() -> None:
    in_time = CliRunner().invoke(app, ["answers", "--today", "2026-11-24"])
    late = CliRunner().invoke(app, ["answers", "--today", "2030-01-01"])
    assert (in_time.exit_code, late.exit_code) == (0, 1)
    assert "45 answers in 5 languages" in in_time.output
    assert "45 past their day" in late.output


def test_every_fact_is_listed_with_its_source_date_and_mark(folder: Path) -> None:
    rows = rows_of(folder, (), WRITTEN)
    console = Console(file=io.StringIO(), width=250)
    with console.capture() as captured:
        console.print(facts_of(rows))
    listed = captured.get().splitlines()
    assert len(listed) > sum(len(row.facts.sources) for row in rows if row.facts) > 100
    assert any("asylum-apply" in line and "2026-03-11  sourced" in line for line in listed)
    assert any("no date" in line and "stale" in line for line in listed)
    assert CliRunner().invoke(app, ["answers", "--facts"]).exit_code == 0
