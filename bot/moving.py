"""A chat got another id: everything that leads to it follows in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.bindings import bindings_of, seal_binding
from bot.desk import Desk
from bot.letter import Move
from handlers.turn import Session
from referrals.store import cases, outbox, turns
from referrals.store.bindings import move_binding


@dataclass(frozen=True, slots=True)
class _Ends:
    channel: str
    chat: str
    old: bytes
    new: bytes


def move_chat(desk: Desk, channel: str, old: str, new: str) -> None:
    """Give the new id to session, binding, outbox and referrals of a chat."""
    vault = desk.tools.sealer.vault
    ends = _Ends(channel, new, vault.chat_key(channel, old), vault.chat_key(channel, new))
    if ends.old == ends.new:
        return
    _move_session(desk, ends)
    _move_binding(desk, ends)
    _move_letters(desk, ends)
    _move_referrals(desk, ends, vault.person_key(channel, old))
    # Ids of messages mean nothing in the new chat.
    turns.forget_all_messages(desk.connection, ends.old)
    desk.dispatch.moves.append(Move(ends.old, ends.new, new))


def _move_session(desk: Desk, ends: _Ends) -> None:
    session = desk.session(ends.old)
    known = turns.load_sessions(desk.connection, [ends.new])
    if session != Session() and not known:
        body = desk.tools.sealer.seal_session(ends.new, ends.channel, ends.chat, session)
        row = {"chat": ends.new, "body": body, "day": desk.day}
        turns.insert_sessions(desk.connection, [row])
    turns.delete_sessions(desk.connection, [ends.old])


def _move_binding(desk: Desk, ends: _Ends) -> None:
    bound = desk.bindings.chats.get(ends.old)
    if bound is None:
        return
    moved = replace(bound, key=ends.new, chat=ends.chat)
    move_binding(desk.connection, ends.old, seal_binding(moved, desk.tools.sealer))
    others = (one for key, one in desk.bindings.chats.items() if key != ends.old)
    desk.bindings = bindings_of([*others, moved], desk.bindings.coordinators.values())


def _move_letters(desk: Desk, ends: _Ends) -> None:
    sealer = desk.tools.sealer
    for letter, sealed in outbox.letters_of(desk.connection, ends.old):
        parcel = sealer.parcel_of(letter, sealed)
        if parcel is None:
            outbox.delete_letters(desk.connection, [letter])
            continue
        body = sealer.seal_parcel(letter, replace(parcel, chat=ends.chat))
        outbox.readdress(desk.connection, letter, ends.new, body)


def _move_referrals(desk: Desk, ends: _Ends, person: bytes) -> None:
    sealer = desk.tools.sealer
    new = sealer.vault.person_key(ends.channel, ends.chat)
    for case in cases.cases_of_people(desk.connection, [person]):
        code = case.referral.code
        link = sealer.seal_link(code, ends.channel, ends.chat)
        cases.relink(desk.connection, code, new, link)
