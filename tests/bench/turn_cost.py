"""What a whole turn with a search costs, whether 100 organizations are listed or 100,000.

Run: ``python tests/bench/turn_cost.py [ORGANIZATIONS] [TURNS]``. One JSON line: the median
microseconds of ``converse`` for each, in turns, and their ratio. Pinned to one core.
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

sys.path[:0] = [str(Path(__file__).resolve().parents[n]) for n in (2, 1, 0)]

from matching_cost import NOON, SERVICES_OF_ONE, made_directory, seconds, towns  # noqa: E402

from handlers.conversation import converse  # noqa: E402 - found through the path above
from handlers.names import NEEDS  # noqa: E402
from handlers.turn import Context, Session, Turn  # noqa: E402
from referrals.places import Coordinates  # noqa: E402
from worlds import fictional_world  # noqa: E402

ROUNDS = 5
SEARCHING = Session(
    language="es",
    chose_language=True,
    noticed=True,
    counted="no",
    day=NOON.date().isoformat(),
)
"""Of somebody who said what she needs and is asked where she is."""


def contexts(organizations: int) -> Context:
    """Return what a turn may look at when so many organizations are listed."""
    directory = made_directory(organizations * SERVICES_OF_ONE)
    world = replace(fictional_world(), directory=directory, is_fictional=False)
    staff = {one.id: "es" for one in directory.organizations()}
    return Context(world=world, now=NOON, staff=staff, chance=Random(1).randrange)


def turns(count: int) -> list[tuple[Turn, Session]]:
    """Return searches from all over the country."""
    draw, places = Random(5), towns()
    made = []
    for _ in range(count):
        need, town = draw.choice(list(NEEDS)), draw.choice(places)
        turn = Turn(location=Coordinates(town.latitude, town.longitude))
        made.append((turn, replace(SEARCHING, needs=(need,))))
    return made


def median(context: Context, asked: list[tuple[Turn, Session]]) -> float:
    took = [seconds(lambda t=t, s=s: converse(t, s, context)) for t, s in asked]  # type: ignore[misc]  # binds the loop's values
    return statistics.median(took) * 1e6


def main() -> None:
    """Print what was measured."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    asked = turns(int(sys.argv[2]) if len(sys.argv) > 2 else 500)
    few, full = contexts(100), contexts(many)
    gc.collect()
    gc.freeze()
    rounds = [(median(few, asked), median(full, asked)) for _ in range(ROUNDS)]
    small, big = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(
        json.dumps(
            {
                "organizations": [100, many],
                "turn_us": [round(small), round(big)],
                "ratio": round(statistics.median(b / a for a, b in rounds), 2),
            }
        )
    )


if __name__ == "__main__":
    main()
