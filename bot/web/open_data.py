"""The published directory for anyone: a read-only API as Open Referral HSDS 3.1 has it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import blake2b
from math import ceil

import msgspec
from aiohttp import web

from bot.web.open_data_openapi import ROOT, VERSION, document
from bot.web.open_data_parameters import KINDS, Asked, BadParameter, Kind, read
from referrals.directory import Directory
from referrals.hsds_json import Json
from referrals.hsds_nested import Object
from referrals.hsds_published import Offers, offers_of, published_rows
from referrals.hsds_rows import Row, Rows
from referrals.hsds_snapshot import Published
from referrals.sectors import Sectors, with_sectors

Current = Callable[[], tuple[Rows, Directory]]
"""Returns the rows of the directory in use, and the directory with what is laid over it."""

PROFILE = "https://docs.openreferral.org/"
METHODS = "GET, HEAD, OPTIONS"
MAX_AGE = 60
"""Seconds an answer may be kept: a place that is paused must not be shown for long."""
OPEN = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag"}
PREFLIGHT = {
    **OPEN,
    "Allow": METHODS,
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": "86400",
}
HOST = re.compile(
    r"(([a-z0-9-]{1,63}\.){0,6}[a-z0-9-]{1,63}|\[[0-9a-f:]{2,39}\])(:[0-9]{1,5})?", re.IGNORECASE
)


class NotPublished(Exception):
    """Nothing that may be seen is there. The text says what to do."""


def open_data_routes(
    current: Current, address: str = "", sectors: Sequence[Sectors] = ()
) -> list[web.AbstractRouteDef]:
    """Return the routes of the API.

    ``address``: where this server is reached, such as ``https://faro.example.org``; empty:
    as the request says. ``sectors``: how else needs are sorted, added as taxonomies.
    """
    api = OpenData(Snapshot(current, sectors), address)
    handlers: Mapping[str, Handler] = {
        ROOT: api.meta,
        f"{ROOT}/": api.meta,
        f"{ROOT}/openapi.json": api.openapi,
        f"{ROOT}/{{kind}}": api.page,
        f"{ROOT}/{{kind}}/{{id}}": api.one,
        f"{ROOT}/{{rest:.*}}": api.nothing,
    }
    return [web.route("*", path, _answering(handler)) for path, handler in handlers.items()]


Handler = Callable[[web.Request], Awaitable[bytes]]


class Snapshot:
    """What is published, made anew only when that is something else."""

    __slots__ = ("_current", "_directory", "_lock", "_offers", "_published", "_rows", "_sectors")

    def __init__(self, current: Current, sectors: Sequence[Sectors] = ()) -> None:
        self._sectors = sectors
        self._current = current
        self._lock = asyncio.Lock()
        self._rows: Rows | None = None
        self._directory: Directory | None = None
        self._offers: Offers = {}
        self._published = Published({})

    async def published(self) -> Published:
        """Return what may be seen now."""
        async with self._lock:
            rows, directory = await asyncio.to_thread(self._current)
            if rows is not self._rows or directory is not self._directory:
                # A large directory takes seconds, and turns must not wait.
                self._offers, self._published = await asyncio.to_thread(self._made, rows, directory)
                self._rows, self._directory = rows, directory
            return self._published

    def _made(self, rows: Rows, directory: Directory) -> tuple[Offers, Published]:
        offers = offers_of(directory)
        # The directory changes with every request that is answered, the offers seldom.
        if rows is self._rows and offers == self._offers:
            return offers, self._published
        return offers, Published(with_sectors(published_rows(rows, offers), self._sectors))


class OpenData:
    """The handlers: each returns the body of a good answer."""

    __slots__ = ("_address", "_document", "_snapshot")

    def __init__(self, snapshot: Snapshot, address: str) -> None:
        self._snapshot = snapshot
        self._address = address.rstrip("/")
        self._document = msgspec.json.encode(document())

    async def meta(self, request: web.Request) -> bytes:
        """Say what this API is."""
        read(request.query, ())
        address = self._address or _address_of(request)
        return msgspec.json.encode(
            {
                "version": VERSION,
                "profile": PROFILE,
                "openapi_url": f"{address}{ROOT}/openapi.json",
            }
        )

    async def openapi(self, request: web.Request) -> bytes:
        """Describe it."""
        read(request.query, ())
        return self._document

    async def page(self, request: web.Request) -> bytes:
        """Answer a list."""
        kind = _kind(request)
        asked = read(request.query, kind.of_list)
        published = await self._snapshot.published()
        # Up to 500 whole records: turns go on meanwhile.
        return await asyncio.to_thread(_page, published, kind, asked)

    async def one(self, request: web.Request) -> bytes:
        """Answer one record, whole."""
        kind = _kind(request)
        asked = read(request.query, kind.of_one)
        published = await self._snapshot.published()
        row = published.objects.row(kind.table, request.match_info["id"])
        if row is None:
            raise NotPublished("Nothing is published under this id. See the list.")
        return msgspec.json.encode(_whole(published, kind, row, asked))

    async def nothing(self, _: web.Request) -> bytes:
        """Answer any other path."""
        raise NotPublished(f"Nothing is here. See {ROOT}/openapi.json.")


def _kind(request: web.Request) -> Kind:
    kind = KINDS.get(request.match_info["kind"])
    if kind is None:
        raise NotPublished(f"Nothing is here. Served: {', '.join(KINDS)}.")
    return kind


def _page(published: Published, kind: Kind, asked: Asked) -> bytes:
    found = published.find(kind.table, asked.query)
    start = (asked.page - 1) * asked.per_page
    shown = found[start : start + asked.per_page]
    contents: list[Json] = [_item(published, kind, row, asked) for row in shown]
    return msgspec.json.encode({**_counts(len(found), len(shown), asked), "contents": contents})


def _counts(total: int, size: int, asked: Asked) -> Object:
    pages = ceil(total / asked.per_page)
    return {
        "total_items": total,
        "total_pages": pages,
        "page_number": asked.page,
        "size": size,
        "first_page": asked.page == 1,
        "last_page": asked.page >= pages,
        "empty": not size,
    }


def _item(published: Published, kind: Kind, row: Row, asked: Asked) -> Object:
    """Return one record of a list, as whole as it was asked for."""
    if asked.full:
        return _whole(published, kind, row, asked)
    found = published.objects.listed(kind.table, row)
    if asked.minimal:
        names = {"id": "id", "last_modified": "modified_date"}
        return {new: found[old] for old, new in names.items() if old in found}
    if asked.full_service:
        found["services"] = published.objects.services(row, whole=True)
    return found


def _whole(published: Published, kind: Kind, row: Row, asked: Asked) -> Object:
    found = published.objects.whole(kind.table, row)
    if kind.table == "organizations":
        found["services"] = published.objects.services(row, whole=asked.full_service)
    return found


def _address_of(request: web.Request) -> str:
    """Return how this server was reached, where the header is one that can be repeated."""
    is_encrypted = request.secure or request.headers.get("X-Forwarded-Proto", "") == "https"
    host = request.host if HOST.fullmatch(request.host) else "localhost"
    return f"{'https' if is_encrypted else 'http'}://{host}"


def _answering(handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return the handler of requests around one that makes bodies."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.method == "OPTIONS":
            return web.Response(status=204, headers=PREFLIGHT)
        if request.method not in ("GET", "HEAD"):
            return _problem(405, f"Read only. Use {METHODS}.", {**OPEN, "Allow": METHODS})
        try:
            return _found(request, await handler(request))
        except BadParameter as error:
            return _problem(400, str(error))
        except NotPublished as error:
            return _problem(404, str(error))

    return answer


def _found(request: web.Request, body: bytes) -> web.Response:
    tag = blake2b(body, digest_size=16).hexdigest()
    headers = {**OPEN, "Cache-Control": f"public, max-age={MAX_AGE}", "ETag": f'"{tag}"'}
    if {tag, "*"} & {known.value for known in request.if_none_match or ()}:
        return web.Response(status=304, headers=headers)
    return _json(200, body, headers)


def _problem(status: int, error: str, headers: Mapping[str, str] = OPEN) -> web.Response:
    return _json(status, msgspec.json.encode({"error": error}), headers)


def _json(status: int, body: bytes, headers: Mapping[str, str]) -> web.Response:
    return web.Response(
        status=status, body=body, headers=headers, content_type="application/json", charset="utf-8"
    )
