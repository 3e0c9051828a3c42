"""An organization keeps its listing alive: free places, "still true?", what changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.commands import OF_GROUPS, group_menu
from handlers.conversation import converse
from handlers.notices import ask_still_true
from handlers.staff import listing
from handlers.staff import router as staff
from handlers.turn import MAX_CHOICE_DATA, ChatKind, Context, Outcome, Session, ToCoordinators, Turn
from referrals.directory import Directory, Location, LocationId, ServiceAtLocation
from referrals.events import CapacityReported, ListingConfirmed
from referrals.live import LASTS, Live
from referrals.records import Capacity
from referrals.upkeep_questions import ASK_AFTER, due
from shell import referral
from town import BEDS, CLINIC, DOCTOR, HOUSE, NIGHT, Town, data_of, small_directory, text_of
from worlds import NOON, fictional_world

TODAY = NOON.date()
SECRET = "The address is kept secret; they will tell you."
STAFF = f"staff:{HOUSE}"


def bound() -> Town:
    town = Town(vouched=True)
    town.bind(HOUSE)
    return town


def reported(outcome: Outcome) -> CapacityReported:
    (event,) = outcome.events
    assert isinstance(event, CapacityReported)
    return event


def test_places_shows_a_message_for_each_service_with_buttons() -> None:
    outcome = bound().write(STAFF, "/places")
    assert [reply.text.split("\n")[0] for reply in outcome.replies] == ["Camas", "Refugio"]
    assert f"cap:{BEDS}:full" in data_of(outcome)
    assert not any(reply.replaces for reply in outcome.replies)


@pytest.mark.parametrize("available", LASTS)
def test_a_tap_reports_free_places_and_says_until_when_it_counts(available: str) -> None:
    town = bound()
    outcome = town.press(STAFF, f"cap:{BEDS}:{available}")
    assert reported(outcome) == CapacityReported(HOUSE, BEDS, available, None)
    (reply,) = outcome.replies
    assert reply.replaces
    assert reply.card == f"places:{BEDS}"
    until = fictional_world().catalogs.of("es").date(TODAY + LASTS[available])
    assert until in reply.text


@pytest.mark.parametrize("available", LASTS)
def test_what_the_message_says_is_what_people_are_told_until_that_day(available: str) -> None:
    town = bound()
    told = text_of(town.press(STAFF, f"cap:{BEDS}:{available}"))
    assert told in text_of(town.write(STAFF, "/places"))
    town.pass_days(LASTS[available].days)
    assert town.world.directory.capacity(BEDS) == Capacity(available, TODAY)
    town.pass_days(1)
    assert town.world.directory.capacity(BEDS) is None
    assert "ya es viejo" in text_of(town.write(STAFF, "/places"))


@pytest.mark.parametrize("days", [1, 3, 7, 14])
def test_closed_until_hides_the_service_until_that_day(days: int) -> None:
    town = bound()
    asked = town.press(STAFF, f"shut?:{BEDS}")
    assert not asked.events
    end = TODAY + timedelta(days=days)
    assert f"shut:{BEDS}:{end}" in data_of(asked)
    outcome = town.press(STAFF, f"shut:{BEDS}:{end}")
    assert reported(outcome).closed_until == TODAY + timedelta(days=days)
    assert not town.world.directory.is_offered(BEDS)
    town.pass_days(days - 1)
    assert not town.world.directory.is_offered(BEDS)
    town.pass_days(1)
    assert town.world.directory.is_offered(BEDS)


def test_open_again_ends_a_closure_and_keeps_the_free_places() -> None:
    town = bound()
    town.press(STAFF, f"cap:{BEDS}:few")
    closed = town.press(STAFF, f"shut:{BEDS}:{TODAY + timedelta(days=7)}")
    assert f"reop:{BEDS}" in data_of(closed)
    outcome = town.press(STAFF, f"reop:{BEDS}")
    assert reported(outcome) == CapacityReported(HOUSE, BEDS, "", None)
    assert town.world.directory.is_offered(BEDS)
    assert town.world.directory.capacity(BEDS) == Capacity("few", TODAY)


@pytest.mark.parametrize("days", [-1, 0, 15])
def test_a_day_that_is_past_or_far_is_asked_for_again(days: int) -> None:
    """A button says a day and may be pressed late: it must not mean another one."""
    town = bound()
    outcome = town.press(STAFF, f"shut:{BEDS}:{TODAY + timedelta(days=days)}")
    assert not outcome.events
    assert f"shut:{BEDS}:{TODAY + timedelta(days=1)}" in data_of(outcome)
    assert not town.press(STAFF, f"shut:{BEDS}:never").events


def test_back_from_the_days_changes_nothing() -> None:
    town = bound()
    outcome = town.press(STAFF, f"open?:{BEDS}")
    assert not outcome.events
    assert outcome.replies[0].text == town.write(STAFF, "/places").replies[0].text


VERBS = ("plc", "cap", "shut?", "shut", "open?", "reop", "lst", "still", "chg")


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("id", [DOCTOR, "nothing", "", ":", "x" * 50])
def test_a_forged_button_of_another_organization_is_refused(verb: str, id: str) -> None:
    town = bound()
    for ending in ("", ":full", ":3", ":few", ":999", ":-1"):
        outcome = town.press(STAFF, f"{verb}:{id}{ending}")
        assert not outcome.events
        assert not outcome.notices
        assert "Consulta" not in text_of(outcome)
    assert "no es de este chat" in text_of(outcome)


@pytest.mark.parametrize("ending", ["", ":", ":unknown", ":empty", ":15", ":0", ":x", ":١"])
def test_a_made_up_report_is_refused(ending: str) -> None:
    town = bound()
    for verb in ("cap", "shut"):
        assert not town.press(STAFF, f"{verb}:{BEDS}{ending}").events


def test_declining_as_full_reports_nothing_by_itself() -> None:
    town = bound()
    town.write("p", "busco albergue en tapachula")
    town.press("p", f"ref:{BEDS}")
    town.press("p", "send")
    (code,) = town.referrals
    outcome = town.press(STAFF, f"why:{code}:full")
    assert outcome.events
    assert not any(isinstance(e, CapacityReported) for e in outcome.events)


def test_an_unbound_chat_gets_nothing() -> None:
    town = Town(vouched=True)
    for text in ("/places", "/listing", "/change we moved"):
        outcome = town.write(STAFF, text)
        assert not outcome.replies
        assert not outcome.notices
    assert not town.press(STAFF, f"cap:{BEDS}:full").events


def many_services() -> Directory:
    first = small_directory(TODAY).service(BEDS)
    assert first is not None
    names = [f"Servicio {n}" for n in range(6)]
    services = [replace(first, id=type(BEDS)(name), name=name) for name in names]
    return Directory(small_directory(TODAY).organizations(), services)


def test_of_many_services_there_is_a_list_first() -> None:
    town = Town(vouched=True, directory=many_services())
    town.bind(HOUSE)
    (places,) = town.write(STAFF, "/places").replies
    assert len(places.choices) == 6
    assert text_of(town.press(STAFF, "plc:Servicio 3")).startswith("Servicio 3")
    (listings,) = town.write(STAFF, "/listing").replies
    assert len(listings.choices) == 6
    assert "Servicio 5" in text_of(town.press(STAFF, "lst:Servicio 5"))


def test_an_organization_without_services_is_told_so() -> None:
    town = Town(vouched=True, directory=Directory(small_directory(TODAY).organizations()))
    town.bind(HOUSE)
    for text in ("/places", "/listing"):
        assert "coordinación" in text_of(town.write(STAFF, text))


def test_listing_shows_everything_and_asks_whether_it_is_true() -> None:
    outcome = bound().write(STAFF, "/listing")
    text = outcome.replies[0].text
    for part in ("Casa Uno", "Camas", "Calle Uno 1", "000 000 0001", "Español"):
        assert part in text
    assert "horario" in text
    assert "si piden papeles" in text
    assert data_of(outcome)[:2] == [f"still:{BEDS}", f"chg:{BEDS}"]


def test_a_confidential_address_is_not_in_the_listing() -> None:
    secret = Location(
        LocationId("s"), "Casa Azul", "Tapachula", "Chiapas", "CHP", 14.91, -92.25,
        "Calle Secreta 9", is_confidential=True,
    )  # fmt: skip
    plain = small_directory(TODAY)
    directory = Directory(
        plain.organizations(),
        plain.services(),
        [secret],
        [ServiceAtLocation(s.id, s.id, secret.id) for s in plain.services()],
    )
    town = Town(vouched=True, directory=directory)
    town.bind(HOUSE)
    text = text_of(town.write(STAFF, "/listing"))
    assert "Secreta" not in text
    assert "Casa Azul" not in text
    assert fictional_world().catalogs.of("es")(SECRET) in text


def test_yes_all_of_it_counts_as_a_check_of_today() -> None:
    town = bound()
    town.pass_days(100)
    assert town.world.directory.standing(BEDS).code == "stale"
    outcome = town.press(STAFF, f"still:{BEDS}")
    assert outcome.events == (ListingConfirmed(HOUSE, BEDS),)
    assert town.world.directory.standing(BEDS).code == "fresh"
    assert town.world.directory.standing(NIGHT).code == "stale"


def test_a_change_goes_to_the_coordinators_in_the_team_s_own_words() -> None:
    town = bound()
    town.join("ana")
    outcome = town.write(STAFF, "/change  abrimos\na las 8 {number}")
    (notice,) = outcome.notices
    assert notice.to == ToCoordinators()
    assert "Casa Uno" in notice.reply.text
    assert "abrimos\na las 8 {number}" in notice.reply.text
    assert not outcome.events
    assert "abrimos" not in str(outcome.session)


def test_a_long_change_is_cut() -> None:
    town = bound()
    town.join("ana")
    (notice,) = town.write(STAFF, "/change " + "ñ" * 3000).notices
    assert notice.reply.text.count("ñ") == listing.MOST_LETTERS


def test_a_change_without_words_says_how() -> None:
    town = bound()
    town.join("ana")
    for outcome in (town.write(STAFF, "/change"), town.press(STAFF, f"chg:{BEDS}")):
        assert "/change" in text_of(outcome)
        assert not outcome.notices


def test_a_change_that_nobody_would_read_is_not_said_to_be_sent() -> None:
    outcome = bound().write(STAFF, "/change abrimos a las 8")
    assert not outcome.notices
    assert "llamen" in text_of(outcome)


def test_what_a_group_writes_to_each_other_is_not_read() -> None:
    outcome = bound().write(STAFF, "estamos llenos, cerramos el lunes")
    assert not outcome.replies
    assert not outcome.events


def test_binding_says_whether_people_are_sent_already_and_tells_the_coordinators() -> None:
    town = Town()
    outcome = town.bind(HOUSE)
    assert "revisan" in text_of(outcome)
    (notice,) = outcome.notices
    assert notice.to == ToCoordinators()
    assert "Casa Uno" in notice.reply.text


def test_binding_may_be_the_last_step() -> None:
    town = Town()
    town.join("ana")
    town.join("beto")
    for alias in ("ana", "beto"):
        town.press(f"coordinator:{alias}", f"vok:{HOUSE}")
    town.called_back("ana", HOUSE)
    assert not town.vetting(HOUSE).is_active
    outcome = town.bind(HOUSE)
    assert town.vetting(HOUSE).is_active
    assert "revisan" not in text_of(outcome)
    assert "Desde ahora la gente la ve" in outcome.notices[0].reply.text


def test_the_monthly_question_speaks_the_language_of_the_chat() -> None:
    town = bound()
    town.bound[HOUSE] = "fr"
    context = Context(town.world, town.now, staff=town.bound)
    reply = ask_still_true(context, HOUSE, BEDS)
    assert "encore vrai" in reply.text
    assert "Camas" in reply.text


def lately(town: Town, *asked: str) -> list[str]:
    return [s.id for s in due(town.world.directory, town.today, frozenset(asked))]  # type: ignore[arg-type]  # ids of services


def test_listings_are_due_a_month_after_their_last_check() -> None:
    town = bound()
    town.pass_days(ASK_AFTER.days - 1)
    assert lately(town) == []
    town.pass_days(1)
    assert lately(town) == [BEDS, DOCTOR, NIGHT]
    assert lately(town, BEDS) == [DOCTOR, NIGHT]
    town.press(STAFF, f"still:{NIGHT}")
    assert lately(town) == [BEDS, DOCTOR]


def test_an_organization_that_is_not_active_is_not_asked() -> None:
    town = Town()
    town.pass_days(60)
    assert lately(town) == []
    town.activate(CLINIC)
    assert lately(town) == [DOCTOR]


def test_the_longest_unchecked_is_asked_first() -> None:
    town = bound()
    town.pass_days(40)
    town.press(STAFF, f"still:{BEDS}")
    town.pass_days(40)
    assert lately(town) == [DOCTOR, NIGHT, BEDS]


def test_a_listing_that_nobody_vouched_for_is_not_asked_about() -> None:
    plain = small_directory(TODAY)
    services = [replace(s, assured_date=None) for s in plain.services()]
    town = Town(vouched=True, directory=Directory(plain.organizations(), services))
    town.pass_days(60)
    assert lately(town) == []


def test_every_command_of_a_group_s_menu_is_answered() -> None:
    assert set(OF_GROUPS) <= set(staff.COMMANDS)
    menus = group_menu(fictional_world().catalogs)
    assert set(menus) == {"es", "en", "fr", "pt", "ht"}
    assert all(len(menu) == len(OF_GROUPS) == 5 for menu in menus.values())
    assert all(3 <= len(words) <= 256 for menu in menus.values() for _, words in menu)


def test_button_data_of_staff_fits_the_messenger() -> None:
    assert len(staff.CHOICES) > 15
    for verb in staff.CHOICES:
        assert len(f"{verb}:{'0' * 36}:full".encode()) <= MAX_CHOICE_DATA


def test_days_in_messages_are_those_of_the_country() -> None:
    town = bound()
    # Already the 25th in UTC, still the 24th in Mexico City.
    town.now = NOON.replace(hour=23, minute=59) + timedelta(hours=5)
    assert town.today == date(2026, 11, 24)
    town.press(STAFF, f"shut:{BEDS}:2026-11-25")
    assert town.ledger.states[BEDS].closed_until == date(2026, 11, 25)


def test_an_organization_that_is_paused_can_decline_but_not_accept() -> None:
    world = fictional_world()
    [first, *_] = world.directory.services()
    asked = replace(referral("ABCD2345", first.organization_id), service=first.id, need="housing")
    for directory, events in (
        (world.directory, 1),
        (world.directory.with_live(Live(world.directory.live.day)), 0),
    ):
        context = Context(
            world=replace(world, directory=directory),
            now=NOON,
            referrals={asked.code: asked},
            staff={first.organization_id: "es"},
            organization=first.organization_id,
        )
        taken = converse(Turn(ChatKind.GROUP, choice="acc:ABCD2345"), Session(), context)
        assert len(taken.events) == len(taken.notices) == events
        declined = converse(Turn(ChatKind.GROUP, choice="why:ABCD2345:full"), Session(), context)
        assert len(declined.events) == 1
