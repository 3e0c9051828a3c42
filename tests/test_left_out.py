"""Why a service is not in a list."""

from __future__ import annotations

from collections import Counter
from random import Random

import drawn
from matching_oracle import Oracle
from referrals.left_out import is_for_her, left_out
from referrals.matching import rank


def test_each_service_for_the_need_is_in_the_list_or_left_out_with_a_true_reason() -> None:
    seen: Counter[str] = Counter()
    for seed in range(400):
        draw = Random(seed)
        listed, search, now = drawn.directory(draw), drawn.search(draw), drawn.moment(draw)
        found, plain = rank(listed, search, now), Oracle(listed, search, now)
        left = list(left_out(listed, search, now))
        shown = [match.service.id for match in found.matches]
        both = [*shown, *(item.service.id for item in left)]
        wanted = {s.id for s in listed.services() if s.needs & set(search.needs)}
        assert sorted(both) == sorted(wanted)
        for item in left:
            s = item.service
            truths = {
                "not_assured": s.assured_date is None,
                "gone": bool(s.assured_date) and plain.is_gone(s),
                "closed_until": plain.is_closed(s),
                "seen": s.id in search.exclude,
                "not_for_her": not plain.is_for_her(s),
                "asks_papers": plain.asks(s),
                "full": plain.is_full(s),
                "unvetted": not listed.live.organization(s.organization_id).vetting.is_active,
            }
            assert {code for code, holds in truths.items() if holds} == set(truths) & {
                *item.reasons
            }
            assert is_for_her(search, s) == plain.is_for_her(s)
            places = listed.locations_of(s.id) or (None,)
            rings = [found.ring] if found.ring else plain.rings()
            inside = any(plain.inside(s, place, ring) for place in places for ring in rings)
            assert ("too_far" in item.reasons) is not inside
            seen.update(item.reasons)
            if item.reasons == ("outranked",):
                assert len(shown) == search.limit
    every = "inactive not_assured unvetted probation gone closed_until seen not_for_her asks_papers"
    assert set(seen) == {*every.split(), "full", "too_far", "outranked"}
