"""What new organizations are kept from: minors, violence and trafficking cases."""

from __future__ import annotations

from referrals.directory import Directory, ServiceId
from referrals.search import Search
from referrals.vetting import BARRED_AUDIENCE, BARRED_NEEDS

NOTHING: frozenset[ServiceId] = frozenset()


def too_new(directory: Directory, search: Search) -> frozenset[ServiceId]:
    """Return the services that are left out of a search because of whom it is for.

    Where violence, trafficking or a child was told, also those for her other needs: the
    case is the same.
    """
    is_case = not BARRED_NEEDS.isdisjoint((*search.needs, *search.told))
    if not is_case and BARRED_AUDIENCE not in search.audiences:
        return NOTHING
    live = directory.live
    new = (id for id, one in live.organizations.items() if one.vetting.is_on_probation(live.day))
    return frozenset(service.id for id in new for service in directory.services_of(id))
