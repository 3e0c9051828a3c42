"""Opening hours: a small part of OpenStreetMap's notation, read into minutes of a week.

Understood: ``24/7``, days (``Mo-Fr``, ``Mo,We``), several times a day, times past
midnight, ``off``, rules divided by ``;`` of which a later one replaces an earlier one.
Anything else (holidays, weeks, months, ``sunrise``) is unknown rather than guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
DAY = 24 * 60
WEEK = 7 * DAY
MAX_TEXT = 200

_RULE = re.compile(r"(?:([A-Z][A-Za-z, -]*?)\s+)?(\d[\d:, -]*|off|closed)")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """When something is open, as minutes since Monday 00:00 at its own clock."""

    spans: Spans
    """Start and end; an end may lie past the end of the week."""

    def is_open(self, moment: datetime) -> bool:
        """Tell whether it is open; ``moment`` is on the clock of the place."""
        minute = moment.weekday() * DAY + moment.hour * 60 + moment.minute
        return any(
            start <= minute < end or start <= minute + WEEK < end for start, end in self.spans
        )


def hours_of(text: str) -> Hours | None:
    """Read opening hours; None when any part of the text is not understood."""
    text = text.strip()
    if text == "24/7":
        return Hours(((0, WEEK),))
    if not text or len(text) > MAX_TEXT:
        return None
    week: dict[int, Spans] = {}
    for rule in text.rstrip("; ").split(";"):
        if (days := _days_and_spans(rule.strip())) is None:
            return None
        week.update(days)
    return Hours(tuple(sorted(span for spans in week.values() for span in spans)))


def _days_and_spans(rule: str) -> dict[int, Spans] | None:
    match = _RULE.fullmatch(rule)
    if not match:
        return None
    days = _days(match[1]) if match[1] else tuple(range(7))
    spans = () if match[2] in ("off", "closed") else _spans(match[2])
    if days is None or spans is None:
        return None
    return {
        day: tuple((day * DAY + start, day * DAY + end) for start, end in spans) for day in days
    }


def _days(text: str) -> tuple[int, ...] | None:
    days: list[int] = []
    for part in text.replace(" ", "").split(","):
        names = part.split("-")
        if len(names) > 2 or any(name not in DAYS for name in names):
            return None
        first, last = DAYS.index(names[0]), DAYS.index(names[-1])
        days += ((first + n) % 7 for n in range((last - first) % 7 + 1))
    return tuple(days)


def _spans(text: str) -> Spans | None:
    spans = [_span(part.strip()) for part in text.split(",")]
    return tuple(span for span in spans if span) if all(spans) else None


def _span(text: str) -> tuple[int, int] | None:
    match = _SPAN.fullmatch(text)
    if not match:
        return None
    start_hour, start_minute, end_hour, end_minute = map(int, match.groups())
    start, end = start_hour * 60 + start_minute, end_hour * 60 + end_minute
    if start >= DAY or end > DAY or start_minute > 59 or end_minute > 59:
        return None
    return (start, end) if end > start else (start, end + DAY)
