"""``faro understand`` and ``faro measure``, as a developer runs them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from bot.__main__ import app
from bot.measuring import BadMessages, is_place, measure, messages_of
from bot.settings import read_settings
from bot.understand import BadLine, asked_by, understood
from bot.world import load_reader, load_shared_words
from handlers.names import NEEDS
from handlers.understanding.meaning import DANGERS
from handlers.understanding.reader import Reader
from referrals.places import Place, PlaceId

KEYS = {"language", "needs", "danger", "place", "answer"}


@cache
def reader() -> Reader:
    return load_reader(read_settings())


def run(text: str | bytes, *arguments: str) -> tuple[int, list[dict[str, object]], str]:
    result = CliRunner().invoke(app, ["understand", *arguments], input=text)
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    return result.exit_code, rows, result.stderr


def test_each_line_gives_one_line_with_codes_only() -> None:
    code, rows, _ = run(
        '{"text": "estoy en tapachula, donde puedo dormir"}\n'
        '{"text": "necesito un abogado", "language": "es"}\n'
    )
    assert code == 0
    assert [set(row) for row in rows] == [KEYS, KEYS]
    assert rows[0]["needs"] == ["housing"]
    assert rows[0]["place"] == {"name": "Tapachula", "admin1": "Chiapas", "country": "MX"}
    assert rows[1]["needs"][0] == "legal_aid"  # type: ignore[index] # a list, as shown above


def test_a_bad_line_gives_its_number_and_the_reason_and_the_rest_is_read() -> None:
    lines = [b'{"text": "secreto 5512345678"', b"[1]", b'{"text": 5}', b"\xff\xfe{}", b"", b"null"]
    lines += [b'{"text": "hola", "language": 3}', b"[" * 100_000, b'{"text": "tengo hambre"}']
    code, rows, complaints = run(b"\n".join(lines))
    assert code == 1
    assert [row.get("line") for row in rows] == [1, 2, 3, 4, 6, 7, 8, None]
    assert rows[-1]["needs"] == ["basic_needs"]
    assert "line 3:" in complaints
    assert "5512345678" not in complaints + json.dumps(rows)


def test_the_prior_decides_where_the_text_does_not() -> None:
    (row,) = understood([b'{"text": "ok", "language": "ht"}'], reader())
    assert row["language"] == "ht"
    (row,) = understood([b'{"text": "ok"}'], reader())
    assert row["language"] is None


def test_an_emergency_of_health_counts_as_danger_to_life() -> None:
    (row,) = understood([b'{"text": "my wife is bleeding a lot and she faints"}'], reader())
    assert row["danger"] == "immediate_danger"


WORDS = ["no", "mata", "ayuda", "http://a.mx", "5512345678", "тут", "你好", "سلام"]
STRANGE = st.one_of(
    st.text(max_size=4096),
    st.text(alphabet="0123456789 +-()/:.@httpsw", max_size=300),
    st.sampled_from(["", " ", "\u200b", "\u202e abc", "😀" * 50, "a" * 4096, "\x00", "\ud800x"]),
    st.lists(st.sampled_from(WORDS)).map(" ".join),
)


@settings(deadline=None, max_examples=300)
@given(STRANGE, st.sampled_from(["", "es", "ht", "xx", "no such language"]))
def test_no_text_of_any_kind_raises_and_only_codes_come_out(text: str, prior: str) -> None:
    line = json.dumps({"text": text, "language": prior}).encode()
    (row,) = understood([line], reader())
    assert set(row) == KEYS
    assert set(row["needs"]) <= set(NEEDS)  # type: ignore[call-overload] # a list
    assert row["danger"] is None or row["danger"] in DANGERS


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_with_a_reason(line: bytes) -> None:
    try:
        asked_by(line)
    except BadLine as error:
        assert str(error)


def a_message(**changed: object) -> str:
    row: dict[str, object] = {
        "id": "x1",
        "text": "no tenemos donde dormir en tapachula",
        "lang": "es",
        "needs": ["housing"],
        "danger": None,
        "place": {"name": "Tapachula", "admin1": "Chiapas", "country": "MX"},
        "question": [],
        "kind": "need",
    }
    return json.dumps({**row, **changed})


def test_what_is_right_and_what_is_wrong_is_counted_for_each_language() -> None:
    lines = [a_message(), a_message(needs=["education"], lang="pt", place=None)]
    *_, measured = measure(messages_of(lines), reader())
    assert dict(measured.figures["need"]) == {"all": [True, False], "es": [True], "pt": [False]}
    assert measured.figures["place"]["es"] == [True]
    assert measured.figures["no place where none was meant"]["pt"] == [False]
    assert measured.mixed_up["need", "education", "housing"] == 1


def test_measuring_shows_totals_and_never_a_message(tmp_path: Path) -> None:
    file = tmp_path / "messages.jsonl"
    file.write_text(a_message() + "\n" + a_message(danger="suicide_risk") + "\n", "utf-8")
    result = CliRunner().invoke(app, ["measure", str(file), "--mixed-up"])
    assert result.exit_code == 0
    assert "100.0 (2)" in result.stdout
    assert "suicide_risk read as none" in result.stdout
    assert "dormir" not in result.stdout


@pytest.mark.parametrize(
    "line", ["{", "[]", "{}", a_message(needs="housing"), a_message(place=5), a_message(text=None)]
)
def test_a_file_that_is_no_set_of_messages_is_refused_by_line(line: str) -> None:
    with pytest.raises(BadMessages, match="line 2"):
        messages_of([a_message(), line])


@pytest.mark.parametrize(
    ("name", "municipality", "state", "meant", "right"),
    [
        ("Heroica Ciudad de Juárez", "Juárez", "Chihuahua", ("Ciudad Juárez", "Chihuahua"), True),
        ("Ciudad Hidalgo", "Suchiate", "Chiapas", ("Suchiate", "Chiapas"), True),
        ("Ciudad Hidalgo", "Hidalgo", "Michoacán", ("Suchiate", "Chiapas"), False),
        ("Tijuana", "Tijuana", "Baja California", ("Tecate", "Baja California"), False),
    ],
)
def test_a_municipality_stands_for_its_head_town(
    name: str, municipality: str, state: str, meant: tuple[str, str], right: bool
) -> None:
    place = Place(PlaceId("1"), name, municipality, state, "", "", 0.0, 0.0, 0, country="MX")
    wanted = {"name": meant[0], "admin1": meant[1], "country": "MX"}
    assert is_place(place, wanted) is right


@pytest.mark.parametrize(
    ("text", "language", "need"),
    [
        ("أحتاج مكان أنام فيه الليلة مع أولادي", "ar", "housing"),
        ("мне нужен адвокат, мужа забрала миграция", "ru", "legal_aid"),
    ],
)
def test_languages_that_are_read_but_not_written_are_understood(
    text: str, language: str, need: str
) -> None:
    meaning = reader().of(text, "")
    assert meaning.language is not None
    assert meaning.language.value == language
    assert need in [guess.value for guess in meaning.needs]
    assert language in load_shared_words()


def test_danger_in_one_clause_of_a_long_story_is_heard() -> None:
    story = (
        "buenas tardes disculpe la molestia, soy de choluteca, tengo dos niños y un perrito que "
        "se llama canelo, llegamos hace tres semanas y gracias a dios la gente nos trata bien. "
        "mi esposo me pego otra vez anoche y me quito el telefono. "
        "la niña quiere entrar a la escuela y el niño todavia no camina, queria saber si hay "
        "algun lugar donde regalen pañales y tambien donde puedo sacar copias de mis documentos"
    )
    danger = reader().of(story, "").danger
    assert danger is not None
    assert danger.value == "gender_violence"
