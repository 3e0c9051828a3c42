"""The network below python-telegram-bot: one aiohttp session in place of its httpx."""

from __future__ import annotations

from typing import Any

import aiohttp
import msgspec
from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

JSON_HEADERS = {"Content-Type": "application/json"}


class _Parameters(msgspec.Struct):
    retry_after: float = 0
    migrate_to_chat_id: int = 0


class _Answer(msgspec.Struct):
    result: Any = None
    description: str = ""
    parameters: _Parameters | None = None


_answers = msgspec.json.Decoder(_Answer)
_encode = msgspec.json.Encoder().encode


class AiohttpRequest(BaseRequest):
    """Carry the calls of a ``telegram.Bot`` over kept-alive connections.

    Times in seconds. Raises ``TimedOut`` and ``NetworkError`` whose text and causes hold
    neither the URL, which contains the token, nor what was sent.
    """

    def __init__(
        self, connections: int = 64, read: float = 15.0, connect: float = 5.0, pool: float = 5.0
    ) -> None:
        self._connections = connections
        self._read = read
        self._connect = connect
        self._pool = pool
        self._timeout = self._timeout_of(read, connect, pool)
        self._session: aiohttp.ClientSession | None = None
        self._urls: dict[str, URL] = {}

    @property
    def read_timeout(self) -> float | None:
        """The longest silence while an answer is awaited, in seconds."""
        return self._read

    async def initialize(self) -> None:
        """Do nothing: the session is made by the first call, in the loop that runs then."""

    async def shutdown(self) -> None:
        """Close the connections. The next call opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Send one call and return the HTTP status and the body."""
        del write_timeout  # aiohttp has none; the bodies fit one packet or stall the read
        timeout = self._timeout
        if any(
            given is not BaseRequest.DEFAULT_NONE
            for given in (read_timeout, connect_timeout, pool_timeout)
        ):
            timeout = self._timeout_of(
                _or(read_timeout, self._read),
                _or(connect_timeout, self._connect),
                _or(pool_timeout, self._pool),
            )
        if request_data is not None and request_data.contains_files:
            return await self._exchange(method, url, _form_of(request_data), None, timeout)
        body = _body_of({} if request_data is None else request_data.parameters)
        return await self._exchange(method, url, body, JSON_HEADERS, timeout)

    async def post_json(
        self, url: str, parameters: dict[str, Any], read: float
    ) -> tuple[int, bytes]:
        """Send one call outside python-telegram-bot and return status and raw body.

        For ``getUpdates``, whose body is taken apart update by update.
        """
        timeout = self._timeout_of(read, self._connect, self._pool)
        return await self._exchange("POST", url, _body_of(parameters), JSON_HEADERS, timeout)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer of the API; raises ``TelegramError`` without its content.

        The library's own logs the whole body when it cannot read it.
        """
        try:
            answer = _answers.decode(payload)
        except (ValueError, RecursionError):
            answer = None
        if answer is None:
            raise TelegramError("unreadable answer")
        return {
            "result": answer.result,
            "description": answer.description,
            "parameters": _known(answer.parameters),
        }

    async def _exchange(
        self,
        method: str,
        url: str,
        data: bytes | aiohttp.FormData,
        headers: dict[str, str] | None,
        limits: aiohttp.ClientTimeout,
    ) -> tuple[int, bytes]:
        failure: NetworkError
        try:
            async with self._open_session().request(
                method,
                self._url(url),
                data=data,
                headers=headers,
                timeout=limits,
                allow_redirects=False,
            ) as response:
                return response.status, await response.read()
        except TimeoutError:
            failure = TimedOut("timed out")
        except (aiohttp.ClientError, OSError, ValueError):
            failure = NetworkError("no connection")
        # Raised out here so that no cause with the URL in it hangs on the error.
        raise failure

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=60),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )
        return self._session

    def _url(self, url: str) -> URL:
        """Parse a URL once; there are as many as methods are called."""
        parsed = self._urls.get(url)
        if parsed is None:
            parsed = self._urls[url] = URL(url)
        return parsed

    @staticmethod
    def _timeout_of(
        read: float | None, connect: float | None, pool: float | None
    ) -> aiohttp.ClientTimeout:
        both = None if pool is None or connect is None else pool + connect
        return aiohttp.ClientTimeout(total=None, connect=both, sock_connect=connect, sock_read=read)


def _or(given: object, default: float) -> float | None:
    """Take a timeout as the library gives it: a number, None, or its mark for unset."""
    if given is None:
        return None
    return float(given) if isinstance(given, (int, float)) else default


def _body_of(parameters: dict[str, Any]) -> bytes:
    try:
        return _encode(parameters)
    except UnicodeEncodeError:
        pass
    # Half of a surrogate pair. Telegram would refuse it too, and this way no part of the
    # text hangs on the error.
    raise BadRequest("unwritable text")


def _form_of(request_data: RequestData) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mimetype) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mimetype)
    return form


def _known(parameters: _Parameters | None) -> dict[str, float | int]:
    if parameters is None:
        return {}
    named = {
        "retry_after": parameters.retry_after,
        "migrate_to_chat_id": parameters.migrate_to_chat_id,
    }
    return {name: value for name, value in named.items() if value}
