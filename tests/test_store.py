"""Tables, queries and migrations, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.sealing import reseal_all
from bot.vault import Vault, forget_older, rotate
from databases import BACKENDS, empty_database, fresh_engine
from handlers.turn import Context, Outcome, Reply, Session, Turn
from referrals.lifecycle import Consent, Status, move
from referrals.store import cases, records, settings, turns, upkeep
from referrals.store.cases import Case, LostRace
from referrals.store.engine import Engine, is_passing, open_engine, truncate_wal
from referrals.store.tables import metadata
from referrals.store.versions import (
    REVISIONS,
    DatabaseIsNewer,
    DatabaseIsOlder,
    check_version,
    migrate,
)
from shell import DAY, SHELTER, Shell, bind, joins, open_shell, referral, request


@pytest.fixture(params=BACKENDS)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with fresh_engine(request.param, tmp_path) as opened:
        yield opened


@pytest.fixture(params=BACKENDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with empty_database(request.param, tmp_path) as opened:
        yield opened


@pytest.fixture(params=BACKENDS)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shell]:
    with open_shell(request.param, tmp_path) as opened:
        yield opened


def test_migrating_makes_exactly_the_tables_of_the_program(empty: Engine) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with pytest.raises(DatabaseIsOlder):
        check_version(empty)
    assert migrate(empty)
    assert not migrate(empty)
    check_version(empty)
    with empty.connect() as connection:
        names = set(inspect(connection).get_table_names())
        assert names == set(metadata.tables) | {"alembic_version"}
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_every_migration_is_known_to_the_program() -> None:
    from alembic.script import ScriptDirectory

    folder = Path(turns.__file__).parent / "migrations"
    scripts = list(ScriptDirectory(str(folder)).walk_revisions())
    assert tuple(script.revision for script in reversed(scripts)) == REVISIONS
    assert len(scripts) >= 1


def test_a_newer_database_is_refused(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for refuses in (check_version, migrate):
        with pytest.raises(DatabaseIsNewer, match="9999"):
            refuses(engine)


def test_a_referral_without_consent_is_refused_by_the_database(engine: Engine) -> None:
    case = Case(referral("AAAA-2222"), None, None, None)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        cases.insert_case(connection, case, 1)
    without = (
        "INSERT INTO referral (code, organization, service, need, status, priority, language,"
        " opened, moved, reason, declined) VALUES ('AAAA-2222', 'o', 's', 'n', 'requested',"
        " 'normal', 'es', '2026-03-01', '2026-03-01', '', '[]')"
    )
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text(without))


def test_a_consent_serves_one_referral_only(engine: Engine) -> None:
    agreed = Consent(SHELTER, ("need",), "1", DAY)
    with engine.begin() as connection:
        cases.insert_consent(connection, 1, agreed)
        cases.insert_case(connection, Case(referral("AAAA-2222"), None, None, None), 1)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        cases.insert_case(connection, Case(referral("BBBB-2222"), None, None, None), 1)


def test_a_consent_cannot_be_taken_from_its_referral(engine: Engine) -> None:
    stored(engine, "AAAA-2222")
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text("DELETE FROM consent"))


def test_a_move_from_another_status_is_a_lost_race(engine: Engine) -> None:
    case = stored(engine, "AAAA-2222")
    accepted = replace(case, referral=move(case.referral, Status.ACCEPTED, DAY))
    with engine.begin() as connection:
        cases.move_case(connection, accepted, Status.REQUESTED)
    with pytest.raises(LostRace), engine.begin() as connection:
        cases.move_case(connection, accepted, Status.REQUESTED)


def stored(engine: Engine, code: str, **changes: object) -> Case:
    plain = replace(referral(code), meeting_code="", card_place="", card_language="", card_words="")
    case = Case(replace(plain, **changes), None, None, None)  # type: ignore[arg-type]  # named by the test
    with engine.begin() as connection:
        cases.insert_consent(connection, hash(code) % 2**60, Consent(SHELTER, (), "1", DAY))
        cases.insert_case(connection, case, hash(code) % 2**60)
        assert cases.cases_by_code(connection, [code]) == [case]
    return case


def test_closed_referrals_and_their_consents_are_purged(engine: Engine) -> None:
    stored(engine, "AAAA-2222", status=Status.DECLINED, declined=(SHELTER,))
    stored(engine, "BBBB-2222")
    with engine.begin() as connection:
        assert cases.purge_cases(connection, date(2026, 3, 1)) == 0
        assert cases.purge_cases(connection, date(2026, 3, 2)) == 1
        left = connection.execute(text("SELECT code FROM referral")).scalars().all()
        assert left == ["BBBB-2222"]
        assert connection.execute(text("SELECT count(*) FROM consent")).scalar() == 1
        late = cases.cases_moved_before(connection, Status.REQUESTED, date(2026, 3, 2))
        assert [case.referral.code for case in late] == ["BBBB-2222"]


def test_saving_a_package_touches_only_what_changed(engine: Engine) -> None:
    one = {"organization": [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}]}
    two = {"organization": [{"id": "b", "name": "B2"}, {"id": "c", "name": "C"}]}
    with engine.begin() as connection:
        assert records.save_package(connection, one, DAY) == (2, 0, 0)
        assert records.save_package(connection, one, DAY) == (0, 0, 0)
        assert settings.read_setting(connection, records.DIRECTORY_REVISION) == 1
        assert records.save_package(connection, two, DAY) == (1, 1, 1)
        assert records.load_rows(connection) == two
        assert records.save_package(connection, one, DAY) == (0, 2, 1)
        assert records.load_rows(connection) == one
        retired = "SELECT id FROM hsds_record WHERE retired IS NOT NULL"
        assert connection.execute(text(retired)).scalars().all() == ["c"]


def test_the_first_drawn_digest_counts(engine: Engine) -> None:
    with engine.begin() as connection:
        assert records.load_digest(connection, "2026-W10") is None
        assert records.save_digest(connection, "2026-W10", b"first") == b"first"
        assert records.save_digest(connection, "2026-W10", b"second") == b"first"


def test_a_counter_can_be_set_and_read(engine: Engine) -> None:
    with engine.begin() as connection:
        settings.write_setting(connection, "a", 5)
        assert settings.advance(connection, "a") == 6
        assert settings.read_setting(connection, "b") == 0


def test_old_rows_are_purged_by_age(engine: Engine) -> None:
    with engine.begin() as connection:
        turns.insert_seen(connection, [b"a"], date(2026, 3, 1))
        turns.insert_seen(connection, [b"b"], date(2026, 3, 9))
        session = {"chat": b"a", "body": b"x", "day": date(2026, 3, 1)}
        turns.insert_sessions(connection, [session])
        message = {"chat": b"a", "message": 1, "card": None, "sensitive": 1, "hour": 100}
        turns.remember_messages(connection, [message, {**message, "message": 2, "hour": 200}])
        assert turns.due_for_sweep(connection, 150) == {b"a": (1,)}
        assert upkeep.purge_seen(connection, date(2026, 3, 2)) == 1
        assert upkeep.purge_sessions(connection, date(2026, 3, 2)) == 1
        card = {**message, "message": 3, "card": b"card"}
        turns.remember_messages(connection, [card])
        assert upkeep.purge_messages(connection, 150, 50) == 1
        assert upkeep.purge_messages(connection, 150, 150) == 1
        assert turns.remembered(connection, b"a") == (2,)


def test_the_text_of_a_database_error_holds_no_values(engine: Engine) -> None:
    row = {"chat": b"secret-chat", "body": b"secret-body", "day": DAY}
    with pytest.raises(IntegrityError) as refused, engine.begin() as connection:
        turns.insert_sessions(connection, [row])
        turns.insert_sessions(connection, [row])
    said = str(refused.value)
    assert "hide_parameters" in said
    assert "secret-body" not in said
    assert not is_passing(refused.value)


def test_a_locked_database_is_a_passing_trouble(tmp_path: Path) -> None:
    with fresh_engine("sqlite", tmp_path) as engine, engine.begin():
        other = open_engine(str(engine.url))
        with pytest.raises(OperationalError) as refused, other.begin():
            pass
        assert is_passing(refused.value)


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(ValueError, match="sqlite"):
        open_engine("mysql://localhost/x")


def tells(turn: Turn, session: Session, context: Context) -> Outcome:
    if (joined := joins(turn, session, context)) is not None:
        return joined
    event = request(referral(turn.text[:9]))
    known = replace(session, step="canary-step", question=turn.text)
    return Outcome(known, (Reply("canary-reply", card=turn.text[:9]),), (event,))


CANARIES = (b"canary", b"98765432", b"somos cuatro", b"azul mesa", b"Tapachula")


async def test_the_bytes_of_the_database_hold_no_chat_and_no_word(tmp_path: Path) -> None:
    with open_shell("sqlite", tmp_path) as shell:
        await fill(shell)
        await shell_bytes_are_clean(shell, files=3)
        assert truncate_wal(shell.engine)
        assert (tmp_path / "faro.db-wal").stat().st_size == 0


async def fill(shell: Shell) -> None:
    runner = shell.runner(tells)
    await runner.start()
    await bind(shell, runner, "-10098765432", SHELTER)
    await bind(shell, runner, "-20098765432", None)
    for n in range(20):
        chat = f"98765432{n:02}"
        await runner.receive(shell.arrival(chat, f"AAAA-22{n:02} canary", message=n + 1))
    assert shell.rows("referral") == shell.rows("session") - 2 == 20
    await runner.stop()


async def shell_bytes_are_clean(shell: Shell, files: int) -> None:
    # A connection of our own keeps the write-ahead log from being removed.
    with shell.engine.connect():
        found = [path for path in shell.folder.glob("faro.db*") if path.is_file()]
        assert len(found) >= files - 1
        content = b"".join(path.read_bytes() for path in found)
    assert b"AAAA-2219" in content, "the search would find what is there"
    assert [canary for canary in CANARIES if canary in content] == []


async def test_no_row_of_either_database_holds_a_chat_or_a_word(shell: Shell) -> None:
    await fill(shell)
    seen = 0
    with shell.engine.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(table.select()):
                seen += 1
                content = b" ".join(
                    value if isinstance(value, bytes) else str(value).encode() for value in row
                )
                assert [canary for canary in CANARIES if canary in content] == []
    assert seen > 100


async def test_after_a_rotation_everything_is_sealed_anew_and_the_old_key_can_go(
    shell: Shell,
) -> None:
    await fill(shell)
    keys = shell.folder / "keys"
    rotate(keys)
    vault = Vault.open(keys)
    assert reseal_all(shell.engine, vault) == 22 + 20 * 3 + 2
    assert forget_older(keys) == 1
    shell.vault = Vault.open(keys)
    sessions: list[Session] = []

    def looks(turn: Turn, session: Session, context: Context) -> Outcome:
        sessions.append(session)
        assert dict(context.staff) == {SHELTER: "es"}
        known = list(context.referrals.values())
        return Outcome(session, (Reply(known[0].card_words if known else "none"),))

    runner = shell.runner(looks)
    letters: list[str] = []
    await runner.start()
    await runner.begin_sending(
        lambda dispatch: letters.extend(
            one.parcel.reply.text for one in dispatch.letters if one.parcel.reply
        )
    )
    await runner.receive(shell.arrival("9876543203", "again"))
    assert sessions[0].step == "canary-step"
    assert letters[-1] == "somos cuatro"
    assert shell.counts["outbox.unreadable"] == 0
    await runner.stop()
