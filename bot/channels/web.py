"""The web chat as a channel: a short transcript in memory, pushed to open pages."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from bot.parcel import Misaddressed, Parcel
from handlers.turn import Choice, Reply, Venue

KEPT_MESSAGES = 200
"""Messages that a transcript holds, per chat."""
KEPT_DELETIONS = 1000
"""Deletions that a page which was away can still learn of, per chat."""
KEPT_CHATS = 1000
"""Chats with a transcript; the one that was quiet for longest goes first."""

WORKING_GROUP = "channel:main"
"""The chat of the working group's channel."""

Watcher = Callable[[str], None]
"""Takes one encoded event. Must not block and must not raise."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as a page shows it now."""

    event: Literal["message", "edit"]
    pane: str
    seq: int
    """Grows with every event of the chat, also across restarts."""
    id: int
    at: int
    """Unix seconds of the first delivery."""
    text: str
    choices: tuple[tuple[Choice, ...], ...]
    asks_location: bool
    location_label: str
    venue: Venue | None


@dataclass(frozen=True, slots=True)
class Gone:
    """A message that a page must no longer show."""

    pane: str
    seq: int
    id: int
    event: Literal["delete"] = "delete"


def pane_of(chat: str) -> str:
    """Return the name of a chat on the page; the secret id of a person stays here.

    Raises ``Misaddressed`` for anything that is not a chat of this channel."""
    side, _, rest = chat.partition(":")
    if not rest or side not in {"person", "staff", "channel"}:
        raise Misaddressed
    return chat if side == "staff" else side


class Transcript:
    """What one chat shows: the latest messages and which ones were deleted."""

    __slots__ = ("_gone", "_last", "_pane", "_shown")

    def __init__(self, pane: str, start: int) -> None:
        self._pane = pane
        self._last = start
        self._shown: OrderedDict[int, Shown] = OrderedDict()
        self._gone: deque[Gone] = deque(maxlen=KEPT_DELETIONS)

    def post(self, reply: Reply, at: int) -> Shown:
        """Add a message. Its id is the number of its first event."""
        self._last += 1
        shown = Shown(
            event="message",
            pane=self._pane,
            seq=self._last,
            id=self._last,
            at=at,
            text=reply.text,
            choices=reply.choices,
            asks_location=reply.asks_location,
            location_label=reply.location_label,
            venue=reply.venue,
        )
        self._shown[shown.id] = shown
        if len(self._shown) > KEPT_MESSAGES:
            self._shown.popitem(last=False)
        return shown

    def edit(self, message: int, reply: Reply, at: int) -> Shown:
        """Change a message in place, or post it when it is gone."""
        before = self._shown.get(message)
        if before is None:
            return self.post(reply, at)
        self._last += 1
        self._shown[message] = replace(
            before,
            event="edit",
            seq=self._last,
            text=reply.text,
            choices=reply.choices,
            asks_location=reply.asks_location,
            location_label=reply.location_label,
            venue=reply.venue,
        )
        return self._shown[message]

    def delete(self, message: int) -> Gone:
        """Forget a message. Also for ids that were never here: what a person wrote is
        kept by her page alone, under the id of its arrival."""
        self._last += 1
        self._shown.pop(message, None)
        gone = Gone(pane=self._pane, seq=self._last, id=message)
        self._gone.append(gone)
        return gone

    def since(self, seen: int) -> list[Shown | Gone]:
        """Return what a page that saw ``seen`` still needs, in order; 0 is a new page."""
        events: list[Shown | Gone] = [e for e in self._shown.values() if e.seq > seen]
        if seen:
            events.extend(e for e in self._gone if e.seq > seen)
        return sorted(events, key=lambda event: event.seq)


class WebChannel:
    """Delivers to transcripts and to every page that watches them."""

    name: str = "web"

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._transcripts: OrderedDict[str, Transcript] = OrderedDict()
        self._watchers: dict[str, set[Watcher]] = {}

    async def deliver(self, parcel: Parcel) -> int:
        """Do what the parcel says; return the id of the message, 0 without a reply."""
        transcript = self._transcript(parcel.chat)
        for message in parcel.deletes:
            self._push(parcel.chat, transcript.delete(message))
        if parcel.reply is None:
            return 0
        shown = transcript.edit(parcel.edits, parcel.reply, int(self._clock()))
        self._push(parcel.chat, shown)
        return shown.id

    def watch(self, chat: str, seen: int, watcher: Watcher) -> None:
        """Hand over what was missed, then everything that comes."""
        transcript = self._transcripts.get(chat)
        for event in transcript.since(seen) if transcript else ():
            watcher(encode(event))
        self._watchers.setdefault(chat, set()).add(watcher)

    def unwatch(self, chats: Iterable[str], watcher: Watcher) -> None:
        """Stop handing over. Chats that were not watched are no error."""
        for chat in chats:
            watchers = self._watchers.get(chat, set())
            watchers.discard(watcher)
            if not watchers:
                self._watchers.pop(chat, None)

    def _push(self, chat: str, event: Shown | Gone) -> None:
        encoded = encode(event)
        for watcher in tuple(self._watchers.get(chat, ())):
            watcher(encoded)

    def _transcript(self, chat: str) -> Transcript:
        found = self._transcripts.get(chat)
        if found is None:
            # Numbers start at the clock's milliseconds: after a restart they are larger
            # than all that a page has seen, and never point at an older message.
            found = Transcript(pane_of(chat), int(self._clock() * 1000))
            self._transcripts[chat] = found
        self._transcripts.move_to_end(chat)
        if len(self._transcripts) > KEPT_CHATS:
            self._transcripts.popitem(last=False)
        return found


def encode(event: object) -> str:
    """Return an event as the text of one frame."""
    return msgspec.json.encode(event).decode()
