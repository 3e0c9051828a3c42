"""What is stored of listings and vetting, as the layer over the directory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from referrals.directory import Directory, OrganizationId, ServiceId
from referrals.live import DOUBTS_FOR, ListingState, Live, OrganizationState
from referrals.records import Capacity
from referrals.store.engine import Connection
from referrals.store.listings import (
    Answers,
    StoredState,
    load_answers,
    load_doubts,
    load_states,
)
from referrals.store.settings import read_setting
from referrals.store.vetting import LIVE_REVISION, steps_after
from referrals.vetting import CHATS, VettingStep, vetting_of, vouched

NO_ANSWERS = Answers()


def live_of(connection: Connection, directory: Directory, today: date, is_fictional: bool) -> Live:
    """Return the layer of a day. A made-up directory is vouched for from the start."""
    return LiveReader(is_fictional).read(connection, directory, today)


class LiveReader:
    """Reads the layer: all of it once a day, then only what changed.

    What did not change is the same object as before: it is compared by that.
    """

    def __init__(self, is_fictional: bool) -> None:
        self._is_fictional = is_fictional
        self._day = date.min
        self._steps: dict[OrganizationId, list[VettingStep]] = {}
        self._step = 0
        self._revision = 0
        self._answers: Mapping[str, Answers] = {}
        self._services: dict[ServiceId, ListingState] = {}
        self._organizations: dict[OrganizationId, OrganizationState] = {}

    def read(self, connection: Connection, directory: Directory, today: date) -> Live:
        """Return the layer as it is stored now."""
        if today != self._day:
            self._begin(directory, today)
        revision = read_setting(connection, LIVE_REVISION)
        self._read_services(connection)
        self._read_organizations(connection)
        self._revision = revision
        return Live(today, self._services, self._organizations)

    def _begin(self, directory: Directory, today: date) -> None:
        """Judge everything anew: what was good yesterday may have ended."""
        self._day, self._revision, self._step = today, 0, 0
        self._steps, self._services, self._organizations = {}, {}, {}
        # Of a real directory only those with a step: all others are unvetted without a word.
        if self._is_fictional:
            organizations = [one.id for one in directory.organizations()]
            self._steps = {id: list(vouched(id, today)) for id in organizations}
            self._organizations = self._judged(organizations)

    def _read_services(self, connection: Connection) -> None:
        states = load_states(connection, self._revision)
        if not states:
            return
        doubts = load_doubts(connection, self._day - DOUBTS_FOR, self._revision)
        new = {ServiceId(id): _state(s, doubts.get(id, {})) for id, s in states.items()}
        self._services = {**self._services, **new}

    def _read_organizations(self, connection: Connection) -> None:
        touched: set[OrganizationId] = set()
        for number, step in steps_after(connection, self._step):
            self._step = number
            # Made-up organizations are vouched for with whatever chat they have.
            if self._is_fictional and step.kind in CHATS:
                continue
            self._steps.setdefault(step.organization, []).append(step)
            touched.add(step.organization)
        before, self._answers = self._answers, load_answers(connection)
        for id in before.keys() | self._answers.keys():
            if before.get(id) != self._answers.get(id):
                touched.add(OrganizationId(id))
        touched &= self._steps.keys()
        if touched:
            self._organizations = {**self._organizations, **self._judged(touched)}

    def _judged(self, ids: Iterable[OrganizationId]) -> dict[OrganizationId, OrganizationState]:
        return {id: self._organization(id) for id in ids}

    def _organization(self, id: OrganizationId) -> OrganizationState:
        vetting = vetting_of(self._steps[id], self._day)
        answers = self._answers.get(id, NO_ANSWERS)
        return OrganizationState(vetting, answers.asked, answers.answered, answers.waiting)


def _state(stored: StoredState, doubts: Mapping[str, int]) -> ListingState:
    updated = stored.updated if stored.available else None
    return ListingState(
        capacity=Capacity(stored.available, updated) if updated else None,
        closed_until=stored.closed_until,
        confirmed=stored.confirmed,
        doubts=doubts,
    )
