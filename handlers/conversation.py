"""``converse``: one turn in, its outcome out. Interrupts first, then what was pressed,
shared or typed."""

from __future__ import annotations

from dataclasses import replace

from handlers.changing import changed
from handlers.coordinator import calling
from handlers.coordinator import router as coordinator
from handlers.i18n import Catalogs, negotiate
from handlers.person import router as person
from handlers.scene import Scene
from handlers.staff import router as staff
from handlers.turn import ChatKind, Context, Outcome, Session, Turn
from handlers.understanding.meaning import Meaning
from referrals.events import NeedAsked, NeedUnmet, QuestionAnswered


def converse(turn: Turn, session: Session, context: Context) -> Outcome:
    """Decide what one turn leads to. Pure: no clock, no database, no network."""
    if turn.kind is not ChatKind.PRIVATE:
        return staff.converse(scene_of(turn, session, context))
    scene = scene_of(turn, fresh(session, context), context)
    outcome = coordinator.converse(scene)
    if outcome is not None:
        return outcome
    return of_staff(scene) if context.coordinator else person.converse(scene)


def of_staff(scene: Scene) -> Outcome:
    """Answer a coordinator like any person, but neither ask nor count: they are staff."""
    outcome = person.converse(scene.keeping(counted="no"))
    figures = NeedAsked | NeedUnmet | QuestionAnswered
    counted = tuple(event for event in outcome.events if not isinstance(event, figures))
    return replace(outcome, events=counted)


def scene_of(turn: Turn, session: Session, context: Context) -> Scene:
    """Read the turn's text and settle the language that the answer will have."""
    meaning = meaning_of(turn, session, context)
    language = language_of(turn, session, context, meaning)
    return Scene(turn, changed(session, language=language), context, meaning, language)


def meaning_of(turn: Turn, session: Session, context: Context) -> Meaning:
    """Understand what a person typed. What staff write in their group is not read."""
    if not turn.text or turn.command or turn.kind is not ChatKind.PRIVATE:
        return Meaning()
    prior = language_hint(turn, session, context.world.catalogs)
    return context.world.understanding.of(turn.text, prior)


def language_hint(turn: Turn, session: Session, catalogs: Catalogs) -> str:
    """Return the language before anything is read: the chat's, else the client's."""
    return session.language or negotiate(turn.client_language, catalogs.by_language)


def language_of(turn: Turn, session: Session, context: Context, meaning: Meaning) -> str:
    """Settle the language: her choice, then her words, the chat's, the client's."""
    catalogs = context.world.catalogs
    # The name of a register is no sentence of hers: it tells nothing of her language.
    if session.chose_language or (session.language and calling.is_asked(session)):
        return session.language
    guess = meaning.language
    if guess and guess.confidence >= 0.8 and catalogs.offers(guess.value):
        return guess.value
    staff_language = context.staff.get(context.organization) if context.organization else None
    return (
        session.language
        or staff_language
        or negotiate(turn.client_language, catalogs.by_language)
        or catalogs.default
    )


def fresh(session: Session, context: Context) -> Session:
    """Forget what she looked for once its day is over; keep language and choices."""
    today = context.today.isoformat()
    return session if session.day == today else changed(forgotten(session), day=today)


def forgotten(session: Session) -> Session:
    """Return what outlives the day: how to speak with her, nothing of what she needs."""
    return Session(
        language=session.language,
        chose_language=session.chose_language,
        noticed=session.noticed,
        counted=session.counted,
        left=session.left,
    )
