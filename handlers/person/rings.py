"""How far the search went, and why: whole sentences, a case each."""

from __future__ import annotations

from handlers.i18n import later
from handlers.scene import Scene
from referrals.matching import Found
from referrals.places import Place

STATE = {
    "none": later("Nothing nearer fits, so these are in {state} or near it."),
    "full": later(
        "The places that fit near {place} say they are full, so these are in {state} or near it."
    ),
    "closed": later(
        "The places that fit near {place} are closed for some days, so these are in {state} or "
        "near it."
    ),
    "asks_papers": later(
        "The places near {place} may ask for papers, so these are in {state} or near it."
    ),
    "not_for_her": later(
        "The places near {place} are meant for other people, so these are in {state} or near it."
    ),
    "stale": later(
        "Nobody has checked the places near {place} for a long time, so these are in {state} or "
        "near it."
    ),
}
COUNTRY = {
    "none": later("Nothing in {state} fits, so these are further away."),
    "full": later("The places that fit in {state} say they are full, so these are further away."),
    "closed": later(
        "The places that fit in {state} are closed for some days, so these are further away."
    ),
    "asks_papers": later("The places in {state} may ask for papers, so these are further away."),
    "not_for_her": later(
        "The places in {state} are meant for other people, so these are further away."
    ),
    "stale": later(
        "Nobody has checked the places in {state} for a long time, so these are further away."
    ),
}
REMOTE = {
    "none": later("Nothing nearby fits. These help by phone or message."),
    "full": later("The places that fit say they are full. These help by phone or message."),
    "closed": later(
        "The places that fit are closed for some days. These help by phone or message."
    ),
    "asks_papers": later("The places I know may ask for papers. These help by phone or message."),
    "not_for_her": later(
        "The places I know are meant for other people. These help by phone or message."
    ),
    "stale": later(
        "Nobody has checked the places I know for a long time. These help by phone or message."
    ),
}
WIDENED = {"state": STATE, "country": COUNTRY, "remote": REMOTE}
"""Ring to reason to what is said of a first search that went so far."""

FURTHER = {
    "state": later("These are in {state} or near it."),
    "country": later("These are further away."),
    "remote": later("These help by phone or message."),
}
"""Ring to what is said of it when she asked for more."""

NOTHING = {
    "none": later(
        "I have no checked place for this yet. I would rather say so than send you to a "
        "closed door."
    ),
    "full": later("The places I know for this say they are full. They may have room tomorrow."),
    "closed": later("The places I know for this are closed for some days."),
    "asks_papers": later("The places I know for this may ask for papers."),
    "not_for_her": later("The places I know for this are meant for other people."),
    "stale": later(
        "Nobody has checked the places I know for this for a long time. I would rather say so "
        "than send you to a closed door."
    ),
}
"""Reason to what is said when nothing was found."""

UNMET = frozenset(NOTHING) - {"none"}
"""Reasons that figures tell apart; all others are "nothing_listed"."""


def words(scene: Scene, found: Found, place: Place | None) -> str:
    """Say which ring was used when it is not the one nearest to her, and why.

    The reason is said of a first search only: later ones leave out what was shown.
    """
    t = scene.t
    if are_all_full(found):
        return t("All of these say they are full. Call first: they may have room again.")
    if found.ring == "city" or (place is None and found.ring != "remote"):
        return ""
    # Without a place no sentence that is used names one.
    names = {"place": place.name, "state": place.state} if place else {"place": "", "state": ""}
    if scene.session.seen or scene.session.ring:
        return t(FURTHER[found.ring], **names)
    by_reason = WIDENED[found.ring]
    return t(by_reason.get(found.why, by_reason["none"]), **names)


def are_all_full(found: Found) -> bool:
    """Tell whether every place that was found is full."""
    return bool(found.matches) and all(
        any(reason.code == "full" for reason in match.reasons) for match in found.matches
    )


def nothing_words(scene: Scene, why: str) -> str:
    """Say that nothing was found, and why."""
    if scene.session.seen:
        return scene.t("I have no more checked places for this.")
    return scene.t(NOTHING.get(why, NOTHING["none"]))


def unmet_reason(found: Found) -> str:
    """Return the reason for figures when a search could not help; empty when it could."""
    if are_all_full(found):
        return "full"
    if found.matches:
        return ""
    return found.why if found.why in UNMET else "nothing_listed"
