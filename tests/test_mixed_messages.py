"""Messages that say several things, things that have no answer, places that may be several,
and languages that are read but not written: one coherent reply, nothing asked twice."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.fallback import apology
from handlers.conversation import converse
from handlers.names import DANGER_NEEDS, NEEDS
from handlers.person import danger
from handlers.turn import Choice, Context, Outcome, Reply, Session, Turn, World
from handlers.understanding.meaning import DANGERS, Guess, Meaning
from referrals.events import NeedAsked, QuestionAnswered
from referrals.places import Place
from story import loaded, saved
from worlds import NOON, fictional_world

PLACES = fictional_world().places
TAPACHULA = PLACES.find("tapachula")[0].place
TIJUANA = PLACES.find("tijuana")[0].place
ARABIC = Guess("ar", 0.95)
SHARED = {"ar": "line-in-arabic"}


def read(
    needs: tuple[str, ...] = (),
    kind: str = "",
    question: str = "",
    near: tuple[tuple[str, float], ...] = (),
    place: Place | None = None,
    maybe: tuple[Place, ...] = (),
    language: Guess | None = None,
    interrupt: str = "",
) -> Meaning:
    """What an understanding returns: ``place`` is sure, ``maybe`` is not."""
    return Meaning(
        language=language,
        needs=tuple(Guess(code, 0.8) for code in needs),
        danger=Guess(kind, 0.9) if kind else None,
        place=place or next(iter(maybe), None),
        place_is_sure=place is not None,
        places=maybe,
        question=Guess(question, 0.8) if question else None,
        questions=tuple(Guess(slug, confidence) for slug, confidence in near),
        interrupt=interrupt,
    )


@dataclass(frozen=True, slots=True)
class Told:
    """An understanding that reads what a test says, whatever the text."""

    meaning: Meaning

    def of(self, text: str, prior: str) -> Meaning:
        return self.meaning


@dataclass(slots=True)
class Chat:
    """A person's chat in which every text means what the test says."""

    language: str = "es"
    body: bytes = b""
    shown: list[Choice] = field(default_factory=list)

    @property
    def session(self) -> Session:
        return loaded(self.body)

    def take(self, turn: Turn, meaning: Meaning | None = None) -> Outcome:
        world = replace(
            fictional_world(),
            understanding=Told(meaning or Meaning()),
            shared_words=SHARED,
        )
        outcome = converse(turn, self.session, context(world))
        self.body = saved(outcome.session)
        self.shown = choices(*outcome.replies)
        return outcome

    def tell(self, meaning: Meaning, text: str = "palabras") -> Outcome:
        return self.take(Turn(text=text, client_language=self.language), meaning)

    def press(self, data: str) -> Outcome:
        return self.take(Turn(choice=data, client_language=self.language))


def context(world: World) -> Context:
    staff = {o.id: "es" for o in world.directory.organizations()}
    return Context(world=world, now=NOON, staff=staff)


def choices(*replies: Reply) -> list[Choice]:
    return [choice for reply in replies for row in reply.choices for choice in row]


def data(*replies: Reply) -> list[str]:
    return [choice.data for choice in choices(*replies)]


def verbs(*replies: Reply) -> set[str]:
    return {one.partition(":")[0] for one in data(*replies)}


def started(language: str = "es") -> Chat:
    chat = Chat(language)
    chat.take(Turn(command="start", client_language=language))
    return chat


def answer_in(language: str, slug: str) -> str:
    return fictional_world().country.answers[language][slug].text


MIXED = read(
    needs=("gender_violence", "regularisation", "housing"),
    kind="gender_violence",
    question="asylum-apply",
    place=TAPACHULA,
)


@pytest.mark.parametrize("language", sorted(fictional_world().catalogs.by_language))
def test_a_mixed_message_gets_danger_then_the_answer_then_places(language: str) -> None:
    numbers, answer, places = started(language).tell(MIXED).replies
    assert "079" in numbers.text and "911" in numbers.text and len(numbers.text) < 350
    assert answer.text.startswith(answer_in(language, "asylum-apply"))
    assert "Tapachula" in places.text and "svc" in verbs(places)
    assert all(reply.sensitive for reply in (numbers, answer, places))
    assert not any(reply.asks_location for reply in (numbers, answer, places))


def test_the_way_out_is_at_the_top_and_at_the_very_end_of_a_mixed_reply() -> None:
    numbers, answer, places = started().tell(MIXED).replies
    assert data(numbers) == ["exit"] and not answer.choices
    assert data(places)[-2:] == ["safe:no", "exit"]
    assert "safe:yes" not in data(places), "the places are shown already"


def test_an_answer_in_danger_brings_no_numbers_of_its_own() -> None:
    _, answer, _ = started().tell(MIXED).replies
    assert "55 5209 8800" not in answer.text


def test_what_she_asked_for_is_searched_and_the_topic_of_the_answer_is_offered() -> None:
    chat = started()
    places = chat.tell(MIXED).replies[-1]
    assert chat.session.needs == ("gender_violence", "housing")
    assert "need:regularisation" in data(places)


def test_a_bed_comes_before_papers_in_danger() -> None:
    chat = started()
    needs = ("regularisation", "gender_violence", "housing")
    chat.tell(read(needs=needs, kind="gender_violence", place=TAPACHULA))
    assert chat.session.needs == ("gender_violence", "housing")


def test_a_question_without_a_good_answer_is_one_button_in_danger() -> None:
    near = (("asylum-apply", 0.29), ("curp", 0.25))
    told = read(kind="gender_violence", near=near, place=TAPACHULA)
    assert len([d for d in data(*started().tell(told).replies) if d.startswith("q:")]) == 1
    alone = replace(told, place=None, place_is_sure=False)
    assert "q:asylum-apply" in data(*started().tell(alone).replies)


def test_an_answer_that_is_not_shown_covers_no_need() -> None:
    chat = started()
    needs = ("gender_violence", "regularisation", "housing")
    told = read(needs=needs, kind="gender_violence", question="gender-violence-help")
    chat.tell(told)
    assert chat.session.needs == ("gender_violence", "housing")


def test_what_she_asked_besides_help_with_the_danger_is_offered_too() -> None:
    near = (("gender-violence-help", 0.7), ("asylum-apply", 0.24))
    told = read(kind="gender_violence", question="gender-violence-help", near=near)
    assert {"q:gender-violence-help", "q:asylum-apply"} <= set(data(*started().tell(told).replies))


def test_an_answer_is_shown_where_the_reader_says_that_it_fits() -> None:
    told = replace(read(), question=Guess("asylum-denied", 0.35))
    (answer,) = started().tell(told).replies
    assert answer.text.startswith(answer_in("es", "asylum-denied"))


def test_the_topic_of_a_question_is_not_searched_in_danger() -> None:
    chat = started()
    told = read(needs=("regularisation",), kind="trafficking", question="asylum-apply")
    chat.tell(told)
    assert chat.session.needs == ("trafficking",)
    assert chat.session.others == ("regularisation",)


def test_after_a_mixed_reply_a_yes_asks_nothing_again_and_keeps_the_list() -> None:
    chat = started()
    before = chat.tell(MIXED).replies
    (reply,) = chat.tell(read(interrupt="yes")).replies
    assert not reply.asks_location and reply.text not in {one.text for one in before}
    assert "svc" in verbs(*chat.press("list").replies)


def test_a_danger_and_a_question_without_a_place_get_two_messages_and_no_question_more() -> None:
    numbers, answer = (
        started().tell(read(kind="trafficking", question="asylum-apply", needs=("trafficking",)))
    ).replies
    assert "911" in numbers.text and not answer.asks_location
    assert data(answer) == ["safe:yes", "safe:no", "exit"]


def test_the_answer_that_the_contacts_give_already_is_a_button() -> None:
    told = read(kind="gender_violence", question="gender-violence-help", place=TAPACHULA)
    _, places = started().tell(told).replies
    assert "q:gender-violence-help" in data(places)


@pytest.mark.parametrize("kind", ["medical", "suicide_risk", "immediate_danger"])
def test_where_a_call_helps_now_places_wait_until_she_asks_for_them(kind: str) -> None:
    behind = () if kind == "immediate_danger" else (DANGER_NEEDS[kind],)
    (alone,) = started().tell(read(kind=kind, needs=behind, place=TAPACHULA)).replies
    assert "911" in alone.text and "safe:yes" in data(alone)
    asked = read(kind=kind, needs=(*behind, "legal_aid"), place=TAPACHULA)
    assert len(started().tell(asked).replies) == 2


@pytest.mark.parametrize("kind", DANGERS)
def test_no_danger_brings_more_than_three_messages(kind: str) -> None:
    told = replace(MIXED, danger=Guess(kind, 0.9))
    first, *rest = Chat().tell(told).replies
    assert "911" in first.text and len(rest) <= 2


def test_the_same_danger_told_again_is_not_asked_about_again() -> None:
    chat = started()
    chat.tell(read(kind="gender_violence"))
    chat.press("safe:yes")
    numbers, places = chat.tell(read(kind="gender_violence", place=TAPACHULA)).replies
    assert "079" in numbers.text and "¿Es seguro" not in numbers.text
    assert "svc" in verbs(places) and "safe" not in verbs(numbers, places)


def test_a_yes_that_says_where_is_not_followed_by_the_question_where() -> None:
    chat = started()
    chat.tell(read(kind="gender_violence"))
    (reply,) = chat.tell(read(place=TAPACHULA, interrupt="yes")).replies
    assert "svc" in verbs(reply)


def test_a_danger_told_again_before_she_answered_keeps_the_way_out_and_what_she_asked() -> None:
    chat = started()
    chat.tell(read(kind="gender_violence", needs=("housing",)))
    numbers, places = chat.tell(read(kind="gender_violence", place=TAPACHULA)).replies
    assert "¿Es seguro" not in numbers.text and data(places)[-1] == "exit"
    assert chat.session.needs == ("gender_violence", "housing")


def test_another_danger_is_asked_about_anew() -> None:
    chat = started()
    chat.tell(read(kind="gender_violence"))
    chat.press("safe:yes")
    assert "¿Es seguro" in chat.tell(read(kind="suicide_risk")).replies[0].text


def test_a_place_told_with_a_danger_that_may_be_several_is_asked_after_the_yes() -> None:
    chat = started()
    chat.tell(read(kind="gender_violence", maybe=(TIJUANA, TAPACHULA)))
    (reply,) = chat.press("safe:yes").replies
    assert data(reply)[:2] == [f"at:{TIJUANA.id}", f"at:{TAPACHULA.id}"]


def test_more_told_before_she_said_that_it_is_safe_is_searched_with_the_danger() -> None:
    chat = started()
    chat.tell(read(kind="gender_violence"))
    chat.tell(read(needs=("housing",), place=TAPACHULA))
    assert chat.session.needs == ("gender_violence", "housing") and chat.session.shown


def test_i_meant_something_else_goes_on_with_what_was_asked_besides() -> None:
    chat = started()
    chat.tell(read(kind="gender_violence", needs=("gender_violence", "housing"), place=TAPACHULA))
    reply, *_ = chat.press("safe:no").replies
    assert chat.session.needs == ("housing",) and chat.session.danger == ""
    assert "svc" in verbs(reply)


def test_the_notice_waits_until_the_question_of_safety_is_behind_her() -> None:
    chat = Chat()
    first = chat.tell(read(kind="gender_violence"))
    assert not any("Faro" in reply.text for reply in first.replies)
    notice, question = chat.press("safe:yes").replies
    assert "Faro" in notice.text and question.asks_location
    assert not any("Soy Faro" in reply.text for reply in chat.press("menu").replies)


def test_who_leaves_before_the_notice_gets_it_on_coming_back() -> None:
    chat = Chat()
    chat.tell(read(kind="gender_violence"))
    assert chat.press("exit").sweep
    assert "Soy Faro" in chat.press("menu").replies[0].text


def test_a_question_a_need_and_a_place_get_the_answer_and_the_list() -> None:
    told = read(needs=("housing",), question="asylum-denied", place=TAPACHULA)
    answer, places, *_ = started().tell(told).replies
    assert answer.text.startswith(answer_in("es", "asylum-denied")) and not answer.choices
    assert "svc" in verbs(places) and "need:housing" not in data(places)


def test_a_question_and_a_need_without_a_place_get_the_answer_and_one_question() -> None:
    answer, where = started().tell(read(needs=("housing",), question="asylum-denied")).replies
    assert answer.text.startswith(answer_in("es", "asylum-denied"))
    assert where.asks_location


def test_a_question_with_its_own_topic_alone_gets_the_answer_with_its_buttons() -> None:
    (answer,) = started().tell(read(needs=("legal_aid",), question="asylum-denied")).replies
    assert "need:legal_aid" in data(answer)


def test_an_answer_given_with_places_is_counted_where_she_agreed() -> None:
    chat = started()
    chat.body = saved(replace(chat.session, counted="yes"))
    told = read(needs=("housing",), question="asylum-denied", place=TAPACHULA)
    kinds = [type(event) for event in chat.tell(told).events]
    assert kinds == [QuestionAnswered, NeedAsked]


def test_further_needs_are_offered_and_not_dropped() -> None:
    chat = started()
    named = ("housing", "basic_needs", "health", "livelihoods")
    outcome = chat.tell(read(needs=named, place=TAPACHULA))
    assert chat.session.needs == named[:2]
    assert {"need:health", "need:livelihoods"} <= set(data(*outcome.replies))
    again = data(*chat.press("need:health").replies)
    assert {"need:livelihoods", "need:housing"} <= set(again) and "need:health" not in again


def test_further_needs_wait_for_the_place() -> None:
    chat = started()
    chat.tell(read(needs=("housing", "basic_needs", "health")))
    outcome = chat.tell(read(), "tapachula")
    assert "need:health" in data(*outcome.replies)


def test_further_needs_are_named_among_what_is_kept() -> None:
    chat = started()
    chat.tell(read(needs=("housing", "basic_needs", "health")))
    assert "Médico" in chat.press("priv").replies[0].text


NEAREST = (("asylum-denied", 0.3), ("asylum-apply", 0.1), ("curp", 0.05))


@pytest.mark.parametrize("language", sorted(fictional_world().catalogs.by_language))
def test_without_a_good_answer_it_says_so_and_offers_two_questions_and_people(
    language: str,
) -> None:
    (reply,) = started(language).tell(read(near=NEAREST)).replies
    assert data(reply) == ["q:asylum-denied", "q:asylum-apply", "need:legal_aid", "sos", "menu"]
    labels = {c.label for c in choices(reply)}
    assert fictional_world().country.answers[language]["asylum-denied"].label in labels


def test_the_people_offered_are_those_for_the_need_that_was_read_faintly() -> None:
    told = replace(read(near=NEAREST), needs=(Guess("health", 0.3),))
    assert "need:health" in data(*started().tell(told).replies)


def test_an_answer_that_does_not_exist_is_never_offered() -> None:
    (reply,) = started().tell(read(near=(("no-such-answer", 0.9),))).replies
    assert "q" not in verbs(reply) and "sos" in data(reply)


def test_near_questions_stand_under_the_list_and_far_ones_do_not() -> None:
    told = read(needs=("housing",), near=NEAREST, place=TAPACHULA)
    under = data(*started().tell(told).replies)
    assert "q:asylum-denied" in under and "q:asylum-apply" not in under


def test_a_near_question_waits_for_the_place() -> None:
    chat = started()
    chat.tell(read(needs=("housing",), near=NEAREST))
    assert "q:asylum-denied" in data(*chat.tell(read(), "tapachula").replies)


def test_a_place_that_is_sure_is_never_asked_about() -> None:
    (reply, *_) = started().tell(read(needs=("housing",), place=TAPACHULA)).replies
    assert "at:ask" in data(reply) and not {f"at:{TAPACHULA.id}"} & set(data(reply))


def namesakes() -> list[Place]:
    found = [one.place for one in PLACES.find("san juan", 40)]
    assert len({place.state_code for place in found}) > 2
    return found


def test_places_that_may_be_meant_are_offered_four_at_most_and_the_likeliest_first() -> None:
    maybe = tuple(namesakes()[:6])
    (reply,) = started().tell(read(needs=("housing",), maybe=maybe)).replies
    assert data(reply) == [*(f"at:{place.id}" for place in maybe[:4]), "at:ask"]


def test_a_place_of_the_state_where_she_was_comes_first() -> None:
    maybe = tuple(namesakes())
    other = next(p for p in maybe if p.state_code != maybe[0].state_code)
    former = next(
        found.place
        for found in PLACES.find(other.state, 5)
        if found.place.state_code == other.state_code
    )
    chat = started()
    chat.tell(read(needs=("housing",), place=former))
    (reply,) = chat.tell(read(maybe=maybe)).replies
    assert data(reply)[0] == f"at:{other.id}"


def test_the_place_where_she_is_already_is_not_asked_about_again() -> None:
    chat = started()
    chat.tell(read(needs=("housing",), place=TAPACHULA))
    outcome = chat.tell(read(needs=("health",), maybe=(TIJUANA, TAPACHULA)))
    assert "svc" in verbs(outcome.replies[0]) and chat.session.place == TAPACHULA.id


def test_a_place_is_not_asked_about_where_only_an_answer_is_wanted() -> None:
    chat = started()
    (answer,) = chat.tell(read(question="asylum-denied", maybe=(TIJUANA, TAPACHULA))).replies
    assert "at" not in verbs(answer)
    (reply,) = chat.press("need:legal_aid").replies
    assert f"at:{TIJUANA.id}" in data(reply), "the place that she named is asked when needed"


def test_a_state_that_is_typed_settles_which_place_is_meant() -> None:
    chat = started()
    chat.tell(read(needs=("housing",), maybe=(TIJUANA, TAPACHULA)))
    chat.tell(read(), "chiapas")
    assert chat.session.place == TAPACHULA.id and chat.session.places == ()


def test_none_of_these_asks_for_the_town_and_forgets_the_guesses() -> None:
    chat = started()
    chat.tell(read(needs=("housing",), maybe=(TIJUANA, TAPACHULA)))
    assert chat.press("at:ask").replies[0].asks_location and chat.session.places == ()


def test_a_language_that_is_not_written_is_answered_with_a_choice_and_no_notice() -> None:
    chat = Chat()
    (reply,) = chat.tell(read(needs=("housing",), language=ARABIC)).replies
    assert reply.text == SHARED["ar"]
    assert data(reply) == ["lang:es", "lang:en", "lang:fr", "lang:pt", "lang:ht"]


def test_what_was_asked_in_it_is_answered_once_a_language_is_chosen() -> None:
    chat = Chat()
    told = read(needs=("housing",), question="asylum-denied", place=TAPACHULA, language=ARABIC)
    chat.tell(told)
    notice, answer, places, *_ = chat.press("lang:fr").replies
    assert "Je suis Faro" in notice.text
    assert answer_in("fr", "asylum-denied") in answer.text and "français" in answer.text
    assert "svc" in verbs(places) and "Tapachula" in places.text
    assert not any(reply.replaces for reply in (notice, answer, places))


def test_two_messages_in_it_are_kept_together() -> None:
    chat = Chat()
    chat.tell(read(needs=("housing",), language=ARABIC))
    chat.tell(read(place=TAPACHULA, language=ARABIC))
    assert "svc" in verbs(*chat.press("lang:en").replies)


def test_a_danger_told_in_it_shows_the_numbers_first_and_is_asked_in_the_chosen_one() -> None:
    chat = Chat()
    told = read(kind="gender_violence", needs=("housing",), place=TAPACHULA, language=ARABIC)
    (reply,) = chat.tell(told).replies
    assert reply.text.startswith("079") and "911" in reply.text and SHARED["ar"] in reply.text
    assert reply.sensitive
    numbers, places = chat.press("lang:en").replies
    assert "Is it safe" in numbers.text and "svc" in verbs(places)


def test_the_name_of_a_language_can_be_typed() -> None:
    chat = Chat()
    chat.tell(read(needs=("housing",), place=TAPACHULA, language=ARABIC))
    # The reader takes the names of languages for the wish to choose one.
    assert "svc" in verbs(*chat.tell(read(interrupt="language"), "français").replies)
    assert chat.session.language == "fr"


def test_asking_for_the_languages_again_forgets_nothing_that_waits() -> None:
    chat = Chat()
    chat.tell(read(needs=("housing",), place=TAPACHULA, language=ARABIC))
    (reply,) = chat.tell(read(interrupt="language"), "idioma").replies
    assert "lang:fr" in data(reply)
    assert "svc" in verbs(*chat.press("lang:fr").replies)


def test_the_answer_comes_in_the_first_language_that_she_writes_and_the_bot_too() -> None:
    chat = Chat()
    chat.tell(read(needs=("housing",), place=TAPACHULA, language=ARABIC))
    outcome = chat.tell(read(language=Guess("en", 0.9)), "i speak english")
    assert "svc" in verbs(*outcome.replies) and chat.session.language == "en"


def test_who_chose_a_language_is_answered_in_it_whatever_she_writes() -> None:
    chat = Chat()
    chat.tell(read(language=ARABIC))
    chat.press("lang:en")
    told = read(needs=("housing",), place=TAPACHULA, language=ARABIC)
    assert "svc" in verbs(*chat.tell(told).replies)


def test_a_language_without_a_line_of_its_own_is_answered_as_before() -> None:
    outcome = started().tell(read(needs=("housing",), language=Guess("xx", 0.99)))
    assert outcome.replies[0].asks_location


@pytest.mark.parametrize("language", sorted(fictional_world().catalogs.by_language))
def test_numbers_that_were_not_checked_lately_say_so_also_when_a_turn_fails(
    language: str,
) -> None:
    world = fictional_world()
    t = world.catalogs.of(language)
    old = [c for c in world.country.contacts if c.mark != "sourced"]
    assert len(old) > 3
    for contact in old:
        day, told = contact.checked, t(" (not checked lately)")
        said = told if day is None else t.date(day) if contact.has_day else str(day.year)
        assert said in danger.line_of(t, contact)
    (reply,) = apology(world)(Turn(text="x", client_language=language), Session())
    assert "911" in reply.text and t.date(NUMBER_OF_2021) in reply.text


NUMBER_OF_2021 = next(
    contact.checked
    for contact in fictional_world().country.contacts
    if contact.id == "linea-trata" and contact.checked
)


SLUGS = ("", "asylum-apply", "gender-violence-help", "health-care", "no-such-answer")
MAYBE = ((), (TIJUANA,), (TIJUANA, TAPACHULA), tuple(namesakes()))
meanings = st.builds(
    read,
    needs=st.lists(st.sampled_from(sorted(NEEDS)), max_size=5, unique=True).map(tuple),
    kind=st.sampled_from(("", "", *DANGERS)),
    question=st.sampled_from(SLUGS),
    near=st.lists(st.tuples(st.sampled_from(SLUGS), st.floats(0, 0.3)), max_size=3).map(tuple),
    place=st.sampled_from((None, TAPACHULA, TIJUANA)),
    maybe=st.sampled_from(MAYBE),
    language=st.sampled_from((None, ARABIC, Guess("en", 0.9), Guess("xx", 0.9))),
    interrupt=st.sampled_from(("", "", "", "yes", "no", "exit")),
)
steps = st.one_of(meanings, st.integers(0, 30))
"""What she writes, or which of the buttons just shown she presses."""


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(story=st.lists(steps, min_size=1, max_size=8), language=st.sampled_from(["es", "ht"]))
def test_whatever_is_told_and_pressed_one_reply_is_coherent(
    story: list[Meaning | int], language: str
) -> None:
    chat = Chat(language)
    for step in story:
        before = chat.session
        if isinstance(step, int):
            shown = chat.shown or [Choice("", "menu")]
            pressed = shown[step % len(shown)].data
            check(before, None, pressed, chat.press(pressed))
        else:
            check(before, step, "", chat.tell(step))


def check(before: Session, told: Meaning | None, pressed: str, outcome: Outcome) -> None:
    """Assert what holds of every reply."""
    texts = [reply.text for reply in outcome.replies]
    assert 1 <= len(texts) <= 4 and len(set(texts)) == len(texts)
    for reply in outcome.replies:
        assert len(set(data(reply))) == len(choices(reply))
    if told and told.danger and told.interrupt != "exit":
        assert "911" in texts[0]
    is_asked = any(reply.asks_location for reply in outcome.replies)
    says_place = bool(told and told.place and told.place_is_sure)
    if not pressed and (says_place or before.place) and before.step != "place":
        assert not is_asked
