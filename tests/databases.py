"""Databases for tests: SQLite files, and PostgreSQL from an address or a cluster of our own.

``FARO_TEST_POSTGRES`` names a server where databases may be made. Without it, a
temporary cluster is started from the binaries of this machine, once for all tests.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from referrals.store.engine import Engine, open_engine
from referrals.store.versions import migrate

BACKENDS = ("sqlite", "postgresql")


@contextmanager
def fresh_database(backend: str, folder: Path) -> Iterator[str]:
    """Give the address of an empty, migrated database."""
    if backend == "sqlite":
        url = f"sqlite:///{folder / 'faro.db'}"
        _migrated(url)
        yield url
        return
    server = server_url()
    name = f"t{uuid.uuid4().hex[:12]}"
    _on_server(server, f'CREATE DATABASE "{name}" TEMPLATE "{_template(server)}"')
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _on_server(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def fresh_engine(backend: str, folder: Path) -> Iterator[Engine]:
    """Give an engine on an empty, migrated database."""
    with fresh_database(backend, folder) as url:
        engine = open_engine(url)
        try:
            yield engine
        finally:
            engine.dispose()


@contextmanager
def empty_database(backend: str, folder: Path) -> Iterator[Engine]:
    """Give an engine on a database without tables."""
    if backend == "sqlite":
        engine = open_engine(f"sqlite:///{folder / 'empty.db'}")
        yield engine
        engine.dispose()
        return
    server = server_url()
    name = f"t{uuid.uuid4().hex[:12]}"
    _on_server(server, f'CREATE DATABASE "{name}"')
    engine = open_engine(make_url(server).set(database=name).render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    _on_server(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server of one test, which may stop it and start it again."""

    url: str
    control: list[str]
    start_options: list[str]
    folder: Path

    def stop(self) -> None:
        """Stop at once: every connection is cut, new ones are refused."""
        _quietly([*self.control, "-m", "immediate", "stop"], self.folder)

    def start(self) -> None:
        """Start, and return once it takes connections."""
        _quietly([*self.control, *self.start_options, "start"], self.folder)


@contextmanager
def own_server() -> Iterator[Server]:
    """Start a server for one test alone, or skip the test with the reason."""
    binaries = _binaries()
    if binaries is None or not server_url():
        pytest.skip("no PostgreSQL that a test could stop: install initdb and postgres")
    server = _start_cluster(binaries)
    try:
        yield server
    finally:
        _stop_cluster(server)


def server_url() -> str:
    """Return the address of a PostgreSQL server, or skip the test with the reason."""
    found = _server()
    if not found.startswith("postgresql"):
        pytest.skip(found)
    return found


@cache
def _server() -> str:
    given = os.environ.get("FARO_TEST_POSTGRES", "")
    if given:
        return given
    binaries = _binaries()
    if binaries is None:
        return "no PostgreSQL: set FARO_TEST_POSTGRES or install initdb and postgres"
    if os.geteuid() == 0 and not shutil.which("runuser") and not shutil.which("setpriv"):
        return "PostgreSQL does not run as root, and runuser and setpriv are missing"
    server = _start_cluster(binaries)
    atexit.register(_stop_cluster, server)
    return server.url


@cache
def _template(server: str) -> str:
    # Copying a migrated database is ten times as fast as migrating each one.
    name = f"template_{uuid.uuid4().hex[:12]}"
    _on_server(server, f'CREATE DATABASE "{name}"')
    _migrated(make_url(server).set(database=name).render_as_string(hide_password=False))
    if os.environ.get("FARO_TEST_POSTGRES"):
        atexit.register(_on_server, server, f'DROP DATABASE "{name}" WITH (FORCE)')
    return name


def _migrated(url: str) -> None:
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()


def _on_server(server: str, statement: str) -> None:
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _binaries() -> Path | None:
    places = [Path(found).parent for found in [shutil.which("initdb")] if found]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    return None


def _as_somebody(command: list[str]) -> list[str]:
    if os.geteuid() != 0:
        return command
    if shutil.which("runuser"):
        return ["runuser", "-u", "nobody", "--", *command]
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--", *command]


def _start_cluster(binaries: Path) -> Server:
    folder = Path(tempfile.mkdtemp(prefix="faro-pg-"))
    if os.geteuid() == 0:
        os.chown(folder, 65534, 65534)
    data = folder / "data"
    _quietly([str(binaries / "initdb"), "-D", str(data), "-U", "faro", "-A", "trust"], folder)
    # Only through a socket in the folder: no port, nothing from outside.
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
    control = [str(binaries / "pg_ctl"), "-D", str(data), "-w"]
    url = f"postgresql://faro@/postgres?host={folder}"
    server = Server(url, control, ["-l", str(folder / "log"), "-o", options], folder)
    server.start()
    return server


def _stop_cluster(server: Server) -> None:
    with suppress(subprocess.CalledProcessError):
        server.stop()
    shutil.rmtree(server.folder, ignore_errors=True)


def _quietly(command: list[str], folder: Path) -> None:
    subprocess.run(
        _as_somebody(command),
        check=True,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=60,
    )
