"""Which words of the phrases a written word may stand for, typing errors included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rapidfuzz.distance import OSA

SHORTEST_STEM = 2
SHORTEST_MISSPELT = 6
"""Shorter words are too close to one another to be taken for a misspelling."""
LONG_WORD = 10
LONGEST_STEM = 12
MOST_FORGIVEN = 40
"""Words per text that are looked up as misspellings: it is the slow part."""


def slips_allowed(length: int) -> int:
    """Say how many wrong letters a word of this length may have."""
    if length < SHORTEST_MISSPELT:
        return 0
    return 2 if length >= LONG_WORD else 1


def within_slips(word: str, meant: str, allowed: int) -> bool:
    """Tell whether one is at most so many edits from the other."""
    return OSA.distance(word, meant, score_cutoff=allowed) <= allowed


def _near(word: str) -> Iterator[str]:
    """Give the word and the word less any one letter: two words near share one."""
    yield word
    for i in range(len(word)):
        yield word[:i] + word[i + 1 :]


class Vocabulary:
    """The words and stems that the phrases of one language are made of."""

    def __init__(self, terms: Iterable[str], ordinary: frozenset[str]) -> None:
        """Take words and ``stem*``; ``ordinary`` words are never misspellings."""
        every = frozenset(terms)
        self._words = frozenset(t for t in every if not t.endswith("*"))
        self._stems = frozenset(t[:-1] for t in every if t.endswith("*"))
        self._ordinary = ordinary
        self._near_words = _neighbours(self._words)
        self._near_stems = _neighbours(self._stems)

    def meant_by_each(self, words: Iterable[str]) -> dict[str, dict[str, bool]]:
        """Map words to the terms they may stand for, and those to whether spelt so."""
        meant: dict[str, dict[str, bool]] = {}
        forgiven = 0
        for word in words:
            meant[word] = self._spelt(word)
            if not meant[word] and self._may_be_misspelt(word) and forgiven < MOST_FORGIVEN:
                forgiven += 1
                meant[word] = dict.fromkeys(self._misspelt(word), False)
        return meant

    def _spelt(self, word: str) -> dict[str, bool]:
        meant = {word: True} if word in self._words else {}
        for end in range(SHORTEST_STEM, len(word) + 1):
            if word[:end] in self._stems:
                meant[word[:end] + "*"] = True
        return meant

    def _may_be_misspelt(self, word: str) -> bool:
        fits = SHORTEST_MISSPELT - 1 <= len(word) <= 30
        return fits and word not in self._ordinary and word.isalpha()

    def _misspelt(self, word: str) -> Iterator[str]:
        for candidate in _candidates(word, self._near_words):
            if within_slips(word, candidate, slips_allowed(len(candidate))):
                yield candidate
        for end in range(SHORTEST_MISSPELT - 1, min(len(word), LONGEST_STEM) + 1):
            for stem in _candidates(word[:end], self._near_stems):
                if within_slips(word[:end], stem, min(1, slips_allowed(len(stem)))):
                    yield stem + "*"


def _neighbours(terms: frozenset[str]) -> dict[str, list[str]]:
    near: dict[str, list[str]] = {}
    for term in sorted(terms):
        if slips_allowed(len(term)):
            for key in _near(term):
                near.setdefault(key, []).append(term)
    return near


def _candidates(word: str, near: dict[str, list[str]]) -> set[str]:
    return {term for key in _near(word) for term in near.get(key, ())}
