"""Every setting, with a default that runs: SQLite, the web chat, no token."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

Rule = tuple[bool, str, str]
"""Whether it is kept, the setting's name, and what to do."""
PREFIX = "FARO_"
ROOT = Path(__file__).resolve().parent.parent
LOCALES = ROOT / "locales"
TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]{10,}")
SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
"""What Telegram takes as the secret of a webhook, and not too short."""


class BadSetting(Exception):
    """A setting cannot be used. Says which and why; never repeats its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set, each as ``FARO_<NAME>`` in the environment."""

    data: str = "var"
    """Folder of the database and, unless ``keys`` is set, of the keys."""
    database: str = ""
    """``sqlite:////path`` or ``postgresql://user:password@host/name``. Empty: a SQLite
    file in the data folder, another one for the fictional directory."""
    keys: str = ""
    """Folder of the keys: better on another volume than the database."""
    country: str = "mx"
    """Folder under ``locales/countries``."""
    directory: str = ""
    """``fictional``: the plainly fictional directory. Empty: the stored one, and the
    fictional one for the web chat."""
    operator: str = ""
    """Who runs this bot, as the notice tells people."""
    host: str = "127.0.0.1"
    """Address that the web server listens on."""
    port: int = 8080
    """Port that the web server listens on."""
    telegram_token: str = ""
    """Token of the bot. Empty: the web chat is served instead."""
    telegram_api: str = "https://api.telegram.org"
    """Root of the Bot API server."""
    webhook_url: str = ""
    """Public https address of this server. Empty: long polling."""
    webhook_secret: str = ""
    """Secret that Telegram sends along. Needed with ``webhook_url``."""
    open_data: bool = True
    """The published directory is served under ``/hsds``."""
    send_rate: float = 25.0
    """Messages a second for the whole channel; 0 for no bound."""
    log_level: str = "INFO"
    """DEBUG, INFO, WARNING or ERROR."""

    @property
    def data_folder(self) -> Path:
        """The data folder, absolute."""
        return Path(self.data).resolve()

    @property
    def keys_folder(self) -> Path:
        """The folder of the keys, absolute."""
        return Path(self.keys).resolve() if self.keys else self.data_folder / "keys"

    @property
    def database_url(self) -> str:
        """The database's address."""
        # Never one file for both: made-up chats must not reach a live service.
        name = "demo.db" if self.is_fictional else "faro.db"
        return self.database or f"sqlite:///{self.data_folder / name}"

    @property
    def is_fictional(self) -> bool:
        """The fictional directory is used: always said to people, never mixed with real."""
        return self.directory == "fictional" or not (self.directory or self.telegram_token)

    def __repr__(self) -> str:
        # The token and a password in the database's address must not reach a traceback.
        return "<Settings>"


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings, or raise ``BadSetting``."""
    known = {PREFIX + field.name.upper(): field.name for field in fields(Settings)}
    ours = {k: v for k, v in environment.items() if k.startswith(PREFIX)}
    unknown = sorted(k for k in ours if k not in known and not k.startswith("FARO_TEST_"))
    if unknown:
        raise BadSetting(f"{unknown[0]} is not a setting; see docs/operators.md")
    values = {known[k]: v for k, v in ours.items() if k in known}
    return checked(converted(values))


def converted(values: Mapping[str, str]) -> Settings:
    """Turn texts into the settings' types."""
    for name, value in values.items():
        try:
            msgspec.convert({name: value}, Settings, strict=False)
        except msgspec.ValidationError as error:
            reason = str(error).split(" - at")[0]
            raise BadSetting(f"{PREFIX}{name.upper()}: {reason}") from None
    return msgspec.convert(dict(values), Settings, strict=False)


def checked(settings: Settings) -> Settings:
    """Check what types cannot say."""
    for is_fine, name, advice in (*own_rules(settings), *address_rules(settings)):
        if not is_fine:
            raise BadSetting(f"{PREFIX}{name}: {advice}")
    return settings


def own_rules(settings: Settings) -> tuple[Rule, ...]:
    """Return the rules on how this machine serves."""
    levels = {"DEBUG", "INFO", "WARNING", "ERROR"}
    country = LOCALES / "countries" / settings.country / "country.toml"
    return (
        (0 < settings.port < 65536, "PORT", "use a port from 1 to 65535"),
        (settings.send_rate >= 0, "SEND_RATE", "use 0 or more"),
        (
            settings.directory in {"", "fictional", "stored"},
            "DIRECTORY",
            "use fictional or stored",
        ),
        (settings.log_level in levels, "LOG_LEVEL", "use DEBUG, INFO, WARNING or ERROR"),
        (country.is_file(), "COUNTRY", "there is no such folder under locales/countries"),
        (
            not settings.is_fictional or country.with_name("fictional").is_dir(),
            "DIRECTORY",
            "this country has no fictional directory: use stored",
        ),
    )


def address_rules(settings: Settings) -> tuple[Rule, ...]:
    """Return the rules on the token, addresses and the webhook's secret."""
    database, api, webhook = settings.database_url, settings.telegram_api, settings.webhook_url
    return (
        (
            is_token(settings.telegram_token),
            "TELEGRAM_TOKEN",
            "it does not look like a bot token",
        ),
        (
            database.startswith(("sqlite:////", "postgresql://")) and is_address(database),
            "DATABASE",
            "use sqlite:////path or postgresql://...",
        ),
        (
            api.startswith(("https://", "http://")) and is_address(api),
            "TELEGRAM_API",
            "use an address such as https://api.telegram.org",
        ),
        (
            not webhook or webhook.startswith(("https://", "http://127.0.0.1")),
            "WEBHOOK_URL",
            "use an https address",
        ),
        (
            not webhook or SECRET.fullmatch(settings.webhook_secret) is not None,
            "WEBHOOK_SECRET",
            "set 16 to 256 letters, digits, _ or -",
        ),
    )


def is_token(token: str) -> bool:
    """Tell whether a token has the shape Telegram gives it; empty is fine."""
    return not token or TOKEN.fullmatch(token) is not None


def is_address(url: str) -> bool:
    """Tell whether an address can be taken apart: its port is a number."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False
