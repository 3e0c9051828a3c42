"""A fake of the Telegram Bot API over real HTTP, for tests, crash tests and measures."""

from fake_telegram.chats import Button, Chat, Message
from fake_telegram.checks import check_call, load_spec
from fake_telegram.server import TOKEN, Call, FakeTelegram

__all__ = [
    "TOKEN",
    "Button",
    "Call",
    "Chat",
    "FakeTelegram",
    "Message",
    "check_call",
    "load_spec",
]
