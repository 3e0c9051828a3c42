"""Names of codes as people read them: needs, audiences, statuses, reasons."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.i18n import later

NEEDS: Mapping[str, str] = {
    # Translators: buttons. At most 28 characters each, everyday words.
    "housing": later("A place to sleep"),
    "basic_needs": later("Food, clothes, a bath"),
    "health": later("Doctor, medicine"),
    "legal_aid": later("A lawyer"),
    "regularisation": later("Papers, asylum"),
    "gender_violence": later("Violence or sexual abuse"),
    "lgbtiq_support": later("LGBTIQ+ support"),
    "mental_health": later("Someone to talk to"),
    "livelihoods": later("Work"),
    "education": later("School, courses"),
    "family_reunification": later("Find my family"),
    "child_protection": later("A child alone or at risk"),
    "labour_rights": later("Problem at work, not paid"),
    "trafficking": later("Forced to work, held"),
    "discrimination": later("Treated badly, refused"),
    "return_reintegration": later("Going home, deported"),
}
"""Need codes in the order of the buttons: the most asked first."""

FIRST_NEEDS = 8
"""How many needs the first page of buttons shows."""

AUDIENCES: Mapping[str, str] = {
    "women": later("for women"),
    "trans": later("for trans people"),
    "lgbtiq": later("for LGBTIQ+ people"),
    "families": later("for families"),
    "men": later("for men"),
    "minors": later("for under 18"),
    "everyone": later("for everyone"),
}

STATUSES: Mapping[str, str] = {
    "requested": later("sent, waiting for an answer"),
    "accepted": later("they can help you"),
    "declined": later("no room there now"),
    "completed": later("help received"),
    "not_received": later("closed, help did not arrive"),
    "withdrawn": later("withdrawn"),
    "expired": later("no answer in time"),
}

DECLINES: Mapping[str, str] = {
    # Translators: reasons on the buttons of an organization that cannot take a request.
    "full": later("We are full"),
    "not_eligible": later("Not for this person"),
    "out_of_area": later("Outside our area"),
    "hours": later("We are closed now"),
    "in_person": later("They must come in person"),
    "other": later("Another reason"),
}

URGENT_NEEDS = frozenset(
    {"gender_violence", "trafficking", "child_protection", "housing", "health"}
)
"""Needs whose referrals start as urgent (72 hours for the service)."""

DANGER_NEEDS: Mapping[str, str] = {
    "immediate_danger": "housing",
    "trafficking": "trafficking",
    "gender_violence": "gender_violence",
    "suicide_risk": "mental_health",
    "medical": "health",
    "child_alone": "child_protection",
}
"""The need whose places help with a danger."""
