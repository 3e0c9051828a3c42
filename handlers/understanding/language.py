"""Which language a text is in: a few everyday words first, then the trained model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from handlers.understanding.meaning import Guess
from handlers.understanding.words import words_of

CLEAR = 0.8
FEWEST_WORDS = 3
"""Below this, statistics mostly guess: only known words count."""
CLEAR_LEAD = 2


class LanguageReader:
    """Says a language only when it is clear."""

    def __init__(self, frequent: Mapping[str, frozenset[str]]) -> None:
        """Take everyday words by language; words of several languages tell nothing."""
        uses = Counter(word for words in frequent.values() for word in words)
        self._telling = {
            word: code for code, words in frequent.items() for word in words if uses[word] == 1
        }

    def of(self, text: str, shares: Mapping[str, float]) -> Guess | None:
        """Name the language, or None to keep the chat's own.

        ``shares``: what the model makes of it, by language; empty without a model.
        """
        letters = [word for word in words_of(text) if word.isalpha()]
        if not letters:
            return None
        return self._by_words(letters) or _by_statistics(letters, shares)

    def _by_words(self, words: list[str]) -> Guess | None:
        hits = Counter(self._telling[w] for w in words if w in self._telling)
        ranked = [*hits.most_common(2), ("", 0), ("", 0)]
        (first, most), (_, second) = ranked[0], ranked[1]
        enough = CLEAR_LEAD if len(words) >= FEWEST_WORDS else 1
        if most - second < enough:
            return None
        return Guess(first, 0.9, "frequent words")


def _by_statistics(words: list[str], shares: Mapping[str, float]) -> Guess | None:
    if not shares or len(words) < FEWEST_WORDS:
        return None
    code = max(shares, key=lambda language: shares[language])
    return Guess(code, shares[code], "model") if shares[code] >= CLEAR else None
