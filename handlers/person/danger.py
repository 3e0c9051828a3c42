"""Danger first: was it understood, the right contacts, is it safe to write."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.country import Contact, Country
from handlers.i18n import Catalog, later
from handlers.person import menu
from handlers.scene import Scene, button, lines, paragraphs, rows
from handlers.turn import Choice, Outcome, Reply
from handlers.understanding.meaning import DANGERS

MOST_CONTACTS = 3
STEP = "safe"
"""The step that reads the answer to whether writing is safe."""

UNDERSTOOD = {
    "immediate_danger": later("It sounds like you or someone near you is in danger now."),
    "trafficking": later("It sounds like someone is held, or forced to work."),
    "gender_violence": later("It sounds like someone is being hurt or threatened."),
    "suicide_risk": later("It sounds like this is very heavy, and like life may be at risk."),
    "medical": later("It sounds like someone needs a doctor right now."),
    "child_alone": later("It sounds like a child or teenager has no adult to take care of them."),
}


ANY = "any"
"""The kind of danger when somebody asked for the numbers without saying why."""


def opening(scene: Scene, kind: str) -> Reply:
    """Say what was understood, show contacts first, ask whether writing is safe."""
    t = scene.t
    return Reply(
        paragraphs(
            t(UNDERSTOOD[kind]),
            lines(t("You can call:"), contact_lines(scene, kind)),
            police_words(scene) if shows_police(scene, kind) else "",
            t("Is it safe to write here now?"),
        )
    )


def reminder(scene: Scene, kind: str) -> Reply:
    """Return the contacts alone: for danger told again, or in words meant for others."""
    t = scene.t
    return Reply(lines(t("You can call:"), contact_lines(scene, kind)))


def safety_choices(scene: Scene, has_places: bool) -> tuple[Choice, ...]:
    """Return the answers to whether writing is safe; the way out is the last."""
    t = scene.t
    on = () if has_places else (button(t("Yes, show places near me"), "safe:yes"),)
    return (*on, button(t("I meant something else"), "safe:no"), leave_choice(scene))


def leave_choice(scene: Scene) -> Choice:
    """Return the way out of a chat that is not safe."""
    return button(scene.t("Not safe: leave now"), "exit")


def show_lines(scene: Scene, _: str = "") -> Outcome:
    """Show the lines for any danger: the safe word, at any time."""
    t = scene.t
    contacts = [c for topic in DANGERS for c in contacts_of(scene, topic)[:1]]
    text = paragraphs(
        lines(t("You can call:"), lines_of(scene, each_once(contacts))),
        police_words(scene),
        t("I am an automatic assistant: I cannot call for you."),
    )
    buttons = rows(
        button(t("Violence or sexual abuse"), "safe:gender_violence"),
        button(t("Forced to work, held"), "safe:trafficking"),
        *menu.ways_out(scene),
    )
    kind = scene.session.danger or ANY
    return scene.keeping(danger=kind).say(Reply(text, choices=buttons))


def contacts_of(scene: Scene, topic: str) -> Sequence[Contact]:
    """Return the contacts for a topic where she is, the best first."""
    state = ""
    if scene.session.place:
        place = scene.context.world.places.by_id(scene.session.place)
        state = place.state_code if place else ""
    return scene.context.world.country.contacts_for(topic, state)[:MOST_CONTACTS]


def contacts_by_id(scene: Scene, ids: Sequence[str]) -> Sequence[Contact]:
    """Return contacts by their ids, in that order."""
    known = {contact.id: contact for contact in scene.context.world.country.contacts}
    return [known[i] for i in ids if i in known]


def contact_lines(scene: Scene, topic: str) -> str:
    """Return the contacts of a topic, one a line."""
    return lines_of(scene, contacts_of(scene, topic))


def lines_of(scene: Scene, contacts: Sequence[Contact]) -> str:
    """Return contacts one a line: what it is, number, hours, and how old the fact is."""
    return lines(*(line_of(scene.t, contact) for contact in contacts))


def plain_lines(t: Catalog, country: Country) -> str:
    """Return the line for any danger and the first one of each kind, without a place."""
    first = [c for topic in DANGERS for c in country.contacts_for(topic)[:1]]
    return lines(*(line_of(t, c) for c in each_once([country.emergency, *first])))


def each_once(contacts: Sequence[Contact]) -> Sequence[Contact]:
    """Return the contacts in their order, without repetitions."""
    # By id: contacts carry mappings, so they cannot be hashed.
    return list({contact.id: contact for contact in contacts}.values())


def line_of(t: Catalog, contact: Contact) -> str:
    """Return one contact's line: the number first, exact, as it is dialled."""
    name = contact.names.get(t.language) or contact.name
    hours = f" ({t.hours(contact.hours)})" if contact.hours == "24/7" else ""
    also = "".join(f" · {way}" for way in contact.also)
    return f"{contact.number} · {name}{hours}{also}{contact_age(t, contact)}"


def contact_age(t: Catalog, contact: Contact) -> str:
    """Say how old a number is that was not checked lately."""
    if contact.mark == "sourced":
        return ""
    if contact.checked is None:
        # Translators: said of a telephone number, after it.
        return t(" (not checked lately)")
    day = t.date(contact.checked) if contact.has_day else str(contact.checked.year)
    # Translators: {date} is a day or a year; said of a telephone number, after it.
    return t(" (last checked: {date})", date=day)


def police_words(scene: Scene) -> str:
    """Say plainly who may answer at the emergency number."""
    number = scene.context.world.country.emergency.number
    # Translators: {number} is the emergency number.
    return scene.t("At {number} the police may answer.", number=number)


def shows_police(scene: Scene, kind: str) -> bool:
    """Tell whether a line that the police may answer is among those shown."""
    return any("emergency" in contact.topics for contact in contacts_of(scene, kind))
