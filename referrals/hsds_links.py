"""Rows that name the row above them: those that come back to themselves."""

from __future__ import annotations

from collections.abc import Mapping


def loops_of(above: Mapping[str, str]) -> frozenset[str]:
    """Return the ids that are above themselves; ``above``: id to the id above it."""
    done: set[str] = set()
    looped: set[str] = set()
    for start in above:
        path: dict[str, None] = {}
        id = start
        while id in above and id not in done and id not in path:
            path[id] = None
            id = above[id]
        if id in path:
            ids = list(path)
            looped.update(ids[ids.index(id) :])
        done.update(path)
    return frozenset(looped)
