"""``faro match``: what it shows, and what it says to a typing error."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import app

NOON = "2026-11-24T12:00"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("FARO_DATA", str(tmp_path))
    monkeypatch.setenv("FARO_DIRECTORY", "fictional")
    monkeypatch.setenv("COLUMNS", "80")
    return Run()


class Run:
    """The command in a terminal of 80 columns, over the made-up directory."""

    def __call__(self, *words: str) -> Result:
        return CliRunner().invoke(app, ["match", *words])

    def json(self, *words: str) -> dict[str, object]:
        done = self(*words, "--time", NOON, "--json")
        assert done.exit_code == 0, done.output
        found: dict[str, object] = json.loads(done.stdout)
        return found


def test_a_search_from_a_town_shows_rank_distance_and_reasons_in_80_columns(run: Run) -> None:
    done = run("housing", "--place", "Tapachula", "--language", "es", "--time", NOON)
    assert done.exit_code == 0
    assert "Ring: city" in done.stdout
    assert "Casa Ejemplo Faro" in done.stdout
    assert "speaks es" in done.stdout
    assert "24 Nov 2026 12:00" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_json_has_the_same_keys_whether_something_is_found_or_not(run: Run) -> None:
    some = run.json("housing", "--at", "14.9,-92.26")
    none = run.json("housing", "--ring", "remote", "--at", "14.9,-92.26", "--audiences", "minors")
    assert list(some) == list(none)
    assert (none["matches"], none["why"]) == ([], "none")
    matches = some["matches"]
    assert isinstance(matches, list)
    assert [match["rank"] for match in matches] == list(range(1, len(matches) + 1))
    assert {"service_id", "organization", "km", "reasons"} <= set(matches[0])


def test_what_is_left_out_is_told_with_its_reasons(run: Run) -> None:
    found = run.json("housing", "--place", "Tapachula", "--left-out", "--audiences", "men")
    left = found["left_out"]
    assert isinstance(left, list)
    assert len(left) > 5
    assert all(item["reasons"] for item in left)
    done = run("housing", "--place", "Tapachula", "--left-out")
    assert "Not in the list" in done.stdout
    assert "too far" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("housng",), "did you mean housing"),
        (("zzz",), "it is one of housing"),
        (("housing", "--audiences", "womn"), "did you mean women"),
        (("housing", "--place", "Tapachla"), "did you mean Tapachula, Chiapas"),
        (("housing", "--place", "Qwertyuiop"), "no place"),
        (("housing", "--at", "-92.26,14.9"), "did you mean 14.9,-92.26"),
        (("housing", "--at", "14.9"), "LATITUDE,LONGITUDE"),
        (("housing", "--at", "48.1,11.5"), "not in the country"),
        (("housing", "--at", "nan,nan"), "not in the country"),
        (("housing", "--place", "Tapachula", "--at", "14.9,-92.26"), "not both"),
        (("housing", "--state", "Chiapaz"), "state"),
        (("housing", "--time", "noon"), "no time"),
        (("housing", "--ring", "town"), "it is one of city"),
        (("housing", "--language", "xx"), "no language"),
        (("housing", "--stage", "settled"), "did you mean settling"),
    ],
)
def test_a_typing_error_is_answered_with_what_is_known(
    run: Run, words: Sequence[str], said: str
) -> None:
    done = run(*words)
    assert done.exit_code == 1
    assert said in done.output
    assert "Traceback" not in done.output
