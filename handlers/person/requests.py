"""Her requests: where each stands, taking one back, the next place after a no."""

from __future__ import annotations

from handlers.names import NEEDS, STATUSES
from handlers.notices import shown_code
from handlers.person import find, menu, privacy
from handlers.scene import Scene, button, lines, paragraphs, rows
from handlers.turn import Outcome, Reply
from referrals.events import ReferralMoved
from referrals.lifecycle import Code, MoveNotAllowed, Referral, Status, move

MOST_SHOWN = 6


def show(scene: Scene, _: str = "") -> Outcome:
    """List her requests, the newest first."""
    t = scene.t
    mine = sorted(scene.context.referrals.values(), key=lambda r: r.opened, reverse=True)
    if not mine:
        text = t("You have no requests. When you find a place, I can ask them for you.")
        return scene.say(Reply(text, choices=rows(button(t("Menu"), "menu"))))
    back = (
        button(t("Take back {code}", code=shown_code(r.code)), f"undo:{r.code}")
        for r in mine[:MOST_SHOWN]
        if r.is_open
    )
    return scene.say(
        Reply(
            paragraphs(t("Your requests:"), *(request(scene, r) for r in mine[:MOST_SHOWN])),
            choices=(*rows(*back, width=1), (button(t("Menu"), "menu"),)),
        )
    )


def request(scene: Scene, referral: Referral) -> str:
    """Return one request: code, place, need, status."""
    t = scene.t
    organization = scene.context.world.directory.organization(referral.organization)
    return lines(
        f"{shown_code(referral.code)} · {organization.name if organization else ''}",
        f"{t(NEEDS[referral.need])}: {t(STATUSES[referral.status])}",
        t("They must first say: {words}", words=referral.meeting_code) if referral.is_open else "",
    )


def ask_withdraw(scene: Scene, code: str) -> Outcome:
    """Ask once more before a request is taken back."""
    if Code(code) not in scene.context.referrals:
        return menu.old_button(scene)
    t = scene.t
    text = t(
        "Take back {code}? The organization sees only that it was withdrawn.",
        code=shown_code(code),
    )
    buttons = rows(button(t("Yes, take it back"), f"undo!:{code}"), button(t("No, keep"), "mine"))
    return scene.say(Reply(text, choices=buttons))


def withdraw(scene: Scene, code: str) -> Outcome:
    """Take a request back; the card in the organization's chat closes."""
    referral = scene.context.referrals.get(Code(code))
    if referral is None:
        return menu.old_button(scene)
    t = scene.t
    try:
        gone = move(referral, Status.WITHDRAWN, scene.context.today)
    except MoveNotAllowed:
        return show(scene)
    text = t("{code} is withdrawn.", code=shown_code(code))
    return scene.say(
        Reply(text, choices=rows(button(t("My requests"), "mine"), button(t("Menu"), "menu"))),
        events=(ReferralMoved(gone),),
        notices=privacy.tell_staff(scene, gone),
    )


def next_place(scene: Scene, code: str) -> Outcome:
    """Search again for the same need, without the places that had no room."""
    referral = scene.context.referrals.get(Code(code))
    if referral is None:
        return menu.old_button(scene)
    directory = scene.context.world.directory
    tried = {referral.organization, *referral.declined}
    seen = tuple(s.id for o in tried for s in directory.services_of(o))
    return find.search(scene.keeping(needs=(referral.need,), seen=seen, ring=""))
