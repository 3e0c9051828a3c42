"""``faro understand``: JSON lines of texts to JSON lines of what they mean.

For developers and for measuring. Texts are read, never written anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from handlers.understanding.meaning import Meaning, Understanding
from referrals.places import Place, fold

ReadLine = dict[str, object]

AS_LABELLED = {"medical": "immediate_danger"}
"""Kinds of danger that sets of messages count under another name: an emergency of health is
a danger to life now."""


class BadLine(Exception):
    """A line cannot be read; the reason holds nothing of the line."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One line: the text, and the language of the chat so far, or empty."""

    text: str
    language: str


def understood(lines: Iterable[bytes], reader: Understanding) -> Iterator[ReadLine]:
    """Read each line that is not blank; a bad one gives its number and the reason."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            asked = asked_by(line)
        except BadLine as error:
            yield {"line": number, "error": str(error)}
        else:
            yield as_line(reader.of(asked.text, asked.language), asked.language)


def asked_by(line: bytes) -> Asked:
    """Read ``{"text": ..., "language": ...}``; the language may be missing."""
    try:
        read = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadLine("not UTF-8") from None
    except RecursionError:
        raise BadLine("nested too deeply") from None
    except json.JSONDecodeError as error:
        raise BadLine(f"not JSON at character {error.pos + 1}") from None
    except ValueError:
        raise BadLine("not JSON") from None
    if not isinstance(read, dict):
        raise BadLine("not a JSON object")
    text, language = read.get("text"), read.get("language") or ""
    if not isinstance(text, str):
        raise BadLine('"text" is missing or is not a text')
    if not isinstance(language, str):
        raise BadLine('"language" is not a text')
    return Asked(text, language)


def as_line(meaning: Meaning, prior: str) -> ReadLine:
    """Return what is written: codes only, never words of the text."""
    language = meaning.language.value if meaning.language else prior
    return {
        "language": language or None,
        "needs": [guess.value for guess in meaning.needs],
        "danger": danger_of(meaning),
        "place": _place(meaning.place),
        "answer": meaning.question.value if meaning.question else None,
    }


def danger_of(meaning: Meaning) -> str | None:
    """Return the kind of danger as sets of messages name it."""
    if meaning.danger is None:
        return None
    return AS_LABELLED.get(meaning.danger.value, meaning.danger.value)


def _place(place: Place | None) -> ReadLine | None:
    if place is None:
        return None
    return {"name": official_name(place), "admin1": place.state, "country": place.country}


def official_name(place: Place) -> str:
    """Return the name as the municipality has it, where both are forms of one name:
    "Oaxaca de Juárez" of "Oaxaca", "Matías Romero" of "Matías Romero Avendaño"."""
    one, other = fold(place.name).split(), fold(place.municipality).split()
    shorter = min(len(one), len(other))
    is_one_name = shorter > 0 and one[:shorter] == other[:shorter]
    return place.municipality if is_one_name else place.name
