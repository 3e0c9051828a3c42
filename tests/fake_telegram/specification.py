"""The Bot API as data: methods, types, and the rules their descriptions state."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[2]
EXTRACT = ROOT / "tests" / "data" / "telegram-bot-api.json"
FULL = "../*/standards/telegram-bot-api.json"
"""Where a checkout may have the whole specification beside it."""


class RawField(msgspec.Struct):
    """A field as the file has it."""

    name: str
    types: list[str]
    required: bool
    description: str = ""


class RawShape(msgspec.Struct):
    """A method or a type as the file has it."""

    name: str
    description: list[str] = []
    fields: list[RawField] = []
    returns: list[str] = []
    subtypes: list[str] = []


class RawFile(msgspec.Struct):
    """The file."""

    version: str
    methods: dict[str, RawShape]
    types: dict[str, RawShape]


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a value may be. ``unit`` is characters (UTF-16 units), bytes or items."""

    least: int
    most: int
    unit: str


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of a method, or a field of a type."""

    name: str
    types: tuple[str, ...]
    required: bool
    limit: Limit | None = None
    constant: str = ""
    """The only value allowed, where the description says "must be ..."."""
    language: bool = False
    """A two-letter language code, or empty."""


@dataclass(frozen=True, slots=True)
class Single:
    """One field, and no more, of those not in ``besides``."""

    besides: frozenset[str]
    required: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """A method or a type."""

    name: str
    fields: dict[str, Field]
    returns: tuple[str, ...] = ()
    subtypes: tuple[str, ...] = ()
    single: Single | None = None


@dataclass(frozen=True, slots=True)
class Spec:
    """A specification, whole or reduced."""

    version: str
    methods: dict[str, Shape]
    types: dict[str, Shape]


def load_spec(path: Path | None = None) -> Spec:
    """Read the specification at ``path``, else a whole one found nearby, else the extract."""
    chosen = path or next(iter(sorted(ROOT.glob(FULL))), EXTRACT)
    raw = msgspec.json.decode(chosen.read_bytes(), type=RawFile)
    return Spec(
        version=raw.version,
        methods={name: _shape(shape) for name, shape in raw.methods.items()},
        types={name: _shape(shape) for name, shape in raw.types.items()},
    )


def _shape(raw: RawShape) -> Shape:
    return Shape(
        name=raw.name,
        fields={field.name: _field(field) for field in raw.fields},
        returns=tuple(raw.returns),
        subtypes=tuple(raw.subtypes),
        single=_single(" ".join(raw.description)),
    )


def _field(raw: RawField) -> Field:
    constant = re.search(r"must be (\w+)$", raw.description)
    return Field(
        name=raw.name,
        types=tuple(raw.types),
        required=raw.required,
        limit=_limit(raw.description),
        constant=constant[1] if constant and raw.types == ["String"] else "",
        language="two-letter ISO 639-1" in raw.description,
    )


def _limit(description: str) -> Limit | None:
    if found := re.search(r"(\d+)-(\d+) (characters|bytes|identifiers)", description):
        unit = "items" if found[3] == "identifiers" else found[3]
        return Limit(int(found[1]), int(found[2]), unit)
    if found := re.search(r"At most (\d+) commands", description):
        return Limit(0, int(found[1]), "items")
    return None


def _single(description: str) -> Single | None:
    found = re.search(
        r"(Exactly|At most) one of the fields other than ([\w, ]+?) must be", description
    )
    if not found:
        return None
    return Single(frozenset(re.findall(r"\w+", found[2])) - {"and"}, found[1] == "Exactly")
