"""What is open in this organization's chat, and what waits for whom."""

from __future__ import annotations

from datetime import date

from handlers.names import NEEDS
from handlers.notices import shown_code
from handlers.scene import Rows, Scene, button, lines, paragraphs, rows
from handlers.turn import Outcome, Reply
from referrals.lifecycle import Priority, Referral, Status

MOST_SHOWN = 30


def show(scene: Scene, _: str = "") -> Outcome:
    """List the open referrals, those that wait for an answer first."""
    if scene.context.organization is None:
        return scene.say()
    t = scene.t
    mine = [r for r in scene.context.referrals.values() if r.is_open]
    if not mine:
        text = t("Nothing is open. Thank you.")
        return scene.say(Reply(text, choices=places_row(scene), sensitive=False))
    mine.sort(key=urgency)
    shown = mine[:MOST_SHOWN]
    head = t.n("{number} open request", "{number} open requests", len(mine))
    buttons = (button(shown_code(r.code), f"open:{r.code}") for r in shown)
    rest = t("Only the first {number} are shown.", number=t.number(MOST_SHOWN))
    text = paragraphs(
        head, lines(*(entry(scene, r) for r in shown)), rest if len(mine) > MOST_SHOWN else ""
    )
    choices = (*rows(*buttons, width=3), *places_row(scene))
    return scene.say(Reply(text, choices=choices))


def places_row(scene: Scene) -> Rows:
    """Return the button for telling how many places are free."""
    return rows(button(scene.t("Free places"), "places"))


def urgency(referral: Referral) -> tuple[bool, bool, date]:
    """Return what the caseload is sorted by: unanswered, then urgent, then the oldest."""
    is_answered = referral.status is not Status.REQUESTED
    return is_answered, referral.priority is Priority.NORMAL, referral.opened


def entry(scene: Scene, referral: Referral) -> str:
    """Return one line of the caseload."""
    t = scene.t
    waiting = (
        t("waiting for your answer")
        if referral.status is Status.REQUESTED
        else t("accepted, not closed yet")
    )
    code, need = shown_code(referral.code), t(NEEDS[referral.need])
    return f"{code} · {need} · {t.date(referral.opened)} · {waiting}"
