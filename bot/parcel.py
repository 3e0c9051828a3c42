"""What the shell carries: an arrival on its way in, a parcel on its way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from handlers.turn import Reply, Turn


@dataclass(frozen=True, slots=True)
class Arrival:
    """One update of a channel, reduced to what may be read."""

    channel: str
    """Name of the channel: ``telegram``, ``web``, ``console``."""
    chat: str
    """The channel's own id of the chat. Never logged; sealed before it is stored."""
    update: str
    """Unique for the channel: the same update twice changes nothing the second time."""
    turn: Turn
    sent_at: float = 0.0
    """Unix time the person wrote, 0 where the channel does not say."""
    message: int = 0
    """Id of the incoming message, for the sweep; 0 where there is none."""
    pressed: int = 0
    """Id of the message whose button was pressed; 0 where there is none."""
    moved_to: str = ""
    """New id of the chat, when a group became a supergroup. Nothing else is read then."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One thing to do in one chat. Stored sealed in the outbox."""

    channel: str
    chat: str
    reply: Reply | None = None
    edits: int = 0
    """Id of the message to take the place of; 0 sends a new one."""
    deletes: tuple[int, ...] = ()
    """Ids of messages to delete (any number; the channel makes batches)."""


class Delivery(Exception):
    """A parcel was not delivered. Subclasses say what follows; none carries words."""


class TryLater(Delivery):
    """Not now: wait ``seconds``; ``everyone`` when the whole channel must wait."""

    def __init__(self, seconds: float, everyone: bool = False) -> None:
        super().__init__("try later")
        self.seconds = seconds
        self.everyone = everyone


class Unreachable(Delivery):
    """Blocked, removed, or no such chat: nothing for this chat will ever arrive."""


class Moved(Delivery):
    """The chat has a new id."""

    def __init__(self, chat: str) -> None:
        super().__init__("chat moved")
        self.chat = chat


class Misaddressed(Delivery):
    """The channel refuses this parcel as it is: our fault, do not repeat it."""


class Channel(Protocol):
    """A way to reach people."""

    name: str

    async def deliver(self, parcel: Parcel) -> int:
        """Do what the parcel says and return the id of the message that shows the
        reply now (0 when there is none). An edit of a message that is gone sends a new
        one. Raises a ``Delivery``; anything else is a bug."""


class Receiver(Protocol):
    """Takes arrivals: the runner."""

    async def receive(self, arrival: Arrival) -> None:
        """Return once the turn is committed (or was known already). Raises
        ``NotCommitted`` when it could not be stored: do not acknowledge then."""


class NotCommitted(Exception):
    """The turn was not stored; the update must come again."""
