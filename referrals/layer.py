"""What is laid over the listings, as columns: worth, obstacles, needs on probation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from referrals.blocks import Blocks
from referrals.listings import NEED, NOT_OFFERED, Facts, Listings, fields
from referrals.live import Live
from referrals.marks import Marks, Rows
from referrals.records import OrganizationId
from referrals.vetting import BARRED_NEEDS
from referrals.worth import Obstacle, Worth, worth_of

FULL_KM = 100_000
"""Further than anything: full houses come last."""

Kms = NDArray[np.int32]
Of = Callable[[OrganizationId], Sequence[int]]
"""Organization to the numbers of its services."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Layer:
    """Columns that change with what is newly known."""

    facts: Facts
    """Those of the listings, with what each row is worth in kilometres: ``FULL_KM`` less
    when it is full, ``NOT_OFFERED`` when nobody is sent there."""
    marks: Marks
    """Those of the listings without the needs that are barred by probation; the first
    column is that of ``facts``."""
    obstacles: NDArray[np.uint8]
    located: Mapping[str, Kms]
    """Need to the most that a row of each block is worth."""
    remote: Mapping[str, Kms]


def layer_of(listings: Listings, live: Live) -> Layer:
    """Lay what is known over listings."""
    bare = Layer(
        listings.facts,
        listings.marks,
        np.full(len(listings.facts), Obstacle.UNVETTED, np.uint8),
        {need: _nobody(blocks) for need, blocks in listings.located.items()},
        {need: _nobody(blocks) for need, blocks in listings.remote.items()},
    )
    return _laid(listings, live, bare, range(len(listings.services)))


def layer_changed(
    listings: Listings, layer: Layer, old: Live, live: Live, of_organization: Of
) -> Layer:
    """Lay newer knowledge over the same listings: only what it touches is looked at."""
    if old.day != live.day:
        return layer_of(listings, live)
    numbers = listings.numbers
    touched = {numbers[id] for id in _changed(old.services, live.services) if id in numbers}
    for id in _changed(old.organizations, live.organizations):
        touched.update(of_organization(id))
    return _laid(listings, live, layer, sorted(touched)) if touched else layer


def _changed(old: Mapping[T, object], new: Mapping[T, object]) -> list[T]:
    """Return the keys whose values differ."""
    if old is new:
        return []
    changed = [k for k, v in new.items() if (was := old.get(k)) is not v and was != v]
    return changed + [key for key in old if key not in new]


def _laid(listings: Listings, live: Live, layer: Layer, services: Sequence[int]) -> Layer:
    """Return the layer with some services judged anew."""
    worths = [_worth(listings, live, number) for number in services]
    rows = listings.rows_of(services)
    numbers = fields(listings.facts)["service"][rows]
    places = np.searchsorted(np.asarray(services, np.int64), numbers)
    raw, obstacles = layer.facts.copy(), layer.obstacles.copy()
    facts = fields(raw)
    facts["worth"][rows] = np.array([*map(_km, worths)], np.int32)[places]
    obstacles[rows] = np.array([worth.obstacle for worth in worths], np.uint8)[places]
    barred = np.array([worth.is_barred for worth in worths], bool)[places]
    marks = _marks(listings, layer.marks.copied(facts["marks"]), rows, rows[barred])
    needs = frozenset(n for i in services for n in listings.services[i].service.needs)
    return Layer(
        raw,
        marks,
        obstacles,
        _bounds(listings.located, layer.located, facts["worth"], needs, rows),
        _bounds(listings.remote, layer.remote, facts["worth"], needs, rows),
    )


def _worth(listings: Listings, live: Live, number: int) -> Worth:
    service, organization, _ = listings.services[number]
    state = live.organization(organization.id)
    return worth_of(service, live.service(service.id), state, live.day)


def _km(worth: Worth) -> int:
    if worth.obstacle > Obstacle.FULL:
        return NOT_OFFERED
    return worth.km - FULL_KM * (worth.obstacle == Obstacle.FULL)


def _marks(listings: Listings, marks: Marks, rows: Rows, barred: Rows) -> Marks:
    """Make marks whole in some rows, then take what is barred from some of them."""
    for own, column in zip(listings.marks.columns, marks.columns, strict=True):
        column[rows] = own[rows]
    marks.take_from([NEED + code for code in BARRED_NEEDS], barred)
    return marks


def _bounds(
    blocks: Mapping[str, Blocks],
    known: Mapping[str, Kms],
    kms: Kms,
    needs: frozenset[str],
    rows: Rows,
) -> dict[str, Kms]:
    """Return the bounds of blocks, with those that hold any of the rows made anew."""
    bounds = dict(known)
    for need in needs & blocks.keys():
        held = blocks[need].holding(rows)
        bounds[need] = bounds[need].copy()
        bounds[need][held] = kms[blocks[need].rows[held]].max(axis=1)
    return bounds


def _nobody(blocks: Blocks) -> Kms:
    return np.full(len(blocks.rows), NOT_OFFERED, np.int32)
