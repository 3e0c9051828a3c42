"""Keys and sealing: the only home of cryptography.

Everything is sealed before it reaches the database, because deleted rows live on in
write-ahead logs, replicas and backups; without the keys those copies say nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
MAX_VERSION = 255
LOOKUP_FILE = "lookup.key"
SEALING_FILE = "sealing-{version}.key"


class KeysMissing(Exception):
    """The keys cannot be used; the message says what to do and holds nothing of a key."""


class CannotOpen(Exception):
    """A sealed value was changed, moved to another row, or its key is gone."""


class Vault:
    """Seals values for one row each and makes the keys that find rows."""

    __slots__ = (*("_cards", "_lookup", "_people", "_reports", "_sealers", "_updates", "_version"),)

    def __init__(self, lookup: bytes, sealing: Mapping[int, bytes]) -> None:
        self._lookup = lookup
        # Keys of their own, so that rows of one table do not lead to rows of another.
        self._people = _digest(lookup, b"person")
        self._updates = _digest(lookup, b"update")
        self._cards = _digest(lookup, b"card")
        self._reports = _digest(lookup, b"report")
        self._sealers = {version: AESGCM(key) for version, key in sealing.items()}
        self._version = max(sealing)

    def __repr__(self) -> str:
        return f"<Vault version {self._version}>"

    @classmethod
    def open(cls, folder: Path) -> Vault:
        """Read the keys of a folder, or raise ``KeysMissing``."""
        lookup = _read_key(folder / LOOKUP_FILE)
        sealing = {version: _read_key(path) for version, path in _sealing_files(folder)}
        if not sealing:
            raise KeysMissing(f"no sealing key in {folder}: {_ADVICE}")
        return cls(lookup, sealing)

    @property
    def version(self) -> int:
        """Version of the key that seals now."""
        return self._version

    def chat_key(self, channel: str, chat: str) -> bytes:
        """Key of a chat's session, messages and outbox: HMAC-SHA-256, 32 bytes."""
        return _digest(self._lookup, f"{channel}:{chat}".encode())

    def person_key(self, channel: str, chat: str) -> bytes:
        """Key of the referrals of a person: HMAC-SHA-256, 32 bytes."""
        return _digest(self._people, f"{channel}:{chat}".encode())

    def update_key(self, channel: str, update: str) -> bytes:
        """Key that recognises a repeated update: 16 bytes."""
        return _digest(self._updates, f"{channel}:{update}".encode())[:16]

    def card_key(self, chat: bytes, card: str) -> bytes:
        """Key of a living message in a chat: 16 bytes."""
        return _digest(self._cards, chat + card.encode())[:16]

    def report_key(self, person: bytes, service: str) -> bytes:
        """Key of what a person said of one service: 16 bytes, another for each service."""
        return _digest(self._reports, person + service.encode())[:16]

    def pause_key(self, person: bytes, day: date) -> bytes:
        """Key of what a person called not safe on a day: 16 bytes, another for each day."""
        return self.report_key(person, f"unsafe {day}")

    def seal(self, plain: bytes, table: bytes, row: bytes) -> bytes:
        """Seal a value for one row of one table: version byte, nonce, AES-256-GCM."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._sealers[self._version].encrypt(nonce, plain, table + b":" + row)
        return bytes((self._version,)) + nonce + sealed

    def unseal(self, sealed: bytes, table: bytes, row: bytes) -> bytes:
        """Open a value in the row it was sealed for, or raise ``CannotOpen``."""
        try:
            sealer = self._sealers[sealed[0]]
            nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
            return sealer.decrypt(nonce, body, table + b":" + row)
        except (InvalidTag, KeyError, IndexError, ValueError):
            # From None: the cause could carry bytes of the value.
            raise CannotOpen from None

    def is_current(self, sealed: bytes) -> bool:
        """The value is sealed with the newest key."""
        return sealed[:1] == bytes((self._version,))


def fingerprint(token: str) -> bytes:
    """SHA-256 of a one-use token: what is stored instead of it."""
    return hashlib.sha256(token.encode()).digest()


def make_keys(folder: Path) -> None:
    """Make the first keys in a new folder (0700, files 0600); never replace one."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    if (folder / LOOKUP_FILE).exists() or _sealing_files(folder):
        raise FileExistsError(f"{folder} holds keys already")
    _write_key(folder / LOOKUP_FILE)
    _write_key(folder / SEALING_FILE.format(version=1))


def rotate(folder: Path) -> int:
    """Add a sealing key and return its version; older values can still be opened.

    Only while nothing serves: a process that does not have the new key cannot open what
    others seal with it, and would take such a conversation for a new one.
    """
    version = Vault.open(folder).version + 1
    if version > MAX_VERSION:
        raise KeysMissing(f"{folder} has had {MAX_VERSION} keys: start a new folder")
    _write_key(folder / SEALING_FILE.format(version=version))
    return version


def forget_older(folder: Path) -> int:
    """Destroy every sealing key but the newest; return how many.

    Only after everything was resealed: what an older key sealed is gone afterwards.
    """
    older = _sealing_files(folder)[:-1]
    for _, path in older:
        path.unlink()
    return len(older)


_ADVICE = (
    "put the key folder of this installation back (from the custodian's copy), "
    "or make new keys with `faro keys make` if nothing was ever stored"
)


def _digest(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def _sealing_files(folder: Path) -> list[tuple[int, Path]]:
    found: list[tuple[int, Path]] = []
    for path in folder.glob(SEALING_FILE.format(version="*")):
        with contextlib.suppress(ValueError):
            found.append((int(path.stem.rpartition("-")[2]), path))
    return sorted(found)


def _read_key(path: Path) -> bytes:
    try:
        key = path.read_bytes()
    except OSError as error:
        reason = type(error).__name__
        raise KeysMissing(f"cannot read {path} ({reason}): {_ADVICE}") from None
    if len(key) != KEY_BYTES:
        raise KeysMissing(f"{path} is damaged (not {KEY_BYTES} bytes): {_ADVICE}")
    return key


def _write_key(path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
