"""Reduce the machine-readable Telegram Bot API to what the tests' fake server needs.

Run: python scripts/extract_bot_api.py PATH/api.json > tests/data/telegram-bot-api.json

PATH is ``api.json`` or ``api.min.json`` of PaulSonOfLars/telegram-bot-api-spec (MIT).
Kept: the methods named here, every type their parameters can reach, and of the
descriptions only those that state a rule the checks read.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import NotRequired, TypedDict


class Field(TypedDict):
    """A parameter of a method, or a field of a type."""

    name: str
    types: list[str]
    required: bool
    description: NotRequired[str]


class Shape(TypedDict):
    """A method or a type."""

    name: str
    description: NotRequired[list[str]]
    fields: NotRequired[list[Field]]
    returns: NotRequired[list[str]]
    subtypes: NotRequired[list[str]]


class Specification(TypedDict):
    """The whole file, as far as it is read here."""

    version: str
    release_date: str
    methods: dict[str, Shape]
    types: dict[str, Shape]


METHODS = [
    "getMe",
    "getUpdates",
    "setWebhook",
    "deleteWebhook",
    "getWebhookInfo",
    "close",
    "logOut",
    "sendMessage",
    "sendVenue",
    "sendLocation",
    "sendPhoto",
    "sendDocument",
    "sendChatAction",
    "editMessageText",
    "editMessageReplyMarkup",
    "deleteMessage",
    "deleteMessages",
    "answerCallbackQuery",
    "setMyCommands",
    "getMyCommands",
    "deleteMyCommands",
    "setMyName",
    "setMyDescription",
    "setMyShortDescription",
    "setChatMenuButton",
    "getChat",
    "getChatMember",
    "leaveChat",
]

RULE = re.compile(
    r"\d+-\d+ (?:characters|bytes|identifiers)|At most \d+ commands|must be \w+$"
    r"|one of the fields|two-letter ISO 639-1"
)

ORIGIN = {
    "source": "https://github.com/PaulSonOfLars/telegram-bot-api-spec",
    "licence": "MIT, the authors of PaulSonOfLars/telegram-bot-api-spec",
    "note": "An extract made by scripts/extract_bot_api.py. Do not edit by hand.",
}


def sentence(description: str) -> str:
    """Return the sentences of a description that state a rule, or nothing."""
    return " ".join(s for s in re.split(r"(?<=\.) ", description) if RULE.search(s))


def reduced_field(field: Field) -> Field:
    """Return a field with its name, types, necessity and rule."""
    kept = Field(name=field["name"], types=field["types"], required=field["required"])
    if rule := sentence(field.get("description", "")):
        kept["description"] = rule
    return kept


def reduced(shape: Shape) -> Shape:
    """Return a method or a type without prose."""
    kept = Shape(name=shape["name"])
    if rule := sentence(" ".join(shape.get("description", ()))):
        kept["description"] = [rule]
    if "returns" in shape:
        kept["returns"] = shape["returns"]
    if "subtypes" in shape:
        kept["subtypes"] = shape["subtypes"]
    if "fields" in shape:
        kept["fields"] = [reduced_field(field) for field in shape["fields"]]
    return kept


def named(shape: Shape) -> set[str]:
    """Return the names of the types a method or a type mentions."""
    types = {t for field in shape.get("fields", ()) for t in field["types"]}
    return {t.rsplit("Array of ", 1)[-1] for t in types} | set(shape.get("subtypes", ()))


def reachable(full: Specification, methods: dict[str, Shape]) -> dict[str, Shape]:
    """Return the types that the parameters of the methods can hold, in name order."""
    found: dict[str, Shape] = {}
    waiting = [name for method in methods.values() for name in named(method)]
    while waiting:
        name = waiting.pop()
        if name in full["types"] and name not in found:
            found[name] = full["types"][name]
            waiting.extend(named(found[name]))
    return dict(sorted(found.items()))


def extract(full: Specification) -> Specification:
    """Return the reduced specification."""
    methods = {name: full["methods"][name] for name in sorted(METHODS)}
    return Specification(
        version=full["version"],
        release_date=full["release_date"],
        methods={name: reduced(method) for name, method in methods.items()},
        types={name: reduced(t) for name, t in reachable(full, methods).items()},
    )


def table(name: str, shapes: dict[str, Shape]) -> str:
    """Return one table as JSON, a shape a line, so that a change can be read."""
    rows = ",\n".join(f'"{key}": {json.dumps(shape)}' for key, shape in shapes.items())
    return f'"{name}": {{\n{rows}\n}}'


def main(path: str) -> None:
    """Write the extract of the file at ``path`` to standard output."""
    full: Specification = json.loads(Path(path).read_text(encoding="utf-8"))
    kept = extract(full)
    heads = {**ORIGIN, "version": kept["version"], "release_date": kept["release_date"]}
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in heads.items()]
    lines += [table("methods", kept["methods"]), table("types", kept["types"])]
    print("{\n" + ",\n".join(lines) + "\n}")


if __name__ == "__main__":
    main(sys.argv[1])
