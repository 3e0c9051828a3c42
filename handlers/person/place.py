"""Where she is: shared, typed or skipped. Coordinates are used here and thrown away."""

from __future__ import annotations

from handlers.person import find, menu
from handlers.scene import Scene, button, paragraphs, rows
from handlers.turn import Outcome, Reply
from referrals.directory import ServiceId
from referrals.places import Coordinates, Place, PlaceId, fold, stands_out

FAR = 4
"""How many places to offer when the name fits several."""


def ask(scene: Scene, _: str = "") -> Outcome:
    """Ask where she is."""
    t = scene.t
    text = t(
        "Where are you? Share your location or write the town, in any spelling. I use it to "
        "search, and forget your exact location at once."
    )
    # What was understood comes first: a question for her town alone would seem to ignore it.
    return scene.say(asking(scene, paragraphs(find.need_names(scene), text)), step="place")


def receive_text(scene: Scene) -> Outcome:
    """Read a typed place; the label of "Skip" comes back as text on some channels."""
    text = scene.turn.text
    if fold(text) == fold(scene.t("Skip")) or scene.meaning.interrupt in {"no", "back"}:
        return skip(scene)
    found = scene.context.world.places.find(text, FAR) or (scene.context.world.places.spot(text))
    if not found:
        return receive_meaning(scene)
    if stands_out(found):
        return take(scene, found[0].place, "typed")
    return offer(scene, [f.place for f in found[:FAR]])


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


def offer(scene: Scene, places: list[Place]) -> Outcome:
    """Ask which of several places is meant."""
    t = scene.t
    buttons = [button(f"{p.name}, {p.state}", f"at:{p.id}") for p in places]
    return scene.say(
        Reply(
            t("Is this the place? Choose:"),
            choices=(*rows(*buttons, width=1), *rows(button(t("None of these"), "at:ask"))),
        ),
        step="place",
    )


def receive_choice(scene: Scene, argument: str) -> Outcome:
    """Take a place, or the wish to skip or to ask again, from a button."""
    if argument == "skip":
        return skip(scene)
    place = scene.context.world.places.by_id(PlaceId(argument))
    return take(scene, place, "typed") if place else ask(scene)


def receive_location(scene: Scene, point: Coordinates) -> Outcome:
    """Find the town of a shared location; the point itself is used for one search."""
    place = scene.context.world.places.nearest(point)
    return take(scene, place, "shared") if place else receive_meaning(scene)


def take(scene: Scene, place: Place, near: str) -> Outcome:
    """Keep the town and go on to the search."""
    return onward(scene.keeping(place=place.id, near=near, seen=tried(scene), ring=""))


def skip(scene: Scene) -> Outcome:
    """Go on without a place."""
    return onward(scene.keeping(place=None, near="skipped", seen=tried(scene), ring=""))


def tried(scene: Scene) -> tuple[ServiceId, ...]:
    """Return what to leave out still: a first place is no new search."""
    return () if scene.session.near else scene.session.seen


def onward(scene: Scene) -> Outcome:
    """Search when the need is known, else ask for it."""
    if scene.session.needs:
        return find.search(scene)
    return menu.show(scene)
