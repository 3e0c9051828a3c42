"""One turn with everything it may look at, and the verbs that answer it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from handlers.changing import changed
from handlers.i18n import Catalog
from handlers.turn import Choice, Context, Notice, Outcome, Reply, Session, Turn
from handlers.understanding.meaning import Meaning
from referrals.events import Event

Rows = tuple[tuple[Choice, ...], ...]

BELOW = frozenset({"menu", "mine", "safe"})
"""Verbs of buttons that stand under what may still be needed: numbers to call, an address,
a code. Their answers come below and leave it there."""
SHARES_A_ROW = 20
"""Letters of a label that a small phone shows whole in half a row."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A turn, its session, its context and what its text means."""

    turn: Turn
    session: Session
    context: Context
    meaning: Meaning
    language: str

    @property
    def t(self) -> Catalog:
        """The sentences of this chat's language."""
        return self.context.world.catalogs.of(self.language)

    def keeping(self, **changes: object) -> Scene:
        """Return the scene with changes in its session."""
        session = changed(self.session, **changes)
        if session is self.session:
            return self
        return Scene(self.turn, session, self.context, self.meaning, self.language)

    def say(
        self,
        *replies: Reply,
        step: str = "",
        events: tuple[Event, ...] = (),
        notices: tuple[Notice, ...] = (),
        below: bool = False,
    ) -> Outcome:
        """End the turn with these replies; ``step`` reads the next text.

        ``below``: leave the message whose button was pressed as it is.
        """
        return Outcome(
            session=changed(self.session, step=step),
            replies=replies if below else self.in_place(replies),
            events=events,
            notices=notices,
        )

    def in_place(self, replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
        """Let the first reply to a button take the place of its message."""
        if not self.turn.choice or not replies or self.turn.choice.partition(":")[0] in BELOW:
            return replies
        first = replies[0]
        if first.asks_location or first.venue:
            return replies  # A location keyboard or a map cannot be put into an old message.
        return (replace(first, replaces=True), *replies[1:])


def button(label: str, data: str) -> Choice:
    """Return a button."""
    return Choice(label=label, data=data)


def rows(*choices: Choice, width: int = 2) -> Rows:
    """Lay buttons out in rows of at most ``width``; a long label has a row of its own."""
    laid: list[tuple[Choice, ...]] = []
    for choice in choices:
        last = laid[-1] if laid else ()
        is_short = all(len(one.label) <= SHARES_A_ROW for one in (*last, choice))
        if last and len(last) < width and is_short:
            laid[-1] = (*last, choice)
        else:
            laid.append((choice,))
    return tuple(laid)


def paragraphs(*parts: str) -> str:
    """Join the parts that are not empty with a blank line."""
    return "\n\n".join(part for part in parts if part)


def lines(*parts: str) -> str:
    """Join the parts that are not empty, one a line."""
    return "\n".join(part for part in parts if part)
