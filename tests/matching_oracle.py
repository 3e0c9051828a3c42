"""The rules of docs/matching.md once more: over every service, plainly, without numpy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b
from math import asin, cos, floor, radians, sin, sqrt

from referrals.directory import Directory, Location, Service
from referrals.hours import hours_of
from referrals.search import Search

BARRED = {"gender_violence", "trafficking", "child_protection"}
TELLING = ["full", "closed", "asks_papers", "not_for_her", "stale"]
BIG = 1 << 64


def haversine(a: tuple[float, float], b: tuple[float, float]) -> float:
    p, q = radians(a[0]), radians(b[0])
    x = sin((p - q) / 2) ** 2 + cos(p) * cos(q) * sin(radians(a[1] - b[1]) / 2) ** 2
    return 2 * 6371.0088 * asin(sqrt(min(1.0, x)))


def mixed(n: int) -> int:
    n %= BIG
    n = (n ^ (n >> 30)) * 0xBF58476D1CE4E5B9 % BIG
    n = (n ^ (n >> 27)) * 0x94D049BB133111EB % BIG
    return n ^ (n >> 31)


@dataclass
class Answer:
    ids: list[tuple[str, str]]
    """Service and location."""
    ring: str
    widened: bool
    why: str


class Oracle:
    """Answers one search."""

    def __init__(self, directory: Directory, search: Search, now: datetime) -> None:
        self.directory, self.search, self.now = directory, search, now
        self.live, self.day = directory.live, directory.live.day
        self.hers = set(search.audiences)
        if "trans" in self.hers:
            self.hers.add("lgbtiq")

    # What is known of a service.

    def is_listed(self, s: Service) -> bool:
        organization = self.directory.organization(s.organization_id)
        if organization is None or organization.status != "active":
            return False
        return s.status == "active" and s.assured_date is not None

    def takes(self, s: Service, need: str) -> bool:
        vetting = self.live.organization(s.organization_id).vetting
        only_minors = s.audiences == {"minors"}
        new = self.is_new(s)
        return vetting.is_active and not (new and (need in BARRED or only_minors))

    def is_new(self, s: Service) -> bool:
        since = self.live.organization(s.organization_id).vetting.since
        return since is not None and self.day < since + timedelta(90)

    def is_kept_away(self, s: Service) -> bool:
        """A case of violence, trafficking or a child, and an organization on probation."""
        told = {*self.search.needs, *self.search.told}
        return self.is_new(s) and bool(told & BARRED or "minors" in self.search.audiences)

    def needs(self, s: Service) -> set[str]:
        return {n for n in s.needs & set(self.search.needs) if self.takes(s, n)}

    def checked(self, s: Service) -> date:
        days = [s.assured_date, self.live.service(s.id).confirmed]
        return max(day for day in days if day)

    def age(self, s: Service) -> int:
        return (self.day - self.checked(s)).days

    def is_gone(self, s: Service) -> bool:
        said = self.live.service(s.id).doubts
        return self.age(s) > 180 or said.get("closed", 0) + said.get("no_answer", 0) >= 6

    def is_closed(self, s: Service) -> bool:
        until = self.live.service(s.id).closed_until
        return until is not None and until > self.day

    def report(self, s: Service) -> tuple[str, int]:
        tapped = self.live.service(s.id).capacity
        reports = [r for r in (tapped, s.capacity) if r]
        if not reports:
            return "unknown", 0
        newest = max(reports, key=lambda r: r.updated)
        age = (self.day - newest.updated).days
        lasts = {"full": 2, "few": 2, "many": 5}.get(newest.available, -1)
        return (newest.available, age) if age <= lasts else ("unknown", 0)

    def is_full(self, s: Service) -> bool:
        return self.report(s)[0] == "full"

    # Whether it is for her.

    def is_for_her(self, s: Service) -> bool:
        if "minors" in self.hers and s.minimum_age is not None and s.minimum_age >= 18:
            return False
        theirs = self.served(s)
        open_to_all = not theirs or "everyone" in theirs
        return not self.hers or open_to_all or bool(theirs & self.hers)

    def served(self, s: Service) -> set[str]:
        young = s.maximum_age is not None and s.maximum_age < 18
        return set(s.audiences) | ({"minors"} if young else set())

    def asks(self, s: Service) -> bool:
        return self.search.no_papers and s.asks_papers is True

    def inside(self, s: Service, place: Location | None, ring: str) -> bool:
        if ring == "remote":
            return place is None or s.is_nationwide
        if ring == "city":
            km = self.km(place)
            return km is not None and km <= 40
        if ring == "state":
            names = {place.state.casefold(), place.region.casefold()} if place else set()
            km = self.km(place)
            is_around = km is not None and km <= 200
            return is_around or (self.search.state != "" and self.search.state.casefold() in names)
        return place is not None

    def km(self, place: Location | None) -> float | None:
        if self.search.point is None or place is None:
            return None
        if place.latitude is None or place.longitude is None:
            return None
        here = (self.search.point.latitude, self.search.point.longitude)
        return haversine(here, (place.latitude, place.longitude))

    # What it costs.

    def is_open(self, s: Service, place: Location | None) -> bool:
        hours = hours_of(s.schedule_text, place.country if place else "")
        clock = place.timezone if place else None
        return bool(hours and hours.is_open(self.now.astimezone(clock) if clock else self.now))

    def standing_km(self, s: Service) -> float:
        age, said = self.age(s), self.live.service(s.id).doubts
        old = 30 if age > 90 else 10 if age > 45 else 0
        return old + 15 * sum(people >= 3 for people in said.values())

    def answers_km(self, s: Service) -> float:
        state = self.live.organization(s.organization_id)
        share = (state.answered + 3) / (state.asked + 4)
        return round(20 * max(0.0, 1 - share / 0.75)) + 3 * min(state.waiting, 5)

    def places_km(self, s: Service) -> float:
        level, age = self.report(s)
        best = {"many": 15, "few": 8}.get(level)
        return 0 if best is None else best - 2 * max(0, age)

    def cost(self, s: Service, place: Location | None, ring: str) -> float:
        search, km = self.search, 0.0
        if ring != "remote" and search.point:
            known = self.km(place)
            km = 100.0 if known is None else known
        km -= 60 * len(self.needs(s))
        km -= 20 if search.language in s.languages else 0
        km -= 20 if self.served(s) & self.hers else 0
        if search.stage and s.stages:
            km += -10 if search.stage in s.stages else 30
        km += {True: 10, False: -10, None: 0}[s.asks_papers]
        km -= 5 if self.is_open(s, place) else 0
        km -= 5 if s.organization_id in search.can_receive else 0
        km -= 20 if search.wheelchair and s.accessibility else 0
        return km + self.standing_km(s) + self.answers_km(s) - self.places_km(s)

    def draw(self, s: Service) -> int:
        own = int.from_bytes(blake2b(s.id.encode(), digest_size=8).digest(), "big")
        return (own ^ mixed(self.search.lot)) * 0x9E3779B97F4A7C15 % BIG

    # The answer.

    def pairs(self, ring: str) -> list[tuple[Service, Location | None]]:
        """Return all listed in a ring for which somebody vouches, and not yet seen."""
        found: list[tuple[Service, Location | None]] = []
        for s in self.directory.services():
            is_left_out = s.id in self.search.exclude or self.is_kept_away(s)
            if self.is_listed(s) and self.needs(s) and not is_left_out:
                places = self.directory.locations_of(s.id) or (None,)
                found += [(s, place) for place in places if self.inside(s, place, ring)]
        return found

    def best(self, ring: str) -> list[tuple[bool, str, str]]:
        keyed = []
        for s, place in self.pairs(ring):
            if self.is_gone(s) or self.is_closed(s):
                continue
            if self.is_for_her(s) and not self.asks(s):
                cost = self.cost(s, place, ring)
                at = place.id if place else ""
                keyed.append((self.is_full(s), floor(cost / 5), self.draw(s), cost, at, s.id))
        first: dict[str, tuple[bool, str, str]] = {}
        for full, _, _, _, at, id in sorted(keyed):
            first.setdefault(id, (full, id, at))
        return list(first.values())[: self.search.limit]

    def obstacles(self, ring: str) -> set[str]:
        """Return, of each service, what would still be in the way at any other time."""
        found = set()
        for s, _ in self.pairs(ring):
            if not self.is_for_her(s):
                found.add("not_for_her")
            elif self.asks(s):
                found.add("asks_papers")
            elif self.is_gone(s):
                found.add("stale")
            elif self.is_closed(s):
                found.add("closed")
            elif self.is_full(s):
                found.add("full")
        return found

    def rings(self) -> list[str]:
        rings = ["city", "state", "country", "remote"]
        first = "city" if self.search.point else "state" if self.search.state else "country"
        asked = rings.index(self.search.ring) if self.search.ring else 0
        return rings[max(rings.index(first), asked) :]

    def answer(self) -> Answer:
        rings = self.rings()
        answers = {ring: self.best(ring) for ring in rings}
        free = [ring for ring in rings if answers[ring] and not answers[ring][0][0]]
        some = [ring for ring in rings if answers[ring]]
        ring = next(iter(free or some), "")
        nearer = rings[: rings.index(ring)] if ring else rings
        told = {code for one in nearer for code in self.obstacles(one)}
        why = next((code for code in TELLING if code in told), "none") if nearer else ""
        ids = [(id, at) for _, id, at in answers[ring]] if ring else []
        return Answer(ids, ring, bool(ring and nearer), why)
