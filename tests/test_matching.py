"""Ranking: rings, who is left out, what comes first, and that no door is given away.

That every answer is that of the plain rules is in test_matching_oracle.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from referrals.directory import (
    Capacity,
    Directory,
    Location,
    LocationId,
    Organization,
    OrganizationId,
    Service,
    ServiceAtLocation,
    ServiceId,
    build_directory,
)
from referrals.hsds import read_package
from referrals.live import ListingState, Live, OrganizationState, made_up
from referrals.matching import Found, Search, rank
from referrals.places import Coordinates
from referrals.vetting import StepKind, VettingStep, vetting_of

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # a Tuesday
TODAY = NOW.date()
HERE = Coordinates(14.9, -92.26)
BASE = Service(
    ServiceId("base"),
    OrganizationId("o"),
    "Cama",
    needs=frozenset({"housing"}),
    assured_date=date(2026, 11, 1),
)
SEARCH = Search(("housing",), HERE, "Chiapas", "es")


def location(name: str, km: float, state: str = "Chiapas", **more: object) -> Location:
    """A location straight north of here."""
    base = Location(LocationId(name), name, "Ciudad", state, "", HERE.latitude + km / 111.2, -92.26)
    return replace(base, **more)  # type: ignore[arg-type]  # a short way to name fields


def service(id: str, **more: object) -> Service:
    return replace(BASE, id=ServiceId(id), **more)  # type: ignore[arg-type]  # as above


def directory(*pairs: tuple[Service, Location | None]) -> Directory:
    """A directory of vetted organizations."""
    ids = sorted({s.organization_id for s, _ in pairs})
    return Directory(
        [Organization(id, str(id)) for id in ids],
        [s for s, _ in pairs],
        [place for _, place in pairs if place],
        [ServiceAtLocation(f"l-{s.id}", s.id, place.id) for s, place in pairs if place],
        Live(TODAY, organizations=made_up(ids, TODAY)),
    )


def told(listed: Directory, **states: ListingState) -> Directory:
    """The directory with something newly known of some services."""
    services = {ServiceId(id): state for id, state in states.items()}
    return listed.with_live(replace(listed.live, services=services))


def answering(listed: Directory, **states: OrganizationState) -> Directory:
    """The directory with something newly known of some organizations."""
    was = listed.live.organizations
    known = {
        OrganizationId(id): replace(state, vetting=was[OrganizationId(id)].vetting)
        for id, state in states.items()
    }
    return listed.with_live(replace(listed.live, organizations={**was, **known}))


def ids(found: Found) -> list[str]:
    return [match.service.id for match in found.matches]


def codes(found: Found, number: int = 0) -> set[str]:
    return {reason.code for reason in found.matches[number].reasons}


def test_the_nearest_house_comes_first() -> None:
    listed = directory(
        (service("far"), location("a", 30)),
        (service("near"), location("b", 2)),
        (service("middle"), location("c", 15)),
    )
    found = rank(listed, SEARCH, NOW)
    assert ids(found) == ["near", "middle", "far"]
    assert (found.ring, found.widened) == ("city", False)
    assert found.matches[0].distance_km == pytest.approx(2, abs=0.01)


def test_a_search_widens_by_itself_and_says_so() -> None:
    state = (service("state"), location("a", 100))
    country = (service("country"), location("b", 900, "Puebla"))
    remote = (service("remote"), None)
    cases = [
        ((state, country, remote), "state"),
        ((country, remote), "country"),
        ((remote,), "remote"),
    ]
    for pairs, ring in cases:
        found = rank(directory(*pairs), SEARCH, NOW)
        assert (found.ring, found.widened, ids(found)) == (ring, True, [ring])


def test_a_nearer_house_behind_the_border_of_her_state_comes_first() -> None:
    hers = (service("hers"), location("a", 300))
    behind = (service("behind"), location("b", 59, "Tabasco"))
    found = rank(directory(hers, behind), SEARCH, NOW)
    assert (found.ring, ids(found)) == ("state", ["behind", "hers"])


def test_nothing_at_all_is_said_as_nothing() -> None:
    found = rank(Directory(), SEARCH, NOW)
    assert found == Found((), "", False, "none")
    assert rank(directory((service("a"), None)), replace(SEARCH, needs=()), NOW).matches == ()


def test_a_search_starts_from_the_ring_that_is_asked_for() -> None:
    listed = directory((service("city"), location("a", 1)), (service("state"), location("b", 99)))
    seen = replace(SEARCH, ring="state", exclude=frozenset({ServiceId("city")}))
    found = rank(listed, seen, NOW)
    assert (found.ring, found.widened, ids(found)) == ("state", False, ["state"])


def test_without_a_place_the_whole_country_is_searched() -> None:
    listed = directory((service("a"), location("a", 1)))
    found = rank(listed, Search(("housing",)), NOW)
    assert (found.ring, found.widened) == ("country", False)
    assert found.matches[0].distance_km is None


def test_a_state_is_known_by_its_name_or_its_code_with_or_without_accents() -> None:
    listed = directory((service("a"), location("a", 1, "Michoacán", region="MIC")))
    for name in ("Michoacán", "michoacan", "MIC"):
        found = rank(listed, Search(("housing",), state=name), NOW)
        assert found.ring == "state"
        assert "same_state" in codes(found)


def test_a_nationwide_service_with_an_office_is_remote_too() -> None:
    listed = directory((service("a", is_nationwide=True), location("a", 900, "Puebla")))
    found = rank(listed, replace(SEARCH, ring="remote"), NOW)
    assert ids(found) == ["a"]
    assert found.matches[0].location is None
    assert "remote" in codes(found)


def test_a_place_for_men_is_left_out_when_she_said_women() -> None:
    men = service("men", audiences=frozenset({"men"}))
    unknown = service("unknown")
    everyone = service("everyone", audiences=frozenset({"everyone"}))
    women = service("women", audiences=frozenset({"women", "families"}))
    pairs = [(s, location(s.id, 10)) for s in (men, unknown, everyone, women)]
    search = replace(SEARCH, audiences=frozenset({"women"}), limit=9)
    found = rank(directory(*pairs), search, NOW)
    assert ids(found)[0] == "women"
    assert set(ids(found)) == {"women", "unknown", "everyone"}
    assert set(ids(rank(directory(*pairs), replace(SEARCH, limit=9), NOW))) >= {"men"}


def test_a_place_for_lgbtiq_people_is_a_place_for_trans_people() -> None:
    listed = directory((service("a", audiences=frozenset({"lgbtiq"})), location("a", 1)))
    trans = replace(SEARCH, audiences=frozenset({"trans"}))
    assert ids(rank(listed, trans, NOW)) == ["a"]
    assert ids(rank(listed, replace(SEARCH, audiences=frozenset({"men"})), NOW)) == []


def test_her_language_is_worth_a_longer_way() -> None:
    listed = directory(
        (service("near"), location("a", 3)),
        (service("hers", languages=frozenset({"ht"})), location("b", 15)),
    )
    assert ids(rank(listed, replace(SEARCH, language="ht"), NOW)) == ["hers", "near"]
    assert ids(rank(listed, SEARCH, NOW)) == ["near", "hers"]


def test_a_service_for_both_needs_comes_before_a_service_for_one() -> None:
    both = service("both", needs=frozenset({"housing", "health"}))
    listed = directory((service("one"), location("a", 1)), (both, location("b", 35)))
    found = rank(listed, replace(SEARCH, needs=("housing", "health")), NOW)
    assert ids(found) == ["both", "one"]
    needs = [reason.value for reason in found.matches[0].reasons if reason.code == "need"]
    assert needs == ["health", "housing"]


def full(days: int = 0) -> Capacity:
    return Capacity("full", TODAY - timedelta(days))


def test_a_full_house_comes_after_a_free_one_however_near() -> None:
    listed = directory(
        (service("full", capacity=full()), location("a", 0)),
        (service("free"), location("b", 39)),
    )
    found = rank(listed, SEARCH, NOW)
    assert ids(found) == ["free", "full"]
    assert "full" in codes(found, 1)


def test_a_ring_with_full_houses_only_is_passed_over() -> None:
    listed = directory(
        (service("full", capacity=full()), location("a", 1)),
        (service("free"), location("b", 100)),
    )
    found = rank(listed, SEARCH, NOW)
    assert (found.ring, found.widened, ids(found)) == ("state", True, ["free", "full"])


def test_when_all_are_full_the_nearest_ring_says_so() -> None:
    listed = directory((service("full", capacity=full()), location("a", 1)))
    found = rank(listed, SEARCH, NOW)
    assert (found.ring, found.widened, ids(found)) == ("city", False, ["full"])
    assert "full" in codes(found)


def test_a_report_that_a_house_is_full_is_forgotten_after_two_days() -> None:
    for days, known in ((2, True), (3, False)):
        listed = directory((service("a", capacity=full(days)), location("a", 1)))
        assert ("full" in codes(rank(listed, SEARCH, NOW))) is known


def test_reasons_say_what_to_know_before_going() -> None:
    given_service = service(
        "a",
        languages=frozenset({"es"}),
        audiences=frozenset({"women", "everyone"}),
        asks_papers=False,
        schedule_text="Mo-Fr 09:00-17:00",
        capacity=Capacity("few", TODAY),
    )
    found = rank(directory((given_service, location("a", 3))), SEARCH, NOW)
    said = [(reason.code, reason.value) for reason in found.matches[0].reasons]
    assert said == [
        *(("need", "housing"), ("near", "3"), ("language", "es"), ("audience", "women")),
        *(("no_papers", ""), ("open_now", ""), ("free_places", "few")),
        ("checked", "2026-11-01"),
    ]
    assert found.matches[0].reasons[-2].day == "2026-11-24"


def test_hours_that_nobody_knows_are_said_to_be_unknown() -> None:
    for text, code in (("", "hours_unknown"), ("Mo 01:00-02:00", "closed_now")):
        listed = directory((service("a", schedule_text=text), location("a", 1)))
        assert code in codes(rank(listed, SEARCH, NOW))


def test_hours_are_read_on_the_clock_of_the_place() -> None:
    opened = service("a", schedule_text="Mo-Fr 07:00-08:00")
    tijuana = ZoneInfo("America/Tijuana")
    listed = directory((opened, location("a", 1, timezone=tijuana)))
    assert "open_now" in codes(rank(listed, SEARCH, NOW))
    assert "closed_now" in codes(rank(directory((opened, location("a", 1))), SEARCH, NOW))


def test_a_confidential_location_has_no_distance_and_no_point() -> None:
    hidden = location("a", 3, is_confidential=True)
    found = rank(directory((service("a"), hidden)), SEARCH, NOW)
    (match,) = found.matches
    assert match.distance_km is None
    assert "near" not in codes(found)
    assert match.location is not None
    assert (match.location.latitude, match.location.name) == (None, "")


def test_an_organization_that_answers_here_comes_first_among_equals() -> None:
    pairs = [(service(id, organization_id=OrganizationId(id)), location(id, 3)) for id in "abcdef"]
    for id in "abcdef":
        search = replace(SEARCH, can_receive=frozenset({OrganizationId(id)}))
        assert ids(rank(directory(*pairs), search, NOW))[0] == id


def test_equals_take_turns_by_the_lot_and_pages_follow_each_other() -> None:
    listed = directory(*((service(id), location(id, 3)) for id in "abcdef"))
    searches = [replace(SEARCH, lot=lot) for lot in range(300)]
    firsts = [ids(rank(listed, search, NOW))[0] for search in searches]
    assert {first: firsts.count(first) > 25 for first in firsts} == dict.fromkeys("abcdef", True)
    for search in searches[:20]:
        page = ids(rank(listed, search, NOW))
        seen = replace(search, exclude=frozenset(map(ServiceId, page)))
        everything = page + ids(rank(listed, seen, NOW + timedelta(hours=1)))
        assert everything == ids(rank(listed, replace(search, limit=6), NOW))


def test_a_service_at_two_locations_is_shown_once_at_the_nearer() -> None:
    one = service("a")
    far, near = location("far", 20), location("near", 2)
    links = [ServiceAtLocation(p.id, one.id, p.id) for p in (far, near)]
    live = Live(TODAY, organizations=made_up([BASE.organization_id], TODAY))
    listed = Directory([Organization(BASE.organization_id, "o")], [one], [far, near], links, live)
    (match,) = rank(listed, SEARCH, NOW).matches
    assert match.location == near


def test_nobody_is_sent_to_an_organization_that_was_not_vetted() -> None:
    listed = directory((service("a"), location("a", 1)))
    for live in (Live(TODAY), Live(TODAY, organizations={})):
        found = rank(listed.with_live(live), SEARCH, NOW)
        assert (found.matches, found.why) == ((), "none")


def newly_vetted(days: int) -> OrganizationState:
    kinds = (StepKind.APPROVED, StepKind.APPROVED, StepKind.CALLED_BACK, StepKind.BOUND)
    steps = [
        VettingStep(OrganizationId("o"), kind, TODAY - timedelta(days), f"c{number}")
        for number, kind in enumerate(kinds)
    ]
    return OrganizationState(vetting_of(steps, TODAY))


def test_on_probation_cases_of_the_barred_needs_are_left_out() -> None:
    """Also for the other need of the same case; without such a case it is offered."""
    both = service("a", needs=frozenset({"housing", "trafficking"}))
    listed = directory((both, location("a", 1)))
    for days, barred in ((89, True), (90, False)):
        live = Live(TODAY, organizations={OrganizationId("o"): newly_vetted(days)})
        new = listed.with_live(live)
        assert ids(rank(new, SEARCH, NOW)) == ["a"]
        cases = rank(new, replace(SEARCH, needs=("trafficking",)), NOW)
        assert (ids(cases), cases.why) == (([], "none") if barred else (["a"], ""))
        for case in (
            replace(SEARCH, needs=("trafficking", "housing")),
            replace(SEARCH, told=("gender_violence",)),
            replace(SEARCH, audiences=frozenset({"minors"})),
        ):
            assert ids(rank(new, case, NOW)) == ([] if barred else ["a"])
        assert new.is_offered(ServiceId("a"), "trafficking") is not barred


def test_on_probation_a_house_for_minors_only_takes_nobody() -> None:
    minors = service("a", audiences=frozenset({"minors"}))
    live = Live(TODAY, organizations={OrganizationId("o"): newly_vetted(5)})
    new = directory((minors, location("a", 1))).with_live(live)
    assert rank(new, SEARCH, NOW).matches == ()
    assert not new.is_offered(ServiceId("a"))


def test_a_house_that_is_closed_for_some_days_opens_again_by_itself() -> None:
    listed = directory((service("a"), location("a", 1)))
    for days, is_shown in ((1, False), (0, True)):
        closed = told(listed, a=ListingState(closed_until=TODAY + timedelta(days)))
        assert bool(rank(closed, SEARCH, NOW).matches) is is_shown
        assert closed.is_offered(ServiceId("a")) is is_shown


def test_what_was_told_today_counts_more_than_what_the_directory_says() -> None:
    listed = directory((service("a", capacity=full()), location("a", 1)))
    newer = told(listed, a=ListingState(capacity=Capacity("few", TODAY)))
    assert "free_places" in codes(rank(newer, SEARCH, NOW))
    assert "full" in codes(rank(listed, SEARCH, NOW))


WHYS: list[tuple[str, dict[str, object], ListingState, dict[str, object]]] = [
    ("full", {"capacity": full()}, ListingState(), {}),
    ("closed", {}, ListingState(closed_until=TODAY + timedelta(3)), {}),
    ("asks_papers", {"asks_papers": True}, ListingState(), {"no_papers": True}),
    ("not_for_her", {"audiences": frozenset({"men"})}, ListingState(), {}),
    ("stale", {"assured_date": TODAY - timedelta(181)}, ListingState(), {}),
]


@pytest.mark.parametrize("number", range(len(WHYS)))
def test_a_search_says_why_it_had_to_go_further(number: int) -> None:
    why, fields, state, wishes = WHYS[number]
    asked = only(SEARCH, audiences=frozenset({"women"}), **wishes)
    near, far = (service("near", **fields), location("a", 1)), (service("far"), location("b", 99))
    found = rank(told(directory(near, far), near=state), asked, NOW)
    assert (found.ring, found.widened, found.why) == ("state", True, why)
    nothing = rank(told(directory(near), near=state), asked, NOW)
    if why == "full":
        assert (ids(nothing), nothing.widened, nothing.why) == (["near"], False, "")
    else:
        assert (ids(nothing), nothing.why) == ([], why)


def test_the_most_telling_reason_is_said() -> None:
    pairs = [(service(why, **fields), location(why, 1)) for why, fields, _, _ in WHYS if fields]
    pairs.append((service("closed"), location("closed", 2)))
    listed = told(directory(*pairs, (service("far"), location("far", 99))), closed=WHYS[1][2])
    asked = replace(SEARCH, audiences=frozenset({"women"}), no_papers=True)
    left = [why for why, *_ in WHYS]
    while left:
        gone = frozenset(ServiceId(id) for id, *_ in WHYS if id not in left)
        found = rank(listed, replace(asked, exclude=gone), NOW)
        assert (ids(found)[:1], found.why) == (["far"], left.pop(0))


def test_what_is_not_for_her_does_not_count_as_full() -> None:
    men = service("men", audiences=frozenset({"men"}), capacity=full())
    listed = directory((men, location("a", 1)), (service("far"), location("b", 99)))
    asked = replace(SEARCH, audiences=frozenset({"women"}))
    assert rank(listed, asked, NOW).why == "not_for_her"


def test_who_asks_for_papers_is_left_out_when_she_has_none() -> None:
    pairs = [(service(str(asks), asks_papers=asks), location(str(asks), 5)) for asks in ASKS]
    found = rank(directory(*pairs), replace(SEARCH, no_papers=True), NOW)
    assert ids(found) == ["False", "None"]
    assert ids(rank(directory(*pairs), SEARCH, NOW)) == ["False", "None", "True"]


ASKS = (True, None, False)


def test_part_of_the_way_counts_and_leaves_nobody_out() -> None:
    for_others = service("others", stages=frozenset({"settling"}))
    hers = service("hers", stages=frozenset({"in_transit", "returning"}))
    listed = directory(
        (for_others, location("a", 1)), (service("all"), location("b", 3)), (hers, location("c", 9))
    )
    found = rank(listed, replace(SEARCH, stage="in_transit"), NOW)
    assert ids(found) == ["hers", "all", "others"]
    assert "stage" in codes(found, 0)
    assert "stage" not in codes(found, 2)


def test_a_house_for_adults_is_left_out_for_minors_and_one_for_minors_is_for_them() -> None:
    adults, young = service("adults", minimum_age=18), service("young", maximum_age=17)
    pairs = [
        (adults, location("a", 1)),
        (young, location("b", 12)),
        (service("c"), location("c", 9)),
    ]
    found = rank(directory(*pairs), replace(SEARCH, audiences=frozenset({"minors"})), NOW)
    assert ids(found) == ["young", "c"]
    assert "adults" in ids(rank(directory(*pairs), SEARCH, NOW))


def test_a_way_in_without_steps_is_worth_a_longer_way() -> None:
    listed = directory(
        (service("steps"), location("a", 1)),
        (service("ramp", accessibility="Entrada sin escalones."), location("b", 15)),
    )
    found = rank(listed, replace(SEARCH, wheelchair=True), NOW)
    assert ids(found) == ["ramp", "steps"]
    assert "accessibility" in codes(found)
    assert ids(rank(listed, SEARCH, NOW)) == ["steps", "ramp"]


def test_a_listing_that_ages_falls_back_and_says_so() -> None:
    ages = {"checked": 45, "ageing": 46, "stale": 91}
    pairs = [
        (service(code, assured_date=TODAY - timedelta(days)), location(code, 10))
        for code, days in ages.items()
    ]
    found = rank(directory(*pairs), SEARCH, NOW)
    assert ids(found) == ["checked", "ageing", "stale"]
    for number, (code, days) in enumerate(ages.items()):
        (told_of,) = [r.value for r in found.matches[number].reasons if r.code in ages]
        assert code in codes(found, number)
        assert told_of == (TODAY - timedelta(days)).isoformat()


def test_what_three_people_said_counts_and_is_told() -> None:
    listed = directory((service("a"), location("a", 1)), (service("b"), location("b", 9)))
    for people, first in ((2, "a"), (3, "b")):
        said = told(listed, a=ListingState(doubts={"asked_money": people}))
        found = rank(said, SEARCH, NOW)
        assert ids(found)[0] == first
        assert any("doubted" in codes(found, n) for n in range(2)) is (people == 3)


def test_one_missed_request_sinks_nobody_and_silence_does() -> None:
    pairs = [
        (service(id, organization_id=OrganizationId(id)), location(id, km))
        for id, km in (("a", 2), ("b", 12))
    ]
    listed = directory(*pairs)
    once = answering(listed, a=OrganizationState(asked=1))
    usual = answering(listed, a=OrganizationState(asked=20, answered=15))
    never = answering(listed, a=OrganizationState(asked=20))
    firsts = [ids(rank(one, SEARCH, NOW))[0] for one in (once, usual, never)]
    assert firsts == ["a", "a", "b"]


def test_requests_that_wait_spread_the_load() -> None:
    pairs = [(service(id, organization_id=OrganizationId(id)), location(id, 2)) for id in "ab"]
    busy = answering(directory(*pairs), a=OrganizationState(waiting=4))
    assert {ids(rank(busy, replace(SEARCH, lot=lot), NOW))[0] for lot in range(20)} == {"b"}


def test_when_it_opens_later_today_the_hour_is_said() -> None:
    opened = service("a", schedule_text="Mo-Fr 16:30-18:00")
    found = rank(directory((opened, location("a", 1))), SEARCH, NOW)
    assert [r.value for r in found.matches[0].reasons if r.code == "opens_at"] == ["16:30"]
    assert not {"closed_now", "open_now"} & codes(found)
    late = rank(directory((opened, location("a", 1))), SEARCH, NOW + timedelta(hours=4))
    assert "closed_now" in codes(late)


def test_one_place_without_a_point_hides_nobody_else() -> None:
    nowhere = location("a", 1, latitude=None, longitude=None)
    listed = directory((service("a"), nowhere), (service("b"), location("b", 30)))
    assert ids(rank(listed, SEARCH, NOW)) == ["b"]
    further = rank(listed, replace(SEARCH, ring="state"), NOW)
    assert ids(further) == ["b", "a"]
    assert further.matches[1].distance_km is None


def test_a_changed_layer_gives_what_a_new_directory_gives() -> None:
    pairs = [(service(f"s{n}"), location(f"l{n}", n)) for n in range(100)]
    listed = directory(*pairs)
    few = told(listed, s7=ListingState(capacity=Capacity("many", TODAY)))
    assert ids(rank(few, SEARCH, NOW))[0] == "s7"
    assert ids(rank(listed, SEARCH, NOW))[0] != "s7"
    back = few.with_live(listed.live)
    assert rank(back, SEARCH, NOW) == rank(listed, SEARCH, NOW)


def only(search: Search, **wishes: object) -> Search:
    return replace(search, **wishes)  # type: ignore[arg-type]  # a short way to name fields


FICTIONAL = Path(__file__).parent.parent / "locales/countries/mx/fictional"


def test_every_need_finds_something_in_the_fictional_directory() -> None:
    files = {path.name: path.read_bytes() for path in FICTIONAL.glob("*.csv")}
    assert len(files) > 12
    listed = build_directory(read_package(files).rows)
    organizations = made_up([o.id for o in listed.organizations()], TODAY)
    listed = listed.with_live(Live(TODAY, organizations=organizations))
    needs = {need for s in listed.services() for need in s.needs}
    assert len(needs) == 16
    for need in sorted(needs):
        found = rank(listed, replace(SEARCH, needs=(need,)), NOW)
        assert found.matches, need
        assert all(need in match.service.needs for match in found.matches)
