"""Whether a text tells of danger: rather one question too many than one too few."""

from __future__ import annotations

from collections.abc import Iterator

from handlers.understanding.evidence import strongest, summed
from handlers.understanding.meaning import DANGERS, Guess
from handlers.understanding.phrase_index import Match

SURE_ENOUGH = 0.6
TWO_SIGNS = 0.7
NEAR = 12
"""In words. Signs further apart may be about different people."""

PAIRS: dict[str, tuple[tuple[str, str], ...]] = {
    "gender_violence": (("partner", "harm"), ("partner", "fear"), ("partner", "held")),
    "trafficking": (
        ("papers", "debt"),
        ("papers", "held"),
        ("papers", "boss"),
        ("debt", "held"),
        ("boss", "held"),
        ("forced", "sex"),
    ),
    "immediate_danger": (
        ("strangers", "pursue"),
        ("strangers", "weapon"),
        ("strangers", "held"),
        ("pursue", "fear"),
        ("weapon", "fear"),
        ("taken", "money_for"),
        ("taken", "weapon"),
        ("held", "money_for"),
    ),
    "suicide_risk": (("hopeless", "end"),),
    "child_alone": (("minor", "nobody"),),
    "medical": (("patient", "alarm"),),
}
"""Signs that say little alone and much together, as people tell danger sideways."""

SIGNS = tuple(dict.fromkeys(s for pairs in PAIRS.values() for pair in pairs for s in pair))


def dangers_in(matches: tuple[Match, ...]) -> tuple[Guess, ...]:
    """Read the kinds of danger, the surest first. Negations are not believed here."""
    figures = [m for m in matches if m.label.kind == "figure"]
    literal = [m for m in matches if not any(figure.touches(m) for figure in figures)]
    told = summed((m, _weight(m)) for m in literal if _is_told(m))
    sure = (g for g in told if g.confidence >= SURE_ENOUGH)
    return strongest(sure, _hinted([m for m in literal if m.label.kind == "sign"]))


def _is_told(match: Match) -> bool:
    # A word alone must be spelt right: "soigne" is not "saigne".
    return match.label.kind == "danger" and (match.spelt or match.size > 1)


def _weight(match: Match) -> float:
    return min(0.7 + 0.06 * match.size, 0.95)


def _hinted(signs: list[Match]) -> Iterator[Guess]:
    by_name: dict[str, list[Match]] = {}
    for sign in signs:
        if sign.spelt:
            by_name.setdefault(sign.label.value, []).append(sign)
    for kind, pairs in PAIRS.items():
        for one, other in pairs:
            if _are_near(by_name.get(one, []), by_name.get(other, [])):
                yield Guess(kind, TWO_SIGNS, f"{one} + {other}")


def _are_near(ones: list[Match], others: list[Match]) -> bool:
    return any(
        not a.touches(b) and max(a.start, b.start) - min(a.end, b.end) <= NEAR
        for a in ones
        for b in others
    )


def most_pressing(guesses: tuple[Guess, ...]) -> Guess | None:
    """Choose the surest, and of equally sure ones the most pressing."""
    return min(
        guesses,
        key=lambda g: (-round(g.confidence, 1), DANGERS.index(g.value)),
        default=None,
    )
