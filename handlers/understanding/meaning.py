"""What a text means, and who says so: the shape that everything else reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from referrals.places import Place

DANGERS = (
    "immediate_danger",
    "trafficking",
    "gender_violence",
    "suicide_risk",
    "medical",
    "child_alone",
)
"""Kinds of danger, the most pressing first."""


@dataclass(frozen=True, slots=True)
class Guess:
    """One reading of a text."""

    value: str
    confidence: float
    """From 0 to 1."""
    reason: str = ""
    """For developers: the phrase that matched. Never shown, logged or stored."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """Everything that was read from one text."""

    language: Guess | None = None
    """None: too little to tell, keep the chat's language."""
    needs: tuple[Guess, ...] = ()
    """Need codes, the most likely first."""
    danger: Guess | None = None
    place: Place | None = None
    place_is_sure: bool = False
    """False: the spelling is far off or several places share the name; ask."""
    places: tuple[Place, ...] = ()
    """What the place may be, the likeliest first, ``place`` among them; also the places
    named besides it."""
    question: Guess | None = None
    """Slug of an answer that fits well enough to be shown."""
    questions: tuple[Guess, ...] = ()
    """The nearest answers, the likeliest first, good enough or not: to offer, never to show."""
    audiences: tuple[str, ...] = ()
    """Whom she says to be: for one search, never kept."""
    interrupt: str = ""
    """"exit", "help", "menu", "language", "delete", "back", "yes", "no", "thanks",
    "hello", or empty."""


class Understanding(Protocol):
    """Text to meaning. Pure: the same text and prior give the same meaning."""

    def of(self, text: str, prior: str) -> Meaning:
        """Read a text; ``prior`` is the language of the chat so far, or empty."""
