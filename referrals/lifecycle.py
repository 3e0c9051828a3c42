"""A referral's life: statuses, the table of allowed moves, named refusals.

Statuses and priorities follow the inter-agency referral form and Primero's referral
states. Acknowledged is not accepted; closed means that both ends were asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import NewType

from referrals.directory import OrganizationId, ServiceId

Code = NewType("Code", str)
"""Receipt code: eight characters without look-alikes, shown as ``ABCD-2345``."""


class Status(StrEnum):
    """Where a referral stands."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    COMPLETED = "completed"
    NOT_RECEIVED = "not_received"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Priority(StrEnum):
    """Time for the service: 24 hours, 72 hours, two weeks (inter-agency form)."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    NORMAL = "normal"


class DeclineReason(StrEnum):
    """Why an organization cannot take a referral."""

    FULL = "full"
    NOT_ELIGIBLE = "not_eligible"
    OUT_OF_AREA = "out_of_area"
    HOURS = "hours"
    IN_PERSON = "in_person"
    OTHER = "other"


class Refused(Exception):
    """The domain says no. Its subclasses carry no words and no ids."""


class MoveNotAllowed(Refused):
    """The referral is no longer in a status that allows this move."""


class NotYours(Refused):
    """The referral belongs to somebody else."""


class TooManyOpen(Refused):
    """Three referrals are open already."""


class NoConsent(Refused):
    """A referral needs a consent that names its receiver."""


MAX_OPEN = 3

MOVES: dict[Status, frozenset[Status]] = {
    Status.REQUESTED: frozenset(
        {Status.ACCEPTED, Status.DECLINED, Status.WITHDRAWN, Status.EXPIRED}
    ),
    Status.ACCEPTED: frozenset(
        {Status.COMPLETED, Status.NOT_RECEIVED, Status.WITHDRAWN, Status.EXPIRED}
    ),
    Status.DECLINED: frozenset(),
    Status.COMPLETED: frozenset(),
    Status.NOT_RECEIVED: frozenset(),
    Status.WITHDRAWN: frozenset(),
    Status.EXPIRED: frozenset(),
}

OPEN: frozenset[Status] = frozenset({Status.REQUESTED, Status.ACCEPTED})


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agreed to: one receiver, these fields, this wording."""

    organization: OrganizationId
    fields: tuple[str, ...]
    """Names of the card's fields that she agreed to send, in card order."""
    version: str
    """Version of the consent wording that was shown."""
    day: date


@dataclass(frozen=True, slots=True)
class Referral:
    """One person's consented request to one service."""

    code: Code
    organization: OrganizationId
    service: ServiceId
    need: str
    status: Status
    priority: Priority
    language: str
    """The person's language, for the notices to her."""
    opened: date
    moved: date
    """Day of the last move. Days only: hours would tell too much."""
    meeting_code: str = ""
    """Two words that staff must say first. Sealed with the card."""
    reason: str = ""
    """Reason of a decline or of a service not received."""
    card_place: str = ""
    """City and state as the card shows them, empty when she left them out."""
    card_language: str = ""
    """Language code on the card, empty when she left it out."""
    card_words: str = ""
    """Her own words for the organization. Sealed."""
    declined: tuple[OrganizationId, ...] = ()
    """Organizations that had no room for this same request before."""

    @property
    def is_open(self) -> bool:
        """Something can still happen."""
        return self.status in OPEN


def move(referral: Referral, to: Status, day: date, reason: str = "") -> Referral:
    """Return the referral in its next status, or raise ``MoveNotAllowed``."""
    if to not in MOVES[referral.status]:
        raise MoveNotAllowed
    return replace(referral, status=to, moved=day, reason=reason)


def check_request(organization: OrganizationId, consent: Consent, still_open: int) -> None:
    """Raise a ``Refused`` unless a new referral may be made."""
    if consent.organization != organization:
        raise NoConsent
    if still_open >= MAX_OPEN:
        raise TooManyOpen
