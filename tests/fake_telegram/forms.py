"""Reading the parameters of a call: from the address, a form or a JSON body."""

from __future__ import annotations

from urllib.parse import parse_qsl

import msgspec
from aiohttp import web

from fake_telegram.checks import Upload
from fake_telegram.methods import bad


async def read_params(request: web.Request) -> dict[str, object]:
    """Return the parameters as they travel. Raises ``Refusal`` 400 where unreadable."""
    params: dict[str, object] = dict(request.query) if request.query_string else {}
    if request.content_type == "multipart/form-data":
        return params | await _parts(request)
    body = await request.read()
    if not body:
        return params
    if request.content_type == "application/json":
        return params | _object(body)
    return params | dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _object(body: bytes) -> dict[str, object]:
    try:
        return msgspec.json.decode(body, type=dict[str, object])
    except msgspec.DecodeError:
        raise bad("can't parse JSON object") from None


async def _parts(request: web.Request) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            size = len(value.file.read())
            found[name] = Upload(value.filename, size)
        else:
            found[name] = value if isinstance(value, str) else value.decode()
    return found
