"""The gazetteer: text or coordinates to a place, with its municipality, state, region."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import nlargest
from math import log10
from typing import NewType

from referrals import place_mentions, place_table
from referrals.place_names import MAX_KEY, fold, listed, words_of
from referrals.place_nearby import Nearby, kilometres
from referrals.place_table import Loaded

__all__ = [
    "Coordinates",
    "Found",
    "Gazetteer",
    "Place",
    "PlaceId",
    "State",
    "distance_km",
    "fold",
    "stands_out",
]

PlaceId = NewType("PlaceId", str)
"""GeoNames id as text, or ``x-<slug>`` for places that GeoNames does not have."""

CUTOFF = 0.62
"""Least similarity of a misspelt name; below it the guesses are noise."""
PART, STRIPPED, STATE_ONLY = 0.93, 0.97, 0.5
"""Scores of a part of a name, a name without what stood before it, and a mere state."""
EXACT_TRANSIT = 0.15
"""More than inhabitants can weigh: a border town comes before its bigger namesakes."""
ABROAD = 0.2
"""Less than a transit town weighs, more than inhabitants do: who writes is mostly here."""
NAMED_BEFORE = 0.35
"""More than transit and inhabitants together, less than a word that locates."""
EARLIER = 0.5
"""More than all of that, for what is mentioned first; less than a word that locates."""
RIVAL = 3
"""What a namesake loses: more than for what is mentioned later, less than for a role."""
FAR_BIGGER = 20
"""Who writes "Monterrey" means the city, not one of the villages of that name."""
SAID = 100
"""What a mention says counts before who knows the place."""
KNOWN = 20_000
"""Inhabitants from which a misspelt name is taken for a place and not for another word."""
ENOUGH = 5_000
"""Fewer inhabitants than this, and the exact spelling may still be a city misspelt."""
LEADING = frozenset(
    listed(
        "en ciudad de del municipio pueblo villa colonia barrio alcaldia delegacion heroica "
        "estado city of"
    )
)
"""Words that people put before a name that has none of them."""


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Degrees, WGS 84."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Place:
    """A populated place of the country, or of a neighbour."""

    id: PlaceId
    name: str
    municipality: str
    state: str
    state_code: str
    """ISO 3166-2 without the country: ``CHP``."""
    region: str
    """Code of the region for figures: ``south_border``."""
    latitude: float
    longitude: float
    population: int
    country: str = ""
    """ISO 3166-1 alpha-2: ``MX``. Abroad, state code and region are empty."""


@dataclass(frozen=True, slots=True)
class State:
    """A state of the country."""

    code: str
    """ISO 3166-2 without the country: ``CHP``."""
    name: str
    region: str


@dataclass(frozen=True, slots=True)
class Found:
    """A place that a text may mean."""

    place: Place
    score: float
    """How well the name fits, from 0 to 1."""
    exact: bool
    """The name was written as it is, accents and abbreviations aside."""
    doubtful: bool = False
    """The name is an everyday word and no city's, or abroad, or only nearly a village's."""


@dataclass(frozen=True, slots=True, order=True)
class _Hit:
    """A row before its place is built; the order is that of the answers."""

    rank: float
    row: int
    score: float
    exact: bool
    doubtful: bool = False


class Gazetteer:
    """Immutable look-ups over the places of one country."""

    __slots__ = ("_names", "_nearby", "_parts", "_regions", "_table")

    def __init__(self, loaded: Loaded, regions: Mapping[str, str]) -> None:
        """Take what was loaded, and state code to region code."""
        self._table, self._names, self._parts = loaded.table, loaded.names, loaded.parts
        self._regions = dict(regions)
        self._nearby = Nearby(loaded.table)

    @classmethod
    def from_rows(
        cls,
        lines: Iterable[str],
        extra: Iterable[str],
        regions: Mapping[str, Sequence[str]],
    ) -> Gazetteer:
        """Build from the lines of the two files and region code to state codes.

        Raises ``ValueError`` when the files do not fit.
        """
        of_state = {state: region for region, states in regions.items() for state in states}
        return cls(place_table.load(lines, extra, of_state), of_state)

    def __len__(self) -> int:
        """Return the number of places."""
        return len(self._table.lines)

    def by_id(self, place: PlaceId) -> Place | None:
        """Return the place with this id."""
        row = self._table.row_of.get(place)
        return None if row is None else self._place(row)

    def states(self) -> tuple[State, ...]:
        """Return the states, by name."""
        names = sorted(self._table.states.items(), key=lambda pair: fold(pair[1]))
        return tuple(State(c, name, self._regions.get(c, "")) for c, name in names)

    def state_named(self, text: str) -> State | None:
        """Return the state that a text names: ``Edomex``, ``Q. Roo``."""
        code = self._table.state_names.get(place_table.key_of(text[:MAX_KEY]))
        return next((s for s in self.states() if s.code == code), None)

    def find(self, text: str, limit: int = 5, near: Place | None = None) -> list[Found]:
        """Return the places that a text names, the likeliest first.

        The whole text is taken as a name, perhaps misspelt, perhaps with its state.
        Places that share a name all come back, up to the limit: ask which one. The name
        of a state that is no place's gives its biggest places, none of them exact. The
        name of a country is not taken for the villages that share it. Of two that fit
        equally, the one in the state of ``near``, named before, comes first.
        """
        words = words_of(text[: 4 * MAX_KEY])
        if not words or len(" ".join(words)) > MAX_KEY:
            return []
        key = " ".join(words)
        if key in self._table.countries:
            return []
        hits = self._whole(words) or self._with_state(words)
        doubtful = self._is_word(key)
        told = (replace(h, doubtful=doubtful and not self._is_city(h)) for h in hits)
        return self._found(told, limit, near)

    def spot(self, text: str, limit: int = 5, near: Place | None = None) -> list[Found]:
        """Return the places that a sentence mentions, where somebody is now first.

        Scores fall from "estoy en Tapachula" over a bare "Tapachula" to "vengo de Tapachula".
        """
        hits = list[_Hit]()
        mentions = place_mentions.of(text, self._table, self._names, self._parts)
        for order, mention in enumerate(mentions):
            # Of two that are said alike, the first.
            rank = SAID * mention.score - EARLIER * order
            named = [self._hit(row, mention.score, mention.exact, rank) for row in mention.rows]
            hits += self._rivals([self._nearer(hit, near) for hit in named])
        return self._found(hits, limit, None)

    def nearest(self, at: Coordinates) -> Place | None:
        """Return the city that surrounds a position, else the nearest place within 100 km."""
        row = self._nearby.row(at.latitude, at.longitude)
        return None if row is None else self._place(row)

    def _whole(self, words: Sequence[str]) -> list[_Hit]:
        """Places whose name is all of the words, and bigger ones of nearly that name."""
        key = " ".join(words)
        hits = [self._hit(row, 1.0, True) for row in self._names.exact(key)]
        hits += [self._hit(row, PART, False) for row in self._parts.exact(key)]
        state = self._table.state_names.get(key, "")
        if state and self._biggest(hits) < place_table.BIG:
            hits += self._biggest_of(state, PART if hits else STATE_ONLY)
        elif hits and self._biggest(hits) < ENOUGH:
            near = self._near(key, "", cutoff=0.8)
            hits += [h for h in near if self._table.populations[h.row] >= place_table.BIG]
        return hits

    def _with_state(self, words: Sequence[str]) -> list[_Hit]:
        """Places named by the words before a state, or by the words without a beginning."""
        name, state = place_mentions.split_state(words, self._table.state_names)
        for start in range(len(name)):
            hits = self._named(" ".join(name[start:]), STRIPPED if start else 1.0, state)
            if hits:
                return hits
            if name[start] not in LEADING:
                break
        hits = self._near(" ".join(name), state, CUTOFF)
        # "colonial yucatan": the state may be a part of the misspelt name.
        return hits + self._near(" ".join(words), "", CUTOFF) if state else hits

    def _named(self, key: str, score: float, state: str) -> list[_Hit]:
        hits = [self._hit(row, score, True) for row in self._names.exact(key)]
        hits += [self._hit(row, score * PART, False) for row in self._parts.exact(key)]
        return [h for h in hits if state in ("", self._table.state_codes[h.row])]

    def _near(self, key: str, state: str, cutoff: float) -> list[_Hit]:
        """Places whose names, or whose parts of names, are nearly that."""
        hits = [
            self._hit(row, score * factor, False)
            for index, factor in ((self._names, 1.0), (self._parts, PART))
            for score, name in index.near(key, cutoff)
            for row in index.rows(name)
        ]
        return [h for h in hits if state in ("", self._table.state_codes[h.row])]

    def _biggest_of(self, state: str, score: float) -> list[_Hit]:
        codes, populations = self._table.state_codes, self._table.populations
        rows = (row for row, code in enumerate(codes) if code == state)
        return [self._hit(row, score, False) for row in nlargest(5, rows, populations.__getitem__)]

    def _biggest(self, hits: Iterable[_Hit]) -> int:
        return max((self._table.populations[h.row] for h in hits), default=0)

    def _hit(self, row: int, score: float, exact: bool, rank_by: float | None = None) -> _Hit:
        """Rank by score, then by transit and inhabitants: people write from big places."""
        known = (EXACT_TRANSIT if exact else 0.05) * (row in self._table.transit)
        known += 0.02 * log10(1 + self._table.populations[row])
        known -= (ABROAD if exact else ABROAD / 4) * self._is_abroad(row)
        return _Hit((score if rank_by is None else rank_by) + known, row, score, exact)

    def _found(self, hits: Iterable[_Hit], limit: int, near: Place | None) -> list[Found]:
        best = dict[int, _Hit]()
        for hit in sorted(hits):
            best[hit.row] = self._nearer(hit, near)
        ranked = nlargest(limit, best.values())
        return [
            Found(self._place(h.row), h.score, h.exact, h.doubtful or self._is_unlikely(h))
            for h in ranked
        ]

    def _rivals(self, hits: Sequence[_Hit]) -> list[_Hit]:
        """Leave out villages that share the name of a city, and put its equals after it."""
        best, populations = max(hits), self._table.populations
        equals = (
            replace(hit, rank=hit.rank - RIVAL)
            for hit in hits
            if hit is not best
            and (
                hit.row in self._table.transit
                or populations[hit.row] * FAR_BIGGER > populations[best.row]
            )
        )
        return [best, *equals]

    def _nearer(self, hit: _Hit, near: Place | None) -> _Hit:
        code = near.state_code if near else ""
        is_there = code and self._table.state_codes[hit.row] == code
        return replace(hit, rank=hit.rank + NAMED_BEFORE) if is_there else hit

    def _is_city(self, hit: _Hit) -> bool:
        return hit.exact and self._table.populations[hit.row] >= place_table.BIG

    def _is_unlikely(self, hit: _Hit) -> bool:
        is_known = hit.row in self._table.transit or self._table.populations[hit.row] >= KNOWN
        return self._is_abroad(hit.row) or not (hit.exact or is_known)

    def _is_abroad(self, row: int) -> bool:
        return not self._table.state_codes[row] and row not in self._table.transit

    def _is_word(self, key: str) -> bool:
        """Say whether a key is an everyday word, a number or a city far away."""
        table = self._table
        words = (table.never, table.ordinary, table.elsewhere)
        return not any(map(str.isalpha, key)) or any(key in names for names in words)

    def _place(self, row: int) -> Place:
        cells = self._table.cells(row)
        return Place(
            id=PlaceId(cells[place_table.ID]),
            name=cells[place_table.NAME],
            municipality=cells[place_table.MUNICIPALITY],
            state=cells[place_table.STATE],
            state_code=cells[place_table.STATE_CODE],
            region=cells[place_table.REGION],
            latitude=self._table.latitudes[row],
            longitude=self._table.longitudes[row],
            population=self._table.populations[row],
            country=cells[place_table.COUNTRY],
        )


def stands_out(found: Sequence[Found]) -> bool:
    """Say whether the first can be taken without asking: well spelt, no rival of any size."""
    if not found or found[0].score < 0.84:
        return False
    top = found[0]
    return all(
        other.score < top.score - 0.1
        or other.place.population * FAR_BIGGER <= top.place.population
        or (top.exact and not other.exact and other.place.population <= top.place.population)
        for other in found[1:]
    )


def distance_km(a: Coordinates | Place, b: Coordinates | Place) -> float:
    """Return the great-circle distance in kilometres."""
    return kilometres(a.latitude, a.longitude, b.latitude, b.longitude)
