"""What a person hears when a turn fails: the contacts, without the conversation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from handlers.conversation import language_hint, scene_of
from handlers.person import privacy
from handlers.person.danger import contact_lines, plain_lines, police_words
from handlers.person.router import CHOICES, COMMANDS, INTERRUPTS
from handlers.scene import Scene, lines, paragraphs
from handlers.turn import ChatKind, Context, Reply, Session, Turn, Unreadable, World
from handlers.understanding.meaning import DANGERS

Apology = Callable[[Turn, Session], tuple[Reply, ...]]


@dataclass(frozen=True, slots=True)
class Fallback:
    """What can be done for a turn that cannot be stored."""

    reply: Reply | None = None
    """None: nothing is to be said."""
    is_leaving: bool = False
    """The person leaves or erases: what was said without the database goes too."""


def apology(world: World) -> Apology:
    """Return the function that answers instead of a turn with a bug."""

    def answer(turn: Turn, session: Session) -> tuple[Reply, ...]:
        if turn.kind is not ChatKind.PRIVATE:
            return ()
        t = world.catalogs.of(language_hint(turn, session, world.catalogs))
        sorry = t("Something went wrong on my side. Nothing was sent. Please try again.")
        return (Reply(f"{sorry}\n\n{plain_lines(t, world.country)}", sensitive=True),)

    return answer


def without_database(turn: Turn, world: World, now: datetime) -> Fallback:
    """Answer a turn that cannot be stored, from its own words: nothing else is known."""
    if turn.kind is not ChatKind.PRIVATE or turn.unreadable is Unreadable.EDITED:
        return Fallback()
    scene = scene_of(turn, Session(), Context(world, now))
    if _is_leaving(scene):
        return Fallback(is_leaving=True)
    t = scene.t
    text = paragraphs(
        lines(t("You can call:"), _numbers(scene)),
        police_words(scene),
        t("Right now I cannot store or answer anything. Please write again later."),
    )
    return Fallback(Reply(text))


def _is_leaving(scene: Scene) -> bool:
    verb = scene.turn.choice.partition(":")[0]
    meant = (CHOICES.get(verb), COMMANDS.get(scene.turn.command))
    return (
        INTERRUPTS.get(scene.meaning.interrupt) is privacy.leave
        or privacy.leave in meant
        or privacy.delete in meant
    )


def _numbers(scene: Scene) -> str:
    """Return the lines for her danger where she says she is, then those for any danger."""
    kind, place = _danger(scene), scene.meaning.place
    if place and scene.meaning.place_is_sure:
        scene = scene.keeping(place=place.id)
    own = contact_lines(scene, kind) if kind else ""
    every = plain_lines(scene.t, scene.context.world.country)
    return lines(*dict.fromkeys(lines(own, every).splitlines()))


def _danger(scene: Scene) -> str:
    if scene.meaning.danger:
        return scene.meaning.danger.value
    verb, _, kind = scene.turn.choice.partition(":")
    return kind if verb == "safe" and kind in DANGERS else ""
