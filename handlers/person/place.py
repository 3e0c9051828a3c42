"""Where she is: shared, typed or skipped. Coordinates are used here and thrown away."""

from __future__ import annotations

from collections.abc import Iterable

from handlers.person import filters, find, menu
from handlers.scene import Scene, button, paragraphs, rows
from handlers.turn import Outcome, Reply
from referrals.directory import ServiceId
from referrals.places import Coordinates, Place, PlaceId, fold, stands_out

FAR = 4
"""How many places to offer when the name fits several."""


def look(scene: Scene, with_numbers: bool = True) -> Outcome:
    """Search when it is known where; else ask, with choices where she named a place."""
    if is_known(scene):
        return find.search(scene.keeping(places=()), with_numbers=with_numbers)
    return offer(scene) if scene.session.places else ask(scene)


def is_known(scene: Scene) -> bool:
    """Tell whether she said, or chose not to say, where she is."""
    session = scene.session
    return session.place is not None or (session.near == "skipped" and not session.places)


def heard(scene: Scene) -> Scene:
    """Keep the place that a text names beyond doubt, or what it may be, to ask when needed."""
    meaning = scene.meaning
    if meaning.place is None:
        return scene
    if meaning.place_is_sure:
        return at(scene, meaning.place.id)
    maybe = nearest_first(scene, meaning.places or (meaning.place,))
    if any(place.id == scene.session.place for place in maybe):
        return scene
    return scene.keeping(places=tuple(place.id for place in maybe[:FAR]))


def at(scene: Scene, place: PlaceId) -> Scene:
    """Keep a typed town; what was searched elsewhere is over."""
    return scene.keeping(place=place, places=(), near="typed", seen=(), ring="")


def nearest_first(scene: Scene, places: Iterable[Place]) -> list[Place]:
    """Put the places of the state where she was first; the rest keep their order."""
    former = find.place_of(scene)
    state = former.state_code if former else ""
    return sorted(places, key=lambda place: place.state_code != state)


def ask(scene: Scene, _: str = "") -> Outcome:
    """Ask where she is."""
    t = scene.t
    text = t(
        "Where are you? Share your location or write the town, in any spelling. I use it to "
        "search, and forget your exact location at once."
    )
    # What was understood comes first: a question for her town alone would seem to ignore it.
    asked = asking(scene, paragraphs(find.need_names(scene), text))
    return scene.keeping(places=()).say(asked, step="place")


def receive_text(scene: Scene) -> Outcome:
    """Read a typed place; the label of "Skip" comes back as text on some channels."""
    scene = filters.heard(scene)
    text = scene.turn.text
    if fold(text) == fold(scene.t("Skip")) or scene.meaning.interrupt in {"no", "back"}:
        return skip(scene)
    told = of_named_state(scene, text)
    if len(told) == 1:
        return take(scene, told[0], "typed")
    found = scene.context.world.places.find(text, FAR) or (scene.context.world.places.spot(text))
    if not found:
        return receive_meaning(scene)
    if stands_out(found):
        return take(scene, found[0].place, "typed")
    likeliest = nearest_first(scene, (f.place for f in found[:FAR]))
    return offer(scene.keeping(places=tuple(place.id for place in likeliest)))


def of_named_state(scene: Scene, text: str) -> list[Place]:
    """Return those of the places just offered that lie in the state that a text names."""
    state = scene.context.world.places.state_named(text) if scene.session.places else None
    return [place for place in offered(scene) if state and place.state_code == state.code]


def receive_meaning(scene: Scene) -> Outcome:
    """Take a place from what was understood, or ask again with a way on."""
    if scene.meaning.place:
        return take(scene, scene.meaning.place, "typed")
    t = scene.t
    text = t(
        "I do not know that place. Write the nearest larger town, share your location, or "
        "skip and I will look in the whole country."
    )
    return scene.say(asking(scene, text), step="place")


def asking(scene: Scene, text: str) -> Reply:
    """Return a question for the place: shared, typed or skipped."""
    t = scene.t
    return Reply(
        text,
        choices=rows(button(t("Skip"), "at:skip")),
        asks_location=True,
        location_label=t("Share my location"),
    )


def offered(scene: Scene) -> list[Place]:
    """Return the places that she may have meant."""
    found = (scene.context.world.places.by_id(place) for place in scene.session.places)
    return [place for place in found if place]


def offer(scene: Scene) -> Outcome:
    """Ask which of the places that fit her words is meant."""
    t = scene.t
    buttons = [button(f"{p.name}, {p.state}", f"at:{p.id}") for p in offered(scene)]
    return scene.say(
        Reply(
            paragraphs(find.need_names(scene), t("Is this the place? Choose:")),
            choices=(*rows(*buttons, width=1), *rows(button(t("None of these"), "at:ask"))),
        ),
        step="place",
    )


def receive_choice(scene: Scene, argument: str) -> Outcome:
    """Take a place, or the wish to skip or to ask again, from a button."""
    if argument == "skip":
        return skip(scene)
    wish, letters = filters.parted(argument)
    if wish == "ask":
        # Of places with one name: what she said of herself waits on, and no letters come.
        return ask(filters.choosing(scene, letters) if letters else scene)
    place = scene.context.world.places.by_id(PlaceId(argument))
    return take(scene, place, "typed") if place else ask(scene)


def receive_location(scene: Scene, point: Coordinates) -> Outcome:
    """Find the town of a shared location; the point itself is used for one search."""
    place = scene.context.world.places.nearest(point)
    return take(scene, place, "shared") if place else receive_meaning(scene)


def take(scene: Scene, place: Place, near: str) -> Outcome:
    """Keep the town and go on to the search."""
    seen = tried(scene)
    return onward(scene.keeping(place=place.id, places=(), near=near, seen=seen, ring=""))


def skip(scene: Scene) -> Outcome:
    """Go on without a place."""
    seen = tried(scene)
    return onward(scene.keeping(place=None, places=(), near="skipped", seen=seen, ring=""))


def tried(scene: Scene) -> tuple[ServiceId, ...]:
    """Return what to leave out still: a first place is no new search."""
    return () if scene.session.near else scene.session.seen


def onward(scene: Scene) -> Outcome:
    """Search when the need is known, else ask for it."""
    if scene.session.needs:
        return find.search(scene)
    return menu.show(scene)
