"""Counted facts of a week -> the figures that may be published.

This is the simple mechanism: exact counts, and nothing under ten. It is kept behind
``figures_of`` so that a stronger one can take its place without touching the words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

SMALLEST = 10
"""No count under this is published."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One line of what was counted."""

    kind: str
    """"need_asked" or "need_unmet"."""
    need: str
    region: str
    reason: str
    number: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure that may be published; ``number`` None: fewer than ten."""

    need: str
    asked: int | None
    unmet: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one week, needs in alphabetical order of their codes.

    The order must not follow the true counts: it would tell what is suppressed.
    """

    first: date
    last: date
    needs: tuple[Figure, ...]
    regions: tuple[tuple[str, int | None], ...]


def week_before(day: date) -> tuple[date, date]:
    """Return Monday and Sunday of the last ISO week that is over on ``day``."""
    monday = day - timedelta(days=day.weekday() + 7)
    return monday, monday + timedelta(days=6)


def figures_of(
    counted: Sequence[Counted],
    week: tuple[date, date],
    needs: Iterable[str],
    regions: Iterable[str],
) -> Figures:
    """Return what may be published of a week's counts; every need and region is listed,
    so that zero and suppressed look the same."""
    asked = totals(counted, "need_asked", "need")
    unmet = totals(counted, "need_unmet", "need")
    by_region = totals(counted, "need_asked", "region")
    return Figures(
        first=week[0],
        last=week[1],
        needs=tuple(
            Figure(need, suppress(asked[need]), suppress(unmet[need])) for need in sorted(needs)
        ),
        regions=tuple((region, suppress(by_region[region])) for region in sorted(regions)),
    )


def totals(counted: Sequence[Counted], kind: str, by: str) -> Counter[str]:
    """Return the totals of one kind by one field."""
    total: Counter[str] = Counter()
    for line in counted:
        if line.kind == kind:
            total[line.need if by == "need" else line.region] += line.number
    return total


def suppress(number: int) -> int | None:
    """Return the number, or None when it is under the smallest."""
    return number if number >= SMALLEST else None
