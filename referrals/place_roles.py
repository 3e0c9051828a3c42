"""What the words before a name say: whether somebody is there, goes there, or is from there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from referrals.place_cues import (
    AFTER_IN,
    AFTER_OF,
    AFTER_TO,
    AT,
    BARE,
    CREOLE,
    CREOLE_LINKS,
    DUE,
    FIRST_PERSON,
    FROM,
    GOING,
    HEADS,
    HERE,
    HERE_AFTER,
    HOME,
    IN_WORDS,
    KIN,
    OF_WORDS,
    PAIRS,
    PASSED,
    PRONOUNS,
    SINCE,
    SINCE_WORDS,
    SKIPPED,
    STATE_HEADS,
    TO,
    TO_WORDS,
    TONGUES,
    UNSAID,
    WINDOW,
    WITH,
    WITHOUT,
)
from referrals.place_names import ABBREVIATIONS, fold

MOST_WORDS = 400
_PIECES = re.compile(r"['’ʼ`]")
_PAUSE = re.compile(r"[.,;:!?()\n。，]$")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text, folded, and how they were written."""

    folded: tuple[str, ...]
    capital: tuple[bool, ...]
    """Which were written like a name."""
    accented: frozenset[int]
    """Where a bare "à" stands, which folding would make an "a"."""
    breaks: frozenset[int]
    """Words before which the text pauses: a comma, a full stop."""
    tongue: str
    tongue_is_sure: bool


@dataclass(frozen=True, slots=True)
class Role:
    """What a name is to somebody."""

    score: float
    located: bool
    """A word says that a place follows."""
    by_preposition: bool = False
    """That word can hardly be followed by anything else."""


UNLOCATED = Role(BARE, False)


def words_in(text: str) -> Words:
    """Split a text into folded words, and note how they were written."""
    folded, capital, accented = list[str](), list[bool](), set[int]()
    breaks = set[int]()
    shouted = text.isupper()
    for raw in text.replace("\n", ". ").split()[:MOST_WORDS]:
        for piece in _PIECES.split(raw):
            if piece == "à":
                accented.add(len(folded))
            written = next((c for c in piece if c.isalnum()), "").isupper() and not shouted
            for word in fold(piece).split():
                folded.append(ABBREVIATIONS.get(word, word))
                capital.append(written and len(folded) > 1)
        # "Cd." and "Gral." are no ends of sentences.
        if _PAUSE.search(raw) and not (raw[-1] == "." and fold(raw) in ABBREVIATIONS):
            breaks.add(len(folded))
    return Words(
        tuple(folded),
        tuple(capital),
        frozenset(accented),
        frozenset(breaks),
        *tongue_of(folded),
    )


def tongue_of(words: Sequence[str]) -> tuple[str, bool]:
    """Return the language that most of the small words are of, or empty, and if it is sure."""
    counts = sorted((sum(w in small for w in words), code) for code, small in TONGUES.items())
    (second, _), (most, code) = counts[-2:]
    return (code, most > 1) if most > second else ("", False)


def role_of(i: int, words: Words, floor: int = 0) -> Role:
    """Return what the name that starts at ``i`` is; words before ``floor`` are another's."""
    floor = max(floor, _pause_before(i, words))
    j, near = _head(i - 1, words, floor)
    if j < floor:
        return Role(AT, True, True) if near else UNLOCATED
    word = words.folded[j]
    before = words.folded[max(floor, j - WINDOW) : j][::-1]
    is_in = near or j in words.accented or (word == "a" and words.tongue == "fr")
    if word in IN_WORDS or is_in or (word == "no" and words.tongue == "pt"):
        return Role(_after_in(word, before, words.tongue), True, True)
    if words.tongue == "ht" and (word in CREOLE or _is_subject(word, before)):
        return _creole_role(word, before)
    return _other_role(word, before)


def is_here_after(i: int, words: Words, role: Role) -> bool:
    """Say whether a name that ends before ``i`` is "where I am", or "in X since"."""
    sizes = (1, 2, 3) if role.located else (2, 3)
    return role.score >= BARE and any(words.folded[i : i + n] in HERE_AFTER for n in sizes)


def _is_subject(word: str, before: Sequence[str]) -> bool:
    """Say whether a Creole pronoun begins what is said: "mwen Tapachula", not "voye m"."""
    if word == "ap":
        return before[:1] in (("m",), ("mwen",), ("n",), ("nou",))
    if word == "se":
        return "ye" in before[:2]
    return word in PRONOUNS and (not before or before[0] in CREOLE_LINKS)


def _creole_role(word: str, before: Sequence[str]) -> Role:
    """Return what is said by a verb or a pronoun that a name follows: "mwen rete", "n ap"."""
    if word in CREOLE and CREOLE[word] < AT:
        return Role(CREOLE[word], True, by_preposition=True)
    score = _after_in(word, (word, *before), "ht")
    if word not in CREOLE:
        return Role(HERE, False)
    return Role(AT if score in (HOME, DUE) else score, True, by_preposition=True)


def _other_role(word: str, before: Sequence[str]) -> Role:
    """Return what is said by a word that is no "in"."""
    if word == "vers" and before[:1] in (("suis",), ("sommes",), ("est",)):
        return Role(HERE, True, True)
    if word in TO_WORDS:
        return Role(_cue(before, AFTER_TO, TO), True, True)
    if word in OF_WORDS:
        return _of_role(word, before)
    if word in CREOLE:
        return Role(CREOLE[word], True, by_preposition=True)
    return Role(WITHOUT[word], WITHOUT[word] != DUE) if word in WITHOUT else UNLOCATED


def is_state(i: int, words: Words) -> bool:
    """Say whether "estado de" or the like stands before ``i``."""
    j = i - 1
    while j > 0 and words.folded[j] in ("de", "del", "of", "d", "do", "the"):
        j -= 1
    return j >= 0 and words.folded[j] in STATE_HEADS


def _pause_before(i: int, words: Words) -> int:
    return max((b for b in words.breaks if b <= i), default=0)


def _head(j: int, words: Words, floor: int) -> tuple[int, bool]:
    """Walk left over articles and "la ciudad de"; say whether "cerca de" was among it."""
    near = False
    while j >= floor:
        word = words.folded[j]
        is_accented = j in words.accented
        before = words.folded[j - 1] if j > floor else ""
        if word in SKIPPED and not is_accented:
            j -= 1
        elif word in (*OF_WORDS, "a", "to", "do") and before in HEADS and word not in SINCE_WORDS:
            near = near or HEADS[before]
            j -= 2
        else:
            break
    return j, near


def _after_in(word: str, before: Sequence[str], tongue: str) -> float:
    if word == "a" and not GOING.isdisjoint(before):
        return TO
    if word in ("em", "na", "no") and before[:1] == ("to",):
        return HERE
    score = _cue(before, AFTER_IN, AT)
    # "M te nan": the small word makes it the past, but "m te rive" is still so.
    is_past = tongue == "ht" and score == HERE and "te" in before[:3]
    return PASSED if is_past else score


def _of_role(word: str, before: Sequence[str]) -> Role:
    # "M soti" is said of the last stop as well as of home.
    score = FROM if word in ("soti", "sot") else _cue(before[:4], AFTER_OF, -1)
    if score >= 0:
        return Role(score, True, True)
    return Role(SINCE, True, True) if word in SINCE_WORDS else UNLOCATED


def _cue(before: Sequence[str], cues: Mapping[str, float], otherwise: float) -> float:
    """Return what the nearest telling word says; ``before`` runs from right to left."""
    for place, word in enumerate(before):
        # "I want to live in": what counts is the wish.
        after = before[place + 1 : place + 2]
        if after and (after[0], word) in PAIRS:
            return PAIRS[after[0], word]
        if word in cues and after != ("to",) and not _is_with(word, before[place + 1 :]):
            return _of_whom(word, cues[word], before[place + 1 :])
    return otherwise


def _is_with(word: str, before: Sequence[str]) -> bool:
    """Say whether somebody of the family is along: "con mi hija en"."""
    return AFTER_IN.get(word) == KIN and not WITH.isdisjoint(before[:2])


def _of_whom(word: str, score: float, before: Sequence[str]) -> float:
    """Return what a cue says when it is said of others: "frè m nan", "naci mi hija"."""
    if score == HOME:
        return KIN if any(AFTER_IN.get(w) == KIN for w in before) else score
    if score == HERE and word in UNSAID:
        return _of_another(before)
    owned = AFTER_IN.get(before[0]) if before and word in ("m", "mwen", "nou", "an") else None
    return owned if owned in (KIN, DUE) else score


def _of_another(before: Sequence[str]) -> float:
    """Return what "living in" says: of her who writes, of her sister, or of the past."""
    for place, word in enumerate(before):
        said, rest = AFTER_IN.get(word), before[place + 1 :]
        if said == PASSED or (said == KIN and not _is_with(word, rest)):
            return said
        if word in FIRST_PERSON and not (rest and AFTER_IN.get(rest[0]) == KIN):
            return HERE
    return HERE
