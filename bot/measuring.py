"""``faro measure``: how well labelled messages are understood, in totals for each language.

Never shows a message: a set for measuring that is read line by line is soon a set that was
trained on.
"""

from __future__ import annotations

import json
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rich.table import Column, Table

from bot.understand import danger_of
from handlers.understanding.meaning import Meaning, Understanding
from handlers.understanding.words import words_of
from referrals.places import Place

NOTHING_TO_ANSWER = frozenset({"chitchat", "out_of_scope", "abuse_or_spam"})
TELLS_LANGUAGE = frozenset({"need", "question", "mixed"})
ENOUGH_WORDS = 3
ALL = "all"
HONORIFICS = ("heroica ciudad de ", "heroica ", "ciudad de ", "ciudad ", "santiago de ")
ENDINGS = (" de cordova y ordonez",)
SAME_PLACES = (
    {"ayutla", "tecun uman"},
    {"nueva ocotepeque", "ocotepeque"},
    {"durango", "victoria de durango"},
    {"ixtepec", "ciudad ixtepec"},
)
"""A municipality and its head town, where the gazetteer has but one of the two names."""

Figures = dict[str, dict[str, list[bool]]]
Add = Callable[[str, bool], None]


class BadMessages(Exception):
    """The file cannot be used: the line's number and the reason."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One message of a set for measuring, with what is right."""

    text: str
    language: str
    needs: Sequence[str]
    danger: str | None
    place: Mapping[str, str] | None
    questions: Sequence[str]
    kind: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What was counted: right or wrong by figure and language, mix-ups, and the cost."""

    figures: Figures = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    mixed_up: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Figure, label, and what was read instead."""
    costs: list[float] = field(default_factory=list)
    """Milliseconds of CPU, one a message."""


def messages_of(lines: Iterable[str]) -> list[Labelled]:
    """Read a set; raises ``BadMessages``, which names the line."""
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(_labelled(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError):
                raise BadMessages(f"line {number} is not a labelled message") from None
    return found


def _labelled(row: Mapping[str, object]) -> Labelled:
    place = row["place"]
    if not isinstance(row["text"], str) or not isinstance(place, dict | None):
        raise TypeError
    return Labelled(
        text=row["text"],
        language=str(row["lang"]),
        needs=_strings(row["needs"]),
        danger=None if row["danger"] is None else str(row["danger"]),
        place=place and {key: str(value) for key, value in place.items()},
        questions=_strings(row["question"]),
        kind=str(row["kind"]),
    )


def _strings(value: object) -> list[str]:
    if not isinstance(value, list):
        raise TypeError
    return [str(one) for one in value]


def measure(messages: Sequence[Labelled], reader: Understanding) -> Iterator[Measured]:
    """Read the messages as first messages of a chat; yields the same count after each."""
    measured = Measured()
    for message in messages:
        start = time.process_time()
        meaning = reader.of(message.text, "")
        measured.costs.append(1000 * (time.process_time() - start))
        _count(message, meaning, measured)
        yield measured


def _count(message: Labelled, meaning: Meaning, measured: Measured) -> None:
    def add(figure: str, right: bool) -> None:
        for part in (ALL, message.language):
            measured.figures[figure][part].append(right)

    _count_needs(message, meaning, add)
    _count_danger(message, meaning, add)
    _count_question(message, meaning, add)
    if message.place:
        add("place", is_place(meaning.place, message.place))
    else:
        add("no place where none was meant", meaning.place is None)
    if message.kind in TELLS_LANGUAGE and len(words_of(message.text)) >= ENOUGH_WORDS:
        read = meaning.language.value if meaning.language else ""
        add("language", read == message.language)
    measured.mixed_up.update(_mixed_up(message, meaning))


def _count_needs(message: Labelled, meaning: Meaning, add: Add) -> None:
    read = [guess.value for guess in meaning.needs]
    if not message.needs:
        return add("no need where none was stated", not read)
    right = bool(read) and read[0] in message.needs
    add("need", right)
    add(f"need, in kind {message.kind}", right)
    return None


def _count_danger(message: Labelled, meaning: Meaning, add: Add) -> None:
    if message.danger is None:
        return add("danger: false alarms (low is good)", meaning.danger is not None)
    add("danger", meaning.danger is not None)
    add("danger of the right kind", danger_of(meaning) == message.danger)
    add(f"danger, {message.danger}", meaning.danger is not None)
    return None


def _count_question(message: Labelled, meaning: Meaning, add: Add) -> None:
    shown = meaning.question.value if meaning.question else None
    add("wrong answer shown (low is good)", shown is not None and shown not in message.questions)
    if message.questions:
        near = {guess.value for guess in meaning.questions}
        add("question", shown in message.questions)
        add("question, or among the nearest", bool(near.intersection(message.questions)))
    elif message.kind in NOTHING_TO_ANSWER:
        add("answer to small talk, spam (low is good)", shown is not None)


def _mixed_up(message: Labelled, meaning: Meaning) -> Iterator[tuple[str, str, str]]:
    need = meaning.needs[0].value if meaning.needs else "none"
    answer = meaning.question.value if meaning.question else "none"
    danger = danger_of(meaning) or "none"
    if need not in (message.needs or ["none"]):
        yield "need", (message.needs or ["none"])[0], need
    if answer not in (message.questions or ["none"]):
        yield "question", (message.questions or ["none"])[0], answer
    if danger != (message.danger or "none"):
        yield "danger", message.danger or "none", danger


def is_place(place: Place | None, meant: Mapping[str, str]) -> bool:
    """Tell whether name, state and country agree; a municipality stands for its head town."""
    if place is None or place.country != meant.get("country", place.country):
        return False
    names = {plain_name(place.name), plain_name(place.municipality)} - {""}
    wanted = plain_name(meant["name"])
    same = next((group for group in SAME_PLACES if wanted in group), {wanted})
    return bool(names & same) and _is_state(place.state, meant["admin1"])


def _is_state(one: str, other: str) -> bool:
    ours, theirs = plain_name(one), plain_name(other)
    return ours.startswith(theirs) or theirs.startswith(ours)


def plain_name(name: str) -> str:
    """Fold a name: no case, no accents, no honorific parts."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    bare = "".join(c for c in folded if not unicodedata.combining(c)).strip()
    for start in HONORIFICS:
        bare = bare.removeprefix(start)
    for end in ENDINGS:
        bare = bare.removesuffix(end)
    return bare


def table_of(measured: Measured) -> Table:
    """Return the shares in percent, with the number of messages behind each."""
    named = dict.fromkeys(part for parts in measured.figures.values() for part in parts)
    columns = [ALL, *(language for language in named if language != ALL)]
    table = Table(Column("figure", no_wrap=True), *(Column(c, justify="right") for c in columns))
    for figure in sorted(measured.figures):
        parts = measured.figures[figure]
        table.add_row(figure, *(_cell(parts.get(column, ())) for column in columns))
    return table


def _cell(results: Sequence[bool]) -> str:
    return f"{100 * sum(results) / len(results):.1f} ({len(results)})" if results else "-"


def cost_words(measured: Measured) -> str:
    """Say what a text costs."""
    costs = sorted(measured.costs)
    mean = sum(costs) / len(costs)
    return f"CPU a text: mean {mean:.1f} ms, 95 of 100 below {costs[int(0.95 * len(costs))]:.1f} ms"


def mixed_up_words(measured: Measured, most: int = 25) -> Iterator[str]:
    """List the commonest mix-ups: labels and numbers only."""
    for (figure, meant, read), times in measured.mixed_up.most_common(most):
        yield f"{times:4} {figure}: {meant} read as {read}"
