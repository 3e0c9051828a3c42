"""``faro match``: what a search finds and why, for who looks after the directory."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from rapidfuzz import fuzz, process

from bot.country_files import load_country
from bot.match_words import Answered
from bot.settings import Settings
from bot.starting import open_database, open_directory
from bot.world import country_folder, load_places
from handlers.country import Country
from handlers.i18n import LANGUAGE_NAMES
from handlers.names import AUDIENCES, NEEDS
from referrals.directory import Directory
from referrals.left_out import left_out
from referrals.matching import RINGS, Search, rank
from referrals.places import Coordinates, Gazetteer, Place
from referrals.store.engine import reading

STAGES = ("in_transit", "settling", "returning")
NEARLY = 60
"""Likeness, of 100, from which another spelling is proposed."""


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
    try:
        return moment.astimezone(country.timezone)
    except OverflowError:
        raise BadSearch(f"{text!r} is too far away") from None
