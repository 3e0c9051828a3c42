"""Coordinators in their own private chats: joining, what waits, each step, each notice."""

from __future__ import annotations

from base64 import urlsafe_b64decode

import pytest

from handlers.conversation import converse
from handlers.coordinator import calling, router, vetting, waiting
from handlers.person import router as person
from handlers.turn import (
    MAX_CHOICE_DATA,
    MAX_TEXT,
    Context,
    Invitation,
    Outcome,
    Session,
    ToCoordinators,
    ToStaff,
    Turn,
)
from referrals.directory import Directory, Organization, OrganizationId
from referrals.events import (
    CoordinatorJoined,
    InvitationMade,
    ListingConfirmed,
    NeedAsked,
    NeedUnmet,
    QuestionAnswered,
    VettingStepTaken,
)
from referrals.records import STUB
from referrals.vetting import COUNTS_FOR, PROBATION, StepKind, VettingStep
from town import BEDS, CLINIC, HOUSE, Town, data_of, text_of
from worlds import NOON

ANA, BETO = "coordinator:ana", "coordinator:beto"
TODAY = NOON.date()


def seated(*aliases: str, vouched: bool = False) -> Town:
    town = Town(vouched=vouched)
    for alias in aliases:
        town.join(alias)
    return town


def step_of(outcome: Outcome) -> VettingStep:
    (event,) = outcome.events
    assert isinstance(event, VettingStepTaken)
    return event.step


def test_a_link_makes_a_private_chat_a_coordinator_s() -> None:
    town = Town()
    outcome = town.join("ana")
    assert outcome.events == (CoordinatorJoined("ana", "es"),)
    assert "/vet" in text_of(outcome)
    assert "dos personas distintas" in text_of(outcome)


def test_one_chat_cannot_become_two_coordinators() -> None:
    town = seated("ana")
    turn = Turn(command="start", payload="token", client_language="es")
    outcome = town.take(ANA, turn, Invitation(None, "beto"))
    assert not outcome.events
    assert town.seated == {"ana"}


COORDINATORS_OWN = ("/vet", "/vet casa", "/listing", "/listing casa")


@pytest.mark.parametrize("text", COORDINATORS_OWN)
def test_for_a_person_these_commands_do_not_exist(text: str) -> None:
    town = seated("ana")
    town.write("p", "/start")
    nothing = town.write("p", "/no_such_command")
    assert text_of(town.write("p", text)) == text_of(nothing)


@pytest.mark.parametrize("verb", router.CHOICES)
def test_a_coordinator_s_button_does_nothing_in_a_person_s_chat(verb: str) -> None:
    town = seated("ana")
    for argument in (HOUSE, BEDS, "0", ""):
        outcome = town.press("p", f"{verb}:{argument}")
        assert not outcome.events
        assert not outcome.notices
    assert verb not in person.CHOICES


@pytest.mark.parametrize("verb", router.CHOICES)
@pytest.mark.parametrize("argument", ["", "nobody", ":", "-1", "9" * 30, "é", "x" * 60])
def test_a_forged_button_of_a_coordinator_changes_nothing(verb: str, argument: str) -> None:
    town = seated("ana")
    outcome = town.press(ANA, f"{verb}:{argument}")
    assert not outcome.events
    assert not outcome.notices
    assert outcome.replies


def test_vet_lists_what_waits_with_counts() -> None:
    town = seated("ana", "beto")
    outcome = town.write(ANA, "/vet")
    assert "espera tu aprobación: 2" in text_of(outcome)
    assert data_of(outcome) == [f"vet:{HOUSE}", f"vet:{CLINIC}"]


def test_what_waits_follows_the_steps() -> None:
    town = seated("ana", "beto")

    def wait(chat: str) -> str:
        return text_of(town.press(chat, "vets:0")).split("\n\n")[1].split("\n")[-1]

    town.activate(CLINIC)
    assert wait(ANA) == "Casa Uno · espera tu aprobación"
    town.press(ANA, f"vok:{HOUSE}")
    assert wait(ANA) == "Casa Uno · espera una llamada de control"
    assert wait(BETO) == "Casa Uno · espera tu aprobación"
    town.called_back("ana", HOUSE)
    assert wait(ANA) == "Casa Uno · espera su chat"
    town.bind(HOUSE)
    assert wait(ANA) == "Casa Uno · espera a otra persona de la coordinación"
    town.press(BETO, f"vok:{HOUSE}")
    assert "No hay nada" in text_of(town.write(ANA, "/vet"))
    town.press(ANA, f"vpau!:{HOUSE}")
    assert wait(BETO) == "Casa Uno · en pausa"
    town.press(ANA, f"vref!:{HOUSE}")
    assert "No hay nada" in text_of(town.write(ANA, "/vet"))


def test_an_organization_is_to_check_again_thirty_days_before_its_vetting_ends() -> None:
    town = seated()
    town.activate(HOUSE)
    town.activate(CLINIC)
    town.pass_days(COUNTS_FOR.days - 31)
    assert "No hay nada" in text_of(town.write(ANA, "/vet"))
    town.pass_days(1)
    outcome = town.write(ANA, "/vet")
    assert "por revisar de nuevo: 2" in text_of(outcome)
    for chat in (ANA, BETO):
        assert step_of(town.press(chat, f"vok:{HOUSE}")).kind is StepKind.APPROVED
    town.called_back("ana", HOUSE)
    assert "Casa Uno" not in text_of(town.write(ANA, "/vet"))


def with_many(number: int) -> Town:
    ids = [OrganizationId(f"o{n:02}") for n in range(number)]
    town = Town(directory=Directory(Organization(id, f"Grupo {id}") for id in ids))
    town.join("ana")
    return town


def test_a_long_list_comes_in_pages_of_eight() -> None:
    town = with_many(20)
    seen: list[str] = []
    outcome = town.write(ANA, "/vet")
    while True:
        data = data_of(outcome)
        seen += [d for d in data if d.startswith("vet:")]
        more = [d for d in data if d.startswith("vets:")]
        assert len(data) - len(more) <= waiting.A_PAGE
        if not more:
            break
        outcome = town.press(ANA, more[0])
    assert seen == [f"vet:o{n:02}" for n in range(20)]


def test_an_organization_known_by_its_name_only_waits_for_nothing() -> None:
    stub = Organization(HOUSE, "Casa Uno", status=STUB)
    town = Town(directory=Directory([stub]))
    town.join("ana")
    assert "No hay nada" in text_of(town.write(ANA, "/vet"))
    assert "solo un nombre" in text_of(town.write(ANA, "/vet casa"))


def test_vet_with_words_finds_by_part_of_the_name_without_accents() -> None:
    town = seated("ana")
    assert "Clínica Dos" in text_of(town.write(ANA, "/vet CLINICA"))
    assert "Ninguna" in text_of(town.write(ANA, "/vet zzz"))
    both = town.write(ANA, "/vet s")
    assert data_of(both) == [f"vet:{HOUSE}", f"vet:{CLINIC}"]


def test_more_than_eight_of_a_name_ask_for_more_of_it() -> None:
    outcome = with_many(12).write(ANA, "/vet grupo")
    assert len(data_of(outcome)) == waiting.A_PAGE
    assert "escribe más" in text_of(outcome)


def test_the_screen_says_where_everything_stands() -> None:
    town = seated()
    town.activate(HOUSE)
    for reason, people in (("closed", 2), ("asked_money", 3)):
        town.ledger.doubt(BEDS, reason, people)
    text = text_of(town.write(ANA, "/vet casa"))
    for part in ("ana y beto", "Llamada de control", "Hasta el", "Revisada hasta", "dinero"):
        assert part in text
    assert "cerrado" not in text
    assert "000 000 0001" not in text


def test_an_approval_is_recorded_under_the_alias_of_the_chat() -> None:
    town = seated("ana", "beto")
    outcome = town.press(ANA, f"vok:{HOUSE}")
    assert step_of(outcome) == VettingStep(HOUSE, StepKind.APPROVED, TODAY, "ana")
    (notice,) = outcome.notices
    assert notice.to == ToCoordinators(besides="ana")
    assert "ana aprobó Casa Uno" in notice.reply.text


def test_approving_twice_says_that_somebody_else_must() -> None:
    town = seated("ana", "beto")
    town.press(ANA, f"vok:{HOUSE}")
    outcome = town.press(ANA, f"vok:{HOUSE}")
    assert not outcome.events
    assert not outcome.notices
    assert "de otra persona" in text_of(outcome)


def test_a_call_back_asks_for_the_source_of_the_number_first() -> None:
    town = seated("ana")
    asked = town.press(ANA, f"vcall:{HOUSE}")
    assert not asked.events
    assert "Nunca uses" in text_of(asked)
    outcome = town.write(ANA, "  el registro\n del   estado ")
    step = step_of(outcome)
    assert (step.kind, step.note) == (StepKind.CALLED_BACK, "el registro del estado")
    assert "el registro" not in str(outcome.notices)
    assert "el registro" not in str(outcome.session)


def test_a_long_source_is_cut_and_an_empty_one_is_asked_for_again() -> None:
    town = seated("ana")
    town.press(ANA, f"vcall:{HOUSE}")
    assert not town.write(ANA, "·").events
    assert len(step_of(town.write(ANA, "w" * 900)).note) == calling.LONGEST


@pytest.mark.parametrize("text", ["salir", "menú", "no", "volver"])
def test_words_that_always_work_do_so_while_a_source_is_asked_for(text: str) -> None:
    town = seated("ana")
    town.press(ANA, f"vcall:{HOUSE}")
    assert not town.write(ANA, text).events
    assert not town.write(ANA, "el registro del estado").events


def test_a_source_that_sounds_like_a_danger_counts_and_the_numbers_come_first() -> None:
    town = seated("ana")
    town.press(ANA, f"vcall:{HOUSE}")
    outcome = town.write(ANA, "registro de refugios, mi marido me pega")
    assert step_of(outcome).kind is StepKind.CALLED_BACK
    assert "079" in outcome.replies[0].text


def test_a_source_in_another_language_does_not_change_the_chat_s() -> None:
    town = seated("ana")
    town.press(ANA, f"vcall:{HOUSE}")
    town.write(ANA, "I found the telephone number on the page of the government")
    assert town.session_of(ANA).language == "es"


def test_the_question_for_a_source_ends_with_the_day() -> None:
    town = seated("ana")
    town.press(ANA, f"vcall:{HOUSE}")
    town.pass_days(1)
    assert not town.write(ANA, "el registro del estado").events


def test_when_it_becomes_active_everyone_hears_of_it() -> None:
    town = seated("ana", "beto")
    town.bind(HOUSE)
    town.press(ANA, f"vok:{HOUSE}")
    town.called_back("ana", HOUSE)
    outcome = town.press(BETO, f"vok:{HOUSE}")
    assert "Desde ahora la gente la ve" in text_of(outcome)
    to_others, to_staff = outcome.notices
    assert to_others.to == ToCoordinators(besides="beto")
    assert "Desde ahora la gente la ve" in to_others.reply.text
    assert to_staff.to == ToStaff(HOUSE)
    end = town.world.catalogs.of("es").date(TODAY + PROBATION)
    assert end in to_staff.reply.text
    assert town.vetting(HOUSE).is_active


@pytest.mark.parametrize(("verb", "kind"), [("vpau", StepKind.PAUSED), ("vref", StepKind.REFUSED)])
def test_pausing_and_refusing_ask_first_and_then_work_at_once(verb: str, kind: StepKind) -> None:
    town = seated()
    town.activate(HOUSE)
    asked = town.press(ANA, f"{verb}:{HOUSE}")
    assert not asked.events
    assert town.world.directory.is_offered(BEDS)
    outcome = town.press(ANA, next(d for d in data_of(asked) if d.startswith(f"{verb}!:")))
    assert step_of(outcome).kind is kind
    assert not town.world.directory.is_offered(BEDS)
    assert {type(n.to) for n in outcome.notices} == {ToCoordinators, ToStaff}
    told = next(n.reply.text for n in outcome.notices if n.to == ToStaff(HOUSE))
    assert "Casa Uno" in told
    assert "ana" not in told


def test_staff_of_an_organization_that_was_not_shown_are_told_nothing() -> None:
    town = seated("ana", "beto")
    town.bind(HOUSE)
    outcome = town.press(ANA, f"vref!:{HOUSE}")
    assert [type(n.to) for n in outcome.notices] == [ToCoordinators]


def test_a_link_is_shown_once_and_to_nobody_else() -> None:
    town = seated("ana", "beto")
    outcome = town.press(ANA, f"vlink:{HOUSE}")
    (event,) = outcome.events
    assert isinstance(event, InvitationMade)
    assert event.organization == HOUSE
    assert len(urlsafe_b64decode(event.token)) == vetting.TOKEN_BYTES
    assert text_of(outcome).count(event.token) == 1
    assert event.token not in str(outcome.notices)
    assert event.token not in str(outcome.session)
    assert outcome.replies[0].sensitive
    again = town.press(ANA, f"vlink:{HOUSE}")
    assert again.events != outcome.events


def test_a_coordinator_confirms_a_listing() -> None:
    town = seated("ana", vouched=True)
    town.pass_days(100)
    shown = town.press(ANA, f"vls:{BEDS}")
    assert "más de 90 días" in text_of(shown)
    outcome = town.press(ANA, f"vtrue:{BEDS}")
    assert outcome.events == (ListingConfirmed(HOUSE, BEDS),)
    assert town.world.directory.standing(BEDS).code == "fresh"


def test_listing_finds_by_name_and_asks_which_service() -> None:
    town = seated("ana", vouched=True)
    assert "Consulta" in text_of(town.write(ANA, "/listing dos"))
    which = town.write(ANA, "/listing casa")
    assert len(data_of(which)) == 3
    assert "/listing" in text_of(town.write(ANA, "/listing"))


def test_a_coordinator_without_others_is_told_so() -> None:
    outcome = seated("ana").press(ANA, f"vok:{HOUSE}")
    assert "Nadie más" in text_of(outcome)


def test_a_coordinator_s_chat_stays_a_person_s_chat() -> None:
    town = seated("ana", vouched=True)
    outcome = town.write(ANA, "busco albergue en tapachula")
    assert "Casa Uno" in text_of(outcome)
    assert "1. " in text_of(outcome)
    assert "lang:fr" in str(data_of(town.write(ANA, "/language")))
    swept = town.write(ANA, "salir")
    assert swept.sweep


def test_nothing_of_a_coordinator_is_counted_in_figures() -> None:
    figures = (NeedAsked, NeedUnmet, QuestionAnswered)
    texts = (
        "busco albergue en tapachula",
        "busco abogado en monterrey",
        "¿cómo pido asilo?",
    )
    town = seated("ana", vouched=True)
    counted = 0
    for chat in ("p", ANA):
        town.write(chat, "/start")
        for text in texts:
            town.write(chat, text)
            town.press(chat, "count:yes")
            town.write(chat, text)
        if chat == "p":
            counted = sum(isinstance(e, figures) for e in town.events)
    assert counted > 2
    assert sum(isinstance(e, figures) for e in town.events) == counted


def test_nobody_is_asked_about_figures_who_is_staff() -> None:
    town = seated("ana", vouched=True)
    assert "count:yes" not in data_of(town.write(ANA, "busco albergue en tapachula"))


def test_button_data_and_texts_of_coordinators_fit_the_messenger() -> None:
    assert len(router.CHOICES) > 10
    for verb in router.CHOICES:
        assert len(f"{verb}:{'0' * 36}".encode()) <= MAX_CHOICE_DATA
    names = [Organization(OrganizationId(f"o{n}"), "Ñ" * 250) for n in range(40)]
    town = Town(directory=Directory(names))
    town.join("ana")
    for outcome in (town.write(ANA, "/vet"), town.write(ANA, "/vet ñ"), town.write(ANA, "/vet o1")):
        assert all(len(reply.text) < MAX_TEXT for reply in outcome.replies)


def test_without_a_coordinator_s_invitation_a_link_is_an_ordinary_start() -> None:
    world = Town(vouched=True).world
    turn = Turn(command="start", payload="token", client_language="es")
    for invitation in (None, Invitation(HOUSE)):
        context = Context(world, NOON, invitation=invitation)
        outcome = converse(turn, Session(), context)
        assert not outcome.events
        assert "need:housing" in data_of(outcome)
