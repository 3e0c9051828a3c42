"""Events of listings and of vetting to rows, and who may cause each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import assert_never

from bot.bindings import CoordinatorChat, seal_coordinator
from bot.change import Author, Change, Tools
from bot.vault import fingerprint
from handlers.turn import Invitation
from referrals.events import (
    CapacityReported,
    CoordinatorJoined,
    InvitationMade,
    ListingConfirmed,
    ListingDoubted,
    VettingStepTaken,
)
from referrals.lifecycle import NotYours
from referrals.store.bindings import insert_invitation, use_up_invitation
from referrals.store.engine import Connection
from referrals.store.listings import (
    clear_reports,
    may_pause,
    save_capacity,
    save_confirmation,
    save_report,
)
from referrals.store.vetting import insert_step, seat_coordinator
from referrals.vetting import BY_COORDINATORS, StepKind, VettingStep

LINK_SECONDS = 24 * 3600
"""How long a one-use link is good."""

ListingEvent = (
    CapacityReported
    | ListingConfirmed
    | ListingDoubted
    | VettingStepTaken
    | CoordinatorJoined
    | InvitationMade
)


def record_listing(
    change: Change, author: Author | None, event: ListingEvent, invited: Invitation | None
) -> None:
    """Add what an event changes; raises when it is not the author's to cause.

    No job causes one of these: there is always somebody who did it.
    """
    if author is None:
        raise NotYours
    match event:
        case CapacityReported():
            _record_capacity(change, author, event)
        case ListingConfirmed():
            _record_confirmation(change, author, event)
        case ListingDoubted():
            _record_doubt(change, author, event)
        case VettingStepTaken():
            _record_step(change, author, event.step)
        case CoordinatorJoined():
            _record_coordinator(change, author, event, invited)
        case InvitationMade():
            _record_invitation(change, author, event)
        case _:
            assert_never(event)


def _record_capacity(change: Change, author: Author, event: CapacityReported) -> None:
    if not _is_staff(change, author, event.organization):
        raise NotYours
    save = partial(
        save_capacity,
        service=event.service,
        available=event.available,
        closed_until=event.closed_until,
        today=change.books.day,
    )
    _write_listing(change, save)


def _record_confirmation(change: Change, author: Author, event: ListingConfirmed) -> None:
    by_coordinator = bool(change.bindings.alias_of(author.key))
    if not by_coordinator and not _is_staff(change, author, event.organization):
        raise NotYours
    save = partial(save_confirmation, service=event.service, today=change.books.day)
    _write_listing(change, save)
    # Who is complained of must not be able to erase the complaints.
    if by_coordinator:
        _write_listing(change, partial(clear_reports, service=event.service))


def _record_doubt(change: Change, author: Author, event: ListingDoubted) -> None:
    reporter = change.books.tools.sealer.vault.report_key(author.person, event.service)
    save = partial(
        save_report,
        service=event.service,
        reporter=reporter,
        reason=event.reason,
        today=change.books.day,
    )
    _write_listing(change, save)


def _record_step(change: Change, author: Author, step: VettingStep) -> None:
    """Store a step of a vetting, of the day on which it arrives.

    A binding is never told by a turn: it is recorded where the chat is bound.
    """
    if step.kind not in BY_COORDINATORS | {StepKind.REPORTED}:
        raise NotYours
    if step.kind in BY_COORDINATORS and step.coordinator != change.bindings.alias_of(author.key):
        raise NotYours
    if step.kind in BY_COORDINATORS and not step.coordinator:
        raise NotYours
    alias = step.coordinator if step.kind in BY_COORDINATORS else ""
    taken = VettingStep(step.organization, step.kind, change.books.day, alias)
    if step.kind is StepKind.REPORTED:
        vault = change.books.tools.sealer.vault
        reporter = vault.pause_key(author.person, change.books.day)
        _write_listing(change, partial(_pause, step=taken, reporter=reporter))
        return
    _write_listing(change, _step_write(change.books.tools, taken, step.note))


def _pause(connection: Connection, step: VettingStep, reporter: bytes) -> None:
    """Pause an organization that was reported, unless the same person shuts one by one."""
    if may_pause(connection, step.organization, reporter, step.day):
        insert_step(connection, step)


def _step_write(tools: Tools, step: VettingStep, note: str) -> Callable[[Connection], None]:
    if not note:
        return partial(insert_step, step=step)
    id = tools.chance(2**63)
    return partial(insert_step, step=step, id=id, note=tools.sealer.seal_note(id, note))


def _record_coordinator(
    change: Change, author: Author, event: CoordinatorJoined, invited: Invitation | None
) -> None:
    if invited is None or invited.coordinator != event.alias or not event.alias:
        raise NotYours
    # One chat under two aliases could approve twice.
    if change.bindings.alias_of(author.key) not in ("", event.alias):
        raise NotYours
    seated = CoordinatorChat(author.key, author.channel, author.chat, event.alias)
    seat = partial(
        seat_coordinator,
        alias=event.alias,
        chat=author.key,
        recipient=seal_coordinator(seated, change.books.tools.sealer),
        language=event.language,
    )
    change.writes.append(seat)
    if change.used_invitation is not None:
        change.writes.append(partial(use_up_invitation, fingerprint=change.used_invitation))
    change.bindings = change.bindings.with_coordinator(seated)


def _record_invitation(change: Change, author: Author, event: InvitationMade) -> None:
    if not change.bindings.alias_of(author.key):
        raise NotYours
    expires = int(change.books.now.timestamp()) + LINK_SECONDS
    make = partial(
        insert_invitation,
        fingerprint=fingerprint(event.token),
        organization=event.organization,
        expires=expires,
    )
    change.writes.append(make)


def _is_staff(change: Change, author: Author, organization: str) -> bool:
    bound = change.bindings.chats.get(author.key)
    return bound is not None and bound.organization == organization


def _write_listing(change: Change, write: Callable[[Connection], None]) -> None:
    change.writes.append(write)
    change.changes_listings = True
