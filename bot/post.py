"""Replies and notices to letters: to whom they go and whether they may."""

from __future__ import annotations

from bot.bindings import BoundChat
from bot.change import Author, Change
from bot.letter import Kind
from bot.parcel import Arrival, Parcel
from handlers.turn import Notice, Reply, ToCoordinators, ToPerson, ToStaff
from referrals.lifecycle import Code


def post_replies(
    change: Change, author: Author, arrival: Arrival, replies: tuple[Reply, ...]
) -> None:
    """Queue the replies of a turn for the chat it came from."""
    for reply in replies:
        edits = arrival.pressed if reply.replaces else 0
        parcel = Parcel(author.channel, author.chat, reply, edits)
        change.post(author.key, parcel, Kind.REPLY)


def post_sweep(change: Change, author: Author) -> None:
    """Queue the deletion of everything that is remembered of the chat."""
    change.post(author.key, Parcel(author.channel, author.chat), Kind.SWEEP)


def post_notice(change: Change, notice: Notice) -> None:
    """Queue a notice for whoever it is addressed to; nobody is not an error."""
    to = notice.to
    if isinstance(to, ToPerson):
        _post_to_person(change, to.code, notice.reply)
        return
    if isinstance(to, ToCoordinators):
        _post_to_coordinators(change, to.besides, notice.reply)
        return
    if isinstance(to, ToStaff):
        bound = change.bindings.of_organization(to.organization)
        chats = [bound] if bound else []
    else:
        chats = change.bindings.of_working_group()
    if not chats:
        change.books.tools.count("notice.unbound")
    for chat in chats:
        _post_to_bound(change, chat, notice.reply)


def _post_to_coordinators(change: Change, besides: str, reply: Reply) -> None:
    seated = [one for one in change.bindings.coordinators.values() if one.alias != besides]
    if not seated:
        change.books.tools.count("notice.no_coordinator")
    for one in seated:
        if change.books.session(one.key).left:
            change.books.tools.count("notice.silent")
            continue
        change.post(one.key, Parcel(one.channel, one.chat, reply), Kind.NOTICE)


def _post_to_bound(change: Change, bound: BoundChat, reply: Reply) -> None:
    parcel = Parcel(bound.channel, bound.chat, reply)
    change.post(bound.key, parcel, Kind.NOTICE)


def _post_to_person(change: Change, code: Code, reply: Reply) -> None:
    books = change.books
    case = change.case(code)
    sealer = books.tools.sealer
    address = sealer.link_of(code, case.link) if case and case.link else None
    if address is None:
        books.tools.count("notice.unlinked")
        return
    key = sealer.vault.chat_key(*address)
    # Whoever holds her phone now must not read it: she left with the exit word.
    if books.session(key).left:
        books.tools.count("notice.silent")
        return
    change.post(key, Parcel(*address, reply), Kind.NOTICE)
