"""How much a name that stands in a sentence is meant as a place.

Villages are called Work, Hope and Hospital. So: the name of a big place is one wherever it
stands; an ordinary word only after a word that locates ("en") and written like a name; the
name of a village only after a word that locates; a place abroad only where somebody says to
be there; a country and a city far away never.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from referrals.place_cues import ARRIVED, BARE, TO
from referrals.place_names import listed
from referrals.place_roles import Role, Words, is_state
from referrals.place_table import ARTICLES, BIG, Table

TINY = 2_000
"""Fewer inhabitants than this, and only "estoy en" or a capital letter makes it a place."""
HAMLET = 5_000
"""Fewer inhabitants than this, and a small letter makes the name an ordinary word."""
TOWN_ABROAD = 10_000
"""The same abroad."""

_STREETS = frozenset(
    listed("""
        parque park parc pak calle avenida av colonia barrio plaza bairro rua rue quartier hotel
    """)
)
"""Before a name, they make it that of a part of some town: "parque Hidalgo"."""
_BUILDINGS = frozenset(listed("church street school hospital avenue road clinic parish"))
"""After a name that is a saint's or a word's, the same in English: "san pedro church"."""
_ARTICLES = frozenset(listed("el la los las the le les un una o l"))


@dataclass(frozen=True, slots=True)
class Name:
    """A name that was found in a sentence."""

    start: int
    size: int
    """Its words."""
    role: Role
    rows: Sequence[int]
    full: bool
    """It is all of the name of its rows, not a part."""
    is_told: bool = False
    """Its country is named after it."""


def worth(name: Name, words: Words, table: Table) -> float:
    """Return how much a name says about where somebody is, 0 if it is not meant as a place."""
    said = words.folded[name.start : name.start + name.size]
    core = [word for word in said if word not in ARTICLES]
    key, bare = " ".join(said), " ".join(core)
    if not core or not bare[0].isalpha() or key in table.never or key in table.countries:
        return 0
    if key in table.state_names and _is_state_alone(key, name, words, table):
        return 0
    if not any(table.state_codes[row] for row in name.rows):
        return _abroad(name, words, table)
    is_point = any(row in table.points for row in name.rows)
    if is_point or bare in table.ordinary or bare in table.never:
        return _ordinary(name, is_point, words, table)
    if is_famous(name.rows, table):
        stands_alone = name.full or len(core) > 1
        return name.role.score if name.role.located or stands_alone else 0
    return name.role.score if _is_village(name, len(core), words, table) else 0


def is_famous(rows: Sequence[int], table: Table) -> bool:
    """Say whether one of the rows is known to everybody."""
    return any(is_known(row, table) for row in rows)


def is_town(rows: Sequence[int], table: Table) -> bool:
    """Say whether one of the rows has as many inhabitants as a namesake of a city needs."""
    return any(row in table.transit or table.populations[row] >= TINY for row in rows)


def is_known(row: int, table: Table) -> bool:
    """Say whether a place is big or on the way, and no quarter or bridge."""
    if row in table.points:
        return False
    is_home = bool(table.state_codes[row])
    return row in table.transit or (is_home and table.populations[row] >= BIG)


def _is_capital(name: Name, words: Words) -> bool:
    return any(words.capital[name.start : name.start + name.size])


def _before(name: Name, words: Words) -> str:
    return words.folded[name.start - 1] if name.start else ""


def _abroad(name: Name, words: Words, table: Table) -> float:
    """Return what a place abroad is worth: not the home town of those who fled from it."""
    score = name.role.score
    if any(row in table.transit for row in name.rows):
        needs_word = any(row in table.points for row in name.rows)
        return score if score >= TO and (name.role.located or not needs_word) else 0
    key = " ".join(words.folded[name.start : name.start + name.size])
    is_said = name.is_told or (score >= ARRIVED and _is_capital(name, words))
    is_word = key in table.ordinary and not is_said
    if is_word or _before(name, words) in _STREETS | _ARTICLES:
        return 0
    is_route = any(row in table.route for row in name.rows)
    size = max(table.populations[row] for row in name.rows)
    is_name = is_route or size >= TOWN_ABROAD or _is_capital(name, words)
    least = BARE if _is_little_else(name, words) else ARRIVED
    return score if is_name and score >= least else 0


def _is_little_else(name: Name, words: Words) -> bool:
    """Say whether a text is hardly more than a name, and perhaps its country."""
    return len(words.folded) - name.size <= (2 if name.is_told else 1)


def _is_state_alone(key: str, name: Name, words: Words, table: Table) -> bool:
    """Say whether a state is meant, and not its head town of the same name."""
    code = table.state_names[key]
    heads = [row for row in name.rows if table.state_codes[row] == code]
    return not is_famous(heads, table) or is_state(name.start, words)


def _ordinary(name: Name, is_point: bool, words: Words, table: Table) -> float:
    """Return what a name that is a word as well is worth: "en la Merced", "en la puerta"."""
    if not name.role.located:
        return 0
    if is_point:
        return name.role.score
    is_meant = is_famous(name.rows, table) or _is_capital(name, words)
    before = _before(name, words)
    after = words.folded[name.start + name.size : name.start + name.size + 1]
    is_meant = is_meant and _BUILDINGS.isdisjoint(after)
    return 0 if not is_meant or before in _STREETS or before in _ARTICLES else name.role.score


def _is_village(name: Name, length: int, words: Words, table: Table) -> bool:
    """Say whether the name of a small place is meant as one."""
    if not name.role.located or not name.full or _before(name, words) in _STREETS:
        return False
    is_town = any(table.populations[row] >= HAMLET for row in name.rows)
    is_said = name.role.score >= ARRIVED or _is_capital(name, words)
    is_tiny = all(table.populations[row] < TINY for row in name.rows)
    return is_said or is_town or (length > 1 and not is_tiny)
