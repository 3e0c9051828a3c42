"""Ranking: rings, who is left out, what comes first, and that no door is given away."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from referrals.matching import CITY_KM, RINGS, STEP_KM, Found, Search, rank
from referrals.places import Coordinates

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
    return Directory(
        {Organization(s.organization_id, str(s.organization_id)) for s, _ in pairs},
        [s for s, _ in pairs],
        [place for _, place in pairs if place],
        [ServiceAtLocation(f"l-{s.id}", s.id, place.id) for s, place in pairs if place],
    )


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


def test_nothing_at_all_is_said_as_nothing() -> None:
    found = rank(Directory(), SEARCH, NOW)
    assert found == Found((), "", False)
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


def test_a_report_of_free_places_is_forgotten_after_a_week() -> None:
    for days, known in ((7, True), (8, False)):
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


def test_equals_take_turns_by_the_day_and_not_by_the_search() -> None:
    listed = directory(*((service(id), location(id, 3)) for id in "abcdef"))
    firsts = {ids(rank(listed, SEARCH, NOW + timedelta(day)))[0] for day in range(30)}
    assert len(firsts) > 2
    assert rank(listed, SEARCH, NOW) == rank(listed, SEARCH, NOW + timedelta(hours=1))


def test_a_service_at_two_locations_is_shown_once_at_the_nearer() -> None:
    one = service("a")
    far, near = location("far", 20), location("near", 2)
    links = [ServiceAtLocation(p.id, one.id, p.id) for p in (far, near)]
    listed = Directory([Organization(BASE.organization_id, "o")], [one], [far, near], links)
    (match,) = rank(listed, SEARCH, NOW).matches
    assert match.location == near


def haversine(a: Coordinates, b: Coordinates) -> float:
    p, q = radians(a.latitude), radians(b.latitude)
    x = sin((p - q) / 2) ** 2
    x += cos(p) * cos(q) * sin(radians(a.longitude - b.longitude) / 2) ** 2
    return 2 * 6371.0088 * asin(sqrt(min(1.0, x)))


LATITUDES = st.sampled_from([-89.9, -0.2, 0.1, 14.7, 14.9, 15.05, 19.4, 32.5, 89.8])
LONGITUDES = st.sampled_from([-180.0, -179.9, 179.9, -92.26, -92.4, -92.0, -117.0, 0.0, 180.0])
POINTS = st.builds(Coordinates, LATITUDES, LONGITUDES)
STATES = st.sampled_from(["Chiapas", "Puebla"])
AUDIENCES = st.frozensets(st.sampled_from(["women", "men", "lgbtiq", "everyone"]), max_size=2)
NEEDS = st.frozensets(st.sampled_from(["housing", "health"]), min_size=1)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Directory, tuple[tuple[Service, Location | None], ...]]:
    """Draw a directory of up to twelve services, some of them not offered."""
    pairs: list[tuple[Service, Location | None]] = []
    for number in range(draw(st.integers(0, 12))):
        level = draw(st.sampled_from(["full", "few", "many", "unknown"]))
        drawn = service(
            f"s{number}",
            organization_id=OrganizationId(draw(st.sampled_from(["o", "stub"]))),
            status=draw(st.sampled_from(["active", "active", "inactive"])),
            assured_date=draw(st.sampled_from([date(2026, 11, 1), None])),
            needs=draw(NEEDS),
            audiences=draw(AUDIENCES),
            languages=draw(st.frozensets(st.sampled_from(["es", "ht"]))),
            asks_papers=draw(st.sampled_from([True, False, None])),
            schedule_text=draw(st.sampled_from(["", "24/7", "Mo 01:00-02:00"])),
            capacity=Capacity(level, TODAY - timedelta(draw(st.sampled_from([0, 7, 8])))),
            is_nationwide=draw(st.booleans()),
        )
        point = draw(st.none() | POINTS)
        place = point and Location(
            LocationId(f"l{number}"),
            "n",
            "c",
            draw(STATES),
            "",
            point.latitude,
            point.longitude,
            is_confidential=draw(st.booleans()),
        )
        pairs.append((drawn, place or None))
    links = [ServiceAtLocation(f"k{s.id}", s.id, p.id) for s, p in pairs if p]
    built = Directory(
        [
            Organization(OrganizationId("o"), "o"),
            Organization(OrganizationId("stub"), "s", status="stub"),
        ],
        [s for s, _ in pairs],
        [p for _, p in pairs if p],
        links,
    )
    return built, tuple(pairs)


SEARCHES = st.builds(
    Search,
    needs=NEEDS,
    point=st.none() | POINTS,
    state=STATES | st.just(""),
    language=st.sampled_from(["es", "ht", "fr"]),
    audiences=st.frozensets(st.sampled_from(["women", "men", "trans"]), max_size=2),
    exclude=st.frozensets(st.sampled_from([ServiceId("s0"), ServiceId("s1")])),
    ring=st.sampled_from(["", *RINGS]),
    can_receive=st.frozensets(st.just(OrganizationId("o"))),
)


class BruteForce:
    """The same rules over every service, written down once more and plainly."""

    def __init__(self, search: Search, pairs: tuple[tuple[Service, Location | None], ...]) -> None:
        self.search, self.pairs = search, pairs
        self.audiences = set(search.audiences)
        if "trans" in self.audiences:
            self.audiences.add("lgbtiq")

    def km(self, place: Location | None) -> float | None:
        if self.search.point is None or place is None:
            return None
        assert place.latitude is not None
        assert place.longitude is not None
        return haversine(self.search.point, Coordinates(place.latitude, place.longitude))

    def fits(self, s: Service) -> bool:
        offered = s.status == "active" and s.assured_date and s.organization_id == "o"
        welcome = not s.audiences or not self.audiences or "everyone" in s.audiences
        welcome = welcome or bool(s.audiences & self.audiences)
        wanted = bool(s.needs & set(self.search.needs)) and s.id not in self.search.exclude
        return bool(offered) and welcome and wanted

    def inside(self, s: Service, place: Location | None, ring: str) -> bool:
        if ring == "remote":
            return place is None or s.is_nationwide
        if ring == "city":
            km = self.km(place)
            return km is not None and km <= CITY_KM
        if ring == "state":
            return place is not None and place.state == self.search.state
        return place is not None

    def level(self, s: Service) -> str:
        assert s.capacity is not None
        return s.capacity.available if (TODAY - s.capacity.updated).days <= 7 else "unknown"

    def key(self, s: Service, place: Location | None, ring: str) -> tuple[bool, int, bytes]:
        cost = 0.0 if ring == "remote" else self.km(place) or 0.0
        cost -= 60 * len(s.needs & set(self.search.needs))
        cost -= 20 if self.search.language in s.languages else 0
        cost -= 20 if s.audiences & self.audiences else 0
        cost -= 0 if s.asks_papers is None else -10 if s.asks_papers else 10
        cost -= 5 if s.schedule_text == "24/7" else 0
        cost -= 5 if s.organization_id in self.search.can_receive else 0
        cost -= {"many": 15, "few": 8}.get(self.level(s), 0)
        draw = blake2b(f"{s.id}{TODAY}".encode(), digest_size=8).digest()
        return (self.level(s) == "full", round(cost / STEP_KM), draw)

    def answer(self) -> tuple[list[str], str]:
        first = "city" if self.search.point else "state" if self.search.state else "country"
        rings = RINGS[max(RINGS.index(first), RINGS.index(self.search.ring or "city")) :]
        answers: list[tuple[bool, list[str], str]] = []
        for ring in rings:
            keyed = sorted(
                (self.key(s, p, ring), s.id)
                for s, p in self.pairs
                if self.fits(s) and self.inside(s, p, ring)
            )
            if keyed:
                answers.append((keyed[0][0][0], [id for _, id in keyed[:3]], ring))
        best = min(answers, key=lambda answer: answer[0], default=(False, [], ""))
        return list(best[1]), best[2]


@given(worlds(), SEARCHES)
def test_the_result_is_that_of_looking_at_every_service(
    world: tuple[Directory, tuple[tuple[Service, Location | None], ...]], search: Search
) -> None:
    found = rank(world[0], search, NOW)
    assert (ids(found), found.ring) == BruteForce(search, world[1]).answer()


@given(worlds(), SEARCHES)
def test_no_match_is_ever_from_a_service_that_is_not_offered(
    world: tuple[Directory, tuple[tuple[Service, Location | None], ...]], search: Search
) -> None:
    listed = world[0]
    for match in rank(listed, search, NOW).matches:
        assert listed.is_offered(match.service.id)
        assert match.organization.id == match.service.organization_id
        if match.location and match.location.is_confidential:
            assert match.distance_km is None
            assert match.location.latitude is None


@given(worlds(), SEARCHES)
def test_no_full_house_ever_comes_before_a_free_one(
    world: tuple[Directory, tuple[tuple[Service, Location | None], ...]], search: Search
) -> None:
    found = rank(world[0], search, NOW)
    fulls = ["full" in codes(found, number) for number in range(len(found.matches))]
    assert fulls == sorted(fulls)


FICTIONAL = Path(__file__).parent.parent / "locales/countries/mx/fictional"


def test_every_need_finds_something_in_the_fictional_directory() -> None:
    files = {path.name: path.read_bytes() for path in FICTIONAL.glob("*.csv")}
    assert len(files) > 12
    listed = build_directory(read_package(files).rows)
    needs = {need for s in listed.services() for need in s.needs}
    assert len(needs) == 16
    for need in sorted(needs):
        found = rank(listed, replace(SEARCH, needs=(need,)), NOW)
        assert found.matches, need
        assert all(need in match.service.needs for match in found.matches)
