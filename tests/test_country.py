"""The facts of Mexico: complete in every language, exact, and refused when broken."""

from __future__ import annotations

import csv
import re
import shutil
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from bot.country_files import CountryError, gazetteer_files, load_country
from handlers.country import SHOWABLE_MARKS, Contact, Country
from handlers.names import NEEDS
from handlers.understanding.meaning import DANGERS

MEXICO = Path(__file__).parents[1] / "locales" / "countries" / "mx"
ANSWERS = MEXICO / "answers"
LANGUAGES = ("es", "en", "fr", "pt", "ht")

REGIONS = """
[south]
states = ["CHP"]
name = { es = "sur", en = "south", fr = "sud", pt = "sul", ht = "sid" }
"""

# Seven digits or more, a star code, or one of the short lines by itself.
PHONE = re.compile(r"\d(?:[ .\-]?\d){6,}|\*\d{3}|(?<![\d,.])(?:0?911|07\d|0311|765)(?![\d,.])")

QUESTIONS = {
    "asylum-apply",
    "asylum-deadline",
    "asylum-where",
    "asylum-certificate",
    "asylum-duration",
    "asylum-leave-state",
    "asylum-denied",
    "complementary-protection",
    "humanitarian-card",
    "curp",
    "regularisation",
    "work-permit",
    "cbp-one-ended",
    "detention-rights",
    "children-detention",
    "deported-mexican",
    "rights-without-papers",
    "health-care",
    "pregnancy",
    "hiv-care",
    "emergency-contraception-abortion",
    "gender-violence-help",
    "protection-order",
    "trafficking-help",
    "labour-rights",
    "domestic-workers",
    "canada-seasonal-work",
    "lgbtiq-rights",
    "gender-identity-change",
    "discrimination-complaint",
    "mental-health-support",
    "missing-relative",
    "family-reunification",
    "child-alone",
    "school",
    "birth-registration",
    "bank-and-remittances",
    "scams-coyotes",
    "safe-travel",
    "shelter-rules",
    "consulate-help",
    "voluntary-return",
    "integration-programme",
    "crime-victim-visa",
    "bot-privacy",
}

MONTHS = {
    "es": "enero febrero marzo abril mayo junio "
    "julio agosto septiembre octubre noviembre diciembre",
    "en": "january february march april may june july august september october november december",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "pt": "janeiro fevereiro março abril maio junho "
    "julho agosto setembro outubro novembro dezembro",
    "ht": "janvye fevriye mas avril me jen jiyè out septanm oktòb novanm desanm",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the country that a test may break, with regions of its own."""
    copy = tmp_path / "mx"
    shutil.copytree(MEXICO, copy)
    (copy / "regions.toml").write_text(REGIONS, encoding="utf-8")
    return copy


@pytest.fixture
def mexico(folder: Path) -> Country:
    return load_country(folder)


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def contact_of(country: Country, name: str) -> Contact:
    return next(contact for contact in country.contacts if contact.id == name)


def organizations() -> list[dict[str, str]]:
    with (MEXICO / "organizations.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_offered_language_answers_the_same_questions(mexico: Country) -> None:
    assert mexico.languages == LANGUAGES
    assert len(QUESTIONS) == 45
    for language in LANGUAGES:
        assert set(mexico.answers[language]) == QUESTIONS
        assert list(mexico.answers[language]) == list(mexico.answers["es"])


def test_every_language_file_has_the_same_fields() -> None:
    for language in LANGUAGES:
        entries = tomllib.loads((ANSWERS / f"{language}.toml").read_text(encoding="utf-8"))
        assert {tuple(entry) for entry in entries.values()} == {("label", "text", "next_step")}


def test_answers_are_short_enough_for_a_small_screen(mexico: Country) -> None:
    for answers in mexico.answers.values():
        for answer in answers.values():
            assert 0 < len(answer.label) <= 36
            assert 150 < len(answer.text) <= 550
            assert 0 < len(answer.next_step) <= 200


def test_buttons_of_a_language_differ_from_one_another(mexico: Country) -> None:
    for answers in mexico.answers.values():
        assert len({answer.label for answer in answers.values()}) == len(answers)


@pytest.mark.parametrize("number", ["911", "79 079 1", "800 5533 000", "55-5025-0855", "*765"])
def test_the_check_for_telephones_finds_them(number: str) -> None:
    assert PHONE.search(f"llama al {number} ahora")


def test_no_telephone_mail_or_page_is_inside_a_text(mexico: Country) -> None:
    for answers in mexico.answers.values():
        for answer in answers.values():
            said = f"{answer.label} {answer.text} {answer.next_step}"
            assert not PHONE.search(said), (answer.slug, said)
            assert not re.search(r"@|https?:|www\.|\.(mx|com|org)\b", said), answer.slug


def test_texts_avoid_split_gender_forms(mexico: Country) -> None:
    for language, answers in mexico.answers.items():
        for answer in answers.values():
            said = f"{answer.label} {answer.text} {answer.next_step}".lower()
            assert not re.search(r"\w(/as?|\(as?\)|·e|\(e\))(?!\w)", said), (language, said)


def test_the_same_numbers_are_said_in_every_language(mexico: Country) -> None:
    for slug in mexico.answers["es"]:
        said = {
            language: sorted(
                re.findall(r"\d+", re.sub(r"(\d)[.,](\d{3})", r"\1\2", answers[slug].text))
            )
            for language, answers in mexico.answers.items()
        }
        assert len({tuple(numbers) for numbers in said.values()}) == 1, (slug, said)


def figures_of(text: str, language: str) -> list[str]:
    """Every number and date of a text; dates as 2025-01-20 or 2025-01."""
    months = MONTHS[language].split()
    dates: list[str] = []

    def take(found: re.Match[str]) -> str:
        day, month, year = found.groups()
        date_said = f"{year}-{months.index(month) + 1:02}"
        dates.append(f"{date_said}-{int(day):02}" if day else date_said)
        return " "

    joined = re.sub(r"(\d)[.,](\d{3})(?!\d)", r"\1\2", text.lower())
    dated = rf"(?:(\d{{1,2}}) (?:de )?)?\b({'|'.join(months)}) (?:de )?(\d{{4}})"
    rest = re.sub(dated, take, joined)
    return dates + re.findall(r"\d{1,2}:\d\d|\d+", rest)


@pytest.mark.parametrize(
    ("text", "language", "figures"),
    [
        ("El 20 de enero de 2025, 2,000 pesos", "es", ["2025-01-20", "2000"]),
        ("by March 2026, from 07:00", "en", ["2026-03", "07:00"]),
        ("le 11 janvier 2021, dans les 72 heures", "fr", ["2021-01-11", "72"]),
        ("1.025 queixas até julho de 2024", "pt", ["2024-07", "1025"]),
        ("16 novanm 2022, 5 jou", "ht", ["2022-11-16", "5"]),
    ],
)
def test_the_reading_of_figures_finds_numbers_dates_and_times(
    text: str, language: str, figures: list[str]
) -> None:
    assert figures_of(text, language) == figures


def test_every_figure_that_an_answer_says_is_listed_and_said_in_every_language(
    mexico: Country,
) -> None:
    facts = tomllib.loads((ANSWERS / "sources.toml").read_text(encoding="utf-8"))
    listed = {slug: set(entry["figures"]) for slug, entry in facts.items()}
    assert set(listed) == QUESTIONS
    assert sum(map(len, listed.values())) > 60
    for language, answers in mexico.answers.items():
        for slug, answer in answers.items():
            said = figures_of(f"{answer.text} {answer.next_step}", language)
            assert set(said) == listed[slug], (language, slug)


def test_ended_appointments_are_called_ended_in_every_language(mexico: Country) -> None:
    for answers in mexico.answers.values():
        assert re.match(r"(No|Non|Não)\.", answers["cbp-one-ended"].text)


@pytest.mark.parametrize(
    ("language", "word"),
    [("es", "salir"), ("en", "exit"), ("fr", "quitter"), ("pt", "sair"), ("ht", "soti")],
)
def test_every_language_names_the_word_for_leaving(
    mexico: Country, language: str, word: str
) -> None:
    quoted = re.compile(f"[“«] ?{word} ?[”»]")
    answers = mexico.answers[language]
    assert quoted.search(answers["bot-privacy"].text)
    assert quoted.search(answers["bot-privacy"].next_step)
    assert quoted.search(answers["gender-violence-help"].next_step)


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("es", "borrar"),
        ("en", "delete"),
        ("fr", "effacer"),
        ("pt", "apagar"),
        ("ht", "efase"),
    ],
)
def test_every_language_names_the_word_for_deleting(
    mexico: Country, language: str, word: str
) -> None:
    assert word in mexico.answers[language]["bot-privacy"].text


def test_an_answer_says_where_it_comes_from_and_when_to_look_again(mexico: Country) -> None:
    for answer in mexico.answers["es"].values():
        assert answer.sources
        assert {source.mark for source in answer.sources} <= SHOWABLE_MARKS
        assert date(2026, 11, 24) < answer.review_by <= date(2027, 6, 30)
        assert set(answer.needs) <= set(NEEDS)


def test_every_contact_of_an_answer_exists(mexico: Country) -> None:
    known = {contact.id for contact in mexico.contacts}
    named = {name for answer in mexico.answers["es"].values() for name in answer.contacts}
    assert len(named) > 8
    assert named <= known


@pytest.mark.parametrize(
    "slug",
    [
        "gender-violence-help",
        "trafficking-help",
        "protection-order",
        "child-alone",
        "crime-victim-visa",
        "safe-travel",
        "asylum-leave-state",
        "pregnancy",
    ],
)
def test_where_there_may_be_danger_the_emergency_line_is_shown_and_named_first(
    mexico: Country, slug: str
) -> None:
    words = {"es": "emergencias", "en": "emergencies", "fr": "urgences", "pt": "emergência"}
    for language, answers in mexico.answers.items():
        answer = answers[slug]
        assert mexico.emergency.id in answer.contacts
        start = f"{answer.text[:170]} {answer.next_step}".lower()
        assert words.get(language, "ijans") in start, language


def test_a_drawn_or_general_part_is_marked_uncertain(mexico: Country) -> None:
    looked = 0
    for answer in mexico.answers["es"].values():
        for source in answer.sources:
            looked += source.name == "Faro"
            own_rule = answer.slug == "bot-privacy"
            assert source.name != "Faro" or own_rule or source.mark == "uncertain"
    assert looked > 10


def test_answers_name_only_lines_for_the_whole_country(mexico: Country) -> None:
    for answer in mexico.answers["es"].values():
        assert all(contact_of(mexico, name).area == "" for name in answer.contacts)


def test_no_contact_has_a_mark_outside_the_allowed(mexico: Country) -> None:
    assert len(mexico.contacts) > 20
    assert {c.mark for c in mexico.contacts} == {"sourced", "stale", "uncertain"}


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("emergency-911", "911"),
        ("linea-vida", "800 911 2000"),
        ("linea-mujeres", "079"),
        ("linea-trata", "800 5533 000"),
        ("linea-lgbtiq", "800 000 5428"),
        ("defensatel", "800 224 2426"),
        ("sos-mujeres-cdmx", "*765"),
        ("busqueda", "800 028 7783"),
        ("unam-papd", "55 5025 0855"),
        ("conapred", "800 543 0033"),
        ("sin-violencia-edomex", "800 108 4053"),
    ],
)
def test_numbers_are_those_of_the_sources(mexico: Country, name: str, number: str) -> None:
    assert contact_of(mexico, name).number == number


def test_the_womens_line_says_option_one_in_every_language(mexico: Country) -> None:
    names = contact_of(mexico, "linea-mujeres").names
    assert all(re.search(r"\b1\b", names[language]) for language in LANGUAGES)


def test_other_ways_to_reach_a_line_are_kept(mexico: Country) -> None:
    assert contact_of(mexico, "linea-trata").also == ("WhatsApp 800 5533 000",)
    assert contact_of(mexico, "busqueda").also == ("WhatsApp 55 1309 9024",)


def test_numbers_that_sources_dispute_are_uncertain(mexico: Country) -> None:
    assert contact_of(mexico, "busqueda").mark == "uncertain"
    assert contact_of(mexico, "busqueda-exterior").mark == "uncertain"


def test_months_and_years_become_their_first_day(mexico: Country) -> None:
    assert contact_of(mexico, "linea-lgbtiq").checked == date(2023, 5, 1)
    assert contact_of(mexico, "emergency-911").checked == date(2025, 1, 1)
    assert contact_of(mexico, "unhcr").checked is None
    assert contact_of(mexico, "linea-trata").has_day
    assert not contact_of(mexico, "linea-lgbtiq").has_day


def test_the_womens_line_comes_before_the_emergency_line(mexico: Country) -> None:
    lines = [contact.id for contact in mexico.contacts_for("gender_violence")]
    assert lines == ["linea-mujeres", "emergency-911"]


def test_immediate_danger_gives_the_emergency_line_alone(mexico: Country) -> None:
    assert mexico.contacts_for("immediate_danger", "CMX") == (mexico.emergency,)


def test_a_line_of_one_state_is_given_there_only(mexico: Country) -> None:
    here = [contact.id for contact in mexico.contacts_for("gender_violence", "NLE")]
    there = [contact.id for contact in mexico.contacts_for("gender_violence", "CHP")]
    assert here == ["linea-mujeres", "mujeres-nuevo-leon", "emergency-911"]
    assert "mujeres-nuevo-leon" not in there


@pytest.mark.parametrize("danger", DANGERS)
def test_the_emergency_line_is_among_the_first_three_for_any_danger(
    mexico: Country, danger: str
) -> None:
    areas = {contact.area for contact in mexico.contacts}
    assert len(areas) > 5
    for area in areas:
        assert mexico.emergency in mexico.contacts_for(danger, area)[:3]


def test_organizations_have_distinct_uuids() -> None:
    rows = organizations()
    assert len(rows) == 99
    assert len({UUID(row["id"]) for row in rows}) == 99


def test_organizations_use_known_words_only() -> None:
    kinds = {"cso", "public_authority", "un_agency", "research_or_advocacy"}
    for row in organizations():
        assert row["kind"] in kinds
        assert row["status"] in {"sourced", "stale", "named_only"}
        assert {code for code in row["need_codes"].split("|") if code} <= set(NEEDS)
        assert bool(row["city"]) == bool(row["latitude"]) == bool(row["state_code"])


def test_organizations_that_are_only_named_carry_no_services() -> None:
    stubs = [row for row in organizations() if row["status"] == "named_only"]
    assert len(stubs) > 10
    assert {row["need_codes"] for row in stubs} == {""}


def test_organizations_carry_no_telephone() -> None:
    for row in organizations():
        said = " ".join(row[column] for column in ("name", "audience", "remark"))
        assert not PHONE.search(said)


def misspell_figure(folder: Path) -> None:
    change(folder / "answers" / "sources.toml", 'figures = ["30"]', 'figures = ["thirty"]')


def edit_answer_away(folder: Path) -> None:
    file = folder / "answers" / "ht.toml"
    text = file.read_text(encoding="utf-8")
    start = text.index("[school]")
    end = text.index("[birth-registration]")
    file.write_text(text[:start] + text[end:], encoding="utf-8")


def add_answer(folder: Path) -> None:
    change(folder / "answers" / "fr.toml", "[school]", "[scool]")


def lengthen_text(folder: Path) -> None:
    change(folder / "answers" / "en.toml", 'text = "', 'text = "' + "a" * 550)


def misspell_field(folder: Path) -> None:
    change(folder / "answers" / "pt.toml", "next_step =", "next_steps =")


def break_toml(folder: Path) -> None:
    change(folder / "answers" / "es.toml", 'label = "', "label = ")


def name_unknown_contact(folder: Path) -> None:
    change(folder / "answers" / "sources.toml", '"unhcr", "comar", ', '"unhrc", ')


def name_unknown_need(folder: Path) -> None:
    change(folder / "answers" / "sources.toml", '"regularisation"', '"regularization"')


def mark_unverified(folder: Path) -> None:
    change(folder / "answers" / "sources.toml", 'mark = "sourced"', 'mark = "not verified"')


def give_bad_slug(folder: Path) -> None:
    change(folder / "answers" / "sources.toml", "[asylum-apply]", "[Asylum_apply]")


def mark_contact_unverified(folder: Path) -> None:
    change(folder / "contacts.csv", ",sourced,", ",not verified,")


def misspell_topic(folder: Path) -> None:
    change(folder / "contacts.csv", ",gender_violence,", ",gender_violense,")


def repeat_contact(folder: Path) -> None:
    change(folder / "contacts.csv", "linea-vida,", "linea-mujeres,")


def spell_number_out(folder: Path) -> None:
    change(folder / "contacts.csv", ",079,", ",cero siete nueve,")


def give_wrong_day(folder: Path) -> None:
    change(folder / "contacts.csv", "2025-11-05", "2025-13-05")


def drop_name(folder: Path) -> None:
    change(folder / "contacts.csv", "name_ht", "name_hat")


def drop_cell(folder: Path) -> None:
    change(folder / "contacts.csv", "linea-vida,10,", "linea-vida,")


def drop_contacts(folder: Path) -> None:
    (folder / "contacts.csv").unlink()


def drop_regions(folder: Path) -> None:
    (folder / "regions.toml").unlink()


def empty_regions(folder: Path) -> None:
    (folder / "regions.toml").write_text("", encoding="utf-8")


def drop_region_name(folder: Path) -> None:
    change(folder / "regions.toml", 'ht = "sid"', 'hat = "sid"')


def drop_country_name(folder: Path) -> None:
    change(folder / "country.toml", "name.ht", "name.hat")


def turn_area_over(folder: Path) -> None:
    change(folder / "country.toml", "south = 14.4", "south = 44.4")


def lose_a_danger(folder: Path) -> None:
    change(folder / "contacts.csv", "gender_violence|trafficking|child_alone", "child_alone")


def misspell_need_of_sectors(folder: Path) -> None:
    change(folder / "sectors.toml", "housing =", "houzing =")


def drop_need_of_sectors(folder: Path) -> None:
    change(folder / "sectors.toml", 'trafficking = ["Human Trafficking & Smuggling"]\n', "")


def empty_sectors(folder: Path) -> None:
    change(folder / "sectors.toml", 'housing = ["Shelter"]', "housing = []")


def misspell_emergency(folder: Path) -> None:
    change(folder / "country.toml", "emergency-911", "emergency-912")


def misspell_timezone(folder: Path) -> None:
    change(folder / "country.toml", "America/Mexico_City", "America/Mexico")


def save_in_another_encoding(folder: Path) -> None:
    file = folder / "answers" / "es.toml"
    file.write_bytes(file.read_text(encoding="utf-8").encode("latin-1", "replace"))


@pytest.mark.parametrize(
    ("damage", "report"),
    [
        (add_answer, "fr.toml, scool: sources.toml has no such answer"),
        (lengthen_text, "en.toml, asylum-apply: Expected `str` of length <= 550 - at `$.text`"),
        (misspell_field, "pt.toml, asylum-apply: .*next_step"),
        (break_toml, "es.toml: .*line 2"),
        (name_unknown_contact, "sources.toml, asylum-apply: no such contact: unhrc"),
        (name_unknown_need, "sources.toml, asylum-apply: no such need: regularization"),
        (misspell_figure, "sources.toml, asylum-apply: .*figures"),
        (mark_unverified, "sources.toml, asylum-apply: the mark 'not verified'"),
        (give_bad_slug, "sources.toml, Asylum_apply: a slug has small letters"),
        (mark_contact_unverified, "contacts.csv, line 2: the mark 'not verified'"),
        (misspell_topic, "contacts.csv, line 2: unknown topic: gender_violense"),
        (repeat_contact, "contacts.csv, line 3: the id linea-mujeres is there twice"),
        (spell_number_out, "contacts.csv, line 2: .*number"),
        (give_wrong_day, "contacts.csv, line 2: no such day: 2025-13-05"),
        (drop_name, "contacts.csv, line 2: name_ht is missing"),
        (drop_cell, "contacts.csv, line 3: too many or too few columns"),
        (drop_contacts, "contacts.csv: no such file"),
        (drop_regions, "regions.toml: no such file"),
        (empty_regions, "regions.toml: no region in it"),
        (drop_region_name, "regions.toml, south: no name in ht"),
        (drop_country_name, "country.toml, name: none in ht"),
        (turn_area_over, "country.toml, area: south and west must be less"),
        (lose_a_danger, "contacts.csv, topics of emergency-911: not for trafficking"),
        (misspell_need_of_sectors, "sectors.toml, iasc-clusters: no such need: houzing"),
        (drop_need_of_sectors, "sectors.toml, r4v-sectors: nothing for trafficking"),
        (empty_sectors, "sectors.toml, iasc-clusters: .*needs"),
        (misspell_emergency, "country.toml, emergency: no such contact"),
        (misspell_timezone, "country.toml, timezone: unknown: America/Mexico"),
        (save_in_another_encoding, "es.toml: not UTF-8"),
    ],
)
def test_a_broken_folder_says_which_file_and_why(
    folder: Path, damage: Callable[[Path], None], report: str
) -> None:
    damage(folder)
    with pytest.raises(CountryError) as problem:
        load_country(folder)
    assert re.search(report.replace("$", r"\$"), str(problem.value))


def test_an_answer_that_one_language_lacks_is_offered_in_none(folder: Path) -> None:
    edit_answer_away(folder)
    answers = load_country(folder).answers
    assert {len(of_language) for of_language in answers.values()} == {44}
    assert all("school" not in of_language for of_language in answers.values())


@pytest.mark.parametrize("missing", ["answers/pt.toml", "answers"])
def test_a_country_without_answers_is_served_without_them(folder: Path, missing: str) -> None:
    path = folder / missing
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert load_country(folder).answers == {language: {} for language in LANGUAGES}


def test_a_country_without_sectors_has_none(folder: Path) -> None:
    (folder / "sectors.toml").unlink()
    assert load_country(folder).sectors == ()


def test_every_place_lies_in_the_box_of_its_country(mexico: Country) -> None:
    with (MEXICO / "places.tsv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["country"] == "MX"]
    assert len(rows) > 16_000
    for row in rows:
        assert mexico.area.holds(float(row["latitude"]), float(row["longitude"])), row["id"]
    assert not mexico.area.holds(-25.7, 100.3)


def test_a_missing_file_of_places_is_named(folder: Path) -> None:
    change(folder / "country.toml", "places.tsv", "nowhere.tsv")
    with pytest.raises(CountryError, match=r"nowhere\.tsv: no such file"):
        gazetteer_files(folder)
