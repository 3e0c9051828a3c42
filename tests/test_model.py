"""The trained part: its features, its file, its training, and how it and the phrases make
one reading."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import fitting, training
from bot.encoder import load_encoder
from bot.model_file import BadModel, load_glosses, load_model, save_model
from bot.settings import LOCALES
from bot.training import BadPhraseLine, examples_of, languages_of, misspell, read_lines
from handlers.names import NEEDS
from handlers.understanding.blend import (
    blended_danger,
    blended_needs,
    blended_questions,
    shown,
)
from handlers.understanding.features import SLOTS, features_of
from handlers.understanding.gloss import glossed
from handlers.understanding.meaning import DANGERS, Guess
from handlers.understanding.model import HEADS, NONE
from handlers.understanding.network import Network, nothing_encoded


@cache
def model() -> Network:
    found = load_model(LOCALES, load_encoder())
    assert found is not None
    return found


@given(st.text(max_size=4096))
def test_features_of_any_text_are_a_unit_vector_of_known_slots(text: str) -> None:
    features = features_of(text)
    assert all(0 <= slot < SLOTS for slot in features)
    length = math.sqrt(sum(w * w for w in features.values()))
    assert length == pytest.approx(1.0) or not features


@settings(deadline=None)
@given(st.text(max_size=600))
def test_shares_of_any_text_add_up_to_one(text: str) -> None:
    shares = model().read(text)
    for head in HEADS:
        assert sum(getattr(shares, head).values()) == pytest.approx(1.0, abs=1e-3)


def test_the_model_knows_exactly_the_codes_of_the_product() -> None:
    labels = model().labels
    assert set(labels["needs"]) == {*NEEDS, NONE}
    assert set(labels["dangers"]) == {*DANGERS, NONE}
    assert len(labels["questions"]) == 46
    assert set(labels["languages"]) == set(languages_of(LOCALES))


def test_every_language_has_phrases_for_every_label() -> None:
    looked = 0
    for language in languages_of(LOCALES):
        files = sorted((LOCALES / language / "phrases").glob("*/*.txt"))
        names = {(path.parent.name, path.stem) for path in files}
        assert {("needs", code) for code in NEEDS} <= names, language
        assert {("dangers", kind) for kind in DANGERS} <= names, language
        looked += len(files)
    assert looked >= 7 * 70
    assert len(read_lines(LOCALES)) > 25_000


def test_a_line_with_a_wrong_label_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "es" / "phrases" / "needs"
    folder.mkdir(parents=True)
    (folder / "housing.txt").write_text("un techo\nbusco techo | nonsense\n", "utf-8")
    with pytest.raises(BadPhraseLine, match=r"housing.txt, line 2"):
        read_lines(tmp_path)


def some_phrases(folder: Path) -> Path:
    """Copy a few lines of each kind, enough to train on in a second."""
    for path in sorted((LOCALES / "es" / "phrases").glob("*/*.txt")):
        target = folder / "es" / "phrases" / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("\n".join(path.read_text("utf-8").splitlines()[:6]), "utf-8")
    return folder


def test_the_same_lines_give_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("scipy")
    monkeypatch.setattr(fitting, "EPOCHS", 2)
    told: list[str] = []
    files = []
    for name in ("one", "other"):
        lines, path = training.train(
            some_phrases(tmp_path / name), lambda what, _: told.append(what)
        )
        files.append(path.read_bytes())
        assert lines > 300
    assert files[0] == files[1]
    assert {"Reading", "Training"} <= set(told)


def test_a_trained_model_has_learnt_its_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("scipy")
    monkeypatch.setattr(fitting, "EPOCHS", 8)
    folder = some_phrases(tmp_path)
    training.train(folder)
    learnt = load_model(folder, load_encoder())
    assert learnt is not None
    lines = [line for line in read_lines(folder) if line.labels[0][0] == "question"]
    right = sum(
        max(shares, key=lambda label: shares[label]) in line.of("question")
        for line in lines
        for shares in [learnt.read(line.text).questions]
    )
    assert right > 0.7 * len(lines) > 100


def test_examples_join_and_misspell_lines_and_keep_all_that_was_told() -> None:
    lines = read_lines(LOCALES)[:400]
    examples = examples_of(lines)
    assert len(examples) > 1.5 * len(lines)
    assert all(
        sum(e.told[head].values()) in (0, pytest.approx(1.0)) for e in examples for head in HEADS
    )
    assert misspell("necesito un techo", random.Random(1)) != "necesito un techo"
    assert misspell("si", random.Random(1)) == "si"


def test_without_a_file_there_is_no_model(tmp_path: Path) -> None:
    assert load_model(tmp_path) is None


def test_weights_of_another_version_are_refused(tmp_path: Path) -> None:
    save_model(tmp_path, model().labels, model().weights)
    with np.load(tmp_path / "model.npz") as file:
        arrays = {**file, "version": np.array(0)}
    np.savez(tmp_path / "model.npz", allow_pickle=False, **arrays)
    with pytest.raises(BadModel, match="faro train"):
        load_model(tmp_path)


def test_what_is_saved_reads_as_before(tmp_path: Path) -> None:
    save_model(tmp_path, model().labels, model().weights)
    again = load_model(tmp_path)
    assert again is not None
    alone = replace(model(), encode=nothing_encoded)
    shares = again.read("necesito un lugar para dormir").needs
    assert shares == pytest.approx(alone.read("necesito un lugar para dormir").needs)


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("necesito un abogado", "legal_aid"),
        ("i have no place to sleep tonight", "housing"),
        ("j'ai faim, on n'a rien à manger", "basic_needs"),
        ("preciso de um medico", "health"),
        ("mwen bezwen yon travay", "livelihoods"),
    ],
)
def test_without_the_sentence_encoder_plain_needs_are_still_read(text: str, need: str) -> None:
    shares = replace(model(), encode=nothing_encoded).read(text).needs
    assert max(shares, key=lambda label: shares[label]) == need


def test_a_list_of_words_replaces_the_longest_expressions_first() -> None:
    gloss = {"m": "je", "pa gen": "je n'ai pas de", "kay": "maison", "m pa gen": "il me manque"}
    assert glossed("M\u2019 pa gen kay Tijuana", gloss) == "il me manque maison tijuana"


def test_a_list_of_words_with_a_broken_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "ht").mkdir()
    (tmp_path / "ht" / "french.tsv").write_text("kay\tmaison\nmoun\n", "utf-8")
    with pytest.raises(BadModel, match=r"french.tsv, line 2"):
        load_glosses(tmp_path)


DANGER_WITHOUT_A_KEYWORD = [
    ("the boss keeps our passports and the door is closed at night", "trafficking"),
    ("yo pa kite n soti nan kay la jiskaske fanmi an peye", "immediate_danger"),
    ("anoche me volvio a poner la mano encima delante de los niños", "gender_violence"),
]


@pytest.mark.parametrize(("text", "danger"), DANGER_WITHOUT_A_KEYWORD)
def test_danger_is_heard_without_a_keyword(text: str, danger: str) -> None:
    guess = blended_danger(model().read(text).dangers, None)
    assert guess is not None
    assert guess.value == danger


@pytest.mark.parametrize(
    "text", ["me muero de hambre", "my feet are killing me", "quel film, j'étais mort de rire"]
)
def test_figures_of_speech_raise_nothing(text: str) -> None:
    assert blended_danger(model().read(text).dangers, None) is None


def test_a_plain_phrase_stands_where_the_model_hears_nothing() -> None:
    told = (Guess("housing", 0.9, "albergue"),)
    assert blended_needs({NONE: 0.9, "housing": 0.1}, told)[0].value == "housing"
    assert blended_needs({NONE: 0.9, "housing": 0.1}, ()) == ()


def test_a_need_that_is_named_to_be_turned_away_is_not_read() -> None:
    assert blended_needs({NONE: 0.1, "legal_aid": 0.9}, (), frozenset({"legal_aid"})) == ()
    shares = {NONE: 0.05, "legal_aid": 0.6, "housing": 0.35}
    assert blended_needs(shares, (), frozenset({"legal_aid"}))[0].value == "housing"


def test_the_nearest_answers_are_offered_and_only_a_good_one_is_shown() -> None:
    near = blended_questions({NONE: 0.7, "school": 0.2, "curp": 0.1, "asylum-apply": 0.0}, ())
    assert [guess.value for guess in near] == ["school", "curp"]
    assert shown(near) is None
    told = (Guess("curp", 0.9, "curp"),)
    asked = blended_questions({NONE: 0.3, "school": 0.2, "curp": 0.5}, told)
    assert shown(asked) == asked[0]
    assert asked[0].value == "curp"
