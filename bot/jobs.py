"""What happens without anyone writing: digests, deadlines, questions, purges."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial

import msgspec

from bot.desk import Desk
from bot.parcel import NotCommitted
from bot.questions import ask_organizations, remind
from bot.runner import Runner
from bot.sealing import Sealer
from bot.vault import Vault
from handlers.conversation import forgotten
from handlers.group.digest import render
from handlers.names import NEEDS
from handlers.notices import staff_card, told_person
from handlers.turn import Context, Notice, Reply, ToPerson, ToStaff, ToWorkingGroup
from referrals.digest import Counted, figures_of, week_before
from referrals.events import ReferralMoved
from referrals.lifecycle import Priority, Referral, Status, move
from referrals.store import records, signals, upkeep
from referrals.store.cases import cases_moved_before, purge_cases
from referrals.store.engine import Connection, Engine, truncate_wal
from referrals.store.listings import NO_ANSWER, purge_reports

log = logging.getLogger("faro.jobs")

EVERY_SECONDS = 60.0
DAYS = {"seen": 8, "sessions": 30, "cases": 30, "signals": 15, "cards": 60, "reports": 30}
MESSAGE_HOURS = 47
"""How long each kind of row is kept, as docs/privacy.md says."""
DAYS_TO_ANSWER = {Priority.EMERGENCY: 1, Priority.URGENT: 3, Priority.NORMAL: 14}
"""Days after which a request without an answer expires and she is told."""
DAYS_ACCEPTED = 30
"""Days after which an accepted request that nobody closed ends, outcome unknown."""


class Jobs:
    """Runs every job, each in its own transaction, once a minute."""

    def __init__(self, runner: Runner, engine: Engine, vault: Vault) -> None:
        self._runner = runner
        self._engine = engine
        self._vault = vault
        self._forgot: date | None = None

    async def run(self) -> None:
        """Run until cancelled; a job that fails is tried again with the next round."""
        while True:
            for job in (
                self.expire,
                self.ask,
                self.publish,
                self.forget,
                self.purge,
            ):
                await guarded(job)
            await asyncio.sleep(EVERY_SECONDS)

    async def publish(self) -> None:
        """Post the digest of last week, once. Made-up weeks are only posted by hand."""
        today = self.today()
        if self._runner.world.is_fictional:
            return
        if not await self._runner.call(lambda c: has_digest(c, week_name(today))):
            await self.publish_week(week_before(today), week_name(today))

    async def publish_now(self) -> None:
        """Post the digest of the last seven days, for whoever shows the service."""
        today = self.today()
        await self.publish_week((today - timedelta(days=6), today), "")

    async def publish_week(self, week: tuple[date, date], name: str) -> None:
        """Draw the figures, seal them, queue the post: one transaction."""

        def draw(desk: Desk) -> None:
            reply = self.digest(desk.connection, week)
            if name:
                body = self._vault.seal(msgspec.json.encode(reply), b"digest", name.encode())
                kept = records.save_digest(desk.connection, name, body)
                reply = msgspec.json.decode(
                    self._vault.unseal(kept, b"digest", name.encode()), type=Reply
                )
            desk.settle((), (Notice(ToWorkingGroup(), reply),))

        await self._runner.with_desk(draw)

    def digest(self, connection: Connection, week: tuple[date, date]) -> Reply:
        """Return the post of a week in the country's first language."""
        world = self._runner.world
        counted = [Counted(*line) for line in signals.count_signals(connection, *week)]
        figures = figures_of(counted, week, NEEDS, world.country.regions)
        return render(world.catalogs.of(""), figures, world.country.regions)

    async def expire(self) -> None:
        """Close requests that nobody answered in time, and offer her the next place."""
        today = self.today()

        def close(desk: Desk) -> None:
            for referral in overdue(desk.connection, today):
                case = desk.case(referral.code)
                if case is not None and case.referral.status is referral.status:
                    was = case.referral.status
                    reason = NO_ANSWER if was is Status.REQUESTED else ""
                    gone = move(case.referral, Status.EXPIRED, today, reason)
                    notices = self.notices(desk, gone, was=was)
                    desk.settle((ReferralMoved(gone),), notices)

        await self._runner.with_desk(close)

    def notices(self, desk: Desk, gone: Referral, was: Status) -> Sequence[Notice]:
        """Tell the person that nobody answered, and close the card where it is shown."""
        staff = desk.bindings.staff
        context = Context(self._runner.world, self._runner.now(), staff=staff)
        told = []
        if was is Status.REQUESTED:
            told.append(Notice(ToPerson(gone.code), told_person(context, gone)))
        if gone.organization in staff:
            told.append(Notice(ToStaff(gone.organization), staff_card(context, gone)))
        return told

    async def ask(self) -> None:
        """Ask what must be asked now and then. Made-up organizations are not asked."""
        world = self._runner.world
        if world.is_fictional:
            return
        await self._runner.with_desk(partial(ask_organizations, world=world))
        await self._runner.with_desk(partial(remind, world=world))

    async def forget(self) -> None:
        """Take out of every session what it may hold for one day only."""
        today = self.today()
        if self._forgot == today:
            return
        after: bytes | None = b""
        while after is not None:
            after = await self._runner.call(partial(forget_page, Sealer(self._vault), today, after))
        await asyncio.to_thread(truncate_wal, self._engine)
        self._forgot = today

    async def purge(self) -> None:
        """Delete what is older than its time."""
        now, today = self._runner.now(), self.today()
        gone = await self._runner.call(lambda c: purge_all(c, now, today))
        if gone:
            await asyncio.to_thread(truncate_wal, self._engine)

    def today(self) -> date:
        """The day at the country's clock."""
        return self._runner.now().astimezone(self._runner.world.country.timezone).date()


async def guarded(job: Callable[[], Awaitable[None]]) -> None:
    """Run a job; report a failure by its type."""
    try:
        await job()
    except NotCommitted:
        log.warning("job.not_committed")
    except Exception as error:
        log.error("job.failed %s", type(error).__name__)


def week_name(today: date) -> str:
    """Return the name of the ISO week before a day: ``2026-W47``."""
    year, week, _ = week_before(today)[0].isocalendar()
    return f"{year}-W{week:02d}"


def has_digest(connection: Connection, name: str) -> bool:
    """Tell whether a week's digest was drawn."""
    return records.load_digest(connection, name) is not None


def overdue(connection: Connection, today: date) -> list[Referral]:
    """Return requests that waited too long for an answer, or for their end."""
    waiting = cases_moved_before(connection, Status.REQUESTED, today)
    taken = cases_moved_before(connection, Status.ACCEPTED, today - timedelta(days=DAYS_ACCEPTED))
    late = [
        case.referral
        for case in waiting
        if (today - case.referral.opened).days > DAYS_TO_ANSWER[case.referral.priority]
    ]
    return [*late, *(case.referral for case in taken)]


def forget_page(sealer: Sealer, today: date, after: bytes, connection: Connection) -> bytes | None:
    """Forget in one page of sessions of earlier days; return where the next one begins."""
    page = upkeep.sessions_before(connection, today, after)
    for chat, body in page:
        session, recipient = sealer.session_of(chat, body), sealer.recipient_of_session(chat, body)
        if session is None or recipient is None or session == forgotten(session):
            continue
        sealed = sealer.seal_session(chat, *recipient, forgotten(session))
        upkeep.replace_session(connection, chat, body, sealed)
    return page[-1][0] if page else None


def purge_all(connection: Connection, now: datetime, today: date) -> int:
    """Delete every kind of row that is older than its time; return how many."""
    seconds = int(now.timestamp())
    return sum(
        (
            upkeep.purge_seen(connection, today - timedelta(days=DAYS["seen"])),
            upkeep.purge_sessions(connection, today - timedelta(days=DAYS["sessions"])),
            upkeep.purge_signals(connection, today - timedelta(days=DAYS["signals"])),
            upkeep.purge_messages(
                connection,
                seconds // 3600 - MESSAGE_HOURS,
                seconds // 3600 - DAYS["cards"] * 24,
            ),
            upkeep.purge_invitations(connection, seconds),
            purge_reports(connection, today - timedelta(days=DAYS["reports"])),
            purge_cases(connection, today - timedelta(days=DAYS["cases"])),
        )
    )
