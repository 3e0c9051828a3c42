"""Scores the understanding on a file of labelled messages; prints totals only.

Usage: python tests/bench/understanding_scores.py MESSAGES.jsonl

Never prints a message: a set for measuring that is read line by line is soon a set
that was trained on.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bot.model_file import load_model  # noqa: E402
from bot.phrase_files import identifier, load_phrases  # noqa: E402
from handlers.understanding.meaning import DANGERS, Meaning  # noqa: E402
from handlers.understanding.reader import Reader  # noqa: E402
from referrals.places import Gazetteer  # noqa: E402

LANGUAGES = ("es", "en", "fr", "pt", "ht")
COUNTRY = ROOT / "locales" / "countries" / "mx"
NOTHING_TO_ANSWER = {"chitchat", "out_of_scope", "abuse_or_spam"}
ENOUGH_WORDS = {"need", "question", "mixed"}
HONORIFICS = ("heroica ciudad de ", "heroica ", "ciudad de ", "ciudad ", "santiago de ")
ENDINGS = (" de cordova y ordonez",)

Line = dict[str, object]
Tally = dict[str, dict[str, list[bool]]]


class NoPlaces(Gazetteer):
    """Stands in when the gazetteer cannot be loaded."""

    def __init__(self) -> None:
        """Know nothing."""

    def find(self, text: str, limit: int = 5) -> list:
        """Find nothing."""
        return []

    def spot(self, text: str, limit: int = 5) -> list:
        """Spot nothing."""
        return []


def gazetteer() -> Gazetteer:
    """Load the places, or say that there are none."""
    try:
        from bot.world import load_places

        return load_places(COUNTRY)
    except (ImportError, AttributeError, TypeError) as error:
        print(f"no gazetteer ({type(error).__name__}): places score nothing\n")
        return NoPlaces()


def plain_name(name: str) -> str:
    """Fold a place name as the scoring rules say."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    bare = "".join(c for c in folded if not unicodedata.combining(c)).strip()
    for start in HONORIFICS:
        bare = bare.removeprefix(start)
    for end in ENDINGS:
        bare = bare.removesuffix(end)
    return bare


def right_place(meaning: Meaning, wanted: dict[str, str]) -> bool:
    """Tell whether name and state agree; a municipality stands for its head town."""
    place = meaning.place
    if place is None:
        return False
    names = {plain_name(place.name), plain_name(place.municipality)}
    return plain_name(wanted["name"]) in names and _same_state(place.state, wanted["admin1"])


def _same_state(one: str, other: str) -> bool:
    ours, theirs = plain_name(one), plain_name(other)
    return ours.startswith(theirs) or theirs.startswith(ours)


def score(line: Line, meaning: Meaning, tally: Tally) -> None:
    """Add one line's results, overall and for its language."""

    def add(figure: str, right: bool) -> None:
        for part in ("all", str(line["lang"])):
            tally[figure][part].append(right)

    _score_needs(line, meaning, add)
    _score_danger(line, meaning, add)
    if line["place"]:
        add("place", right_place(meaning, line["place"]))
    else:
        add("place given where none is (bad)", meaning.place is not None)
    asked = line["question"]
    if asked:
        add("question top-1", meaning.question is not None and meaning.question.value in asked)
    elif line["kind"] in NOTHING_TO_ANSWER:
        add("answer to chitchat, spam (bad)", meaning.question is not None)
    else:
        add("answer where none is asked (bad)", meaning.question is not None)
    if line["kind"] in ENOUGH_WORDS:
        add("language", meaning.language is not None and meaning.language.value == line["lang"])
        wrong = meaning.language is not None and meaning.language.value != line["lang"]
        add("language wrong, not unsure (bad)", wrong)


def _score_needs(line: Line, meaning: Meaning, add) -> None:
    if line["needs"]:
        add("need top-1", bool(meaning.needs) and meaning.needs[0].value in line["needs"])
        add("need among those read", any(g.value in line["needs"] for g in meaning.needs))
    else:
        add("none", not meaning.needs)


def _score_danger(line: Line, meaning: Meaning, add) -> None:
    kind = line["danger"]
    if kind is None:
        add("danger false alarms (bad)", meaning.danger is not None)
        return
    assert kind in DANGERS
    add("danger recall", meaning.danger is not None)
    add("danger of the right kind", meaning.danger is not None and meaning.danger.value == kind)
    add(f"  recall of {kind}", meaning.danger is not None)


def show(tally: Tally) -> None:
    """Print shares with the number of lines behind each."""
    columns = ("all", *LANGUAGES)
    print(f"{'':36}" + "".join(f"{c:>13}" for c in columns))
    for figure in sorted(tally, key=lambda f: (f.startswith(" "), f)):
        cells = [_cell(tally[figure].get(column, [])) for column in columns]
        print(f"{figure:36}" + "".join(f"{cell:>13}" for cell in cells))


def _cell(results: list[bool]) -> str:
    if not results:
        return "-"
    return f"{100 * sum(results) / len(results):.1f} ({len(results)})"


def main() -> None:
    """Score a file of messages; the prior is empty, as in a first message."""
    lines = [json.loads(row) for row in Path(sys.argv[1]).read_text("utf-8").splitlines()]
    phrases = load_phrases(ROOT / "locales", LANGUAGES)
    reader = Reader(phrases, gazetteer(), identifier(LANGUAGES), load_model(ROOT / "locales"))
    tally: Tally = defaultdict(lambda: defaultdict(list))
    for line in lines:
        score(line, reader.of(line["text"], ""), tally)
    print(f"{len(lines)} messages")
    show(tally)


if __name__ == "__main__":
    main()
