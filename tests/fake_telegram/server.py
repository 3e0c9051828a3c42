"""A Bot API over HTTP, with chats in memory."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import msgspec
from aiohttp import web

from fake_telegram.checks import check_call, load_spec, plain
from fake_telegram.faults import Fault, Faults, Refusal, refusal
from fake_telegram.forms import read_params
from fake_telegram.methods import bad, chat_id
from fake_telegram.people import People
from fake_telegram.polling import Polling
from fake_telegram.specification import Spec
from fake_telegram.webhook import Target, Webhook

TOKEN = "4242:TEST"
ANSWERS = frozenset(
    {"sendMessage", "sendVenue", "sendLocation", "sendPhoto", "sendDocument", "editMessageText"}
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the bot, as it was read."""

    method: str
    params: dict[str, object]
    chat: int | None
    at: float
    """Unix time."""
    problems: tuple[str, ...] = ()


class FakeTelegram(People):
    """The server and the people behind it.

    ``checks=False`` takes calls without comparing them with the specification; what
    would be a wrong call then has no defined answer.
    """

    def __init__(
        self,
        token: str = TOKEN,
        *,
        spec: Spec | None = None,
        checks: bool = True,
        hears_groups: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(now, hears_groups)
        self.token = token
        self.spec = spec or load_spec()
        self.checks = checks
        self.calls: list[Call] = []
        self.counts: Counter[str] = Counter()
        self.violations: list[str] = []
        self.faults = Faults()
        self.polling = Polling(self.pending)
        self.webhook = Webhook(self.pending)
        self.app = web.Application(client_max_size=50 * 2**20)
        self.app.router.add_route("*", "/bot{token:[^/]+}/{method:[^/]+}", self._handle)
        self.root = ""
        self._runner: web.AppRunner | None = None

    @property
    def base_url(self) -> str:
        """What goes before the token, for ``telegram.Bot(base_url=...)``."""
        return f"{self.root}/bot"

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> None:
        """Listen, on a free port unless one is given."""
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port, reuse_address=True).start()
        self.root = f"http://{host}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop pushing and listening."""
        self.polling.interrupt("Internal Server Error: restart")
        await self.webhook.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> FakeTelegram:
        """Start on a free port."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    def delay(self, seconds: float) -> None:
        """Hold back every answer, but those of getUpdates."""
        self.faults.seconds = seconds

    def fail(
        self,
        chat: int | None,
        status: int,
        *,
        retry_after: int | None = None,
        times: int = 1,
        methods: Iterable[str] = (),
        description: str = "",
    ) -> None:
        """Refuse the next ``times`` calls, of one chat or of all, before they do anything.

        Without ``methods``, every method but getUpdates.
        """
        words = refusal(status, retry_after, description)
        self.faults.planned.append(Fault("refuse", times, chat, frozenset(methods), words))

    def reset_connections(
        self, n: int, *, after: bool = False, chat: int | None = None, methods: Iterable[str] = ()
    ) -> None:
        """Cut the next ``n`` connections: before the call does anything, or ``after``."""
        kind = "lose" if after else "reset"
        self.faults.planned.append(Fault(kind, n, chat, frozenset(methods)))

    def garble(self, n: int, *, methods: Iterable[str] = ()) -> None:
        """Do the next ``n`` calls and answer something that is not JSON."""
        self.faults.planned.append(Fault("garble", n, None, frozenset(methods)))

    def called(self, method: str) -> list[Call]:
        """Return the calls of a method, oldest first."""
        return [call for call in self.calls if call.method == method]

    async def _handle(self, request: web.Request) -> web.Response:
        try:
            if request.match_info["token"] != self.token:
                raise refusal(401)
            params = await read_params(request)
            return await self._run(request, request.match_info["method"], params)
        except Refusal as error:
            return _json(error.status, msgspec.json.encode(error.body()))

    async def _run(
        self, request: web.Request, method: str, params: dict[str, object]
    ) -> web.Response:
        call = self._record(method, params)
        if method == "getUpdates":
            self._refuse_wrong(call, self.faults.take(method, None), request)
            return _json(200, await self._poll(call))
        if self.faults.seconds:
            await asyncio.sleep(self.faults.seconds)
        fault = self.faults.take(method, call.chat)
        self._refuse_wrong(call, fault, request)
        result = await self._result(call)
        self._tell(call)
        if fault is not None and fault.kind == "lose":
            _cut(request)
        if fault is not None and fault.kind == "garble":
            return _json(200, b'{"ok":true,"resu')
        return _json(200, msgspec.json.encode({"ok": True, "result": result}))

    def _record(self, method: str, params: dict[str, object]) -> Call:
        shape = self.spec.methods.get(method)
        problems = check_call(self.spec, method, params) if self.checks else []
        values = plain(shape, params) if shape else params
        call = Call(method, values, chat_id(values), time.time(), tuple(problems))
        self.counts[method] += 1
        # Idle polls would fill the memory of a long run and say nothing.
        if method != "getUpdates":
            self.calls.append(call)
        self.violations.extend(problems)
        return call

    def _refuse_wrong(self, call: Call, fault: Fault | None, request: web.Request) -> None:
        if fault is not None and fault.kind == "reset":
            _cut(request)
        if fault is not None and fault.refusal is not None:
            raise fault.refusal
        if call.method not in self.spec.methods:
            raise Refusal(404, "Not Found: method not found")
        if call.problems:
            raise bad(call.problems[0])

    async def _poll(self, call: Call) -> bytes:
        if self.webhook.target is not None:
            words = "Conflict: can't use getUpdates method while webhook is active; "
            raise Refusal(409, words + "use deleteWebhook to delete the webhook first")
        return await self.polling.poll(call.params)

    async def _result(self, call: Call) -> object:
        if call.method in ("setWebhook", "deleteWebhook"):
            return await self._set_webhook(call.params)
        if call.method == "getWebhookInfo":
            return self._webhook_info()
        if done := self.methods.table.get(call.method):
            return done(call.params)
        if self.spec.methods[call.method].returns == ("Boolean",):
            return True
        raise Refusal(404, "Not Found: this fake does not have the method")

    def _tell(self, call: Call) -> None:
        if call.method in ANSWERS and call.chat is not None:
            text = str(call.params.get("text", call.params.get("caption", "")))
            self.ledger.answer(call.chat, text)
        self.notify()

    async def _set_webhook(self, params: dict[str, object]) -> bool:
        self.polling.interrupt("Conflict: terminated by setWebhook request")
        if params.get("drop_pending_updates") in (True, "true"):
            self.pending.confirm(self.pending.next_id)
        asked = params.get("allowed_updates")
        if isinstance(asked, list):
            self.pending.allowed = frozenset(map(str, asked)) or None
        await self.webhook.stop()
        if url := str(params.get("url", "")):
            await self.webhook.start(_target(url, params))
        return True

    def _webhook_info(self) -> dict[str, object]:
        target = self.webhook.target
        info: dict[str, object] = {
            "url": target.url if target else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self.pending.waiting),
        }
        if target and target.last_error:
            info |= {"last_error_date": int(time.time()), "last_error_message": target.last_error}
        return info


def _target(url: str, params: dict[str, object]) -> Target:
    """Read setWebhook. Unlike the real server, plain http is taken."""
    if not re.match(r"https?://", url):
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    most = params.get("max_connections")
    return Target(
        url,
        secret=str(params.get("secret_token", "")),
        connections=most if isinstance(most, int) and 1 <= most <= 100 else 40,
    )


def _json(status: int, body: bytes) -> web.Response:
    return web.Response(status=status, body=body, content_type="application/json")


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
    # Whatever is answered now reaches nobody.
    raise refusal(500)
