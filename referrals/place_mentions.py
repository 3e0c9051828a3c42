"""Places that a sentence mentions, in their order, and which of them lie in one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from referrals.place_cues import AT, BARE, HERE
from referrals.place_names import NameIndex
from referrals.place_namesakes import (
    far_away,
    follows_home,
    in_country,
    is_home,
    likelier,
    state_after,
)
from referrals.place_roles import Role, Words, is_here_after, is_state, role_of, words_in
from referrals.place_spelling import is_searchable, nearly
from referrals.place_table import Table
from referrals.place_within import Mention, holds, within
from referrals.place_worth import Name, is_famous, worth

LONGEST = 6
"""Most words of a name: San Cristóbal de las Casas has five."""
MOST_SEARCHES = 8
"""Searches for misspelt names in one text: each costs a third of a millisecond."""
PART = 0.93
"""What a part of a name is worth."""

FOLLOWED = Role(BARE, True, True)
"""What a name is that a state or the country follows: "Tapachla, Chiapas"."""
_JOINING = frozenset(("y", "e", "o", "et", "and", "ak", "u", "ou", "or", "oswa"))


@dataclass(slots=True)
class _Scan:
    """One walk over a text."""

    words: Words
    table: Table
    names: NameIndex
    parts: NameIndex
    searches: int = MOST_SEARCHES
    floor: int = 0
    """Where the name before ends: what stands before it is not said of the next."""
    role_before: Role | None = None
    is_country_before: bool = False
    city_before: int | None = None
    """Row of the place that was named last."""


def of(text: str, table: Table, names: NameIndex, parts: NameIndex) -> list[Mention]:
    """Return the mentions of a text in their order; never two of the same words."""
    scan = _Scan(words_in(text), table, names, parts)
    found = [*_walk(scan), *_unspaced(scan)]
    return within(found, table)


def split_state(words: Sequence[str], state_names: dict[str, str]) -> tuple[Sequence[str], str]:
    """Return the words before the name of a state at the end, and the state's code."""
    for size in range(min(4, len(words) - 1), 0, -1):
        code = state_names.get(" ".join(words[-size:]), "")
        if code:
            name = words[:-size]
            while len(name) > 1 and name[-1] in ("de", "en", "del", "estado"):
                name = name[:-1]
            return name, code
    return words, ""


def _walk(scan: _Scan) -> Iterator[Mention]:
    i = 0
    while i < len(scan.words.folded):
        size, mention = _at(i, scan)
        if mention is not None and mention.score:
            yield mention
            scan.city_before = mention.rows[0]
        i += size


def _at(i: int, scan: _Scan) -> tuple[int, Mention | None]:
    """Return how many words to move on, and the mention that starts here, if any."""
    role = _role(i, scan)
    for size in range(min(LONGEST, len(scan.words.folded) - i), 0, -1):
        key = " ".join(scan.words.folded[i : i + size])
        mention = _in_tongue(i, size, key, role, scan) or _exact(i, size, key, role, scan)
        if mention is not None or _is_elsewhere(size, key, scan.table):
            return _passed(i, mention.size if mention else size, role, scan), mention
    mention = _misspelt(i, role, scan)
    return (1, None) if mention is None else (_passed(i, mention.size, role, scan), mention)


def _passed(i: int, size: int, role: Role, scan: _Scan) -> int:
    scan.floor, scan.role_before = i + size, role
    key = " ".join(scan.words.folded[i : i + size])
    scan.is_country_before = key in scan.table.countries
    return size


def _role(i: int, scan: _Scan) -> Role:
    """Return what stands before a name, or before the one it is joined to by an "and"."""
    joined = i - 1 == scan.floor and scan.words.folded[i - 1] in _JOINING
    if joined and scan.role_before is not None:
        return scan.role_before
    role, before = role_of(i, scan.words, scan.floor), scan.role_before
    # "Je suis au Costa Rica, à Paso Canoas": the country does not end what is said.
    goes_on = scan.is_country_before and i - scan.floor <= 1 and role.score == AT
    return replace(role, score=max(AT, before.score)) if goes_on and before else role


def _is_elsewhere(size: int, key: str, table: Table) -> bool:
    """Say whether a country, a state or a city far away is named."""
    if key in table.countries or key in table.elsewhere:
        return True
    return size > 1 and key in table.state_names


def _in_tongue(i: int, size: int, key: str, role: Role, scan: _Scan) -> Mention | None:
    """Return a city whose name is a country's in other languages: "à Mexico"."""
    tongue = "fr" if i - 1 in scan.words.accented else scan.words.tongue
    row = scan.table.tongues.get((tongue, key))
    if row is None or is_state(i, scan.words):
        return None
    is_meant = role.located or scan.words.tongue_is_sure
    return Mention((row,), role.score, True, size) if is_meant else None


def _exact(i: int, size: int, key: str, role: Role, scan: _Scan) -> Mention | None:
    """Return the mention of a name that stands here as it is; its score may be 0."""
    table, full, end = scan.table, scan.names.exact(key), i + size
    rows = full or scan.parts.exact(key)
    if not rows or scan.words.folded[i] in ("de", "del"):
        return None
    if is_here_after(end, scan.words, role):
        role = replace(role, score=HERE)
    there, end = _told_apart(i, end, rows, scan)
    if there:
        return Mention(tuple(there), role.score, bool(full), end - i)
    rows, is_told = in_country(i + size, rows, scan.words, table)
    if key in table.elsewhere:
        rows = far_away(rows, table)
    name = Name(i, size, role, rows, bool(full), is_told)
    return _bare(name, scan) if rows else None


def _told_apart(i: int, end: int, rows: Sequence[int], scan: _Scan) -> tuple[Sequence[int], int]:
    """Return the rows of the state or city that is named with the name, and where that ends."""
    table = scan.table
    part = _parts_of_city(i, end, rows, scan)
    if part:
        return part, end
    state, end = state_after(end, scan.words, table)
    return [row for row in rows if state and table.state_codes[row] == state], end


def _parts_of_city(i: int, end: int, rows: Sequence[int], scan: _Scan) -> Sequence[int]:
    """Return the boroughs among rows, where "borough" or their city stands before the name,
    or the country after it."""
    words, table = scan.words.folded, scan.table
    before = next((w for w in words[max(0, i - 2) : i][::-1] if w not in ("de", "la")), "")
    code = table.heads.get(before) or table.heads.get("".join(words[end : end + 1]), "")
    boroughs = [row for row in rows if table.state_codes[row] in table.heads.values()]
    if code:
        return [row for row in boroughs if table.state_codes[row] == code]
    if i and is_home(i - 1, scan.words, scan.table):
        return boroughs
    city = scan.city_before if i - scan.floor <= 1 else None
    if city is not None and not table.place_in(city):
        return [row for row in boroughs if holds(city, row, table)]
    return boroughs if follows_home(end, scan.words, table) else []


def _bare(name: Name, scan: _Scan) -> Mention | None:
    """Return the mention of a name that no state follows."""
    kept = name.rows if name.is_told else likelier(name.rows, scan.table)
    score = worth(replace(name, rows=kept), scan.words, scan.table)
    # "Vengo de San Pedro Sula" must not be read as a "San Pedro" of the country.
    is_other = name.size > 1 and not (name.role.score and scan.table.state_codes[kept[0]])
    if not score and not is_other:
        return None
    return Mention(tuple(kept), score if name.full else score * PART, name.full, name.size)


def _misspelt(i: int, role: Role, scan: _Scan) -> Mention | None:
    """Return a well-known place whose name nearly stands here; bare words must be closer."""
    for size in (3, 2, 1):
        said = scan.words.folded[i : i + size]
        if not scan.searches or len(said) < size:
            continue
        state, end = state_after(i + size, scan.words, scan.table)
        is_told = bool(state) or is_home(i + size, scan.words, scan.table)
        stands = FOLLOWED if is_told and not role.located else role
        if (size == 1 or stands.located) and is_searchable(said, stands, scan.table):
            scan.searches -= 1
            likeness, rows = nearly(said, stands, scan.table, scan.names)
            here = tuple(r for r in rows if state in ("", scan.table.state_codes[r]))
            if here:
                return Mention(here, likeness * role.score, False, end - i if state else size)
    return None


def _unspaced(scan: _Scan) -> Iterator[Mention]:
    """Yield big places inside words of scripts that do not space them, such as Chinese."""
    for word in scan.words.folded:
        if word[0] < "\u0e00":
            continue
        for start in range(min(len(word), 40)):
            for size in range(8, 1, -1):
                rows = scan.names.exact(word[start : start + size])
                if rows and size < len(word) and is_famous(rows, scan.table):
                    yield Mention(tuple(rows), BARE, True, 1)
                    break
