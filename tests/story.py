"""Transcripts of conversations: readable by an organization, replayed as tests.

A story is a text file::

    # What it shows
    language of the phone: ht
    person: m bezwen yon kote pou m domi
    bot: ...
         | [Label] (data)
    person presses: Label (data)
    staff presses: Label (data)
    to staff: ...
    event: ReferralRequested

Between two turns the session goes through the same serialisation as in the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import msgspec

from handlers.conversation import converse
from handlers.turn import (
    ChatKind,
    Choice,
    Context,
    Invitation,
    Notice,
    Outcome,
    Reply,
    Session,
    ToPerson,
    ToStaff,
    Turn,
)
from referrals.directory import OrganizationId
from referrals.events import ChatBound, ReferralMoved, ReferralRequested
from referrals.lifecycle import Code, Referral
from referrals.places import Coordinates
from worlds import NOON, fictional_world

INPUTS = (
    "person:",
    "person presses:",
    "person shares:",
    "person opens:",
    "staff presses:",
    "staff writes:",
    "a day passes",
    "staff opens a link",
)


def drawn() -> Callable[[int], int]:
    """Return a source of chance that is the same in every replay."""
    numbers = count(1)
    return lambda n: (next(numbers) * 7919) % n


@dataclass(slots=True)
class Stage:
    """A small shell: sessions, referrals and chats in memory, everything pure."""

    client: str = ""
    staff_language: str = "es"
    now: datetime = NOON
    lines: list[str] = field(default_factory=list)
    person: bytes = b""
    staff_session: bytes = b""
    referrals: dict[Code, Referral] = field(default_factory=dict)
    bound: dict[OrganizationId, str] = field(default_factory=dict)
    speaking: OrganizationId | None = None
    person_buttons: list[Choice] = field(default_factory=list)
    staff_buttons: list[Choice] = field(default_factory=list)
    chance: Callable[[int], int] = field(default_factory=drawn)

    def __post_init__(self) -> None:
        world = fictional_world()
        self.bound = {o.id: self.staff_language for o in world.directory.organizations()}

    def say(self, turn: Turn) -> None:
        """Give the person a turn."""
        mine = dict(self.referrals)
        outcome = self._turn(turn, self.person, mine, None)
        self.person = saved(outcome.session)
        self._after(outcome, "bot", self.person_buttons)

    def staff(self, turn: Turn, invitation: Invitation | None = None) -> None:
        """Give the organization's chat a turn."""
        mine = {c: r for c, r in self.referrals.items() if r.organization == self.speaking}
        organization = None if invitation else self.speaking
        outcome = self._turn(turn, self.staff_session, mine, organization, invitation)
        self.staff_session = saved(outcome.session)
        self._after(outcome, "to staff", self.staff_buttons)

    def _turn(
        self,
        turn: Turn,
        session: bytes,
        referrals: dict[Code, Referral],
        organization: OrganizationId | None,
        invitation: Invitation | None = None,
    ) -> Outcome:
        context = Context(
            world=fictional_world(),
            now=self.now,
            referrals=referrals,
            staff=self.bound,
            organization=organization,
            invitation=invitation,
            chance=self.chance,
        )
        return converse(turn, loaded(session), context)

    def _after(self, outcome: Outcome, speaker: str, buttons: list[Choice]) -> None:
        if outcome.sweep:
            self.lines.append("the chat is swept")
        for reply in outcome.replies:
            self._show(speaker, reply, buttons)
        for event in outcome.events:
            self._record(event)
        for notice in outcome.notices:
            self._notify(notice)

    def _record(self, event: object) -> None:
        name = type(event).__name__
        if isinstance(event, ReferralRequested | ReferralMoved):
            self.referrals[event.referral.code] = event.referral
            self.speaking = event.referral.organization
            name = f"{name} {event.referral.status}"
        if isinstance(event, ChatBound) and event.organization:
            self.bound[event.organization] = event.language
            self.speaking = event.organization
        self.lines.append(f"event: {name}")

    def _notify(self, notice: Notice) -> None:
        if isinstance(notice.to, ToPerson):
            self._show("bot", notice.reply, self.person_buttons)
        elif isinstance(notice.to, ToStaff):
            self._show("to staff", notice.reply, self.staff_buttons)

    def _show(self, speaker: str, reply: Reply, buttons: list[Choice]) -> None:
        change = " (in place)" if reply.replaces else ""
        first, *rest = reply.text.split("\n")
        self.lines.append(f"{speaker}{change}: {first}")
        self.lines += [f"     {line}".rstrip() for line in rest]
        if reply.asks_location:
            self.lines.append(f"     | [{reply.location_label}] (location)")
        if reply.venue:
            self.lines.append(f"     | map: {reply.venue.title}, {reply.venue.address}")
        for row in reply.choices:
            shown = "  ".join(f"[{c.label}] ({c.data})" for c in row)
            self.lines.append(f"     | {shown}")
        if reply.choices:
            buttons[:] = [c for row in reply.choices for c in row] + buttons[:60]


def saved(session: Session | None) -> bytes:
    """Serialise a session as the store does."""
    return msgspec.json.encode(session) if session else b""


def loaded(body: bytes) -> Session:
    """Read a session back."""
    return msgspec.json.decode(body, type=Session) if body else Session()


def inputs_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield what people did in a transcript: kind and argument."""
    for line in text.splitlines():
        for kind in sorted(INPUTS, key=len, reverse=True):
            if line.startswith(kind):
                yield kind, line[len(kind) :].strip()
                break


def heading_of(text: str) -> tuple[list[str], str, str]:
    """Return the heading lines of a story, the phone's language, the staff's."""
    head = [line for line in text.splitlines() if line.startswith(("#", "language of"))]
    found = dict(line.split(": ", 1) for line in head if line.startswith("language of"))
    return (
        head,
        found.get("language of the phone", ""),
        found.get("language of the staff", "es"),
    )


def replay(text: str, by_label: bool = True) -> str:
    """Play a story again and return its transcript.

    ``by_label``: press the button with that label, as a person would; else the one with
    that data, to record a story anew after a sentence changed.
    """
    head, client, staff_language = heading_of(text)
    stage = Stage(client=client, staff_language=staff_language, lines=[*head, ""])
    for kind, argument in inputs_of(text):
        play(stage, kind, argument, by_label)
    return "\n".join(stage.lines) + "\n"


def play(stage: Stage, kind: str, argument: str, by_label: bool) -> None:
    """Do one thing that somebody did."""
    if kind == "a day passes":
        stage.now += timedelta(days=1)
        stage.lines += ["", kind]
    elif kind in {"person presses:", "staff presses:"}:
        buttons = stage.person_buttons if kind.startswith("person") else stage.staff_buttons
        choice = pressed(buttons, argument, by_label)
        stage.lines += ["", f"{kind} {choice.label} ({choice.data})"]
        if kind.startswith("person"):
            stage.say(Turn(choice=choice.data, client_language=stage.client))
        else:
            stage.staff(Turn(kind=ChatKind.GROUP, choice=choice.data))
    else:
        stage.lines += ["", f"{kind} {argument}".rstrip()]
        speak(stage, kind, argument)


def speak(stage: Stage, kind: str, argument: str) -> None:
    """Write, open a link or share a location."""
    if kind == "person shares:":
        latitude, longitude = (float(n) for n in argument.split(","))
        point = Coordinates(latitude, longitude)
        stage.say(Turn(location=point, client_language=stage.client))
    elif kind == "person opens:" or argument.startswith("/"):
        command, _, payload = argument.removeprefix("/").partition(" ")
        turn = Turn(command=command, payload=payload, client_language=stage.client)
        if kind.startswith("staff"):
            stage.staff(Turn(kind=ChatKind.GROUP, command=command, payload=payload))
        else:
            stage.say(turn)
    elif kind == "staff opens a link":
        organization = fictional_world().directory.organizations()[0].id
        stage.bound.pop(organization, None)
        turn = Turn(kind=ChatKind.GROUP, command="start", payload="token", client_language="es")
        stage.staff(turn, Invitation(organization))
    elif kind == "staff writes:":
        stage.staff(Turn(kind=ChatKind.GROUP, text=argument))
    else:
        stage.say(Turn(text=argument, client_language=stage.client))


def pressed(buttons: Sequence[Choice], argument: str, by_label: bool) -> Choice:
    """Find the newest button with that label, or with that data."""
    label, _, data = argument.rpartition(" (")
    data = data.removesuffix(")")
    if not label:
        label = data = argument
    for choice in buttons:
        if (choice.label == label) if by_label else choice.data.startswith(data):
            return choice
    raise AssertionError(f"no button {argument!r} among {[c.label for c in buttons[:12]]}")


def record(path: Path) -> None:
    """Write a story's transcript anew; read the difference before it is committed."""
    path.write_text(replay(path.read_text(encoding="utf-8"), by_label=False), encoding="utf-8")


if __name__ == "__main__":
    import sys

    for name in sys.argv[1:]:
        record(Path(name))
