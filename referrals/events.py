"""What happened: frozen, past tense. Each event has one row where it is recorded.

Events that carry a person's words or a referral are sealed by whoever stores them.
Events for figures (``NeedAsked`` ...) carry no key of a person and only a day.
"""

from __future__ import annotations

from dataclasses import dataclass

from referrals.directory import OrganizationId
from referrals.lifecycle import Consent, Referral


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
    """"nothing_listed" or "declined_<reason>"."""


@dataclass(frozen=True, slots=True)
class QuestionAnswered:
    """An answer was shown. For figures only."""

    slug: str


Event = (
    ReferralRequested
    | ReferralMoved
    | ChatBound
    | StaffLanguageChanged
    | NeedAsked
    | NeedUnmet
    | QuestionAnswered
)
