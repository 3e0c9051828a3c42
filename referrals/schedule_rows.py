"""Rows of HSDS's schedule table to opening hours in OpenStreetMap's notation.

Undated rows add up to a week. A row with dates replaces it on its days, a row that says
"closed" closes them, and a description that excepts public holidays adds ``PH off``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from referrals.hours import hours_of

OWNERS = ("service_id", "service_at_location_id", "location_id")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LONG_AGO = date(2000, 1, 1)

Row = Mapping[str, str]

_RARE_RULES = ("byweekno", "bymonthday", "byyearday", "count")
_TIME = re.compile(r"([01]\d|2[0-4]):[0-5]\d")
_NTH_DAY = re.compile(r"([+-]?[1-5])(MO|TU|WE|TH|FR|SA|SU)")
_CLOSED = re.compile(r"\b(closed|cerrad[oa]s?|ferm[ée]e?s?|fechad[oa]s?)\b", re.IGNORECASE)
_NO_HOLIDAYS = re.compile(
    r"\b(except|excepto|salvo|menos|sauf|exceto|closed|cerrad[oa]|no abr\w+|ferm[ée]e?|fechad[oa])"
    r"\s+((on|en|el|los|les|em|nos|all|d[ií]as|jours|dias|bank|public)\s+)*"
    r"(holidays|festivos|feriados|f[ée]ri[ée]s)\b",
    re.IGNORECASE,
)


def schedule_text(rows: Sequence[Row]) -> str:
    """Return opening hours, or a description in words when the rows are anything more."""
    own = _own(rows)
    words = _descriptions(own)
    notation = next((text for text in words if hours_of(text)), "")
    parts = list(_parts(own, notation))
    text = "; ".join(part for part in parts if part)
    if parts and all(parts) and hours_of(text):
        return text
    return notation or next(iter(words), "")


def _own(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of the first owner: hours of two places do not add up."""
    owners = [next((row[o] for o in OWNERS if row.get(o)), "") for row in rows]
    return [row for row, owner in zip(rows, owners, strict=True) if owner == owners[0]]


def _descriptions(rows: Iterable[Row]) -> list[str]:
    return [text for row in rows if (text := row.get("description", "").strip())]


def _parts(rows: Sequence[Row], notation: str) -> Iterator[str]:
    """Yield the rules in the order in which later ones replace earlier ones."""
    dated = [row for row in rows if _dates(row)]
    plain = [row for row in rows if row not in dated]
    texts = _descriptions(plain)
    if notation and notation in texts:
        yield "; ".join(dict.fromkeys(text for text in texts if hours_of(text)))
    elif plain:
        yield _week(plain)
    by_dates: defaultdict[str, list[Row]] = defaultdict(list)
    for row in dated:
        by_dates[_dates(row)].append(row)
    for dates, same in by_dates.items():
        yield _dated(dates, same)
    if any(_NO_HOLIDAYS.search(text) for text in _descriptions(rows)):
        yield "PH off"


def _dated(dates: str, rows: Sequence[Row]) -> str:
    said = " ".join(f"{row.get('description', '')} {row.get('notes', '')}" for row in rows)
    if not any(row.get("opens_at") or row.get("closes_at") for row in rows):
        if _CLOSED.search(said):
            return f"{dates} off"
        text = rows[0].get("description", "").strip()
        # A rule with a range takes no second range, and ``24/7`` none at all.
        text = text.replace("24/7", "00:00-24:00") if hours_of(text) else ""
        return f"{dates} {text}" if text and ";" not in text else ""
    week = _week(rows)
    return week and "; ".join(f"{dates} {rule}" for rule in week.split("; "))


def _week(rows: Iterable[Row]) -> str:
    """Return weekly and monthly rules, days with the same times together; else ""."""
    times: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        days, span = _days(row), _span(row)
        if days is None or not span:
            return ""
        for day in days:
            times[day] += [span] if span not in times[day] else []
    by_times: defaultdict[str, list[str]] = defaultdict(list)
    for day, spans in times.items():
        by_times[",".join(sorted(spans))].append(day)
    return "; ".join(f"{','.join(days)} {spans}".strip() for spans, days in by_times.items())


def _days(row: Row) -> list[str] | None:
    """Return the days of a rule in the notation, [""] for every day; None: not understood."""
    if row.get("interval", "") not in ("", "1") or any(row.get(rule) for rule in _RARE_RULES):
        return None
    days = [day.strip().upper() for day in row.get("byday", "").split(",")]
    if row.get("freq") == "WEEKLY":
        known = days == [""] or all(day in DAYS for day in days)
        return [day.capitalize() for day in days] if known else None
    nth = [_NTH_DAY.fullmatch(day) for day in days]
    if row.get("freq") != "MONTHLY" or not all(nth):
        return None
    return [f"{found[2].capitalize()}[{int(found[1])}]" for found in nth if found]


def _span(row: Row) -> str:
    """Return the times, or "".

    An offset after the time is dropped: HSDS writes the local clock before it. Times in
    UTC have no local clock and are not taken.
    """
    opens, closes = row.get("opens_at", ""), row.get("closes_at", "")
    is_local = "Z" not in opens + closes
    known = is_local and _TIME.match(opens) and _TIME.match(closes)
    return f"{opens[:5]}-{closes[:5]}" if known else ""


def _dates(row: Row) -> str:
    """Return the range in which a row is valid, or "" for always."""
    start = _day(row.get("valid_from", ""))
    ends = [day for name in ("valid_to", "until") if (day := _day(row.get(name, "")))]
    if not ends:
        return f"{_date(start)}+" if start else ""
    first, last = start or LONG_AGO, min(ends)
    return _date(first) if first == last else f"{_date(first)}-{_date(last)}"


def _date(day: date) -> str:
    return f"{day.year} {MONTHS[day.month - 1]} {day.day:02}"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
