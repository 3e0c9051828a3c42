"""The figures of many made-up months, with their intervals, as a table. Pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from month_assumed import (
    AROUND_KM,
    HOURS_FOR,
    NEEDS,
    OPEN_HOUSING,
    OPEN_OTHERS,
    SERVES,
    SPEAKS,
    STAFF_SPEAKS,
    TOWNS,
    WAKING,
    WHO,
    Assumed,
)
from month_state import Tally
from scipy.special import stdtrit

FORM = "published: inter-agency referral form"
REPORTS = "published: inter-agency reports (Lebanon, first quarter of 2021)"
NAMES = {
    "nearest": "nearest first",
    "fitting": "nearest that fits",
    "untapped": "Faro, nobody taps",
    "faro": "Faro",
    "knowing": "if all were known",
}
"""The ways to choose, in the order of the columns."""
DIFFERENCES = (("faro", "nearest"), ("faro", "fitting"))
"""What is shown besides: the former less the latter, seed by seed."""

PERCENT: Mapping[str, Callable[[Tally, int], float]] = {
    "people whose first request is accepted": lambda t, _: t.at_first / t.people,
    "requests declined because full": lambda t, _: t.full / t.requests,
    "requests declined because not for her": lambda t, _: t.not_eligible / t.requests,
    "requests not answered in time": lambda t, _: t.unanswered / t.requests,
    "people who reach a service in the time of their priority": lambda t, _: t.in_time / t.people,
    "emergencies that do (24 hours)": lambda t, _: t.emergencies_in_time / t.emergencies,
    "people who reach one at all": lambda t, _: t.arrived / t.people,
    "services sent more people than places on some day": lambda t, n: len(t.flooded) / n,
    "services sent three too many or more on some day": lambda t, n: len(t.badly_flooded) / n,
}
PLAIN: Mapping[str, Callable[[Tally, int], float]] = {
    "requests for each person who arrives": lambda t, _: t.requests / max(1, t.arrived),
    "of them declined because full": lambda t, _: t.full / max(1, t.arrived),
    "hours until there, median": lambda t, _: statistics.median(t.hours),
    "km travelled by who arrives, median": lambda t, _: statistics.median(t.km),
    "km travelled by who arrives, mean": lambda t, _: statistics.fmean(t.km),
}

Tallies = Sequence[Mapping[str, Tally]]


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean and half of its 95 % interval (Student's t over the seeds)."""
    mean = statistics.fmean(values)
    if len(values) < 2:
        return mean, math.inf
    spread = statistics.stdev(values) / math.sqrt(len(values))
    return mean, float(stdtrit(len(values) - 1, 0.975)) * spread


def table(tallies: Tallies, services: int) -> list[str]:
    """Return the table: a row for each figure, a column for each way."""
    heads = [*NAMES.values(), *(f"{NAMES[a]} less {NAMES[b]}" for a, b in DIFFERENCES)]
    lines = [f"| | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for rows, scale, unit in ((PERCENT, 100, " %"), (PLAIN, 1, "")):
        for label, figure in rows.items():
            found = [{way: figure(t, services) * scale for way, t in seed.items()}
                     for seed in tallies]  # fmt: skip
            cells = _cells(found, unit)
            lines.append(f"| {label} | {' | '.join(cells)} |")
    return lines


def _cells(found: Sequence[Mapping[str, float]], unit: str) -> list[str]:
    values = {way: np.array([seed[way] for seed in found]) for way in NAMES}
    differences = (list(values[a] - values[b]) for a, b in DIFFERENCES)
    cells = [_cell(list(column), unit, "") for column in values.values()]
    return [*cells, *(_cell(column, unit, "+") for column in differences)]


def _cell(values: Sequence[float], unit: str, sign: str) -> str:
    mean, half = interval(values)
    return f"{mean:{sign}.1f}{unit} ± {half:.1f}"


def assumptions(assumed: Assumed) -> list[str]:
    """Return the table of what the months rest on."""
    lines = ["| What | Figure | Whence |", "|---|---|---|"]
    rows = (*_published(assumed), *_assumed(assumed), *_shares())
    return lines + [f"| {what} | {figure} | {whence} |" for what, figure, whence in rows]


Row = tuple[str, str, str]


def _published(a: Assumed) -> Iterator[Row]:
    hours = " / ".join(f"{HOURS_FOR[p]:g} h" for p in HOURS_FOR)
    yield "time of an emergency, an urgent and a normal request", hours, FORM
    near = f"{a.near_limit_housing:.0%} of shelters"
    yield "at or near their limit", near, "published: at least 16 of 20 in Mexico"
    yield "health requests without an answer", f"{a.unanswered_health:.0%}", REPORTS
    yield "protection requests without an answer", f"{a.unanswered_protection:.0%}", REPORTS


def _assumed(a: Assumed) -> Iterator[Row]:
    """Yield what nobody has published."""
    rows = {
        "people, each with one need": f"{a.people_a_day} a day for {a.days} days",
        "they write": f"between {WAKING[0]:g} and {WAKING[1]:g} h",
        "people and services are around the middle of a town": f"normal, {AROUND_KM:g} km",
        "services, one need each": f"{a.services}",
        "other services near their limit": f"{a.near_limit_others:.0%}",
        "free places at dawn near the limit": f"{_normal(a.free_near_limit)}; below one: full",
        "free places at dawn elsewhere": _normal(a.free_roomy),
        "likeness of a day's free places to the day before": f"correlation {a.stays_as_before}",
        "a bed is taken for": f"{a.nights:g} nights; an appointment for the day",
        "other requests without an answer": f"{a.unanswered_others:.0%}",
        "differences between organizations": f"beta, concentration {a.differs:g}",
        "of these, listings that are closed or moved": f"{a.dead_listings:.0%}",
        "hours of opening until an answer": f"median {a.answer_hours[0]:g},"
        f" log-normal with spread {a.answer_hours[1]:g}",
        "organizations that tap their free places": "; ".join(
            f"{share:.0%} on {rate:.0%} of days" for share, rate in a.taps
        ),
        "taps that are wrong": f"{a.wrong_taps:.0%}",
        "organizations that confirm their listing once": f"{a.confirms:.0%}",
        "people who tell the bot that nobody answered": f"{a.says_no_answer:.0%}",
        "people who tell whom it is for, and that they have no papers": f"{a.tells:.0%}",
        "people without papers": f"{a.without_papers:.0%}",
        "services that ask for papers": f"{a.asks_papers:.0%}",
        "listings that say so, or that they do not": f"{a.papers_listed:.0%}",
        "an unanswered request is given up after": f"{a.patience:.0%} of the priority's time",
        "who finds nothing in reach looks again after": "the same time",
        "requests that somebody makes": f"at most {a.most_tries}, in the priority's time",
        "nobody travels further than": f"{a.most_km:g} km, at {a.km_an_hour:g} km an hour",
        "urgent needs that are emergencies": f"{a.emergencies:.0%}",
    }
    for what, figure in rows.items():
        yield what, figure, "assumed"


def _shares() -> Iterator[Row]:
    asked = {need: share for need, (share, _) in NEEDS.items()}
    offered = {need: share for need, (_, share) in NEEDS.items()}
    places = {name: share for (name, _), share in TOWNS.items()}
    audiences = {" and ".join(who) or "not said": share for who, share in SERVES.items()}
    for what, shares in {
        "people by need": asked,
        "services by need": offered,
        "people, and services, by place": places,
        "people by whom it is for": WHO,
        "services by whom they serve": audiences,
        "people by language": SPEAKS,
        "services by language": {" + ".join(said): n for said, n in STAFF_SPEAKS.items()},
        "hours of shelters": OPEN_HOUSING,
        "hours of other services": OPEN_OTHERS,
    }.items():
        yield what, ", ".join(f"{name} {share:g}" for name, share in shares.items()), "assumed"


def _normal(mean_and_spread: tuple[float, float]) -> str:
    return f"mean {mean_and_spread[0]:g}, spread {mean_and_spread[1]:g}"


def between(text: str, mark: str, lines: Sequence[str]) -> str:
    """Return a document with the lines between the two comments of a mark."""
    begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
    before, rest = text.split(begin)
    _, after = rest.split(end)
    return "\n".join([f"{before}{begin}", *lines, f"{end}{after}"])
