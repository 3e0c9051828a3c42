"""One transaction: load what the turns need, let them decide, write all of it."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from bot.bindings import Bindings
from bot.change import Author, Change, Tools
from bot.known import FRESH, Known
from bot.letter import Dispatch
from bot.parcel import Arrival
from bot.pending import Pending
from bot.post import post_notice, post_replies, post_sweep
from bot.recorders import forget_person, record
from bot.vault import fingerprint
from handlers.turn import Context, Invitation, Notice, Outcome, Reply, Session, Turn, World
from referrals.events import Event
from referrals.lifecycle import Code, Refused
from referrals.store import turns
from referrals.store.cases import Case
from referrals.store.engine import Connection, StoreError
from referrals.store.listings import count_pauses

log = logging.getLogger(__name__)

Converse = Callable[[Turn, Session, Context], Outcome]
Apology = Callable[[Turn, Session], tuple[Reply, ...]]

MAX_NUMBER = 2**63
"""Ids of messages come from outside; larger ones do not fit the database."""

_UNCHANGED = b""
REPORTS = "said:"
"""Begins the buttons by which a person says what is wrong with a place."""


@dataclass(frozen=True, slots=True)
class Mind:
    """Who decides: the conversation, what it knows, and what is said after a bug."""

    converse: Converse
    world: World
    apology: Apology


class Desk:
    """The state of one transaction. Turns see what earlier ones of the batch changed."""

    def __init__(
        self,
        tools: Tools,
        connection: Connection,
        now: datetime,
        bindings: Bindings,
        timezone: tzinfo = UTC,
    ) -> None:
        """``timezone``: the clock of the country, whose days are written down."""
        self.tools = tools
        self.connection = connection
        self.now = now
        self.day: date = now.astimezone(timezone).date()
        self.bindings = bindings
        self.changes_listings = False
        """Something that is laid over the directory changed."""
        self._known = Known(tools, connection, now)
        self._pending = Pending(tools, connection, self.day)

    @property
    def dispatch(self) -> Dispatch:
        """What the courier hears after the commit."""
        return self._pending.dispatch

    def case(self, code: Code) -> Case | None:
        """Return a referral as it is after the turns so far."""
        return self._known.case(code)

    def session(self, key: bytes) -> Session:
        """Return the session of a chat as it is after the turns so far."""
        return self._known.session(key)

    def take(self, arrivals: Sequence[Arrival], mind: Mind, give_up: bool = False) -> None:
        """Let every new arrival have its turn, in order.

        ``give_up``: the database refused what this turn wanted; treat it as a bug.
        """
        read = self._new(arrivals)
        if not read:
            return
        self._known.load(read, self.bindings)
        for author, arrival in read:
            if give_up:
                self._apologize(Refused(), author, arrival, mind)
            else:
                self._serve(author, arrival, mind)

    def settle(self, events: Iterable[Event], notices: Iterable[Notice]) -> None:
        """Record what a job decided and queue what it says."""
        change = Change(self, self.bindings)
        for event in events:
            record(change, None, event)
        for notice in notices:
            post_notice(change, notice)
        self._merge(change)

    def flush(self) -> None:
        """Write everything; the commit is the caller's."""
        self._pending.flush(self._known.stored)

    def _new(self, arrivals: Sequence[Arrival]) -> list[tuple[Author, Arrival]]:
        """Record the updates and return those that were not known, with their authors."""
        vault = self.tools.sealer.vault
        keyed: dict[bytes, Arrival] = {}
        for one in arrivals:
            keyed.setdefault(vault.update_key(one.channel, one.update), one)
        new = turns.insert_seen(self.connection, keyed, self.day)
        return [(self._author(one), one) for key, one in keyed.items() if key in new]

    def _author(self, arrival: Arrival) -> Author:
        vault = self.tools.sealer.vault
        channel, chat = arrival.channel, arrival.chat
        keys = vault.chat_key(channel, chat), vault.person_key(channel, chat)
        return Author(channel, chat, *keys)

    def _serve(self, author: Author, arrival: Arrival, mind: Mind) -> None:
        session = self._known.sessions.get(author.key, FRESH)
        change = Change(self, self.bindings)
        try:
            context = self._context(author, arrival.turn, mind.world)
            outcome = mind.converse(arrival.turn, session, context)
            self._prepare(change, author, arrival, outcome, context.invitation)
            body = self._sealed_session(author, session, outcome.session)
        except StoreError:
            raise
        except Exception as error:
            self._apologize(error, author, arrival, mind)
            return
        self._merge(change, author if outcome.sweep else None)
        self._known.sessions[author.key] = outcome.session or FRESH
        if body != _UNCHANGED:
            self._pending.bodies[author.key] = body
        self._note_message(author, arrival)

    def _context(self, author: Author, turn: Turn, world: World) -> Context:
        bound = self.bindings.chats.get(author.key)
        organization = bound.organization if bound else None
        return Context(
            world=world,
            now=self.now,
            referrals=self._known.visible(author, turn, organization),
            staff=self.bindings.staff,
            organization=organization,
            is_working_group=bound is not None and organization is None,
            coordinator=self.bindings.alias_of(author.key),
            coordinators=self.bindings.aliases,
            pauses=self._pauses(author, turn),
            invitation=self._known.invitation(turn),
            chance=self.tools.chance,
        )

    def _pauses(self, author: Author, turn: Turn) -> int:
        if not turn.choice.startswith(REPORTS):
            return 0
        return count_pauses(
            self.connection, self.tools.sealer.vault.pause_key(author.person, self.day)
        )

    def _prepare(
        self,
        change: Change,
        author: Author,
        arrival: Arrival,
        outcome: Outcome,
        invited: Invitation | None,
    ) -> None:
        if invited is not None:
            change.used_invitation = fingerprint(arrival.turn.payload)
        for event in outcome.events:
            record(change, author, event, invited)
        if outcome.session is None:
            forget_person(change, author.person)
        if outcome.sweep:
            post_sweep(change, author)
        post_replies(change, author, arrival, outcome.replies)
        for notice in outcome.notices:
            post_notice(change, notice)

    def _sealed_session(
        self, author: Author, before: Session, after: Session | None
    ) -> bytes | None:
        if after is None:
            return None
        if after == before and self._known.stored.get(author.key) == self.day:
            return _UNCHANGED
        sealer = self.tools.sealer
        return sealer.seal_session(author.key, author.channel, author.chat, after)

    def _apologize(self, error: Exception, author: Author, arrival: Arrival, mind: Mind) -> None:
        session = self._known.sessions.get(author.key, FRESH)
        reference = f"{self.tools.chance(2**32):08x}"
        log.error("runner.bug %s %s at %s", reference, type(error).__name__, _place(error))
        self.tools.count("runner.bug")
        change = Change(self, self.bindings)
        try:
            post_replies(change, author, arrival, mind.apology(arrival.turn, session))
        except Exception as second:
            log.error("runner.apology %s %s", reference, type(second).__name__)
            return
        self._merge(change)

    def _merge(self, change: Change, swept: Author | None = None) -> None:
        pending, known = self._pending, self._known
        self.changes_listings |= change.changes_listings
        if swept is not None:
            pending.cancel(swept.key)
        if change.bindings is not self.bindings:
            self.bindings = change.bindings
            if change.used_invitation is not None:
                known.use_up(change.used_invitation)
        for case in change.cases.values():
            known.keep(case)
        if change.forgotten is not None:
            known.unlink(change.forgotten)
        pending.writes += change.writes
        pending.signals += change.signals
        for letter, body in change.letters:
            pending.queue(letter, body)

    def _note_message(self, author: Author, arrival: Arrival) -> None:
        if 0 < arrival.message < MAX_NUMBER:
            self._pending.messages.append(
                {
                    "chat": author.key,
                    "message": arrival.message,
                    "card": None,
                    "sensitive": 1,
                    "hour": int(self.now.timestamp()) // 3600,
                }
            )


def _place(error: Exception) -> str:
    """Function and line that failed: enough to find it, nothing of what was said."""
    trace = traceback.extract_tb(error.__traceback__)
    return f"{trace[-1].name}:{trace[-1].lineno}" if trace else "database"
