"""What a page may send, checked strictly, and the arrival that it becomes."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated

from msgspec import Meta, Struct, json

from bot.channels.web import WORKING_GROUP
from bot.parcel import Arrival
from handlers.turn import MAX_TEXT, ChatKind, Turn, Unreadable
from referrals.places import Coordinates

FrameId = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9-]{8,64}\Z")]
"""Made by the page; the same one again changes nothing."""
Language = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9-]{0,35}\Z")]
Pane = Annotated[str, Meta(min_length=1, max_length=128)]
Number = Annotated[int, Meta(ge=0, lt=2**53)]
"""A whole number that JavaScript can hold exactly."""
Data = Annotated[str, Meta(min_length=1, max_length=64)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]


class Frame(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do"):
    """One message of a page."""


class Hello(Frame, frozen=True, tag="hello"):
    """The page is here and has seen this much of each pane."""

    seen: Annotated[dict[Pane, Number], Meta(max_length=256)]


class Say(Frame, frozen=True, tag="say"):
    """Something was typed."""

    id: FrameId
    pane: Pane
    text: Annotated[str, Meta(min_length=1)]
    language: Language = ""


class Press(Frame, frozen=True, tag="press"):
    """A button was pressed."""

    id: FrameId
    pane: Pane
    message: Number
    data: Data
    language: Language = ""


class Locate(Frame, frozen=True, tag="locate"):
    """The person shared where she is."""

    id: FrameId
    latitude: Latitude
    longitude: Longitude
    language: Language = ""
    pane: Pane = "person"


class Digest(Frame, frozen=True, tag="digest"):
    """Publish the digest now."""

    id: FrameId


Spoken = Say | Press | Locate

DECODER = json.Decoder(Hello | Say | Press | Locate | Digest)

COORDINATOR = "coordinator-"
"""Begins the name of the chat of a made-up coordinator."""

KINDS = {
    "person": ChatKind.PRIVATE,
    "staff": ChatKind.GROUP,
    "channel": ChatKind.CHANNEL,
}
COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:\s+(.*))?", re.DOTALL)


def chat_of(pane: str, session: str) -> str:
    """Return the chat behind a pane of the page with this session."""
    if pane == "person":
        return f"person:{session}"
    return WORKING_GROUP if pane == "channel" else pane


def arrival_of(frame: Spoken, session: str) -> Arrival:
    """Return what the runner takes. The pane must have been checked."""
    update = _digest(session, frame.id)
    return Arrival(
        channel="web",
        chat=chat_of(frame.pane, session),
        update=update,
        turn=_turn_of(frame),
        message=0 if isinstance(frame, Press) else message_of(update),
        pressed=frame.message if isinstance(frame, Press) else 0,
    )


def message_of(update: str) -> int:
    """Return the id of what a person wrote: the same for the same update.

    It lies above every id that the channel gives to its own messages, and below 2**53."""
    return 2**52 + int(update[:12], 16)


def kind_of(pane: str) -> ChatKind:
    """Return who can be on the other side: a coordinator's chat is private."""
    if pane.startswith(f"staff:{COORDINATOR}"):
        return ChatKind.PRIVATE
    return KINDS[pane.partition(":")[0]]


def _digest(session: str, frame: str) -> str:
    """Tie an id made by a page to its session, without telling the session."""
    return hashlib.blake2b(f"{session}:{frame}".encode(), digest_size=16).hexdigest()


def _turn_of(frame: Spoken) -> Turn:
    kind = kind_of(frame.pane)
    if isinstance(frame, Press):
        return Turn(kind, choice=frame.data, client_language=frame.language)
    if isinstance(frame, Locate):
        spot = Coordinates(frame.latitude, frame.longitude)
        return Turn(kind, location=spot, client_language=frame.language)
    return _typed(kind, frame.text.strip(), frame.language)


def _typed(kind: ChatKind, text: str, language: str) -> Turn:
    if len(text.encode("utf-16-le")) // 2 > MAX_TEXT:
        return Turn(kind, client_language=language, unreadable=Unreadable.TOO_LONG)
    command = COMMAND.fullmatch(text)
    if command is None:
        return Turn(kind, text=text, client_language=language)
    return Turn(
        kind,
        command=command[1].lower(),
        payload=(command[2] or "").strip(),
        client_language=language,
    )
