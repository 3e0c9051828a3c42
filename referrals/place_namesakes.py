"""Which of the places of one name is meant: by the state, the country and the size."""

from __future__ import annotations

from collections.abc import Sequence

from referrals.place_roles import Words
from referrals.place_table import BIG, Table
from referrals.place_worth import is_famous, is_town

MANY_TIMES = 50
"""Who writes "San Salvador" means the capital of another country, not a small town here."""

_LINKS = frozenset(("de", "en", "in", "au", "nan", "do", "of", "no"))
_STATE_LINKS = frozenset(("estado", "edo", "el", "de", "state"))


def far_away(rows: Sequence[int], table: Table) -> Sequence[int]:
    """Keep the cities abroad, which everybody means by their name."""
    return [
        row
        for row in rows
        if not table.state_codes[row] and (row in table.route or table.populations[row] >= BIG)
    ]


def likelier(rows: Sequence[int], table: Table) -> Sequence[int]:
    """Leave out the places abroad, unless one is a city and those at home are hamlets."""
    home = [row for row in rows if table.state_codes[row]]
    abroad = [row for row in rows if not table.state_codes[row]]
    if any(row in table.transit for row in rows):
        return rows
    size, size_abroad = (
        max((table.populations[row] for row in some), default=0) for some in (home, abroad)
    )
    has_city = size_abroad >= BIG or any(row in table.route for row in abroad)
    is_hamlet = not is_town(home, table) or (size < BIG and size_abroad > MANY_TIMES * size)
    return abroad if has_city and is_hamlet else home or abroad


def in_country(
    after: int, rows: Sequence[int], words: Words, table: Table
) -> tuple[Sequence[int], bool]:
    """Keep the rows of the country that is named after the name, and say if one is."""
    is_linked = after < len(words.folded) and words.folded[after] in _LINKS
    start = after + is_linked
    for size in (3, 2, 1):
        code = table.countries.get(" ".join(words.folded[start : start + size]))
        if code is not None:
            there = [row for row in rows if table.country_codes[row] == code]
            # "Llegué a Tapachula de Honduras" is not a Tapachula of Honduras.
            is_other = is_linked and not there and is_famous(rows, table)
            return (rows, False) if is_other else (there, True)
    return rows, False


def state_after(i: int, words: Words, table: Table) -> tuple[str, int]:
    """Return the code of the state whose name starts at ``i``, perhaps after a "de", and
    where that name ends."""
    if i < len(words.folded) and words.folded[i] in (*_LINKS, "del"):
        i += 1
    while i < len(words.folded) and words.folded[i] in _STATE_LINKS:
        i += 1
    for size in (4, 3, 2, 1):
        name = " ".join(words.folded[i : i + size])
        # "son" and "sin" are Sonora and Sinaloa to a clerk, and words to everybody else.
        if len(name) > 3 and name in table.state_names:
            return table.state_names[name], i + size
    return "", i


def is_home(i: int, words: Words, table: Table) -> bool:
    """Say whether the country that is served is named at ``i``."""
    word = words.folded[i] if i < len(words.folded) else ""
    return table.countries.get(word, "") == table.country_codes[0]


def follows_home(i: int, words: Words, table: Table) -> bool:
    """Say whether the country that is served is named at ``i``, perhaps after an "of"."""
    is_linked = i < len(words.folded) and words.folded[i] in _LINKS
    return is_home(i + is_linked, words, table)
