"""One place in a list: where it is, what matters, and how old the facts are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from handlers.i18n import later
from handlers.names import AUDIENCES, DOUBTED, STAGES
from handlers.scene import Scene, lines
from referrals.matching import Match, Reason

MOST = 4
"""Reasons in the line of a place: more is not read on a small phone."""
FIRST = (
    "full",
    "free_places",
    "opens_at",
    "closed_now",
    "open_now",
    "asks_papers",
    "audience",
    "no_papers",
    "stage",
    "language",
)
"""Reasons that are said, what decides a journey first."""
PLAIN = {
    "no_papers": later("asks for no papers"),
    "asks_papers": later("may ask for papers"),
    "open_now": later("open now"),
    "closed_now": later("closed at this hour"),
    "language": later("speaks your language"),
}
FREE = {
    ("few", 0): later("a few places free today"),
    ("few", 1): later("a few places free yesterday"),
    ("few", 2): later("a few places free on {date}"),
    ("many", 0): later("places free today"),
    ("many", 1): later("places free yesterday"),
    ("many", 2): later("places free on {date}"),
    ("full", 0): later("full today"),
    ("full", 1): later("full yesterday"),
    ("full", 2): later("full on {date}"),
}
"""What was reported, and how many days ago: 2 is two and more."""


def item(scene: Scene, number: int, match: Match) -> str:
    """Return one place with its reasons."""
    said = dict.fromkeys(FIRST, "")
    for reason in match.reasons:
        if reason.code in said and not said[reason.code]:
            said[reason.code] = reason_words(scene, match, reason)
    reasons = [words for words in said.values() if words][:MOST]
    return lines(
        f"{number}. {match.organization.name}",
        match.service.name,
        " · ".join([*where_words(scene, match), *reasons]),
        *warnings(scene, match),
    )


def where_words(scene: Scene, match: Match) -> list[str]:
    """Return city and distance, or that it is remote."""
    if not match.location:
        return [scene.t("by phone or message")]
    city = match.location.city
    if match.distance_km is None or match.location.is_confidential:
        return [city]
    return [city, scene.t.distance(match.distance_km)]


def reason_words(scene: Scene, match: Match, reason: Reason) -> str:
    """Return a reason in her language; empty for a value that has no words."""
    t = scene.t
    if reason.code in ("free_places", "full"):
        return free_words(scene, reason.value or "full", day_of(reason.day))
    if reason.code == "opens_at":
        return t("opens at {time}", time=reason.value)
    if reason.code == "audience":
        told = [r.value for r in match.reasons if r.code == "audience"]
        return t.list([t(AUDIENCES[code]) for code in told if code in AUDIENCES])
    if reason.code == "stage":
        return t(STAGES[reason.value]) if reason.value in STAGES else ""
    return t(PLAIN[reason.code])


def free_words(scene: Scene, available: str, day: date | None) -> str:
    """Say how many places are free, and on which day that was said."""
    ago = max(0, (scene.context.today - day).days) if day else 2
    words = FREE.get((available, min(ago, 2)))
    if words is None or day is None:
        return ""
    return scene.t(words, date=scene.t.date(day))


def warnings(scene: Scene, match: Match) -> Iterator[str]:
    """Yield what is to be known of a listing that is old or doubted, a line each."""
    t = scene.t
    for reason in match.reasons:
        day = day_of(reason.value or reason.day) if reason.code in ("ageing", "stale") else None
        if day:
            yield t("last checked on {date}; call first", date=t.date(day))
        elif reason.code == "doubted" and reason.value in DOUBTED:
            yield t(DOUBTED[reason.value])


def day_of(text: str) -> date | None:
    """Return the day of an ISO date; None when there is none."""
    return date.fromisoformat(text) if text else None
