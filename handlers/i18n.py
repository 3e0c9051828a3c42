"""Catalogs, negotiation, formats and text direction: each language in its own way.

The catalogs are gettext; English is the source language. Dates, numbers, distances and
lists follow CLDR through Babel, except Haitian Creole dates: CLDR's ``ht`` inherits
French, so Kreyòl names are here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from gettext import NullTranslations

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from referrals.hours import hours_of
from referrals.schedule_rows import LONG_AGO, MONTHS

LANGUAGE_NAMES: Mapping[str, str] = {
    "es": "Español",
    "en": "English",
    "fr": "Français",
    "pt": "Português",
    "ht": "Kreyòl ayisyen",
}
"""Each offered language in its own words, in the order of the buttons."""

_LOCALES: Mapping[str, str] = {"es": "es_MX", "pt": "pt_BR"}
_HT_MONTHS = [
    "janvye",
    "fevriye",
    "mas",
    "avril",
    "me",
    "jen",
    "jiyè",
    "out",
    "septanm",
    "oktòb",
    "novanm",
    "desanm",
]
_HT_DAYS = ["Len", "Mad", "Mèk", "Jed", "Van", "Sam", "Dim"]
_OSM_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_OSM_DATE = rf"\d{{4}} (?:{'|'.join(MONTHS)}) \d\d?"
_OSM_DATES = re.compile(rf"({_OSM_DATE})(?:-({_OSM_DATE})|(\+))?")
_OSM_WORDS = re.compile(rf"\b({'|'.join(_OSM_DAYS)}|off|closed)\b")
_HOLIDAYS_OFF = re.compile(r"\s*[;,]\s*PH (?:off|closed)\b")
_ISOLATE, _POP = "\u2068", "\u2069"


def later(message: str) -> str:
    """Mark a sentence for the catalogs where it stands in a table."""
    return message


@lru_cache(maxsize=32)
def locale_of(language: str) -> Locale:
    """Return Babel's locale: the regional one where the language needs it."""
    return Locale.parse(_LOCALES.get(language, language))


def _osm_day(text: str) -> date | None:
    year, month, day = text.split()
    try:
        return date(int(year), MONTHS.index(month) + 1, int(day))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Catalog:
    """The sentences of one language. Called ``t`` wherever it is used."""

    language: str
    translations: NullTranslations

    def __call__(self, message: str, **fields: object) -> str:
        """Return the sentence with its named fields filled in."""
        return self._fill(self.translations.gettext(message), fields)

    def n(self, one: str, many: str, number: int, **fields: object) -> str:
        """Return the sentence in the plural form of ``number``."""
        text = self.translations.ngettext(one, many, number)
        return self._fill(text, {"number": self.number(number), **fields})

    def _fill(self, text: str, fields: Mapping[str, object]) -> str:
        if not fields:
            return text
        if self.is_rtl:
            # A number or a Latin name inside right-to-left text would be reordered.
            fields = {k: f"{_ISOLATE}{v}{_POP}" for k, v in fields.items()}
        return text.format_map(fields)

    @property
    def is_rtl(self) -> bool:
        """The language is written from right to left."""
        return locale_of(self.language).text_direction == "rtl"

    def number(self, value: float) -> str:
        """Return a number as the language writes it."""
        return format_decimal(value, locale=locale_of(self.language))

    def distance(self, kilometres: float) -> str:
        """Return a distance: metres under 1 km in steps of 100, then whole kilometres."""
        if kilometres < 1:
            return f"{self.number(max(100, round(kilometres, 1) * 1000))} m"
        return f"{self.number(round(kilometres))} km"

    def date(self, day: date) -> str:
        """Return a date in words: "24 nov 2026"."""
        if self.language == "ht":
            return f"{day.day} {_HT_MONTHS[day.month - 1]} {day.year}"
        return format_date(day, "medium", locale=locale_of(self.language))

    def list(self, items: Sequence[str]) -> str:
        """Return "a, b and c" in the language's way."""
        if self.language == "ht":
            head, last = items[:-1], items[-1:]
            return " ak ".join([", ".join(head), *last]) if head else "".join(last)
        return format_list(items, locale=locale_of(self.language))

    def hours(self, schedule: str) -> str:
        """Return opening hours ("Mo-Fr 09:00-17:00") with the language's names and dates.

        What is not in that notation is somebody's own words, and stays.
        """
        t = self
        if hours_of(schedule) is None:
            return schedule
        usual = _HOLIDAYS_OFF.sub("", schedule)
        words = t("day and night") if usual == "24/7" else self._schedule(usual)
        if usual == schedule:
            return words
        # Translators: {hours} are opening hours, such as "Mon-Fri 09:00-17:00"
        return t("{hours}, except public holidays", hours=words)

    def _schedule(self, usual: str) -> str:
        names = dict(zip(_OSM_DAYS, self._day_names(), strict=True))
        t = self
        # Translators: after days or dates on which a place does not open
        names |= dict.fromkeys(("off", "closed"), t("closed"))
        dated = _OSM_DATES.sub(self._dates, usual)
        return _OSM_WORDS.sub(lambda found: names[found[0]], dated)

    def _dates(self, found: re.Match[str]) -> str:
        """Return "24 dec 2026 – 2 jan 2027", "24 dec 2026 →" or "→ 24 dec 2026"."""
        days = [_osm_day(text) for text in (found[1], found[2]) if text]
        words = [self.date(day) for day in days if day]
        if len(words) < len(days):
            return found[0]
        if days[0] == LONG_AGO:
            return f"→ {words[-1]}"
        return f"{words[0]} →" if found[3] else " – ".join(words)

    def _day_names(self) -> Sequence[str]:
        if self.language == "ht":
            return _HT_DAYS
        return [locale_of(self.language).days["format"]["abbreviated"][i] for i in range(7)]

    def quote(self, text: str) -> str:
        """Return a text in the language's quotation marks."""
        t = self
        # Translators: quotation marks around somebody's own words, or around a word to type.
        return t("“{text}”", text=text)


@dataclass(frozen=True, slots=True)
class Catalogs:
    """Every offered language."""

    by_language: Mapping[str, Catalog]
    default: str

    def of(self, language: str) -> Catalog:
        """Return the catalog, or that of the country's first language."""
        return self.by_language.get(language) or self.by_language[self.default]

    def offers(self, language: str) -> bool:
        """The language is complete and can be chosen."""
        return language in self.by_language


def negotiate(tag: str, offered: Mapping[str, Catalog]) -> str:
    """Return the offered language of a client's tag ("pt-BR" gives "pt"), or ""."""
    language = tag.replace("_", "-").split("-")[0].lower()
    return language if language in offered else ""
