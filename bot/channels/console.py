"""The conversation in a terminal: the same ``converse``, one chat, nothing stored."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime

from rich.console import Console

from bot.settings import Settings
from bot.starting import fictional_rows
from bot.world import load_world
from handlers.conversation import converse
from handlers.turn import Context, Outcome, Reply, Session, Turn, World
from referrals.events import ReferralMoved, ReferralRequested
from referrals.lifecycle import Code, Referral

PROMPT = "> "


class Terminal:
    """One chat: what is typed, and which button each number presses."""

    def __init__(self, world: World, say: Console, language: str) -> None:
        self.world = world
        self.say = say
        self.language = language
        self.session = Session()
        self.referrals: dict[Code, Referral] = {}
        self.buttons: list[str] = []

    def take(self, line: str) -> None:
        """Give one line its turn: a number presses the button with that number."""
        outcome = converse(self.turn_of(line.strip()), self.session, self.context())
        self.session = outcome.session or Session()
        self.remember(outcome)
        self.buttons = []
        for reply in outcome.replies:
            self.show(reply)

    def turn_of(self, line: str) -> Turn:
        """Return the turn that a line stands for."""
        number = int(line) if line.isdecimal() and len(line) < 4 else 0
        if 0 < number <= len(self.buttons):
            return Turn(choice=self.buttons[number - 1], client_language=self.language)
        command, _, payload = line.removeprefix("/").partition(" ")
        if line.startswith("/"):
            return Turn(command=command, payload=payload, client_language=self.language)
        return Turn(text=line[:4096], client_language=self.language)

    def context(self) -> Context:
        """Return what a turn may look at. No organization is bound: nobody would answer."""
        return Context(
            self.world, datetime.now(UTC), referrals=self.referrals, chance=secrets.randbelow
        )

    def remember(self, outcome: Outcome) -> None:
        """Keep referrals for as long as the terminal is open."""
        for event in outcome.events:
            if isinstance(event, ReferralRequested | ReferralMoved):
                self.referrals[event.referral.code] = event.referral

    def show(self, reply: Reply) -> None:
        """Print a message with its buttons numbered."""
        self.say.print(f"\n{reply.text}", markup=False)
        for choice in (c for row in reply.choices for c in row):
            self.buttons.append(choice.data)
            self.say.print(f"  [{len(self.buttons)}] {choice.label}", markup=False)


async def run_chat(settings: Settings, language: str) -> None:
    """Talk until the end of the input."""
    say = Console(highlight=False)
    with say.status("Loading ..."):
        world = load_world(settings, fictional_rows(settings))
    terminal = Terminal(world, say, language)
    terminal.take("/start")
    while (line := await asyncio.to_thread(read_line)) is not None:
        if line.strip():
            terminal.take(line)


def read_line() -> str | None:
    """Return the next line, None at the end."""
    try:
        return input(PROMPT)
    except (EOFError, KeyboardInterrupt):
        return None
