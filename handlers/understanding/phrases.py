"""What one language's phrase file holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

INTERRUPTS = (
    "exit",
    "help",
    "menu",
    "language",
    "delete",
    "back",
    "yes",
    "no",
    "hello",
    "thanks",
)
"""Words that work at every step; leaving comes first."""

AUDIENCES = ("women", "trans", "lgbtiq", "families", "men", "minors")
"""Whom a person may say to be."""

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NeedPhrases:
    """How people say one need."""

    strong: Words
    """One of these is enough."""
    weak: Words = ()
    """Two different ones are needed."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """Everything that is recognised in one language.

    A phrase is written in small words: ``stem*`` begins a word, ``a/b`` is one or the
    other, ``..`` lets up to three words stand in between.
    """

    language: str
    interrupts: Mapping[str, Words]
    """By interrupt, whole messages."""
    needs: Mapping[str, NeedPhrases]
    dangers: Mapping[str, Words]
    not_danger: Words
    """Figures of speech: no danger is read inside of them."""
    questions: Mapping[str, Words]
    danger_signs: Mapping[str, Words] = field(default_factory=dict)
    """By sign: what tells of danger only together with another."""
    audiences: Mapping[str, Words] = field(default_factory=dict)
    """By audience, in the first person."""
    unsaid: Words = ()
    """What takes the words of an audience away where it touches them."""
    asking: Words = ()
    """What makes a sentence a question, mark or no mark."""
    negations: Words = ()
    """What turns the words after it away."""
    contrasts: Words = ()
    """Where a negation ends."""
    frequent: frozenset[str] = frozenset()
    """Short everyday words that tell the language."""
    ordinary: frozenset[str] = frozenset()
    """Everyday words that are never a misspelling of something else."""
    spellings: Mapping[str, Words] = field(default_factory=dict)
    """One way of writing to other ways: ``que`` to ``q``, ``k``."""
    meeting_words: Words = ()
    """Used two at a time as a code that staff say to a person."""
