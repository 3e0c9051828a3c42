"""Mentions of one text beside each other: quarters of cities, hamlets beside towns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from referrals.place_cues import BARE, DUE
from referrals.place_table import Table

OUTER = 0.05
"""What a city loses to the quarter of it that is named as well."""
ANOTHER_CITY = 0.8
"""What a quarter is worth where another city is named."""
TINY, TOWN = 2_000, 20_000
"""Inhabitants of what may as well be a word, and of what is surely a place."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Rows of places that share the name that was mentioned."""

    rows: tuple[int, ...]
    score: float
    exact: bool
    size: int
    """How many words it has, those of the state after it included."""


def within(found: list[Mention], table: Table) -> list[Mention]:
    """Put a quarter before its city, and doubt a quarter of a city that is not named."""
    found = [_doubted(m, found, table) for m in found]
    cities = [m for m in found if m.rows[0] not in table.points]
    moved = list[Mention]()
    for one in found:
        row, score = one.rows[0], one.score
        around = [m.score for m in cities if holds(m.rows[0], row, table)]
        if around:
            score = max(score, *around)
        elif any(holds(row, m.rows[0], table) for m in found):
            score -= OUTER
        elif cities and row in table.points:
            score *= ANOTHER_CITY
        moved.append(replace(one, score=score))
    return moved


def holds(city: int, row: int, table: Table) -> bool:
    """Say whether a row is a quarter or borough of a city."""
    state = table.state_codes[city]
    if city == row or not state or state != table.state_codes[row]:
        return False
    outer, inner = table.place_in(city), table.place_in(row)
    return not outer or (row in table.points and outer == inner)


def _doubted(one: Mention, found: Sequence[Mention], table: Table) -> Mention:
    """Put a hamlet after the towns that are named where somebody is."""
    if not all(_is_tiny(row, table) for row in one.rows):
        return one
    is_beside = any(
        other.score >= BARE and table.populations[other.rows[0]] >= TOWN for other in found
    )
    return replace(one, score=min(one.score, DUE)) if is_beside else one


def _is_tiny(row: int, table: Table) -> bool:
    is_on_way = row in table.transit or row in table.route or row in table.points
    return not is_on_way and table.populations[row] < TINY
