"""Places that fit: the search, its list with the reason for each, wider and further."""

from __future__ import annotations

from datetime import datetime

from handlers.i18n import later
from handlers.names import AUDIENCES, NEEDS
from handlers.person import counting, danger, menu
from handlers.scene import Rows, Scene, button, lines, paragraphs, rows
from handlers.turn import Outcome, Reply
from referrals.events import Event
from referrals.matching import Found, Match, Reason, Search, rank
from referrals.places import Coordinates, Place

WIDER = {"city": "state", "state": "country", "country": "remote"}
"""The ring that follows each ring."""


def search(scene: Scene, _: str = "") -> Outcome:
    """Show up to three places, and why each."""
    found = rank(scene.context.world.directory, search_of(scene), local_now(scene))
    if not found.matches:
        return nothing(scene)
    ids = tuple(match.service.id for match in found.matches)
    scene = scene.keeping(shown=ids, ring=found.ring)
    question = counting.ask(scene)
    return counting.asked(scene).say(listing(scene, found), *question, events=asked(scene))


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


def asked(scene: Scene) -> tuple[Event, ...]:
    """Return what may be counted of a first search."""
    return counting.need_asked(scene) if not scene.session.seen else ()


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
    """Say which ring was used when it is not the one nearest to her."""
    t = scene.t
    if place is None or found.ring == "city":
        return ""
    if found.ring == "state":
        return t("Nothing nearer fits, so these are in {state}.", state=place.state)
    if found.ring == "remote":
        return t("Nothing nearby fits. These help by phone or message.")
    return t("Nothing in {state} fits, so these are further away.", state=place.state)


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
    on = [button(t("More places"), "more")]
    if found.ring in WIDER:
        on.append(button(t("Search further away"), "wide"))
    on += [button(t("Another town"), "at:ask"), button(t("Menu"), "menu")]
    return (*rows(*details, width=1), *rows(*on))


def more(scene: Scene, _: str = "") -> Outcome:
    """Show the next places of the same search."""
    if not scene.session.needs:
        return menu.old_button(scene)
    return search(scene.keeping(seen=scene.session.seen + scene.session.shown))


def wider(scene: Scene, _: str = "") -> Outcome:
    """Search in the next ring."""
    if not scene.session.needs:
        return menu.old_button(scene)
    return search(scene.keeping(ring=WIDER.get(scene.session.ring, "remote")))


def nothing(scene: Scene) -> Outcome:
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
    contacts = danger.contact_lines(scene, scene.session.needs[0])
    # Translators: lines are telephone lines.
    people = t("These lines answer everyone:") if contacts else ""
    question = counting.ask(scene)
    return counting.asked(scene).say(
        Reply(
            paragraphs(text, lines(people, contacts)),
            choices=rows(
                button(t("Another town"), "at:ask"),
                button(t("Questions"), "qs"),
                button(t("Menu"), "menu"),
            ),
        ),
        *question,
        events=() if again else counting.need_unmet(scene, "nothing_listed"),
    )
