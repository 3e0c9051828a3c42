"""A call-back: the number must come from somewhere else than from the organization."""

from __future__ import annotations

from dataclasses import replace

from handlers.coordinator import vetting
from handlers.person import danger
from handlers.scene import Scene, button, paragraphs, rows
from handlers.turn import Outcome, Reply, Session
from referrals.directory import Organization
from referrals.vetting import StepKind

STEP = "source"
"""The step that reads where the number was found: ``source:<organization>``."""
SHORTEST, LONGEST = 4, 200
"""Letters of a note: a shorter one names no source, of a longer one the rest is cut."""


def is_asked(session: Session) -> bool:
    """Tell whether the next text is the source of a number."""
    return session.step.partition(":")[0] == STEP


def ask_source(scene: Scene, argument: str) -> Outcome:
    """Ask where the number was found, before a call-back counts."""
    organization = vetting.organization_named(scene, argument)
    return vetting.gone(scene) if organization is None else asked(scene, organization)


def asked(scene: Scene, organization: Organization) -> Outcome:
    """Ask, and read the next text as the answer."""
    t = scene.t
    text = paragraphs(
        t("You called {organization}, and they answered?", organization=organization.name),
        t("Where did you find the number? Write it: a page, a register."),
        t("Never use the number that the organization gave you."),
    )
    buttons = rows(button(t("Back"), f"vet:{organization.id}"))
    return scene.say(Reply(text, choices=buttons), step=f"{STEP}:{organization.id}")


def receive_source(scene: Scene, argument: str) -> Outcome:
    """Record the call-back with its source; ask again when it names none."""
    organization = vetting.organization_named(scene, argument)
    if organization is None:
        return vetting.gone(scene)
    note = " ".join(scene.turn.text.split())[:LONGEST]
    if len(note) < SHORTEST:
        return asked(scene, organization)
    return with_numbers(scene, vetting.taken(scene, organization, StepKind.CALLED_BACK, note))


def with_numbers(scene: Scene, outcome: Outcome) -> Outcome:
    """Put the numbers first if it sounds like a danger: a source may, but a person may too."""
    if not scene.meaning.danger:
        return outcome
    first = danger.reminder(scene, scene.meaning.danger.value)
    return replace(outcome, replies=(first, *outcome.replies))
