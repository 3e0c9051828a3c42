"""Being counted or not: a separate yes, asked once, never a condition for help."""

from __future__ import annotations

from handlers.person import rings
from handlers.scene import Scene, button, rows
from handlers.turn import Outcome, Reply
from referrals.events import Event, NeedAsked, NeedUnmet
from referrals.places import Place

STEP = "count"
"""The step that reads a typed yes or no to the question."""


def ask(scene: Scene, unmet: str = "") -> tuple[Reply, ...]:
    """Return the question, where it was not answered yet and may be asked."""
    if not may_ask(scene):
        return ()
    t = scene.t
    text = t(
        "May I count, without your name or your chat, that somebody looked for this? The "
        "figures show which help is missing. Your answer changes nothing for you."
    )
    yes = f"count:yes:{unmet}" if unmet else "count:yes"
    buttons = rows(button(t("Yes, count it"), yes), button(t("No"), "count:no"))
    return (Reply(text, choices=buttons),)


def may_ask(scene: Scene) -> bool:
    """Tell whether to ask: once, not about a child, not on the day of a danger."""
    about_child = "child_protection" in scene.session.needs
    return not (scene.session.counted or scene.session.danger or about_child)


def then_ask(scene: Scene, reply: Reply, events: tuple[Event, ...], unmet: str = "") -> Outcome:
    """Say what was found, and put the question after it where it may be asked.

    ``unmet``: why the search could not help, for the yes that counts it.
    """
    question = ask(scene, unmet)
    if not question:
        return scene.say(reply, events=events)
    return scene.keeping(counted="asked").say(reply, *question, events=events, step=STEP)


def receive(scene: Scene, argument: str) -> Outcome:
    """Keep the answer; a new yes counts what she looked for just now."""
    answer, _, unmet = argument.partition(":")
    counted = "yes" if answer == "yes" else "no"
    is_new = counted != scene.session.counted
    scene = scene.keeping(counted=counted)
    text = (
        scene.t("Thank you. I will count it.")
        if counted == "yes"
        else scene.t("Thank you. I will not count it.")
    )
    events = need_asked(scene) if is_new else ()
    if is_new and (unmet or not scene.session.shown):
        events += need_unmet(scene, unmet if unmet in rings.UNMET else "nothing_listed")
    step = scene.session.step if scene.session.step != STEP else ""
    return scene.say(Reply(text, sensitive=False), step=step, events=events)


def need_asked(scene: Scene) -> tuple[Event, ...]:
    """Return one event a need, if she said yes."""
    if scene.session.counted != "yes":
        return ()
    return tuple(NeedAsked(need, region_of(scene)) for need in scene.session.needs)


def need_unmet(scene: Scene, reason: str) -> tuple[Event, ...]:
    """Return one event a need that found nothing, if she said yes."""
    if scene.session.counted != "yes":
        return ()
    return tuple(NeedUnmet(need, region_of(scene), reason) for need in scene.session.needs)


def region_of(scene: Scene) -> str:
    """Return the code of her region, or empty."""
    place: Place | None = None
    if scene.session.place:
        place = scene.context.world.places.by_id(scene.session.place)
    return place.region if place else ""
