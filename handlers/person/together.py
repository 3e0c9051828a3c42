"""One reply to everything that a text says: danger first, the answer, then places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from handlers.names import DANGER_NEEDS, NEEDS, URGENT_NEEDS
from handlers.person import danger, filters, find, menu, place, questions
from handlers.person.asked import Asked, besides
from handlers.scene import Rows, Scene, paragraphs, rows
from handlers.turn import Choice, Outcome, Reply

MOST_NEEDS = 2
"""Needs that one search is about; what else she named is offered with a button."""

CALL_FIRST = frozenset({"immediate_danger", "medical", "suicide_risk"})
"""Dangers in which a call helps now. Places come at once only if she asked for something."""

SAME_AS_CONTACTS = {
    "gender_violence": "gender-violence-help",
    "trafficking": "trafficking-help",
    "suicide_risk": "mental-health-support",
}
"""Danger to the answer that says mostly what its contacts say: a button is enough."""


def respond(scene: Scene, asked: Asked) -> Outcome:
    """Answer all of it, and ask nothing that was said already."""
    if asked.danger:
        return in_danger(scene, asked)
    if asked.needs and (not asked.question or besides(scene, asked) or asked.says_place):
        return answer_and_places(scene, asked)
    if asked.question or asked.lacking:
        return answer_only(scene, asked)
    if asked.says_place or scene.meaning.place:
        return place_only(scene, asked)
    if asked.offers:
        return questions.offer_nearest(scene, asked.offers, likeliest_need(scene))
    return menu.not_understood(scene)


def answer_only(scene: Scene, asked: Asked) -> Outcome:
    """Answer the question, or say that this country has no checked answer to it."""
    if asked.question:
        return questions.show(scene, asked.question)
    return questions.offer_people(scene, likeliest_need(scene))


def answer_and_places(scene: Scene, asked: Asked) -> Outcome:
    """Answer the question, if there is one; then search, or ask where."""
    named = besides(scene, asked) or asked.needs
    if scene.session.step == danger.STEP and scene.session.danger in DANGER_NEEDS:
        # She goes on telling: the places must still be right for the danger.
        named = (DANGER_NEEDS[scene.session.danger], *named)
    near = () if asked.question else asked.near[: questions.MOST_OFFERS]
    scene = wanting(scene, named, asked.needs).keeping(offers=near)
    answer = questions.bare(scene, asked.question)
    events = questions.counted_answer(scene, asked.question)
    outcome = after(scene, place.look(scene), *answer)
    if asked.lacking:
        outcome = beginning(outcome, questions.lacking_words(scene))
    return replace(outcome, events=events + outcome.events)


def place_only(scene: Scene, asked: Asked) -> Outcome:
    """Go on from a place, asking which one where it may be another."""
    scene = filters.heard(scene)
    if scene.session.places and not asked.says_place:
        return place.offer(scene)
    if asked.near and not scene.session.needs:
        return questions.offer_nearest(scene, asked.near, likeliest_need(scene))
    return place.onward(scene)


def likeliest_need(scene: Scene) -> str:
    """Return the need that was read, however faintly, or empty."""
    return next((guess.value for guess in scene.meaning.needs if guess.value in NEEDS), "")


def wanting(scene: Scene, named: Iterable[str], also: Iterable[str] = ()) -> Scene:
    """Keep what she wants: the first needs named are searched, all others offered.

    What the same words say of herself goes into this search, and into no other.
    """
    needs = tuple(dict.fromkeys(named))
    searched = needs[:MOST_NEEDS]
    others = dict.fromkeys((*needs[MOST_NEEDS:], *also))
    left = tuple(need for need in others if need not in searched)
    scene = scene.keeping(audiences=scene.meaning.audiences, lot=0)
    return scene.keeping(needs=searched, others=left, offers=(), seen=(), ring="")


def after(scene: Scene, outcome: Outcome, *first: Reply) -> Outcome:
    """Put replies before those of an outcome; only the very first may replace a message."""
    if not first:
        return outcome
    rest = (replace(reply, replaces=False) for reply in outcome.replies)
    return replace(outcome, replies=scene.in_place((*first, *rest)))


def beginning(outcome: Outcome, words: str) -> Outcome:
    """Begin an outcome's first reply with a sentence."""
    reply, *rest = outcome.replies
    return replace(outcome, replies=(replace(reply, text=paragraphs(words, reply.text)), *rest))


def in_danger(scene: Scene, asked: Asked) -> Outcome:
    """Contacts first, then what was asked. Told again, the same danger asks nothing anew."""
    kind, session = asked.danger, scene.session
    is_known = session.danger == kind
    wanted, offered = (session.needs, session.others) if is_known else ((), ())
    pressing = sorted(not_answered(scene, asked), key=lambda need: need not in URGENT_NEEDS)
    named = (DANGER_NEEDS[kind], *pressing, *wanted)
    scene = wanting(scene, named, (*offered, *asked.needs))
    scene = scene.keeping(danger=kind, shown=(), offers=offers_in_danger(asked))
    if not is_known or session.step == danger.STEP:
        return while_asking(scene, asked, is_known)
    outcome = place.look(scene, with_numbers=False)
    return after(scene, outcome, danger.reminder(scene, kind), *answer_in_danger(scene, asked))


def while_asking(scene: Scene, asked: Asked, is_known: bool) -> Outcome:
    """Show contacts, answer and places while it is open whether writing is safe."""
    kind = asked.danger
    opening = danger.reminder(scene, kind) if is_known else danger.opening(scene, kind)
    listed = Outcome(scene.session)
    if scene.session.place and are_places_wanted(scene, asked):
        listed = find.search(scene, with_numbers=False)
    replies = (opening, *answer_in_danger(scene, asked), *listed.replies)
    if len(replies) > 1:
        way_out = rows(danger.leave_choice(scene))
        replies = (replace(opening, choices=way_out), *replies[1:])
    *others, last = replies
    choices = choices_in_danger(scene, last if listed.replies else None)
    plain = (replace(reply, replaces=False) for reply in (*others, replace(last, choices=choices)))
    ending = replace(scene, session=listed.session or scene.session)
    events = questions.counted_answer(scene, asked.question) + listed.events
    return ending.say(*plain, step=danger.STEP, events=events)


def answer_in_danger(scene: Scene, asked: Asked) -> tuple[Reply, ...]:
    """Return the answer to her question, unless the contacts say the same.

    Without its own contacts: the numbers to call now must not drown among others. That
    there is none is said only where she asks for more than help with the danger.
    """
    if is_said_by_contacts(asked):
        return ()
    if asked.lacking and asks_more(scene, asked):
        return (Reply(questions.lacking_words(scene)),)
    return questions.bare(scene, asked.question, with_contacts=False)


def is_said_by_contacts(asked: Asked) -> bool:
    """Tell whether the answer to her question says what the contacts say already."""
    return (asked.question or asked.lacking) == SAME_AS_CONTACTS.get(asked.danger)


def not_answered(scene: Scene, asked: Asked) -> tuple[str, ...]:
    """Return the needs that no answer in the same reply covers."""
    return asked.needs if is_said_by_contacts(asked) else besides(scene, asked)


def are_places_wanted(scene: Scene, asked: Asked) -> bool:
    """Tell whether a list helps at once: a call helps more in some dangers."""
    return asked.danger not in CALL_FIRST or asks_more(scene, asked)


def asks_more(scene: Scene, asked: Asked) -> bool:
    """Tell whether she asks for something besides help with the danger."""
    # The reader adds the need behind each danger, save for the widest kind.
    behind = DANGER_NEEDS[asked.danger] if asked.danger != "immediate_danger" else ""
    return any(need != behind for need in not_answered(scene, asked))


def offers_in_danger(asked: Asked) -> tuple[str, ...]:
    """Return the answers to offer: the one that the contacts give, or what else was near."""
    if asked.question and not is_said_by_contacts(asked):
        return ()
    same = SAME_AS_CONTACTS.get(asked.danger)
    other = tuple(slug for slug in asked.near if slug != same)[:1]
    return (asked.question, *other) if asked.question else other


def choices_in_danger(scene: Scene, listing: Reply | None) -> Rows:
    """Return the buttons under the last message: few, and the way out at the end."""
    listed = [c for row in listing.choices for c in row] if listing else []
    places = [c for c in listed if verb_of(c) in {"svc", "need"}]
    further = [c for c in listed if verb_of(c) in {"more", "wide", "just"}]
    safety = danger.safety_choices(scene, has_places=listing is not None)
    return (
        *rows(*places, *questions.buttons(scene, scene.session.offers), width=1),
        *rows(*further),
        *rows(*safety, width=1),
    )


def verb_of(choice: Choice) -> str:
    """Return what a button does."""
    return choice.data.partition(":")[0]
