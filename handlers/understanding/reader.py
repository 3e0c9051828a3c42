"""Puts the independent readings of one text together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from handlers.understanding import parts
from handlers.understanding.audiences import UNSAID, audiences_in
from handlers.understanding.blend import (
    blended_danger,
    blended_needs,
    blended_questions,
    shown,
)
from handlers.understanding.danger import dangers_in, most_pressing
from handlers.understanding.evidence import strongest
from handlers.understanding.interrupts import InterruptReader
from handlers.understanding.language import LanguageReader
from handlers.understanding.meaning import Guess, Meaning
from handlers.understanding.model import Model, Shares
from handlers.understanding.needs import needs_in, turned_away
from handlers.understanding.phrase_index import Label, PhraseIndex, Reading
from handlers.understanding.phrases import Phrases
from handlers.understanding.question import questions_in
from handlers.understanding.where import Where, named_alone, where_in
from handlers.understanding.words import spelling, words_of
from referrals.places import Gazetteer

Readings = Mapping[str, Reading]
"""By language."""

NEED_OF_DANGER = {
    "trafficking": "trafficking",
    "gender_violence": "gender_violence",
    "suicide_risk": "mental_health",
    "medical": "health",
    "child_alone": "child_protection",
}
"""Where to look for help when a danger was told and no need was named."""

OTHER_LANGUAGE = 0.8
"""What a phrase of a language that nobody is writing in is worth."""


class Reader:
    """Reads texts of several languages with their phrase files."""

    def __init__(
        self,
        phrases: Mapping[str, Phrases],
        places: Gazetteer,
        model: Model | None = None,
    ) -> None:
        """Take phrases by language, the country's places, and the trained model where there
        is one."""
        self._model = model
        self._places = places
        self._language = LanguageReader({c: p.frequent for c, p in phrases.items()})
        self._interrupts = InterruptReader(phrases, _known_words(phrases))
        self._indexes = {code: _index(p) for code, p in phrases.items()}

    def of(self, text: str, prior: str) -> Meaning:
        """Read a text; ``prior`` is the language of the chat so far, or empty."""
        shares = self._shares(text)
        language = self._language.of(text, shares.languages if shares else {})
        own = _own_languages(language, prior)
        interrupt = self._interrupts.of(text, own)
        if interrupt:
            return Meaning(language=language, interrupt=interrupt)
        return self._read(text, shares, language, own)

    def _shares(self, text: str) -> Shares | None:
        return parts.read(text, self._model) if self._model and words_of(text) else None

    def _read(
        self, text: str, shares: Shares | None, language: Guess | None, own: tuple[str, ...]
    ) -> Meaning:
        written = words_of(text)
        readings = {code: index.read(written) for code, index in self._indexes.items()}
        danger = _danger(readings)
        asked = _questions(text, readings, own)
        if shares:
            danger = blended_danger(shares.dangers, danger)
            asked = blended_questions(shares.questions, asked)
        question = shown(asked)
        needs = _needs(readings, own, danger)
        if shares:
            needs = blended_needs(shares.needs, needs, _turned_away(readings, own))
        where = self._where(text, is_bare=not (needs or question or danger))
        return Meaning(
            language=language,
            needs=needs,
            danger=danger,
            place=where.place,
            place_is_sure=where.is_sure,
            places=where.candidates,
            question=question,
            questions=asked,
            audiences=_audiences(readings, own),
        )

    def _where(self, text: str, *, is_bare: bool) -> Where:
        where = where_in(text, self._places)
        if where.place is None and is_bare:
            return named_alone(text, self._places)
        return where


def _own_languages(language: Guess | None, prior: str) -> tuple[str, ...]:
    read = (language.value,) if language else ()
    return (*read, prior)


def _danger(readings: Readings) -> Guess | None:
    return most_pressing(strongest(*(dangers_in(r.matches) for r in readings.values())))


def _needs(readings: Readings, own: tuple[str, ...], danger: Guess | None) -> tuple[Guess, ...]:
    # "Je n'ai pas besoin d'un avocat" must not be read without its negation in Creole.
    negated = any(r.turns_away for c, r in readings.items() if c in own)
    heard = {c: r for c, r in readings.items() if c in own or not negated}
    told = _nearest({c: needs_in(r.matches) for c, r in heard.items()}, own)
    behind = NEED_OF_DANGER.get(danger.value) if danger else None
    if danger is None or behind is None:
        return told
    return strongest((Guess(behind, danger.confidence, danger.reason),), told)


def _audiences(readings: Readings, own: tuple[str, ...]) -> tuple[str, ...]:
    told = {code: audiences_in(reading.matches) for code, reading in readings.items()}
    return next((told[code] for code in (*own, *told) if told.get(code)), ())


def _turned_away(readings: Readings, own: tuple[str, ...]) -> frozenset[str]:
    heard = (r.matches for code, r in readings.items() if code in own)
    return frozenset(need for matches in heard for need in turned_away(matches))


def _questions(text: str, readings: Readings, own: tuple[str, ...]) -> tuple[Guess, ...]:
    read = {c: questions_in(text, r.matches) for c, r in readings.items()}
    return _nearest(read, own)


def _nearest(read: Mapping[str, tuple[Guess, ...]], own: tuple[str, ...]) -> tuple[Guess, ...]:
    """Take what was read in the languages of the chat, and only then in the others."""
    near = strongest(*(guesses for code, guesses in read.items() if code in own))
    far = strongest(*(guesses for code, guesses in read.items() if code not in own))
    return near or tuple(_fainter(far))


def _fainter(guesses: tuple[Guess, ...]) -> Iterator[Guess]:
    for guess in guesses:
        yield Guess(guess.value, guess.confidence * OTHER_LANGUAGE, guess.reason)


def _known_words(phrases: Mapping[str, Phrases]) -> frozenset[str]:
    everyday = (word for p in phrases.values() for word in p.frequent | p.ordinary)
    said = (word for p in phrases.values() for _, text in _labelled(p) for word in words_of(text))
    return frozenset((*everyday, *said))


def _index(phrases: Phrases) -> PhraseIndex:
    everyday = phrases.ordinary | phrases.frequent
    return PhraseIndex(_labelled(phrases), spelling(phrases.spellings), everyday)


def _labelled(phrases: Phrases) -> Iterator[tuple[Label, str]]:
    for code, need in phrases.needs.items():
        yield from ((Label("need", code), p) for p in need.strong)
        yield from ((Label("hint", code), p) for p in need.weak)
    for kind, told in phrases.dangers.items():
        yield from ((Label("danger", kind), p) for p in told)
    for sign, seen in phrases.danger_signs.items():
        yield from ((Label("sign", sign), p) for p in seen)
    for slug, asked in phrases.questions.items():
        yield from ((Label("question", slug), p) for p in asked)
    for audience, told in phrases.audiences.items():
        yield from ((Label("audience", audience), p) for p in told)
    yield from ((UNSAID, p) for p in phrases.unsaid)
    for kind, said in _single_kinds(phrases):
        yield from ((Label(kind), p) for p in said)


def _single_kinds(phrases: Phrases) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "figure", phrases.not_danger
    yield "asking", phrases.asking
    yield "negation", phrases.negations
    yield "contrast", phrases.contrasts
