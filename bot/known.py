"""What is true so far in one transaction: sessions, referrals, invitations.

Loaded with one statement for each table, then kept as the turns of the batch change it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.bindings import Bindings
from bot.change import Author, Tools
from bot.parcel import Arrival
from bot.vault import fingerprint
from handlers.turn import ChatKind, Invitation, Session, Turn
from referrals.directory import OrganizationId
from referrals.lifecycle import Code, Referral
from referrals.store import cases, turns
from referrals.store.bindings import good_invitations
from referrals.store.cases import Case
from referrals.store.engine import Connection

FRESH = Session()

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")
_NONE: dict[Code, Case] = {}


class Known:
    """Rows that were loaded, as they are after the turns so far."""

    def __init__(self, tools: Tools, connection: Connection, now: datetime) -> None:
        self.stored: dict[bytes, date] = {}
        """Sessions that have a row, and the day they were last used."""
        self.sessions: dict[bytes, Session] = {}
        self._tools = tools
        self._connection = connection
        self._now = now
        self._cases: dict[Code, Case] = {}
        self._of_person: dict[bytes, dict[Code, Case]] = {}
        self._of_organization: dict[OrganizationId, dict[Code, Case]] = {}
        self._invitations: dict[bytes, tuple[str | None, str | None]] = {}

    def load(self, read: Sequence[tuple[Author, Arrival]], bindings: Bindings) -> None:
        """Load what these turns may look at."""
        self._load_sessions({author.key for author, _ in read})
        self._load_cases(read, bindings)
        self._load_invitations(arrival.turn for _, arrival in read)

    def case(self, code: Code) -> Case | None:
        """Return a referral."""
        if code not in self._cases:
            self._keep_all(cases.cases_by_code(self._connection, [code]))
        return self._cases.get(code)

    def session(self, key: bytes) -> Session:
        """Return the session of a chat."""
        if key not in self.sessions:
            self._load_sessions([key])
        return self.sessions.get(key, FRESH)

    def visible(
        self, author: Author, turn: Turn, organization: OrganizationId | None
    ) -> dict[Code, Referral]:
        """Return the referrals that a turn may see: her own, or her organization's."""
        if organization is not None:
            found = self._of_organization.get(organization, _NONE)
            named = _named(turn)
            return {
                code: case.referral
                for code, case in found.items()
                if case.referral.is_open or code in named
            }
        if turn.kind is not ChatKind.PRIVATE:
            return {}
        own = self._of_person.get(author.person, _NONE)
        return {code: case.referral for code, case in own.items()}

    def invitation(self, turn: Turn) -> Invitation | None:
        """Return the good invitation that a turn opened."""
        if not self._invitations or not _opens_invitation(turn):
            return None
        token = fingerprint(turn.payload)
        if token not in self._invitations:
            return None
        organization, coordinator = self._invitations[token]
        # A coordinator's link is for a private chat, every other one for a group or channel.
        if bool(coordinator) != (turn.kind is ChatKind.PRIVATE):
            return None
        return Invitation(OrganizationId(organization) if organization else None, coordinator or "")

    def use_up(self, token: bytes) -> None:
        """Make an invitation bad for the turns that follow."""
        self._invitations.pop(token, None)

    def keep(self, case: Case) -> None:
        """Take a referral as it is now."""
        code = case.referral.code
        self._cases[code] = case
        self._of_organization.setdefault(case.referral.organization, {})[code] = case
        if case.person is not None:
            self._of_person.setdefault(case.person, {})[code] = case

    def unlink(self, person: bytes) -> None:
        """Cut a person's closed referrals from her, as the database does."""
        for case in self._of_person.pop(person, {}).values():
            self.keep(case if case.referral.is_open else _blank(case))

    def _load_sessions(self, keys: Iterable[bytes]) -> None:
        for key, (body, day) in turns.load_sessions(self._connection, keys).items():
            self.stored[key] = day
            session = self._tools.sealer.session_of(key, body)
            if session is None:
                self._tools.count("session.unreadable")
            else:
                self.sessions[key] = session

    def _load_cases(self, read: Sequence[tuple[Author, Arrival]], bindings: Bindings) -> None:
        people: set[bytes] = set()
        organizations: set[OrganizationId] = set()
        codes: set[Code] = set()
        for author, arrival in read:
            bound = bindings.chats.get(author.key)
            if bound and bound.organization:
                organizations.add(bound.organization)
                codes.update(_named(arrival.turn))
            elif arrival.turn.kind is ChatKind.PRIVATE:
                people.add(author.person)
        if people:
            self._keep_all(cases.cases_of_people(self._connection, people))
        if organizations:
            self._keep_all(cases.open_cases(self._connection, organizations))
        if codes:
            self._keep_all(cases.cases_by_code(self._connection, codes))

    def _load_invitations(self, read: Iterable[Turn]) -> None:
        tokens = [fingerprint(turn.payload) for turn in read if _opens_invitation(turn)]
        if tokens:
            moment = int(self._now.timestamp())
            self._invitations = good_invitations(self._connection, tokens, moment)

    def _keep_all(self, found: Iterable[Case]) -> None:
        for case in found:
            # What a turn of this batch changed is newer than what is stored.
            if case.referral.code not in self._cases:
                referral = self._tools.sealer.with_card(case.referral, case.card)
                self.keep(replace(case, referral=referral))


def _blank(case: Case) -> Case:
    referral = replace(
        case.referral, meeting_code="", card_place="", card_language="", card_words=""
    )
    return replace(case, referral=referral, person=None, link=None, card=None)


def _named(turn: Turn) -> tuple[Code, ...]:
    """The code that a pressed choice names: ``verb:CODE`` or ``verb:CODE:more``."""
    parts = turn.choice.split(":", 2)
    return (Code(parts[1]),) if len(parts) > 1 else ()


def _opens_invitation(turn: Turn) -> bool:
    return turn.command == "start" and _TOKEN.fullmatch(turn.payload) is not None
