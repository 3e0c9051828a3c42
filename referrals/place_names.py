"""Names of places as keys: folding, everyday abbreviations, and a search that forgives.

A name is found by the trigrams of how it sounds, so that ``suidad uares`` shares most of
them with ``ciudad juarez``; the few best are then compared letter by letter.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from heapq import nlargest

from rapidfuzz.distance import OSA

ABBREVIATIONS = {
    "cdade": "ciudad",
    "cd": "ciudad",
    "cdad": "ciudad",
    "cidade": "ciudad",
    "ciuda": "ciudad",
    "col": "colonia",
    "cuidad": "ciudad",
    "edo": "estado",
    "fco": "francisco",
    "fracc": "fraccionamiento",
    "gral": "general",
    "hca": "heroica",
    "mpio": "municipio",
    "nva": "nueva",
    "nvo": "nuevo",
    "pto": "puerto",
    "sidad": "ciudad",
    "siudad": "ciudad",
    "siwdad": "ciudad",
    "sn": "san",
    "sta": "santa",
    "sto": "santo",
    "syoudad": "ciudad",
}
MAX_KEY = 80
"""Longest key that is compared with names; nothing longer is the name of a place."""

_PUNCTUATION = re.compile(r"[^a-z0-9]+")
_SOUNDS = re.compile(
    r"tch|sch|sh|ch|qu|ll|ou|ph|h|gu(?=[ei])|g(?=[ei])|c(?=[ei])|c|x(?=[bcdfgklmnpqrstvz])|x"
)
_SOUND_OF = {
    **{"tch": "ch", "sch": "ch", "sh": "ch", "ch": "ch", "qu": "k", "ll": "i", "ou": "u"},
    **{"ph": "f", "h": "", "gu": "g", "g": "j", "c": "s", "x": "s"},
}
_LETTERS = str.maketrans({"v": "b", "z": "s", "w": "u", "y": "i"})
_DOUBLES = re.compile(r"(.)\1+")


def listed(words: str) -> list[str]:
    """Return the words of a table that is written as one line."""
    return words.split()


def fold(text: str) -> str:
    """Return lower case without accents, punctuation as single spaces."""
    if text.isascii():
        return _PUNCTUATION.sub(" ", text.lower()).strip()
    decomposed = unicodedata.normalize("NFKD", text).lower()
    # Vowel signs of Indic scripts and Thai are marks of their own, not accents.
    kept = (
        c if c.isalnum() or unicodedata.category(c)[0] == "M" else " "
        for c in decomposed
        if not unicodedata.combining(c)
    )
    return " ".join("".join(kept).split())


def words_of(text: str) -> list[str]:
    """Return the folded words of a text, everyday abbreviations written out."""
    return [ABBREVIATIONS.get(word, word) for word in fold(text).split()]


def sound(key: str) -> str:
    """Return how a folded Latin name is heard in Spanish; other scripts stay as they are."""
    if not key.isascii():
        return key
    heard = _SOUNDS.sub(_heard, key).translate(_LETTERS)
    return _DOUBLES.sub(r"\1", heard)


def _heard(match: re.Match[str]) -> str:
    found = match[0]
    if found == "c":
        following = match.string[match.end() : match.end() + 1]
        return "s" if following in ("e", "i") else "k"
    if found == "x":
        following = match.string[match.end() : match.end() + 1]
        return "j" if following in ("a", "e", "i", "o", "u", "y") else "s"
    return _SOUND_OF[found]


def trigrams(heard: str) -> set[str]:
    """Return the three-letter windows of a name, its ends marked."""
    padded = f" {heard} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}


class NameIndex:
    """Folded names to rows, exactly or by how close they are. Immutable once built."""

    __slots__ = ("_ends", "_exact", "_heard", "_lengths", "_names", "_postings", "_rows")

    def __init__(self, entries: Iterable[tuple[str, int]]) -> None:
        """Index pairs of key and row; a key may have several rows."""
        rows_of: dict[str, array[int]] = {}
        for key, row in entries:
            known = rows_of.get(key)
            if known is None:
                rows_of[key] = array("I", (row,))
            elif row not in known:
                known.append(row)
        # In order of length, so that a run of postings is a range of lengths.
        heard = sorted((sound(key), key) for key in rows_of)
        heard.sort(key=lambda pair: len(pair[0]))
        self._heard = [pair[0] for pair in heard]
        self._names = [pair[1] for pair in heard]
        self._lengths = array("H", (len(h) for h in self._heard))
        self._exact = {name: i for i, name in enumerate(self._names)}
        self._rows, self._ends = array("I"), array("I")
        for name in self._names:
            self._rows.extend(rows_of[name])
            self._ends.append(len(self._rows))
        self._postings = _postings_of(self._heard)

    def exact(self, key: str) -> Sequence[int]:
        """Return the rows that have exactly this key."""
        index = self._exact.get(key)
        return () if index is None else self.rows(index)

    def rows(self, index: int) -> Sequence[int]:
        """Return the rows of the name with this index."""
        return self._rows[self._ends[index - 1] if index else 0 : self._ends[index]]

    def name(self, index: int) -> str:
        """Return the folded name with this index."""
        return self._names[index]

    def near(
        self, key: str, cutoff: float, limit: int = 12, *, by_ear: bool = False
    ) -> list[tuple[float, int]]:
        """Return similarity (0 to 1) and index of the closest names, best first.

        ``by_ear``: a name that sounds the same is close however it is spelt.
        """
        if not 3 < len(key) <= MAX_KEY:
            return []
        heard = sound(key)
        scored = (
            (self._similarity(key, heard, index, by_ear), index)
            for index in self._candidates(heard)
        )
        return nlargest(limit, (pair for pair in scored if pair[0] >= cutoff))

    def _similarity(self, key: str, heard: str, index: int, by_ear: bool) -> float:
        name, said = self._names[index], self._heard[index]
        sounds = OSA.distance(heard, said)
        edits = 0.6 * OSA.distance(key, name) + 0.4 * sounds
        if by_ear:
            # "Tenosik" is three letters from Tenosique, and one sound.
            edits = min(edits, sounds + 0.4)
        return 1 - edits / max(len(key), len(name))

    def _candidates(self, heard: str) -> list[int]:
        """Names of about the same length that share the most trigrams."""
        slack = 3 if len(heard) > 6 else 2
        first = bisect_left(self._lengths, len(heard) - slack)
        last = bisect_left(self._lengths, len(heard) + slack + 1)
        shared: Counter[int] = Counter()
        grams = trigrams(heard)
        for gram in grams:
            postings = self._postings.get(gram)
            if postings:
                start, end = bisect_left(postings, first), bisect_left(postings, last)
                shared.update(postings[start:end])
        # Two wrong letters cost a long name no more than six of its trigrams.
        least = 1 if len(grams) < 7 else 2 if len(grams) < 10 else 3
        alike = [index for index, count in shared.items() if count >= least]
        return nlargest(60, alike, key=shared.__getitem__)


def _postings_of(heard: Sequence[str]) -> dict[str, array[int]]:
    """Trigram to the indexes of the names that have it, ascending."""
    postings: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
    for index, name in enumerate(heard):
        for gram in trigrams(name):
            postings[gram].append(index)
    return dict(postings)
