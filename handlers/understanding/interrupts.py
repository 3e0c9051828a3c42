"""Words that work at every step, when they are the whole message."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.understanding.phrases import INTERRUPTS, Phrases
from handlers.understanding.vocabulary import within_slips
from handlers.understanding.words import words_of

SHORTEST_MISSPELT = 5
LONGEST = 6
"""In words. Nobody leaves with a longer sentence."""

Said = tuple[str, ...]


class InterruptReader:
    """Interrupts of all languages, those of the chat's own first."""

    def __init__(self, phrases: Mapping[str, Phrases], known: frozenset[str]) -> None:
        """Take the phrase files, and words that are no misspelling: "pagar", not "parar"."""
        self._known = known
        self._by_language = {code: _table(p) for code, p in phrases.items()}
        self._leaving = frozenset(
            said
            for table in self._by_language.values()
            for said, meaning in table.items()
            if meaning == "exit"
        )

    def of(self, text: str, languages: tuple[str, ...]) -> str:
        """Name the interrupt, or give an empty string.

        ``languages`` says where to look first; the words for leaving work in every chat.
        """
        said = words_of(text)
        if not 0 < len(said) <= LONGEST:
            return ""
        if said in self._leaving:
            return "exit"
        tables = [self._by_language[c] for c in self._order(languages)]
        exact = next((t[said] for t in tables if said in t), "")
        meant = exact or _after_greeting(said, tables)
        return meant or ("" if self._known.issuperset(said) else _misspelt(said, tables))

    def _order(self, languages: tuple[str, ...]) -> tuple[str, ...]:
        own = tuple(c for c in languages if c in self._by_language)
        return own + tuple(c for c in self._by_language if c not in own)


def _table(phrases: Phrases) -> dict[Said, str]:
    return {
        words_of(said): name
        for name in reversed(INTERRUPTS)
        for said in phrases.interrupts.get(name, ())
    }


def _after_greeting(said: Said, tables: list[dict[Said, str]]) -> str:
    """Read "hello, good morning" as hello and "hello menu" as menu."""
    for table in tables:
        for cut in range(len(said) - 1, 0, -1):
            polite = table.get(said[:cut]) in {"hello", "thanks"}
            if polite and said[cut:] in table:
                return table[said[cut:]]
    return ""


def _misspelt(said: Said, tables: list[dict[Said, str]]) -> str:
    for table in tables:
        for meant, name in table.items():
            if len(meant) == len(said) and all(map(_is_slip, said, meant)):
                return name
    return ""


def _is_slip(word: str, meant: str) -> bool:
    return word == meant or (len(meant) >= SHORTEST_MISSPELT and within_slips(word, meant, 1))
