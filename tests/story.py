"""Transcripts of conversations: readable by an organization, replayed as tests.

A story is a text file::

    # What it shows
    country: co
    language of the phone: ht
    person: m bezwen yon kote pou m domi
    bot: ...
         | [Label] (data)
    person presses: Label (data)
    staff presses: Label (data)
    to staff: ...
    coordinator ana opens a link
    coordinator ana writes: /vet
    coordinator ana presses: Label (data)
    to ana: ...
    to coordinators: ...
    event: ReferralRequested
    listing: Albergue de ejemplo is full
    days pass: 70

``country`` is the folder of the country; without it, that of most tests. Between two turns the
session goes through the same serialisation as in the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
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
    ToCoordinators,
    ToPerson,
    ToStaff,
    Turn,
    World,
)
from living import Ledger
from referrals.directory import OrganizationId
from referrals.events import (
    ChatBound,
    CoordinatorJoined,
    Event,
    ReferralMoved,
    ReferralRequested,
)
from referrals.lifecycle import Code, Referral
from referrals.live import SAFE_COUNT
from referrals.places import Coordinates
from referrals.records import Capacity
from worlds import HOME, NOON, fictional_world

INPUTS = (
    "person:",
    "person presses:",
    "person shares:",
    "person opens:",
    "staff presses:",
    "staff writes:",
    "a day passes",
    "days pass:",
    "listing:",
    "staff opens a link",
    "coordinator",
)


LOT = 1_000_000


def drawn() -> Callable[[int], int]:
    """Return a source of chance that is the same in every replay."""
    numbers = count(1)

    def draw(n: int) -> int:
        # The draw of a search's lot leaves the codes after it as they were.
        return LOT if n > LOT else (next(numbers) * 7919) % n

    return draw


@dataclass(slots=True)
class Desk:
    """A coordinator's chat."""

    session: bytes = b""
    buttons: list[Choice] = field(default_factory=list)
    is_seated: bool = False


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
    ledger: Ledger = field(default_factory=Ledger)
    desks: dict[str, Desk] = field(default_factory=dict)
    world: World = field(default_factory=fictional_world)

    def __post_init__(self) -> None:
        self.bound = {o.id: self.staff_language for o in self.world.directory.organizations()}

    @property
    def today(self) -> date:
        """The day at the country's clock."""
        return self.now.astimezone(self.world.country.timezone).date()

    def renew(self) -> None:
        """Lay over the directory what happened since."""
        ids = [o.id for o in self.world.directory.organizations()]
        live = self.ledger.live(ids, self.today, vouched=True)
        self.world = replace(self.world, directory=self.world.directory.with_live(live))

    def coordinator(self, alias: str, turn: Turn, invitation: Invitation | None = None) -> None:
        """Give a coordinator's chat a turn."""
        desk = self.desks.setdefault(alias, Desk())
        acting = alias if desk.is_seated else ""
        outcome = self._turn(turn, desk.session, {}, None, invitation, acting)
        desk.session = saved(outcome.session)
        self._after(outcome, f"to {alias}", desk.buttons)

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
        coordinator: str = "",
    ) -> Outcome:
        context = Context(
            world=self.world,
            now=self.now,
            referrals=referrals,
            staff=self.bound,
            organization=organization,
            coordinator=coordinator,
            coordinators=frozenset(a for a, desk in self.desks.items() if desk.is_seated),
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

    def _record(self, event: Event) -> None:
        name = type(event).__name__
        if isinstance(event, ReferralRequested | ReferralMoved):
            self.referrals[event.referral.code] = event.referral
            self.speaking = event.referral.organization
            name = f"{name} {event.referral.status}"
        if isinstance(event, ChatBound) and event.organization:
            self.bound[event.organization] = event.language
            self.speaking = event.organization
        if isinstance(event, CoordinatorJoined):
            self.desks[event.alias].is_seated = True
        if self.ledger.record(event, self.today):
            self.renew()
        self.lines.append(f"event: {name}")

    def _notify(self, notice: Notice) -> None:
        if isinstance(notice.to, ToPerson):
            self._show("bot", notice.reply, self.person_buttons)
        elif isinstance(notice.to, ToStaff):
            self._show("to staff", notice.reply, self.staff_buttons)
        elif isinstance(notice.to, ToCoordinators):
            shown: list[Choice] = []
            self._show("to coordinators", notice.reply, shown)
            for alias, desk in self.desks.items():
                if alias != notice.to.besides:
                    desk.buttons[:] = shown + desk.buttons[:60]

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


def country_of(text: str) -> str:
    """Return the folder of the country that a story plays in."""
    found = (line for line in text.splitlines() if line.startswith("country: "))
    return next(found, f"country: {HOME}").removeprefix("country: ")


def heading_of(text: str) -> tuple[list[str], str, str]:
    """Return the heading lines of a story, the phone's language, the staff's."""
    starts = ("#", "country: ", "language of")
    head = [line for line in text.splitlines() if line.startswith(starts)]
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
    world = fictional_world(country_of(text))
    lines = [*head, ""]
    stage = Stage(client=client, staff_language=staff_language, lines=lines, world=world)
    for kind, argument in inputs_of(text):
        play(stage, kind, argument, by_label)
    return "\n".join(stage.lines) + "\n"


def play(stage: Stage, kind: str, argument: str, by_label: bool) -> None:
    """Do one thing that somebody did."""
    if kind == "a day passes":
        stage.now += timedelta(days=1)
        stage.renew()
        stage.lines += ["", kind]
    elif kind == "days pass:":
        stage.now += timedelta(days=int(argument))
        stage.renew()
        stage.lines += ["", f"{kind} {argument}"]
    elif kind == "listing:":
        news_of(stage, argument)
    elif kind == "coordinator":
        coordinate(stage, argument, by_label)
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


def news_of(stage: Stage, argument: str) -> None:
    """Learn something of a listing: "<service> is full", "is closed for 5 days", "is
    confirmed", "is doubted: no_answer"."""
    name, _, news = argument.partition(" is ")
    service = next(s.id for s in stage.world.directory.services() if s.name == name)
    if news.startswith("closed for "):
        opens = stage.today + timedelta(days=int(news.split()[2]))
        stage.ledger.change(service, closed_until=opens)
    elif news.startswith("doubted: "):
        stage.ledger.doubt(service, news.removeprefix("doubted: "), people=SAFE_COUNT)
    elif news == "confirmed":
        stage.ledger.change(service, confirmed=stage.today)
    else:
        stage.ledger.change(service, capacity=Capacity(news, stage.today))
    stage.renew()
    stage.lines += ["", f"listing: {argument}"]


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
        organization = stage.world.directory.organizations()[0].id
        stage.bound.pop(organization, None)
        turn = Turn(kind=ChatKind.GROUP, command="start", payload="token", client_language="es")
        stage.staff(turn, Invitation(organization))
    elif kind == "staff writes:":
        stage.staff(Turn(kind=ChatKind.GROUP, text=argument))
    else:
        stage.say(Turn(text=argument, client_language=stage.client))


def coordinate(stage: Stage, argument: str, by_label: bool) -> None:
    """Write, press a button or open a link as a coordinator."""
    alias, _, done = argument.partition(" ")
    deed, _, words = done.partition(":")
    words = words.strip()
    if deed == "presses":
        choice = pressed(stage.desks[alias].buttons, words, by_label)
        stage.lines += ["", f"coordinator {alias} presses: {choice.label} ({choice.data})"]
        stage.coordinator(alias, Turn(choice=choice.data, client_language="es"))
        return
    stage.lines += ["", f"coordinator {argument}"]
    if deed == "opens a link":
        turn = Turn(command="start", payload="token", client_language="es")
        stage.coordinator(alias, turn, Invitation(None, alias))
    elif words.startswith("/"):
        command, _, payload = words.removeprefix("/").partition(" ")
        stage.coordinator(alias, Turn(command=command, payload=payload))
    else:
        stage.coordinator(alias, Turn(text=words))


def pressed(buttons: Sequence[Choice], argument: str, by_label: bool) -> Choice:
    """Find the newest button with that label, or with that data."""
    label, _, data = argument.rpartition(" (")
    data = data.removesuffix(")")
    if not label:
        label = data = argument
    # Two messages may have the same buttons: then the data tells them apart.
    for choice in buttons:
        if by_label and (choice.label, choice.data) == (label, data):
            return choice
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
