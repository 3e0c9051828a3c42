"""Answers made of checked facts: short, with what to do next, source and date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from handlers.country import Answer, Source
from handlers.names import NEEDS
from handlers.person import danger, menu
from handlers.scene import Rows, Scene, button, paragraphs, rows
from handlers.turn import Choice, Outcome, Reply
from referrals.events import Event, QuestionAnswered

A_PAGE = 8
"""Questions on one page of buttons."""
NEXT_NEEDS = 2
"""Needs of an answer that have a button under it."""
MOST_OFFERS = 2
"""Nearest answers that are offered where none fits."""


def answers_of(scene: Scene) -> dict[str, Answer]:
    """Return the answers in her language, in the order of the data."""
    return dict(scene.context.world.country.answers.get(scene.language, {}))


def show_list(scene: Scene, page: str = "") -> Outcome:
    """Offer the questions as buttons, a page at a time."""
    answers = list(answers_of(scene).values())
    if not answers:
        return offer_people(scene)
    start = int(page) * A_PAGE if page.isdecimal() and len(page) < 4 else 0
    shown = answers[start : start + A_PAGE]
    if not shown:
        return menu.old_button(scene)
    t = scene.t
    on = [button(t("Menu"), "menu")]
    if start + A_PAGE < len(answers):
        on.insert(0, button(t("More questions"), f"qs:{start // A_PAGE + 1}"))
    asked = buttons(scene, [answer.slug for answer in shown])
    text = t("Choose a question, or write your own:")
    return scene.say(Reply(text, choices=(*rows(*asked, width=1), *rows(*on)), sensitive=False))


def show(scene: Scene, slug: str) -> Outcome:
    """Answer one question."""
    answer = answers_of(scene).get(slug)
    if answer is None:
        return menu.old_button(scene)
    return scene.say(reply_of(scene, answer), events=counted_answer(scene, slug))


def bare(scene: Scene, slug: str, with_contacts: bool = True) -> tuple[Reply, ...]:
    """Return an answer that more follows, without buttons; nothing where there is none."""
    answer = answers_of(scene).get(slug)
    if answer is None:
        return ()
    contacts = answer.contacts if with_contacts else ()
    return (replace(reply_of(scene, replace(answer, contacts=contacts)), choices=()),)


def counted_answer(scene: Scene, slug: str) -> tuple[Event, ...]:
    """Return what may be counted of an answer that was given."""
    counted = scene.session.counted == "yes"
    return (QuestionAnswered(slug),) if slug and counted else ()


def buttons(scene: Scene, slugs: Sequence[str]) -> Iterator[Choice]:
    """Yield a button for each of these answers that exists in her language."""
    known = answers_of(scene)
    for slug in slugs:
        if slug in known:
            yield button(known[slug].label, f"q:{slug}")


def offer_nearest(scene: Scene, slugs: Sequence[str], need: str = "") -> Outcome:
    """Say that no checked answer fits; offer the nearest ones, people and the numbers."""
    t = scene.t
    answer = answers_of(scene)[slugs[0]]
    need = need or next((code for code in answer.needs if code in NEEDS), "legal_aid")
    text = t(
        "I have no checked answer to that, and I do not guess. Is one of these what you mean? "
        "Or ask people who know:"
    )
    asked = rows(*buttons(scene, slugs[:MOST_OFFERS]), width=1)
    return scene.say(Reply(text, choices=(*asked, *people_choices(scene, need))))


def offer_people(scene: Scene, need: str = "") -> Outcome:
    """Say that this country has no checked answer yet; offer people and the numbers."""
    text = paragraphs(lacking_words(scene), scene.t("Ask people who know:"))
    return scene.say(Reply(text, choices=people_choices(scene, need or "legal_aid")))


def lacking_words(scene: Scene) -> str:
    """Say that this country has no checked answer to what was asked."""
    name = scene.context.world.country.names[scene.language]
    return scene.t(
        # Translators: {country} is the name of a country, without an article.
        "I have no checked answer to that for {country} yet, and I do not guess.",
        country=name,
    )


def people_choices(scene: Scene, need: str) -> Rows:
    """Return the buttons that lead to people: places, the numbers, the menu."""
    t = scene.t
    return rows(
        # Translators: {need} is one of the names of needs.
        button(t("Near me: {need}", need=t(NEEDS[need])), f"need:{need}"),
        button(t("Numbers to call"), "sos"),
        button(t("Menu"), "menu"),
    )


def reply_of(scene: Scene, answer: Answer) -> Reply:
    """Return the answer's message."""
    contacts = danger.lines_of(scene, danger.contacts_by_id(scene, answer.contacts))
    return Reply(
        paragraphs(answer.text, answer.next_step, contacts, origin(scene, answer.sources)),
        choices=rows(*next_choices(scene, answer), width=1),
    )


def origin(scene: Scene, sources: tuple[Source, ...]) -> str:
    """Say where the facts come from and how old they are, with the caution that the
    marks ask for."""
    t = scene.t
    if not sources:
        return ""
    names = t.list([f"{s.name} ({s.checked})" if s.checked else s.name for s in sources[:3]])
    # Translators: {sources} is a list of publishers with dates.
    said = t("Source: {sources}.", sources=names)
    if all(source.mark == "sourced" for source in sources):
        return said
    caution = t("This may have changed: confirm before you go.")
    return f"{said} {caution}"


def next_choices(scene: Scene, answer: Answer) -> list[Choice]:
    """Offer places for the need that the answer leads to."""
    t = scene.t
    near = [
        # Translators: {need} is one of the names of needs.
        button(t("Near me: {need}", need=t(NEEDS[code])), f"need:{code}")
        for code in answer.needs[:NEXT_NEEDS]
        if code in NEEDS
    ]
    return [*near, button(t("Other questions"), "qs"), button(t("Menu"), "menu")]
