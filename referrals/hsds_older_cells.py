"""Cells of the older HSDS layout: lists, days, times, weekdays, languages."""

from __future__ import annotations

import re
from datetime import date, datetime

EVERY_YEAR = 1
"""The year that stands for all of them."""

_DATE_FORMATS = ("%Y-%m-%d", "%B %d, %Y", "%b %d, %Y", "%m/%d/%Y", "%m/%d/%y")
_TIME = re.compile(r"(\d{1,2})(?::(\d\d))?(?::\d\d)?\s*([ap])?\.?m?\.?", re.IGNORECASE)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LANGUAGES = {
    **{"spanish": "es", "english": "en", "french": "fr", "portuguese": "pt"},
    **{"haitian creole": "ht", "creole": "ht", "chinese": "zh", "cantonese": "yue"},
    **{"mandarin": "cmn", "russian": "ru", "arabic": "ar", "vietnamese": "vi", "tagalog": "tl"},
}


def listed(text: str) -> tuple[str, ...]:
    """Return the items of a list with commas, each once."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def day_of(text: str) -> date | None:
    """Read a day as the United States write it; its year is 1 for one of every year."""
    for pattern in _DATE_FORMATS:
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    return None


def time_of(text: str) -> str:
    """Return "15:00" for "3pm", "3:00 PM" and "15:00"; "" for what is no time."""
    found = _TIME.fullmatch(text.strip())
    if not found:
        return ""
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if hour > (12 if half else 24) or minute > 59 or not (found[2] or half):
        return ""
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return f"{hour:02}:{minute:02}"


def weekday_of(text: str) -> str:
    """Return "MO" for "Monday" and "Mon"; "" for what is no day."""
    start = text.strip().upper()[:2]
    return start if start in _WEEKDAYS else ""


def language_code(name: str) -> str:
    """Return the code of a language's English name; "" for one that is not known here."""
    return _LANGUAGES.get(name.lower(), "")
