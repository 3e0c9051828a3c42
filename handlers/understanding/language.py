"""Which language a text is in: a few frequent words first, then statistics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from handlers.understanding.meaning import Guess
from handlers.understanding.words import MAX_CHARACTERS, words_of

Identify = Callable[[str], tuple[str, float]]
"""Text to language code and probability from 0 to 1."""

CLEAR = 0.8
FEWEST_WORDS = 3
"""Below this, statistics mostly guess: only known words count."""
CLEAR_LEAD = 2


class LanguageReader:
    """Says a language only when it is clear."""

    def __init__(self, frequent: Mapping[str, frozenset[str]], identify: Identify) -> None:
        """Take everyday words by language; words of several languages tell nothing."""
        uses = Counter(word for words in frequent.values() for word in words)
        self._telling = {
            word: code for code, words in frequent.items() for word in words if uses[word] == 1
        }
        self._identify = identify

    def of(self, text: str) -> Guess | None:
        """Name the language, or None to keep the chat's own."""
        words = words_of(text)
        letters = [w for w in words if w.isalpha()]
        if not letters:
            return None
        return self._by_words(letters) or self._by_statistics(text, letters)

    def _by_words(self, words: list[str]) -> Guess | None:
        hits = Counter(self._telling[w] for w in words if w in self._telling)
        ranked = [*hits.most_common(2), ("", 0), ("", 0)]
        (first, most), (_, second) = ranked[0], ranked[1]
        enough = CLEAR_LEAD if len(words) >= FEWEST_WORDS else 1
        if most - second < enough:
            return None
        return Guess(first, 0.9, "frequent words")

    def _by_statistics(self, text: str, words: list[str]) -> Guess | None:
        if len(words) < FEWEST_WORDS:
            return None
        code, probability = self._identify(text[:MAX_CHARACTERS].lower())
        return Guess(code, probability, "statistics") if probability >= CLEAR else None
