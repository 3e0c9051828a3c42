"""What changes from day to day, in memory: the layer over a directory, from its events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from referrals.directory import (
    OrganizationId,
    ServiceId,
)
from referrals.events import (
    CapacityReported,
    ChatBound,
    Event,
    ListingConfirmed,
    ListingDoubted,
    VettingStepTaken,
)
from referrals.live import ListingState, Live, OrganizationState, made_up
from referrals.records import Capacity
from referrals.vetting import StepKind, VettingStep, vetting_of


@dataclass(slots=True)
class Ledger:
    """Steps and states as they are recorded; what nobody may cause is for the caller."""

    steps: list[VettingStep] = field(default_factory=list)
    states: dict[ServiceId, ListingState] = field(default_factory=dict)

    def record(self, event: Event, today: date) -> bool:
        """Keep what an event changes; False: it changes nothing here."""
        match event:
            case VettingStepTaken(step):
                self.steps.append(step)
            case ChatBound(str() as organization):
                self.steps.append(VettingStep(OrganizationId(organization), StepKind.BOUND, today))
            case CapacityReported(_, service, available, closed_until):
                capacity = Capacity(available, today) if available else None
                self.change(service, closed_until=closed_until, capacity=capacity)
            case ListingConfirmed(_, service):
                self.change(service, confirmed=today)
            case ListingDoubted(service, reason):
                self.doubt(service, reason)
            case _:
                return False
        return True

    def change(self, service: ServiceId, **news: object) -> None:
        """Lay what is not None over a state; a closure is always told anew."""
        state = self.states.get(service, ListingState())
        told = {name: value for name, value in news.items() if value is not None}
        if "closed_until" in news:
            told["closed_until"] = news["closed_until"]
        self.states[service] = replace(state, **told)  # type: ignore[arg-type]  # names of ListingState's fields

    def doubt(self, service: ServiceId, reason: str, people: int = 1) -> None:
        """Let some people say the same of a service."""
        state = self.states.get(service, ListingState())
        doubts = {**state.doubts, reason: state.doubts.get(reason, 0) + people}
        self.states[service] = replace(state, doubts=doubts)

    def of_organizations(
        self, ids: Iterable[OrganizationId], today: date
    ) -> Mapping[OrganizationId, OrganizationState]:
        """Return where each stands by its own steps alone."""
        return {
            id: OrganizationState(
                vetting_of((step for step in self.steps if step.organization == id), today)
            )
            for id in ids
        }

    def live(self, ids: Iterable[OrganizationId], today: date, vouched: bool) -> Live:
        """Return the layer. ``vouched``: all organizations began as complete."""
        organizations = (
            made_up(ids, today, self.steps) if vouched else self.of_organizations(ids, today)
        )
        return Live(today, dict(self.states), organizations)
