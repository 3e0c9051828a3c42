"""How the trained model and the phrases make one reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.understanding.meaning import Guess
from handlers.understanding.model import NONE

PHRASE_WORTH = 0.5
"""What a sure phrase adds to the share of its need."""
PLAIN = 0.65
"""Confidence of a phrase that stands even where the model hears nothing of the kind."""
REFUSED = 0.15
"""What is left of a need that is named only to be turned away."""
LEAST_SHARE = 0.3
"""Below it the best need is a guess among many."""
NEED_SHARE = 0.35
"""Share from which a second need is named too."""
DANGER_WORTH = 0.5
"""What a faint phrase takes from the doubt about a danger, times its confidence."""
TOLD_PLAINLY = 0.85
"""Confidence of a phrase that is believed whatever the network hears: "they will kill me"
stands in many lines that tell of the past."""
DANGER_SHARE = 0.7
"""All dangers together, from which is asked about one: bad work, grief and illness sound like
the danger next to them."""
QUESTION_SHARE = 0.55
"""From which an answer is shown."""
QUESTION_WORTH = 0.3
FAINT = 0.05
"""Below it an answer is not even worth offering."""
NEAREST = 3
SURE = 0.5
"""The confidence from which the conversation acts."""


def blended_needs(
    shares: Mapping[str, float], told: Sequence[Guess], refused: frozenset[str] = frozenset()
) -> tuple[Guess, ...]:
    """Return the needs, the best first; none when "nothing of the kind" leads.

    ``refused``: needs named only to say that they are not needed.
    """
    said = {guess.value: guess for guess in told}
    worth = {
        label: (share + PHRASE_WORTH * (said[label].confidence if label in said else 0.0))
        * (REFUSED if label in refused else 1.0)
        for label, share in shares.items()
    }
    ranked = sorted(worth, key=lambda label: -worth[label])
    told_plainly = any(guess.confidence >= PLAIN for guess in told)
    if (ranked[0] == NONE and not told_plainly) or worth[ranked[0]] < LEAST_SHARE:
        return ()
    best, *others = (label for label in ranked if label != NONE)
    kept = [best, *(label for label in others if worth[label] >= NEED_SHARE)]
    return tuple(_guess(label, worth[label], said.get(label)) for label in kept)


def _guess(label: str, worth: float, told: Guess | None) -> Guess:
    reason = told.reason if told else "model"
    return Guess(label, min(0.99, max(SURE, worth)), reason)


def blended_danger(shares: Mapping[str, float], told: Guess | None) -> Guess | None:
    """Return the danger when it is sure enough, phrases and network together."""
    doubt = shares.get(NONE, 1.0) * (1 - _weight(told))
    kind = told.value if told and told.confidence >= PLAIN else _likeliest(shares)
    if 1 - doubt < DANGER_SHARE:
        return None
    is_told = told is not None and told.value == kind
    return Guess(kind, 1 - doubt, told.reason if told and is_told else "model")


def _weight(told: Guess | None) -> float:
    if told is None:
        return 0.0
    return told.confidence if told.confidence >= TOLD_PLAINLY else DANGER_WORTH * told.confidence


def _likeliest(shares: Mapping[str, float]) -> str:
    return max((label for label in shares if label != NONE), key=lambda label: shares[label])


def blended_questions(shares: Mapping[str, float], told: Sequence[Guess]) -> tuple[Guess, ...]:
    """Return the nearest answers, the likeliest first."""
    said = {guess.value: guess for guess in told}
    worth = {
        label: share + QUESTION_WORTH * (said[label].confidence if label in said else 0.0)
        for label, share in shares.items()
        if label != NONE
    }
    ranked = sorted(worth, key=lambda label: -worth[label])[:NEAREST]
    return tuple(
        Guess(label, min(0.99, worth[label]), said[label].reason if label in said else "model")
        for label in ranked
        if worth[label] >= FAINT
    )


def shown(asked: Sequence[Guess]) -> Guess | None:
    """Return the answer that is good enough to be shown at once, if any."""
    return asked[0] if asked and asked[0].confidence >= QUESTION_SHARE else None
