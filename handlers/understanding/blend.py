"""How the trained model and the phrases make one reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.understanding.meaning import Guess
from handlers.understanding.model import NONE

PHRASE_WORTH = 0.3
"""What a sure phrase adds to the share of its need."""
PLAIN = 0.65
"""Confidence of a phrase that stands even where the model hears nothing of the kind."""
NEED_SHARE = 0.28
"""Share from which a second need is named too."""
DANGER_SHARE = 0.6
"""All dangers together, from which the model alone asks about one."""
QUESTION_SHARE = 0.35
SURE = 0.5
"""The confidence from which the conversation acts."""


def blended_needs(shares: Mapping[str, float], told: Sequence[Guess]) -> tuple[Guess, ...]:
    """Return the needs, the best first; none when "nothing of the kind" leads."""
    said = {guess.value: guess for guess in told}
    worth = {
        label: share + PHRASE_WORTH * (said[label].confidence if label in said else 0.0)
        for label, share in shares.items()
    }
    ranked = sorted(worth, key=lambda label: -worth[label])
    told_plainly = any(guess.confidence >= PLAIN for guess in told)
    if ranked[0] == NONE and not told_plainly:
        return ()
    best, *others = (label for label in ranked if label != NONE)
    kept = [best, *(label for label in others if worth[label] >= NEED_SHARE)]
    return tuple(_guess(label, worth[label], said.get(label)) for label in kept)


def _guess(label: str, worth: float, told: Guess | None) -> Guess:
    reason = told.reason if told else "model"
    return Guess(label, min(0.99, max(SURE, worth)), reason)


def blended_danger(shares: Mapping[str, float], told: Guess | None) -> Guess | None:
    """Return the danger of the phrases, else the model's when it is sure of some danger."""
    if told is not None:
        return told
    sure = 1 - shares.get(NONE, 1.0)
    if sure < DANGER_SHARE:
        return None
    kind = max((label for label in shares if label != NONE), key=lambda label: shares[label])
    return Guess(kind, sure, "model")


def blended_question(shares: Mapping[str, float], told: Guess | None) -> Guess | None:
    """Return the question of the phrases, else the model's when it clearly leads."""
    if told is not None:
        return told
    best = max((label for label in shares if label != NONE), key=lambda label: shares[label])
    leads = shares[best] >= QUESTION_SHARE and shares[best] > shares.get(NONE, 0.0)
    return Guess(best, max(SURE, shares[best]), "model") if leads else None
