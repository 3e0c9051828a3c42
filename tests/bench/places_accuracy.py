"""Measure the gazetteer: how often a misspelt name is found, and what a look-up costs.

    python tests/bench/places_accuracy.py [names] [seed]

Letters of real names are replaced, dropped, doubled by another or swapped with the next, the
country over and, apart, in places of 50,000 and more and in those of the neighbours. Right:
the first answer bears the name, as its own or as another that people use.
"""

from __future__ import annotations

import random
import resource
import sys
import time
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from referrals.places import Coordinates, Gazetteer, Place, PlaceId, fold  # noqa: E402

FOLDER = ROOT / "locales" / "countries" / "mx"
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def load() -> tuple[Gazetteer, dict[str, set[PlaceId]]]:
    """Read the country's files; return the gazetteer, and folded name to its bearers."""
    lines = (FOLDER / "places.tsv").read_text("utf-8").splitlines()
    extra = (FOLDER / "places_extra.csv").read_text("utf-8").splitlines()
    regions = tomllib.loads((FOLDER / "regions.toml").read_text("utf-8"))
    states = {code: region["states"] for code, region in regions.items()}
    gazetteer = Gazetteer.from_rows(lines, extra, states)
    bearers = defaultdict[str, set[PlaceId]](set)
    for line in lines[1:]:
        cells = line.split("\t")
        for name in (cells[1], *cells[-1].split("|")):
            bearers[fold(name)].add(PlaceId(cells[0]))
    return gazetteer, bearers


def misspell(name: str, edits: int, chance: random.Random) -> str:
    """Return a name with that many typing errors."""
    for _ in range(edits):
        i, letter = chance.randrange(len(name)), chance.choice(LETTERS)
        name = chance.choice(
            (
                name[:i] + letter + name[i + 1 :],
                name[:i] + name[i + 1 :],
                name[:i] + letter + name[i:],
                name[:i] + name[i + 1 : i + 2] + name[i : i + 1] + name[i + 2 :],
            )
        )
    return name


def measure(
    gazetteer: Gazetteer,
    bearers: Mapping[str, set[PlaceId]],
    places: Sequence[Place],
    edits: int,
    seed: int,
) -> str:
    """Return the shares of right answers and the cost of a look-up."""
    chance, first, listed, times = random.Random(seed), 0, 0, list[float]()
    for place in places:
        name = fold(place.name)
        text = misspell(name, edits, chance)
        start = time.thread_time()
        found = gazetteer.find(text)
        times.append(time.thread_time() - start)
        right = [f.place.id in bearers[name] for f in found]
        first += right[:1] == [True]
        listed += any(right)
    times.sort()
    return (
        f"{edits} errors: first {first / len(places):6.1%}  listed {listed / len(places):6.1%}"
        f"  mean {sum(times) / len(times) * 1e3:.2f} ms"
        f"  p50 {times[len(times) // 2] * 1e3:.2f}  p99 {times[len(times) * 99 // 100] * 1e3:.2f}"
    )


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    gazetteer, bearers = load()
    print(f"read in {time.process_time() - start:.2f} s CPU, {len(gazetteer)} places")
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"resident: {(after - before) / 1024:.0f} MB, the text of the files included")
    ids = sorted(set().union(*bearers.values()))
    every = [place for i in ids if (place := gazetteer.by_id(i)) and len(place.name) > 3]
    places = [place for place in every if place.state_code]
    abroad = [place for place in every if not place.state_code]
    big = [place for place in places if place.population >= 50_000]
    chance = random.Random(seed)
    samples = {"all": chance.sample(places, count), "big": big, "abroad": abroad}
    for label, some in samples.items():
        for edits in (0, 1, 2):
            print(label, measure(gazetteer, bearers, some, edits, seed))
    start = time.thread_time()
    for place in places[:500]:
        gazetteer.nearest(Coordinates(place.latitude + 0.02, place.longitude))
    print(f"nearest: {(time.thread_time() - start) / 500 * 1e3:.2f} ms")


if __name__ == "__main__":
    main()
