"""Ten thousand drawn searches: the answer is that of the plain rules, each reason true."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from random import Random

import pytest

import drawn
from matching_oracle import Oracle
from referrals import blocks, marks, matching
from referrals.directory import Directory, Location
from referrals.hours import hours_of
from referrals.matching import RINGS, Found, Match, Search, rank

PARTS = 5
DIRECTORIES = 200
SEARCHES = 10


def compared(listed: Directory, search: Search, now: datetime) -> Found:
    found, plain = rank(listed, search, now), Oracle(listed, search, now).answer()
    shown = [(match.service.id, place_of(match.location)) for match in found.matches]
    expected = [(id, "" if plain.ring == "remote" else place) for id, place in plain.ids]
    assert (shown, found.ring, found.widened, found.why) == (
        expected,
        plain.ring,
        plain.widened,
        plain.why,
    )
    return found


def place_of(location: Location | None) -> str:
    return location.id if location else ""


@pytest.fixture
def small(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In most parts blocks and columns so small that there are many of them."""
    if part:
        monkeypatch.setattr(blocks, "SIZE", part)
        monkeypatch.setattr(matching, "FEW_BLOCKS", 2)
        monkeypatch.setattr(marks, "WIDTH", 4 * part)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("part", range(PARTS))
def test_every_answer_is_that_of_a_plain_look_at_every_service(part: int) -> None:
    seen: Counter[str] = Counter()
    for seed in range(part * DIRECTORIES, (part + 1) * DIRECTORIES):
        draw = Random(seed)
        listed = drawn.directory(draw)
        for number in range(SEARCHES):
            if number == SEARCHES // 2:
                listed = drawn.changed(draw, listed)
            found = compared(listed, drawn.search(draw), drawn.moment(draw))
            seen.update((found.ring or "nothing", "widened: " + found.why))
    assert min(seen[ring] for ring in (*RINGS, "nothing")) > 50, seen
    whys = ("full", "closed", "asks_papers", "not_for_her", "stale", "none")
    assert min(seen["widened: " + why] for why in whys) > 20, seen


def test_every_reason_can_be_checked_against_the_data() -> None:
    checked: Counter[str] = Counter()
    for seed in range(300):
        draw = Random(-seed - 1)
        listed = drawn.directory(draw)
        for _ in range(5):
            search, now = drawn.search(draw), drawn.moment(draw)
            for match in rank(listed, search, now).matches:
                checked.update(told_truly(listed, search, now, match))
    assert set(checked) == CODES, CODES - set(checked)


CODES = {
    *("need", "near", "same_state", "remote", "language", "audience", "stage", "no_papers"),
    *("asks_papers", "accessibility", "open_now", "opens_at", "closed_now", "hours_unknown"),
    *("free_places", "full", "checked", "ageing", "stale", "doubted"),
}


def told_truly(listed: Directory, search: Search, now: datetime, match: Match) -> list[str]:
    """Check every reason of a match and what must not be missing; return the codes."""
    plain, s = Oracle(listed, search, now), match.service
    said = [(reason.code, reason.value) for reason in match.reasons]
    place = match.location
    assert {value for code, value in said if code == "need"} == plain.needs(s)
    assert listed.is_offered(s.id)
    if place and place.is_confidential:
        assert (match.distance_km, place.latitude, place.name) == (None, None, "")
    near = [value for code, value in said if code == "near"]
    assert near == ([f"{match.distance_km:.0f}"] if is_near(match) else [])
    assert (("remote", "") in said) is (place is None)
    assert {v for c, v in said if c == "audience"} == plain.served(s) - {"everyone"}
    assert (("language", search.language) in said) is (search.language in s.languages)
    assert (("stage", search.stage) in said) is (search.stage in s.stages)
    assert (("no_papers", "") in said) is (s.asks_papers is False)
    assert (("asks_papers", "") in said) is (s.asks_papers is True)
    assert hours_said(plain, match, now) in said
    level, _ = plain.report(s)
    assert (("full", "") in said) is (level == "full")
    assert (("free_places", level) in said) is (level in ("few", "many"))
    days = plain.age(s)
    standing = "stale" if days > 90 else "ageing" if days > 45 else "checked"
    assert (standing, plain.checked(s).isoformat()) in said
    doubts = {kind for kind, n in listed.live.service(s.id).doubts.items() if n >= 3}
    assert {value for code, value in said if code == "doubted"} == doubts
    return [code for code, _ in said]


def is_near(match: Match) -> bool:
    return match.distance_km is not None and match.distance_km <= 40


def hours_said(plain: Oracle, match: Match, now: datetime) -> tuple[str, str]:
    place = match.location
    if place is None and plain.directory.locations_of(match.service.id):
        # Remote, and its office is not shown: on which clock is not told.
        return next((r.code, r.value) for r in match.reasons if r.code in HOURS)
    hours = hours_of(match.service.schedule_text, place.country if place else "")
    if hours is None:
        return ("hours_unknown", "")
    local = now.astimezone(place.timezone) if place and place.timezone else now
    if hours.is_open(local):
        return ("open_now", "")
    change = hours.next_change(local)
    later = change is not None and change.date() == local.date()
    return ("opens_at", f"{change:%H:%M}") if later else ("closed_now", "")


HOURS = ("open_now", "opens_at", "closed_now", "hours_unknown")
