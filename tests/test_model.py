"""The trained part: its features, its file, and how it and the phrases make one reading."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model_file import BadModel, load_model, save_model
from bot.settings import LOCALES
from bot.training import BadPhraseLine, languages_of, read_lines
from handlers.names import NEEDS
from handlers.understanding.blend import blended_danger, blended_needs, blended_question
from handlers.understanding.features import SLOTS, features_of
from handlers.understanding.meaning import DANGERS, Guess
from handlers.understanding.model import NONE, Model


@pytest.fixture(scope="module")
def model() -> Model:
    found = load_model(LOCALES)
    assert found is not None
    return found


@given(st.text(max_size=4096))
def test_features_of_any_text_are_a_unit_vector_of_known_slots(text: str) -> None:
    features = features_of(text)
    assert all(0 <= slot < SLOTS for slot in features)
    length = math.sqrt(sum(w * w for w in features.values()))
    assert length == pytest.approx(1.0) or not features


@given(st.text(max_size=600))
def test_shares_of_any_text_add_up_to_one(text: str) -> None:
    found = load_model(LOCALES)
    assert found is not None
    shares = found.read(text)
    for head in (shares.needs, shares.dangers, shares.questions):
        assert sum(head.values()) == pytest.approx(1.0)


def test_the_model_knows_exactly_the_codes_of_the_product(model: Model) -> None:
    assert set(model.needs.labels) == {*NEEDS, NONE}
    assert set(model.dangers.labels) == {*DANGERS, NONE}
    assert len(model.questions.labels) == 46


def test_every_language_has_phrases_for_every_label() -> None:
    looked = 0
    for language in languages_of(LOCALES):
        files = sorted((LOCALES / language / "phrases").glob("*/*.txt"))
        names = {(path.parent.name, path.stem) for path in files}
        assert {("needs", code) for code in NEEDS} <= names, language
        assert {("dangers", kind) for kind in DANGERS} <= names, language
        looked += len(files)
    assert looked >= 3 * 70
    assert len(read_lines(LOCALES)) > 9000


def test_a_line_with_a_wrong_label_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "es" / "phrases" / "needs"
    folder.mkdir(parents=True)
    (folder / "housing.txt").write_text("un techo\nbusco techo | nonsense\n", "utf-8")
    with pytest.raises(BadPhraseLine, match=r"housing.txt, line 2"):
        read_lines(tmp_path)


def test_the_model_is_asked_only_about_languages_it_was_trained_in(model: Model) -> None:
    assert model.languages == set(languages_of(LOCALES))
    assert model.knows(("", "")) and model.knows(("es", "fr"))
    assert not model.knows(("xx", ""))


def test_without_a_file_there_is_no_model(tmp_path: Path) -> None:
    assert load_model(tmp_path) is None


def test_weights_of_another_version_are_refused(tmp_path: Path) -> None:
    import numpy as np

    save_model(tmp_path, (), {})
    with np.load(tmp_path / "model.npz") as file:
        arrays = {**file, "version": np.array(0)}
    np.savez(tmp_path / "model.npz", allow_pickle=False, **arrays)
    with pytest.raises(BadModel, match="faro train"):
        load_model(tmp_path)


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("the boss keeps our passports and the door is closed at night", "trafficking"),
        ("yo pa kite n soti nan kay la jiskaske fanmi an peye", "immediate_danger"),
    ],
)
def test_danger_is_heard_without_a_keyword(model: Model, text: str, danger: str) -> None:
    guess = blended_danger(model.read(text).dangers, None)
    assert guess is not None
    assert guess.value in {danger, "trafficking"}


@pytest.mark.parametrize(
    "text", ["me muero de hambre", "my feet are killing me", "quel film, j'étais mort de rire"]
)
def test_figures_of_speech_raise_nothing(model: Model, text: str) -> None:
    assert blended_danger(model.read(text).dangers, None) is None


def test_a_plain_phrase_stands_where_the_model_hears_nothing() -> None:
    told = (Guess("housing", 0.9, "albergue"),)
    assert blended_needs({NONE: 0.9, "housing": 0.1}, told)[0].value == "housing"
    assert blended_needs({NONE: 0.9, "housing": 0.1}, ()) == ()


def test_what_the_phrases_ask_and_warn_of_is_not_overruled() -> None:
    told = Guess("curp", 0.9, "curp")
    assert blended_question({NONE: 0.1, "school": 0.9}, told) is told
    warned = Guess("medical", 0.9, "sangra mucho")
    assert blended_danger({NONE: 0.99, "medical": 0.01}, warned) is warned
