"""What happened: frozen, past tense. Each event has one row where it is recorded.

Events that carry a person's words or a referral are sealed by whoever stores them.
Events for figures (``NeedAsked`` ...) carry no key of a person and only a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from referrals.lifecycle import Consent, Referral
from referrals.records import OrganizationId, ServiceId
from referrals.vetting import VettingStep


@dataclass(frozen=True, slots=True)
class ReferralRequested:
    """A person consented and asked. Recorded with its consent or not at all."""

    referral: Referral
    consent: Consent


@dataclass(frozen=True, slots=True)
class ReferralMoved:
    """A referral has a new status; ``referral`` is how it is now."""

    referral: Referral


@dataclass(frozen=True, slots=True)
class ChatBound:
    """An invitation was used: this chat now belongs to that organization.

    ``organization`` None: the chat is a working-group channel now.
    """

    organization: OrganizationId | None
    language: str


@dataclass(frozen=True, slots=True)
class StaffLanguageChanged:
    """The bound chat of an organization wants another language."""

    organization: OrganizationId
    language: str


@dataclass(frozen=True, slots=True)
class CapacityReported:
    """A focal point said how many places are free, or that it is closed for some days."""

    organization: OrganizationId
    service: ServiceId
    available: str
    """"full", "few" or "many"; empty when only ``closed_until`` is said."""
    closed_until: date | None = None
    """First day on which it is open again; None: open."""


@dataclass(frozen=True, slots=True)
class ListingConfirmed:
    """The organization, or a coordinator, said that all of a listing is still true."""

    organization: OrganizationId
    service: ServiceId


@dataclass(frozen=True, slots=True)
class ListingDoubted:
    """A person said that a listing is not as it is told. Counted by people, not by taps."""

    service: ServiceId
    reason: str
    """One of ``live.DOUBTS``."""


@dataclass(frozen=True, slots=True)
class VettingStepTaken:
    """A step of the vetting. Only a coordinator's own chat may cause those of one.

    REPORTED comes from anyone who was shown the organization.
    """

    step: VettingStep


@dataclass(frozen=True, slots=True)
class CoordinatorJoined:
    """A coordinator's invitation was used: this private chat now acts under that alias."""

    alias: str
    language: str


@dataclass(frozen=True, slots=True)
class InvitationMade:
    """A coordinator made a one-use link for an organization's chat."""

    organization: OrganizationId
    token: str
    """Shown once; only its digest is stored."""


@dataclass(frozen=True, slots=True)
class NeedAsked:
    """Somebody looked for help with a need. For figures only."""

    need: str
    region: str
    """Code of the region for figures, or empty when no place was given."""


@dataclass(frozen=True, slots=True)
class NeedUnmet:
    """A search found nothing, or nothing that could take her. For figures only."""

    need: str
    region: str
    reason: str
    """"nothing_listed", "full", "closed", "asks_papers", "not_for_her", "stale" or
    "declined_<reason>"."""


@dataclass(frozen=True, slots=True)
class QuestionAnswered:
    """An answer was shown. For figures only."""

    slug: str


Event = (
    ReferralRequested
    | ReferralMoved
    | ChatBound
    | StaffLanguageChanged
    | CapacityReported
    | ListingConfirmed
    | ListingDoubted
    | VettingStepTaken
    | CoordinatorJoined
    | InvitationMade
    | NeedAsked
    | NeedUnmet
    | QuestionAnswered
)
