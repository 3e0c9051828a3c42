"""Reads the phrase files of the languages."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from handlers.understanding.danger import SIGNS
from handlers.understanding.meaning import DANGERS
from handlers.understanding.phrases import AUDIENCES, INTERRUPTS, NeedPhrases, Phrases, Words
from handlers.understanding.words import plain

Table = Mapping[str, object]

FEWEST_MEETING_WORDS = 48


class BadPhrases(Exception):
    """A phrase file is missing or does not say what it should."""


def load_phrases(folder: Path, languages: Iterable[str]) -> Mapping[str, Phrases]:
    """Read ``<folder>/<language>/phrases.toml`` of each language.

    Raises ``BadPhrases``, which names the file and the entry.
    """
    return {code: _load(folder / code / "phrases.toml", code) for code in languages}


def _load(path: Path, language: str) -> Phrases:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return _phrases(content, language)
    except (OSError, ValueError, BadPhrases) as error:
        raise BadPhrases(f"{path.name} of {language}: {error}") from error


def _phrases(content: Table, language: str) -> Phrases:
    words = _table(content, "words")
    return Phrases(
        language=language,
        interrupts=_lists(content, "interrupts", INTERRUPTS),
        needs=_needs(_table(content, "needs")),
        dangers=_lists(content, "dangers", DANGERS),
        danger_signs=_lists(content, "danger_signs", SIGNS),
        not_danger=_list(_table(content, "not_danger"), "phrases"),
        questions=_lists(content, "questions"),
        audiences=_audiences(_table(content, "audiences")),
        unsaid=_list(_table(content, "audiences"), "not"),
        asking=_list(words, "asking"),
        negations=_list(words, "negations"),
        contrasts=_list(words, "contrasts"),
        frequent=_plain_words(words, "frequent"),
        ordinary=_plain_words(words, "ordinary"),
        spellings=_lists(content, "spellings"),
        meeting_words=_meeting_words(_table(content, "meeting_words")),
    )


def _needs(table: Table) -> Mapping[str, NeedPhrases]:
    return {code: _need(_table(table, code)) for code in table}


def _need(table: Table) -> NeedPhrases:
    return NeedPhrases(_list(table, "strong"), _list(table, "weak"))


def _audiences(table: Table) -> Mapping[str, Words]:
    return {code: _list(table, code) for code in AUDIENCES}


def _meeting_words(table: Table) -> Words:
    words = _list(table, "words")
    if len(set(words)) < FEWEST_MEETING_WORDS:
        raise BadPhrases(f"meeting_words needs {FEWEST_MEETING_WORDS} different words")
    return words


def _lists(content: Table, key: str, wanted: tuple[str, ...] = ()) -> Mapping[str, Words]:
    table = _table(content, key)
    if wanted and set(table) != set(wanted):
        raise BadPhrases(f"[{key}] must hold exactly {', '.join(wanted)}")
    return {name: _list(table, name) for name in table}


def _table(content: Table, key: str) -> Table:
    value = content.get(key)
    if not isinstance(value, dict):
        raise BadPhrases(f"[{key}] is missing")
    return value


def _list(table: Table, key: str) -> Words:
    value = table.get(key)
    if not isinstance(value, list) or not all(_is_phrase(entry) for entry in value):
        raise BadPhrases(f"{key} must be a list of phrases")
    return tuple(value)


def _is_phrase(entry: object) -> bool:
    return isinstance(entry, str) and any(c.isalnum() for c in entry)


def _plain_words(table: Table, key: str) -> frozenset[str]:
    value = table.get(key)
    if not isinstance(value, str):
        raise BadPhrases(f"{key} must be a text")
    return frozenset(plain(word) for word in value.split())
