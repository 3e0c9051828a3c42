"""Takes out of any text what was hidden elsewhere: a door that a description repeats."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from referrals.hsds_out import SECRET
from referrals.hsds_rows import Row, Rows
from referrals.hsds_tables import ANY_LINKS, DATES, LINKS, MOMENTS, NUMBERS, TABLES
from referrals.place_names import fold

Phrases = tuple[str, ...]
"""Folded; a text that holds all of them gives the place away."""

WITHHELD = "withheld"
"""Stands where the standard asks for a text and the text cannot be shown."""
POINT = ("latitude", "longitude")
HIDING = ("locations", "addresses")
NAMES = ("name", "alternate_name")
NOT_TEXT = {"id", *LINKS, *ANY_LINKS, *DATES, *MOMENTS, *NUMBERS}


@dataclass(frozen=True, slots=True)
class Secrets:
    """What must not be repeated."""

    by_word: Mapping[str, Sequence[Phrases]] = field(default_factory=dict)
    """Phrases by the first word of the first of them."""
    points: frozenset[tuple[float, float]] = frozenset()
    """Degrees of latitude and longitude."""

    def found_in(self, text: str) -> Iterator[Phrases]:
        """Yield what a text gives away."""
        folded = fold(text)
        padded = f" {folded} "
        for word in dict.fromkeys(folded.split()):
            for phrases in self.by_word.get(word, ()):
                if all(f" {phrase} " in padded for phrase in phrases):
                    yield phrases


def secrets_of(rows: Rows, public: Rows) -> Secrets:
    """Return what the cleaned rows of locations and addresses lack.

    One word alone is no secret: "Centro" is in too many texts. Nor is the name of a
    location that its organization, or a service, has too.
    """
    lost = [pair for table in HIDING for pair in _lost(table, rows, public)]
    points = [point for row, _ in lost if (point := _point(row))]
    texts = {(fold(row[name]),) for row, names in lost for name in names if name not in NUMBERS}
    titles = {(fold(row[name]),) for row, _ in lost for name in NAMES if row.get(name)}
    secret = {phrases for phrases in texts if " " in phrases[0]}
    secret -= _known(_by_word(secret & titles), public)
    spelled = {(fold(row[POINT[0]]), fold(row[POINT[1]])) for row, _ in lost if _point(row)}
    return Secrets(_by_word(secret | spelled), frozenset(points))


def _lost(table: str, rows: Rows, public: Rows) -> Iterator[tuple[Row, set[str]]]:
    """Yield each row that lost something secret, with the columns it lost."""
    left = {row["id"]: row for row in public.get(table, ())}
    for row in rows.get(table, ()):
        kept = left.get(row["id"], {})
        if names := {name for name in SECRET[table] if row.get(name) and name not in kept}:
            yield row, names


def _by_word(found: Iterable[Phrases]) -> Mapping[str, Sequence[Phrases]]:
    grouped: defaultdict[str, list[Phrases]] = defaultdict(list)
    for phrases in found:
        if all(phrases):
            grouped[phrases[0].split()[0]].append(phrases)
    return grouped


def _known(titles: Mapping[str, Sequence[Phrases]], public: Rows) -> set[Phrases]:
    names = Secrets(titles)
    return {
        phrases
        for table in ("organizations", "services")
        for row in public.get(table, ())
        for phrases in names.found_in(row.get("name", ""))
    }


def _point(row: Row) -> tuple[float, float] | None:
    try:
        return float(row[POINT[0]]), float(row[POINT[1]])
    except (KeyError, ValueError):
        return None


def without(secrets: Secrets, rows: Rows) -> Rows:
    """Return the rows without the texts and points that give a place away."""
    if not secrets.by_word and not secrets.points:
        return rows
    return {table: [_without(secrets, table, row) for row in rows[table]] for table in rows}


def _without(secrets: Secrets, table: str, row: Row) -> Row:
    bad = {name for name, text in row.items() if _is_text(name, text) and _tells(secrets, text)}
    if _point(row) in secrets.points:
        bad |= set(POINT)
    if not bad:
        return row
    withheld = dict.fromkeys(bad & TABLES[table].required, WITHHELD)
    return {name: text for name, text in row.items() if name not in bad} | withheld


def _is_text(name: str, text: str) -> bool:
    return len(text) > 3 and name not in NOT_TEXT


def _tells(secrets: Secrets, text: str) -> bool:
    return next(secrets.found_in(text), None) is not None
