"""Places that a sentence mentions: which of its words are meant as a name.

Villages are called Work, Hope and Hospital. So: the name of a big place is one wherever it
stands; an ordinary word only after a word that locates ("en") and written like a name; the
name of a village only after a word that locates; a country never.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from referrals.place_names import ABBREVIATIONS, NameIndex, fold, listed
from referrals.place_table import ARTICLES, BIG, Table

LONGEST = 6
"""Most words of a name: San Cristóbal de las Casas has five."""
MOST_WORDS = 400
MOST_SEARCHES = 8
"""Searches for misspelt names in one text: each costs a third of a millisecond."""
SURE = 0.84
"""Least similarity of a misspelt name inside a sentence."""

AT, BARE, TO = 1.0, 0.88, 0.8
"""How much a mention says about where somebody is: "en", nothing, "hacia"."""
LOCATIVES: Mapping[str, float] = {
    **dict.fromkeys(
        listed("en por in at near em na nas nan lan bo toupre aki aqui pres perto"), AT
    ),
    **dict.fromkeys(listed("à в во у біля около із из في قرب"), AT),
    **dict.fromkeys(
        listed("a para hacia hasta rumbo desde to from towards around vers depuis"), TO
    ),
    **dict.fromkeys(listed("au aux pou depi ate до от من إلى"), TO),
}
OF = frozenset(listed("de del d da do di of a"))
HEADS_OF: Mapping[str, float] = {
    **dict.fromkeys(
        listed("cerca fuera afuera dentro adentro centro lado norte sur llegue llegamos"), AT
    ),
    **dict.fromkeys(listed("ciudad city municipio barrio colonia estacion perto pres"), AT),
    **dict.fromkeys(listed("soy vengo salgo sali salir saliendo lejos viens venho sou"), TO),
}
BETWEEN = ARTICLES | frozenset(
    listed("ciudad city cidade ville vil municipio pueblo le les the o os as")
)
"""Words between the one that locates and the name."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Rows of places that share the name that was mentioned."""

    rows: tuple[int, ...]
    score: float
    exact: bool


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a text, folded, and which were written like a name."""

    folded: tuple[str, ...]
    capital: tuple[bool, ...]
    accented: frozenset[int]
    """Where a bare "à" stands, which folding would make an "a"."""


def of(text: str, table: Table, names: NameIndex, parts: NameIndex) -> Iterator[Mention]:
    """Yield the mentions of a text in their order; never two of the same words."""
    words = _words(text)
    searches, i = MOST_SEARCHES, 0
    while i < len(words.folded):
        size, mention = _exact_at(i, words, table, names, parts)
        if mention is None and searches and _may_be_misspelt(i, words, table):
            searches -= 1
            size, mention = _misspelt_at(i, words, table, names)
        if mention is not None:
            yield mention
        i += size
    yield from _unspaced(words, table, names)


def split_state(words: Sequence[str], state_names: Mapping[str, str]) -> tuple[Sequence[str], str]:
    """Return the words before the name of a state at the end, and the state's code."""
    for size in range(min(4, len(words) - 1), 0, -1):
        code = state_names.get(" ".join(words[-size:]), "")
        if code:
            name = words[:-size]
            while len(name) > 1 and name[-1] in ("de", "en", "del", "estado"):
                name = name[:-1]
            return name, code
    return words, ""


def _words(text: str) -> _Words:
    folded, capital, accented = list[str](), list[bool](), set[int]()
    shouted = text.isupper()
    for raw in text.split()[:MOST_WORDS]:
        if raw == "à":
            accented.add(len(folded))
        written = next((c for c in raw if c.isalnum()), "").isupper() and not shouted
        for word in fold(raw).split():
            folded.append(ABBREVIATIONS.get(word, word))
            capital.append(written and len(folded) > 1)
    return _Words(tuple(folded), tuple(capital), frozenset(accented))


def _located(i: int, words: _Words) -> float:
    """Return how the words before position ``i`` locate, 0 when they do not."""
    j = i - 1
    while j >= 0 and words.folded[j] in BETWEEN and words.folded[j] not in ("de", "del"):
        j -= 1
    if j < 0:
        return 0
    if j in words.accented:
        return AT
    word = words.folded[j]
    if word in OF and j > 0 and words.folded[j - 1] in HEADS_OF:
        return HEADS_OF[words.folded[j - 1]]
    return LOCATIVES.get(word, 0)


def _state_after(i: int, words: _Words, table: Table) -> str:
    """Return the code of the state whose name starts at ``i``, perhaps after a "de"."""
    if i < len(words.folded) and words.folded[i] in ("de", "en", "del"):
        i += 1
    for size in (4, 3, 2, 1):
        name = " ".join(words.folded[i : i + size])
        # "son" and "sin" are Sonora and Sinaloa to a clerk, and words to everybody else.
        if len(name) > 3 and name in table.state_names:
            return table.state_names[name]
    return ""


def _exact_at(
    i: int, words: _Words, table: Table, names: NameIndex, parts: NameIndex
) -> tuple[int, Mention | None]:
    """Return how many words to move on, and the mention that starts here, if any."""
    for size in range(min(LONGEST, len(words.folded) - i), 0, -1):
        key = " ".join(words.folded[i : i + size])
        full = names.exact(key)
        rows = full or parts.exact(key)
        if not rows:
            continue
        state = _state_after(i + size, words, table)
        here = [row for row in rows if table.state_codes[row] == state] if state else []
        strength = _meant(i, size, words, table, rows, bool(full), bool(here))
        if strength:
            score = strength if full else strength * 0.93
            return size, Mention(tuple(here or rows), score, bool(full))
    return 1, None


def _meant(
    i: int,
    size: int,
    words: _Words,
    table: Table,
    rows: Sequence[int],
    full: bool,
    has_state: bool,
) -> float:
    """Return how much a name found in a sentence is meant as a place, 0 for not at all."""
    said = words.folded[i : i + size]
    core = [word for word in said if word not in ARTICLES]
    at = _located(i, words)
    key, bare = " ".join(said), " ".join(core)
    if not core or not bare[0].isalpha():
        return 0
    if has_state:
        return at or BARE
    big = _is_big(rows, table)
    if key in table.never or key in table.countries or (key in table.state_names and not big):
        return 0
    if bare in table.ordinary or bare in table.never:
        return at if big or any(words.capital[i : i + size]) else 0
    stands_alone = big and (full or len(core) > 1)
    return at if at and (big or not full or len(bare) > 3) else BARE * stands_alone


def _is_big(rows: Sequence[int], table: Table) -> bool:
    return any(row in table.transit or table.populations[row] >= BIG for row in rows)


def _may_be_misspelt(i: int, words: _Words, table: Table) -> bool:
    """Say whether it is worth searching: a long unknown word that something locates."""
    word = words.folded[i]
    known = (table.never, table.countries, table.ordinary, table.state_names)
    if len(word) < 5 or any(word in names for names in known):
        return False
    return bool(_located(i, words)) or (len(word) > 7 and word.isalpha())


def _misspelt_at(
    i: int, words: _Words, table: Table, names: NameIndex
) -> tuple[int, Mention | None]:
    """Return a big place whose name nearly stands here; bare words must be closer."""
    at = _located(i, words)
    for size in (3, 2, 1) if at else (1,):
        said = words.folded[i : i + size]
        if len(said) < size or not table.never.isdisjoint(said):
            continue
        for score, index in names.near(" ".join(said), SURE if at else 0.87, limit=3):
            rows = tuple(row for row in names.rows(index) if _is_big((row,), table))
            if rows and (at or any(row in table.transit for row in rows)):
                return size, Mention(rows, score * (at or BARE), False)
    return 1, None


def _unspaced(words: _Words, table: Table, names: NameIndex) -> Iterator[Mention]:
    """Yield big places inside words of scripts that do not space them, such as Chinese."""
    for word in words.folded:
        if word[0] < "\u0e00":
            continue
        for start in range(min(len(word), 40)):
            for size in range(8, 1, -1):
                rows = names.exact(word[start : start + size])
                if rows and size < len(word) and _is_big(rows, table):
                    yield Mention(tuple(rows), BARE, True)
                    break
