"""Answers made of checked facts: short, with what to do next, source and date."""

from __future__ import annotations

from handlers.country import Answer, Source
from handlers.names import NEEDS
from handlers.person import danger, menu
from handlers.scene import Scene, button, paragraphs, rows
from handlers.turn import Choice, Outcome, Reply
from referrals.events import QuestionAnswered

A_PAGE = 8
"""Questions on one page of buttons."""


def answers_of(scene: Scene) -> dict[str, Answer]:
    """Return the answers in her language, in the order of the data."""
    return dict(scene.context.world.country.answers.get(scene.language, {}))


def show_list(scene: Scene, page: str = "") -> Outcome:
    """Offer the questions as buttons, a page at a time."""
    answers = list(answers_of(scene).values())
    start = int(page) * A_PAGE if page.isdecimal() and len(page) < 4 else 0
    shown = answers[start : start + A_PAGE]
    if not shown:
        return menu.old_button(scene)
    t = scene.t
    on = [button(t("Menu"), "menu")]
    if start + A_PAGE < len(answers):
        on.insert(0, button(t("More questions"), f"qs:{start // A_PAGE + 1}"))
    buttons = (button(answer.label, f"q:{answer.slug}") for answer in shown)
    text = t("Choose a question, or write your own:")
    return scene.say(Reply(text, choices=(*rows(*buttons, width=1), *rows(*on)), sensitive=False))


def show(scene: Scene, slug: str) -> Outcome:
    """Answer one question."""
    answer = answers_of(scene).get(slug)
    if answer is None:
        return menu.old_button(scene)
    scene = scene.keeping(question=slug)
    counted = scene.session.counted == "yes"
    return scene.say(reply_of(scene, answer), events=(QuestionAnswered(slug),) if counted else ())


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
        for code in answer.needs[:2]
        if code in NEEDS
    ]
    return [*near, button(t("Other questions"), "qs"), button(t("Menu"), "menu")]
