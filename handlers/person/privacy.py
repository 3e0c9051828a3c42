"""Leaving, deleting, and what is known."""

from __future__ import annotations

from handlers.names import NEEDS
from handlers.notices import withdrawn_card
from handlers.scene import Rows, Scene, button, lines, paragraphs, rows
from handlers.turn import Notice, Outcome, Reply, Session, ToStaff
from referrals.events import ReferralMoved
from referrals.lifecycle import Referral, Status, move
from referrals.places import Place


def leave(scene: Scene, _: str = "") -> Outcome:
    """Stop at once: forget the conversation, sweep the chat, say one neutral line.

    Nothing is counted, and nothing is sent to this chat until somebody writes again.
    """
    kept = scene.session
    left = Session(
        language=kept.language,
        chose_language=kept.chose_language,
        noticed=kept.noticed,
        counted=kept.counted,
        left=True,
    )
    # Translators: neutral on purpose: somebody else may be reading.
    return Outcome(
        session=left, replies=(Reply(scene.t("All right."), sensitive=False),), sweep=True
    )


def show(scene: Scene, _: str = "") -> Outcome:
    """Say exactly what is kept about this chat now."""
    t = scene.t
    return scene.say(
        Reply(
            paragraphs(
                t("What I keep about this chat now:"),
                lines(*(f"· {line}" for line in kept(scene) if line)),
                t(
                    "Not kept: your name, your number, your papers, your exact location. I "
                    "cannot erase screenshots, what the messaging app keeps, or messages "
                    "older than 48 hours."
                ),
            ),
            choices=privacy_rows(scene),
        )
    )


def privacy_rows(scene: Scene) -> Rows:
    """Return the buttons: a yes to being counted can be taken back like any other."""
    t = scene.t
    is_counted = scene.session.counted == "yes"
    stop = [button(t("Do not count me any more"), "count:no")] if is_counted else []
    return rows(
        *stop,
        button(t("Erase everything"), "del"),
        button(t("Menu"), "menu"),
        button(t("Leave now"), "exit"),
    )


def kept(scene: Scene) -> list[str]:
    """Return what is kept, a line each."""
    t, session = scene.t, scene.session
    wanted = (*session.needs, *session.others)
    needs = t.list([t(NEEDS[code]) for code in wanted if code in NEEDS])
    towns = t.list([place.name for place in kept_places(scene)])
    mine = scene.context.referrals.values()
    open_now = sum(r.is_open for r in mine)
    ended = len(mine) - open_now
    counted = {
        "yes": t("that you agreed to be counted"),
        "no": t("that you do not want to be counted"),
    }
    return [
        t(
            "a sealed address of this chat, so that I can answer, for 30 days after your "
            "last message"
        ),
        t("your language"),
        t("what you look for, for today: {needs}", needs=needs) if needs else "",
        t("your town, for today: {place}", place=towns) if towns else "",
        t("which places you told me about, for today") if session.reported else "",
        t("the request that you are writing") if session.draft else "",
        t.n("{number} open request", "{number} open requests", open_now) if open_now else "",
        t.n(
            "{number} request that ended, until 30 days after",
            "{number} requests that ended, until 30 days after",
            ended,
        )
        if ended
        else "",
        counted.get(session.counted, ""),
    ]


def kept_places(scene: Scene) -> list[Place]:
    """Return her town, or what it may be while she has not chosen."""
    session = scene.session
    ids = (session.place,) if session.place else session.places
    found = (scene.context.world.places.by_id(place) for place in ids)
    return [place for place in found if place]


def ask_delete(scene: Scene, _: str = "") -> Outcome:
    """Ask once more before everything goes."""
    t = scene.t
    text = t(
        "Shall I erase everything? Open requests are withdrawn, and my messages of the last "
        "48 hours disappear from this chat."
    )
    buttons = rows(button(t("Yes, erase"), "del!"), button(t("No, keep"), "menu"))
    return scene.say(Reply(text, choices=buttons))


def delete(scene: Scene, _: str = "") -> Outcome:
    """Erase everything that belongs to this chat."""
    mine = [r for r in scene.context.referrals.values() if r.is_open]
    gone = [move(referral, Status.WITHDRAWN, scene.context.today) for referral in mine]
    text = scene.t("Everything is erased. You can write again at any time.")
    return Outcome(
        session=None,
        replies=(Reply(text, sensitive=False),),
        events=tuple(ReferralMoved(referral) for referral in gone),
        notices=tuple(notice for r in gone for notice in tell_staff(scene, r)),
        sweep=True,
    )


def tell_staff(scene: Scene, referral: Referral) -> tuple[Notice, ...]:
    """Return the notice that a card is withdrawn, where its chat is bound."""
    if referral.organization not in scene.context.staff:
        return ()
    card = withdrawn_card(scene.context, referral)
    return (Notice(ToStaff(referral.organization), card),)
