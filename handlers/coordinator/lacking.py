"""What an organization still waits for, and how its vetting stands after one more step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from handlers.i18n import Catalog, later
from handlers.turn import Context
from referrals.directory import ACTIVE, Organization
from referrals.vetting import APPROVERS, VOIDS, StepKind, Vetting

SOON = timedelta(days=30)
"""How long before its vetting ends an organization is vetted again."""

WAITS: Mapping[str, str] = {
    "paused": later("paused"),
    "approval": later("waits for your approval"),
    "call": later("waits for a call-back"),
    "chat": later("waits for its chat"),
    "other": later("waits for another coordinator"),
    "again": later("to check again"),
}
"""What an organization waits for, the most urgent first."""

NEEDED: Mapping[str, str] = {
    "approvals": later("two approvals"),
    "approval": later("an approval"),
    "call": later("a call-back"),
    "chat": later("a chat"),
}


def waits_for(context: Context, organization: Organization) -> str:
    """Return what an organization waits for, empty when there is nothing to do."""
    vetting = vetting_of(context, organization)
    if organization.status != ACTIVE or vetting.voided is StepKind.REFUSED:
        return ""
    if vetting.is_active:
        return "again" if ends_soon(vetting, context.today) else ""
    if vetting.voided and not vetting.approved_by and vetting.called_back is None:
        return "paused"
    missing = list(lacking(vetting))
    if context.coordinator in vetting.approved_by and "approval" in missing:
        # Hers is given: what anyone can do comes before what only somebody else can.
        missing = [*missing[1:], "other"]
    return next(iter(missing), "")


def vetting_of(context: Context, organization: Organization) -> Vetting:
    """Return where an organization stands."""
    return context.world.directory.live.organization(organization.id).vetting


def ends_soon(vetting: Vetting, today: date) -> bool:
    """Tell whether it must be vetted again within a month."""
    return vetting.until is not None and vetting.until - today <= SOON


def lacking(vetting: Vetting) -> Iterator[str]:
    """Yield what an organization lacks before people are shown it."""
    if len(vetting.approved_by) < APPROVERS:
        yield "approval"
    if vetting.called_back is None:
        yield "call"
    if not vetting.is_bound:
        yield "chat"


def lacking_words(t: Catalog, vetting: Vetting) -> str:
    """Return what an organization lacks as a list in words."""
    missing = list(lacking(vetting))
    if not vetting.approved_by:
        missing[0] = "approvals"
    return t.list([t(NEEDED[code]) for code in missing])


def after(vetting: Vetting, kind: StepKind, coordinator: str, today: date) -> Vetting:
    """Return how a vetting stands after one more step of today.

    Only to say so: what counts is the sum of all stored steps. ``until`` is not known here.
    """
    if kind in VOIDS:
        return Vetting(is_bound=vetting.is_bound, voided=kind)
    if kind is StepKind.APPROVED:
        vetting = replace(vetting, approved_by=vetting.approved_by | {coordinator})
    elif kind is StepKind.CALLED_BACK:
        vetting = replace(vetting, called_back=today)
    elif kind is StepKind.BOUND:
        vetting = replace(vetting, is_bound=True)
    if any(lacking(vetting)):
        return vetting
    return replace(vetting, is_active=True, since=vetting.since or today, voided=None, until=None)
