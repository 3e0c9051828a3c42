"""A plain week of opening hours, read into minutes since Monday 00:00.

``24/7``, days (``Mo-Fr``, ``Mo,We``), several times a day, ``off``, rules divided by
``;`` of which a later one replaces an earlier one, and one rule past midnight. Rules
past midnight that meet others are left to the library: they replace parts of days.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
DAY = 24 * 60
WEEK = 7 * DAY

_RULE = re.compile(r"(?:([A-Z][A-Za-z, -]*?)\s+)?(\d[\d:, -]*|off|closed)")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Weekly:
    """Opening hours that are the same every week."""

    starts_open: bool
    """It is open before the first change of a week."""
    changes: tuple[int, ...]
    """Minutes of the week at which it opens or closes."""

    def is_open(self, clock: datetime) -> bool:
        """Tell whether it is open."""
        return self.starts_open ^ bool(bisect_right(self.changes, _minute(clock)) & 1)

    def next_change(self, clock: datetime) -> datetime | None:
        """Return when that changes; None when it never does."""
        if not self.changes:
            return None
        minute = _minute(clock)
        following = bisect_right(self.changes, minute)
        weeks, number = divmod(following, len(self.changes))
        wait = self.changes[number] + weeks * WEEK - minute
        try:
            return clock.replace(second=0, microsecond=0) + timedelta(minutes=wait)
        except OverflowError:
            return None


def weekly_of(text: str) -> Weekly | None:
    """Read a plain week; None for anything else."""
    if text == "24/7":
        return Weekly(True, ())
    rules = [_days_and_spans(rule.strip()) for rule in text.split(";")]
    week: dict[int, Spans] = {}
    for rule in rules:
        if rule is None or (len(rules) > 1 and _is_past_midnight(rule)):
            return None
        week.update(rule)
    return _weekly(span for day in sorted(week) for span in week[day])


def _weekly(spans: Iterable[tuple[int, int]]) -> Weekly:
    inside = bytearray(WEEK)
    for start, end in spans:
        for minute in range(start, end):
            inside[minute % WEEK] = 1
    changes = tuple(m for m in range(1, WEEK) if inside[m] != inside[m - 1])
    # The turn of the week is a change too when its two sides differ.
    turn = (0,) if inside[0] != inside[-1] else ()
    return Weekly(bool(inside[0]) ^ bool(turn), (*turn, *changes))


def _minute(clock: datetime) -> int:
    return clock.weekday() * DAY + clock.hour * 60 + clock.minute


def _is_past_midnight(rule: dict[int, Spans]) -> bool:
    return any(end > (day + 1) * DAY for day, spans in rule.items() for _, end in spans)


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
