"""Turns through the database thread, on both databases."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.letter import Dispatch, Kind, Letter
from bot.parcel import NotCommitted
from bot.runner import Runner
from databases import BACKENDS
from handlers.turn import (
    ChatKind,
    Context,
    Notice,
    Outcome,
    Reply,
    Session,
    ToPerson,
    ToStaff,
    ToWorkingGroup,
    Turn,
)
from referrals.directory import OrganizationId
from referrals.events import (
    ChatBound,
    NeedAsked,
    NeedUnmet,
    QuestionAnswered,
    ReferralMoved,
    StaffLanguageChanged,
)
from referrals.lifecycle import Code, MoveNotAllowed, Status, move
from referrals.store import tables
from referrals.store.cases import cases_by_code
from referrals.store.engine import open_engine
from referrals.store.signals import count_signals
from shell import (
    CLINIC,
    SHELTER,
    WORLD,
    Shell,
    apology,
    bind,
    echo,
    joins,
    open_shell,
    referral,
    request,
)


@pytest.fixture(params=BACKENDS)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shell]:
    with open_shell(request.param, tmp_path) as opened:
        yield opened


class Story:
    """A conversation that a test writes, and what it saw."""

    def __init__(self) -> None:
        self.contexts: list[Context] = []
        self.sessions: list[Session] = []
        self.turns: list[Turn] = []

    def __call__(self, turn: Turn, session: Session, context: Context) -> Outcome:
        self.contexts.append(context)
        self.sessions.append(session)
        self.turns.append(turn)
        return joins(turn, session, context) or self.answer(turn, session, context)

    def answer(  # noqa: PLR0911 - one verb after another
        self, turn: Turn, session: Session, context: Context
    ) -> Outcome:
        verb, _, code = turn.choice.partition(":") if turn.choice else turn.text.partition(" ")
        if verb == "ask":
            asked = referral(code)
            notice = Notice(ToStaff(asked.organization), Reply("new", card=code))
            return Outcome(session, (Reply("sent"),), (request(asked),), (notice,))
        if verb == "accept":
            known = context.referrals.get(Code(code))
            if known is None:
                return Outcome(session, (Reply("unknown"),))
            try:
                moved = move(known, Status.ACCEPTED, known.moved)
            except MoveNotAllowed:
                return Outcome(session, (Reply("too late"),))
            told = Notice(ToPerson(moved.code), Reply("they said yes"))
            return Outcome(session, (Reply("done"),), (ReferralMoved(moved),), (told,))
        if verb == "forge":
            moved = replace(referral(code), status=Status.ACCEPTED)
            return Outcome(session, events=(ReferralMoved(moved),))
        if verb == "exit":
            return Outcome(replace(session, left=True), (Reply("."),), sweep=True)
        if verb == "delete":
            gone = tuple(
                ReferralMoved(move(one, Status.WITHDRAWN, one.moved))
                for one in context.referrals.values()
                if one.is_open
            )
            return Outcome(None, (Reply("deleted"),), gone, sweep=True)
        if verb == "bug":
            raise ValueError("words of a person")
        return echo(turn, session, context)


class Box:
    """Takes what commits hand on."""

    def __init__(self) -> None:
        self.dispatches: list[Dispatch] = []

    def __call__(self, dispatch: Dispatch) -> None:
        self.dispatches.append(dispatch)

    @property
    def letters(self) -> list[Letter]:
        return [letter for one in self.dispatches for letter in one.letters]

    def texts(self, chat: str = "") -> list[str]:
        return [
            one.parcel.reply.text
            for one in self.letters
            if one.parcel.reply and (not chat or one.parcel.chat == chat)
        ]


async def started(shell: Shell, story: Story) -> tuple[Runner, Box]:
    runner, box = shell.runner(story), Box()
    await runner.start()
    await runner.begin_sending(box)
    return runner, box


async def together(runner: Runner, *arrivals: object) -> None:
    """Let arrivals wait at the same time, so that one transaction takes them."""
    await asyncio.gather(*(runner.receive(one) for one in arrivals))  # type: ignore[arg-type]  # arrivals


async def test_a_turn_saves_its_session_and_queues_its_reply(shell: Shell) -> None:
    story = Story()
    runner, box = await started(shell, story)
    await runner.receive(shell.arrival("7", "hello"))
    await runner.receive(shell.arrival("7", "again"))
    assert [one.step for one in story.sessions] == ["", "hello"]
    assert box.texts() == ["hello", "again"]
    assert shell.rows("outbox") == 2
    await runner.stop()


async def test_a_repeated_update_changes_nothing(shell: Shell) -> None:
    story = Story()
    runner, box = await started(shell, story)
    once = shell.arrival("7", "hello")
    await together(runner, once, once, once)
    await runner.receive(once)
    assert len(story.turns) == 1
    assert box.texts() == ["hello"]
    assert shell.rows("seen") == 1
    await runner.stop()


async def test_a_repeated_update_is_known_to_the_next_process(shell: Shell) -> None:
    once = shell.arrival("7", "hello")
    first, _ = await started(shell, Story())
    await first.receive(once)
    await first.stop()
    story = Story()
    second, _ = await started(shell, story)
    await second.receive(once)
    assert story.turns == []
    await second.stop()


async def test_two_arrivals_of_one_chat_in_one_batch_follow_each_other(shell: Shell) -> None:
    story = Story()
    runner, _ = await started(shell, story)
    await together(
        runner,
        shell.arrival("7", "one"),
        shell.arrival("8", "other"),
        shell.arrival("7", "ask AAAA-2222"),
        shell.arrival("7", "three"),
    )
    own = [
        (one.text, known.step, len(seen.referrals))
        for one, known, seen in zip(story.turns, story.sessions, story.contexts, strict=True)
        if one.text != "other"
    ]
    assert own == [("one", "", 0), ("ask AAAA-2222", "one", 0), ("three", "one", 1)]
    await runner.stop()


async def test_a_bug_in_one_turn_of_ten_leaves_the_others_alone(
    shell: Shell, caplog: pytest.LogCaptureFixture
) -> None:
    runner, box = await started(shell, Story())
    with caplog.at_level(logging.DEBUG):
        await together(
            runner, *(shell.arrival(str(n), "bug" if n == 4 else "fine") for n in range(10))
        )
    assert sorted(box.texts()) == ["Something went wrong.", *["fine"] * 9]
    assert box.texts("4") == ["Something went wrong."]
    assert shell.rows("session") == 9
    assert shell.rows("seen") == 10
    assert "runner.bug" in caplog.text
    assert "ValueError" in caplog.text
    assert "words of a person" not in caplog.text
    await runner.stop()


async def test_a_turn_that_the_database_refuses_leaves_the_others_alone(shell: Shell) -> None:
    runner, box = await started(shell, Story())
    await runner.receive(shell.arrival("1", "ask AAAA-2222"))
    await together(
        runner,
        shell.arrival("2", "fine"),
        shell.arrival("3", "ask AAAA-2222"),
        shell.arrival("4", "fine"),
    )
    assert box.texts("3") == ["Something went wrong."]
    assert box.texts("2") == box.texts("4") == ["fine"]
    assert shell.rows("referral") == 1
    await runner.stop()


async def test_a_request_is_stored_with_its_consent_and_told_to_staff(shell: Shell) -> None:
    runner, box = await started(shell, Story())
    await bind(shell, runner, "-100", SHELTER)
    await runner.receive(shell.arrival("7", "ask AAAA-2222"))
    assert box.texts("-100") == ["new"]
    assert [one.kind for one in box.letters if one.parcel.chat == "-100"] == [Kind.NOTICE]
    assert shell.rows("consent") == shell.rows("referral") == 1
    case = (await runner.call(lambda c: cases_by_code(c, ["AAAA-2222"])))[0]
    assert case.referral.card_words == ""
    assert case.person == shell.vault.person_key("telegram", "7")
    await runner.stop()


async def test_staff_see_the_card_of_their_own_referrals_only(shell: Shell) -> None:
    story = Story()
    runner, _ = await started(shell, story)
    await bind(shell, runner, "-100", SHELTER)
    await bind(shell, runner, "-200", CLINIC)
    await runner.receive(shell.arrival("7", "ask AAAA-2222"))
    group = {"kind": ChatKind.GROUP}
    await runner.receive(shell.arrival("-100", "list", **group))
    await runner.receive(shell.arrival("-200", choice="accept:AAAA-2222", **group))
    await runner.receive(shell.arrival("-300", choice="accept:AAAA-2222", **group))
    own, foreign, stranger = (dict(one.referrals) for one in story.contexts[-3:])
    assert own == {Code("AAAA-2222"): referral("AAAA-2222")}
    assert foreign == stranger == {}
    assert story.contexts[-3].organization == SHELTER
    assert dict(story.contexts[-3].staff) == {SHELTER: "es", CLINIC: "es"}
    await runner.stop()


async def test_a_closed_referral_is_shown_to_staff_only_when_they_name_it(
    shell: Shell,
) -> None:
    story = Story()
    runner, _ = await started(shell, story)
    await bind(shell, runner, "-100", SHELTER)
    await runner.receive(shell.arrival("7", "ask AAAA-2222"))
    closed = move(referral("AAAA-2222"), Status.DECLINED, referral("x").moved, "full")
    await runner.notify([], [ReferralMoved(closed)])
    await runner.receive(shell.arrival("-100", "list", kind=ChatKind.GROUP))
    await runner.receive(shell.arrival("-100", choice="view:AAAA-2222:1", kind=ChatKind.GROUP))
    assert [len(one.referrals) for one in story.contexts[-2:]] == [0, 1]
    await runner.stop()


async def test_a_move_of_a_foreign_referral_is_a_bug_and_changes_nothing(
    shell: Shell,
) -> None:
    runner, box = await started(shell, Story())
    await runner.receive(shell.arrival("7", "ask AAAA-2222"))
    await runner.receive(shell.arrival("8", "forge AAAA-2222"))
    assert box.texts("8") == ["Something went wrong."]
    case = (await runner.call(lambda c: cases_by_code(c, ["AAAA-2222"])))[0]
    assert case.referral.status is Status.REQUESTED
    await runner.stop()


async def test_two_staff_accept_at_once_and_one_wins(shell: Shell) -> None:
    runner, box = await started(shell, Story())
    await bind(shell, runner, "-100", SHELTER)
    await runner.receive(shell.arrival("7", "ask AAAA-2222"))
    press = {"choice": "accept:AAAA-2222", "kind": ChatKind.GROUP}
    await together(runner, *(shell.arrival("-100", **press) for _ in range(20)))
    assert box.texts("-100") == ["new", "done", *["too late"] * 19]
    assert box.texts("7") == ["sent", "they said yes"]
    await runner.stop()


async def test_two_processes_accept_at_once_and_one_wins(shell: Shell) -> None:
    first, box = await started(shell, Story())
    await bind(shell, first, "-100", SHELTER)
    await first.receive(shell.arrival("7", "ask AAAA-2222"))
    second, other = await started(shell, Story())
    press = {"choice": "accept:AAAA-2222", "kind": ChatKind.GROUP}
    await asyncio.gather(
        *(
            runner.receive(shell.arrival("-100", **press))
            for _ in range(10)
            for runner in (first, second)
        )
    )
    # Letters for a chat that the other process serves are left to it, so count rows.
    await first.stop()
    await second.stop()
    assert box.texts("7").count("they said yes") + other.texts("7").count("they said yes") <= 1
    case = (await told(shell, Code("AAAA-2222")))[0]
    assert case.referral.status is Status.ACCEPTED
    assert shell.rows("outbox") == 1 + 1 + 20 + 1


async def told(shell: Shell, code: Code) -> list[object]:
    runner = shell.runner()
    await runner.start()
    found = await runner.call(lambda connection: cases_by_code(connection, [code]))
    await runner.stop()
    return list(found)


async def test_an_invitation_binds_once(shell: Shell) -> None:
    story = Story()
    runner, _ = await started(shell, story)
    await bind(shell, runner, "-100", SHELTER)
    token = f"token-{SHELTER}--100-long-enough"
    await runner.receive(shell.arrival("-666", command="start", payload=token))
    assert story.contexts[0].invitation is not None
    assert story.contexts[1].invitation is None
    assert shell.rows("invitation") == 0
    assert shell.rows("staff_chat") == 1
    await runner.stop()


async def test_two_chats_open_an_invitation_at_once_and_one_is_bound(shell: Shell) -> None:
    story = Story()
    runner, _ = await started(shell, story)
    token = f"token-{SHELTER}--100-long-enough"
    shell.updates += 1
    bound = asyncio.create_task(bind(shell, runner, "-100", SHELTER))
    await bound
    both = [shell.arrival(chat, command="start", payload=token) for chat in ("-200", "-300")]
    await together(runner, *both)
    assert [one.invitation is not None for one in story.contexts] == [True, False, False]
    await runner.stop()


async def test_an_invitation_that_was_not_used_stays_good(shell: Shell) -> None:
    def not_now(turn: Turn, session: Session, context: Context) -> Outcome:
        return Outcome(session, (Reply("yes" if context.invitation else "no"),))

    runner, box = shell.runner(not_now), Box()
    await runner.start()
    await runner.begin_sending(box)
    await bind(shell, runner, "-100", SHELTER)
    assert (box.texts(), shell.rows("invitation")) == (["yes"], 1)
    shell.clock.advance(hours=2)
    token = f"token-{SHELTER}--100-long-enough"
    await runner.receive(shell.arrival("-100", command="start", payload=token))
    assert box.texts() == ["yes", "no"]
    await runner.stop()


async def test_binding_without_an_invitation_is_a_bug(shell: Shell) -> None:
    def forged(turn: Turn, session: Session, context: Context) -> Outcome:
        return Outcome(session, events=(ChatBound(SHELTER, "es"),))

    runner, box = shell.runner(forged), Box()
    await runner.start()
    await runner.begin_sending(box)
    await runner.receive(shell.arrival("-100", "hello"))
    assert box.texts() == ["Something went wrong."]
    assert shell.rows("staff_chat") == 0
    await runner.stop()


async def test_the_working_group_hears_on_every_channel(shell: Shell) -> None:
    story = Story()
    runner, box = await started(shell, story)
    await bind(shell, runner, "-1", None)
    await bind(shell, runner, "-2", None)
    await runner.receive(shell.arrival("-2", "hello", kind=ChatKind.GROUP))
    assert story.contexts[-1].is_working_group
    await runner.notify([Notice(ToWorkingGroup(), Reply("digest"))])
    assert box.texts("-1") == ["digest"]
    assert box.texts("-2") == ["hello", "digest"]
    await runner.stop()


async def test_a_staff_chat_changes_its_own_language(shell: Shell) -> None:
    def speaks(turn: Turn, session: Session, context: Context) -> Outcome:
        if (joined := joins(turn, session, context)) is not None:
            return joined
        assert context.organization is not None
        return Outcome(session, events=(StaffLanguageChanged(context.organization, "en"),))

    runner = shell.runner(speaks)
    await runner.start()
    await bind(shell, runner, "-100", SHELTER)
    await runner.receive(shell.arrival("-100", "english"))
    staff = await runner.with_desk(lambda desk: dict(desk.bindings.staff))
    assert staff == {SHELTER: "en"}
    await runner.stop()


async def test_a_notice_to_nobody_is_counted_and_not_sent(shell: Shell) -> None:
    runner, box = await started(shell, Story())
    unknown = [
        Notice(ToStaff(OrganizationId("none")), Reply("x")),
        Notice(ToPerson(Code("ZZZZ-9999")), Reply("x")),
        Notice(ToWorkingGroup(), Reply("x")),
    ]
    await runner.notify(unknown)
    assert box.letters == []
    assert shell.counts == {"notice.unbound": 2, "notice.unlinked": 1}
    await runner.stop()


async def test_a_person_who_left_gets_no_notice_until_she_writes_again(
    shell: Shell,
) -> None:
    runner, box = await started(shell, Story())
    await runner.receive(shell.arrival("7", "ask AAAA-2222"))
    notice = Notice(ToPerson(Code("AAAA-2222")), Reply("they said yes"))
    await runner.receive(shell.arrival("7", "exit"))
    await runner.notify([notice])
    assert "they said yes" not in box.texts()
    assert shell.counts["notice.silent"] == 1
    await runner.stop()


async def test_a_sweep_cancels_what_is_queued_and_deletes_before_it_answers(
    shell: Shell,
) -> None:
    runner, box = await started(shell, Story())
    await runner.receive(shell.arrival("8", "stays"))
    await runner.receive(shell.arrival("7", "first"))
    await together(runner, shell.arrival("7", "second"), shell.arrival("7", "exit"))
    assert shell.rows("outbox") == 3
    last = box.dispatches[-1]
    assert shell.vault.chat_key("telegram", "7") in last.cancelled
    ours = [one for one in last.letters if one.parcel.chat == "7"]
    assert [one.kind for one in ours] == [Kind.SWEEP, Kind.REPLY]
    assert "second" not in [one.parcel.reply.text for one in ours if one.parcel.reply]
    await runner.stop()


async def test_deleting_everything_forgets_the_session_and_cuts_the_referrals(
    shell: Shell,
) -> None:
    story = Story()
    runner, _ = await started(shell, story)
    await runner.receive(shell.arrival("7", "ask AAAA-2222"))
    await together(runner, shell.arrival("7", "delete"), shell.arrival("7", "hello"))
    assert story.sessions[-1] == Session()
    assert dict(story.contexts[-1].referrals) == {}
    case = (await runner.call(lambda c: cases_by_code(c, ["AAAA-2222"])))[0]
    assert case.referral.status is Status.WITHDRAWN
    assert (case.person, case.link, case.card) == (None, None, None)
    await runner.receive(shell.arrival("9", "hello"))
    await runner.receive(shell.arrival("9", "delete"))
    assert shell.rows("session") == 1
    await runner.stop()


async def test_facts_for_figures_are_stored_by_day_without_a_person(shell: Shell) -> None:
    def counts(turn: Turn, session: Session, context: Context) -> Outcome:
        asked = NeedAsked("shelter", "south_border")
        return Outcome(
            session,
            events=(
                asked,
                asked,
                NeedUnmet("food", "", "nothing_listed"),
                QuestionAnswered("asylum"),
            ),
        )

    runner = shell.runner(counts)
    await runner.start()
    await runner.receive(shell.arrival("7", "hello"))
    day = shell.clock().date()
    assert await runner.call(lambda c: count_signals(c, day, day)) == [
        ("need_asked", "shelter", "south_border", "", 2),
        ("need_unmet", "food", "", "nothing_listed", 1),
        ("question_answered", "asylum", "", "", 1),
    ]
    await runner.stop()


async def test_a_session_of_another_version_starts_afresh(shell: Shell) -> None:
    story = Story()
    runner, _ = await started(shell, story)
    await runner.receive(shell.arrival("7", "hello"))
    key = shell.vault.chat_key("telegram", "7")
    bodies = [
        b'{"channel":"telegram","chat":"7","session":{"step":"kept","gone":1}}',
        b'{"channel":"telegram","chat":"7","session":{"step":5}}',
        b"not json",
    ]
    for body in bodies:
        sealed = shell.vault.seal(body, b"session", key)

        def store(connection: object, sealed: bytes = sealed) -> None:
            from sqlalchemy import update

            from referrals.store.tables import session

            connection.execute(update(session).values(body=sealed))  # type: ignore[attr-defined]  # a Connection

        await runner.call(store)
        await runner.receive(shell.arrival("7", "next"))
    assert [one.step for one in story.sessions] == ["", "kept", "", ""]
    assert shell.counts["session.unreadable"] == 2
    await runner.stop()


async def test_a_function_runs_in_its_own_transaction(shell: Shell) -> None:
    runner, _ = await started(shell, Story())

    def half(connection: object) -> None:
        connection.exec_driver_sql("DELETE FROM session")  # type: ignore[attr-defined]  # a Connection
        raise KeyError

    await runner.receive(shell.arrival("7", "hello"))
    with pytest.raises(KeyError):
        await runner.call(half)
    assert shell.rows("session") == 1
    assert await runner.call(lambda connection: 5) == 5
    await runner.stop()


async def test_what_cannot_be_committed_is_refused_and_works_later(tmp_path: Path) -> None:
    with open_shell("sqlite", tmp_path) as shell:
        story = Story()
        runner = shell.runner(story, patience=0.05)
        await runner.start()
        arrival = shell.arrival("7", "hello")
        other = open_engine(str(shell.engine.url))
        with other.begin(), pytest.raises(NotCommitted):
            await runner.receive(arrival)
        await runner.receive(arrival)
        assert shell.rows("session") == shell.rows("seen") == 1
        await runner.stop()


async def test_a_lost_connection_is_opened_again(tmp_path: Path) -> None:
    with open_shell("postgresql", tmp_path) as shell:
        runner, box = await started(shell, Story())
        await runner.receive(shell.arrival("7", "one"))
        with shell.engine.begin() as other:
            other.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        await runner.receive(shell.arrival("7", "two"))
        assert box.texts() == ["one", "two"]
        await runner.stop()


async def test_after_the_end_nothing_is_accepted(shell: Shell) -> None:
    runner, _ = await started(shell, Story())
    await runner.stop()
    with pytest.raises(NotCommitted):
        await runner.receive(shell.arrival("7", "hello"))


async def test_many_chats_in_any_order_keep_their_own_order(shell: Shell) -> None:
    story = Story()
    runner, box = await started(shell, story)
    await together(runner, *(shell.arrival(str(n % 40), str(n)) for n in range(600)))
    for chat in range(40):
        assert box.texts(str(chat)) == [str(n) for n in range(chat, 600, 40)]
    ids = [one.id for one in box.letters]
    assert ids == sorted(set(ids))
    await runner.stop()


async def test_a_group_with_a_new_id_keeps_everything(shell: Shell) -> None:
    story = Story()
    runner, box = await started(shell, story)
    await bind(shell, runner, "-100", SHELTER)
    await runner.receive(shell.arrival("-100", "before", kind=ChatKind.GROUP))
    await runner.receive(replace(shell.arrival("-100"), moved_to="-100999"))
    await runner.receive(shell.arrival("-100999", "after", kind=ChatKind.GROUP))
    assert story.sessions[-1].step == "before"
    assert story.contexts[-1].organization == SHELTER
    await runner.receive(shell.arrival("7", "ask AAAA-2222"))
    assert box.texts("-100999") == ["after", "new"]
    assert shell.rows("staff_chat") == 1
    await runner.stop()


async def test_days_are_those_of_the_country_and_not_of_the_server(shell: Shell) -> None:
    """Past midnight in UTC it is still evening there: figures of today must hold it."""
    shell.clock.moment = datetime(2026, 3, 2, 3, tzinfo=UTC)
    runner = Runner(
        shell.engine,
        shell.vault,
        echo,
        WORLD,
        apology,
        now=shell.clock,
        timezone=ZoneInfo("America/Mexico_City"),
    )
    await runner.start()
    await runner.receive(shell.arrival("1", "hola"))
    await runner.stop()
    with shell.engine.connect() as connection:
        [stored] = connection.execute(select(tables.session.c.day)).scalars()
    assert stored == date(2026, 3, 1)
