"""Who may change a listing or a vetting, and what is stored of it, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from bot.runner import Runner
from bot.sealing import Sealer, reseal_all
from bot.vault import Vault, fingerprint, rotate
from databases import BACKENDS, empty_database
from handlers.turn import (
    ChatKind,
    Context,
    Notice,
    Outcome,
    Reply,
    Session,
    ToCoordinators,
    Turn,
)
from referrals.directory import OrganizationId, ServiceId
from referrals.events import (
    CapacityReported,
    ChatBound,
    CoordinatorJoined,
    Event,
    InvitationMade,
    ListingConfirmed,
    ListingDoubted,
    ReferralMoved,
    VettingStepTaken,
)
from referrals.lifecycle import Status, move
from referrals.live import MOST_PAUSES
from referrals.store import listings, versions, vetting
from referrals.store.bindings import insert_invitation, unbind
from referrals.store.engine import Connection, Engine
from referrals.vetting import StepKind, VettingStep
from shell import CLINIC, DAY, SHELTER, Shell, bind, open_shell, referral, request

BEDS, DOCTOR = ServiceId("beds"), ServiceId("doctor")
LONG_AGO = date(2000, 1, 1)


@pytest.fixture(params=BACKENDS)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shell]:
    with open_shell(request.param, tmp_path) as opened:
        yield opened


@pytest.fixture(params=BACKENDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with empty_database(request.param, tmp_path) as opened:
        yield opened


class Script:
    """A conversation that causes the event that its text names."""

    def __init__(self, **events: Event) -> None:
        self.events = events
        self.contexts: list[Context] = []

    def __call__(self, turn: Turn, session: Session, context: Context) -> Outcome:
        self.contexts.append(context)
        invited = context.invitation
        if invited and invited.coordinator:
            joined = CoordinatorJoined(invited.coordinator, "es")
            return Outcome(session, (Reply("welcome"),), (joined,))
        if invited:
            return Outcome(session, events=(ChatBound(invited.organization, "es"),))
        if turn.text == "exit":
            return Outcome(replace(session, left=True), sweep=True)
        if turn.text == "tell":
            told = Notice(ToCoordinators(context.coordinator), Reply("news"))
            return Outcome(session, notices=(told,))
        event = self.events.get(turn.text)
        return Outcome(session, (Reply("done"),), (event,) if event else ())


async def seat(shell: Shell, runner: Runner, alias: str, chat: str, kind: str = "private") -> None:
    """Make a coordinator and let a chat use the link."""
    token = f"token-of-{alias}-long-enough"
    end = int(shell.clock().timestamp()) + 24 * 3600

    def make(connection: Connection) -> None:
        known = {one.alias for one in vetting.load_coordinators(connection)}
        if alias not in known:
            vetting.insert_coordinator(connection, alias, fingerprint("code"))
            insert_invitation(connection, fingerprint(token), None, end, alias)

    await runner.call(make)
    await open_link(shell, runner, alias, chat, kind)


async def open_link(
    shell: Shell, runner: Runner, alias: str, chat: str, kind: str = "private"
) -> None:
    turn = {"command": "start", "payload": f"token-of-{alias}-long-enough"}
    await runner.receive(shell.arrival(chat, kind=ChatKind(kind), **turn))


async def say(shell: Shell, runner: Runner, chat: str, text: str) -> None:
    await runner.receive(shell.arrival(chat, text))


@dataclass(frozen=True)
class Layer:
    """All that is stored of listings."""

    states: Mapping[str, listings.StoredState]
    doubts: Mapping[str, Mapping[str, int]]


def layer(shell: Shell) -> Layer:
    with shell.engine.begin() as connection:
        doubts = listings.load_doubts(connection, LONG_AGO, 0)
        return Layer(listings.load_states(connection, 0), doubts)


def steps(shell: Shell) -> list[VettingStep]:
    with shell.engine.begin() as connection:
        return [s for found in vetting.load_steps(connection).values() for s in found]


def seats(shell: Shell) -> set[str]:
    with shell.engine.begin() as connection:
        return {one.alias for one in vetting.load_coordinators(connection) if one.chat}


def running(
    test: Callable[[Shell, Runner, Script], object], **events: Event
) -> Callable[[Shell], object]:
    """Run a test with a started runner on a script."""

    async def run(shell: Shell) -> None:
        script = Script(**events)
        runner = shell.runner(script)
        await runner.start()
        try:
            await test(shell, runner, script)  # type: ignore[misc]  # every test is a coroutine
        finally:
            await runner.stop()

    run.__name__ = test.__name__
    return run


TAP = CapacityReported(SHELTER, BEDS, "few")
CLOSED = CapacityReported(SHELTER, BEDS, "", DAY + timedelta(days=3))


async def _taps(shell: Shell, runner: Runner, script: Script) -> None:
    await bind(shell, runner, "group", SHELTER)
    await say(shell, runner, "group", "tap")
    await say(shell, runner, "group", "closed")
    state = layer(shell).states[BEDS]
    assert (state.available, state.updated) == ("few", DAY)
    assert state.closed_until == DAY + timedelta(days=3)


test_a_focal_points_taps_are_kept_each_for_itself = running(_taps, tap=TAP, closed=CLOSED)


async def _foreign(shell: Shell, runner: Runner, script: Script) -> None:
    await bind(shell, runner, "other", CLINIC)
    for chat in ("other", "somebody"):
        await say(shell, runner, chat, "tap")
        await say(shell, runner, chat, "confirm")
    assert shell.counts["runner.bug"] == 4
    assert not layer(shell).states


test_no_other_chat_can_speak_for_an_organization = running(
    _foreign, tap=TAP, confirm=ListingConfirmed(SHELTER, BEDS)
)


async def _doubts(shell: Shell, runner: Runner, script: Script) -> None:
    for chat in ("1", "1", "2", "3"):
        await say(shell, runner, chat, "silent")
    await say(shell, runner, "3", "closed")
    assert layer(shell).doubts[BEDS] == {"no_answer": 2, "closed": 1}


test_people_are_counted_and_not_taps = running(
    _doubts,
    silent=ListingDoubted(BEDS, "no_answer"),
    closed=ListingDoubted(BEDS, "closed"),
)


async def _unlinked(shell: Shell, runner: Runner, script: Script) -> None:
    await say(shell, runner, "1", "beds")
    await say(shell, runner, "1", "doctor")
    with shell.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT reporter FROM listing_report").fetchall()
    assert len({bytes(row[0]) for row in rows}) == 2


test_two_reports_of_one_person_do_not_lead_to_each_other = running(
    _unlinked,
    beds=ListingDoubted(BEDS, "no_answer"),
    doctor=ListingDoubted(DOCTOR, "no_answer"),
)


async def _clears(shell: Shell, runner: Runner, script: Script) -> None:
    await bind(shell, runner, "group", SHELTER)
    await seat(shell, runner, "ana", "ana's phone")
    await say(shell, runner, "1", "doubt")
    await say(shell, runner, "group", "confirm")
    assert layer(shell).doubts[BEDS] == {"closed": 1}
    assert layer(shell).states[BEDS].confirmed == DAY
    await say(shell, runner, "ana's phone", "confirm")
    assert not layer(shell).doubts


test_only_a_coordinators_check_clears_what_people_said = running(
    _clears,
    doubt=ListingDoubted(BEDS, "closed"),
    confirm=ListingConfirmed(SHELTER, BEDS),
)


async def _joins(shell: Shell, runner: Runner, script: Script) -> None:
    await seat(shell, runner, "ana", "the group", "group")
    assert not seats(shell)
    await open_link(shell, runner, "ana", "ana's phone")
    await open_link(shell, runner, "ana", "a thief's phone")
    await say(shell, runner, "ana's phone", "hello")
    assert script.contexts[-1].coordinator == "ana"
    await say(shell, runner, "a thief's phone", "hello")
    assert script.contexts[-1].coordinator == ""
    assert script.contexts[-1].coordinators == {"ana"}


test_a_coordinators_link_works_once_and_only_in_a_private_chat = running(_joins)


async def _two_hats(shell: Shell, runner: Runner, script: Script) -> None:
    await seat(shell, runner, "ana", "one phone")
    await seat(shell, runner, "eva", "one phone")
    assert seats(shell) == {"ana"}
    await say(shell, runner, "one phone", "hello")
    assert script.contexts[-1].coordinator == "ana"


test_one_chat_cannot_be_two_coordinators = running(_two_hats)


async def _late(shell: Shell, runner: Runner, script: Script) -> None:
    end = int(shell.clock().timestamp()) + 24 * 3600
    await runner.call(lambda c: vetting.insert_coordinator(c, "ana", fingerprint("code")))
    token = fingerprint("token-of-ana-long-enough")
    await runner.call(lambda c: insert_invitation(c, token, None, end, "ana"))
    shell.clock.advance(hours=24)
    await open_link(shell, runner, "ana", "ana's phone")
    assert not seats(shell)


test_a_link_is_dead_after_24_hours = running(_late)


def step(kind: StepKind, alias: str = "", note: str = "") -> VettingStepTaken:
    return VettingStepTaken(VettingStep(SHELTER, kind, LONG_AGO, alias, note))


async def _steps(shell: Shell, runner: Runner, script: Script) -> None:
    await seat(shell, runner, "ana", "ana's phone")
    await say(shell, runner, "ana's phone", "mine")
    await say(shell, runner, "ana's phone", "called")
    assert [(s.kind, s.coordinator, s.day) for s in steps(shell)] == [
        (StepKind.APPROVED, "ana", DAY),
        (StepKind.CALLED_BACK, "ana", DAY),
    ]
    for forged in ("hers", "nobody's", "bound"):
        await say(shell, runner, "ana's phone", forged)
    for chat in ("somebody", "ana's phone"):
        await say(shell, runner, chat, "mine" if chat == "somebody" else "hers")
    assert len(steps(shell)) == 2
    await say(shell, runner, "somebody", "unsafe")
    assert steps(shell)[-1] == VettingStep(SHELTER, StepKind.REPORTED, DAY)


test_a_step_is_stored_only_for_the_coordinator_who_takes_it = running(
    _steps,
    mine=step(StepKind.APPROVED, "ana"),
    called=step(StepKind.CALLED_BACK, "ana", "the register of the state"),
    hers=step(StepKind.APPROVED, "eva"),
    **{"nobody's": step(StepKind.APPROVED), "bound": step(StepKind.BOUND)},
    unsafe=step(StepKind.REPORTED, "eva", "her words"),
)


async def _notes(shell: Shell, runner: Runner, script: Script) -> None:
    await seat(shell, runner, "ana", "ana's phone")
    await say(shell, runner, "ana's phone", "called")
    rotate(shell.folder / "keys")
    vault = Vault.open(shell.folder / "keys")
    reseal_all(shell.engine, vault)
    with shell.engine.begin() as connection:
        [(step, id, note)] = vetting.load_history(connection, SHELTER)
        [seated] = vetting.load_coordinators(connection)
    assert note and vault.is_current(note) and vault.is_current(seated.recipient or b"")
    assert (step.day, step.coordinator) == (DAY, "ana")
    assert id and note
    assert Sealer(vault).note_of(id, note) == "the register of the state"


test_notes_and_addresses_are_sealed_and_renewed = running(
    _notes, called=step(StepKind.CALLED_BACK, "ana", "the register of the state")
)


async def _link(shell: Shell, runner: Runner, script: Script) -> None:
    await say(shell, runner, "somebody", "link")
    assert shell.rows("invitation") == 0
    await seat(shell, runner, "ana", "ana's phone")
    await say(shell, runner, "ana's phone", "link")
    turn = {"command": "start", "payload": "a-token-that-is-long-enough"}
    await runner.receive(shell.arrival("a person", **turn))
    await runner.receive(shell.arrival("group", kind=ChatKind.GROUP, **turn))
    await runner.receive(shell.arrival("another", kind=ChatKind.GROUP, **turn))
    await say(shell, runner, "group", "hello")
    assert script.contexts[-1].organization == SHELTER
    await say(shell, runner, "another", "hello")
    assert script.contexts[-1].organization is None
    assert steps(shell) == [VettingStep(SHELTER, StepKind.BOUND, DAY)]


test_a_coordinators_link_binds_one_group_once = running(
    _link, link=InvitationMade(SHELTER, "a-token-that-is-long-enough")
)


async def _unbinds(shell: Shell, runner: Runner, script: Script) -> None:
    await bind(shell, runner, "group", SHELTER)
    await bind(shell, runner, "group", CLINIC)
    await runner.call(lambda c: unbind(c, CLINIC, DAY))
    await runner.call(lambda c: unbind(c, CLINIC, DAY))
    found = [(s.organization, s.kind) for s in steps(shell)]
    assert sorted(found) == sorted(
        [
            (SHELTER, StepKind.BOUND),
            (SHELTER, StepKind.UNBOUND),
            (CLINIC, StepKind.BOUND),
            (CLINIC, StepKind.UNBOUND),
        ]
    )


test_every_binding_and_unbinding_is_a_step = running(_unbinds)


async def _told(shell: Shell, runner: Runner, script: Script) -> None:
    for alias in ("ana", "eva", "sol"):
        await seat(shell, runner, alias, f"{alias}'s phone")
    await say(shell, runner, "sol's phone", "exit")
    courier = shell.courier(runner)
    await courier.start()
    await say(shell, runner, "ana's phone", "tell")
    await runner.settled()
    await courier.stop()
    assert [one.chat for one in shell.channel.done if one.reply and one.reply.text == "news"] == [
        "eva's phone"
    ]
    assert shell.counts["notice.silent"] == 1


test_every_other_coordinator_is_told_but_not_one_who_left = running(_told)


def test_chats_that_were_bound_before_vetting_keep_their_binding(empty: Engine) -> None:
    config = Config()
    folder = Path(versions.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    with empty.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        row = "INSERT INTO staff_chat VALUES ('shelter', {0}, {0}, 'es')"
        blob = "x'00'" if empty.dialect.name == "sqlite" else "'\\x00'"
        connection.exec_driver_sql(row.format(blob))
    assert versions.migrate(empty)
    with empty.begin() as connection:
        [found] = vetting.load_steps(connection)[SHELTER]
    assert found.kind is StepKind.BOUND


class Case(Script):
    """A conversation that asks for a bed and declines it."""

    def __call__(self, turn: Turn, session: Session, context: Context) -> Outcome:
        if turn.text == "ask":
            return Outcome(session, events=(request(referral("ABCD2345")),))
        if turn.choice:
            [asked] = context.referrals.values()
            reason = turn.choice.split(":")[2]
            gone = move(asked, Status.DECLINED, DAY, reason)
            return Outcome(session, events=(ReferralMoved(gone),))
        return super().__call__(turn, session, context)


@pytest.mark.parametrize(("reason", "reported"), [("full", "full"), ("hours", "")])
async def test_a_house_that_declines_as_full_counts_as_full(
    shell: Shell, reason: str, reported: str
) -> None:
    runner = shell.runner(Case())
    await runner.start()
    await bind(shell, runner, "group", SHELTER)
    await say(shell, runner, "1", "ask")
    press = {"choice": f"why:ABCD2345:{reason}", "kind": ChatKind.GROUP}
    await runner.receive(shell.arrival("group", **press))
    await runner.stop()
    found = layer(shell).states.get(BEDS, listings.StoredState())
    assert found.available == reported


async def test_one_person_cannot_shut_the_houses_one_by_one(shell: Shell) -> None:
    unsafe = {
        f"unsafe {n}": VettingStepTaken(
            VettingStep(OrganizationId(f"house {n}"), StepKind.REPORTED, DAY)
        )
        for n in range(6)
    }
    script = Script(**unsafe)
    runner = shell.runner(script)
    await runner.start()
    for n in range(6):
        await say(shell, runner, "1", f"unsafe {n}")
        await say(shell, runner, "1", "exit")
    assert len(steps(shell)) == MOST_PAUSES
    await runner.receive(shell.arrival("1", choice="said:anything:s:"))
    assert script.contexts[-1].pauses == MOST_PAUSES
    await runner.receive(shell.arrival("2", choice="said:anything:s:"))
    assert script.contexts[-1].pauses == 0
    await say(shell, runner, "2", "unsafe 5")
    assert len(steps(shell)) == MOST_PAUSES + 1
    shell.clock.advance(days=1)
    await say(shell, runner, "1", "unsafe 4")
    assert len(steps(shell)) == MOST_PAUSES + 2
    await runner.stop()


async def _removed(shell: Shell, runner: Runner, script: Script) -> None:
    await seat(shell, runner, "ana", "ana's phone")
    token, end = fingerprint("token-of-eva-long-enough"), int(shell.clock().timestamp()) + 3600
    await runner.call(lambda c: vetting.insert_coordinator(c, "eva", fingerprint("code")))
    await runner.call(lambda c: insert_invitation(c, token, None, end, "eva"))
    await say(shell, runner, "ana's phone", "link")
    await runner.call(lambda c: vetting.delete_coordinator(c, "eva"))
    assert shell.rows("invitation") == 0
    await open_link(shell, runner, "eva", "eva's phone")
    await say(shell, runner, "eva's phone", "hello")
    assert script.contexts[-1].coordinator == ""
    assert seats(shell) == {"ana"}


test_a_removed_coordinators_link_is_dead_and_so_are_those_they_made = running(
    _removed, link=InvitationMade(SHELTER, "a-token-that-is-long-enough")
)


async def test_a_group_that_grows_keeps_the_vetting_of_its_organization(shell: Shell) -> None:
    runner = shell.runner(Script())
    await runner.start()
    await bind(shell, runner, "group", SHELTER)
    await runner.move("telegram", "group", "supergroup")
    assert [s.kind for s in steps(shell)] == [StepKind.BOUND]
    await runner.receive(shell.arrival("supergroup", "hello", kind=ChatKind.GROUP))
    await runner.stop()
