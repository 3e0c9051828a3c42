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

CHOICES: Mapping[str, str] = {
    # Translators: they follow "Only places that ...", and "Your choice: ...".
    "women": later("take women"),
    "trans": later("take trans people"),
    "lgbtiq": later("take LGBTIQ+ people"),
    "families": later("take families"),
    "men": later("take men"),
    "minors": later("take under 18"),
    "no_papers": later("ask for no papers"),
    "in_transit": later("help on the way"),
    "settling": later("help to stay"),
    "returning": later("help to go back"),
}
"""What a search can be narrowed to."""

STAGES: Mapping[str, str] = {
    # Translators: whom a place helps.
    "in_transit": later("for people on the way"),
    "settling": later("for people who stay"),
    "returning": later("for people who go back"),
}

DOUBTS: Mapping[str, str] = {
    # Translators: what a person can say of a place: buttons.
    "no_answer": later("Nobody answered"),
    "asked_papers": later("They asked for papers"),
    "closed": later("It is closed"),
    "asked_money": later("They asked for money"),
}

DOUBTED: Mapping[str, str] = {
    "no_answer": later("several people said: nobody answers"),
    "asked_papers": later("several people said: they asked for papers"),
    "closed": later("several people said: it is closed"),
    "asked_money": later("several people said: they asked for money"),
}
"""What is told of a place that enough people spoke of: never how many."""

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
