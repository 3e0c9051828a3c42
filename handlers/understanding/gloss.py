"""Word for word into a language that the sentence encoder knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from referrals.places import fold

LONGEST = 3
"""In words: the longest expression of a list."""

Gloss = Mapping[str, str]
"""Folded word or expression to the words put in its place."""


def glossed(text: str, gloss: Gloss) -> str:
    """Replace what the list knows, the longest expressions first; leave the rest."""
    return " ".join(_replaced(fold(text).split(), gloss))


def _replaced(words: list[str], gloss: Gloss) -> Iterator[str]:
    at = 0
    while at < len(words):
        for size in range(min(LONGEST, len(words) - at), 0, -1):
            found = gloss.get(" ".join(words[at : at + size]))
            if found is not None or size == 1:
                yield words[at] if found is None else found
                at += size
                break
