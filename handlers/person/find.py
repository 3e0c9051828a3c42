"""Places that fit: the search, its list, wider and further."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from handlers.names import DANGER_NEEDS, NEEDS, STAGES
from handlers.person import counting, danger, filters, menu, questions, rings
from handlers.person.reasons import item
from handlers.scene import Rows, Scene, button, lines, paragraphs, rows
from handlers.turn import Choice, Outcome, Reply
from referrals.events import Event
from referrals.matching import Found, Search, rank
from referrals.places import Coordinates, Place

A_PAGE = 3
LOTS = 2**31
MOST_OTHERS = 3
"""Buttons under a list for what else she named."""
WIDER = {"city": "state", "state": "country", "country": "remote"}
"""The ring that follows each ring."""


def search(scene: Scene, is_first: bool = True, with_numbers: bool = True) -> Outcome:
    """Show up to three places, and why each. Only a first search is counted.

    ``with_numbers``: show who can be called where nothing is found. What she chose or said
    of herself is used here and leaves the session.
    """
    scene = drawn(scene)
    found = rank(scene.context.world.directory, search_of(scene), local_now(scene))
    if not found.matches:
        return nothing(scene.keeping(shown=()), found, is_first, with_numbers)
    reply = listing(scene, found)
    ids = tuple(match.service.id for match in found.matches)
    scene = scene.keeping(shown=ids, ring=found.ring, audiences=())
    return counting.then_ask(scene, reply, *counted(scene, found, is_first))


def drawn(scene: Scene) -> Scene:
    """Draw the number that decides ties, once for a search and all its pages."""
    if scene.session.lot:
        return scene
    return scene.keeping(lot=1 + scene.context.chance(LOTS - 1))


def counted(scene: Scene, found: Found, is_first: bool) -> tuple[tuple[Event, ...], str]:
    """Return what may be counted of a first search, and why it did not help, if so."""
    reason = rings.unmet_reason(found)
    if not is_first:
        return ((), reason)
    unmet = counting.need_unmet(scene, reason) if reason else ()
    return (counting.need_asked(scene) + unmet, reason)


def local_now(scene: Scene) -> datetime:
    """Return the time at the country's clock: opening hours are local."""
    return scene.context.now.astimezone(scene.context.world.country.timezone)


def search_of(scene: Scene) -> Search:
    """Return the search that the session describes."""
    session, place = scene.session, place_of(scene)
    return Search(
        needs=session.needs,
        told=(*session.others, DANGER_NEEDS.get(session.danger, "")),
        point=point_of(scene, place),
        state=place.state_code if place else "",
        language=scene.language,
        audiences=filters.audiences_of(session.audiences),
        exclude=frozenset(session.seen),
        ring=session.ring,
        limit=A_PAGE,
        can_receive=scene.context.staff,
        lot=session.lot,
        stage=next((code for code in session.audiences if code in STAGES), ""),
        no_papers=filters.NO_PAPERS in session.audiences,
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
    """Say what was looked for, how far, and why further than asked."""
    t, place = scene.t, place_of(scene)
    # Translators: {need} is one of the names of needs, {place} a town.
    what = (
        t("{need} · near {place}", need=need_names(scene), place=place.name)
        if place
        else t("{need} · whole country", need=need_names(scene))
    )
    why = rings.words(scene, found, place)
    return lines(what, fictional(scene), filters.line(scene), why)


def fictional(scene: Scene) -> str:
    """Say that the directory is made up, where it is."""
    if not scene.context.world.is_fictional:
        return ""
    return scene.t("These places are made up, to show how this works.")


def need_names(scene: Scene) -> str:
    """Return her needs as a list."""
    return scene.t.list([scene.t(NEEDS[code]) for code in scene.session.needs])


def list_rows(scene: Scene, found: Found) -> Rows:
    """Return the buttons under a list; they carry what it was narrowed to."""
    t, letters = scene.t, filters.chosen(scene)
    details = (
        button(
            f"{i}. {match.organization.name}"[:48],
            filters.with_letters(f"svc:{match.service.id}", letters),
        )
        for i, match in enumerate(found.matches, 1)
    )
    also = (*questions.buttons(scene, scene.session.offers), *other_needs(scene))
    page = len(scene.session.seen)
    more = button(t("More places"), filters.with_letters(f"more:{page}", letters))
    wide = button(t("Search further away"), filters.with_letters(f"wide:{page}", letters))
    on = [more] if len(found.matches) == A_PAGE else []
    on += [wide] if found.ring in WIDER else []
    on += [*all_places(scene), only_choice(scene), another_town(scene)]
    below = rows(*on, *menu.ways_out(scene))
    return (*rows(*details, width=1), *rows(*also, width=1), *below)


def only_choice(scene: Scene) -> Choice:
    """Return the button that narrows the search."""
    data = filters.with_letters("only", filters.chosen(scene))
    return button(scene.t("Only places that …"), data)


def all_places(scene: Scene) -> tuple[Choice, ...]:
    """Return the way back from what the search is narrowed to, where it is."""
    return (button(scene.t("Show all places"), "just"),) if filters.chosen(scene) else ()


def another_town(scene: Scene) -> Choice:
    """Return the button that looks somewhere else, with the same choices."""
    data = filters.with_letters("at:ask", filters.chosen(scene))
    return button(scene.t("Another town"), data)


def other_needs(scene: Scene) -> Iterator[Choice]:
    """Yield a button for each need that she named and that this list is not about."""
    t = scene.t
    for code in scene.session.others[:MOST_OTHERS]:
        # Translators: {need} is one of the names of needs.
        yield button(t("Near me: {need}", need=t(NEEDS[code])), f"need:{code}")


def more(scene: Scene, argument: str = "") -> Outcome:
    """Show the next places of the same search."""
    if not scene.session.needs:
        return menu.old_button(scene)
    page, letters = filters.parted(argument)
    return search(further(filters.choosing(scene, letters), page), is_first=False)


def wider(scene: Scene, argument: str = "") -> Outcome:
    """Search in the next ring."""
    if not scene.session.needs:
        return menu.old_button(scene)
    page, letters = filters.parted(argument)
    scene = filters.choosing(scene, letters)
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


def again(scene: Scene, letters: str = "") -> Outcome:
    """Show the last list again."""
    if not scene.session.needs:
        return menu.old_button(scene)
    return search(filters.choosing(scene, letters), is_first=False)


def narrowed(scene: Scene, letters: str = "") -> Outcome:
    """Search anew with these choices only: from the first page and the nearest ring."""
    return again(scene.keeping(seen=(), ring=""), letters)


def nothing(scene: Scene, found: Found, is_first: bool, with_numbers: bool = True) -> Outcome:
    """Say that nothing fits and why, and what still helps."""
    t = scene.t
    text = rings.nothing_words(scene, found.why)
    contacts = danger.contact_lines(scene, scene.session.needs[0]) if with_numbers else ""
    people = t("You can call:") if contacts else ""
    also = (*questions.buttons(scene, scene.session.offers), *other_needs(scene))
    buttons = rows(
        *all_places(scene),
        another_town(scene),
        button(t("Questions"), "qs"),
        *menu.ways_out(scene),
    )
    said = paragraphs(lines(filters.line(scene), text), lines(people, contacts))
    scene = scene.keeping(audiences=())
    reply = Reply(said, choices=(*rows(*also, width=1), *buttons))
    return counting.then_ask(scene, reply, *counted(scene, found, is_first))
