"""Events to rows: what one turn, or one job, wants to change.

Everything that can fail for one turn alone (encoding, sealing, a referral that is not
the speaker's) happens here, before the change is merged into the batch: a bug in one
turn leaves the others as they are.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from bot.bindings import BoundChat, seal_binding
from bot.change import Author, Change, Row
from bot.listing_recorders import record_listing
from handlers.turn import Invitation
from referrals.events import (
    ChatBound,
    Event,
    NeedAsked,
    NeedUnmet,
    QuestionAnswered,
    ReferralMoved,
    ReferralRequested,
    StaffLanguageChanged,
)
from referrals.lifecycle import NoConsent, NotYours, Referral, Status
from referrals.store.bindings import bind, set_staff_language, use_up_invitation
from referrals.store.cases import Case, insert_case, insert_consent, move_case, unlink_closed
from referrals.store.listings import save_capacity


def record(
    change: Change, author: Author | None, event: Event, invited: Invitation | None = None
) -> None:
    """Add what an event changes; raises when it is not the author's to cause."""
    match event:
        case NeedAsked():
            _signal(change, "need_asked", event.need, event.region)
        case NeedUnmet():
            _signal(change, "need_unmet", event.need, event.region, event.reason)
        case QuestionAnswered():
            _signal(change, "question_answered", event.slug)
        case ReferralRequested():
            _record_request(change, author, event)
        case ReferralMoved():
            _record_move(change, author, event.referral)
        case ChatBound():
            _record_binding(change, author, event, invited)
        case StaffLanguageChanged():
            _record_language(change, author, event)
        case _:
            record_listing(change, author, event, invited)


def forget_person(change: Change, person: bytes) -> None:
    """Cut a person's closed referrals from her, after all events."""
    change.forgotten = person
    change.writes.append(partial(unlink_closed, person=person))


def _signal(change: Change, kind: str, need: str, region: str = "", reason: str = "") -> None:
    books = change.books
    row: Row = {"id": books.tools.chance(2**63), "kind": kind, "need": need}
    row |= {"region": region, "reason": reason, "day": books.day}
    change.signals.append(row)


def _record_request(change: Change, author: Author | None, event: ReferralRequested) -> None:
    if author is None or event.consent.organization != event.referral.organization:
        raise NoConsent
    tools = change.books.tools
    asked = event.referral
    link = tools.sealer.seal_link(asked.code, author.channel, author.chat)
    case = Case(asked, author.person, link, tools.sealer.seal_card(asked))
    # Random, like every row id that could otherwise tell who came after whom.
    number = tools.chance(2**63)
    change.writes.append(partial(insert_consent, number=number, agreed=event.consent))
    change.writes.append(partial(insert_case, case=case, consent_id=number))
    change.cases[asked.code] = case


def _record_move(change: Change, author: Author | None, referral: Referral) -> None:
    before = change.case(referral.code)
    if before is None or not _may_move(change, author, before):
        raise NotYours
    card = before.card
    if card is not None and not _same_card(before.referral, referral):
        card = change.books.tools.sealer.seal_card(referral)
    after = replace(before, referral=referral, card=card)
    move = partial(move_case, case=after, previous=before.referral.status)
    change.writes.append(move)
    change.cases[referral.code] = after
    # Who waits, who was answered: it counts in the order of the next search.
    change.changes_listings = True
    if author is not None and referral.status is Status.DECLINED and referral.reason == "full":
        _record_full(change, referral)


def _record_full(change: Change, referral: Referral) -> None:
    """A house that has just said that it is full is not the next one's first."""
    save = partial(
        save_capacity,
        service=referral.service,
        available="full",
        closed_until=None,
        today=change.books.day,
    )
    change.writes.append(save)


def _may_move(change: Change, author: Author | None, case: Case) -> bool:
    if author is None or case.person == author.person:
        return True
    bound = change.bindings.chats.get(author.key)
    return bound is not None and bound.organization == case.referral.organization


def _same_card(one: Referral, other: Referral) -> bool:
    return (one.meeting_code, one.card_place, one.card_language, one.card_words) == (
        other.meeting_code,
        other.card_place,
        other.card_language,
        other.card_words,
    )


def _record_binding(
    change: Change, author: Author | None, event: ChatBound, invited: Invitation | None
) -> None:
    if author is None or invited is None or invited.coordinator:
        raise NotYours
    if invited.organization != event.organization:
        raise NotYours
    bound = BoundChat(author.key, author.channel, author.chat, event.language, event.organization)
    row = seal_binding(bound, change.books.tools.sealer)
    change.writes.append(partial(bind, bound=row, today=change.books.day))
    change.changes_listings = True
    if change.used_invitation is not None:
        change.writes.append(partial(use_up_invitation, fingerprint=change.used_invitation))
    change.bindings = change.bindings.with_chat(bound)


def _record_language(change: Change, author: Author | None, event: StaffLanguageChanged) -> None:
    bound = change.bindings.of_organization(event.organization)
    if bound is None or (author is not None and author.key != bound.key):
        raise NotYours
    change.bindings = change.bindings.with_chat(replace(bound, language=event.language))
    change.writes.append(
        partial(set_staff_language, organization=event.organization, language=event.language)
    )
