"""Names of well-known places that are misspelt inside a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from referrals.place_cues import ARRIVED, AT
from referrals.place_names import NameIndex, sound
from referrals.place_roles import Role
from referrals.place_table import ARTICLES, Table
from referrals.place_worth import is_known

SURE, SURE_BARE, ONE_LETTER = 0.84, 0.87, 0.82
"""Least similarity of a misspelt name inside a sentence, where nothing locates it, and where
it is said to be near; the last is one letter in six."""
SHORT = 6
"""Shorter names are too like other words to be guessed by their sound or one letter."""

_EDGES = ARTICLES | frozenset(("a", "e", "et", "ak", "con", "and", "en", "in", "o", "que", "pour"))
"""Words that no misspelt name begins or ends with."""


def is_searchable(said: Sequence[str], role: Role, table: Table) -> bool:
    """Say whether words are worth a search: long, unknown, and located unless very long."""
    if len(said) > 1:
        is_open = not _EDGES.isdisjoint((said[0], said[-1]))
        return not is_open and any(len(w) > 4 and not _is_word(w, table) for w in said)
    word = said[0]
    long_enough = len(word) > 4 if role.located else len(word) > 7 and word.isalpha()
    return long_enough and not _is_word(word, table)


def nearly(
    said: Sequence[str], role: Role, table: Table, names: NameIndex
) -> tuple[float, tuple[int, ...]]:
    """Return likeness and rows of the well-known place that words nearly name, if any."""
    key = " ".join(said)
    by_ear = role.by_preposition and len(key) >= SHORT
    for score, index in names.near(key, _least(key, role), limit=3, by_ear=by_ear):
        name = names.name(index)
        if name in table.never or name in table.ordinary or sound(name)[:1] != sound(key)[:1]:
            continue
        is_there = role.score >= ARRIVED
        rows = tuple(
            row
            for row in names.rows(index)
            if is_known(row, table) or (is_there and row in table.route)
        )
        if rows and (role.located or any(row in table.transit for row in rows)):
            return score, rows
    return 0, ()


def _least(key: str, role: Role) -> float:
    """Return how like a name must be: one letter may be wrong where somebody says "estoy en"."""
    if not role.by_preposition:
        return SURE_BARE
    return ONE_LETTER if role.score >= AT and len(key) >= SHORT else SURE


def _is_word(word: str, table: Table) -> bool:
    known = (table.never, table.countries, table.ordinary, table.state_names, table.elsewhere)
    return any(word in names for names in known)
