"""What is stored of listings and vetting, as the layer over the directory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from referrals.directory import Directory, OrganizationId, ServiceId
from referrals.live import DOUBTS_FOR, ListingState, Live, OrganizationState
from referrals.records import Capacity
from referrals.store.engine import Connection
from referrals.store.listings import Answers, Layer, StoredState, load_layer
from referrals.store.vetting import load_steps
from referrals.vetting import VettingStep, vetting_of, vouched

Steps = Mapping[OrganizationId, Sequence[VettingStep]]


def live_of(connection: Connection, directory: Directory, today: date, is_fictional: bool) -> Live:
    """Return the layer of a day. A made-up directory is vouched for from the start."""
    steps = load_steps(connection)
    layer = load_layer(connection, today - DOUBTS_FOR)
    return Live(
        day=today,
        services=_services(layer),
        organizations=_organizations(directory, steps, layer, today, is_fictional),
    )


def _services(layer: Layer) -> dict[ServiceId, ListingState]:
    ids = layer.states.keys() | layer.doubts.keys()
    return {ServiceId(id): _state(id, layer) for id in ids}


def _state(id: str, layer: Layer) -> ListingState:
    stored = layer.states.get(id, StoredState())
    updated = stored.updated if stored.available else None
    return ListingState(
        capacity=Capacity(stored.available, updated) if updated else None,
        closed_until=stored.closed_until,
        confirmed=stored.confirmed,
        doubts=layer.doubts.get(id, {}),
    )


def _organizations(
    directory: Directory, steps: Steps, layer: Layer, today: date, is_fictional: bool
) -> dict[OrganizationId, OrganizationState]:
    # Of a real directory only those with a step: all others are unvetted without a word.
    ids = {o.id for o in directory.organizations()} if is_fictional else set(steps)
    return {
        id: _organization(
            (*(vouched(id, today) if is_fictional else ()), *steps.get(id, ())),
            layer.answers.get(id, Answers()),
            today,
        )
        for id in ids
    }


def _organization(steps: Sequence[VettingStep], answers: Answers, today: date) -> OrganizationState:
    vetting = vetting_of(steps, today)
    return OrganizationState(vetting, answers.asked, answers.answered, answers.waiting)
