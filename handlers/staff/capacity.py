"""Free places with one tap: full, a few, many, or closed for some days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from handlers.scene import Rows, Scene, button, lines, paragraphs, rows
from handlers.shown_listing import FREE
from handlers.staff import own
from handlers.turn import Outcome, Reply
from referrals.directory import Capacity, Service
from referrals.events import CapacityReported
from referrals.live import LASTS

CLOSURES = (1, 3, 7, 14)
"""After how many days it can be open again."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a service now."""

    capacity: Capacity | None
    """None: nothing that still counts."""
    closed_until: date | None


def show(scene: Scene, _: str = "") -> Outcome:
    """Show a message for each service, or first ask which."""
    if scene.context.organization is None:
        return scene.say()
    mine = own.services(scene)
    if not mine:
        return own.none_listed(scene)
    if len(mine) > own.MOST_AT_ONCE:
        return own.choose(scene, "plc")
    # Not yet as a living card: an old one far above would change, and nobody would see it.
    return scene.say(*(message(scene, one, told(scene, one)) for one in mine), below=True)


def show_one(scene: Scene, argument: str) -> Outcome:
    """Show the message of one service below the list that it was chosen from."""
    service = own.named(scene, argument)
    if service is None:
        return own.refuse(scene)
    return scene.say(message(scene, service, told(scene, service)), below=True)


def report(scene: Scene, argument: str) -> Outcome:
    """Take a tap on how many places are free."""
    service, available = own.named(scene, argument), argument.partition(":")[2]
    if service is None or available not in LASTS:
        return own.refuse(scene)
    now = Told(Capacity(available, scene.context.today), None)
    return reported(scene, service, now, available)


def ask_closure(scene: Scene, argument: str) -> Outcome:
    """Ask until when it is closed, in the message's place."""
    service = own.named(scene, argument)
    if service is None:
        return own.refuse(scene)
    t = scene.t
    ends = (scene.context.today + timedelta(days=days) for days in CLOSURES)
    buttons = (
        button(t("Open again on {date}", date=t.date(end)), f"shut:{service.id}:{end}")
        for end in ends
    )
    back = button(t("Back"), f"open?:{service.id}")
    text = paragraphs(service.name, t("On which day is it open again?"))
    choices = rows(*buttons, back, width=1)
    return scene.say(Reply(text, choices=choices, card=card_of(service), sensitive=False))


def close(scene: Scene, argument: str) -> Outcome:
    """Take a tap on the day from which it is open again."""
    service, until = own.named(scene, argument), day_of(argument.partition(":")[2])
    if service is None or until is None:
        return own.refuse(scene)
    # The button says a day, and may be days old when it is pressed.
    if not timedelta(0) < until - scene.context.today <= timedelta(days=max(CLOSURES)):
        return ask_closure(scene, argument)
    return reported(scene, service, Told(told(scene, service).capacity, until))


def day_of(text: str) -> date | None:
    """Return the day that a button names: ``2026-11-26``."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def reopen(scene: Scene, argument: str) -> Outcome:
    """Take a tap that it is open again."""
    service = own.named(scene, argument)
    if service is None:
        return own.refuse(scene)
    return reported(scene, service, Told(told(scene, service).capacity, None))


def back(scene: Scene, argument: str) -> Outcome:
    """Return to the message without a change."""
    service = own.named(scene, argument)
    if service is None:
        return own.refuse(scene)
    return scene.say(living(scene, service, told(scene, service)))


def reported(scene: Scene, service: Service, now: Told, available: str = "") -> Outcome:
    """Record a report, and say what people see from now on."""
    event = CapacityReported(service.organization_id, service.id, available, now.closed_until)
    return scene.say(living(scene, service, now), events=(event,))


def told(scene: Scene, service: Service) -> Told:
    """Return what is known of a service before this turn."""
    directory = scene.context.world.directory
    return Told(directory.capacity(service.id), directory.closed_until(service.id))


def living(scene: Scene, service: Service, now: Told) -> Reply:
    """Return the message that takes the place of the one that was tapped."""
    shown = message(scene, service, now)
    return Reply(shown.text, shown.choices, card=card_of(service), sensitive=False)


def card_of(service: Service) -> str:
    """Return the name of a service's living message."""
    return f"places:{service.id}"


def message(scene: Scene, service: Service, now: Told) -> Reply:
    """Return what is known of a service, with a button for each thing to say."""
    text = paragraphs(service.name, *known(scene, service, now))
    return Reply(text, choices=buttons(scene, service, now), sensitive=False)


def known(scene: Scene, service: Service, now: Told) -> tuple[str, ...]:
    """Say what people see, and until when it counts."""
    t = scene.t
    if now.closed_until:
        day = t.date(now.closed_until)
        text = t("People are told: closed. Nobody is sent here before {date}.", date=day)
        return (text,)
    if now.capacity is None:
        return (nothing_known(scene, service), not_shown(scene, service))
    until = t.date(now.capacity.updated + LASTS[now.capacity.available])
    return (
        lines(
            # Translators: {free} is "full", "a few places free" or "places free".
            t("People are told: {free}.", free=t(FREE[now.capacity.available])),
            t("It counts until {date}. Then I say nothing about free places.", date=until),
        ),
        not_shown(scene, service),
    )


def nothing_known(scene: Scene, service: Service) -> str:
    """Say that people are told nothing, and how old the last report is."""
    t = scene.t
    last = scene.context.world.directory.live.service(service.id).capacity
    if last is None:
        return t("Nobody has told me how many places are free, so I say nothing about it.")
    day = t.date(last.updated)
    return t("Your last report is of {date}: too old, so I say nothing about it.", date=day)


def not_shown(scene: Scene, service: Service) -> str:
    """Say so when people are not shown the service at all."""
    directory = scene.context.world.directory
    # Closed for some days it is not offered either, and that is said already.
    if directory.is_offered(service.id) or directory.closed_until(service.id):
        return ""
    return scene.t("People are not shown this service now. Ask your coordinator.")


def buttons(scene: Scene, service: Service, now: Told) -> Rows:
    """Return a button for each thing that can be said."""
    t, id = scene.t, service.id
    shut = (
        button(t("Open again"), f"reop:{id}")
        if now.closed_until
        else button(t("Closed until …"), f"shut?:{id}")
    )
    return rows(
        button(t("Full"), f"cap:{id}:full"),
        button(t("1 to 3 free"), f"cap:{id}:few"),
        button(t("4 or more free"), f"cap:{id}:many"),
        shut,
    )
