"""The route that Telegram posts updates to: 200 only once the turn is committed."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable

from aiohttp import ClientError, web

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_updates import Fault, Incoming, UnreadableUpdate, read_incoming
from bot.parcel import Arrival, NotCommitted, Receiver

logger = logging.getLogger("faro.telegram")

HEADER = "X-Telegram-Bot-Api-Secret-Token"
MAX_BODY = 1024 * 1024
BODY_WITHIN = 10.0
"""Seconds in which a body must have arrived."""

Handler = Callable[[web.Request], Awaitable[web.Response]]


class _TooLarge(Exception):
    """More than ``MAX_BODY`` bytes."""


def webhook_handler(channel: TelegramChannel, receiver: Receiver, secret: str) -> Handler:
    """Make the handler of the route.

    405 for anything but POST, 403 without the secret, 413 over 1 MB, 408 for a body that
    does not come, 503 when the turn was not stored (Telegram sends it again), else 200:
    what is authentic and unreadable would only come again, so it is counted and done.
    """
    if not secret:
        raise ValueError("the webhook needs a secret")
    expected = secret.encode()

    async def receive(request: web.Request) -> web.Response:
        if request.method != "POST":
            return web.Response(status=405, headers={"Allow": "POST"})
        if not _is_authentic(request, expected):
            logger.warning("telegram.forged")
            return web.Response(status=403)
        status = await _receive(request, channel, receiver)
        return web.Response(status=status)

    return receive


async def _receive(request: web.Request, channel: TelegramChannel, receiver: Receiver) -> int:
    try:
        incoming = read_incoming(await _body_of(request), channel.username)
    except _TooLarge:
        return 413
    except TimeoutError:
        return 408
    except UnreadableUpdate as unreadable:
        channel.set_aside(unreadable.fault)
        return 200
    return await _commit(incoming, channel, receiver)


async def _commit(incoming: Incoming, channel: TelegramChannel, receiver: Receiver) -> int:
    arrival = incoming.arrival
    if arrival is not None and not await _is_committed(arrival, receiver):
        return 503
    if incoming.callback:
        channel.answer(incoming.callback)
    return 200


async def _is_committed(arrival: Arrival, receiver: Receiver) -> bool:
    try:
        await receiver.receive(arrival)
    except NotCommitted:
        logger.error("telegram.not_committed")
        return False
    except Exception:  # the last resort: without it the server would log what it holds
        logger.error("telegram.receiver_broken")
        return False
    return True


def _is_authentic(request: web.Request, expected: bytes) -> bool:
    given = request.headers.get(HEADER, "")
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected)


async def _body_of(request: web.Request) -> bytes:
    """Read the body, counting, whatever its headers claim."""
    if (request.content_length or 0) > MAX_BODY:
        raise _TooLarge
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > MAX_BODY:
                    raise _TooLarge
    except (web.RequestPayloadError, ClientError, ConnectionError):
        # Sent in a compression that does not unpack.
        raise UnreadableUpdate(Fault.JSON) from None
    return bytes(body)
