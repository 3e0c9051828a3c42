"""From what someone typed to plain words that can be compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

MAX_CHARACTERS = 4096
MAX_TOKENS = 200

_APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u2018\u02bc\u00b4`\u2032", "'"))
# "don't" is one word, "l'avocat" and "m'ap" are two.
_ENGLISH_ENDING = re.compile(r"(?<=[a-z])'(?=(?:t|s|m|re|ve|ll|d)\b)")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_WORD = re.compile(r"[^\W_]+")


def plain(text: str) -> str:
    """Fold case, accents, apostrophes and stretched letters ("nooo" is "no")."""
    decomposed = unicodedata.normalize("NFKD", text[:MAX_CHARACTERS])
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    joined = _ENGLISH_ENDING.sub("", bare.translate(_APOSTROPHES).casefold())
    return _STRETCHED.sub(r"\1", joined)


def words_of(text: str) -> tuple[str, ...]:
    """Split into plain words, at most ``MAX_TOKENS``."""
    found: list[str] = []
    for word in _WORD.finditer(plain(text)):
        found.append(word.group())
        if len(found) == MAX_TOKENS:
            break
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Spelling:
    """Turns the many ways of writing a word into one."""

    ways: Mapping[str, tuple[str, ...]]

    def settle(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Replace each word by its one way, which may be two words ("jai": "j ai")."""
        settled = [one for word in words for one in self.ways.get(word, (word,))]
        return tuple(settled[: 2 * MAX_TOKENS])


def spelling(ways: Mapping[str, tuple[str, ...]]) -> Spelling:
    """Build from one way to its variants."""
    return Spelling(
        {plain(other): words_of(way) for way, others in ways.items() for other in others}
    )
