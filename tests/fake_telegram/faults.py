"""What goes wrong on purpose."""

from __future__ import annotations

from dataclasses import dataclass, field

DESCRIPTIONS = {
    400: "Bad Request: chat not found",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running",
    413: "Request Entity Too Large",
    429: "Too Many Requests: retry after {retry_after}",
    500: "Internal Server Error",
    502: "Bad Gateway",
}


@dataclass(slots=True)
class Refusal(Exception):
    """An answer that is an error, in the server's words."""

    status: int
    description: str
    parameters: dict[str, int] = field(default_factory=dict)

    def body(self) -> dict[str, object]:
        """Return the JSON object of the answer."""
        more = {"parameters": self.parameters} if self.parameters else {}
        return {
            "ok": False,
            "error_code": self.status,
            "description": self.description,
            **more,
        }


@dataclass(slots=True)
class Fault:
    """A planned failure of the next calls that fit."""

    kind: str
    """``refuse``, ``reset`` (before the call), ``lose`` (after it) or ``garble``."""
    times: int
    chat: int | None = None
    methods: frozenset[str] = frozenset()
    """Empty: every method but getUpdates."""
    refusal: Refusal | None = None

    def fits(self, method: str, chat: int | None) -> bool:
        """Tell whether this call is one that fails."""
        right = method in self.methods if self.methods else method != "getUpdates"
        return self.times > 0 and right and self.chat in (None, chat)


class Faults:
    """The planned failures, oldest first."""

    def __init__(self) -> None:
        self.planned: list[Fault] = []
        self.seconds = 0.0
        """How long every answer but that of getUpdates is held back."""

    def take(self, method: str, chat: int | None) -> Fault | None:
        """Use up one failure that fits this call."""
        for fault in self.planned:
            if fault.fits(method, chat):
                fault.times -= 1
                self.planned = [one for one in self.planned if one.times > 0]
                return fault
        return None


def refusal(status: int, retry_after: int | None = None, description: str = "") -> Refusal:
    """Return the server's usual words for a status, with ``retry_after`` seconds."""
    words = description or DESCRIPTIONS.get(status, "Internal Server Error")
    wait = {} if retry_after is None else {"retry_after": retry_after}
    return Refusal(status, words.format(retry_after=retry_after), wait)
