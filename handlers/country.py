"""What a country's folder holds: contacts, regions, answers. Code never names a country."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from referrals.sectors import Sectors

SHOWABLE_MARKS = frozenset({"sourced", "stale", "uncertain", "secondary"})

TOPICS = frozenset(
    {
        "emergency",
        "immediate_danger",
        "gender_violence",
        "trafficking",
        "suicide_risk",
        "mental_health",
        "medical",
        "health",
        "child_alone",
        "legal_aid",
        "regularisation",
        "lgbtiq_support",
        "missing_persons",
        "discrimination",
        "labour_rights",
        "return_reintegration",
        "human_rights",
        "justice",
        "information",
    }
)
"""What a contact may be for: the kinds of danger, needs, and a few wider words."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A telephone line or office that anyone can reach."""

    id: str
    name: str
    """Its own name, untranslated."""
    number: str
    """As it is dialled, digits exact."""
    also: tuple[str, ...]
    """Other ways to reach the same line, shown as they are: "WhatsApp 55 1309 9024"."""
    hours: str
    """"24/7", "Mo-Fr 09:00-18:00", or empty when nobody has verified it."""
    languages: tuple[str, ...]
    """Languages that it is known to answer in."""
    topics: frozenset[str]
    area: str
    """ISO 3166-2 part of the only state it serves, without the country, or empty."""
    source: str
    checked: date | None
    """Day of the source, the first of its month or year when it says no more; None when
    it carries no date."""
    mark: str
    """"sourced", "stale", "uncertain"; others are not loaded."""
    names: Mapping[str, str]
    """What the line is, by language code. Says which option to choose, where there is one."""
    has_day: bool = True
    """The source carries a day; without it only the year of ``checked`` is told."""

    def serves(self, topic: str, area: str) -> bool:
        """Tell whether it is for this topic and reachable from this state."""
        return topic in self.topics and self.area in ("", area)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from."""

    name: str
    checked: str
    """ISO date, month or year of the source; empty when it carries none."""
    mark: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer in one language. Its contacts come from data, never from the text."""

    slug: str
    label: str
    """The question as a button: at most 40 characters."""
    text: str
    next_step: str
    sources: tuple[Source, ...]
    contacts: tuple[str, ...]
    needs: tuple[str, ...]
    """Needs to offer next, the best first."""
    review_by: date


@dataclass(frozen=True, slots=True)
class Area:
    """The box that a country lies in, in degrees. It does not cross the date line."""

    south: float
    west: float
    north: float
    east: float

    def holds(self, latitude: float, longitude: float) -> bool:
        """Tell whether a point lies in it."""
        return self.south <= latitude <= self.north and self.west <= longitude <= self.east


@dataclass(frozen=True, slots=True)
class Country:
    """Everything that is true of one country."""

    code: str
    names: Mapping[str, str]
    """Its name, by language code."""
    area: Area
    timezone: ZoneInfo
    timezones: Mapping[str, ZoneInfo]
    """Clocks of the states that have another one than the country, by state code."""
    emergency: Contact
    """The line for any danger. Shown even when nothing else is known."""
    contacts: tuple[Contact, ...]
    """The best first: for each topic, the order in which they are shown."""
    regions: Mapping[str, Mapping[str, str]]
    """Region code to language to name."""
    answers: Mapping[str, Mapping[str, Answer]]
    """Language to slug to answer: those that are there in every language."""
    languages: tuple[str, ...]
    """Offered languages, the country's own first."""
    sectors: tuple[Sectors, ...] = ()
    """How others sort the needs; none where the country's folder does not say."""

    def contacts_for(self, topic: str, area: str = "") -> tuple[Contact, ...]:
        """List the lines for a topic, the best first; none where no line is for it.

        ``area`` is a state's ISO 3166-2 part; lines of other states are left out. Empty:
        only lines that serve the whole country.
        """
        return tuple(contact for contact in self.contacts if contact.serves(topic, area))
