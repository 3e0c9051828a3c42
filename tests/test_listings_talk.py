"""What a person sees of listings and says of them: why a list is as it is, what she may
narrow it to without leaving a trace, and what happens when something is wrong."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from handlers.conversation import converse
from handlers.names import AUDIENCES, CHOICES, DOUBTS
from handlers.person import filters, report, rings
from handlers.person.reasons import item
from handlers.person.router import WAITS
from handlers.scene import Scene
from handlers.turn import (
    MAX_CHOICE_DATA,
    Choice,
    Context,
    Outcome,
    Session,
    ToCoordinators,
    Turn,
    World,
)
from handlers.understanding.meaning import Meaning
from living import Ledger
from referrals.directory import OrganizationId, Service, ServiceId
from referrals.events import ListingDoubted, NeedUnmet, VettingStepTaken
from referrals.live import MOST_PAUSES, SAFE_COUNT
from referrals.matching import Found, Match, Reason
from referrals.records import Capacity
from referrals.vetting import StepKind, VettingStep
from story import loaded, saved
from worlds import NOON, fictional_world

LANGUAGES = ("es", "en", "fr", "pt", "ht")
WHYS = ("full", "closed", "asks_papers", "not_for_her", "stale", "none")
TODAY = NOON.date()


def service_called(name: str) -> Service:
    return next(s for s in fictional_world().directory.services() if s.name == name)


BED = service_called("Albergue de ejemplo").id
WOMEN = service_called("Refugio de ejemplo para mujeres").id
REST = service_called("Descanso de ejemplo").id
MEN = service_called("Albergue Volcán de ejemplo").id


@dataclass(slots=True)
class Talk:
    """A person's chat over a directory that changes; events are applied as when stored."""

    language: str = "es"
    now: datetime = NOON
    ledger: Ledger = field(default_factory=Ledger)
    body: bytes = b""
    pauses: int = 0
    draw: random.Random = field(default_factory=lambda: random.Random(1))

    @property
    def session(self) -> Session:
        return loaded(self.body)

    @property
    def world(self) -> World:
        world = fictional_world()
        ids = [o.id for o in world.directory.organizations()]
        day = self.now.astimezone(world.country.timezone).date()
        live = self.ledger.live(ids, day, vouched=True)
        return replace(world, directory=world.directory.with_live(live))

    def take(self, turn: Turn) -> Outcome:
        world = self.world
        staff = {o.id: "es" for o in world.directory.organizations()}
        chance, pauses = self.draw.randrange, self.pauses
        context = Context(world, self.now, staff=staff, chance=chance, pauses=pauses)
        outcome = converse(turn, self.session, context)
        self.body = saved(outcome.session)
        for event in outcome.events:
            self.ledger.record(event, context.today)
        return outcome

    def write(self, text: str) -> Outcome:
        return self.take(Turn(text=text, client_language=self.language))

    def press(self, data: str) -> Outcome:
        return self.take(Turn(choice=data, client_language=self.language))

    def reports(self, service: ServiceId, available: str) -> None:
        self.ledger.change(service, capacity=Capacity(available, TODAY))

    def doubted(self, service: ServiceId, reason: str, people: int = SAFE_COUNT) -> None:
        self.ledger.doubt(service, reason, people)


def asking(text: str = "busco albergue en Tapachula", talk: Talk | None = None) -> Talk:
    """Let somebody ask once, without being counted."""
    talk = talk or Talk()
    talk.write(text)
    talk.press("count:no")
    return talk


def text_of(outcome: Outcome) -> str:
    return "\n".join(reply.text for reply in outcome.replies)


def choices_of(outcome: Outcome) -> Iterator[Choice]:
    return (c for reply in outcome.replies for row in reply.choices for c in row)


def data_of(outcome: Outcome, verb: str) -> list[str]:
    return [c.data for c in choices_of(outcome) if c.data.partition(":")[0] == verb]


def services_in(outcome: Outcome) -> list[str]:
    return [data.split(":")[1] for data in data_of(outcome, "svc")]


def organization_of(id: ServiceId) -> OrganizationId:
    service = fictional_world().directory.service(id)
    assert service
    return service.organization_id


def scene_in(language: str, session: Session | None = None) -> Scene:
    context = Context(world=fictional_world(), now=NOON)
    return Scene(Turn(), session or Session(needs=("housing",)), context, Meaning(), language)


def match_with(*reasons: Reason) -> Match:
    directory = fictional_world().directory
    service = directory.service(BED)
    organization = directory.organization(organization_of(BED))
    assert service and organization
    return Match(service, organization, None, None, reasons)


def line_with(*reasons: Reason, language: str = "es") -> str:
    return item(scene_in(language), 1, match_with(*reasons))


# What a list says


@pytest.mark.parametrize(
    ("available", "ago", "said"),
    [
        ("many", 0, "hay lugares libres hoy"),
        ("few", 0, "pocos lugares libres hoy"),
        ("many", 1, "había lugares libres ayer"),
        ("many", 4, "había lugares libres el 20 nov 2026"),
        ("few", 2, "pocos lugares libres el 22 nov 2026"),
    ],
)
def test_a_place_says_on_which_day_places_were_free(available: str, ago: int, said: str) -> None:
    day = (TODAY - timedelta(days=ago)).isoformat()
    assert said in line_with(Reason("free_places", available, day))


def test_a_place_that_is_full_says_so_and_when_it_opens() -> None:
    text = line_with(Reason("full", day=TODAY.isoformat()), Reason("opens_at", "14:00"))
    assert "sin cupo hoy" in text and "abre a las 14:00" in text


@pytest.mark.parametrize("code", ["ageing", "stale"])
def test_an_old_listing_says_when_it_was_checked_and_to_call_first(code: str) -> None:
    assert "última revisión: 1 ago 2026; llama antes de ir" in line_with(Reason(code, "2026-08-01"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", sorted(DOUBTS))
def test_what_several_people_said_is_told_without_how_many(language: str, reason: str) -> None:
    plain = line_with(language=language)
    text = line_with(Reason("doubted", reason), language=language)
    assert len(text) > len(plain) + 20
    assert not re.search(r"\d", text.removeprefix("1."))


def test_only_what_decides_a_journey_is_said_of_a_place() -> None:
    every = [Reason(c) for c in ("language", "no_papers", "open_now")]
    crowd = [Reason("audience", a) for a in ("families", "trans", "women")]
    text = line_with(*every, *crowd, Reason("free_places", "few", TODAY.isoformat()))
    assert text.splitlines()[-1] == (
        "por teléfono o mensaje · pocos lugares libres hoy · abierto ahora · "
        "para familias, para personas trans y para mujeres · no piden papeles"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_reason_for_a_wider_ring_is_a_sentence_of_its_own(language: str) -> None:
    place = fictional_world().places.find("Tapachula", 1)[0].place
    said = set()
    for ring in ("state", "country", "remote"):
        for why in WHYS:
            found = Found((match_with(Reason("near", "3")),), ring, widened=True, why=why)
            words = rings.words(scene_in(language), found, place)
            assert words and "{" not in words
            said.add(words)
    assert len(said) == 3 * len(WHYS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_reason_for_an_empty_list_is_a_sentence_of_its_own(language: str) -> None:
    said = {rings.nothing_words(scene_in(language), why) for why in WHYS}
    assert len(said) == len(WHYS)


def test_when_all_are_full_the_list_says_so_and_to_call() -> None:
    found = Found((match_with(Reason("full", day=TODAY.isoformat())),), "city", False, "full")
    place = fictional_world().places.find("Tapachula", 1)[0].place
    assert "no tienen cupo" in rings.words(scene_in("es"), found, place)


def test_a_full_town_is_passed_over_and_the_list_says_why() -> None:
    talk = Talk()
    for bed in (BED, WOMEN):
        talk.reports(bed, "full")
    outcome = talk.write("busco albergue en Tapachula")
    assert "cerca de Tapachula dicen que no tienen cupo" in text_of(outcome)
    assert not {BED, WOMEN} & set(services_in(outcome)[:1])


def test_a_closed_town_is_passed_over_and_the_list_says_why() -> None:
    talk = Talk()
    for bed in (BED, WOMEN):
        talk.ledger.change(bed, closed_until=TODAY + timedelta(days=3))
    outcome = talk.write("busco albergue en Tapachula")
    assert "cerca de Tapachula están cerrados unos días" in text_of(outcome)
    assert not {BED, WOMEN} & set(services_in(outcome))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_of_three_is_read_on_a_small_phone(language: str) -> None:
    sizes = []
    for place in ("Tapachula", "Ciudad de México", "Tijuana", "Saltillo", "Mérida"):
        talk = Talk(language=language, body=saved(Session(language=language, noticed=True)))
        for need in ("housing", "legal_aid", "health", "basic_needs"):
            talk.press(f"need:{need}")
            outcome = talk.write(place) if talk.session.step == "place" else talk.press("list")
            listed = outcome.replies[0]
            if len([c for row in listed.choices for c in row if c.data.startswith("svc:")]) == 3:
                sizes.append(len(listed.text))
    assert len(sizes) >= 5
    assert max(sizes) <= 800 and sorted(sizes)[len(sizes) // 2] <= 700


def test_when_every_place_is_full_the_nearest_are_shown_and_the_need_is_unmet() -> None:
    talk = Talk()
    for service in talk.world.directory.services():
        talk.reports(service.id, "full")
    outcome = talk.write("busco albergue en Tapachula")
    assert "Todos estos dicen que no tienen cupo" in text_of(outcome)
    assert {BED, WOMEN} == set(services_in(outcome))
    events = talk.press(data_of(outcome, "count")[0]).events
    assert [e.reason for e in events if isinstance(e, NeedUnmet)] == ["full"]


def test_nothing_found_is_counted_with_its_reason() -> None:
    talk = Talk()
    for service in talk.world.directory.services():
        if "return_reintegration" in service.needs:
            talk.ledger.change(service.id, closed_until=TODAY + timedelta(days=3))
    talk.press("need:return_reintegration")
    outcome = talk.press("at:skip")
    assert "están cerrados unos días" in text_of(outcome)
    yes = data_of(outcome, "count")[0]
    events = talk.press(yes).events
    assert NeedUnmet("return_reintegration", "", "closed") in events


def test_a_forged_reason_is_counted_as_nothing_listed() -> None:
    talk = Talk()
    for service in talk.world.directory.services():
        talk.ledger.change(service.id, closed_until=TODAY + timedelta(days=3))
    talk.press("need:education")
    talk.press("at:skip")
    events = talk.press("count:yes:anything at all").events
    assert NeedUnmet("education", "", "nothing_listed") in events


# Only places that ...


def test_the_choices_are_offered_under_a_list_and_say_that_they_are_not_kept() -> None:
    outcome = asking().press("only")
    assert "no lo guardo" in text_of(outcome)
    assert len(data_of(outcome, "just")) == len(filters.CODES)


def test_a_choice_narrows_the_list_and_travels_in_its_buttons_only() -> None:
    talk = asking("busco albergue en Puebla")
    assert MEN in services_in(talk.press("list"))
    outcome = talk.press("just:w")
    assert MEN not in services_in(outcome)
    assert "Solo lugares que: reciben mujeres" in text_of(outcome)
    assert "just" in [c.data for c in choices_of(outcome)]
    carried = [c.data for c in choices_of(outcome) if c.data.split(":")[0] in CARRYING]
    assert len(carried) >= 4 and all(data.endswith(":w") for data in carried)
    assert not talk.session.audiences


CARRYING = {"svc", "more", "wide", "only", "at"}


def test_a_choice_stays_through_pages_details_and_back() -> None:
    talk = asking("busco albergue en Puebla")
    outcome = talk.press("just:w")
    detail = talk.press(data_of(outcome, "svc")[0])
    assert data_of(detail, "list") == ["list:w"]
    assert services_in(talk.press("list:w")) == services_in(outcome)
    further = talk.press(data_of(outcome, "wide")[0])
    assert MEN not in services_in(further)
    assert "reciben mujeres" in text_of(further)


def test_a_choice_goes_along_to_another_town_and_is_gone_after_the_search() -> None:
    talk = asking("busco albergue en Tapachula")
    talk.press("at:ask:w")
    assert talk.session.audiences == ("women",)
    outcome = talk.write("Puebla")
    assert "reciben mujeres" in text_of(outcome) and MEN not in services_in(outcome)
    assert not talk.session.audiences


def test_a_choice_is_taken_back_with_the_same_button() -> None:
    talk = asking()
    outcome = talk.press("only:w")
    chosen = [c for c in choices_of(outcome) if c.label.startswith("✓")]
    assert [c.data for c in chosen] == ["just"]
    assert "reciben" not in text_of(talk.press("just"))


def test_only_one_stage_is_chosen_at_a_time() -> None:
    assert filters.changed("wi", "s") == "ws"
    assert filters.changed("w", "p") == "wp"
    assert filters.changed("wp", "w") == "p"


def test_who_asks_for_papers_is_left_out_on_request() -> None:
    talk = asking("busco trabajo en Puebla")
    taller = service_called("Bolsa de trabajo de ejemplo").id
    assert taller in services_in(talk.press("list"))
    assert taller not in services_in(talk.press("just:p"))


@pytest.mark.parametrize("letters", ["", "x", "wwww", "WT", "é", "w:w", "wtlfmupisr"])
def test_forged_letters_do_no_harm(letters: str) -> None:
    talk = asking()
    for verb in ("just", "only", "list", "more:0", "wide:0", "at:ask", f"svc:{BED}", f"map:{BED}"):
        assert talk.press(f"{verb}:{letters}").replies
    assert set(talk.session.audiences) <= set(filters.CODES.values())


def test_every_button_with_choices_fits() -> None:
    talk = asking()
    every = "".join(filters.CODES)
    for outcome in (talk.press(f"just:{every}"), talk.press(f"svc:{BED}:{every}")):
        sizes = [len(c.data.encode()) for c in choices_of(outcome)]
        assert sizes and max(sizes) <= MAX_CHOICE_DATA
    asked = talk.press(f"bad:{BED}:{every}")
    assert all(len(c.data.encode()) <= MAX_CHOICE_DATA for c in choices_of(asked))


def test_a_choice_that_leaves_nothing_can_be_taken_back_at_once() -> None:
    talk = Talk()
    for organization in talk.world.directory.organizations():
        if organization.id != organization_of(MEN):
            step = VettingStep(organization.id, StepKind.REPORTED, TODAY)
            talk.ledger.record(VettingStepTaken(step), TODAY)
    outcome = asking("busco albergue en Puebla", talk).press("just:w")
    assert "son para otras personas" in text_of(outcome)
    assert "just" in [c.data for c in choices_of(outcome)]


# What she says of herself


@pytest.mark.parametrize(
    ("language", "text", "audiences"),
    [
        ("es", "soy mujer trans y busco albergue", {"women", "trans"}),
        ("es", "somos dos hombres", {"men"}),
        ("es", "viajo con mis hijos", {"families"}),
        ("es", "soy hombre y viajo con mis hijos", {"men", "families"}),
        ("es", "tengo 16 años y busco donde dormir", {"minors"}),
        ("es", "soy lesbiana, necesito un abogado", {"women", "lgbtiq"}),
        ("ht", "mwen se yon fanm ak timoun", {"women", "families"}),
        ("ht", "m se yon gason m bezwen kote pou m dòmi", {"men"}),
        ("en", "I'm a trans woman, where can I sleep", {"women", "trans"}),
        ("en", "we are a family looking for shelter", {"families"}),
        ("fr", "je suis une femme avec mes enfants", {"women", "families"}),
        ("fr", "nous sommes trois hommes", {"men"}),
        ("pt", "sou travesti e preciso de abrigo", {"trans"}),
        ("pt", "estou com meus filhos", {"families"}),
    ],
)
def test_what_the_first_person_says_is_heard(language: str, text: str, audiences: set[str]) -> None:
    assert set(fictional_world().understanding.of(text, language).audiences) == audiences


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "mi amiga es trans"),
        ("es", "un hombre me sigue"),
        ("es", "me siguen unos hombres"),
        ("es", "no soy mujer"),
        ("es", "busco a mis hijos"),
        ("es", "migración se llevó a mis hijos"),
        ("es", "soy amiga de una mujer trans"),
        ("es", "¿reciben hombres?"),
        ("es", "tengo hambre"),
        ("en", "I'm 15 minutes away"),
        ("en", "they took my kids"),
        ("en", "a man is following me"),
        ("fr", "je ne suis pas une femme"),
        ("fr", "je cherche mes enfants"),
        ("pt", "não sou mulher"),
        ("pt", "quero falar com meus filhos"),
        ("ht", "m ap chèche pitit mwen yo"),
        ("ht", "yon gason ap swiv mwen"),
        ("ht", "zanmi mwen gen 16 an"),
        ("ht", "mari mwen se yon gason"),
        ("es", "me llegó un citatorio por la pensión de mis hijos"),
        ("pt", "saudade dos meus filhos"),
    ],
)
def test_what_is_said_of_others_or_denied_is_not_heard(language: str, text: str) -> None:
    assert fictional_world().understanding.of(text, language).audiences == ()


def test_what_she_says_of_herself_goes_into_this_search_and_no_other() -> None:
    talk = Talk()
    outcome = talk.write("soy mujer y busco albergue en Puebla")
    assert MEN not in services_in(outcome) and "reciben mujeres" in text_of(outcome)
    assert not talk.session.audiences
    talk.press("count:no")
    assert MEN in services_in(talk.write("busco albergue en Puebla"))


def test_what_she_says_of_herself_waits_for_the_town_and_no_longer() -> None:
    talk = Talk()
    talk.write("soy mujer y busco albergue")
    assert talk.session.audiences == ("women",) and talk.session.step == "place"
    outcome = talk.write("Puebla")
    assert MEN not in services_in(outcome) and not talk.session.audiences


@pytest.mark.parametrize("turn", ["menu", "priv", "exit", "need:health", "qs", "langs"])
def test_what_waits_is_forgotten_when_she_goes_elsewhere(turn: str) -> None:
    talk = Talk()
    talk.write("soy mujer y busco albergue")
    assert talk.session.audiences
    talk.press(turn)
    assert not talk.session.audiences


def test_houses_for_women_take_their_children_and_those_for_men_do_not() -> None:
    assert filters.audiences_of(("families",)) == {"families", "women"}
    assert filters.audiences_of(("men", "families")) == {"families"}
    assert filters.audiences_of(("women", "families", "no_papers")) == {"women", "families"}
    assert filters.audiences_of(("men",)) == {"men"}
    assert filters.audiences_of(("no_papers", "settling")) == frozenset()


def test_a_mother_in_danger_is_shown_what_is_for_women() -> None:
    talk = Talk()
    for_women = service_called("Acompañamiento de ejemplo").id
    outcome = talk.write("mi marido me pegó, estoy en Guadalajara con mis hijos")
    assert for_women in services_in(outcome)


def test_what_waits_is_forgotten_at_midnight() -> None:
    talk = Talk()
    talk.write("soy mujer y busco albergue")
    talk.now += timedelta(days=1)
    outcome = talk.write("Puebla")
    assert not talk.session.audiences and "reciben" not in text_of(outcome)


def test_without_a_word_of_herself_nobody_is_left_out() -> None:
    talk = Talk()
    assert MEN in services_in(talk.write("busco albergue en Puebla"))


TELLING = (
    "soy mujer trans y busco albergue",
    "somos dos hombres, necesitamos dónde dormir en Puebla",
    "soy lesbiana y necesito comida",
    "tengo 16 años y busco albergue en Tapachula",
    "soy mujer, mi marido me pega",
    "viajo con mis hijos y busco doctor",
)
PLAIN = ("Puebla", "Tapachula", "hola", "gracias", "sí", "no", "busco un abogado", "Tijuana")


@pytest.mark.parametrize("seed", range(12))
def test_what_she_says_of_herself_stays_in_no_session_event_notice_or_card(seed: int) -> None:
    """A canary over random conversations: her words and presses in any order."""
    draw, talk = random.Random(seed), Talk(draw=random.Random(seed))
    codes, turns, kept = set(filters.CODES.values()), 0, 0
    shown: list[str] = []
    for _ in range(60):
        if shown and draw.random() < 0.6:
            outcome = talk.press(draw.choice(shown))
        else:
            outcome = talk.write(draw.choice(TELLING if draw.random() < 0.4 else PLAIN))
        shown = [c.data for c in choices_of(outcome) if c.data] + shown[:20]
        session, turns = talk.session, turns + 1
        kept += bool(session.audiences)
        assert not session.audiences or session.step in WAITS
        assert not codes & set(re.findall(r"\w+", repr(replace(session, audiences=()))))
        told = repr((outcome.events, [n.reply.text for n in outcome.notices]))
        assert not codes & set(re.findall(r"\w+", told))
        t = talk.world.catalogs.of("es")
        assert not any(t(label) in told for label in (*CHOICES.values(), *AUDIENCES.values()))
    assert turns == 60 and kept < turns


# One place in detail


def test_the_page_of_a_place_says_how_old_its_facts_are() -> None:
    talk = asking()
    assert "Revisado el 1 nov 2026" in text_of(talk.press(f"svc:{BED}"))
    talk.ledger.change(BED, confirmed=TODAY)
    assert "El 24 nov 2026 la organización o la coordinación dijo" in text_of(
        talk.press(f"svc:{BED}")
    )


def test_the_page_of_an_old_listing_says_to_call_before_going() -> None:
    talk = Talk(now=NOON + timedelta(days=60))
    outcome = asking(talk=talk).press(f"svc:{BED}")
    assert "Última revisión: 1 nov 2026" in text_of(outcome)


def test_the_page_says_what_several_people_said_and_never_what_fewer_did() -> None:
    talk = asking()
    talk.doubted(BED, "no_answer", SAFE_COUNT - 1)
    assert "nadie contesta" not in text_of(talk.press(f"svc:{BED}"))
    talk.doubted(BED, "no_answer", 1)
    assert "Varias personas dijeron: nadie contesta." in text_of(talk.press(f"svc:{BED}"))


def test_free_places_are_told_with_their_day_and_not_when_they_are_too_old() -> None:
    talk = asking()
    talk.reports(BED, "few")
    assert "El 24 nov 2026: pocos lugares libres" in text_of(talk.press(f"svc:{BED}"))
    talk.now += timedelta(days=3)
    assert "lugares libres" not in text_of(talk.press(f"svc:{BED}"))


def test_a_place_that_closed_since_says_so_and_offers_others() -> None:
    talk = asking()
    talk.ledger.change(BED, closed_until=TODAY + timedelta(days=4))
    outcome = talk.press(f"svc:{BED}")
    assert "está cerrado por ahora. Vuelve a abrir el 28 nov 2026." in text_of(outcome)
    assert WOMEN in services_in(outcome) and BED not in services_in(outcome)


def test_a_place_that_dropped_out_says_so_and_offers_others() -> None:
    talk = asking()
    talk.doubted(BED, "closed", 6)
    outcome = talk.press(f"svc:{BED}")
    assert "Ya no muestro a Casa Ejemplo Faro" in text_of(outcome)
    assert WOMEN in services_in(outcome) and BED not in services_in(outcome)


def test_the_name_of_a_dropped_place_is_told_only_to_whom_it_was_shown() -> None:
    talk = Talk()
    talk.doubted(BED, "closed", 6)
    assert "Casa Ejemplo Faro" not in text_of(talk.press(f"svc:{BED}"))


# Something is wrong here


@pytest.mark.parametrize(("letter", "reason"), report.LETTERS.items())
def test_what_is_wrong_is_recorded_and_she_learns_what_happens(letter: str, reason: str) -> None:
    talk = asking()
    assert f"bad:{BED}:" in data_of(talk.press(f"svc:{BED}"), "bad")
    assert f"said:{BED}:{letter}:" in data_of(talk.press(f"bad:{BED}:"), "said")
    outcome = talk.press(f"said:{BED}:{letter}:")
    assert outcome.events == (ListingDoubted(BED, reason),)
    assert not outcome.notices
    assert "Si otras personas dicen lo mismo" in text_of(outcome)
    assert BED not in services_in(outcome) and WOMEN in services_in(outcome)


def test_who_was_asked_for_money_reads_that_help_is_free_and_how_to_know_a_scam() -> None:
    outcome = asking().press(f"said:{BED}:m:")
    assert "La ayuda es gratis" in text_of(outcome)
    assert data_of(outcome, "q") == [f"q:{report.SCAMS}"]


def test_the_same_organization_is_counted_once_a_day() -> None:
    talk = asking()
    assert talk.press(f"said:{BED}:n:").events
    again = talk.press(f"said:{BED}:c:")
    assert not again.events and "Ya me contaste hoy" in text_of(again)
    talk.now += timedelta(days=1)
    asking(talk=talk)
    assert talk.press(f"said:{BED}:c:").events


def test_nobody_can_speak_of_a_place_that_was_not_shown() -> None:
    talk = asking()
    for service in talk.world.directory.services():
        if service.id in talk.session.shown:
            continue
        assert not data_of(talk.press(f"svc:{service.id}"), "bad")
        for letter in (*report.LETTERS, report.UNSAFE):
            outcome = talk.press(f"said:{service.id}:{letter}:")
            assert not outcome.events and not outcome.notices


@pytest.mark.parametrize("data", ["said", "said:", "said:x", f"said:{BED}", f"said:{BED}:x:"])
def test_a_forged_report_changes_nothing(data: str) -> None:
    outcome = asking().press(data)
    assert outcome.replies and not outcome.events and not outcome.notices


def test_not_safe_pauses_at_once_and_tells_the_coordinators() -> None:
    talk = asking()
    outcome = talk.press(f"said:{BED}:s:")
    (event,) = outcome.events
    assert isinstance(event, VettingStepTaken)
    assert event.step.kind is StepKind.REPORTED and not event.step.coordinator
    assert event.step.organization == organization_of(BED) and event.step.day == TODAY
    (notice,) = outcome.notices
    assert notice.to == ToCoordinators()
    assert "Casa Ejemplo Faro" in notice.reply.text and "/vet" in notice.reply.text
    assert "Tapachula" not in notice.reply.text


def test_who_says_that_a_place_is_not_safe_gets_the_numbers_and_other_places() -> None:
    talk = asking()
    outcome = talk.press(f"said:{BED}:s:")
    first, *_ = outcome.replies
    assert talk.world.country.emergency.number in first.text
    assert "Desde ahora no mando a nadie a Casa Ejemplo Faro" in first.text
    assert BED not in services_in(outcome) and WOMEN in services_in(outcome)
    assert not data_of(outcome, "count")


def test_a_paused_organization_is_gone_from_every_search() -> None:
    talk = asking()
    talk.press(f"said:{BED}:s:")
    other = Talk(ledger=talk.ledger)
    legal = service_called("Orientación de ejemplo").id
    assert BED not in services_in(other.write("busco albergue en Tapachula"))
    other.press("count:no")
    assert legal not in services_in(other.write("busco un abogado en Tapachula"))


def test_one_hand_cannot_empty_the_list() -> None:
    talk = asking()
    outcome, paused, told = talk.press("list"), 0, 0
    for _ in range(6):
        outcome = talk.press(f"said:{services_in(outcome)[0]}:s:")
        paused += sum(isinstance(e, VettingStepTaken) for e in outcome.events)
        told += len(outcome.notices)
    assert paused == MOST_PAUSES and told == 6


def test_a_doubt_does_not_keep_her_from_saying_that_it_is_not_safe() -> None:
    talk = asking()
    talk.press(f"said:{BED}:n:")
    assert talk.press(f"said:{BED}:s:").events


def test_six_people_who_find_it_closed_take_a_place_from_the_list() -> None:
    ledger = Ledger()
    for _ in range(6):
        talk = asking(talk=Talk(ledger=ledger))
        assert talk.press(f"said:{BED}:c:").events
    assert BED not in services_in(Talk(ledger=ledger).write("busco albergue en Tapachula"))


def test_what_she_reported_is_on_the_privacy_screen() -> None:
    talk = asking()
    words = "de qué lugares me contaste, por hoy"
    assert words not in text_of(talk.press("priv"))
    talk.press(f"said:{BED}:n:")
    assert words in text_of(talk.press("priv"))


# The draw


def test_a_search_keeps_its_draw_over_its_pages_and_a_new_one_draws_anew() -> None:
    talk = asking()
    lot = talk.session.lot
    assert lot > 0
    for data in ("list", "more:0", "wide:0", "just:w", "list"):
        talk.press(data)
        assert talk.session.lot == lot
    talk.write("busco albergue en Tapachula")
    assert talk.session.lot not in (0, lot)


def test_the_letters_of_buttons_are_stable() -> None:
    """They stand in chats for days."""
    assert "".join(filters.CODES) == "wtlfmupisr"
    assert "".join(report.LETTERS) + report.UNSAFE == "npcms"


def test_who_left_and_came_back_is_not_told_of_a_pause_that_is_none() -> None:
    """What she paused today is stored by person; her session forgot it."""
    talk = asking()
    talk.pauses = MOST_PAUSES
    outcome = talk.press(f"said:{BED}:s:")
    assert not any(isinstance(e, VettingStepTaken) for e in outcome.events)
    assert "no mando a nadie" not in outcome.replies[0].text
    assert "Queda en pausa" not in outcome.notices[0].reply.text
