"""What a person and an organization meet at the edges: old buttons, forged ones, a second
press, leaving, danger in the wrong moment, and anything at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.conversation import converse
from handlers.names import DECLINES, NEEDS
from handlers.person import menu
from handlers.person import router as person
from handlers.scene import Scene
from handlers.staff import router as staff
from handlers.turn import (
    MAX_CHOICE_DATA,
    MAX_TEXT,
    ChatKind,
    Choice,
    Context,
    Outcome,
    Reply,
    Session,
    ToStaff,
    Turn,
    Unreadable,
)
from handlers.understanding.meaning import Meaning
from referrals.directory import OrganizationId, ServiceId
from referrals.events import NeedAsked, ReferralMoved, ReferralRequested, StaffLanguageChanged
from referrals.lifecycle import Code, Priority, Referral, Status
from referrals.places import Coordinates
from story import drawn, loaded, saved
from worlds import NOON, fictional_world

TAPACHULA = Coordinates(14.9, -92.26)
RUBBISH = ("", "x", "0", "-1", "9" * 30, "ñ:ñ:ñ", "a:b:c", "NaN", "\x00", "é" * 20)
DANGER = "mi marido me pega"


def service_called(name: str) -> ServiceId:
    return next(s.id for s in fictional_world().directory.services() if s.name == name)


BED = service_called("Albergue de ejemplo")
OTHER_BED = service_called("Refugio de ejemplo para mujeres")


@dataclass(slots=True)
class Chat:
    """A person's chat: every session goes through the same serialisation as when stored."""

    body: bytes = b""
    referrals: dict[Code, Referral] = field(default_factory=dict)
    language: str = "es"
    chance: Callable[[int], int] = field(default_factory=drawn)

    @property
    def session(self) -> Session:
        return loaded(self.body)

    def take(self, turn: Turn) -> Outcome:
        outcome = converse(turn, self.session, context(self.referrals, chance=self.chance))
        self.body = saved(outcome.session)
        for event in outcome.events:
            if isinstance(event, ReferralRequested | ReferralMoved):
                self.referrals[event.referral.code] = event.referral
        return outcome

    def write(self, text: str) -> Outcome:
        return self.take(Turn(text=text, client_language=self.language))

    def press(self, data: str) -> Outcome:
        return self.take(Turn(choice=data, client_language=self.language))

    def moved(self, code: Code, to: Status, reason: str = "") -> None:
        self.referrals[code] = replace(
            self.referrals[code], status=to, reason=reason, moved=NOON.date()
        )


def context(
    referrals: Mapping[Code, Referral],
    organization: OrganizationId | None = None,
    chance: Callable[[int], int] = lambda _: 0,
) -> Context:
    world = fictional_world()
    return Context(
        world=world,
        now=NOON,
        referrals=dict(referrals),
        staff={o.id: "es" for o in world.directory.organizations()},
        organization=organization,
        chance=chance,
    )


def choices(*replies: Reply) -> list[Choice]:
    return [choice for reply in replies for row in reply.choices for choice in row]


def data_of(outcome: Outcome, verb: str) -> str:
    found = [c.data for c in choices(*outcome.replies) if c.data.partition(":")[0] == verb]
    assert found, f"no button {verb}"
    return found[0]


def started(language: str = "es") -> Chat:
    chat = Chat(language=language)
    chat.take(Turn(command="start", client_language=language))
    return chat


def looking(language: str = "es") -> Chat:
    chat = started(language)
    chat.press("need:housing")
    chat.take(Turn(location=TAPACHULA))
    return chat


def with_card(language: str = "es") -> Chat:
    chat = looking(language)
    chat.press(f"ref:{BED}")
    return chat


def with_request(language: str = "es") -> tuple[Chat, Code]:
    chat = with_card(language)
    chat.press("send")
    return chat, next(iter(chat.referrals))


def at_step(step: str) -> Chat:
    chat = with_card()
    outcome = {
        "place": lambda: chat.press("at:ask"),
        "words": lambda: chat.press("words"),
        "safe": lambda: chat.write(DANGER),
        "count": lambda: looked_anew(chat),
        "language": lambda: waiting_for_a_language(chat),
    }[step]()
    assert outcome.session and outcome.session.step == step
    return chat


def looked_anew(chat: Chat) -> Outcome:
    chat.body = saved(replace(chat.session, counted="", step=""))
    return chat.press("need:housing")


def waiting_for_a_language(chat: Chat) -> Outcome:
    chat.body = saved(replace(chat.session, step="language"))
    return chat.press("langs")


def test_an_old_button_leaves_its_message_and_offers_a_way_on() -> None:
    outcome = started().press("list")
    (reply,) = outcome.replies
    assert not reply.replaces
    assert {"sos", "need:housing", "mine"} <= {c.data for c in choices(reply)}


def test_a_second_press_of_send_keeps_the_receipt_and_sends_nothing() -> None:
    chat, code = with_request()
    outcome = chat.press("send")
    assert not outcome.events and not outcome.notices
    (reply,) = outcome.replies
    assert not reply.replaces and f"{code[:4]}-{code[4:]}" in reply.text


def test_a_second_press_of_a_field_does_not_undo_the_first() -> None:
    chat = with_card()
    for _ in range(2):
        outcome = chat.press("card:no_place")
        assert "Tapachula" not in outcome.replies[0].text
    assert "Tapachula" in chat.press("card:place").replies[0].text


def test_a_second_press_of_more_places_does_not_skip_a_page() -> None:
    chat = started()
    chat.press("need:legal_aid")
    first = chat.press("at:skip")
    again = data_of(first, "more")
    second, third = chat.press(again), chat.press(again)
    assert second.replies[0].text == third.replies[0].text != first.replies[0].text


def test_searching_further_does_not_show_the_same_places_again() -> None:
    chat = looking()
    near = set(chat.session.shown)
    outcome = chat.press(f"wide:{len(chat.session.seen)}")
    assert near and not near & set(chat.session.shown)
    assert "No hay nada" not in outcome.replies[0].text


def test_going_back_to_a_list_counts_nothing_twice() -> None:
    chat = looking()
    assert [type(e) for e in chat.press("count:yes").events] == [NeedAsked]
    for data in ("count:yes", "list", "wide:0", f"svc:{BED}"):
        assert not chat.press(data).events


def test_a_yes_to_being_counted_can_be_taken_back() -> None:
    chat = looking()
    chat.press("count:yes")
    chat.press(data_of(chat.press("priv"), "count"))
    assert chat.session.counted == "no"
    assert "count" not in {c.data.partition(":")[0] for c in choices(*chat.press("priv").replies)}


@pytest.mark.parametrize(("word", "counted"), [("sí", "yes"), ("no", "no")])
def test_being_counted_is_answered_in_writing_too(word: str, counted: str) -> None:
    chat = at_step("count")
    chat.write(word)
    assert (chat.session.counted, chat.session.step) == (counted, "")


def test_steps_are_all_known_to_these_tests() -> None:
    assert set(person.STEPS) == {"place", "words", "safe", "count", "language"}


@pytest.mark.parametrize("step", sorted(person.STEPS))
@pytest.mark.parametrize("word", ["salir", "x", "exit", "quitter", "sair", "soti"])
def test_leaving_works_at_every_step(step: str, word: str) -> None:
    chat = at_step(step)
    outcome = chat.write(word)
    assert outcome.sweep and chat.session.left
    assert not outcome.events and not outcome.notices
    assert [r.text for r in outcome.replies] == ["Está bien."]
    assert chat.session.draft is None and not chat.session.needs


@pytest.mark.parametrize("verb", sorted(person.CHOICES))
@pytest.mark.parametrize("argument", RUBBISH)
def test_any_button_with_a_rubbish_argument_is_answered(verb: str, argument: str) -> None:
    for chat in (Chat(), with_card(), with_request()[0]):
        check(chat.press(f"{verb}:{argument}"), must_answer=True)


def test_danger_told_in_words_for_an_organization_shows_the_numbers_first() -> None:
    chat = at_step("words")
    outcome = chat.write(DANGER)
    assert "079" in outcome.replies[0].text
    assert chat.session.draft is not None and DANGER in outcome.replies[1].text


@pytest.mark.parametrize("step", ["", "place", "count", "safe"])
def test_danger_comes_first_at_every_other_step(step: str) -> None:
    chat = at_step(step) if step else started()
    assert "911" in chat.write(DANGER).replies[0].text


@pytest.mark.parametrize("turn", [Turn(text="ayuda"), Turn(command="help"), Turn(choice="sos")])
def test_the_numbers_come_before_the_notice(turn: Turn) -> None:
    outcome = Chat().take(replace(turn, client_language="es"))
    assert "911" in outcome.replies[0].text
    assert "Faro" in outcome.replies[1].text


def test_place_and_need_told_with_a_danger_are_not_asked_again() -> None:
    chat = started()
    numbers, places = chat.write(f"{DANGER}, estoy en tapachula y busco albergue").replies
    assert chat.session.needs[0] == "gender_violence"
    assert "079" in numbers.text
    assert "Tapachula" in places.text and not places.asks_location
    (reply,) = chat.press("safe:yes").replies
    assert not reply.replaces, "the numbers stay"
    assert reply.text not in {numbers.text, places.text} and not reply.asks_location


def test_nobody_is_asked_to_be_counted_on_the_day_of_a_danger() -> None:
    chat = started()
    chat.write(DANGER)
    chat.press("safe:yes")
    outcome = chat.write("tapachula")
    assert chat.session.shown and len(outcome.replies) == 1


def test_a_typed_no_to_whether_writing_is_safe_clears_the_chat() -> None:
    chat = at_step("safe")
    assert chat.write("no").sweep


def test_a_typed_yes_to_whether_writing_is_safe_goes_on() -> None:
    chat = started()
    chat.write(DANGER)
    assert chat.write("sí").replies[0].asks_location


def test_an_old_yes_to_whether_writing_is_safe_shows_the_numbers() -> None:
    assert "911" in started().press("safe:yes").replies[0].text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("je cherche un endroit où dormir", "fr"),
        ("preciso de um lugar para dormir", "pt"),
        ("m bezwen yon kote pou m dòmi", "ht"),
        ("I need a place to sleep tonight", "en"),
    ],
)
def test_writing_in_another_language_changes_the_language(text: str, language: str) -> None:
    chat = started()
    chat.write(text)
    assert chat.session.language == language
    assert chat.session.needs == ("housing",)


def test_a_language_chosen_under_the_notice_shows_the_notice_in_it() -> None:
    chat = Chat()
    outcome = chat.take(Turn(command="start", client_language="es"))
    labels = {c.label: c.data for c in choices(outcome.replies[0])}
    notice, question = chat.press(labels["Kreyòl ayisyen"]).replies
    assert notice.replaces and "Mwen se Faro" in notice.text
    assert "kreyòl" in question.text


@pytest.mark.parametrize("language", sorted(fictional_world().catalogs.by_language))
def test_the_notice_fits_one_screen(language: str) -> None:
    scene = Scene(Turn(), Session(), context({}), Meaning(), language)
    assert 400 < len(menu.notice(scene).text) <= 900


@pytest.mark.parametrize(
    "point",
    [
        (0.0, -140.0),
        (90.0, 0.0),
        (-90.0, 180.0),
        (float("nan"), 1.0),
        (float("inf"), float("-inf")),
    ],
)
def test_a_location_at_sea_asks_for_a_town(point: tuple[float, float]) -> None:
    chat = started()
    chat.press("need:housing")
    (reply,) = chat.take(Turn(location=Coordinates(*point))).replies
    assert reply.asks_location and chat.session.step == "place"
    assert chat.session.place is None


def test_an_edited_message_is_met_with_silence_and_keeps_the_step() -> None:
    chat = at_step("words")
    outcome = chat.take(Turn(text="otra cosa", unreadable=Unreadable.EDITED))
    assert outcome.replies == () and chat.session.step == "words"


@pytest.mark.parametrize("what", [Unreadable.VOICE, Unreadable.PICTURE, Unreadable.TOO_LONG])
def test_a_voice_note_is_answered_and_keeps_the_step(what: Unreadable) -> None:
    chat = at_step("words")
    outcome = chat.take(Turn(unreadable=what))
    assert "solo leo" in outcome.replies[0].text
    assert chat.session.step == "words" and chat.session.draft is not None


def test_a_very_long_text_is_answered() -> None:
    for chat in (started(), at_step("words"), at_step("place")):
        check(chat.write("albergue " * 455), must_answer=True)
    assert len(at_step("words").write("a" * MAX_TEXT).replies[0].text) < 900


def test_the_card_says_the_fields_that_the_consent_names() -> None:
    looked = 0
    for changes in ([], ["no_place"], ["no_language"], ["no_place", "no_language"]):
        for words in ("", "somos dos"):
            chat = with_card("fr")
            for change in changes:
                chat.press(f"card:{change}")
            if words:
                chat.press("words")
                chat.write(words)
            outcome = chat.press("send")
            (event,) = outcome.events
            assert isinstance(event, ReferralRequested)
            asked = event.referral
            said = {
                "need": asked.need,
                "place": asked.card_place,
                "language": asked.card_language,
                "words": asked.card_words,
            }
            assert event.consent.fields == tuple(name for name, value in said.items() if value)
            assert event.consent.organization == asked.organization
            looked += 1
    assert looked == 8


def test_words_that_staff_must_say_do_not_tell_a_language_that_was_left_out() -> None:
    chat = with_card("fr")
    chat.press("card:no_language")
    (event,) = chat.press("send").events
    assert isinstance(event, ReferralRequested)
    spanish = set(fictional_world().meeting_words["es"])
    assert set(event.referral.meeting_code.split()) <= spanish


def test_an_accepted_request_says_again_how_to_reach_them() -> None:
    chat, code = with_request()
    assert "Calle Ejemplo" not in chat.press("mine").replies[0].text
    chat.moved(code, Status.ACCEPTED)
    assert "Calle Ejemplo 1, Tapachula" in chat.press("mine").replies[0].text


def test_three_open_requests_leave_a_way_back_to_the_card() -> None:
    chat = looking()
    for _ in range(3):
        chat.press(f"ref:{BED}")
        chat.press("send")
    chat.press(f"ref:{BED}")
    outcome = chat.press("send")
    assert not outcome.events and len(chat.referrals) == 3
    chat.press(f"undo!:{next(iter(chat.referrals))}")
    chat.press(data_of(outcome, "card"))
    assert chat.press("send").events


def test_a_place_that_had_no_room_is_not_offered_again_after_the_second_one() -> None:
    chat, first = with_request()
    chat.moved(first, Status.DECLINED, "full")
    chat.press(f"next:{first}")
    assert OTHER_BED in chat.session.shown
    chat.press(f"ref:{OTHER_BED}")
    chat.press("send")
    second = next(code for code in chat.referrals if code != first)
    chat.moved(second, Status.DECLINED, "full")
    chat.press(f"next:{second}")
    assert not {BED, OTHER_BED} & set(chat.session.shown)


def test_the_next_place_is_looked_for_where_she_is_once_her_town_is_forgotten() -> None:
    chat, code = with_request()
    chat.moved(code, Status.DECLINED, "full")
    chat.body = saved(replace(chat.session, place=None, near="", needs=(), day="2026-11-23"))
    assert chat.press(f"next:{code}").replies[0].asks_location
    chat.write("tapachula")
    assert chat.session.shown and BED not in chat.session.shown


def test_a_typed_yes_to_the_next_place_shows_it() -> None:
    chat, code = with_request()
    chat.moved(code, Status.DECLINED, "full")
    assert OTHER_BED in {c.data.removeprefix("svc:") for c in choices(*chat.write("sí").replies)}


@pytest.mark.parametrize("reason", sorted(DECLINES))
def test_a_reply_to_a_person_never_says_that_an_organization_declined(reason: str) -> None:
    chat, code = with_request("en")
    asked = chat.referrals[code]
    organization = fictional_world().directory.organization(asked.organization)
    assert organization is not None
    outcome = staff_turn(f"why:{code}:{reason}", chat.referrals, asked.organization)
    chat.moved(code, Status.DECLINED, reason)
    told = [notice.reply for notice in outcome.notices]
    later = [*chat.press(f"next:{code}").replies, *chat.press("menu").replies]
    assert len(told) == 1 and len(later) == 2
    for reply in (*told, *later):
        assert organization.name not in reply.text
    for reply in (*told, *later, *chat.press("mine").replies):
        assert not re.search("declin|reject|refus", reply.text, re.IGNORECASE)


def staff_turn(
    data: str, referrals: Mapping[Code, Referral], organization: OrganizationId | None
) -> Outcome:
    turn = Turn(kind=ChatKind.GROUP, choice=data)
    return converse(turn, Session(), context(referrals, organization=organization))


STAFF_ARGUMENTS = ("", ":completed", ":not_received", ":full", ":other", ":nonsense")


@pytest.mark.parametrize("verb", sorted(staff.CHOICES))
@pytest.mark.parametrize("ending", STAFF_ARGUMENTS)
@pytest.mark.parametrize("status", [Status.REQUESTED, Status.ACCEPTED])
def test_staff_of_one_organization_cannot_touch_another_ones_referral(
    verb: str, ending: str, status: Status
) -> None:
    chat, code = with_request()
    chat.moved(code, status)
    asked = chat.referrals[code]
    others = [o.id for o in fictional_world().directory.organizations()]
    foreign = next(o for o in others if o != asked.organization)
    data = f"{verb}:{code}{ending}"
    outcome = staff_turn(data, {} if verb == "cases" else chat.referrals, foreign)
    assert not outcome.events and not outcome.notices
    for reply in outcome.replies:
        assert asked.meeting_code not in reply.text
        assert asked.card_place and asked.card_place not in reply.text
        assert reply.card != code


@pytest.mark.parametrize("verb", sorted(person.CHOICES))
def test_a_button_of_a_person_does_nothing_in_a_staff_chat(verb: str) -> None:
    chat, code = with_request()
    asked = chat.referrals[code]
    outcome = staff_turn(f"{verb}:{code}", chat.referrals, asked.organization)
    assert not outcome.events and not outcome.notices


@pytest.mark.parametrize("verb", sorted(staff.CHOICES))
def test_a_button_of_staff_does_nothing_in_a_persons_chat(verb: str) -> None:
    chat, code = with_request()
    for ending in STAFF_ARGUMENTS:
        outcome = chat.press(f"{verb}:{code}{ending}")
        assert not outcome.events and not outcome.notices
    assert chat.referrals[code].status is Status.REQUESTED


def test_a_second_press_of_accept_tells_the_person_once() -> None:
    chat, code = with_request()
    own = chat.referrals[code].organization
    first = staff_turn(f"acc:{code}", chat.referrals, own)
    assert len(first.notices) == 1
    chat.moved(code, Status.ACCEPTED)
    second = staff_turn(f"acc:{code}", chat.referrals, own)
    assert not second.events and not second.notices and second.replies[0].card == code


def test_a_forged_language_is_not_kept_for_an_organization() -> None:
    own = fictional_world().directory.organizations()[0].id
    for code in ("", "xx", "es-MX", "es:n"):
        assert not staff_turn(f"lang:{code}", {}, own).events
    assert staff_turn("lang:fr", {}, own).events == (StaffLanguageChanged(own, "fr"),)


def test_a_group_that_is_not_bound_stays_silent() -> None:
    _, code = with_request()
    turns = [Turn(text=DANGER), Turn(text="salir"), Turn(location=TAPACHULA), Turn(command="cases")]
    turns += [Turn(unreadable=Unreadable.VOICE), Turn(command="language"), Turn(command="nothing")]
    turns += [Turn(choice=f"{verb}:{code}") for verb in (*staff.CHOICES, *person.CHOICES)]
    assert len(turns) > 30
    for turn in turns:
        outcome = converse(replace(turn, kind=ChatKind.GROUP), Session(), context({}))
        assert (outcome.replies, outcome.events, outcome.notices) == ((), (), ())


def test_a_caseload_puts_urgent_requests_first_and_says_what_it_leaves_out() -> None:
    chat, code = with_request()
    one = chat.referrals[code]
    codes = [Code(f"AAAA{number:04}") for number in range(40)]
    many = {c: replace(one, code=c, priority=Priority.NORMAL) for c in codes[:-1]}
    many[codes[-1]] = replace(one, code=codes[-1])
    turn = Turn(kind=ChatKind.GROUP, command="cases")
    outcome = converse(turn, Session(), context(many, organization=one.organization))
    text = outcome.replies[0].text
    assert text.split("\n")[2].startswith("AAAA-0039") and "30" in text.split("\n")[-1]


def check(outcome: Outcome, must_answer: bool = False) -> None:
    """Assert what every outcome keeps to."""
    assert outcome.replies or not must_answer
    for reply in (*outcome.replies, *(notice.reply for notice in outcome.notices)):
        assert 1 <= len(reply.text.encode("utf-16-le")) // 2 <= MAX_TEXT
        for choice in choices(reply):
            assert choice.label and len(choice.data.encode()) <= MAX_CHOICE_DATA
    for notice in outcome.notices:
        assert isinstance(notice.to, ToStaff)


WORDS: tuple[str, ...] = (
    "busco albergue en tapachula",
    DANGER,
    "sí",
    "no",
    "monterey",
    "salir",
    "borrar",
)
WORDS += ("kijan pou m mande azil", "menu", "hola", "gracias", "san juan", "I want to die", "x")
ARGUMENTS: tuple[str, ...] = (
    *RUBBISH,
    *NEEDS,
    BED,
    OTHER_BED,
    "yes",
    "no",
    "skip",
    "ask",
    "back",
    "no_place",
)
ARGUMENTS += ("no_language", "es", "ht:n", "0", "1", "3", "asylum-apply", "3531024")

degrees = st.floats(allow_nan=True, allow_infinity=True)
turns = st.one_of(
    st.builds(Turn, text=st.one_of(st.sampled_from(WORDS), st.text(max_size=120))),
    st.builds(
        lambda verb, argument: Turn(choice=f"{verb}:{argument}"),
        st.sampled_from(sorted(person.CHOICES)),
        st.one_of(st.sampled_from(ARGUMENTS), st.text(max_size=12)),
    ),
    st.builds(Turn, choice=st.one_of(st.sampled_from(["send", "words", "mine"]), st.text())),
    st.builds(
        Turn,
        command=st.sampled_from([*sorted(person.COMMANDS), "nothing"]),
        payload=st.one_of(st.just("need_housing"), st.text(max_size=20)),
    ),
    st.builds(Turn, location=st.builds(Coordinates, degrees, degrees)),
    st.builds(Turn, unreadable=st.sampled_from(Unreadable)),
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    story=st.lists(turns, min_size=1, max_size=12),
    language=st.sampled_from(["", "es", "pt-BR", "fr", "ht", "en", "xx", "zz_ZZ"]),
)
def test_any_turn_after_any_other_turns_is_answered_within_the_limits(
    story: list[Turn], language: str
) -> None:
    chat = Chat(language=language)
    for turn in story:
        outcome = chat.take(replace(turn, client_language=language))
        check(outcome, must_answer=turn.unreadable is not Unreadable.EDITED)
