"""A second country as data alone: nothing of the first is ever shown in it."""

from __future__ import annotations

import ast
import csv
import re
import shutil
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.web import WebChannel
from bot.country_files import load_regions
from bot.doctor import check_country, check_directory
from bot.parcel import Arrival
from bot.settings import LOCALES, ROOT, BadSetting, Settings, read_settings
from bot.straight import without_database
from bot.web.app import STATIC, web_application
from handlers.conversation import converse
from handlers.country import Country
from handlers.names import NEEDS
from handlers.person.danger import line_of
from handlers.turn import Context, Outcome, Reply, Session, Turn, World
from handlers.understanding.meaning import DANGERS, Guess, Meaning
from referrals.events import ReferralMoved, ReferralRequested
from referrals.lifecycle import Code, Referral
from referrals.places import Coordinates, PlaceId
from worlds import NOON, fictional_world

FOLDER = LOCALES / "countries" / "co"
LANGUAGES = ("es", "en", "fr", "pt", "ht")
PRESSED_AT_LEAST = 150
NARROWED = re.compile(
    r"^(only|just|list|wide|more|at|svc|map|bad|said)(:[^:]+)*:(?!ask|skip)[a-z]{2,}$"
)
"""Buttons of a list that is narrowed twice: they say nothing that those of one choice do not."""
SAME_EVERYWHERE = "bot-privacy"
ENGLISH = Session(language="en", chose_language=True, noticed=True)

OF_MEXICO = (
    *("méxico", "mexico", "mexique", "meksik", "mexican", "mexiqu", "meksiken", "cdmx"),
    *("comar", "inm", "curp", "imss", "dif", "conapred", "cndh", "profedet", "unam"),
)
"""Names that only texts about Mexico have, folded to small letters."""

CUCUTA = PlaceId("3685533")
COMMANDS = ("start", "help", "questions", "mine", "privacy", "language", "delete")
FORGED = ("q:asylum-apply", "q:curp", "q:health-care", "need:housing", "qs:1", "at:3516266")
PLACES = {
    "es": "necesito un albergue, estoy en Cúcuta",
    "en": "I need a doctor, I am in Bogota",
    "fr": "je cherche un avocat, je suis à Ipiales",
    "pt": "preciso de um abrigo, estou em Cúcuta",
    "ht": "mwen bezwen yon kote pou m dòmi nan Kukuta",
}
HARM = {
    "es": "mi esposo me golpea",
    "en": "my husband beats me",
    "fr": "mon mari me frappe",
    "pt": "meu marido me bate",
    "ht": "mari m ap bat mwen",
}


@dataclass(slots=True)
class Walk:
    """Every button that a conversation leads to, pressed once."""

    world: World
    language: str
    said: list[str] = field(default_factory=list)
    pressed: set[str] = field(default_factory=set)
    referrals: dict[Code, Referral] = field(default_factory=dict)
    waiting: deque[tuple[Session, Turn]] = field(default_factory=deque)

    def take(self, session: Session, turn: Turn) -> Outcome:
        """Answer a turn, keep what was said, and queue what can be pressed."""
        staff = {o.id: self.language for o in self.world.directory.organizations()}
        context = Context(self.world, NOON, dict(self.referrals), staff)
        outcome = converse(turn, session, context)
        for event in outcome.events:
            if isinstance(event, ReferralRequested | ReferralMoved):
                self.referrals[event.referral.code] = event.referral
        for reply in (*outcome.replies, *(notice.reply for notice in outcome.notices)):
            self._read(reply, outcome.session or Session())
        return outcome

    def _read(self, reply: Reply, session: Session) -> None:
        choices = [choice for row in reply.choices for choice in row]
        self.said += [reply.text, *(choice.label for choice in choices)]
        if reply.venue:
            self.said += [reply.venue.title, reply.venue.address]
        for choice in choices:
            # The other languages have walks of their own.
            is_wanted = not choice.data.startswith("lang:") and not NARROWED.search(choice.data)
            if choice.data not in self.pressed and is_wanted:
                self.pressed.add(choice.data)
                turn = Turn(choice=choice.data, client_language=self.language)
                self.waiting.append((session, turn))

    def go(self) -> None:
        """Press until there is nothing new."""
        while self.waiting:
            assert len(self.pressed) < 2_000, "the walk does not end"
            self.take(*self.waiting.popleft())


def seeds(language: str) -> Iterator[Turn]:
    """What a person writes first: every question of the other country, and more."""
    texts = [answer.label for answer in mexico().answers[language].values()]
    texts += [PLACES[language], HARM[language], "Tapachula", "COMAR", "CURP", "INM", "911"]
    for text in texts:
        yield Turn(text=text, client_language=language)
    for command in COMMANDS:
        yield Turn(command=command, client_language=language)
    for data in FORGED:
        yield Turn(choice=data, client_language=language)
    yield Turn(location=Coordinates(14.9056, -92.2634), client_language=language)


@lru_cache(maxsize=5)
def walked(language: str) -> Walk:
    walk = Walk(fictional_world("co"), language)
    start = Session(language=language, chose_language=True, noticed=True)
    for turn in seeds(language):
        walk.take(start, turn)
    for need in NEEDS:
        here = replace(start, place=CUCUTA, near="typed", day=NOON.date().isoformat())
        walk.take(here, Turn(choice=f"need:{need}", client_language=language))
    walk.go()
    return walk


def mexico() -> Country:
    return fictional_world().country


def colombia() -> Country:
    return fictional_world("co").country


def of_places(country: str) -> Iterator[dict[str, str]]:
    path = LOCALES / "countries" / country / "places.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def only_there() -> set[str]:
    """Names of Mexican places and states that are no names here."""
    here = {name for row in of_places("co") for name in (row["name"], row["state"])}
    there = {row["name"] for row in of_places("mx") if int(row["population"]) > 30_000}
    states = {row["state"] for row in of_places("mx") if row["state_code"]}
    return {name for name in (there | states) - here if len(name) > 4}


def whole(words: Sequence[str]) -> re.Pattern[str]:
    names = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.compile(rf"(?<!\w)(?:{names})(?!\w)")


def numbers() -> re.Pattern[str]:
    """All numbers of Mexican lines, as they are printed and without spaces."""
    ways = [w for c in mexico().contacts for w in (c.number, *c.also)]
    own = {c.number for c in colombia().contacts}
    found = {n for way in ways for n in re.findall(r"\*?\d[\d ]*\d", way)} - own
    assert len(found) > 25
    return whole([*found, *(n.replace(" ", "") for n in found)])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_walk_presses_every_kind_of_button(language: str) -> None:
    walk = walked(language)
    verbs = {data.partition(":")[0] for data in walk.pressed}
    assert len(walk.pressed) > PRESSED_AT_LEAST
    assert len(set(walk.said)) > 150
    assert verbs >= {"sos", "need", "qs", "q", "svc", "menu", "priv", "mine", "safe", "exit"}
    assert walk.referrals
    shown = {data.split(":")[1] for data in walk.pressed if data.startswith("svc:")}
    assert shown == {service.id for service in walk.world.directory.services()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_of_another_country_is_shown(language: str) -> None:
    said = "\n".join(walked(language).said)
    assert "155 · " in said and "123 · " in said
    assert not numbers().search(said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_answer_of_another_country_is_shown(language: str) -> None:
    said = "\n".join(walked(language).said)
    answers = [a for slug, a in mexico().answers[language].items() if slug != SAME_EVERYWHERE]
    assert len(answers) == 44
    for answer in answers:
        for words in (answer.text, answer.next_step, answer.label):
            assert words not in said, answer.slug
    assert colombia().answers[language][SAME_EVERYWHERE].text in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_name_of_another_country_is_shown(language: str) -> None:
    said = "\n".join(walked(language).said)
    names = only_there() | {n for c in mexico().contacts for n in (c.name, c.names[language])}
    names |= {o.name for o in fictional_world().directory.organizations()}
    with (LOCALES / "countries/mx/organizations.csv").open(encoding="utf-8", newline="") as file:
        names |= {row["name"] for row in csv.DictReader(file)}
    assert len(names) > 350
    assert "Cúcuta" in said
    assert (found := whole([*names]).search(said)) is None, found
    assert (found := whole(OF_MEXICO).search(said.casefold())) is None, found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_without_an_answer_is_said_to_have_none(language: str) -> None:
    said = walked(language).said
    name = colombia().names[language]
    t = fictional_world("co").catalogs.of(language)
    words = t(
        "I have no checked answer to that for {country} yet, and I do not guess.", country=name
    )
    assert name in words
    assert sum(text.startswith(words) for text in said) > 25


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_numbers_without_a_database_are_those_of_the_country(language: str) -> None:
    turn = Turn(text=HARM[language], client_language=language)
    told = without_database(turn, fictional_world("co"), NOON)
    assert told.reply is not None
    assert "123 · " in told.reply.text and "155 · " in told.reply.text
    assert not numbers().search(told.reply.text)


@dataclass(frozen=True, slots=True)
class Reads:
    """Reads every text in one way."""

    meaning: Meaning

    def of(self, text: str, prior: str) -> Meaning:
        del text, prior
        return self.meaning


def answered(meaning: Meaning, session: Session = ENGLISH) -> list[str]:
    world = replace(fictional_world("co"), understanding=Reads(meaning))
    replies = converse(Turn(text="x"), session, Context(world, NOON)).replies
    return [reply.text for reply in replies]


NONE_YET = "I have no checked answer to that for Colombia yet, and I do not guess."
ASYLUM = Guess("asylum-apply", 0.9)
FAINT = Guess("asylum-apply", 0.3)
BEATEN = Guess("gender_violence", 0.9)


def test_a_faint_question_counts_only_where_nothing_else_is_wanted() -> None:
    assert answered(Meaning(questions=(FAINT,)))[0].startswith(NONE_YET)
    wants = Meaning(needs=(Guess("health", 0.9),), questions=(FAINT,))
    assert not any(NONE_YET in text for text in answered(wants))
    waiting = replace(ENGLISH, needs=("health",), day=NOON.date().isoformat())
    assert not any(NONE_YET in text for text in answered(Meaning(questions=(FAINT,)), waiting))


def test_what_is_less_likely_than_a_question_without_an_answer_is_not_offered() -> None:
    privacy = Guess(SAME_EVERYWHERE, 0.2)
    (text,) = answered(Meaning(questions=(FAINT, privacy)))
    assert NONE_YET in text and "Is one of these" not in text
    (text,) = answered(Meaning(questions=(replace(privacy, confidence=0.3), FAINT)))
    assert NONE_YET not in text and "Is one of these" in text


def test_in_danger_the_numbers_come_first_and_a_missing_answer_is_told_if_more_is_asked() -> None:
    both = Meaning(
        danger=BEATEN,
        needs=(Guess("gender_violence", 0.9), Guess("regularisation", 0.8)),
        question=ASYLUM,
        questions=(ASYLUM,),
    )
    first, second = answered(both)[:2]
    assert "155 · " in first and "123 · " in first and NONE_YET not in first
    assert second.startswith(NONE_YET)
    same = Meaning(danger=BEATEN, question=Guess("gender-violence-help", 0.9))
    assert not any(NONE_YET in text for text in answered(same))


def test_a_question_in_a_language_that_is_not_written_is_told_to_have_no_answer_later() -> None:
    world = fictional_world("co")
    arabic = Meaning(language=Guess("ar", 0.99), question=ASYLUM, questions=(ASYLUM,))
    reads = replace(world, understanding=Reads(arabic))
    asked = converse(Turn(text="x"), Session(), Context(reads, NOON))
    assert world.shared_words["ar"] in asked.replies[0].text
    chosen = converse(Turn(choice="lang:en"), asked.session or Session(), Context(reads, NOON))
    assert any(NONE_YET in reply.text for reply in chosen.replies)


def test_a_danger_without_a_line_of_its_own_has_the_emergency_line() -> None:
    here = colombia()
    assert [c.number for c in here.contacts_for("gender_violence")] == ["155", "123"]
    assert [c.number for c in here.contacts_for("child_alone")] == ["141", "123"]
    for danger in DANGERS:
        assert here.emergency in here.contacts_for(danger, "NSA"), danger


def test_only_what_is_the_same_everywhere_is_answered_and_word_for_word() -> None:
    for language in LANGUAGES:
        assert set(colombia().answers[language]) == {SAME_EVERYWHERE}
        here, there = (c.answers[language][SAME_EVERYWHERE] for c in (colombia(), mexico()))
        assert (here.label, here.text, here.next_step) == (there.label, there.text, there.next_step)


def test_every_department_is_in_one_region() -> None:
    regions = load_regions(FOLDER)
    states = [state for found in regions.values() for state in found]
    assert 6 <= len(regions) <= 8
    assert len(states) == len(set(states)) == 33
    assert set(states) == {row["state_code"] for row in of_places("co")} - {""}


def test_every_place_lies_in_the_box_of_the_country() -> None:
    rows = [row for row in of_places("co") if row["country"] == "CO"]
    assert len(rows) > 1_100
    for row in rows:
        at = float(row["latitude"]), float(row["longitude"])
        assert colombia().area.holds(*at), row["name"]
        assert row["municipality_code"] == "" or re.fullmatch(r"\d{5}", row["municipality_code"])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("estoy en cucuta", "Cúcuta"),
        ("mwen nan Kukuta", "Cúcuta"),
        ("je suis à Bogota", "Bogotá"),
        ("estou em Medellín", "Medellín"),
        ("we are at the rumichaca bridge", "Puente Internacional de Rumichaca"),
        ("vengo de Venezuela y estoy en Maicao", "Maicao"),
        ("necesito trabajo en pereira", "Pereira"),
        ("estamos en San Antonio del Táchira", "San Antonio del Táchira"),
        ("estoy en Tapachula", ""),
        ("estoy en la frontera", ""),
        ("vengo de Venezuela", ""),
    ],
)
def test_places_are_those_of_the_country(text: str, name: str) -> None:
    found = fictional_world("co").places.spot(text)
    assert (found[0].place.name if found else "") == name


def test_no_place_of_the_first_country_is_known() -> None:
    known = fictional_world("co").places
    for row in of_places("mx"):
        if row["country"] == "MX" and int(row["population"]) > 100_000:
            assert known.by_id(PlaceId(row["id"])) is None


def test_the_made_up_directory_can_be_taken_for_no_real_one() -> None:
    directory = fictional_world("co").directory
    assert len(directory.services()) == 9
    assert all(directory.is_offered(service.id) for service in directory.services())
    for organization in directory.organizations():
        assert organization.name.endswith("(ficticia)")
        assert all(phone.startswith("000 000 ") for phone in organization.phones)
    towns = {
        location.city for s in directory.services() for location in directory.locations_of(s.id)
    }
    assert towns == {"Cúcuta", "Bogotá", "Ipiales"}


def test_the_doctor_says_what_the_country_lacks_and_finds_it_fit() -> None:
    settings = Settings(directory="fictional", country="co")
    words = check_country(settings)
    assert "1 answers" in words
    assert "answers to 44 of 45 questions" in words
    assert "a line of its own for trafficking, suicide_risk" in words
    assert "no organization in organizations.csv" in words
    assert check_directory(settings) == "fictional, 9 services"


def test_numbers_of_the_country_carry_their_age() -> None:
    for contact in colombia().contacts:
        assert contact.mark == "stale"
        assert contact.checked == date(2022, 1, 1) and not contact.has_day
    t = fictional_world("co").catalogs.of("en")
    assert (
        line_of(t, colombia().emergency) == "123 · Emergencies (day and night) (last checked: 2022)"
    )


def texts_of(tree: ast.Module) -> Iterator[str]:
    """Every text in a module that is not a docstring."""
    told = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def test_code_names_no_country() -> None:
    named = re.compile(
        r"m[eé]xi[cq]|meksik|tapachula|tijuana|\b(INM|CURP|COMAR|911|Colombia)\b", re.I
    )
    # "comar" there is a word before "de" in a sentence: "la comar de".
    looked, spared = 0, "referrals/place_cues.py"
    for package in ("bot", "handlers", "referrals"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for text in texts_of(ast.parse(path.read_text("utf-8"))):
                looked += 1
                name = path.relative_to(ROOT).as_posix()
                assert name == spared or not named.search(text), (name, text[:80])
    for path in sorted((ROOT / "bot/web/static").glob("*.js")):
        looked += 1
        assert not named.search(path.read_text("utf-8")), path.name
    assert looked > 3_000


@pytest.mark.parametrize("country", ["mx", "co"])
def test_the_page_shows_the_map_of_the_country(country: str) -> None:
    page = (LOCALES / "countries" / country / "page.js").read_text("utf-8")
    towns = re.findall(r"latitude: ([\d.-]+), longitude: ([\d.-]+)", page)
    area = fictional_world(country).country.area if country == "co" else mexico().area
    assert len(towns) > 8
    assert all(area.holds(float(latitude), float(longitude)) for latitude, longitude in towns)
    for name in ("WIDTH", "HEIGHT", "EDGE", "project", "TOWNS", "OUTLINE", "SUGGESTIONS"):
        blank = (ROOT / "bot/web/static/country.js").read_text("utf-8")
        for text in (page, blank):
            assert re.search(rf"export (const|function) {name}\b", text), name


@pytest.mark.parametrize("name", ["mx", "co", "nowhere"])
async def test_the_page_is_served_with_what_its_country_has(name: str) -> None:
    page = LOCALES / "countries" / name / "page.js"
    app = web_application(WebChannel(), Nobody(), (), Nobody.rest, lambda: True, country_page=page)
    async with TestClient(TestServer(app)) as client:
        found = await client.get("/static/country.js")
        assert found.status == 200
        assert "javascript" in found.headers["Content-Type"]
        served = page if name != "nowhere" else STATIC / "country.js"
        assert await found.text() == served.read_text("utf-8")


class Nobody:
    """Takes no turns."""

    async def receive(self, arrival: Arrival) -> None:
        raise AssertionError(arrival)

    @staticmethod
    async def rest() -> None:
        return


def test_a_country_without_a_made_up_directory_refuses_to_show_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(FOLDER, tmp_path / "countries" / "co")
    monkeypatch.setattr("bot.settings.LOCALES", tmp_path)
    environment = {"FARO_COUNTRY": "co", "FARO_DIRECTORY": "fictional"}
    assert read_settings(environment).country == "co"
    shutil.rmtree(tmp_path / "countries" / "co" / "fictional")
    with pytest.raises(BadSetting, match="no fictional directory"):
        read_settings(environment)
    assert read_settings({**environment, "FARO_DIRECTORY": "stored"}).country == "co"
