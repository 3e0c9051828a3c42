"""Danger first: was it understood, the right contacts, is it safe to write."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.country import Contact, Country
from handlers.i18n import Catalog, later
from handlers.names import DANGER_NEEDS
from handlers.person import menu
from handlers.scene import Rows, Scene, button, lines, paragraphs, rows
from handlers.turn import Outcome, Reply
from handlers.understanding.meaning import DANGERS

MOST_CONTACTS = 3
MOST_NEEDS = 2

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


def ask(scene: Scene, kind: str, also: Sequence[str] = ()) -> Outcome:
    """Say what was understood, show contacts first, ask whether writing is safe.

    ``also``: what else she asked for in the same words, so that she is not asked again.
    """
    t = scene.t
    needs = tuple(dict.fromkeys((DANGER_NEEDS[kind], *also)))[:MOST_NEEDS]
    scene = scene.keeping(danger=kind, needs=needs, seen=(), ring="")
    text = paragraphs(
        t(UNDERSTOOD[kind]),
        lines(t("You can call:"), contact_lines(scene, kind)),
        police_words(scene) if shows_police(scene, kind) else "",
        t("Is it safe to write here now?"),
    )
    return scene.say(Reply(text, choices=danger_rows(scene)), step="safe")


def reminder(scene: Scene, kind: str) -> Reply:
    """Return the contacts alone, for danger told in words meant for somebody else."""
    t = scene.t
    return Reply(lines(t("You can call:"), contact_lines(scene, kind)))


def danger_rows(scene: Scene) -> Rows:
    """Return the three answers."""
    t = scene.t
    return rows(
        button(t("Yes, show places near me"), "safe:yes"),
        button(t("I meant something else"), "safe:no"),
        button(t("Not safe: leave now"), "exit"),
        width=1,
    )


def receive_no(scene: Scene) -> Outcome:
    """Go back to the menu: it was not that."""
    scene = scene.keeping(danger="", needs=())
    before = scene.t("Thank you for telling me. I am here if you need those lines later.")
    return scene.say(menu.ask_need(scene, before=before))


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
    # Translators: {date} is a day; said of a telephone number, after it.
    return t(" (last checked: {date})", date=t.date(contact.checked))


def police_words(scene: Scene) -> str:
    """Say plainly who may answer at the emergency number."""
    number = scene.context.world.country.emergency.number
    # Translators: {number} is the emergency number.
    return scene.t("At {number} the police may answer.", number=number)


def shows_police(scene: Scene, kind: str) -> bool:
    """Tell whether a line that the police may answer is among those shown."""
    return any("emergency" in contact.topics for contact in contacts_of(scene, kind))
