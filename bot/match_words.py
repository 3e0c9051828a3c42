"""What ``faro match`` shows of a search: a table in English, or JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from referrals.search import Found, LeftOut, Match, Reason, Search

WHY = {
    "full": "everything nearer is full",
    "closed": "what is nearer is closed for some days",
    "asks_papers": "what is nearer asks for papers",
    "not_for_her": "what is nearer is for others",
    "stale": "what is nearer has not been checked for half a year",
    "none": "nothing nearer is listed",
}
REASONS = {
    "need": "{}",
    "near": "",
    "same_state": "same state",
    "remote": "by phone or message",
    "language": "speaks {}",
    "audience": "for {}",
    "stage": "for {}",
    "no_papers": "asks no papers",
    "asks_papers": "asks papers",
    "accessibility": "way in: {}",
    "open_now": "open now",
    "opens_at": "opens at {}",
    "closed_now": "closed at this hour",
    "hours_unknown": "hours unknown",
    "free_places": "{} places free ({day})",
    "full": "FULL ({day})",
    "checked": "",
    "ageing": "ageing",
    "stale": "stale",
    "doubted": "people said: {}",
}
"""What each reason is in English; empty for what has a column of its own."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The search that was understood, and what it finds."""

    search: Search
    now: datetime
    where: str
    found: Found
    left: tuple[LeftOut, ...] = field(default=())


def show(done: Answered, say: Console) -> None:
    """Print the list, and why the others are not in it."""
    say.print(heading(done), markup=False)
    if done.found.matches:
        say.print(table_of(done))
    if done.left:
        say.print(table_of_left(done.left))


def heading(done: Answered) -> str:
    """Say what was looked for, in which ring, and why so far."""
    found = done.found
    where = f" from {done.where}" if done.where else ""
    when = f"{done.now:%a %d %b %Y %H:%M %Z}"
    asked = f"{', '.join(done.search.needs)}{where}, {when}"
    if not found.matches:
        return f"{asked}\nNothing: {WHY[found.why]}."
    why = f": {WHY[found.why]}" if found.widened else ""
    return f"{asked}\nRing: {found.ring}{why}."


def table_of(done: Answered) -> Table:
    """Return the list as a table."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("#", justify="right")
    table.add_column("Organization and service", min_width=20, ratio=2)
    table.add_column("km", justify="right")
    table.add_column("Why, and what to know", ratio=3)
    table.add_column("Checked", no_wrap=True)
    for number, match in enumerate(done.found.matches, 1):
        km = "" if match.distance_km is None else f"{match.distance_km:.0f}"
        names = escape(f"{match.organization.name}\n{match.service.name}")
        why = escape(", ".join(words(match)))
        table.add_row(str(number), names, km, why, checked(match, done.now))
    return table


def words(match: Match) -> Iterable[str]:
    """Return the reasons in English."""
    return (text for reason in match.reasons if (text := word(reason)))


def word(reason: Reason) -> str:
    """Return one reason in English."""
    return REASONS[reason.code].format(reason.value.replace("_", " "), day=reason.day)


def checked(match: Match, now: datetime) -> str:
    """Return how old the last check is."""
    days = [r.value for r in match.reasons if r.code in ("checked", "ageing", "stale")]
    return f"{(now.date() - date.fromisoformat(days[0])).days} days" if days else ""


def table_of_left(left: Iterable[LeftOut]) -> Table:
    """Return the services that are not in the list, as a table."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), title="Not in the list")
    table.add_column("Service", ratio=3)
    table.add_column("Why not", ratio=2)
    for item in left:
        table.add_row(escape(item.service.name), ", ".join(item.reasons).replace("_", " "))
    return table


def as_json(done: Answered) -> dict[str, object]:
    """Return all of it with keys that do not change."""
    found = done.found
    return {
        "needs": list(done.search.needs),
        "place": done.where,
        "time": done.now.isoformat(),
        "ring": found.ring,
        "widened": found.widened,
        "why": found.why,
        "matches": [match_as_json(n, match) for n, match in enumerate(found.matches, 1)],
        "left_out": [
            {
                "service_id": item.service.id,
                "service": item.service.name,
                "reasons": list(item.reasons),
            }
            for item in done.left
        ],
    }


def match_as_json(number: int, match: Match) -> dict[str, object]:
    """Return one row of the list."""
    km = match.distance_km
    return {
        "rank": number,
        "organization_id": match.organization.id,
        "organization": match.organization.name,
        "service_id": match.service.id,
        "service": match.service.name,
        "city": match.location.city if match.location else "",
        "state": match.location.state if match.location else "",
        "km": None if km is None else round(km, 1),
        "reasons": [{"code": r.code, "value": r.value, "day": r.day} for r in match.reasons],
    }
