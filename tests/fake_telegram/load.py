"""Many updates at a steady rate, each with a marker of its own, and what became of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import msgspec

from fake_telegram.pending import Update
from fake_telegram.people import People

TICK = 0.01


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What to make: ``count`` updates, ``rate`` a second, spread over ``chats`` chats.

    ``words`` are used in turn: texts, or data of buttons for the kind ``press``. With
    ``marked``, each text ends with its marker. With a chat for every update (``chats``
    at least ``count``) answers are counted exactly even by a bot that repeats nothing.
    """

    count: int
    rate: float = 20.0
    chats: int = 1
    kind: str = "text"
    words: list[str] = msgspec.field(default_factory=lambda: ["hola"])
    marked: bool = True
    first_chat: int = 1_000_000
    first_number: int = 1
    language_code: str = "es"


class Fate(msgspec.Struct, frozen=True):
    """What became of one update. ``seconds`` to the first answer, None without one."""

    id: int
    chat: int
    marker: str
    deliveries: int
    acked: bool
    answers: int
    seconds: float | None
    acked_seconds: float | None


def marker(number: int) -> str:
    """Return the marker of an update."""
    return f"#m{number:07d}"


def make(people: People, load: Load, index: int) -> int:
    """Make the update with this index of a load and return its id."""
    chat = load.first_chat + index % load.chats
    words = load.words[index % len(load.words)]
    mark = marker(load.first_number + index)
    if load.kind == "press":
        place = people.open_chat(chat)
        return people.forge_press(chat, words, place.last_id, marker=mark)
    text = f"{words} {mark}" if load.marked else words
    return people.write(chat, text, language_code=load.language_code, marker=mark)


async def run(people: People, load: Load) -> None:
    """Make all updates of a load at its rate; a rate of 0 makes them at once."""
    start, made = time.monotonic(), 0
    while made < load.count:
        due = (time.monotonic() - start) * load.rate if load.rate else load.count
        for index in range(made, min(load.count, int(due))):
            make(people, load, index)
            made = index + 1
        if load.rate:
            await asyncio.sleep(TICK)


def fate(update: Update) -> Fate:
    """Say what became of an update."""
    return Fate(
        id=update.id,
        chat=update.chat,
        marker=update.marker,
        deliveries=update.deliveries,
        acked=update.acked_at > 0,
        answers=update.answers,
        seconds=update.answered_at - update.made_at if update.answered_at else None,
        acked_seconds=update.acked_at - update.made_at if update.acked_at else None,
    )


def summary(fates: Sequence[Fate]) -> dict[str, object]:
    """Return counts, and how many seconds the first answers took (p50, p95, p99, most)."""
    took = sorted(one.seconds for one in fates if one.seconds is not None)
    return {
        "updates": len(fates),
        "acked": sum(one.acked for one in fates),
        "answered": len(took),
        "lost": sum(one.acked and not one.answers for one in fates),
        "answered_twice": sum(one.answers > 1 for one in fates),
        "seconds": {name: percentile(took, part) for name, part in PARTS.items()},
    }


PARTS = {"p50": 0.50, "p95": 0.95, "p99": 0.99, "most": 1.0}


def percentile(ordered: Sequence[float], part: float) -> float | None:
    """Return the value below which this part of the ordered values lies."""
    if not ordered:
        return None
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]
