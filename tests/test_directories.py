"""``faro directory``: what is loaded, what comes out, and that nothing is half done."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import text
from typer.testing import CliRunner

from bench.big_directory import write
from bot import directories, package_files
from bot.__main__ import app
from bot.directories import country_of
from bot.settings import LOCALES, Settings
from bot.world import package_of
from databases import BACKENDS, fresh_engine
from referrals.hsds import Rows
from referrals.hsds_out import write_tables
from referrals.hsds_rows import body_of, counted, packed
from referrals.store.engine import Engine
from referrals.store.records import load_rows, save_package

FICTIONAL = LOCALES / "countries/mx/fictional"
DAY = date(2026, 11, 1)
SERVICES = 2000


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FARO_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("FARO_DIRECTORY", "stored")


@pytest.fixture(params=BACKENDS)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with fresh_engine(request.param, tmp_path) as found:
        yield found


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["directory", *map(str, words)])


def done(*words: str | Path) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.output


def refused(*words: str | Path) -> str:
    result = run(*words)
    assert result.exit_code == 1
    return result.output


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def texts(rows: Rows) -> dict[str, list[bytes]]:
    return {table: sorted(map(body_of, found)) for table, found in rows.items() if found}


@pytest.mark.parametrize("name", ["out", "out.json"])
def test_what_was_exported_loads_as_what_is_stored(tmp_path: Path, name: str) -> None:
    assert "603 added, 0 changed, 0 retired" in done("load", FICTIONAL)
    assert "603 rows in" in done("export", tmp_path / name)
    assert texts(package_of(tmp_path / name).rows) == texts(package_of(FICTIONAL).rows)
    assert "0 added, 0 changed, 0 retired" in done("load", tmp_path / name)


def test_an_export_is_only_for_who_made_it_and_says_what_is_in_it(tmp_path: Path) -> None:
    done("load", FICTIONAL)
    said = done("export", tmp_path / "out")
    assert "Confidential addresses are in it (1): for coordinators only." in said
    done("export", tmp_path / "out.json")
    assert mode(tmp_path / "out") == 0o700
    files = [*(tmp_path / "out").iterdir(), tmp_path / "out.json"]
    assert len(files) > 12
    assert {mode(path) for path in files} == {0o600}


def test_a_public_export_holds_no_confidential_name_and_may_be_read(tmp_path: Path) -> None:
    secret = _with_a_secret(tmp_path / "package")
    done("load", tmp_path / "package")
    done("export", tmp_path / "all.json")
    assert secret in (tmp_path / "all.json").read_text("utf-8")
    for name in ("out", "out.json"):
        assert "Confidential" not in done("export", tmp_path / name, "--public")
    files = [*(tmp_path / "out").iterdir(), tmp_path / "out.json"]
    assert len(files) > 12
    assert all(secret not in path.read_text("utf-8") for path in files)
    assert {mode(path) for path in files} == {0o644}
    done("check", tmp_path / "out")


def _with_a_secret(folder: Path) -> str:
    """Write the fictional directory with a street in its confidential location."""
    rows = {t: [dict(r) for r in found] for t, found in package_of(FICTIONAL).rows.items()}
    (hidden,) = [row["id"] for row in rows["locations"] if "name" not in row]
    (address,) = [row for row in rows["addresses"] if row["location_id"] == hidden]
    address["address_1"] = "Calle Zqx 99"
    rows["services"][0]["description"] = "La entrada está en Calle Zqx 99."
    folder.mkdir()
    for name, data in write_tables(rows).items():
        (folder / name).write_bytes(data)
    return address["address_1"]


def test_nothing_that_is_there_is_written_over(tmp_path: Path) -> None:
    done("load", FICTIONAL)
    (tmp_path / "out").mkdir()
    assert "is there already: nothing was written" in refused("export", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_an_empty_directory_is_not_exported(tmp_path: Path) -> None:
    assert "The directory is empty" in refused("export", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["out", "out.json"])
def test_an_export_that_breaks_off_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def broken(path: Path, parts: object, mode: int) -> int:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device", str(path))

    done("load", FICTIONAL)
    monkeypatch.setattr(directories, "write", broken)
    assert "No space left on device" in refused("export", tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_fatal_problem_leaves_what_is_stored(tmp_path: Path) -> None:
    done("load", FICTIONAL)
    package = tmp_path / "package"
    shutil.copytree(FICTIONAL, package)
    path = package / "services.csv"
    path.write_text(path.read_text("utf-8").replace(",active,", ",open,", 1), "utf-8")
    said = refused("load", package)
    assert "services.csv, line 2, status: is not one of active" in said
    assert "nothing can be loaded" in said
    assert "0 added, 0 changed, 0 retired" in done("load", FICTIONAL)


def test_a_folder_without_tables_is_told_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "sheets").mkdir()
    (tmp_path / "sheets" / "directory.xlsx").write_bytes(b"PK")
    for path in (tmp_path / "sheets", tmp_path / "sheets" / "directory.xlsx"):
        assert "holds no CSV and no JSON: save each sheet as a CSV" in refused("load", path)
    assert "no such file or folder" in refused("check", tmp_path / "nowhere")


def test_a_package_that_is_too_big_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "organizations.csv").write_bytes(b"x" * 3 * 1024**2)
    monkeypatch.setattr(package_files, "MAX_BYTES", 2 * 1024**2)
    said = refused("load", tmp_path / "organizations.csv")
    assert "has 3 MB, more than the 2 that are read" in said


def test_the_older_layout_and_warnings_are_told_and_can_be_loaded(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    files = {
        "organizations.csv": "id,name,description\n1,Casa Prueba,Ayuda\n",
        "locations.csv": "id,organization_id,name,latitude,longitude\n1,1,Sede,14.9,-92.2\n",
        "services.csv": "id,location_id,name,status,keywords\n1,1,Cama,active,techo\n",
        "phones.csv": "id,service_id,number\n1,1,000 000 0001\n",
    }
    for name, content in files.items():
        (tmp_path / "old" / name).write_text(content, "utf-8")
    said = done("load", tmp_path / "old")
    assert "services.csv, file: is of an older HSDS: it is read as 3.1 (can be loaded)" in said
    assert "is not a number that MX has" in said
    assert "0 added, 0 changed, 0 retired" in done("load", tmp_path / "old")


def test_the_country_of_the_settings_says_where_its_points_are() -> None:
    country = country_of(Settings(country="mx"))
    assert country.code == "MX"
    assert country.box is not None
    assert country.box.holds(14.9, -92.26)
    assert country.box.holds(32.5, -117.03)
    assert not country.box.holds(-92.26, 14.9)
    assert not country.box.holds(4.6, -74.1)
    assert "housing" in country.codes["faro-needs"]


def test_a_bar_is_drawn_for_nobody(tmp_path: Path) -> None:
    assert "Loading" not in done("load", FICTIONAL)
    assert "Reading" not in done("check", FICTIONAL)


def big(folder: Path) -> Rows:
    assert write(folder, SERVICES) > 9 * SERVICES
    package = package_of(folder)
    assert package.problems == ()
    return package.rows


def test_a_big_directory_is_stored_and_only_what_changed_is_touched(
    tmp_path: Path, engine: Engine
) -> None:
    rows = big(tmp_path / "big")
    total = counted(rows)
    heard: list[int] = []
    with engine.begin() as connection:
        assert save_package(connection, rows, DAY, heard.append) == (total, 0, 0)
        assert sum(heard) == total
        assert save_package(connection, rows, DAY, heard.append) == (0, 0, 0)
        assert sum(heard) == 2 * total
        services = [dict(row) for row in rows["services"]]
        services[0]["name"] = "Otro nombre ficticio"
        fewer = {**rows, "services": services, "phones": rows["phones"][1:]}
        assert save_package(connection, fewer, DAY) == (0, 1, 1)
        assert texts(load_rows(connection)) == texts(fewer)


def test_a_load_that_breaks_off_leaves_what_is_stored(tmp_path: Path, engine: Engine) -> None:
    rows = package_of(FICTIONAL).rows

    def broken(_: int) -> None:
        raise KeyboardInterrupt

    with engine.begin() as connection:
        save_package(connection, rows, DAY)
    with pytest.raises(KeyboardInterrupt), engine.begin() as connection:
        save_package(connection, big(tmp_path / "big"), DAY, broken)
    with engine.begin() as connection:
        assert texts(load_rows(connection)) == texts(rows)


def test_rows_that_an_earlier_version_stored_are_not_changed(engine: Engine) -> None:
    row = {"id": "a", "name": "Atención", "email": ""}
    with engine.begin() as connection:
        save_package(connection, {"organizations": [row]}, DAY)
        older = json.dumps(row, ensure_ascii=False, sort_keys=True)
        connection.execute(text("UPDATE hsds_record SET body = :body"), {"body": older})
        assert save_package(connection, {"organizations": [row]}, DAY) == (0, 0, 0)
        assert load_rows(connection)["organizations"] == [row]


def test_packed_rows_read_as_what_was_packed() -> None:
    rows = [{"id": str(at), "name": "x", "email": ""} for at in range(5)]
    found = packed(rows)
    assert found == rows
    assert found[1:3] == rows[1:3]
    assert found[-1] == {"id": "4", "name": "x"}
    assert packed(found) is found
    assert found != rows[:4]


def test_a_name_is_shown_as_it_is_and_its_id_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FARO_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("FARO_DIRECTORY", "stored")
    monkeypatch.setenv("COLUMNS", "80")
    id, package = "11111111-1111-4111-8111-111111111111", tmp_path / "package"
    package.mkdir()
    row = f"id,name,description\n{id},Casa [/foo] [bold]Dos,Una\n"
    (package / "organizations.csv").write_text(row)
    assert CliRunner().invoke(app, ["directory", "load", str(package)]).exit_code == 0
    for command in (["directory", "list"], ["vet", "show", "Casa"]):
        shown = CliRunner().invoke(app, command)
        assert shown.exit_code == 0
        assert "[/foo]" in shown.output
    assert id in CliRunner().invoke(app, ["directory", "list"]).output
