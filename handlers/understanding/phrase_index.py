"""Finds the phrases of one language in a text, all kinds in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from handlers.understanding.vocabulary import Vocabulary
from handlers.understanding.words import Spelling, words_of

GAP = ".."
LONGEST_GAP = 3


class Label(NamedTuple):
    """What a phrase stands for: ``("need", "housing")``."""

    kind: str
    value: str = ""


class _Part(NamedTuple):
    terms: tuple[str, ...]
    gap: int
    """How many words may stand before it."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    label: Label
    phrase: str
    parts: tuple[_Part, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """One phrase found in a text."""

    label: Label
    phrase: str
    start: int
    end: int
    """Words of the text, the end not included."""
    size: int
    """How many words the phrase itself has."""
    spelt: bool
    """False: only with a typing error forgiven."""

    def covers(self, other: Match) -> bool:
        """Tell whether this longer phrase has the other one inside."""
        inside = self.start <= other.start and other.end <= self.end
        return inside and self.size > other.size

    def touches(self, other: Match) -> bool:
        """Tell whether the two share a word."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a text, as one language spells them, and the phrases found."""

    words: tuple[str, ...]
    matches: tuple[Match, ...]

    @property
    def turns_away(self) -> bool:
        """Tell whether a negation was read."""
        return any(m.label.kind == "negation" for m in self.matches)


class PhraseIndex:
    """The labelled phrases of one language, ready to be found."""

    def __init__(
        self,
        phrases: Iterable[tuple[Label, str]],
        spelling: Spelling,
        ordinary: frozenset[str] = frozenset(),
    ) -> None:
        """Take the phrases with what they stand for; a phrase with no words is a bug."""
        self._spelling = spelling
        self._patterns = [_pattern(label, phrase, spelling) for label, phrase in phrases]
        terms = [t for p in self._patterns for part in p.parts for t in part.terms]
        self._vocabulary = Vocabulary(terms, ordinary)
        self._by_rarest = _by_rarest_part(self._patterns, terms)

    def read(self, written: tuple[str, ...]) -> Reading:
        """Find every phrase in the words of a text, in the order of the text."""
        words = self._spelling.settle(written)
        return Reading(words, self._matches(words))

    def _matches(self, words: tuple[str, ...]) -> tuple[Match, ...]:
        at = self._positions(words)
        wanted = {n for term in at for n in self._by_rarest.get(term, ())}
        found = [m for n in sorted(wanted) for m in _occurrences(self._patterns[n], at)]
        return tuple(sorted(found, key=lambda m: (m.start, -m.size)))

    def _positions(self, words: tuple[str, ...]) -> dict[str, dict[int, bool]]:
        """Map each term to where it stands and whether it is spelt right there."""
        meant = self._vocabulary.meant_by_each(dict.fromkeys(words))
        at: dict[str, dict[int, bool]] = {}
        for position, word in enumerate(words):
            for term, spelt in meant[word].items():
                at.setdefault(term, {})[position] = spelt
        return at


def _pattern(label: Label, phrase: str, spelling: Spelling) -> _Pattern:
    parts: list[_Part] = []
    gap = 0
    for piece in phrase.split():
        if piece == GAP:
            gap = LONGEST_GAP
            continue
        for terms in _terms(piece, spelling):
            parts.append(_Part(terms, gap))
            gap = 0
    if not parts:
        raise ValueError("a phrase without words")
    return _Pattern(label, phrase, tuple(parts))


def _terms(piece: str, spelling: Spelling) -> Iterator[tuple[str, ...]]:
    """Give the alternatives of a piece, or the words that it splits into."""
    if "/" not in piece and not piece.endswith("*"):
        for word in spelling.settle(words_of(piece)):
            yield (word,)
        return
    terms: list[str] = []
    for way in piece.split("/"):
        stem = "*" if way.endswith("*") else ""
        words = words_of(way) if stem else spelling.settle(words_of(way))
        if len(words) != 1:
            raise ValueError(f"not one word: {way}")
        terms.append(words[0] + stem)
    yield tuple(terms)


def _by_rarest_part(patterns: list[_Pattern], terms: list[str]) -> Mapping[str, list[int]]:
    """Map terms to patterns by the part that fewest phrases share: few to try per text."""
    uses: dict[str, int] = {}
    for term in terms:
        uses[term] = uses.get(term, 0) + 1
    index: dict[str, list[int]] = {}
    for number, pattern in enumerate(patterns):
        rarest = min(pattern.parts, key=lambda part: sum(uses[t] for t in part.terms))
        for term in rarest.terms:
            index.setdefault(term, []).append(number)
    return index


def _positions(part: _Part, at: Mapping[str, Mapping[int, bool]]) -> dict[int, bool]:
    positions: dict[int, bool] = {}
    for term in part.terms:
        for position, spelt in at.get(term, {}).items():
            positions[position] = positions.get(position, False) or spelt
    return positions


def _occurrences(pattern: _Pattern, at: Mapping[str, Mapping[int, bool]]) -> Iterator[Match]:
    per_part = [_positions(part, at) for part in pattern.parts]
    if not all(per_part):
        return
    for start, spelt in sorted(per_part[0].items()):
        end, sure = start, spelt
        for part, positions in zip(pattern.parts[1:], per_part[1:], strict=True):
            reach = range(end + 1, end + 2 + part.gap)
            following = next((p for p in reach if p in positions), None)
            if following is None:
                break
            end = following
            sure = sure and positions[following]
        else:
            size = len(pattern.parts)
            yield Match(pattern.label, pattern.phrase, start, end + 1, size, sure)
