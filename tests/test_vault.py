"""Keys and sealing."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bot.vault import CannotOpen, KeysMissing, Vault, forget_older, make_keys, rotate


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keys = tmp_path / "keys"
    make_keys(keys)
    return keys


def test_a_sealed_value_opens_in_its_own_row(folder: Path) -> None:
    vault = Vault.open(folder)
    sealed = vault.seal(b"words", b"session", b"row")
    assert b"words" not in sealed
    assert vault.unseal(sealed, b"session", b"row") == b"words"


@pytest.mark.parametrize(("table", "row"), [(b"session", b"other"), (b"outbox", b"row")])
def test_a_moved_ciphertext_does_not_open(folder: Path, table: bytes, row: bytes) -> None:
    vault = Vault.open(folder)
    sealed = vault.seal(b"words", b"session", b"row")
    with pytest.raises(CannotOpen):
        vault.unseal(sealed, table, row)


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x09" + b"a" * 40, b"\x01" + b"a" * 40])
def test_a_damaged_value_does_not_open(folder: Path, sealed: bytes) -> None:
    with pytest.raises(CannotOpen):
        Vault.open(folder).unseal(sealed, b"session", b"row")


def test_the_same_value_is_sealed_differently_each_time(folder: Path) -> None:
    vault = Vault.open(folder)
    assert len({vault.seal(b"words", b"t", b"r") for _ in range(50)}) == 50


def test_a_key_of_one_use_does_not_lead_to_another(folder: Path) -> None:
    vault = Vault.open(folder)
    chat, person = vault.chat_key("telegram", "7"), vault.person_key("telegram", "7")
    assert chat != person
    assert vault.update_key("telegram", "7") not in (chat[:16], person[:16])
    assert chat == Vault.open(folder).chat_key("telegram", "7")
    assert chat != vault.chat_key("web", "7")


def test_after_a_rotation_the_new_key_seals_and_the_old_one_still_opens(folder: Path) -> None:
    old = Vault.open(folder)
    sealed = old.seal(b"words", b"t", b"r")
    assert rotate(folder) == 2
    new = Vault.open(folder)
    assert new.version == 2
    assert new.unseal(sealed, b"t", b"r") == b"words"
    assert not new.is_current(sealed)
    with pytest.raises(CannotOpen):
        old.unseal(new.seal(b"words", b"t", b"r"), b"t", b"r")
    assert new.chat_key("telegram", "7") == old.chat_key("telegram", "7")


def test_a_forgotten_key_opens_nothing_more(folder: Path) -> None:
    sealed = Vault.open(folder).seal(b"words", b"t", b"r")
    rotate(folder)
    assert forget_older(folder) == 1
    with pytest.raises(CannotOpen):
        Vault.open(folder).unseal(sealed, b"t", b"r")


def test_key_files_are_for_their_owner_only(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = list(folder.iterdir())
    assert len(files) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_keys_are_never_replaced(folder: Path) -> None:
    with pytest.raises(FileExistsError):
        make_keys(folder)


def test_missing_keys_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(KeysMissing, match="custodian"):
        Vault.open(tmp_path / "nowhere")


def test_a_folder_without_a_sealing_key_is_refused(folder: Path) -> None:
    (folder / "sealing-1.key").unlink()
    with pytest.raises(KeysMissing, match="no sealing key"):
        Vault.open(folder)


def test_a_short_key_is_refused_and_not_shown(folder: Path) -> None:
    (folder / "sealing-1.key").write_bytes(b"short-secret")
    with pytest.raises(KeysMissing, match="damaged") as refused:
        Vault.open(folder)
    assert "short-secret" not in str(refused.value)


def test_an_unreadable_key_is_refused(folder: Path) -> None:
    (folder / "lookup.key").unlink()
    (folder / "lookup.key").mkdir()
    with pytest.raises(KeysMissing, match="IsADirectoryError"):
        Vault.open(folder)


def test_nothing_of_a_key_is_in_the_representation(folder: Path) -> None:
    shown = repr(Vault.open(folder))
    key = (folder / "lookup.key").read_bytes()
    assert shown == "<Vault version 1>"
    assert key.hex() not in shown
