"""What reading a text costs, and looking up a place: rows of docs/benchmarks.md.

    python tests/bench/reading_cost.py

CPU of this process, one text after the other, the machine otherwise idle.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

import places_accuracy  # noqa: E402

from bot.settings import read_settings  # noqa: E402
from bot.world import load_reader  # noqa: E402
from referrals.places import fold  # noqa: E402

MESSAGES = ROOT / "tests" / "data" / "messages.jsonl"
NAMES = 2000
LETTERS = "abcdefghijklmnopqrstuvwxyz     .,\n0123456789"


def resident() -> float:
    """Resident memory in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def costs(work: Callable[[str], object], texts: Iterable[str]) -> list[float]:
    """Milliseconds of CPU of each."""
    found = []
    for text in texts:
        began = time.process_time()
        work(text)
        found.append(1000 * (time.process_time() - began))
    return sorted(found)


def row(label: str, found: list[float], right: str = "") -> None:
    """Print one row."""
    middle, late = found[len(found) // 2], found[int(0.99 * len(found))]
    cells = (sum(found) / len(found), middle, late, found[-1])
    print("|".join(["", f" {label} ", *(f" {cell:.2f} " for cell in cells), f" {right} |"]))


def long_texts(reader_texts: list[str]) -> list[str]:
    """The longest texts that a chat lets through: letters at random, and people's sentences."""
    draw = random.Random(1)
    noise = ["".join(draw.choices(LETTERS, k=4096)) for _ in range(40)]
    stories = [" ".join(draw.choices(reader_texts, k=80))[:4096] for _ in range(60)]
    return noise + stories


def understanding() -> None:
    """Print the rows of reading texts."""
    before, began = resident(), time.monotonic()
    reader = load_reader(read_settings())
    reader.of("hola", "")
    megabytes, seconds = resident() - before, time.monotonic() - began
    print(f"The understanding takes {megabytes:.0f} MB and {seconds:.1f} s to load.")
    print("\n| CPU ms | mean | median | 99 % | most | right, in % |\n|---|---|---|---|---|---|")
    lines = MESSAGES.read_text("utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    row(f"reading a text ({len(texts)} messages)", costs(lambda t: reader.of(t, ""), texts))
    longest = long_texts(texts)
    row("reading a text of 4,096 characters", costs(lambda t: reader.of(t, ""), longest))


def places() -> None:
    """Print the rows of looking up places."""
    gazetteer, bearers = places_accuracy.load()
    ids = sorted(set().union(*bearers.values()))
    every = [place for i in ids if (place := gazetteer.by_id(i)) and len(place.name) > 3]
    some = random.Random(1).sample(every, NAMES)
    draw = random.Random(2)
    for edits, label in enumerate(("as it is", "with one typing error", "with two")):
        asked = [(place_name, places_accuracy.misspell(place_name, edits, draw)) for place in some
                 for place_name in [fold(place.name)]]  # fmt: skip
        right = sum(
            bool(found) and found[0].place.id in bearers[name]
            for name, text in asked
            for found in [gazetteer.find(text)]
        )
        cost = costs(gazetteer.find, [text for _, text in asked])
        row(
            f"finding a name {label} (of {len(gazetteer):,} places)",
            cost,
            f"{100 * right / NAMES:.1f}",
        )


def main() -> None:
    """Print all rows as Markdown."""
    print("## Reading texts\n")
    understanding()
    places()


if __name__ == "__main__":
    main()
