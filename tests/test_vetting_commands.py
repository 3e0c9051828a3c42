"""``faro coordinators`` and ``faro vet``: two people, each with a code of their own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.__main__ import app

NAME = "Casa Prueba"
ROWS = {
    "organizations.csv": "id,name,description\n{o},Casa Prueba,Una prueba\n",
    "services.csv": "id,organization_id,name,status,assured_date\n{s},{o},Camas,active,{day}\n",
}
IDS = {
    "o": "11111111-1111-4111-8111-111111111111",
    "s": "22222222-2222-4222-8222-222222222222",
}


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.settings import Settings
    from bot.starting import today

    monkeypatch.setenv("FARO_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("FARO_DIRECTORY", "stored")
    package = tmp_path / "package"
    package.mkdir()
    for name, text in ROWS.items():
        (package / name).write_text(text.format(**IDS, day=today(Settings())))
    assert run("directory", "load", str(package)).exit_code == 0


def run(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, list(words), input=typed)


def coordinator(alias: str) -> str:
    """Add a coordinator and return the personal code."""
    result = run("coordinators", "add", alias)
    assert result.exit_code == 0, result.output
    found = re.search(r"only now\): (\S+)", result.output)
    assert found
    return found[1]


def vet(step: str, alias: str, code: str, *more: str) -> Result:
    return run("vet", step, NAME, "--as", alias, "--code", code, *more)


def test_one_coordinator_alone_never_activates_an_organization() -> None:
    code = coordinator("ana")
    for _ in range(2):
        vet("approve", "ana", code)
        last = vet("called-back", "ana", code, "--source", "the register")
    assert "the approval of a second coordinator" in last.output
    assert "not offered" in run("vet", "show").output


def test_two_coordinators_a_call_and_a_chat_make_it_active() -> None:
    ana, eva = coordinator("ana"), coordinator("eva")
    vet("approve", "ana", ana)
    vet("called-back", "eva", eva, "--source", "the register of the state")
    result = vet("approve", "eva", eva)
    assert "not offered: needs a chat" in result.output
    history = run("vet", "show", NAME).output
    assert "the register of the state" in history
    assert history.count("approved") == 2


def test_a_step_needs_the_code_that_belongs_to_the_alias() -> None:
    ana, _ = coordinator("ana"), coordinator("eva")
    for alias, code in (("eva", ana), ("ana", "guess"), ("nobody", ana)):
        result = vet("approve", alias, code)
        assert result.exit_code == 1
        assert "nothing was recorded" in result.output
    assert "approved" not in run("vet", "show", NAME).output


def test_the_code_is_asked_for_and_not_shown() -> None:
    code = coordinator("ana")
    result = run("vet", "approve", NAME, "--as", "ana", typed=f"{code}\n")
    assert result.exit_code == 0
    assert code not in result.output


def test_a_call_back_says_where_the_number_was_found() -> None:
    result = vet("called-back", "ana", coordinator("ana"), "--source", " ")
    assert result.exit_code == 1
    assert "--source" in result.output


def test_a_pause_takes_the_weight_from_earlier_approvals() -> None:
    ana, eva = coordinator("ana"), coordinator("eva")
    vet("approve", "ana", ana)
    vet("pause", "eva", eva)
    assert "paused; needs two approvals" in vet("called-back", "eva", eva, "--source", "x").output


def test_an_alias_is_taken_once_and_has_a_form() -> None:
    coordinator("ana")
    assert "already" in run("coordinators", "add", "ana").output
    for bad in ("Ana", "a", "made-up 1", "ana ", "x" * 30):
        assert run("coordinators", "add", bad).exit_code == 1
    assert run("coordinators", "list").output.count("ana") == 1


def test_removing_a_coordinator_in_distrust_pauses_what_they_approved() -> None:
    ana, _ = coordinator("ana"), coordinator("eva")
    vet("approve", "ana", ana)
    assert "1 organizations" in run("coordinators", "remove", "ana", "--distrust").output
    assert "paused" in run("vet", "show").output
    assert vet("approve", "ana", ana).exit_code == 1


def test_an_unknown_organization_or_coordinator_is_said() -> None:
    code = coordinator("ana")
    result = run("vet", "approve", "Nadie", "--as", "ana", "--code", code)
    assert result.exit_code == 1 and "0 organizations fit" in result.output
    assert run("coordinators", "remove", "nadie").exit_code == 1
