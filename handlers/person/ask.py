"""What she asked for: a need from a button, or everything that a text may mean."""

from __future__ import annotations

from handlers.names import DANGER_NEEDS, NEEDS
from handlers.person import counting, danger, menu, place, privacy
from handlers.person.asked import asked_in
from handlers.person.together import beginning, respond, wanting
from handlers.scene import Scene, rows
from handlers.turn import Outcome, Reply


def receive_need(scene: Scene, code: str) -> Outcome:
    """Keep the need of a button and go on; what else she named stays offered."""
    if code not in NEEDS:
        return menu.old_button(scene)
    session = scene.session
    # From below a list: what that list was about changes places with it.
    also = session.needs + session.others if code in session.others else session.others
    return place.look(wanting(scene, (code,), also))


def receive_text(scene: Scene) -> Outcome:
    """Act on all that was understood of a text."""
    scene = place.heard(scene)
    return respond(scene, asked_in(scene))


def is_request(scene: Scene) -> bool:
    """Tell whether a text asks for something, where a town was expected."""
    found = scene.context.world.places.find(scene.turn.text, 1)
    asked = asked_in(scene)
    is_place = bool(found) and found[0].exact
    return not is_place and bool(asked.needs or scene.meaning.question)


def receive_safe(scene: Scene, answer: str) -> Outcome:
    """Go on to places when writing is safe; the numbers stay where they are."""
    if answer in NEEDS:
        return place.look(scene.keeping(needs=(answer,), others=(), seen=(), ring=""))
    if answer != "yes":
        return receive_not_that(scene)
    if scene.session.step == danger.STEP and scene.session.shown:
        return go_on(scene)
    return place.look(scene) if scene.session.needs else danger.show_lines(scene)


def go_on(scene: Scene) -> Outcome:
    """Say how to go on from places that are shown already."""
    text = scene.t("Good. Press a place to see more, or write what else you need.")
    return scene.say(Reply(text, choices=rows(*menu.ways_out(scene))))


def receive_not_that(scene: Scene) -> Outcome:
    """Go on with what else she asked, or to the menu: there was no danger."""
    session = scene.session
    behind = DANGER_NEEDS.get(session.danger, "")
    rest = tuple(need for need in session.needs if need != behind)
    scene = scene.keeping(danger="", needs=rest, shown=(), seen=(), ring="")
    words = scene.t("Thank you for telling me. I am here if you need those lines later.")
    if rest:
        return beginning(place.look(scene), words)
    return scene.say(menu.ask_need(scene, before=words))


def receive_safe_text(scene: Scene) -> Outcome:
    """Read a typed answer to whether writing is safe. A no is taken at its word."""
    if scene.meaning.interrupt == "yes":
        return receive_safe(place.heard(scene), "yes")
    return privacy.leave(scene) if scene.meaning.interrupt == "no" else receive_text(scene)


def receive_count_text(scene: Scene) -> Outcome:
    """Read a typed answer to being counted; any other text goes its own way."""
    word = scene.meaning.interrupt
    return counting.receive(scene, word) if word in {"yes", "no"} else receive_text(scene)
