"""Places that fit: the search, its list with the reason for each, wider and further."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from handlers.i18n import later
from handlers.names import AUDIENCES, NEEDS
from handlers.person import counting, danger, menu, questions
from handlers.scene import Rows, Scene, button, lines, paragraphs, rows
from handlers.turn import Choice, Outcome, Reply
from referrals.events import Event
from referrals.matching import Found, Match, Reason, Search, rank
from referrals.places import Coordinates, Place

A_PAGE = 3
MOST_OTHERS = 3
"""Buttons under a list for what else she named."""
WIDER = {"city": "state", "state": "country", "country": "remote"}
"""The ring that follows each ring."""


def search(scene: Scene, is_first: bool = True, with_numbers: bool = True) -> Outcome:
    """Show up to three places, and why each. Only a first search is counted.

    ``with_numbers``: show who can be called where nothing is found.
    """
    found = rank(scene.context.world.directory, search_of(scene), local_now(scene))
    if not found.matches:
        return nothing(scene.keeping(shown=()), is_first, with_numbers)
    reply = listing(scene, found)
    ids = tuple(match.service.id for match in found.matches)
    scene = scene.keeping(shown=ids, ring=found.ring)
    events = counting.need_asked(scene) if is_first else ()
    return counting.then_ask(scene, reply, events)


def local_now(scene: Scene) -> datetime:
    """Return the time at the country's clock: opening hours are local."""
    return scene.context.now.astimezone(scene.context.world.country.timezone)


def search_of(scene: Scene) -> Search:
    """Return the search that the session describes."""
    session, place = scene.session, place_of(scene)
    return Search(
        needs=session.needs,
        point=point_of(scene, place),
        state=place.state_code if place else "",
        language=scene.language,
        audiences=frozenset(),
        exclude=frozenset(session.seen),
        ring=session.ring,
        limit=A_PAGE,
        can_receive=frozenset(scene.context.staff),
    )


def point_of(scene: Scene, place: Place | None) -> Coordinates | None:
    """Return the shared point in the turn that carries it, else her town's middle."""
    if scene.turn.location:
        return scene.turn.location
    return Coordinates(place.latitude, place.longitude) if place else None


def place_of(scene: Scene) -> Place | None:
    """Return the town she gave."""
    return scene.context.world.places.by_id(scene.session.place) if scene.session.place else None


def listing(scene: Scene, found: Found) -> Reply:
    """Return the list message."""
    items = (item(scene, i, match) for i, match in enumerate(found.matches, 1))
    return Reply(paragraphs(heading(scene, found), *items), choices=list_rows(scene, found))


def heading(scene: Scene, found: Found) -> str:
    """Say what was looked for and how far; and why further than asked."""
    t, place = scene.t, place_of(scene)
    # Translators: {need} is one of the names of needs, {place} a town.
    what = (
        t("{need} · near {place}", need=need_names(scene), place=place.name)
        if place
        else t("{need} · whole country", need=need_names(scene))
    )
    return lines(what, fictional(scene), ring_words(scene, found, place))


def fictional(scene: Scene) -> str:
    """Say that the directory is made up, where it is."""
    if not scene.context.world.is_fictional:
        return ""
    return scene.t("These places are made up, to show how this works.")


def ring_words(scene: Scene, found: Found, place: Place | None) -> str:
    """Say which ring was used when it is not the one nearest to her.

    "Nothing nearer" is said of a first search only: later ones leave out what was shown.
    """
    t = scene.t
    if place is None or found.ring == "city":
        return ""
    if scene.session.seen or scene.session.ring:
        return t(FURTHER[found.ring], state=place.state)
    if found.ring == "state":
        return t("Nothing nearer fits, so these are in {state}.", state=place.state)
    if found.ring == "remote":
        return t("Nothing nearby fits. These help by phone or message.")
    return t("Nothing in {state} fits, so these are further away.", state=place.state)


FURTHER = {
    "state": later("These are in {state}."),
    "country": later("These are further away."),
    "remote": later("These help by phone or message."),
}
"""Ring to what is said of it when she asked for more."""


def need_names(scene: Scene) -> str:
    """Return her needs as a list."""
    return scene.t.list([scene.t(NEEDS[code]) for code in scene.session.needs])


def item(scene: Scene, number: int, match: Match) -> str:
    """Return one place with its reasons."""
    where = where_words(scene, match)
    reasons = [words for r in match.reasons if (words := reason_words(scene, r))]
    return lines(
        f"{number}. {match.organization.name}",
        match.service.name,
        " · ".join([*where, *reasons]),
    )


def where_words(scene: Scene, match: Match) -> list[str]:
    """Return city and distance, or that it is remote."""
    if not match.location:
        return [scene.t("by phone or message")]
    city = match.location.city
    if match.distance_km is None or match.location.is_confidential:
        return [city]
    return [city, scene.t.distance(match.distance_km)]


def reason_words(scene: Scene, reason: Reason) -> str:
    """Return a reason in her language; empty for those that the list says already."""
    t = scene.t
    if reason.code == "free_places":
        return free_words(scene, reason.value)
    if reason.code == "audience":
        return t(AUDIENCES[reason.value]) if reason.value in AUDIENCES else ""
    return t(REASONS[reason.code]) if reason.code in REASONS else ""


def free_words(scene: Scene, value: str) -> str:
    """Say how many places are free."""
    t = scene.t
    return t("a few places free") if value == "few" else t("places free")


REASONS = {
    "no_papers": later("asks for no papers"),
    "asks_papers": later("may ask for papers"),
    "open_now": later("open now"),
    "closed_now": later("closed at this hour"),
    "full": later("full at the last report"),
    "language": later("speaks your language"),
}


def list_rows(scene: Scene, found: Found) -> Rows:
    """Return the buttons under a list."""
    t = scene.t
    details = (
        button(f"{i}. {match.organization.name}"[:48], f"svc:{match.service.id}")
        for i, match in enumerate(found.matches, 1)
    )
    also = (*questions.buttons(scene, scene.session.offers), *other_needs(scene))
    page = len(scene.session.seen)
    on = [button(t("More places"), f"more:{page}")] if len(found.matches) == A_PAGE else []
    if found.ring in WIDER:
        on.append(button(t("Search further away"), f"wide:{page}"))
    on += [button(t("Another town"), "at:ask"), *menu.ways_out(scene)]
    return (*rows(*details, width=1), *rows(*also, width=1), *rows(*on))


def other_needs(scene: Scene) -> Iterator[Choice]:
    """Yield a button for each need that she named and that this list is not about."""
    t = scene.t
    for code in scene.session.others[:MOST_OTHERS]:
        # Translators: {need} is one of the names of needs.
        yield button(t("Near me: {need}", need=t(NEEDS[code])), f"need:{code}")


def more(scene: Scene, page: str = "") -> Outcome:
    """Show the next places of the same search."""
    if not scene.session.needs:
        return menu.old_button(scene)
    return search(further(scene, page), is_first=False)


def wider(scene: Scene, page: str = "") -> Outcome:
    """Search in the next ring."""
    if not scene.session.needs:
        return menu.old_button(scene)
    on = further(scene, page)
    if on is not scene:
        on = on.keeping(ring=WIDER.get(scene.session.ring, "remote"))
    return search(on, is_first=False)


def further(scene: Scene, page: str) -> Scene:
    """Leave out what the list showed; a second press of its button shows the same again."""
    if page != str(len(scene.session.seen)):
        return scene
    seen = dict.fromkeys(scene.session.seen + scene.session.shown)
    return scene.keeping(seen=tuple(seen))


def nothing(scene: Scene, is_first: bool, with_numbers: bool = True) -> Outcome:
    """Say that nothing checked fits, and show who answers everyone."""
    t = scene.t
    again = bool(scene.session.seen)
    text = (
        t("I have no more checked places for this.")
        if again
        else t(
            "I have no checked place for this yet. I would rather say so than send you to a "
            "closed door."
        )
    )
    contacts = danger.contact_lines(scene, scene.session.needs[0]) if with_numbers else ""
    people = t("You can call:") if contacts else ""
    also = (*questions.buttons(scene, scene.session.offers), *other_needs(scene))
    buttons = rows(
        button(t("Another town"), "at:ask"), button(t("Questions"), "qs"), *menu.ways_out(scene)
    )
    choices = (*rows(*also, width=1), *buttons)
    reply = Reply(paragraphs(text, lines(people, contacts)), choices=choices)
    return counting.then_ask(scene, reply, unmet(scene) if is_first else ())


def unmet(scene: Scene) -> tuple[Event, ...]:
    """Return what may be counted of a first search that found nothing."""
    return counting.need_asked(scene) + counting.need_unmet(scene, "nothing_listed")
