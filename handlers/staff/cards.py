"""Answering a referral with one tap. The card changes in place."""

from __future__ import annotations

from handlers.i18n import later
from handlers.names import DECLINES
from handlers.notices import card_fields, shown_code, staff_card, told_person
from handlers.scene import Scene, button, paragraphs, rows
from handlers.turn import Notice, Outcome, Reply, ToPerson
from referrals.directory import OrganizationId
from referrals.events import ReferralMoved
from referrals.lifecycle import Code, MoveNotAllowed, Referral, Status, move

ENDINGS = {"completed": Status.COMPLETED, "not_received": Status.NOT_RECEIVED}
GONE = later("This request is not here, or not yours to answer.")


def referral_named(scene: Scene, argument: str) -> Referral | None:
    """Return the referral of a button, only when it belongs to this chat."""
    referral = scene.context.referrals.get(Code(argument.partition(":")[0]))
    if referral is None or referral.organization != scene.context.organization:
        return None
    return referral


def show(scene: Scene, argument: str) -> Outcome:
    """Show the card as it stands now."""
    referral = referral_named(scene, argument)
    if referral is None:
        return refuse(scene)
    return scene.say(staff_card(scene.context, referral))


def refuse(scene: Scene) -> Outcome:
    """Answer a forged or foreign button; says nothing about the referral."""
    return scene.say(Reply(scene.t(GONE), sensitive=False))


def accept(scene: Scene, argument: str) -> Outcome:
    """Take the referral; the person is told how to come. Not while nobody is sent there."""
    organization = scene.context.organization
    state = scene.context.world.directory.live.organization(organization or OrganizationId(""))
    if referral_named(scene, argument) and not state.vetting.is_active:
        text = scene.t(
            "People are not sent to you for now, so I cannot accept this. Ask your coordinator, "
            "or decline it: then the person can go on."
        )
        return scene.say(Reply(text, sensitive=False), below=True)
    return moved(scene, argument, Status.ACCEPTED)


def ask_reason(scene: Scene, argument: str) -> Outcome:
    """Show the reasons for a decline in the card's place."""
    referral = referral_named(scene, argument)
    if referral is None:
        return refuse(scene)
    if referral.status is not Status.REQUESTED:
        return show(scene, argument)
    t = scene.t
    title = t("{code} · why can you not take it?", code=shown_code(referral.code))
    reasons = (
        button(t(label), f"why:{referral.code}:{reason}") for reason, label in DECLINES.items()
    )
    back = button(t("Back"), f"open:{referral.code}")
    text = paragraphs(title, card_fields(t, referral))
    return scene.say(Reply(text, choices=rows(*reasons, back), card=referral.code))


def decline(scene: Scene, argument: str) -> Outcome:
    """Record why it cannot be taken; the person is offered the next place."""
    reason = argument.partition(":")[2]
    if reason not in DECLINES:
        return refuse(scene)
    return moved(scene, argument, Status.DECLINED, reason)


def close(scene: Scene, argument: str) -> Outcome:
    """Record how an accepted referral ended."""
    ending = ENDINGS.get(argument.partition(":")[2])
    if ending is None:
        return refuse(scene)
    return moved(scene, argument, ending)


def moved(scene: Scene, argument: str, to: Status, reason: str = "") -> Outcome:
    """Move the referral, tell the person, show the card as it is now."""
    referral = referral_named(scene, argument)
    if referral is None:
        return refuse(scene)
    try:
        now = move(referral, to, scene.context.today, reason)
    except MoveNotAllowed:
        return scene.say(staff_card(scene.context, referral))
    return scene.say(
        staff_card(scene.context, now),
        events=(ReferralMoved(now),),
        notices=(Notice(ToPerson(now.code), told_person(scene.context, now)),),
    )
