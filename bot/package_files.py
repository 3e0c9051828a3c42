"""The files of a directory package on the disk: read one at a time, written whole or not."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

KINDS = (".csv", ".json")
MAX_BYTES = 256 * 1024 * 1024
"""Of a package: 100,000 services take 110 MB."""


class PackageFiles(Mapping[str, bytes]):
    """A folder's CSV and JSON files, or one file: name to content, read when asked for."""

    def __init__(self, path: Path) -> None:
        """Look at what is there; reads nothing yet. Raises OSError."""
        paths = sorted(path.iterdir()) if path.is_dir() else [path]
        self._paths = {p.name: p for p in paths if p.suffix.lower() in KINDS and p.is_file()}

    def __getitem__(self, name: str) -> bytes:
        """Read a file."""
        return self._paths[name].read_bytes()

    def __iter__(self) -> Iterator[str]:
        """Yield the names in their order."""
        return iter(self._paths)

    def __len__(self) -> int:
        """Return how many files there are."""
        return len(self._paths)

    def fault(self) -> str:
        """Say why nothing of it can be read; "" when it can."""
        if not self._paths:
            return "holds no CSV and no JSON: save each sheet as a CSV named as its table"
        size = sum(path.stat().st_size for path in self._paths.values())
        if size <= MAX_BYTES:
            return ""
        return f"has {size // 1024**2} MB, more than the {MAX_BYTES // 1024**2} that are read"


@contextmanager
def made_whole(path: Path) -> Iterator[Path]:
    """Lend a name beside ``path``; what is there at the end gets the right name."""
    part = path.with_name(f".{path.name}.part")
    _remove(part)
    try:
        yield part
        part.rename(path)
    finally:
        _remove(part)


def write(path: Path, parts: Iterable[bytes], mode: int) -> int:
    """Write a new file that nobody else can read before it has its mode; return its bytes."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        written = sum(file.write(part) for part in parts)
    path.chmod(mode)
    return written


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
