"""Opening hours: read, asked, written in words; schedules of HSDS become such texts."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import opening_hours
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.catalogs import load_catalogs
from bot.settings import LOCALES, ROOT
from referrals.hours import Hours, hours_of
from referrals.hours_weekly import weekly_of
from referrals.schedule_rows import schedule_text

MEXICO = ZoneInfo("America/Mexico_City")
TIJUANA = ZoneInfo("America/Tijuana")
MONDAY, TUESDAY, SATURDAY, SUNDAY = "2026-11-23", "2026-11-24", "2026-11-28", "2026-11-29"
REVOLUTION_DAY = "2026-11-16"


def at(text: str, clock: ZoneInfo = MEXICO, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock, fold=fold)


def read(text: str, country: str = "") -> Hours:
    hours = hours_of(text, country)
    assert hours is not None
    return hours


@pytest.mark.parametrize(
    ("text", "moment", "is_open"),
    [
        ("24/7", f"{SUNDAY}T23:59", True),
        ("Mo-Fr 09:00-17:00", f"{MONDAY}T09:00", True),
        ("Mo-Fr 09:00-17:00", f"{MONDAY}T17:00", False),
        ("Mo - Fr 09:00 - 17:00;", f"{MONDAY}T16:59", True),
        ("Mo-Fr 09:00–17:00", f"{MONDAY}T16:59", True),
        ("Mo-Fr 09:00-17:00; Sa 10:00-14:00", f"{SATURDAY}T13:59", True),
        ("Mo-Fr 09:00-17:00; Sa 10:00-14:00", f"{SUNDAY}T12:00", False),
        ("Mo-Fr 09:00-17:00, Sa 10:00-14:00", f"{SATURDAY}T13:59", True),
        ("Mo,We 09:00-12:00, 13:00-15:00", f"{MONDAY}T12:30", False),
        ("Mo,We 09:00-12:00,13:00-15:00", f"{MONDAY}T13:30", True),
        ("Mo-Su 20:00-08:00", f"{MONDAY}T03:00", True),
        ("Su 20:00-08:00", f"{MONDAY}T03:00", True),
        ("Su 20:00-08:00", f"{TUESDAY}T03:00", False),
        ("Su 20:00-08:00; Mo 10:00-12:00", f"{MONDAY}T11:00", True),
        ("Mo-Su 08:00-20:00; Su off", f"{SUNDAY}T12:00", False),
        ("24/7; Su off", f"{SUNDAY}T12:00", False),
        ("24/7 off", f"{SUNDAY}T12:00", False),
        ("Sa-Mo 10:00-11:00", f"{SUNDAY}T10:30", True),
        ("08:00-24:00", f"{SUNDAY}T23:59", True),
        ("Mo", f"{MONDAY}T00:00", True),
        ("Nov-Feb Mo 09:00-12:00", f"{MONDAY}T09:00", True),
        ("Mar-May Mo 09:00-12:00", f"{MONDAY}T09:00", False),
        ("Mo[4] 09:00-12:00", f"{MONDAY}T09:00", True),
        ("Mo[1] 09:00-12:00", f"{MONDAY}T09:00", False),
        ("2026 Nov 20-2026 Nov 24 09:00-12:00", f"{MONDAY}T09:00", True),
        ("Mo-Fr 09:00-17:00; 2026 Nov 23 off", f"{MONDAY}T09:00", False),
    ],
)
def test_opening_hours_are_read(text: str, moment: str, is_open: bool) -> None:
    assert read(text).is_open(at(moment)) is is_open
    assert read(text).is_open(datetime.fromisoformat(moment)) is is_open


@pytest.mark.parametrize(
    "text",
    [
        *("", ";", "lunes a viernes", "Mo-Fr 09:00", "Mo-Fr 25:00-26:00", "Xx 09:00-10:00"),
        *("Mo 09:61-10:00", "Mo-Tu-We 09:00-10:00", "Mo 9-17", "Mo-Fr\n09:00-10:00"),
        *("Mo-Fr sunrise-sunset", "SH off", "10:00+", "unknown", '"by appointment"'),
        *('Mo 10:00-12:00 || "call"', "Mar 09:00-17:00", "PH off", "PH off; PH closed"),
        "Mo 10:00-12:00," * 14 + "Mo 10:00-12:00",
    ],
)
def test_hours_that_are_not_understood_or_a_guess_are_unknown(text: str) -> None:
    assert hours_of(text, "MX") is None


def test_public_holidays_are_those_of_the_country() -> None:
    text, noon = "Mo-Fr 09:00-17:00; PH off", at(f"{REVOLUTION_DAY}T12:00")
    assert not read(text, "mx").is_open(noon)
    assert read(text, "mx").next_change(noon) == at("2026-11-17T09:00")
    assert read(text, "GT").is_open(noon)
    assert read("Mo-Fr 09:00-12:00; PH 11:00-13:00", "MX").is_open(noon)


def test_a_text_that_does_not_name_holidays_is_open_on_them() -> None:
    assert read("Mo-Fr 09:00-17:00", "MX").is_open(at(f"{REVOLUTION_DAY}T12:00"))


@pytest.mark.parametrize("country", ["", "ET", "NP", "TH", "XX", "Mexico", "\0"])
def test_where_nobody_knows_the_holidays_they_are_never(country: str) -> None:
    hours = read("Mo-Fr 09:00-17:00; PH off", country)
    assert hours.is_open(at(f"{REVOLUTION_DAY}T12:00"))


@pytest.mark.parametrize(
    ("text", "moment", "change"),
    [
        ("Mo-Fr 09:00-17:00", f"{MONDAY}T08:59:30", f"{MONDAY}T09:00"),
        ("Mo-Fr 09:00-17:00", f"{MONDAY}T09:00", f"{MONDAY}T17:00"),
        ("Mo-Fr 09:00-17:00", f"{SATURDAY}T09:00", "2026-11-30T09:00"),
        ("Su 20:00-08:00", f"{SUNDAY}T23:00", "2026-11-30T08:00"),
        ("Sa 00:00-24:00; Su 00:00-10:00", f"{SATURDAY}T01:00", f"{SUNDAY}T10:00"),
        ("Mo 10:00-11:00", f"{MONDAY}T11:00", "2026-11-30T10:00"),
        ("2026 Dec 24 off; Mo-Su 09:00-10:00", f"{SUNDAY}T09:30", f"{SUNDAY}T10:00"),
    ],
)
def test_the_next_change_is_told(text: str, moment: str, change: str) -> None:
    assert read(text).next_change(at(moment)) == at(change)
    naive = datetime.fromisoformat
    assert read(text).next_change(naive(moment)) == naive(change)


@pytest.mark.parametrize(
    "text", ["24/7", "off", "00:00-24:00", "10:00-10:00", "2025 Mo-Fr 10:00-11:00"]
)
def test_what_never_changes_has_no_next_change(text: str) -> None:
    assert read(text).next_change(at(f"{MONDAY}T12:00")) is None


def test_answers_are_right_again_after_what_was_remembered_ends() -> None:
    for text in ("Mo-Fr 09:00-17:00", "Mo-Fr 09:00-17:00; PH off"):
        hours = read(text, "MX")
        asked = [at(f"{MONDAY}T00:00") + timedelta(minutes=30 * n) for n in range(96)]
        for moment in (*asked, *reversed(asked), *asked[::7]):
            assert hours.is_open(moment) is (9 <= moment.hour < 17)


def test_clocks_of_two_states_are_kept_apart() -> None:
    hours, now = read("Mo-Fr 09:00-17:00"), datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
    for _ in range(2):
        assert hours.is_open(now.astimezone(MEXICO))
        assert not hours.is_open(now.astimezone(TIJUANA))
    assert hours.next_change(now.astimezone(TIJUANA)) == at(f"{MONDAY}T09:00", TIJUANA)


def test_equal_texts_share_one_object() -> None:
    assert hours_of(" Mo 08:00-09:00", "MX") is hours_of("Mo 08:00-09:00;", "CO")
    assert read("Mo 08:00-09:00; PH off", "MX") is not read("Mo 08:00-09:00; PH off", "CO")


def test_a_time_that_the_clock_leaps_over_is_the_leap() -> None:
    hours = read("02:30-04:00")
    before = at("2026-03-08T01:00", TIJUANA)
    change = hours.next_change(before)
    assert change is not None
    assert change.astimezone(UTC) == datetime(2026, 3, 8, 10, tzinfo=UTC)
    assert hours.is_open(change)


def test_an_hour_that_the_clock_shows_twice_is_open_twice() -> None:
    hours = read("01:30-04:00")
    first, again = (at("2026-11-01T01:45", TIJUANA, fold) for fold in (0, 1))
    assert hours.is_open(first) and hours.is_open(again)
    change = hours.next_change(at("2026-11-01T01:15", TIJUANA, fold=1))
    assert change is not None
    assert change.astimezone(UTC) == datetime(2026, 11, 1, 9, 30, tzinfo=UTC)


PIECES = [
    "Mo",
    "Tu",
    "Fr",
    "Su",
    "PH",
    "SH",
    "Jan",
    "Feb",
    "Dec",
    "Feb29",
    "2026",
    "9999",
    "1900",
    "2020-9999/3",
    "week",
    "01",
    "53",
    "-",
    ",",
    ";",
    ":",
    "/",
    "+",
    "[1]",
    "[-1]",
    "[5]",
    "00:00",
    "24:00",
    "48:00",
    "10:00-12:00",
    "22:00-06:00",
    "10:00-10:00",
    "off",
    "open",
    "unknown",
    "||",
    "easter",
    "days",
    "24/7",
    "+1",
    "-1",
    "30",
    "31",
    "sunrise",
    "(sunrise+01:00)",
    '"x"',
    "(",
    ")",
    "\x00",
    "lunes",
    "–",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join) | st.text(max_size=250)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1))


@given(TEXTS, MOMENTS, st.sampled_from([None, MEXICO, TIJUANA, UTC]))
@example("24/7 off", datetime(2026, 1, 1), None)
@example("9999 Mo 10:00-11:00", datetime(2026, 1, 1), UTC)
@example("week 53 Mo[5] 10:00-10:01", datetime(2026, 1, 1), MEXICO)
@example("Mo-Fr 09:00-17:00; PH off", datetime(9999, 12, 31, 23, 59, 59), UTC)
@example("Mo-Fr 09:00-17:00", datetime(1, 1, 1), UTC)
@example("Mo-Fr 09:00-17:00", datetime(9999, 12, 31, 23, 59, 59), None)
def test_no_text_breaks_the_reading_of_hours(
    text: str, moment: datetime, clock: ZoneInfo | None
) -> None:
    moment = moment.replace(tzinfo=clock)
    if (hours := hours_of(text, "MX")) is not None:
        change = hours.next_change(moment)
        assert hours.is_open(moment) in (True, False)
        assert change is None or change >= moment


DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
times = st.sampled_from([f"{h:02}:{m}" for h in range(24) for m in ("00", "30")])
spans = st.tuples(times, times | st.just("24:00")).map("-".join)
days = st.one_of(
    st.just(""),
    st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)).map("-".join),
    st.lists(st.sampled_from(DAYS), min_size=1, max_size=4).map(",".join),
)
openings = st.lists(spans, min_size=1, max_size=2).map(",".join) | st.just("off")
rules = st.tuples(days, openings).map(lambda parts: " ".join(parts).strip())
weeks = st.lists(rules, min_size=1, max_size=3).map("; ".join)
minutes = st.integers(0, 7 * 24 * 60)


@given(weeks, st.lists(minutes, min_size=1, max_size=20))
def test_a_plain_week_is_read_as_the_library_reads_it(text: str, asked: list[int]) -> None:
    library = opening_hours.OpeningHours(text, auto_country=False, auto_timezone=False)
    hours = read(text)
    for minute in asked:
        moment = datetime(2026, 11, 16) + timedelta(minutes=minute)
        assert hours.is_open(moment) is library.is_open(moment)
        if weekly_of(text):
            change = hours.next_change(moment)
            assert change is None or library.is_open(change) is not library.is_open(moment)
            assert change is None or change == library.next_change(moment)


def test_plain_weeks_and_prose_do_not_load_the_library() -> None:
    asked = "'Mo-Fr 09:00-17:00; Sa 10:00-12:00', 'Mo-Su 20:00-08:00', 'Lunes a viernes'"
    code = (
        f"import sys; from referrals.hours import hours_of; [hours_of(t) for t in ({asked})];"
        "assert 'opening_hours' not in sys.modules; hours_of('Mo 10:00-12:00; PH off');"
        "assert 'opening_hours' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


WEEKLY = {"id": "1", "service_id": "s", "freq": "WEEKLY"}


def weekly(days: str, opens: str, closes: str, **more: str) -> dict[str, str]:
    return WEEKLY | {"byday": days, "opens_at": opens, "closes_at": closes} | more


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([], ""),
        ([WEEKLY], ""),
        ([WEEKLY | {"description": "24/7"}], "24/7"),
        ([weekly("MO,TU", "09:00-06:00", "17:00-06:00")], "Mo,Tu 09:00-17:00"),
        ([weekly("", "09:00:00", "17:00:00")], "09:00-17:00"),
        (
            [weekly("MO,TU", "09:00", "12:00"), weekly("TU,WE", "14:00", "17:00")],
            "Mo 09:00-12:00; Tu 09:00-12:00,14:00-17:00; We 14:00-17:00",
        ),
        (
            [
                WEEKLY | {"description": "Mo-Fr 09:00-17:00"},
                WEEKLY | {"description": "Sa 9:00-12:00"},
            ],
            "Mo-Fr 09:00-17:00; Sa 9:00-12:00",
        ),
        (
            [weekly("MO", "09:00", "12:00", valid_from="2026-01-01", valid_to="2026-06-30")],
            "2026 Jan 01-2026 Jun 30 Mo 09:00-12:00",
        ),
        (
            [weekly("MO,FR", "09:00", "12:00", valid_from="2026-07-01")],
            "2026 Jul 01+ Mo,Fr 09:00-12:00",
        ),
        (
            [weekly("MO", "09:00", "12:00", valid_to="2026-12-31", until="2026-12-01")],
            "2000 Jan 01-2026 Dec 01 Mo 09:00-12:00",
        ),
        (
            [
                weekly("MO", "09:00", "12:00"),
                WEEKLY
                | {"valid_from": "2026-12-24", "valid_to": "2027-01-02"}
                | {"description": "Cerrado por vacaciones"},
            ],
            "Mo 09:00-12:00; 2026 Dec 24-2027 Jan 02 off",
        ),
        (
            [
                weekly("MO", "09:00", "12:00"),
                weekly("MO", "10:00", "11:00", valid_from="2026-12-28", valid_to="2026-12-28"),
            ],
            "Mo 09:00-12:00; 2026 Dec 28 Mo 10:00-11:00",
        ),
        (
            [weekly("MO", "09:00", "12:00", description="Lunes, excepto días festivos")],
            "Mo 09:00-12:00; PH off",
        ),
        (
            [weekly("MO", "09:00", "12:00", description="Mondays, closed on public holidays")],
            "Mo 09:00-12:00; PH off",
        ),
        (
            [
                WEEKLY
                | {"description": "24/7", "valid_from": "2026-12-24", "valid_to": "2026-12-24"}
            ],
            "2026 Dec 24 00:00-24:00",
        ),
        ([weekly("1MO,-1FR", "09:00", "12:00", freq="MONTHLY")], "Mo[1],Fr[-1] 09:00-12:00"),
        ([weekly("MO", "09:00Z", "12:00", description="Horario")], "Horario"),
        ([weekly("MO", "9am", "5pm", description="Horario")], "Horario"),
        ([weekly("XX", "09:00", "12:00", description="Horario")], "Horario"),
        ([weekly("MO", "09:00", "12:00", interval="2", description="Horario")], "Horario"),
        ([weekly("MO", "09:00", "12:00", count="3", description="Horario")], "Horario"),
        (
            [WEEKLY | {"valid_from": "2026-12-24", "description": "Pregunte por el horario"}],
            "Pregunte por el horario",
        ),
        (
            [weekly("MO", "09:00", "12:00"), {"location_id": "l", "description": "24/7"}],
            "Mo 09:00-12:00",
        ),
    ],
)
def test_schedules_become_opening_hours(rows: list[dict[str, str]], text: str) -> None:
    assert schedule_text(rows) == text
    assert not text or "orario" in text or hours_of(text)


def test_a_closed_exception_closes_its_days_only() -> None:
    closed = {"valid_from": "2026-12-24", "valid_to": "2027-01-02", "notes": "closed"}
    hours = read(schedule_text([weekly("MO", "09:00", "12:00"), WEEKLY | closed]))
    opened = [
        hours.is_open(at(f"{day}T10:00")) for day in ("2026-12-21", "2026-12-28", "2027-01-04")
    ]
    assert opened == [True, False, True]


def test_hours_are_written_in_the_words_of_each_language() -> None:
    catalogs = load_catalogs(LOCALES, ("es", "en", "fr", "pt", "ht"))
    text = "Mo-Fr 09:00-17:00; 2026 Dec 24-2027 Jan 02 off; PH off"
    written = {language: catalogs.of(language).hours(text) for language in catalogs.by_language}
    assert written == {
        "es": "lun-vie 09:00-17:00; 24 dic 2026 – 2 ene 2027 cerrado, excepto días festivos",
        "en": "Mon-Fri 09:00-17:00; Dec 24, 2026 – Jan 2, 2027 closed, except public holidays",
        "fr": "lun.-ven. 09:00-17:00; 24 déc. 2026 – 2 janv. 2027 fermé, sauf les jours fériés",
        "pt": "seg.-sex. 09:00-17:00; 24 de dez. de 2026 – 2 de jan. de 2027 fechado,"
        " exceto feriados",
        "ht": "Len-Van 09:00-17:00; 24 desanm 2026 – 2 janvye 2027 fèmen, eksepte jou konje",
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("24/7", "day and night"),
        ("24/7; PH off", "day and night, except public holidays"),
        ("2026 Jul 01+ Mo 10:00-12:00", "Jul 1, 2026 → Mon 10:00-12:00"),
        ("2000 Jan 01-2026 Dec 01 Mo 10:00-12:00", "→ Dec 1, 2026 Mon 10:00-12:00"),
        ("Mo 10:00-12:00; 2026 Feb 30 off", "Mon 10:00-12:00; 2026 Feb 30 closed"),
        ("Su horario: Mo y Tu", "Su horario: Mo y Tu"),
    ],
)
def test_dates_and_own_words_are_written_as_they_are_meant(text: str, words: str) -> None:
    assert load_catalogs(LOCALES, ("en",)).of("en").hours(text) == words


def test_changes_follow_each_other_through_a_year() -> None:
    hours, moment = (
        read("Mo-Fr 22:00-06:00; PH off; Dec 24 off", "MX"),
        at("2026-01-01T00:00", TIJUANA),
    )
    changes = [moment]
    while changes[-1].year == 2026:
        change = hours.next_change(changes[-1])
        assert change is not None
        changes.append(change)
    assert len(changes) > 400
    for earlier, later in pairwise(changes[1:]):
        assert earlier.astimezone(UTC) < later.astimezone(UTC)
        assert hours.is_open(earlier) is not hours.is_open(later)
