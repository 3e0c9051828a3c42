"""What each chat shows: its messages, their buttons, what was edited and deleted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

JsonObject = dict[str, object]


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message, or of the keyboard under the text field."""

    label: str
    data: str = ""
    url: str = ""
    asks_location: bool = False


@dataclass(slots=True)
class Message:
    """A message as the chat shows it now."""

    id: int
    date: int
    by_bot: bool
    text: str = ""
    """The text, or the caption of a file."""
    content: JsonObject = field(default_factory=dict)
    """The rest of Telegram's message object: venue, location, photo, document."""
    markup: JsonObject | None = None
    """The inline keyboard as it was sent."""
    edited: bool = False
    deleted: bool = False
    revision: int = 0
    """Grows with every change in any chat."""

    @property
    def buttons(self) -> tuple[tuple[Button, ...], ...]:
        """The rows of the inline keyboard."""
        return rows(self.markup, "inline_keyboard")

    @property
    def labels(self) -> list[str]:
        """The labels of all inline buttons, in reading order."""
        return [button.label for row in self.buttons for button in row]


@dataclass(slots=True)
class Chat:
    """A chat the bot is in, or was."""

    id: int
    kind: str = "private"
    name: str = "Ana"
    language: str = "es"
    """What the client of whoever writes there is set to."""
    messages: dict[int, Message] = field(default_factory=dict)
    keyboard: tuple[tuple[Button, ...], ...] = ()
    """The reply keyboard that is open now."""
    last_id: int = 0
    blocked: bool = False
    moved_to: int = 0

    def next_id(self) -> int:
        """Take the next message id of this chat."""
        self.last_id += 1
        return self.last_id

    def visible(self) -> list[Message]:
        """Return the messages that are not deleted, oldest first."""
        return [message for message in self.messages.values() if not message.deleted]

    def describe(self) -> JsonObject:
        """Return Telegram's chat object."""
        if self.kind == "private":
            name: JsonObject = {"first_name": self.name, "username": f"person{self.id}"}
        else:
            name = {"title": self.name}
        return {"id": self.id, "type": self.kind, **name}

    def button(self, wanted: str) -> tuple[Message, Button] | None:
        """Find the newest visible inline button by its label or data."""
        for message in reversed(self.visible()):
            for row in message.buttons:
                for button in row:
                    if wanted in (button.label, button.data):
                        return message, button
        return None


def rows(markup: object, name: str) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons of a keyboard object, row by row; rows without any are dropped."""
    listed = markup.get(name) if isinstance(markup, dict) else None
    if not isinstance(listed, list):
        return ()
    return tuple(tuple(_buttons(row)) for row in listed if row)


def _buttons(row: list[object]) -> Iterator[Button]:
    for raw in row:
        given = raw if isinstance(raw, dict) else {"text": raw}
        yield Button(
            label=str(given.get("text", "")),
            data=str(given.get("callback_data", "")),
            url=str(given.get("url", "")),
            asks_location=bool(given.get("request_location")),
        )
