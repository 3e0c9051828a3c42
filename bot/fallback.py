"""What a person hears when a turn fails: the contacts, without the conversation."""

from __future__ import annotations

from collections.abc import Callable

from handlers.conversation import language_hint
from handlers.person.danger import plain_lines
from handlers.turn import ChatKind, Reply, Session, Turn, World

Apology = Callable[[Turn, Session], tuple[Reply, ...]]


def apology(world: World) -> Apology:
    """Return the function that answers instead of a turn with a bug."""

    def answer(turn: Turn, session: Session) -> tuple[Reply, ...]:
        if turn.kind is not ChatKind.PRIVATE:
            return ()
        t = world.catalogs.of(language_hint(turn, session, world.catalogs))
        sorry = t("Something went wrong on my side. Nothing was sent. Please try again.")
        return (Reply(f"{sorry}\n\n{plain_lines(t, world.country)}", sensitive=True),)

    return answer
