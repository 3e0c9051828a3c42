"""Opening hours in OpenStreetMap's notation: open or not, and until when.

A plain week is read here. Everything else (public holidays, months, weeks, dates) is
asked of ``opening-hours-py``, which is loaded when the first such text comes: it keeps
6 MB. What would be a guess is unknown instead: sun times without a place, school
holidays, an open end, conditions in words.

A text that does not say ``PH`` is open on public holidays too, as the notation has it.
``PH`` in a country whose holidays nobody knows is never.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from referrals.hours_weekly import weekly_of

if TYPE_CHECKING:
    from opening_hours import OpeningHours

MAX_TEXT = 200
MAX_CLOCKS = 8
LOOK_AHEAD_DAYS = 400
"""A longer search takes the library up to a second. Its own unit."""
MINUTE = timedelta(minutes=1)

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_WORDS = frozenset(f"{_MONTHS} week easter day days open closed off".split())
"""Words of three letters and more that are no guess. Prose has others."""
_WORD = re.compile(r"[a-z]{3,}")
_GUESSES = re.compile(
    r"""["]|(?<![a-z])sh(?![a-z])|:\d\d\s*\+"""
    # Alone it is March to the notation, and Tuesday to who writes in Spanish or French.
    r"|(?<![a-z])mar\s+\d\d?:"
)
_ONLY_HOLIDAYS = re.compile(r"(\s*PH\s+(off|closed)\s*;?)+", re.IGNORECASE)
_HOLIDAYS = re.compile(r"(?<![A-Za-z])PH(?![A-Za-z])", re.IGNORECASE)


class Rules(Protocol):
    """What a text says, asked on the clock of the place, without a timezone."""

    def is_open(self, clock: datetime) -> bool:
        """Tell whether it is open."""

    def next_change(self, clock: datetime) -> datetime | None:
        """Return when that changes; None when it does not, for more than a year."""


@dataclass(frozen=True, slots=True)
class _Known:
    since: datetime
    until: datetime
    """At most the end of the day: then it is asked again."""
    is_open: bool
    change: datetime | None


@dataclass(frozen=True, slots=True)
class Hours:
    """When something is open. Moments are on the clock of the place.

    A clock that is put back shows some times twice: it is open at both or at neither.
    """

    rules: Rules
    _known: dict[tzinfo | None, _Known] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def is_open(self, moment: datetime) -> bool:
        """Tell whether it is open."""
        return self._at(moment).is_open

    def next_change(self, moment: datetime) -> datetime | None:
        """Return the first moment when it opens or closes; None: not within a year."""
        change = self._at(moment).change
        return None if change is None else _shown(change, moment)

    def _at(self, moment: datetime) -> _Known:
        known = self._known.get(moment.tzinfo)
        # With one timezone on both sides only the hands of the clock are compared.
        if known is None or not known.since <= moment < known.until:
            known = self._learn(moment)
        return known

    def _learn(self, moment: datetime) -> _Known:
        clock = moment.replace(tzinfo=None)
        change = self.rules.next_change(clock)
        midnight = moment.replace(hour=23, minute=59, second=59, microsecond=999_999)
        until = midnight if change is None else change.replace(tzinfo=moment.tzinfo)
        known = _Known(moment, min(until, midnight), self.rules.is_open(clock), change)
        if len(self._known) >= MAX_CLOCKS:
            self._known.clear()
        self._known[moment.tzinfo] = known
        return known


@dataclass(frozen=True, slots=True)
class _Notation:
    """Rules that the library has read."""

    text: str
    country: str
    read: OpeningHours = field(repr=False, compare=False)

    def is_open(self, clock: datetime) -> bool:
        return self.read.is_open(clock)

    def next_change(self, clock: datetime) -> datetime | None:
        return self.read.next_change(clock)


def hours_of(text: str, country: str = "") -> Hours | None:
    """Read opening hours; None when any part is not understood, or would be a guess.

    ``country``: ISO 3166-1 code of whose public holidays count. Equal texts share one
    object.
    """
    text = text.strip().rstrip("; ")
    if not text or len(text) > MAX_TEXT or not text.isprintable():
        return None
    return _hours(text, country.strip().upper() if _HOLIDAYS.search(text) else "")


@lru_cache(maxsize=2048)
def _hours(text: str, country: str) -> Hours | None:
    rules = weekly_of(text) or _notation(text.replace("–", "-"), country)
    return Hours(rules) if rules else None


def _notation(text: str, country: str) -> Rules | None:
    if _is_a_guess(text.lower()) or _ONLY_HOLIDAYS.fullmatch(text):
        return None
    # The library's stubs leave its errors out.
    from opening_hours import ParserError, UnknownCountryError  # type: ignore[attr-defined]

    try:
        return _Notation(text, country, _read(text, country))
    except UnknownCountryError:
        return _Notation(text, "", _read(text, ""))
    except ParserError:
        return None


def _is_a_guess(text: str) -> bool:
    words = _WORD.findall(text)
    return not text.isascii() or not _WORDS.issuperset(words) or bool(_GUESSES.search(text))


def _read(text: str, country: str) -> OpeningHours:
    from opening_hours import OpeningHours

    return OpeningHours(
        text,
        country=country or None,
        auto_country=False,
        auto_timezone=False,
        max_interval_days=LOOK_AHEAD_DAYS,
    )


def _shown(clock: datetime, moment: datetime) -> datetime:
    """Return the first time after ``moment`` at which its clock shows this, or passes it."""
    if moment.tzinfo is None:
        return clock
    shown = clock.replace(tzinfo=moment.tzinfo)
    if _is_skipped(shown):
        return _leap(shown)
    return shown if shown.astimezone(UTC) > moment.astimezone(UTC) else shown.replace(fold=1)


def _is_skipped(shown: datetime) -> bool:
    """Tell whether a clock that is put forward never shows this time."""
    there_and_back = shown.astimezone(UTC).astimezone(shown.tzinfo)
    return there_and_back.replace(tzinfo=None) != shown.replace(tzinfo=None)


def _leap(shown: datetime) -> datetime:
    while _is_skipped(shown):
        shown -= MINUTE
    return (shown.astimezone(UTC) + MINUTE).astimezone(shown.tzinfo)
