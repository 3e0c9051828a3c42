"""What waits for a coordinator, and how one organization is found by its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from handlers.coordinator import vetting
from handlers.coordinator.lacking import WAITS, vetting_of, waits_for
from handlers.scene import Rows, Scene, button, lines, paragraphs, rows
from handlers.turn import Choice, Outcome, Reply
from referrals.directory import Organization
from referrals.listings import folded

A_PAGE = 8
LETTERS = 40

Waiting = tuple[Organization, str]


def show(scene: Scene, words: str) -> Outcome:
    """Show what waits, or the organizations with these words in their name."""
    if not words:
        return more(scene, "0")
    found = named(scene, words)
    if len(found) == 1:
        return vetting.show(scene, found[0].id)
    return choose(scene, found, "vet")


def named(scene: Scene, words: str) -> tuple[Organization, ...]:
    """Return the organizations whose name holds these words; case and accents do not matter."""
    wanted = folded(words)
    everyone = scene.context.world.directory.organizations()
    return tuple(one for one in everyone if wanted in folded(one.name))


def choose(scene: Scene, found: Sequence[Organization], verb: str) -> Outcome:
    """Ask which of several organizations is meant, or say that none fits."""
    t = scene.t
    if not found:
        return scene.say(Reply(t("No organization has these words in its name.")))
    shown = found[:A_PAGE]
    rest = t("There are more: write more of the name.") if len(found) > A_PAGE else ""
    buttons = rows(*(name_button(one, verb) for one in shown), width=1)
    return scene.say(Reply(paragraphs(t("Which one?"), rest), choices=buttons))


def name_button(organization: Organization, verb: str) -> Choice:
    """Return a button that says the name of an organization."""
    return button(organization.name[:LETTERS], f"{verb}:{organization.id}")


def more(scene: Scene, first: str) -> Outcome:
    """Show a page of what waits, the most urgent first."""
    everything = queue(scene)
    if not everything:
        return scene.say(Reply(scene.t("Nothing is waiting. Thank you.")))
    start = int(first) if first.isascii() and first.isdigit() else 0
    start = start if start < len(everything) else 0
    page = everything[start : start + A_PAGE]
    text = paragraphs(counts(scene, everything), lines(*(entry(scene, one) for one in page)))
    return scene.say(Reply(text, choices=page_rows(scene, page, start, len(everything))))


def queue(scene: Scene) -> list[Waiting]:
    """Return every organization that waits for something, the most urgent first."""
    order = list(WAITS)
    everyone = scene.context.world.directory.organizations()
    waiting = ((one, waits_for(scene.context, one)) for one in everyone)
    found = [(one, wait) for one, wait in waiting if wait]
    return sorted(found, key=lambda pair: (order.index(pair[1]), pair[0].name))


def counts(scene: Scene, everything: Sequence[Waiting]) -> str:
    """Say how many wait for what, a line each."""
    t, number = scene.t, Counter(wait for _, wait in everything)
    return lines(*(f"{t(WAITS[wait])}: {t.number(number[wait])}" for wait in WAITS if number[wait]))


def entry(scene: Scene, waiting: Waiting) -> str:
    """Return one line of the page."""
    organization, wait = waiting
    t, until = scene.t, vetting_of(scene.context, organization).until
    words = t("to check again until {date}", date=t.date(until)) if until else t(WAITS[wait])
    return f"{organization.name} · {words}"


def page_rows(scene: Scene, page: Sequence[Waiting], start: int, all_of_them: int) -> Rows:
    """Return a button an organization, and one for the next page."""
    names = rows(*(name_button(one, "vet") for one, _ in page), width=1)
    following = start + A_PAGE
    if following >= all_of_them:
        return names
    return (*names, *rows(button(scene.t("More"), f"vets:{following}")))
