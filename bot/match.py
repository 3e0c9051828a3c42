"""``faro match``: what a search finds and why, for who looks after the directory."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from rapidfuzz import fuzz, process
from rich.console import Console
from rich.table import Table

from bot.country_files import load_country
from bot.settings import Settings
from bot.starting import open_database, open_directory
from bot.world import country_folder, load_places
from handlers.country import Country
from handlers.i18n import LANGUAGE_NAMES
from handlers.names import AUDIENCES, NEEDS
from referrals.directory import Directory
from referrals.left_out import left_out
from referrals.matching import RINGS, Found, Match, Reason, Search, rank
from referrals.places import Coordinates, Gazetteer, Place
from referrals.search import LeftOut
from referrals.store.engine import reading

STAGES = ("in_transit", "settling", "returning")
NEARLY = 60
"""Likeness, of 100, from which another spelling is proposed."""

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


class BadSearch(Exception):
    """Something that was asked for is not known; the message proposes what is."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed."""

    needs: list[str]
    place: str = ""
    at: str = ""
    state: str = ""
    language: str = ""
    audiences: str = ""
    stage: str = ""
    no_papers: bool = False
    wheelchair: bool = False
    time: str = ""
    ring: str = ""
    limit: int = 3
    lot: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """The search that was understood, and what it finds."""

    search: Search
    now: datetime
    where: str
    found: Found
    left: tuple[LeftOut, ...] = field(default=())


def answer(settings: Settings, asked: Asked, now: datetime, *, with_left: bool) -> Answered:
    """Search the directory in use. Raises ``BadSearch``."""
    folder = country_folder(settings)
    country = load_country(folder)
    search, where = search_of(asked, country, load_places(folder))
    moment = moment_of(asked.time, now, country)
    engine = open_database(settings)
    with reading(engine) as connection:
        directory = open_directory(settings, connection)
    engine.dispose()
    return answered(directory, search, moment, where, with_left=with_left)


def answered(
    directory: Directory, search: Search, now: datetime, where: str, *, with_left: bool
) -> Answered:
    """Search a directory."""
    left = tuple(left_out(directory, search, now)) if with_left else ()
    return Answered(search, now, where, rank(directory, search, now), left)


def search_of(asked: Asked, country: Country, places: Gazetteer) -> tuple[Search, str]:
    """Return what was asked for and the name of its place. Raises ``BadSearch``."""
    audiences = [code.strip() for code in asked.audiences.split(",") if code.strip()]
    if asked.place and asked.at:
        raise BadSearch("give --place or --at, not both")
    place = place_of(asked.place, places) if asked.place else None
    point = point_of(asked.at, country) if asked.at else None
    if place:
        point = Coordinates(place.latitude, place.longitude)
    nearest = place or (places.nearest(point) if point else None)
    return (
        Search(
            needs=tuple(known("need", code, NEEDS) for code in asked.needs),
            point=point,
            state=state_of(asked.state, places) or (nearest.state_code if nearest else ""),
            language=known("language", asked.language, LANGUAGE_NAMES) if asked.language else "",
            audiences=frozenset(known("audience", code, AUDIENCES) for code in audiences),
            stage=known("stage", asked.stage, STAGES) if asked.stage else "",
            ring=known("ring", asked.ring, RINGS) if asked.ring else "",
            no_papers=asked.no_papers,
            wheelchair=asked.wheelchair,
            limit=asked.limit,
            lot=asked.lot,
        ),
        f"{nearest.name}, {nearest.state}" if nearest else asked.state,
    )


def known(what: str, code: str, codes: Collection[str]) -> str:
    """Return a code that is known. Raises ``BadSearch`` with the nearest spellings."""
    if code in codes:
        return code
    near = [one for one, *_ in process.extract(code, list(codes), scorer=fuzz.WRatio, limit=3)]
    close = [name for name in near if fuzz.WRatio(code, name) >= NEARLY]
    if close:
        raise BadSearch(f"there is no {what} {code!r}: did you mean {' or '.join(close)}?")
    raise BadSearch(f"there is no {what} {code!r}: it is one of {', '.join(codes)}")


def place_of(text: str, places: Gazetteer) -> Place:
    """Return the place that a text names. Raises ``BadSearch`` with what it may be."""
    found = places.find(text)
    if not found:
        raise BadSearch(f"there is no place {text!r} in the country's list")
    best = found[0]
    if not best.exact:
        names = " or ".join(f"{one.place.name}, {one.place.state}" for one in found[:3])
        raise BadSearch(f"there is no place {text!r}: did you mean {names}?")
    return best.place


def state_of(text: str, places: Gazetteer) -> str:
    """Return the code of a state, given by code or name. Raises ``BadSearch``."""
    if not text:
        return ""
    codes = {state.code for state in places.states()}
    if text.upper() in codes:
        return text.upper()
    state = places.state_named(text)
    return state.code if state else known("state", text, codes)


def point_of(text: str, country: Country) -> Coordinates:
    """Return a point within the country. Raises ``BadSearch``, and says when swapped."""
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        raise BadSearch(f"{text!r} is not LATITUDE,LONGITUDE, such as 14.9,-92.26") from None
    if country.area.holds(latitude, longitude):
        return Coordinates(latitude, longitude)
    if country.area.holds(longitude, latitude):
        raise BadSearch(f"latitude comes first: did you mean {longitude:g},{latitude:g}?")
    raise BadSearch(f"{text} is not in the country ({box(country)})")


def box(country: Country) -> str:
    """Return the box of the country in words."""
    area = country.area
    return f"{area.south:g} to {area.north:g} north, {area.west:g} to {area.east:g} east"


def moment_of(text: str, now: datetime, country: Country) -> datetime:
    """Return the moment to look at, on the clock of the country. Raises ``BadSearch``."""
    try:
        moment = datetime.fromisoformat(text) if text else now
    except ValueError:
        raise BadSearch(f"{text!r} is no time: write 2026-11-24T09:30") from None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=country.timezone)
    return moment.astimezone(country.timezone)


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
        names = f"{match.organization.name}\n{match.service.name}"
        table.add_row(str(number), names, km, ", ".join(words(match)), checked(match, done.now))
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
        table.add_row(item.service.name, ", ".join(item.reasons).replace("_", " "))
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
