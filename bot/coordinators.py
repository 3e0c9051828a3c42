"""Coordinators and their steps, for whoever works at a terminal.

Each coordinator has a personal code, shown once, that every step needs. It keeps one
coordinator with a shell from acting for another; whoever adds coordinators sees all codes.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator, Sequence
from datetime import date
from hmac import compare_digest

from rich.markup import escape
from rich.table import Table

from bot.invitations import GOOD_FOR_SECONDS, TOKEN_BYTES, named
from bot.sealing import Sealer
from bot.settings import Settings
from bot.starting import NotReady, directory_rows, open_database, open_keys, today
from bot.vault import fingerprint
from referrals.directory import Directory, Organization, build_directory
from referrals.store.bindings import insert_invitation
from referrals.store.engine import Connection
from referrals.store.vetting import (
    delete_coordinator,
    insert_coordinator,
    insert_step,
    load_coordinators,
    load_history,
    load_steps,
)
from referrals.vetting import StepKind, Vetting, VettingStep, vetting_of

ALIAS = re.compile(r"[a-z][a-z0-9-]{1,19}")
CODE_BYTES = 9
TRUSTED = frozenset({StepKind.APPROVED, StepKind.CALLED_BACK})
"""Steps by which a coordinator vouches for an organization."""


def add(settings: Settings, alias: str) -> str:
    """Store a coordinator; return their code and the link for their chat, shown once."""
    if not ALIAS.fullmatch(alias):
        raise NotReady("an alias has 2 to 20 small letters, digits or hyphens")
    code, token = secrets.token_urlsafe(CODE_BYTES), secrets.token_urlsafe(TOKEN_BYTES)
    with open_database(settings).begin() as connection:
        if any(one.alias == alias for one in load_coordinators(connection)):
            raise NotReady(f"there is a coordinator {alias} already: choose another alias")
        insert_coordinator(connection, alias, fingerprint(code))
        expires = int(time.time()) + GOOD_FOR_SECONDS
        insert_invitation(connection, fingerprint(token), None, expires, alias)
    return ADVICE.format(alias=alias, code=code, token=token)


ADVICE = (
    "{alias} is a coordinator now. Give both to that person only, by two different ways:\n"
    "- personal code for the command line (shown only now): {code}\n"
    "- in a private chat with the bot, within 24 hours, once: /start {token}\n"
    "  or open https://t.me/<name of the bot>?start={token}"
)


def listed(settings: Settings) -> Table:
    """Return who coordinates, and whether they have a chat."""
    table = Table("coordinator", "chat")
    with open_database(settings).begin() as connection:
        for one in load_coordinators(connection):
            table.add_row(one.alias, "yes" if one.chat else "not yet")
    return table


def remove(settings: Settings, alias: str, distrust: bool) -> str:
    """Take a coordinator out. ``distrust``: what they approved is paused too."""
    paused = 0
    with open_database(settings).begin() as connection:
        if not delete_coordinator(connection, alias):
            raise NotReady(f"there is no coordinator {alias}: see `faro coordinators list`")
        if distrust:
            paused = _pause_all_of(connection, alias, today(settings))
    rest = f" {paused} organizations they vouched for are paused." if distrust else ""
    return f"{alias} is no coordinator any more; their chat is an ordinary one.{rest}"


def _pause_all_of(connection: Connection, alias: str, day: date) -> int:
    theirs = [
        organization
        for organization, steps in load_steps(connection).items()
        if any(s.coordinator == alias and s.kind in TRUSTED for s in steps)
    ]
    for organization in theirs:
        step = VettingStep(organization, StepKind.PAUSED, day, alias)
        insert_step(connection, step)
    return len(theirs)


def take(
    settings: Settings, kind: StepKind, wanted: str, alias: str, code: str, note: str = ""
) -> str:
    """Record a coordinator's step; return where the organization stands then."""
    if kind is StepKind.CALLED_BACK and not note.strip():
        raise NotReady("say where the number was found: --source")
    sealer, day = Sealer(open_keys(settings)), today(settings)
    with open_database(settings).begin() as connection:
        _check_code(connection, alias, code)
        organization = named(build_directory(directory_rows(settings, connection)), wanted)
        step = VettingStep(organization.id, kind, day, alias)
        if note.strip():
            id = secrets.randbelow(2**63)
            insert_step(connection, step, id, sealer.seal_note(id, note.strip()))
        else:
            insert_step(connection, step)
        steps = load_steps(connection).get(organization.id, ())
    return f"{organization.name}: {_state(steps, day)}"


def _check_code(connection: Connection, alias: str, code: str) -> None:
    digests = {one.alias: one.code for one in load_coordinators(connection)}
    # Compared in any case, so that the time does not tell which aliases exist.
    if not compare_digest(digests.get(alias, b""), fingerprint(code)):
        raise NotReady("alias and personal code do not belong together: nothing was recorded")


def state_words(vetting: Vetting, day: date) -> str:
    """Say where an organization stands, and what it still needs."""
    if vetting.is_active:
        trial = ", on probation" if vetting.is_on_probation(day) else ""
        return f"offered to people until {vetting.until}{trial}"
    why = f"{vetting.voided.value}; " if vetting.voided else ""
    return f"not offered: {why}needs {', '.join(lacking(vetting))}"


def lacking(vetting: Vetting) -> Sequence[str]:
    """Return what an organization still needs."""
    return tuple(_lacking(vetting))


def _lacking(vetting: Vetting) -> Iterator[str]:
    approved = len(vetting.approved_by)
    if approved < 2:
        yield "two approvals" if not approved else "the approval of a second coordinator"
    if vetting.called_back is None:
        yield "a call-back"
    if not vetting.is_bound:
        yield "a chat (`faro staff invite`)"


def show(settings: Settings, wanted: str) -> Table:
    """Return every step of one organization, or where all stand that have any."""
    with open_database(settings).begin() as connection:
        directory = build_directory(directory_rows(settings, connection))
        if not wanted:
            return _overview(connection, directory, today(settings))
        organization = named(directory, wanted)
        sealer = Sealer(open_keys(settings))
        return _history(connection, organization, sealer, today(settings))


def _overview(connection: Connection, directory: Directory, day: date) -> Table:
    table = Table("organization", "state")
    for id, steps in load_steps(connection).items():
        organization = directory.organization(id)
        name = escape(organization.name) if organization else id
        table.add_row(name, _state(steps, day))
    return table


def _state(steps: Sequence[VettingStep], day: date) -> str:
    return state_words(vetting_of(steps, day), day)


def _history(
    connection: Connection, organization: Organization, sealer: Sealer, day: date
) -> Table:
    steps = load_steps(connection).get(organization.id, [])
    title = escape(f"{organization.name}: {_state(steps, day)}")
    table = Table("day", "step", "by", "note", title=title)
    for step, id, note in load_history(connection, organization.id):
        words = escape(sealer.note_of(id, note)) if id and note else ""
        table.add_row(str(step.day), step.kind, step.coordinator, words)
    return table
