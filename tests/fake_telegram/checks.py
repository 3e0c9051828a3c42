"""Is this call one the Bot API would take? Every way in which it is not, as a sentence.

Sentences name methods and fields, never a value: a failing test prints them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

from fake_telegram.markup import parsed, units
from fake_telegram.specification import Field, Limit, Shape, Spec, load_spec

__all__ = ["Upload", "check_call", "load_spec", "plain"]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form."""

    name: str
    size: int


def check_call(spec: Spec, method: str, params: Mapping[str, object]) -> list[str]:
    """Return what is wrong with a call, empty when nothing is.

    ``params`` are as they travel: in a form every value is text and nested ones are
    JSON inside it; in a JSON body they have their types.
    """
    shape = spec.methods.get(method)
    if shape is None:
        return [f"unknown method {method}"]
    values = plain(shape, params)
    return [
        *_fields(spec, shape, values, method, _attached(params)),
        *_texts(method, values),
        *_target(method, values),
        *_keyboard(values.get("reply_markup")),
    ]


def plain(shape: Shape, params: Mapping[str, object]) -> dict[str, object]:
    """Return the parameters with what travels as JSON inside text read out of it."""
    return {name: _read(shape.fields.get(name), value) for name, value in params.items()}


def _read(field: Field | None, value: object) -> object:
    if field is None or not isinstance(value, str) or "String" in field.types:
        return value
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return value


def _attached(params: Mapping[str, object]) -> frozenset[str]:
    """Return the names of uploads that some other parameter points at."""
    texts = " ".join(value for value in params.values() if isinstance(value, str))
    return frozenset(re.findall(r"attach://([\w-]+)", texts))


def _fields(
    spec: Spec,
    shape: Shape,
    values: Mapping[str, object],
    where: str,
    attached: frozenset[str] = frozenset(),
) -> Iterator[str]:
    for name, field in shape.fields.items():
        if field.required and name not in values:
            yield f"{where}: {name} is missing"
    for name, value in values.items():
        if name in shape.fields:
            yield from _value(spec, shape.fields[name], value, f"{where}.{name}")
        elif not (isinstance(value, Upload) and name in attached):
            yield f"{where}: unknown field {name}"
    yield from _one_of(shape, values, where)


def _one_of(shape: Shape, values: Mapping[str, object], where: str) -> Iterator[str]:
    if shape.single is None:
        return
    count = sum(name in shape.fields and name not in shape.single.besides for name in values)
    if count > 1 or (shape.single.required and count == 0):
        yield f"{where}: {count} fields say what the button does"


def _value(spec: Spec, field: Field, value: object, where: str) -> Iterator[str]:
    tries = [list(_typed(spec, name, value, where)) for name in field.types]
    problems = min(tries, key=len)
    yield from problems
    if problems:
        return
    if field.constant and value != field.constant:
        yield f"{where} is not {field.constant}"
    if field.language and not re.fullmatch(r"([a-z]{2})?", str(value)):
        yield f"{where} is not a two-letter language code"
    if not re.fullmatch(PATTERNS.get(where.split(".", 1)[-1], r"(?s:.*)"), str(value)):
        yield f"{where} has characters that are not allowed"
    # Texts with markup are measured after it is read, by _texts.
    if field.limit and where not in MEASURED:
        yield from _measured(field.limit, value, where)


MEASURED = frozenset(
    {
        "sendMessage.text",
        "editMessageText.text",
        "answerCallbackQuery.text",
        "sendPhoto.caption",
        "sendDocument.caption",
    }
)
PATTERNS = {
    "secret_token": r"[A-Za-z0-9_-]+",
    "commands[].command": r"[a-z0-9_]+",
}


def _measured(limit: Limit, value: object, where: str) -> Iterator[str]:
    if isinstance(value, list):
        size = len(value)
    else:
        text = str(value)
        size = len(text.encode("utf-8", "surrogatepass")) if limit.unit == "bytes" else units(text)
    if not limit.least <= size <= limit.most:
        yield f"{where} has {size} {limit.unit}, allowed are {limit.least}-{limit.most}"


def _typed(spec: Spec, name: str, value: object, where: str) -> Iterator[str]:
    if name.startswith("Array of "):
        if not isinstance(value, list):
            yield f"{where} is not a list"
            return
        for item in value:
            yield from _typed(spec, name.removeprefix("Array of "), item, f"{where}[]")
    elif name in SIMPLE:
        if not SIMPLE[name](value):
            yield f"{where} is not of type {name}"
    elif name in spec.types:
        yield from _object(spec, spec.types[name], value, where)
    else:
        yield f"{where}: the specification has no type {name}"


def _object(spec: Spec, shape: Shape, value: object, where: str) -> Iterator[str]:
    if shape.subtypes:
        yield from min((list(_typed(spec, name, value, where)) for name in shape.subtypes), key=len)
    elif shape.name == "KeyboardButton" and isinstance(value, str):
        return
    elif not isinstance(value, dict):
        yield f"{where} is not of type {shape.name}"
    else:
        yield from _fields(spec, shape, value, where)


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


SIMPLE: dict[str, Callable[[object], bool]] = {
    "String": lambda value: isinstance(value, str),
    "Integer": _is_integer,
    "Float": lambda value: _is_integer(value) or isinstance(value, float),
    "Boolean": lambda value: isinstance(value, bool),
    "True": lambda value: value is True,
    "InputFile": lambda value: isinstance(value, Upload),
}


def _texts(method: str, values: Mapping[str, object]) -> Iterator[str]:
    mode = str(values.get("parse_mode", ""))
    text, caption = values.get("text"), values.get("caption")
    if method in ("sendMessage", "editMessageText") and isinstance(text, str):
        yield from _length(method, text, mode, 1, 4096)
    elif isinstance(text, str):
        yield from _length(method, text, "", 0, 200)
    if isinstance(caption, str):
        yield from _length(method, caption, mode, 0, 1024)


def _length(method: str, text: str, mode: str, least: int, most: int) -> Iterator[str]:
    bare = parsed(text, mode)
    if bare is None:
        yield f"{method}: can't parse entities"
    # The server trims: blanks alone are an empty message.
    elif units(bare.strip()) < least:
        yield f"{method}: message text is empty"
    elif units(bare) > most:
        yield f"{method}: message is too long ({units(bare)} UTF-16 units, {most} are allowed)"


def _target(method: str, values: Mapping[str, object]) -> Iterator[str]:
    if not method.startswith("editMessage"):
        return
    if "inline_message_id" not in values and not {"chat_id", "message_id"} <= values.keys():
        yield f"{method}: message to edit is not specified"
    if method == "editMessageText" and not {"text", "rich_message"} & values.keys():
        yield f"{method}: text is missing"


def _keyboard(markup: object) -> Iterator[str]:
    if not isinstance(markup, dict):
        return
    for name in ("inline_keyboard", "keyboard"):
        rows = markup.get(name)
        if isinstance(rows, list) and all(isinstance(row, list) for row in rows):
            yield from _rows(name, rows)


def _rows(name: str, rows: list[list[object]]) -> Iterator[str]:
    buttons = [button for row in rows for button in row]
    if name == "keyboard" and not buttons:
        yield "keyboard has no buttons"
    # Not in the specification; the server cuts or refuses what is larger.
    if max(map(len, rows), default=0) > (8 if name == "inline_keyboard" else 12):
        yield f"{name} has a row with too many buttons"
    if len(buttons) > (100 if name == "inline_keyboard" else 300):
        yield f"{name} has too many buttons"
    for button in buttons:
        yield from _button(name, button)


def _button(name: str, button: object) -> Iterator[str]:
    if not isinstance(button, dict):
        return
    if not str(button.get("text", "")).strip():
        yield f"{name}: a button has no label"
    if "url" in button and not _opens(str(button["url"])):
        yield f"{name}: the address of a button has an unsupported URL protocol or a wrong host"


def _opens(url: str) -> bool:
    """Telegram takes web and tg links only: no ``tel:``, no ``mailto:``, no bare host."""
    try:
        parts = urlsplit(url if "://" in url or ":" in url else f"https://{url}")
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme in ("tg", "ton"):
        return True
    return parts.scheme in ("http", "https") and "." in host and " " not in host
