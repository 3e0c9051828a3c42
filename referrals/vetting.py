"""Who may be offered to people: two coordinators, a call-back, a chat of its own.

The vetting of an organization is the sum of its steps. An approval counts for 180 days;
a report, a pause or a refusal takes the weight from everything before it, save from the
binding of the chat. Another chat takes it from the call-back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from referrals.records import OrganizationId, Service

APPROVERS = 2
"""Different coordinators that must have approved."""
COUNTS_FOR = timedelta(days=180)
"""How long an approval and a call-back count: then the organization is vetted again."""
PROBATION = timedelta(days=90)
BARRED_NEEDS = frozenset({"gender_violence", "trafficking", "child_protection"})
"""Needs that an organization on probation is not offered for."""
BARRED_AUDIENCE = "minors"


class StepKind(StrEnum):
    """What was done. Stored: renaming one is a migration."""

    APPROVED = "approved"
    CALLED_BACK = "called_back"
    """A number that was found independently was called, and the organization answered."""
    BOUND = "bound"
    UNBOUND = "unbound"
    REPORTED = "reported"
    """Somebody said that it is not safe: paused at once."""
    PAUSED = "paused"
    REFUSED = "refused"


VOIDS = frozenset({StepKind.REPORTED, StepKind.PAUSED, StepKind.REFUSED})
CHATS = frozenset({StepKind.BOUND, StepKind.UNBOUND})
BY_COORDINATORS = frozenset(
    {StepKind.APPROVED, StepKind.CALLED_BACK, StepKind.PAUSED, StepKind.REFUSED}
)
"""Steps that only a coordinator takes."""


@dataclass(frozen=True, slots=True)
class VettingStep:
    """One step, as it is recorded."""

    organization: OrganizationId
    kind: StepKind
    day: date
    coordinator: str = ""
    """Alias of who did it; empty for what no coordinator does."""
    note: str = ""
    """Of a call-back: where the number was found."""


@dataclass(frozen=True, slots=True)
class Vetting:
    """Where an organization stands on a day."""

    approved_by: frozenset[str] = frozenset()
    """Coordinators whose approval counts."""
    called_back: date | None = None
    """Day of the call-back that counts."""
    is_bound: bool = False
    voided: StepKind | None = None
    """Why earlier approvals do not count any more, until it is active again."""
    is_active: bool = False
    since: date | None = None
    """First day of its probation: all conditions were met for the first time since."""
    until: date | None = None
    """Last day on which what was done counts. Set while it is active."""

    def is_on_probation(self, today: date) -> bool:
        """Tell whether it is new: no minors, violence or trafficking cases."""
        return self.since is not None and today < self.since + PROBATION

    def may_take(self, service: Service, need: str, today: date) -> bool:
        """Tell whether one of its services may be offered for a need."""
        if not self.is_active:
            return False
        barred = need in BARRED_NEEDS or service.audiences == {BARRED_AUDIENCE}
        return not (barred and self.is_on_probation(today))


def vetting_of(steps: Iterable[VettingStep], today: date) -> Vetting:
    """Return where one organization stands; ``steps`` in the order they were taken."""
    tally = _Tally()
    for step in steps:
        tally.take(step)
    return tally.result(today)


@dataclass(slots=True)
class _Tally:
    approvals: dict[str, date]
    called_back: date | None
    is_bound: bool
    was_bound: bool
    voided: StepKind | None
    since: date | None

    def __init__(self) -> None:
        self.approvals = {}
        self.called_back = None
        self.is_bound = self.was_bound = False
        self.voided = None
        self.since = None

    def take(self, step: VettingStep) -> None:
        if step.kind in BY_COORDINATORS and not step.coordinator:
            return
        if step.kind in VOIDS:
            self._void(step.kind)
        elif step.kind is StepKind.APPROVED:
            self.approvals[step.coordinator] = step.day
        elif step.kind is StepKind.CALLED_BACK:
            self.called_back = step.day
        else:
            self._bind(step.kind is StepKind.BOUND)
        if self._is_complete(step.day):
            self.since, self.voided = self.since or step.day, None

    def _bind(self, bound: bool) -> None:
        """Another chat than the one that was checked needs a call-back of its own: whoever
        made the link alone could take requests away from those who were vetted."""
        if bound and self.was_bound:
            self.called_back = None
        self.is_bound = bound
        self.was_bound |= bound

    def _void(self, kind: StepKind) -> None:
        self.approvals.clear()
        self.called_back = self.since = None
        self.voided = kind

    def _counting(self, today: date) -> dict[str, date]:
        return {who: day for who, day in self.approvals.items() if _counts(day, today)}

    def _is_complete(self, today: date) -> bool:
        called = self.called_back is not None and _counts(self.called_back, today)
        return called and self.is_bound and len(self._counting(today)) >= APPROVERS

    def result(self, today: date) -> Vetting:
        found = Vetting(
            approved_by=frozenset(self._counting(today)),
            called_back=self.called_back if _counts(self.called_back, today) else None,
            is_bound=self.is_bound,
            voided=self.voided,
            since=self.since,
        )
        if not self._is_complete(today) or self.called_back is None:
            return found
        # Of more than two approvals the two newest carry it longest.
        carrying = sorted(self._counting(today).values())[-APPROVERS]
        until = min(carrying, self.called_back) + COUNTS_FOR
        return replace(found, is_active=True, until=until)


def _counts(day: date | None, today: date) -> bool:
    """A day in the future counts too: clocks of two machines differ."""
    return day is not None and today - day <= COUNTS_FOR


def vouched(organization: OrganizationId, day: date) -> tuple[VettingStep, ...]:
    """Return the steps of a made-up organization: complete, and past its probation."""
    before = day - PROBATION
    kinds = ((StepKind.APPROVED, "made-up 1"), (StepKind.APPROVED, "made-up 2"))
    calls = (*kinds, (StepKind.CALLED_BACK, "made-up 1"), (StepKind.BOUND, ""))
    return tuple(VettingStep(organization, kind, before, who) for kind, who in calls)
