"""The aiohttp application: the chat page, its socket, its files, the health check."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from urllib.parse import urlsplit
from weakref import WeakSet

from aiohttp import WSCloseCode, web

from bot.channels.web import WebChannel
from bot.parcel import Receiver
from bot.web.chat import MAX_FRAME, Desk, Visit

STATIC = Path(__file__).parent / "static"
COOKIE = "faro"
SESSION = re.compile(r"[A-Za-z0-9_-]{32}")
HEARTBEAT = 20.0
"""Seconds between two pings of an open page."""

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; connect-src 'self'; img-src 'self' data:; style-src 'self'; "
        "script-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def web_application(
    channel: WebChannel,
    receiver: Receiver,
    organizations: Sequence[tuple[str, str]],
    on_digest: Callable[[], Awaitable[None]],
    is_ready: Callable[[], bool],
    routes: Iterable[web.AbstractRouteDef] = (),
    country_page: Path = STATIC / "country.js",
) -> web.Application:
    """Return the application; ``routes`` are mounted beside its own.

    ``organizations`` are pairs of id and name, in the order the page lists them.
    ``country_page``: what the page knows of the country, where its folder says so."""
    page = Page(Desk(channel, receiver, organizations, on_digest), is_ready)
    app = web.Application(client_max_size=MAX_FRAME)
    app.on_response_prepare.append(_add_headers)
    app.on_shutdown.append(page.close)
    app.router.add_get("/", page.index)
    app.router.add_get("/chat", page.chat)
    app.router.add_get("/health", page.health)
    app.router.add_get("/static/country.js", _file(country_page))
    app.router.add_static("/static", STATIC)
    app.router.add_routes(routes)
    return app


def health_application(
    is_ready: Callable[[], bool], routes: Iterable[web.AbstractRouteDef] = ()
) -> web.Application:
    """Return the application without the page: health, and whatever is mounted."""

    async def health(_: web.Request) -> web.StreamResponse:
        return _health(is_ready())

    app = web.Application()
    app.on_response_prepare.append(_add_headers)
    app.router.add_get("/health", health)
    app.router.add_routes(routes)
    return app


class Page:
    """The handlers of the page's own routes."""

    __slots__ = ("_desk", "_is_ready", "_sockets")

    def __init__(self, desk: Desk, is_ready: Callable[[], bool]) -> None:
        self._desk = desk
        self._is_ready = is_ready
        self._sockets: WeakSet[web.WebSocketResponse] = WeakSet()

    async def index(self, request: web.Request) -> web.StreamResponse:
        """Serve the page and name its session, in a cookie that no script can read."""
        response = web.FileResponse(STATIC / "index.html")
        if not SESSION.fullmatch(request.cookies.get(COOKIE, "")):
            response.set_cookie(
                COOKIE,
                secrets.token_urlsafe(24),
                httponly=True,
                samesite="Strict",
                secure=_is_encrypted(request),
            )
        return response

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """Talk with one page until it goes away."""
        session = request.cookies.get(COOKIE, "")
        if not _is_own_page(request) or not SESSION.fullmatch(session):
            raise web.HTTPForbidden
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=MAX_FRAME)
        await socket.prepare(request)
        self._sockets.add(socket)
        await Visit(self._desk, session, socket, lambda: _cut(request)).serve()
        return socket

    async def health(self, _: web.Request) -> web.StreamResponse:
        """Say whether turns are taken: 200, or 503."""
        return _health(self._is_ready())

    async def close(self, _: web.Application) -> None:
        """Let every page go, so that it looks for the next process."""
        for socket in tuple(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)


def _file(path: Path) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    served = path if path.is_file() else STATIC / "country.js"

    async def serve(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(served)

    return serve


def _health(is_ready: bool) -> web.Response:
    if is_ready:
        return web.json_response({"status": "ok"})
    return web.json_response({"status": "not ready"}, status=503)


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(SECURITY_HEADERS)
    response.headers.setdefault(
        "Cache-Control", "no-cache" if request.path.startswith("/static/") else "no-store"
    )
    response.headers.popall("Server", None)


def _is_own_page(request: web.Request) -> bool:
    """A page of another site could open this socket too, with the same cookie jar."""
    origin = request.headers.get("Origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.host


def _is_encrypted(request: web.Request) -> bool:
    return request.secure or request.headers.get("X-Forwarded-Proto", "") == "https"


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
