"""Her requests: where each stands, taking one back, the next place after a no."""

from __future__ import annotations

from handlers.names import NEEDS, STATUSES
from handlers.notices import shown_code, ways_to_reach
from handlers.person import find, menu, place, privacy
from handlers.scene import Scene, button, lines, paragraphs, rows
from handlers.turn import Outcome, Reply
from referrals.directory import ServiceId
from referrals.events import ReferralMoved
from referrals.lifecycle import Code, MoveNotAllowed, Referral, Status, move

MOST_SHOWN = 6
NEXT_OFFERED = frozenset({Status.DECLINED, Status.EXPIRED})


def show(scene: Scene, _: str = "", below: bool = False) -> Outcome:
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
            choices=(*rows(*back, width=1), *rows(*menu.ways_out(scene))),
        ),
        below=below,
    )


def request(scene: Scene, referral: Referral) -> str:
    """Return one request: code, place, need, status; once accepted, how to reach them."""
    t = scene.t
    is_accepted = referral.status is Status.ACCEPTED
    organization = scene.context.world.directory.organization(referral.organization)
    return lines(
        f"{shown_code(referral.code)} · {organization.name if organization else ''}",
        f"{t(NEEDS[referral.need])} · {t(STATUSES[referral.status])}",
        ways_to_reach(t, scene.context, referral) if is_accepted else "",
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
    waiting = [button(t("Back to the card"), "card:back")] if scene.session.draft else []
    buttons = rows(*waiting, button(t("My requests"), "mine"), button(t("Menu"), "menu"))
    return scene.say(
        Reply(text, choices=buttons),
        events=(ReferralMoved(gone),),
        notices=privacy.tell_staff(scene, gone),
    )


def next_place(scene: Scene, code: str) -> Outcome:
    """Search again for the same need, without the places that she asked already."""
    referral = scene.context.referrals.get(Code(code))
    if referral is None:
        return menu.old_button(scene)
    seen = asked_already(scene, referral.need)
    scene = scene.keeping(needs=(referral.need,), seen=seen, ring="")
    return find.search(scene, is_first=False) if scene.session.near else place.ask(scene)


def asked_already(scene: Scene, need: str) -> tuple[ServiceId, ...]:
    """Return the services of every organization that she asked for this need."""
    mine = scene.context.referrals.values()
    asked = dict.fromkeys(r.organization for r in mine if r.need == need)
    directory = scene.context.world.directory
    return tuple(service.id for o in asked for service in directory.services_of(o))


def receive_yes(scene: Scene) -> Outcome:
    """Read a typed yes as an answer to the last offer of a next place, if there is one."""
    today = scene.context.today
    mine = scene.context.referrals.values()
    ended = [r for r in mine if r.status in NEXT_OFFERED and r.moved == today]
    return next_place(scene, ended[-1].code) if ended else menu.show(scene)
