"""``python -m bot serve`` as a real process: started, waited for, stopped or killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
HANGS = 60.0
"""Seconds after which a process that should start or end is taken for hung."""
BETWEEN_LOOKS = 0.05


class Served:
    """A bot on the data of one folder; it can be started again on the same data and port.

    Its database is in ``data``, its keys are in ``keys`` and its log is in ``serve.log``.
    ``environment`` adds to the settings or replaces them.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.port = free_port()
        self.data = folder / "data"
        self.keys = folder / "keys"
        self._log = folder / "serve.log"
        self._process: subprocess.Popen[bytes] | None = None
        ours = {k: v for k, v in os.environ.items() if not k.startswith("FARO_")}
        settings = {
            "FARO_DATA": str(self.data),
            "FARO_KEYS": str(self.keys),
            "FARO_PORT": str(self.port),
        }
        self._environment = ours | settings | dict(environment or {})

    def __enter__(self) -> Served:
        """Start, and wait until it serves."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End it if it still runs."""
        if self._process is not None and self._process.poll() is None:
            self.stop()

    @property
    def address(self) -> str:
        """Address of the page, without a slash at its end."""
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Start and wait until it serves. ``RuntimeError`` with its log if it does not."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                (sys.executable, "-m", "bot", "serve"),
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + HANGS
        while not self._is_healthy():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"it does not serve: {self.log_text()[-2000:]}")
            time.sleep(BETWEEN_LOOKS)

    def stop(self) -> int:
        """End it in good order, as a deployment does; return its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """End it at once, as a power cut does; return its exit code."""
        return self._end(signal.SIGKILL)

    def log_text(self) -> str:
        """Return what all processes so far have written to their streams."""
        return self._log.read_text(encoding="utf-8")

    def _end(self, with_signal: signal.Signals) -> int:
        assert self._process is not None, "it was never started"
        self._process.send_signal(with_signal)
        try:
            return self._process.wait(HANGS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise

    def _is_healthy(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/health", timeout=HANGS) as answer:
                return bool(answer.status == 200)
        except (URLError, ConnectionError):
            return False


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
