"""The gazetteer finds what people write, and does not see places where there are none."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from math import inf, nan
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.understanding.where import Where, named_alone, where_in
from referrals.places import (
    Coordinates,
    Found,
    Gazetteer,
    Place,
    PlaceId,
    distance_km,
    fold,
    stands_out,
)

FOLDER = Path(__file__).parents[1] / "locales" / "countries" / "mx"
TAPACHULA, JUAREZ, TIJUANA = "3516266", "4013708", "3981609"
LANGUAGES = {"es", "en", "fr", "pt", "ht"}
SENTENCES = Path(__file__).parent / "data" / "places_sentences.tsv"


def lines_of(name: str) -> list[str]:
    return (FOLDER / name).read_text("utf-8").splitlines()


def regions() -> Mapping[str, Mapping[str, Sequence[str]]]:
    return tomllib.loads((FOLDER / "regions.toml").read_text("utf-8"))


def built() -> Gazetteer:
    states = {code: region["states"] for code, region in regions().items()}
    return Gazetteer.from_rows(lines_of("places.tsv"), lines_of("places_extra.csv"), states)


EVERY = built()


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return EVERY


def top(found: Sequence[Found]) -> str:
    return f"{found[0].place.name}, {found[0].place.state}" if found else ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tapachula", "Tapachula, Chiapas"),
        ("  TAPACHULA!! ", "Tapachula, Chiapas"),
        ("cancun", "Cancún, Quintana Roo"),
        ("iztapalapa", "Iztapalapa, Ciudad de México"),
        ("Gustavo A Madero", "Gustavo A. Madero, Ciudad de México"),
        ("Suchiate", "Ciudad Hidalgo, Chiapas"),
        ("Tenosique de Pino Suárez", "Tenosique, Tabasco"),
        ("Comalapa", "Frontera Comalapa, Chiapas"),
        ("Тапачула", "Tapachula, Chiapas"),
        ("塔帕丘拉", "Tapachula, Chiapas"),
        ("تاپاچولا", "Tapachula, Chiapas"),
        ("tecun uman", "Ciudad Tecún Umán, San Marcos"),
        ("La Técnica", "La Técnica, Petén"),
        ("el ceibo", "El Ceibo, Tabasco"),
        ("lecheria", "Lechería, México"),
    ],
)
def test_a_name_is_found_without_accents_or_case_in_any_script(
    places: Gazetteer, text: str, expected: str
) -> None:
    found = places.find(text)
    assert top(found) == expected
    assert found[0].exact


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tapachla", "Tapachula, Chiapas"),
        ("tapatchula", "Tapachula, Chiapas"),
        ("tenocique", "Tenosique, Tabasco"),
        ("siudad uares", "Ciudad Juárez, Chihuahua"),
        ("matamorros", "Matamoros, Tamaulipas"),
        ("chihuaua", "Chihuahua, Chihuahua"),
        ("wixtla", "Huixtla, Chiapas"),
        ("tuxla gutieres", "Tuxtla Gutiérrez, Chiapas"),
        ("coatsacualcos", "Coatzacoalcos, Veracruz"),
    ],
)
def test_a_misspelt_name_is_found_and_said_to_be_a_guess(
    places: Gazetteer, text: str, expected: str
) -> None:
    found = places.find(text)
    assert top(found) == expected
    assert not found[0].exact
    assert found[0].score < 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cdmx", "Ciudad de México, Ciudad de México"),
        ("D.F.", "Ciudad de México, Ciudad de México"),
        ("juaritos", "Ciudad Juárez, Chihuahua"),
        ("tijuas", "Tijuana, Baja California"),
        ("TJ", "Tijuana, Baja California"),
        ("mty", "Monterrey, Nuevo León"),
        ("GDL", "Guadalajara, Jalisco"),
        ("chicali", "Mexicali, Baja California"),
        ("sancris", "San Cristóbal de las Casas, Chiapas"),
        ("neza", "Ciudad Nezahualcóyotl, México"),
        ("Tapachoula", "Tapachula, Chiapas"),
    ],
)
def test_nicknames_are_names(places: Gazetteer, text: str, expected: str) -> None:
    assert top(places.find(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ciudad hidalgo chiapas", "Ciudad Hidalgo, Chiapas"),
        ("Cd. Hidalgo, Mich.", "Ciudad Hidalgo, Michoacán"),
        ("Juárez, Chihuahua", "Ciudad Juárez, Chihuahua"),
        ("juarez nuevo leon", "Ciudad Benito Juárez, Nuevo León"),
        ("matamoros coahuila", "Matamoros, Coahuila"),
        ("tonala jalisco", "Tonalá, Jalisco"),
        ("tonala en chiapas", "Tonalá, Chiapas"),
        ("cancun q. roo", "Cancún, Quintana Roo"),
        ("tapachla chis", "Tapachula, Chiapas"),
    ],
)
def test_a_state_tells_places_of_one_name_apart(
    places: Gazetteer, text: str, expected: str
) -> None:
    assert top(places.find(text)) == expected


@pytest.mark.parametrize(
    "text", ["cd tapachula", "ciudad de Tapachula", "en Tapachula", "municipio de tapachula"]
)
def test_words_before_a_name_do_not_hide_it(places: Gazetteer, text: str) -> None:
    assert top(places.find(text)) == "Tapachula, Chiapas"


def test_border_and_transit_towns_come_first_and_namesakes_are_all_returned(
    places: Gazetteer,
) -> None:
    found = places.find("ciudad hidalgo")
    assert [f.place.state for f in found] == ["Chiapas", "Michoacán"]
    assert not stands_out(found)
    assert top(places.find("el carmen")) == "El Carmen, San Marcos"


def test_a_big_city_stands_out_among_villages_of_its_name(places: Gazetteer) -> None:
    found = places.find("Veracruz")
    assert len(found) > 1
    assert stands_out(found)
    assert not stands_out(places.find("cuauhtemoc"))
    assert not stands_out([])


def test_a_part_of_a_well_known_name_is_enough(places: Gazetteer) -> None:
    assert top(places.find("san cristobal")) == "San Cristóbal de las Casas, Chiapas"
    assert top(places.find("piedras")) == "Piedras Negras, Coahuila"


def test_the_name_of_a_state_gives_its_biggest_places_to_choose_from(
    places: Gazetteer,
) -> None:
    found = places.find("Chiapas")
    assert {f.place.state_code for f in found} == {"CHP"}
    assert not any(f.exact for f in found)
    state = places.state_named("edomex")
    assert state is not None
    assert (state.code, state.region) == ("MEX", "centre")
    assert places.state_named("Tegucigalpa") is None


@pytest.mark.parametrize("text", ["", "   ", "?!", "México", "Honduras", "x" * 5000, "qwrtpsdfg"])
def test_what_is_no_place_of_the_country_finds_nothing(places: Gazetteer, text: str) -> None:
    assert places.find(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ando en tijuas con mi señora", "Tijuana, Baja California"),
        ("mwen nan tapachla", "Tapachula, Chiapas"),
        ("M ap viv nan Tapachula ak de timoun", "Tapachula, Chiapas"),
        ("I am near Reynosa", "Reynosa, Tamaulipas"),
        ("je suis à Tapachula", "Tapachula, Chiapas"),
        ("estou em tijuana", "Tijuana, Baja California"),
        ("ayuda por favor en monterey", "Monterrey, Nuevo León"),
        ("cerca de San Cristobal de las Casas", "San Cristóbal de las Casas, Chiapas"),
        ("ciudad hidalgo chiapas necesito albergue", "Ciudad Hidalgo, Chiapas"),
        ("estoy en Naco", "Naco, Sonora"),
        ("estamos en viva mexico", "Viva México, Chiapas"),
        ("sin dinero en df", "Ciudad de México, Ciudad de México"),
        ("Я в Тапачуле", "Tapachula, Chiapas"),
        ("我在塔帕丘拉", "Tapachula, Chiapas"),
        ("ESTOY EN TAPACHULA", "Tapachula, Chiapas"),
        ("necesito ayuda en la paz", "La Paz, Baja California Sur"),
        ("en Matamoros Coahuila no hay albergue", "Matamoros, Coahuila"),
    ],
)
def test_a_place_is_seen_in_a_sentence(places: Gazetteer, text: str, expected: str) -> None:
    assert top(places.spot(text)) == expected


def test_where_somebody_is_comes_before_where_they_go_or_come_from(places: Gazetteer) -> None:
    found = places.spot("voy a Tijuana pero ahora estoy en Tapachula, vengo de Tenosique")
    assert found[0].place.id == TAPACHULA
    assert TIJUANA in [f.place.id for f in found]
    assert stands_out(found)


@pytest.mark.parametrize(
    "text",
    [
        "estoy en el hospital",
        "busco trabajo",
        "tengo esperanza",
        "estoy en paz",
        "estoy en la frontera",
        "me robaron en el camino",
        "me llamo Guadalupe García",
        "mi hija Esperanza está enferma",
        "vivo en casa de Carmen",
        "soy de Honduras",
        "mi esposo es de Colombia",
        "quiero quedarme en México",
        "tampoco tengo papeles",
        "trabajo en construccion",
        "tengo miedo en la carretera",
        "tengo cita en la comar",
        "I need a lawyer and a place to sleep",
        "mwen bezwen èd",
        "preciso de ajuda com documentos",
        "j'ai besoin d'un médecin",
        "",
    ],
)
def test_ordinary_words_are_no_places(places: Gazetteer, text: str) -> None:
    assert places.spot(text) == []


@pytest.mark.parametrize(
    ("latitude", "longitude", "expected"),
    [
        (14.9, -92.26, "Tapachula"),
        (14.682, -92.15, "Ciudad Hidalgo"),
        (32.5, -116.95, "Tijuana"),
        (19.36, -99.06, "Iztapalapa"),
        (31.70, -106.42, "Ciudad Juárez"),
    ],
)
def test_a_position_is_in_the_city_that_surrounds_it(
    places: Gazetteer, latitude: float, longitude: float, expected: str
) -> None:
    place = places.nearest(Coordinates(latitude, longitude))
    assert place is not None
    assert place.name == expected


@pytest.mark.parametrize(
    "at",
    [(19.0, -110.0), (0.0, 0.0), (nan, -99.0), (19.0, nan), (inf, 0.0), (19.0, -inf), (900.0, 0.0)],
)
def test_a_position_at_sea_abroad_or_broken_is_nowhere(
    places: Gazetteer, at: tuple[float, float]
) -> None:
    assert places.nearest(Coordinates(*at)) is None


def test_a_position_far_from_a_village_still_finds_it_within_100_km(places: Gazetteer) -> None:
    at = Coordinates(28.3, -113.0)
    place = places.nearest(at)
    assert place is not None
    assert 5 < distance_km(at, place) <= 100


def test_distance_is_the_great_circle() -> None:
    quarter = distance_km(Coordinates(0, 0), Coordinates(0, 90))
    assert quarter == pytest.approx(10_007.5, abs=1)
    assert distance_km(Coordinates(19, -99), Coordinates(19, -99)) == 0


def test_folding_drops_accents_and_punctuation_and_keeps_other_scripts() -> None:
    assert fold("  Cd. JUÁREZ,  Chih.") == "cd juarez chih"
    assert fold("Тихуа́на") == "тихуана"
    assert fold("墨西哥城。") == "墨西哥城"


def plain(name: str) -> str:
    """Names as they are compared: honorifics say nothing."""
    bare = fold(name)
    for start in ("heroica ciudad de ", "heroica ", "ciudad de ", "ciudad ", "santiago de "):
        bare = bare.removeprefix(start)
    return bare


def is_right(place: Place | None, expected: str) -> bool:
    """A quarter stands for its town, and a municipality for its head town."""
    if place is None or expected == "-":
        return place is None and expected == "-"
    name, state, country = expected.split(", ")
    named = plain(name) in {plain(place.name), plain(place.municipality)}
    return named and place.state == state and place.country == country


def test_forty_nine_of_fifty_invented_sentences_are_placed_right(places: Gazetteer) -> None:
    rows = [line.split("\t") for line in SENTENCES.read_text("utf-8").splitlines()[1:]]
    assert len(rows) > 560
    assert {row[1] for row in rows} == LANGUAGES
    placed, unplaced = list[bool](), list[bool]()
    for _, _, sentence, expected in rows:
        right = is_right(where_in(sentence, places).place, expected)
        (unplaced if expected == "-" else placed).append(right)
    assert min(len(placed), len(unplaced)) > 180
    assert sum(placed) / len(placed) > 0.98
    assert sum(unplaced) / len(unplaced) > 0.98


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("je suis à Mexico", "Ciudad de México"),
        ("mwen nan vil Meksiko", "Ciudad de México"),
        ("estou na Cidade do México", "Ciudad de México"),
        ("I am in Mexico City", "Ciudad de México"),
        ("je suis au Mexique", ""),
        ("mwen nan Meksik", ""),
        ("estou no México", ""),
        ("I am in Mexico", ""),
        ("estoy en México", ""),
        ("estoy en el estado de Puebla", ""),
        ("estoy en Puebla", "Puebla"),
        ("estoy en Hidalgo", ""),
    ],
)
def test_a_country_or_a_state_is_no_city_of_its_name(
    places: Gazetteer, text: str, expected: str
) -> None:
    place = where_in(text, places).place
    assert (place.name if place else "") == expected


@pytest.mark.parametrize(
    "text",
    [
        "soy de Puebla",
        "I'm from Veracruz",
        "vengo de San Pedro Sula",
        "mi hermana vive en Houston",
        "Laredo Texas",
        "m soti Okap",
        "estamos bien gracias a Dios",
        "quiero cruzar el río Bravo",
        "en la mara de San Salvador mataron a mi hijo",
        "mis papás están en Santa Ana, El Salvador",
    ],
)
def test_a_home_town_or_a_city_far_away_is_not_where_somebody_is(
    places: Gazetteer, text: str
) -> None:
    assert where_in(text, places) == Where()


def test_a_border_town_abroad_has_its_country_and_no_region(places: Gazetteer) -> None:
    place = where_in("estoy en Tecún Umán", places).place
    assert place is not None
    assert (place.state, place.country, place.region, place.state_code) == (
        *("San Marcos", "GT"),
        *("", ""),
    )
    assert {state.code for state in places.states()} == set(state_codes())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ando en Necoclí con mi familia", "CO"),
        ("Ipiales Colombia", "CO"),
        ("je suis à Necoclí en Colombie, il pleut", "CO"),
        ("estou em Huaquillas sem carimbo", "EC"),
        ("mwen Nekokli ak pitit mwen", "CO"),
        ("im at the border in Paso Canoas", "CR"),
        ("estoy en Managua y quiero seguir", "NI"),
        ("on est à Metetí", "PA"),
        ("Guayaquil", "EC"),
        ("estoy en León", "MX"),
        ("estoy en León Nicaragua", "NI"),
        ("estoy en Tonalá, vengo de Cali", "MX"),
        ("soy de Guayaquil", ""),
        ("soy de Cali Colombia", ""),
        ("mi hermana vive en Medellín", ""),
        ("frè m nan viv Medellin depi lontan", ""),
        ("ma soeur habite à Quito avec son mari", ""),
        ("salí de Cali hace un mes", ""),
        ("passei por Necoclí em fevereiro", ""),
        ("cruzamos por Paso Canoas", ""),
        ("m te rete Medellin anvan", ""),
        ("viví en Quito tres años", ""),
        ("nací en Medellín", ""),
        ("necesito una manta y comida", ""),
    ],
)
def test_a_place_on_the_way_counts_only_where_somebody_says_to_be_there_now(
    places: Gazetteer, text: str, expected: str
) -> None:
    place = where_in(text, places).place
    assert (place.country if place else "") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cuauhtemoc cdmx", "Cuauhtémoc"),
        ("cuauhtemoc mexico", "Cuauhtémoc"),
        ("México, Benito Juárez", "Benito Juárez"),
        ("vivo en la alcaldía Benito Juárez", "Benito Juárez"),
        ("rento en la delegación de Venustiano Carranza", "Venustiano Carranza"),
        ("I live in Cuauhtemoc, Mexico City", "Cuauhtémoc"),
        ("Venustiano Carranza borough", "Venustiano Carranza"),
        ("je suis à Mexico, Cuauhtémoc", "Cuauhtémoc"),
        ("moro em Miguel Hidalgo, Cidade do México", "Miguel Hidalgo"),
    ],
)
def test_a_borough_is_told_from_its_namesakes_by_what_stands_beside_it(
    places: Gazetteer, text: str, expected: str
) -> None:
    place = where_in(text, places).place
    assert place is not None
    assert (place.name, place.state) == (expected, "Ciudad de México")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dormimos en Yaltzi Tres Lagunas, estamos en Huixtla", "Huixtla"),
        ("the priest at san pedro church told us", ""),
        ("estoy en el hospital san josé", ""),
        ("trabajamos en el potrero", ""),
        ("con mi hija en Huixtla", "Huixtla"),
        ("randevou m nan Mexico men mwen kole Tapachula", "Tapachula"),
        ("Palenque où je suis n'a pas d'abri", "Palenque"),
        ("je suis à l'hôpital de Tapachula", "Tapachula"),
        ("kote m ye a se Reynosa", "Reynosa"),
        ("n ap Tijuana kounye a", "Tijuana"),
        ("tengo que estar en Tijuana pero sigo en Puebla", "Puebla"),
        ("manman m nan Tapachula, mwen menm mwen nan Saltillo", "Saltillo"),
    ],
)
def test_words_around_a_name_say_whose_place_it_is(
    places: Gazetteer, text: str, expected: str
) -> None:
    place = where_in(text, places).place
    assert (place.name if place else "") == expected


@pytest.mark.parametrize(
    ("name", "state", "municipality"),
    [
        ("Comitán", "CHP", "Comitán de Domínguez"),
        ("Coacalco", "MEX", "Coacalco de Berriozábal"),
        ("San Cristóbal de las Casas", "CHP", "San Cristóbal de las Casas"),
        ("Oaxaca", "OAX", "Oaxaca de Juárez"),
        ("Juchitán", "OAX", "Juchitán de Zaragoza"),
    ],
)
def test_a_municipality_has_its_official_name(
    places: Gazetteer, name: str, state: str, municipality: str
) -> None:
    found = [f.place for f in places.find(name) if f.place.state_code == state]
    assert found[0].municipality == municipality


def state_codes() -> list[str]:
    return [code for region in regions().values() for code in region["states"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("entre Arriaga y Chahuites", ["Arriaga", "Chahuites"]),
        ("estoy en la CDMX, en Iztapalapa", ["Iztapalapa", "Ciudad de México"]),
        ("ciudad hidalgo", ["Ciudad Hidalgo", "Ciudad Hidalgo"]),
        ("voy a Tijuana, ahora estoy en Puebla", ["Puebla", "Tijuana"]),
    ],
)
def test_everything_that_is_named_is_a_candidate_the_likeliest_first(
    places: Gazetteer, text: str, expected: list[str]
) -> None:
    assert [place.name for place in where_in(text, places).candidates[:2]] == expected


def test_a_place_named_before_makes_its_namesake_nearby_likelier(places: Gazetteer) -> None:
    morelia = places.find("Morelia")[0].place
    assert top(places.find("ciudad hidalgo", near=morelia)) == "Ciudad Hidalgo, Michoacán"
    assert top(places.spot("en Tapachula", near=morelia)) == "Tapachula, Chiapas"


@pytest.mark.parametrize(
    "text", ["hola", "gracias", "buenas tardes", "salut", "bom dia", "ok", "1"]
)
def test_a_greeting_is_not_taken_for_a_village_that_is_spelt_alike(
    places: Gazetteer, text: str
) -> None:
    assert named_alone(text, places) == Where()


def test_a_quarter_is_in_its_town_and_never_the_answer_to_a_position(
    places: Gazetteer,
) -> None:
    tepito = places.find("Tepito")[0].place
    assert (tepito.municipality, tepito.region) == ("Cuauhtémoc", "centre")
    at = places.nearest(Coordinates(tepito.latitude, tepito.longitude))
    assert at is not None
    assert not at.id.startswith("x-")


def test_four_states_have_the_numbers_of_the_census_and_not_of_the_source() -> None:
    rows = [line.split("\t") for line in lines_of("places.tsv")[1:]]
    numbers = {row[5]: row[3][:2] for row in rows if row[3]}
    assert len(numbers) == 32
    assert [numbers[s] for s in ("CHP", "COA", "CHH", "COL")] == ["07", "05", "08", "06"]


def test_every_place_has_its_codes_and_region(places: Gazetteer) -> None:
    region_of = {s: code for code, region in regions().items() for s in region["states"]}
    rows = [line.split("\t") for line in lines_of("places.tsv")[1:]]
    assert len(rows) > 16_000
    assert [int(row[0]) for row in rows] == sorted({int(row[0]) for row in rows})
    for row in rows:
        place = places.by_id(PlaceId(row[0]))
        assert place is not None
        assert place.region == row[6] == region_of.get(place.state_code, "")
        assert not row[3] or (len(row[3]) == 5 and row[3].isdigit())
        assert place.country == row[10]
        assert bool(place.region) == (place.country == "MX")
    by_id = {row[0]: row for row in rows}
    assert by_id[TAPACHULA][3:6] == ["07089", "Chiapas", "CHP"]
    assert by_id[JUAREZ][3:6] == ["08037", "Chihuahua", "CHH"]


def test_there_are_32_states_in_seven_regions_named_in_every_language(
    places: Gazetteer,
) -> None:
    states = places.states()
    assert len(states) == 32
    assert {state.region for state in states} == set(regions())
    assert len(regions()) == 7
    for region in regions().values():
        assert set(region["name"]) == LANGUAGES


def test_files_of_another_shape_are_refused() -> None:
    header = lines_of("places.tsv")[0]
    extra = lines_of("places_extra.csv")[0]
    with pytest.raises(ValueError, match="columns"):
        Gazetteer.from_rows(["id\tname"], [extra], {})
    with pytest.raises(ValueError, match="not there"):
        Gazetteer.from_rows([header], [extra, "alias,Nowhere,,1,"], {})
    with pytest.raises(ValueError, match="kind"):
        Gazetteer.from_rows([header], [extra, "other,,,,"], {})


WORDS = st.sampled_from(
    [
        "en",
        "san",
        "ciudad",
        "Hidalgo",
        "de",
        "la",
        "chiapas",
        "tapachla",
        "à",
        "cd.",
        "México",
        "我在",
    ]
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=9).map(" ".join))


@settings(max_examples=150, deadline=None)
@given(text=TEXTS, limit=st.integers(0, 9))
def test_any_text_gives_only_places_that_exist(text: str, limit: int) -> None:
    for found in (EVERY.find(text, limit), EVERY.spot(text, limit)):
        assert len(found) <= limit
        assert len({f.place.id for f in found}) == len(found)
        for one in found:
            assert EVERY.by_id(one.place.id) == one.place
            assert 0 <= one.score <= 1


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(max_examples=100, deadline=None)
@given(
    latitude=st.floats(allow_nan=True, allow_infinity=True),
    longitude=st.floats(allow_nan=True, allow_infinity=True),
)
def test_any_position_gives_a_place_within_100_km_or_none(
    latitude: float, longitude: float
) -> None:
    at = Coordinates(latitude, longitude)
    place = EVERY.nearest(at)
    assert place is None or distance_km(at, place) <= 100
