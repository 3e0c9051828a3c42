"""Which listings their organizations are asked about: once a month, is it still true?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from referrals.directory import ACTIVE, Directory, Service, ServiceId

ASK_AFTER = timedelta(days=30)
"""Age of the last check after which the organization is asked, and then asked again."""


def due(
    directory: Directory, today: date, asked_lately: Collection[ServiceId]
) -> tuple[Service, ...]:
    """Return the services whose organization is to be asked, the longest unchecked first.

    ``asked_lately``: those it was asked about within the last ``ASK_AFTER``. A listing that
    nobody vouched for yet is the coordinators' to check first.
    """
    waiting = [
        (checked, service)
        for service in directory.services()
        if service.id not in asked_lately
        and service.status == ACTIVE
        and service.assured_date is not None
        and directory.live.organization(service.organization_id).vetting.is_active
        and (checked := directory.standing(service.id).checked) is not None
        and today - checked >= ASK_AFTER
    ]
    return tuple(service for _, service in sorted(waiting, key=lambda pair: (pair[0], pair[1].id)))
