"""The made-up month: its luck is the same for all, nothing is lost, figures are sums."""

from __future__ import annotations

import statistics
import sys
from dataclasses import replace

import numpy as np
import pytest

from bot.settings import ROOT
from referrals.lifecycle import Priority

sys.path.append(str(ROOT / "tests" / "bench"))

import month_report
import month_state
from month import DOCS, PLACES, one_seed, ways
from month_assumed import ASSUMED, HEALTH, NEEDS, TOWNS, URGENT, Assumed
from month_run import live_through
from month_shapes import Month, Person, Town
from month_state import Tally
from month_ways import Faro, Knowing, Nearest
from month_world import make_month, read_towns

SMALL = replace(ASSUMED, days=3, people_a_day=40, services=120)
EASY = replace(
    SMALL,
    **{"unanswered_health": 0.0, "unanswered_protection": 0.0, "unanswered_others": 0.0},
    **{"dead_listings": 0.0, "asks_papers": 0.0, "answer_hours": (0.01, 0.1)},
    **{"differs": 1e9, "near_limit_housing": 0.0, "near_limit_others": 0.0},
    free_roomy=(99.0, 0.0),
)
"""Everybody answers at once and has room."""


@pytest.fixture(scope="module")
def towns() -> tuple[Town, ...]:
    return read_towns(PLACES.read_text(encoding="utf-8").splitlines())


def lived(month: Month) -> dict[str, Tally]:
    return {name: live_through(month, way) for name, way in ways(month).items()}


def test_every_town_is_a_place_of_the_gazetteer(towns: tuple[Town, ...]) -> None:
    assert len(towns) == len(TOWNS) > 25
    assert {town.state_code for town in towns} >= {"CHP", "TAB", "CMX", "BCN", "TAM", "CHH"}
    with pytest.raises(LookupError):
        read_towns(["name\tstate_code\tpopulation\tcountry"])


def test_a_seed_gives_the_same_month_and_another_one_gives_another(
    towns: tuple[Town, ...],
) -> None:
    month, same, other = (make_month(seed, towns, SMALL) for seed in (1, 1, 2))
    assert month.people == same.people and month.houses == same.houses
    assert np.array_equal(month.free, same.free) and np.array_equal(month.taps, same.taps)
    assert month.people != other.people
    assert lived(month) == lived(same)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_request_ends_once_and_every_figure_is_a_part_of_its_whole(
    seed: int, towns: tuple[Town, ...]
) -> None:
    month = make_month(seed, towns, SMALL)
    for tally in lived(month).values():
        ended = tally.full + tally.not_eligible + tally.unanswered + tally.arrived
        assert tally.requests == ended > 0
        assert 0 < tally.at_first <= tally.arrived <= tally.people == 120
        assert 0 < tally.in_time <= tally.arrived
        assert tally.emergencies_in_time <= tally.emergencies
        assert tally.requests <= SMALL.most_tries * tally.people
        assert len(tally.km) == len(tally.hours) == tally.arrived
        assert max(tally.km) <= SMALL.most_km and min(tally.hours) > 0
        assert tally.badly_flooded <= tally.flooded <= tally.used


class Watched(Faro):
    """Faro's way, which remembers who was sent where."""

    def choose(self, person: Person, asked: frozenset[int], now: float) -> int | None:
        number = super().choose(person, asked, now)
        if number is not None:
            assert number not in asked
            assert person.need in self.month.houses[number].service.needs
            assert person.at <= now <= person.deadline
            SENT.append((person.number, number))
        return number


SENT: list[tuple[int, int]] = []


def test_nobody_is_sent_twice_to_one_service_or_for_another_need(
    towns: tuple[Town, ...],
) -> None:
    SENT.clear()
    tally = live_through(month := make_month(3, towns, SMALL), Watched(month))
    assert len(set(SENT)) == len(SENT) == tally.requests > 80


def test_nearest_first_sends_to_the_nearest_service_of_the_need(
    towns: tuple[Town, ...],
) -> None:
    month = make_month(4, towns, SMALL)
    way = Nearest(month)
    sent = 0
    for person in month.people:
        near = sorted(
            (float(month.km[person.number, house.number]), house.number)
            for house in month.houses
            if person.need in house.service.needs
        )
        within = [number for km, number in near if km <= SMALL.most_km]
        for asked in (frozenset[int](), frozenset(within[:1])):
            left = [number for number in within if number not in asked]
            assert way.choose(person, asked, person.at) == (left[0] if left else None)
            sent += bool(left)
    assert sent > 100


def test_where_all_have_room_and_answer_whoever_is_taken_arrives_in_time(
    towns: tuple[Town, ...],
) -> None:
    month = make_month(5, towns, EASY)
    for tally in lived(month).values():
        assert tally.full == 0 == len(tally.flooded)
        assert tally.unanswered < 10  # who asks in an emergency at night
        assert tally.arrived > 60
        assert tally.in_time >= 0.9 * tally.arrived


def test_where_nobody_has_room_nobody_arrives(towns: tuple[Town, ...]) -> None:
    month = make_month(6, towns, replace(EASY, free_roomy=(0.0, 0.0)))
    for name, tally in lived(month).items():
        assert tally.arrived == 0 == len(tally.km)
        assert tally.full > 100 or name == "knowing"
        assert tally.used == tally.flooded


def test_a_bed_is_taken_for_its_nights(towns: tuple[Town, ...]) -> None:
    month = make_month(7, towns, SMALL)
    state = month_state.State(month, np.zeros_like(month.free))
    shelter, other = (
        next(h for h in month.houses if h.keeps_places is keeps) for keeps in (True, False)
    )
    for house in (shelter, other):
        state.take(house, 1)
    assert list(state.guests[shelter.number, :7]) == [0, 1, 1, 1, 1, 1, 0]
    assert list(state.guests[other.number, :4]) == [0, 1, 0, 0]
    assert state.free(other.number, 1) == month.free[other.number, 1] - 1


def test_the_published_rates_are_those_of_the_month(towns: tuple[Town, ...]) -> None:
    month = make_month(8, towns, replace(SMALL, services=6000, people_a_day=1))
    health = [h.unanswered for h in month.houses if h.service.needs & HEALTH]
    assert len(health) > 800
    assert statistics.fmean(health) == pytest.approx(ASSUMED.unanswered_health, abs=0.03)
    shelters = month.free[[h.number for h in month.houses if h.keeps_places]]
    at_limit = (shelters.mean(axis=1) < 4).mean()
    assert at_limit == pytest.approx(ASSUMED.near_limit_housing, abs=0.05)


def test_priorities_follow_the_needs(towns: tuple[Town, ...]) -> None:
    people = make_month(9, towns, SMALL).people
    for person in people:
        assert (person.priority is Priority.NORMAL) is (person.need not in URGENT)
        assert person.need in NEEDS
    assert {person.priority for person in people} == set(Priority)


def test_taps_keep_people_from_full_houses(towns: tuple[Town, ...]) -> None:
    tapping = replace(SMALL, taps=((1.0, 1.0),), wrong_taps=0.0)
    seeds = [one_seed(seed, tapping) for seed in (1, 2, 3)]
    heard, unheard = (sum(seed[way].full for seed in seeds) for way in ("faro", "untapped"))
    assert heard < 0.9 * unheard


def test_an_interval_is_that_of_student() -> None:
    assert month_report.interval([1, 2, 3]) == pytest.approx((2, 4.3027 / 3**0.5), rel=1e-4)
    assert month_report.interval([5]) == (5, float("inf"))


def test_the_table_has_a_row_for_each_figure_and_a_column_for_each_way(
    towns: tuple[Town, ...],
) -> None:
    lines = month_report.table([one_seed(seed, SMALL) for seed in (1, 2)], SMALL.services)
    assert len(lines) == 2 + len(month_report.PERCENT) + len(month_report.PLAIN)
    columns = 1 + len(month_report.NAMES) + len(month_report.DIFFERENCES)
    assert {line.count("|") for line in lines} == {columns + 1}
    assert all("±" in line and "nan" not in line for line in lines[2:])


def test_a_table_replaces_the_one_between_its_marks() -> None:
    text = "a\n<!-- month: begin -->\nold\n<!-- month: end -->\nb\n"
    new = month_report.between(text, "month", ["| x |"])
    assert new == "a\n<!-- month: begin -->\n| x |\n<!-- month: end -->\nb\n"
    assert month_report.between(new, "month", ["| x |"]) == new
    with pytest.raises(ValueError):
        month_report.between("no marks", "month", [])


def test_the_docs_name_every_assumption_as_it_is() -> None:
    text = DOCS.read_text(encoding="utf-8")
    lines = month_report.assumptions(ASSUMED)
    assert len(lines) > 30
    assert "\n".join(lines) in text
    assert len(Assumed.__slots__) == 28


def test_who_knows_everything_is_never_declined(towns: tuple[Town, ...]) -> None:
    for seed in (1, 2):
        month = make_month(seed, towns, replace(SMALL, people_a_day=8))
        tally = live_through(month, Knowing(month))
        assert tally.not_eligible == tally.unanswered == 0
        assert tally.full <= 2  # a place may go between asking and the answer
        assert tally.arrived >= max(t.arrived for t in lived(month).values()) - 1
