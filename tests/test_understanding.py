"""What is read from a text, in five languages, as people type it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.encoder import load_encoder
from bot.model_file import load_model
from bot.phrase_files import BadPhrases, load_phrases
from handlers.understanding.meaning import DANGERS, Meaning
from handlers.understanding.phrases import INTERRUPTS
from handlers.understanding.reader import Reader
from handlers.understanding.words import MAX_TOKENS, plain, words_of
from referrals.places import Found, Gazetteer, Place, PlaceId

LOCALES = Path(__file__).resolve().parents[1] / "locales"
LANGUAGES = ("es", "en", "fr", "pt", "ht")
NEEDS = {
    "legal_aid",
    "regularisation",
    "housing",
    "lgbtiq_support",
    "mental_health",
    "gender_violence",
    "trafficking",
    "labour_rights",
    "health",
    "family_reunification",
    "child_protection",
    "basic_needs",
    "livelihoods",
    "education",
    "return_reintegration",
    "discrimination",
}


class FewPlaces(Gazetteer):
    """A gazetteer of four places; two share a name, one is known by a misspelling too."""

    def __init__(self) -> None:
        tapachula = a_place("Tapachula", "CHP", 200_000)
        self._known = {
            "tapachula": [Found(tapachula, 1.0, True)],
            "tapachul": [Found(tapachula, 0.8, False)],
            "monterrey": [
                Found(a_place("Monterrey", "NLE", 1_000_000), 1.0, True),
                Found(a_place("Monterrey", "CHP", 500), 1.0, True),
            ],
            "benito juarez": [
                Found(a_place("Benito Juárez", "TAM", 700), 1.0, True),
                Found(a_place("Benito Juárez", "OAX", 900), 1.0, True),
            ],
        }

    def find(self, text: str, limit: int = 5) -> list[Found]:
        return self._known.get(plain(text), [])

    def spot(self, text: str, limit: int = 5) -> list[Found]:
        named = [found for w in words_of(text) for found in self._known.get(w, [])]
        return [found for found in named if found.exact]


def a_place(name: str, state_code: str, population: int) -> Place:
    id_ = PlaceId(name + state_code)
    return Place(id_, name, name, "", state_code, "region", 0.0, 0.0, population)


@cache
def reader() -> Reader:
    model = load_model(LOCALES, load_encoder())
    return Reader(load_phrases(LOCALES, LANGUAGES), FewPlaces(), model)


def read(text: str, prior: str = "") -> Meaning:
    return reader().of(text, prior)


SAID_NEEDS = [
    # Spanish
    ("necesito un abogado urgente", "legal_aid"),
    ("a mi primo lo agarro la migra y esta detenido", "legal_aid"),
    ("un policia me robo el dinero que traia", "legal_aid"),
    ("ocupo un abogao", "legal_aid"),
    ("quiero arreglar mis papeles", "regularisation"),
    ("perdi mi pasaporte y no tengo papeles", "regularisation"),
    ("kiero pedir asilo aki", "regularisation"),
    ("no tenemos donde dormir esta noche", "housing"),
    ("busco un alberge para mi y mis niños", "housing"),
    ("me corrieron del cuarto y ando en la calle", "housing"),
    ("soy una chica trans y busco un lugar para mi", "lgbtiq_support"),
    ("me siento muy triste, no paro de llorar", "mental_health"),
    ("quisiera hablar con un psicologo", "mental_health"),
    ("mi patron no me quiere pagar la quincena", "labour_rights"),
    ("me despidieron sin liquidacion", "labour_rights"),
    ("mi niña tiene calentura y mucha tos", "health"),
    ("estoy enbarasada de 5 meses", "health"),
    ("quiero traer a mis hijos conmigo", "family_reunification"),
    ("busco a mi hermano, no sé nada de él", "family_reunification"),
    ("no hemos comido, tenemos hambre", "basic_needs"),
    ("nesesito pañales y leche para la bebe", "basic_needs"),
    ("busco chamba de lo que sea", "livelihoods"),
    ("quiero inscribir a mi hija en la escuela", "education"),
    ("me deportaron ayer", "return_reintegration"),
    ("quiero regresar a mi pais", "return_reintegration"),
    ("no me quisieron atender por ser hondureña", "discrimination"),
    # English
    ("i need a laywer", "legal_aid"),
    ("my cousin was detained by immigration", "legal_aid"),
    ("want to get my papers in order", "regularisation"),
    ("we got no place to sleep tonite", "housing"),
    ("they kicked us out, we r homeless", "housing"),
    ("im gay and need a safe community", "lgbtiq_support"),
    ("i feel so alone and i cry a lot", "mental_health"),
    ("my boss didnt pay me for two weeks", "labour_rights"),
    ("my son has a fever", "health"),
    ("where can i get a pregnency checkup, im pregnent", "health"),
    ("looking for my sister, we were separated", "family_reunification"),
    ("we are so hungry, any food?", "basic_needs"),
    ("looking for a job in cleaning", "livelihoods"),
    ("want to enroll my kids in school", "education"),
    ("i want to go back home to my country", "return_reintegration"),
    ("they wouldnt serve me because im black", "discrimination"),
    # French
    ("j'ai besoin d'un avocat", "legal_aid"),
    ("mon frère a été arrêté par l'immigration", "legal_aid"),
    ("je veux demander l'asile", "regularisation"),
    ("on dort dehors avec les enfants", "housing"),
    ("je cherche un hebergement pour ce soir", "housing"),
    ("je suis lesbienne, je cherche du soutien", "lgbtiq_support"),
    ("je me sens tres seule et je pleure", "mental_health"),
    ("mon patron ne me paie pas", "labour_rights"),
    ("ma fille est malade, elle a de la fievre", "health"),
    ("je cherche ma soeur, plus de nouvelles depuis un mois", "family_reunification"),
    ("on a faim, rien a manger", "basic_needs"),
    ("je cherche du travail", "livelihoods"),
    ("inscrire mon fils a l'ecole", "education"),
    ("je veux rentrer chez moi au pays", "return_reintegration"),
    ("ils ont refusé de me servir, c'est du racisme", "discrimination"),
    # Portuguese
    ("preciso de um advogado", "legal_aid"),
    ("quero pedir refugio", "regularisation"),
    ("nao tenho onde dormir hoje", "housing"),
    ("to na rua com meus filhos", "housing"),
    ("sou travesti e procuro apoio", "lgbtiq_support"),
    ("to com muita ansiedade", "mental_health"),
    ("o patrao nao me pagou", "labour_rights"),
    ("meu filho ta com febre", "health"),
    ("procuro minha irma, nos separaram na fronteira", "family_reunification"),
    ("to com fome, preciso de comida", "basic_needs"),
    ("preciso de emprego", "livelihoods"),
    ("quero matricular meu filho na escola", "education"),
    ("quero voltar pro meu pais", "return_reintegration"),
    ("sofri preconceito por ser estrangeira", "discrimination"),
    # Haitian Creole
    ("mwen bezwen yon avoka", "legal_aid"),
    ("imigrasyon arete frè m", "legal_aid"),
    ("m vle mande azil", "regularisation"),
    ("kote pou m domi aswe a", "housing"),
    ("map domi nan lari", "housing"),
    ("m santi m dekouraje anpil", "mental_health"),
    ("patwon an pa peye m", "labour_rights"),
    ("pitit mwen malad li gen lafyev", "health"),
    ("map chache frè m, mwen pa konnen kote li ye", "family_reunification"),
    ("nou grangou, nou pa gen manje", "basic_needs"),
    ("m ap chache yon djob", "livelihoods"),
    ("m vle mete pitit mwen lekol", "education"),
    ("m vle retounen lakay mwen", "return_reintegration"),
    ("yo joure m paske m se ayisyen", "discrimination"),
]


@pytest.mark.parametrize(("text", "need"), SAID_NEEDS)
def test_a_need_is_read_as_people_type_it(text: str, need: str) -> None:
    assert need in [guess.value for guess in read(text).needs]


TOLD_DANGERS = [
    ("mi marido me pega", "gender_violence"),
    ("mi ex me esta buscando y le tengo miedo", "gender_violence"),
    ("cuando llega borracho se pone violento", "gender_violence"),
    ("tiene mi pasaporte y dice que le debo", "trafficking"),
    ("me obligan a estar con clientes", "trafficking"),
    ("ya no quiero despertar", "suicide_risk"),
    ("todos estarian mejor sin mi", "suicide_risk"),
    ("nos tienen encerrados en una casa y piden rescate", "immediate_danger"),
    ("unos hombres armados nos vienen siguiendo", "immediate_danger"),
    ("mi esposa esta embarazada y esta sangrando mucho", "medical"),
    ("hay un niño de 6 años solito en la central", "child_alone"),
    ("tengo 15 años y viajo solo", "child_alone"),
    ("my husband beats me", "gender_violence"),
    ("he has my passport and says I owe him", "trafficking"),
    ("i don't want to wake up anymore", "suicide_risk"),
    ("they locked us in and want ransom", "immediate_danger"),
    ("someone is following me right now", "immediate_danger"),
    ("she is not breathing", "medical"),
    ("im 16 and traveling alone", "child_alone"),
    ("mon mari me frappe", "gender_violence"),
    ("il garde mon passeport et dit que je lui dois", "trafficking"),
    ("j'ai envie de mourir", "suicide_risk"),
    ("des hommes armés nous suivent", "immediate_danger"),
    ("ma femme a perdu les eaux", "medical"),
    ("un enfant de 8 ans est seul ici", "child_alone"),
    ("meu marido me bate", "gender_violence"),
    ("ficaram com meu passaporte até eu pagar", "trafficking"),
    ("queria dormir e nao acordar mais", "suicide_risk"),
    ("tem homens armados me seguindo", "immediate_danger"),
    ("ele nao consegue respirar", "medical"),
    ("tem uma criança sozinha aqui", "child_alone"),
    ("mari m ap bat mwen", "gender_violence"),
    ("yo pran paspò m epi yo di m dwe yo", "trafficking"),
    ("mwen pa vle viv ankò", "suicide_risk"),
    ("yo kidnape frè m", "immediate_danger"),
    ("li pa ka respire", "medical"),
    ("gen yon timoun ki poukont li", "child_alone"),
]


@pytest.mark.parametrize(("text", "kind"), TOLD_DANGERS)
def test_danger_is_read_with_and_without_its_keywords(text: str, kind: str) -> None:
    danger = read(text).danger
    assert danger is not None
    assert danger.value == kind


@pytest.mark.parametrize(
    "text",
    [
        "me muero de hambre",
        "estoy muerta de cansancio",
        "este calor me mata",
        "aqui matando el tiempo jaja",
        "me muero de risa",
        "just killing time",
        "my feet are killing me",
        "i'm starving to death lol",
        "dying of laughter",
        "je suis mort de fatigue",
        "je meurs de faim",
        "c'est pour tuer le temps",
        "to morrendo de fome",
        "so matando o tempo",
        "morri de rir",
        "m ap mouri grangou",
        "m mouri ak fatig",
        "busco a un medico que me pueda soigner",
        "bom dia, como vai o senhor",
        "où faire soigner ma fille",
    ],
)
def test_figures_of_speech_and_plain_talk_are_no_danger(text: str) -> None:
    assert read(text).danger is None


ASKED = [
    ("cómo pido asilo en México?", "asylum-apply"),
    ("cuanto tarda la comar", "asylum-duration"),
    ("puedo salir de tapachula con la constancia?", "asylum-leave-state"),
    ("que es la curp y como la saco", "curp"),
    ("todavia dan citas de cbp one?", "cbp-one-ended"),
    ("cuanto cobran en los albergues?", "shelter-rules"),
    ("quien lee mis mensajes", "bot-privacy"),
    ("how do i apply for asylum", "asylum-apply"),
    ("can i work while my asylum case is open?", "work-permit"),
    ("how can i enroll my kid in school?", "school"),
    ("is this confidential?", "bot-privacy"),
    ("where can i get an hiv test", "hiv-care"),
    ("comment demander l'asile ?", "asylum-apply"),
    ("combien de temps prend la procédure d'asile ?", "asylum-duration"),
    ("comment ouvrir un compte en banque", "bank-and-remittances"),
    ("como faço pra pedir refugio?", "asylum-apply"),
    ("posso trabalhar com o protocolo?", "work-permit"),
    ("como registrar meu bebê que nasceu no méxico?", "birth-registration"),
    ("kijan pou m mande azil?", "asylum-apply"),
    ("eske m ka travay?", "work-permit"),
    ("kote konsila ayisyen an ye?", "consulate-help"),
]


@pytest.mark.parametrize(("text", "slug"), ASKED)
def test_a_question_leads_to_its_answer(text: str, slug: str) -> None:
    question = read(text).question
    assert question is not None
    assert question.value == slug


SAID_INTERRUPTS = [
    ("salir", "exit"),
    ("SALIR!!", "exit"),
    ("salri", "exit"),
    ("x", "exit"),
    ("X", "exit"),
    ("exit", "exit"),
    ("sortir", "exit"),
    ("sair", "exit"),
    ("sòti", "exit"),
    ("ayuda", "help"),
    ("help", "help"),
    ("aide", "help"),
    ("ajuda", "help"),
    ("èd", "help"),
    ("menú", "menu"),
    ("menu", "menu"),
    ("meni", "menu"),
    ("hola menu", "menu"),
    ("cambiar idioma", "language"),
    ("change language", "language"),
    ("changer de langue", "language"),
    ("mudar idioma", "language"),
    ("chanje lang", "language"),
    ("borrar todo", "delete"),
    ("delete everything", "delete"),
    ("tout effacer", "delete"),
    ("apagar tudo", "delete"),
    ("efase tout", "delete"),
    ("atras", "back"),
    ("back", "back"),
    ("retour", "back"),
    ("voltar", "back"),
    ("tounen", "back"),
    ("siii", "yes"),
    ("oui", "yes"),
    ("nooo", "no"),
    ("não", "no"),
    ("non mèsi", "no"),
    ("holaaa buenas tardes", "hello"),
    ("bonjour", "hello"),
    ("sak pase", "hello"),
    ("muchas grasias", "thanks"),
    ("mèsi anpil", "thanks"),
]


@pytest.mark.parametrize(("text", "interrupt"), SAID_INTERRUPTS)
def test_interrupts_are_heard_in_every_language(text: str, interrupt: str) -> None:
    assert read(text).interrupt == interrupt


@pytest.mark.parametrize("prior", ["", *LANGUAGES, "xx"])
@pytest.mark.parametrize("word", ["salir", "x", "exit", "quitter", "sair", "soti"])
def test_the_words_for_leaving_work_in_every_chat(prior: str, word: str) -> None:
    assert read(word, prior).interrupt == "exit"


@pytest.mark.parametrize(
    "text",
    [
        "no tengo comida",
        "quiero salir de mi casa, me pega",
        "yes i need food",
        "y",
        "pagar",
        "parir",
    ],
)
def test_a_sentence_is_no_interrupt(text: str) -> None:
    assert read(text).interrupt == ""


@pytest.mark.parametrize(
    ("text", "turned_away"),
    [
        ("no necesito abogado", "legal_aid"),
        ("no busco albergue, solo comida", "housing"),
        ("i don't need a lawyer", "legal_aid"),
        ("je n'ai pas besoin d'un avocat", "legal_aid"),
        ("não preciso de advogado", "legal_aid"),
        ("m pa bezwen avoka", "legal_aid"),
    ],
)
def test_what_is_not_needed_is_not_read_as_a_need(text: str, turned_away: str) -> None:
    assert turned_away not in [guess.value for guess in read(text).needs]


def test_a_goodbye_deletes_nothing() -> None:
    said = ("adiós", "bye", "au revoir", "tchau", "babay")
    assert [read(word).interrupt for word in said] == ["thanks"] * len(said)


def test_a_negation_ends_where_the_sentence_turns() -> None:
    assert read("no necesito abogado pero necesito comida").needs[0].value == "basic_needs"


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("hola necesito food para mis hijos", "basic_needs"),
        ("please ayuda con un albergue", "housing"),
        ("mwen bezwen un abogado", "legal_aid"),
        ("bonjour je cherche un albergue", "housing"),
    ],
)
def test_languages_may_be_mixed(text: str, need: str) -> None:
    assert need in [guess.value for guess in read(text).needs]


def test_danger_is_read_in_a_language_that_the_chat_is_not_in() -> None:
    danger = read("my husband beats me", prior="es").danger
    assert danger is not None


def test_a_danger_names_the_need_behind_it() -> None:
    assert read("ya no quiero vivir").needs[0].value == "mental_health"


@pytest.mark.parametrize("text", ["asdf qwer zxcv", "🙏🙏", "12345", "jajaja", "ok entonces", ""])
def test_nonsense_gives_no_needs_and_no_danger(text: str) -> None:
    meaning = read(text)
    assert (meaning.needs, meaning.danger, meaning.question) == ((), None, None)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("necesito un lugar donde quedarme con mis hijos", "es"),
        ("i need somewhere to stay with my kids", "en"),
        ("je cherche un endroit pour rester avec mes enfants", "fr"),
        ("preciso de um lugar pra ficar com meus filhos", "pt"),
        ("m bezwen yon kote pou m rete ak timoun yo", "ht"),
        ("tanpri", "ht"),
        ("gracias", "es"),
    ],
)
def test_a_clear_language_is_named(text: str, language: str) -> None:
    guess = read(text).language
    assert guess is not None
    assert guess.value == language
    assert guess.confidence >= 0.8


@pytest.mark.parametrize("text", ["", "🙂", "42", "Tapachula", "ok", "https://", "\x00"])
def test_too_little_text_keeps_the_language_of_the_chat(text: str) -> None:
    assert read(text).language is None


def test_a_place_is_read_and_sure_when_it_is_spelt_right() -> None:
    meaning = read("estoy en Tapachula y busco albergue")
    assert meaning.place is not None
    assert (meaning.place.name, meaning.place_is_sure) == ("Tapachula", True)


def test_a_city_is_sure_beside_a_village_of_its_name() -> None:
    meaning = read("llegamos a monterrey")
    assert meaning.place is not None
    assert (meaning.place.state_code, meaning.place_is_sure) == ("NLE", True)


def test_one_of_two_villages_of_a_name_is_not_sure() -> None:
    meaning = read("Benito Juárez")
    assert meaning.place is not None
    assert not meaning.place_is_sure


def test_a_misspelt_place_alone_is_read_but_not_sure() -> None:
    meaning = read("tapachul")
    assert meaning.place is not None
    assert not meaning.place_is_sure


def test_a_sentence_with_a_need_is_not_searched_for_a_misspelt_place() -> None:
    assert read("tapachul comida").place is None


@given(text=st.text(max_size=300), prior=st.text(max_size=5) | st.sampled_from(LANGUAGES))
@settings(max_examples=200, deadline=None)
def test_no_text_and_no_prior_ever_raises(text: str, prior: str) -> None:
    meaning = read(text, prior)
    assert meaning.danger is None or meaning.danger.value in DANGERS
    assert {guess.value for guess in meaning.needs} <= NEEDS


@pytest.mark.parametrize(
    "text",
    ["a" * 4096, "me pega " * 512, "\x00\u202e" * 2000, "ﷺ" * 4096, "مرحبا " * 600, "\ud800x"],
)
def test_long_and_strange_texts_are_read_no_further_than_the_cap(text: str) -> None:
    assert len(words_of(text)) <= MAX_TOKENS
    assert isinstance(read(text), Meaning)


def test_every_language_has_every_need_danger_and_question() -> None:
    phrases = load_phrases(LOCALES, LANGUAGES)
    slugs = set(phrases["es"].questions)
    assert len(slugs) == 45
    for found in phrases.values():
        assert set(found.needs) == NEEDS
        assert set(found.dangers) == set(DANGERS)
        assert set(found.interrupts) == set(INTERRUPTS)
        assert set(found.questions) == slugs
        assert min(len(words) for words in found.questions.values()) >= 2
        assert len(set(found.meeting_words)) == 48


def test_meeting_words_mean_nothing_else_in_the_same_language() -> None:
    for found in load_phrases(LOCALES, LANGUAGES).values():
        said = {words_of(phrase) for way in found.interrupts.values() for phrase in way}
        assert said.isdisjoint(words_of(word) for word in found.meeting_words)
        assert all(len(words_of(word)) == 1 for word in found.meeting_words)


def test_a_phrase_file_that_lacks_a_part_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "es").mkdir()
    (tmp_path / "es" / "phrases.toml").write_text("[words]\n", encoding="utf-8")
    with pytest.raises(BadPhrases, match="interrupts"):
        load_phrases(tmp_path, ["es"])


def test_a_missing_phrase_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPhrases, match="fr"):
        load_phrases(tmp_path, ["fr"])


PLAIN_DANGER = [
    ("me van a matar", "immediate_danger"),
    ("me quieren matar", "immediate_danger"),
    ("mi esposo me quiere matar", None),
    ("me quiero matar", "suicide_risk"),
    ("me volvió a pegar", "gender_violence"),
    ("auxilio", "immediate_danger"),
    ("they want to kill me", "immediate_danger"),
    ("my husband wants to kill me", None),
    ("i'm being followed", "immediate_danger"),
    ("ils vont me tuer", "immediate_danger"),
    ("mon mari veut me tuer", None),
    ("au secours", "immediate_danger"),
    ("vão me matar", "immediate_danger"),
    ("meu marido quer me matar", None),
    ("socorro", "immediate_danger"),
    ("yo vle touye m", "immediate_danger"),
    ("mari m vle touye m", None),
    ("anmwe", "immediate_danger"),
    ("муж меня бьёт", "gender_violence"),
    ("زوجي يضربني", "gender_violence"),
]


@pytest.mark.parametrize(("text", "kind"), PLAIN_DANGER)
def test_danger_in_the_plainest_words_is_always_heard(text: str, kind: str | None) -> None:
    danger = read(text).danger
    assert danger is not None
    # Who threatens decides the kind, and both readings bring the right lines.
    assert kind is None or danger.value == kind
