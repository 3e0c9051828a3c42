"""A town in memory: people, organizations' groups and coordinators who talk with Faro."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count

import msgspec

from handlers.conversation import converse
from handlers.turn import (
    ChatKind,
    Context,
    Invitation,
    Notice,
    Outcome,
    Session,
    Turn,
    World,
)
from living import Ledger
from referrals.directory import (
    Directory,
    Location,
    LocationId,
    Organization,
    OrganizationId,
    Service,
    ServiceAtLocation,
    ServiceId,
)
from referrals.events import (
    CapacityReported,
    ChatBound,
    CoordinatorJoined,
    Event,
    InvitationMade,
    ListingConfirmed,
    ReferralMoved,
    ReferralRequested,
    VettingStepTaken,
)
from referrals.lifecycle import Code, Referral
from referrals.vetting import BY_COORDINATORS, StepKind, Vetting, VettingStep
from worlds import NOON, fictional_world

HOUSE, CLINIC = OrganizationId("house"), OrganizationId("clinic")
BEDS, NIGHT, DOCTOR = ServiceId("beds"), ServiceId("night"), ServiceId("doctor")
NAMES = {HOUSE: "Casa Uno", CLINIC: "Clínica Dos"}


def small_directory(day: date) -> Directory:
    """Return two organizations with three services in one town, all checked on a day."""
    place = Location(
        LocationId("l"), "Centro", "Tapachula", "Chiapas", "CHP", 14.9, -92.26, "Calle Uno 1"
    )
    everyone = frozenset({"everyone"})
    services = (
        service(BEDS, HOUSE, "Camas", frozenset({"housing"}), day, everyone),
        service(NIGHT, HOUSE, "Refugio", frozenset({"gender_violence"}), day, everyone),
        service(DOCTOR, CLINIC, "Consulta", frozenset({"health"}), day, everyone),
    )
    return Directory(
        [Organization(id, name) for id, name in NAMES.items()],
        services,
        [place],
        [ServiceAtLocation(s.id, s.id, place.id) for s in services],
    )


def service(
    id: ServiceId,
    organization: OrganizationId,
    name: str,
    needs: frozenset[str],
    day: date,
    audiences: frozenset[str],
) -> Service:
    return Service(
        id,
        organization,
        name,
        needs=needs,
        audiences=audiences,
        languages=frozenset({"es"}),
        phones=("000 000 0001",),
        assured_date=day,
    )


@dataclass(slots=True)
class Town:
    """A small shell: every chat, what it is shown, and what its events change.

    Chats are named ``staff:<organization>``, ``coordinator:<alias>`` or anything else for a
    person.
    """

    vouched: bool = False
    now: datetime = NOON
    directory: Directory = field(default_factory=lambda: small_directory(NOON.date()))
    ledger: Ledger = field(default_factory=Ledger)
    bound: dict[OrganizationId, str] = field(default_factory=dict)
    seated: set[str] = field(default_factory=set)
    sessions: dict[str, bytes] = field(default_factory=dict)
    referrals: dict[Code, Referral] = field(default_factory=dict)
    links: list[InvitationMade] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    @property
    def today(self) -> date:
        return self.now.astimezone(fictional_world().country.timezone).date()

    @property
    def world(self) -> World:
        ids = [o.id for o in self.directory.organizations()]
        live = self.ledger.live(ids, self.today, self.vouched)
        directory = self.directory.with_live(live)
        return replace(fictional_world(), directory=directory, is_fictional=False)

    def pass_days(self, days: int) -> None:
        self.now += timedelta(days=days)

    def take(self, chat: str, turn: Turn, invitation: Invitation | None = None) -> Outcome:
        """Let a chat speak, and apply what it leads to as the real shell would."""
        kind, _, name = chat.partition(":")
        context = Context(
            world=self.world,
            now=self.now,
            referrals=dict(self.referrals),
            staff=dict(self.bound),
            organization=self.organization_of(kind, name),
            coordinator=name if kind == "coordinator" and name in self.seated else "",
            coordinators=frozenset(self.seated),
            invitation=invitation,
            chance=lambda n: (next(self.numbers) * 7919) % n,
        )
        outcome = converse(turn, self.session_of(chat), context)
        self.sessions[chat] = msgspec.json.encode(outcome.session) if outcome.session else b""
        for event in outcome.events:
            self.apply(event, kind, name, invitation)
        self.notices += outcome.notices
        return outcome

    def organization_of(self, kind: str, name: str) -> OrganizationId | None:
        id = OrganizationId(name)
        return id if kind == "staff" and id in self.bound else None

    def session_of(self, chat: str) -> Session:
        body = self.sessions.get(chat, b"")
        return msgspec.json.decode(body, type=Session) if body else Session()

    def apply(self, event: Event, kind: str, name: str, invitation: Invitation | None) -> None:
        """Record an event; one that is not this chat's to cause is a bug."""
        self.events.append(event)
        match event:
            case VettingStepTaken(step) if step.kind in BY_COORDINATORS:
                assert kind == "coordinator"
                assert step.coordinator == name
                assert name in self.seated
            case VettingStepTaken(step):
                assert step.kind is StepKind.REPORTED
                assert not step.coordinator
            case ChatBound(organization, language):
                assert invitation is not None
                assert organization == invitation.organization
                self.bound[OrganizationId(str(organization))] = language
            case CoordinatorJoined(alias):
                assert invitation is not None
                assert alias == invitation.coordinator == name
                self.seated.add(alias)
            case CapacityReported(organization, of_service):
                assert (kind, name) == ("staff", organization)
                self.check_owner(organization, of_service)
            case ListingConfirmed(organization, of_service):
                assert kind in {"staff", "coordinator"}
                self.check_owner(organization, of_service)
            case InvitationMade():
                assert kind == "coordinator"
                assert name in self.seated
                self.links.append(event)
            case ReferralRequested(referral) | ReferralMoved(referral):
                self.referrals[referral.code] = referral
            case _:
                pass
        self.ledger.record(event, self.today)

    def check_owner(self, organization: OrganizationId, of_service: ServiceId) -> None:
        found = self.directory.service(of_service)
        assert found is not None
        assert found.organization_id == organization

    def write(self, chat: str, text: str) -> Outcome:
        """Write a text, or a command that begins with a slash."""
        kind = ChatKind.GROUP if chat.startswith("staff:") else ChatKind.PRIVATE
        if not text.startswith("/"):
            return self.take(chat, Turn(kind=kind, text=text, client_language="es"))
        command, _, payload = text.removeprefix("/").partition(" ")
        turn = Turn(kind=kind, command=command, payload=payload, client_language="es")
        return self.take(chat, turn)

    def press(self, chat: str, data: str) -> Outcome:
        kind = ChatKind.GROUP if chat.startswith("staff:") else ChatKind.PRIVATE
        return self.take(chat, Turn(kind=kind, choice=data, client_language="es"))

    def join(self, alias: str) -> Outcome:
        """Let a coordinator open the link that was made for them."""
        turn = Turn(command="start", payload="token", client_language="es")
        return self.take(f"coordinator:{alias}", turn, Invitation(None, alias))

    def bind(self, organization: OrganizationId) -> Outcome:
        """Let an organization's group open its link."""
        turn = Turn(kind=ChatKind.GROUP, command="start", payload="t", client_language="es")
        return self.take(f"staff:{organization}", turn, Invitation(organization))

    def unbind(self, organization: OrganizationId) -> None:
        """Take an organization's chat away, as the command line does."""
        self.bound.pop(organization, None)
        self.ledger.steps.append(VettingStep(organization, StepKind.UNBOUND, self.today))

    def vetting(self, organization: OrganizationId) -> Vetting:
        return self.world.directory.live.organization(organization).vetting

    def called_back(self, alias: str, organization: OrganizationId) -> Outcome:
        """Record a call-back with its source."""
        self.press(f"coordinator:{alias}", f"vcall:{organization}")
        return self.write(f"coordinator:{alias}", "el registro del estado")

    def activate(self, organization: OrganizationId) -> None:
        """Take every step that an organization needs, by two coordinators."""
        self.join("ana")
        self.join("beto")
        self.bind(organization)
        self.press("coordinator:ana", f"vok:{organization}")
        self.called_back("beto", organization)
        self.press("coordinator:beto", f"vok:{organization}")


def data_of(outcome: Outcome) -> list[str]:
    """Return the data of every button of the replies."""
    return [c.data for reply in outcome.replies for row in reply.choices for c in row]


def text_of(outcome: Outcome) -> str:
    """Return everything that was said to whoever spoke."""
    return "\n\n".join(reply.text for reply in outcome.replies)
