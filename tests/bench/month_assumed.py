"""What the made-up month rests on: every figure, published or assumed.

``docs/matching.md`` has them as a table, made from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from referrals.lifecycle import Priority


@dataclass(frozen=True, slots=True)
class Assumed:
    """What the month rests on. Shares are of one; the docs name each."""

    days: int = 30
    people_a_day: int = 90
    services: int = 300

    near_limit_housing: float = 0.8
    """Published: at least 16 of 20 shelters at or near their limit."""
    near_limit_others: float = 0.4
    free_near_limit: tuple[float, float] = (-0.5, 2.5)
    """Mean and spread of free places at dawn; below one is full."""
    free_roomy: tuple[float, float] = (8.0, 4.0)
    stays_as_before: float = 0.85
    """How much of a day's free places is left of the day before (autocorrelation)."""
    nights: float = 5.0

    unanswered_health: float = 0.25
    unanswered_protection: float = 0.27
    """Both published (inter-agency reports)."""
    unanswered_others: float = 0.26
    differs: float = 2.5
    """Concentration of the beta distribution of organizations around these rates."""
    dead_listings: float = 0.06
    """Never answer: closed or moved. Part of the rates above."""
    answer_hours: tuple[float, float] = (3.0, 0.8)
    """Median and log spread, counted from when it is open."""

    taps: tuple[tuple[float, float], ...] = ((1 / 3, 0.7), (1 / 3, 0.15), (1 / 3, 0.0))
    """Shares of organizations, and on how many days each taps its free places."""
    wrong_taps: float = 0.05
    confirms: float = 0.6
    """Organizations that confirm their listing when asked, once a month."""
    says_no_answer: float = 0.2
    """People who tell the bot that nobody answered."""

    without_papers: float = 0.7
    tells: float = 0.8
    """People who tell the bot whom it should look for, and that they have no papers."""
    asks_papers: float = 0.25
    papers_listed: float = 0.6
    """Listings that say whether papers are asked."""
    most_km: float = 200.0
    """Nobody goes further."""
    km_an_hour: float = 40.0
    most_tries: int = 6
    patience: float = 1 / 3
    """Part of the priority's time after which an unanswered request is given up."""
    emergencies: float = 0.15
    """Of people with an urgent need."""


ASSUMED = Assumed()

HOURS_FOR = {Priority.EMERGENCY: 24.0, Priority.URGENT: 72.0, Priority.NORMAL: 336.0}
"""Inter-agency referral form."""

PROTECTION = frozenset(
    {
        *("gender_violence", "trafficking", "child_protection", "family_reunification"),
        "lgbtiq_support",
    }
)
HEALTH = frozenset({"health", "mental_health"})
URGENT = frozenset({"gender_violence", "trafficking", "child_protection", "housing", "health"})

NEEDS: Mapping[str, tuple[float, float]] = {
    "housing": (24, 22),
    "basic_needs": (15, 16),
    "health": (13, 13),
    "regularisation": (12, 9),
    "legal_aid": (10, 13),
    "livelihoods": (6, 4),
    "gender_violence": (5, 6),
    "mental_health": (4, 6),
    "child_protection": (2, 2),
    "lgbtiq_support": (2, 3),
    "family_reunification": (2, 1),
    "education": (1.5, 1.5),
    "labour_rights": (1.5, 1),
    "trafficking": (0.5, 1),
    "return_reintegration": (1, 1),
    "discrimination": (0.5, 0.5),
}
"""Of 100 people who ask, and of 100 services: how many for each need."""

TOWNS: Mapping[tuple[str, str], float] = {
    ("Tapachula", "CHP"): 18,
    ("Ciudad Hidalgo", "CHP"): 4,
    ("Tuxtla Gutiérrez", "CHP"): 4,
    ("Comitán", "CHP"): 2,
    ("Palenque", "CHP"): 3,
    ("Tenosique", "TAB"): 4,
    ("Villahermosa", "TAB"): 3,
    ("Juchitán", "OAX"): 4,
    ("Oaxaca", "OAX"): 3,
    ("Coatzacoalcos", "VER"): 2,
    ("Córdoba", "VER"): 2,
    ("Puebla", "PUE"): 2,
    ("Ciudad de México", "CMX"): 14,
    ("Querétaro", "QUE"): 1.5,
    ("Irapuato", "GUA"): 1,
    ("Guadalajara", "JAL"): 3,
    ("San Luis Potosí", "SLP"): 2,
    ("Torreón", "COA"): 1.5,
    ("Saltillo", "COA"): 1.5,
    ("Monterrey", "NLE"): 5,
    ("Nuevo Laredo", "TAM"): 1.5,
    ("Reynosa", "TAM"): 3,
    ("Matamoros", "TAM"): 2,
    ("Piedras Negras", "COA"): 1.5,
    ("Chihuahua", "CHH"): 1,
    ("Ciudad Juárez", "CHH"): 4,
    ("Hermosillo", "SON"): 1,
    ("Nogales", "SON"): 1.5,
    ("Mexicali", "BCN"): 1.5,
    ("Tijuana", "BCN"): 6,
}
"""Of about 100 people: where they write from. Names are the gazetteer's."""

WHO: Mapping[str, float] = {"women": 28, "families": 32, "men": 30, "lgbtiq": 5, "minors": 5}
SERVES: Mapping[tuple[str, ...], float] = {
    ("everyone",): 40,
    (): 20,
    ("women", "families"): 12,
    ("families",): 8,
    ("women",): 6,
    ("men",): 7,
    ("lgbtiq",): 4,
    ("minors",): 3,
}
SPEAKS: Mapping[str, float] = {"es": 70, "ht": 12, "en": 8, "pt": 5, "fr": 5}
STAFF_SPEAKS: Mapping[tuple[str, ...], float] = {
    ("es",): 62,
    ("es", "en"): 26,
    ("es", "en", "fr"): 6,
    ("es", "fr", "ht"): 4,
    ("es", "en", "pt"): 2,
}
OPEN_HOUSING: Mapping[str, float] = {"24/7": 60, "Mo-Su 15:00-09:00": 25, "Mo-Su 08:00-20:00": 15}
OPEN_OTHERS: Mapping[str, float] = {
    "Mo-Fr 09:00-17:00": 45,
    "Mo-Fr 09:00-15:00": 20,
    "Mo-Fr 09:00-17:00; PH off": 15,
    "Mo-Fr 09:00-14:00; Sa 09:00-12:00": 10,
    "24/7": 10,
}
WAKING = (7.0, 23.0)
AROUND_KM = 4.0
"""Spread of people and services around the middle of a town, north and east."""
