"""Checks everything that must be right, and says what to do where it is not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.catalogs import load_catalogs
from bot.channels.telegram import TelegramChannel
from bot.country_files import gazetteer_files, load_country
from bot.parcel import Delivery, Unreachable
from bot.phrase_files import load_phrases
from bot.settings import LOCALES, Settings
from bot.starting import keys_were_made, open_database
from bot.vault import Vault
from bot.world import country_folder, fictional_package, known_organizations, load_places
from handlers.country import Country
from handlers.understanding.meaning import DANGERS
from referrals.directory import build_directory
from referrals.place_table import COUNTRY, LATITUDE, LONGITUDE
from referrals.store.records import load_rows


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    subject: str
    is_fine: bool
    words: str


def examine(settings: Settings) -> Sequence[Finding]:
    """Run every check; one that fails does not keep the others from running."""
    return [
        finding(settings, subject, check)
        for subject, check in (
            ("settings", check_settings),
            ("database", check_database),
            ("keys", check_keys),
            ("catalogs", check_catalogs),
            ("phrases", check_phrases),
            ("country", check_country),
            ("directory", check_directory),
            ("telegram", check_telegram),
        )
    ]


def finding(settings: Settings, subject: str, check: Callable[[Settings], str]) -> Finding:
    """Run one check; what it raises is its finding."""
    try:
        return Finding(subject, True, check(settings))
    except Exception as error:
        return Finding(subject, False, advice(error))


def advice(error: Exception) -> str:
    """Return what an error says; libraries' texts may hold addresses and are left out."""
    if type(error).__module__.split(".")[0] in {"bot", "referrals", "handlers"}:
        return str(error)
    if isinstance(error, OSError) and error.filename:
        return f"{error.strerror}: {error.filename}"
    return f"{type(error).__name__}: see docs/operators.md"


def check_settings(settings: Settings) -> str:
    """Say what is served and from where."""
    what = "Telegram" if settings.telegram_token else "web chat"
    return f"{what}, country {settings.country}, data in {settings.data_folder}"


def check_database(settings: Settings) -> str:
    """Open the database, bring it up to date, write and take back."""
    engine = open_database(settings)
    with engine.begin() as connection:
        organizations = len(build_directory(load_rows(connection)).organizations())
    kind = engine.dialect.name
    engine.dispose()
    return f"{kind}, up to date, {organizations} organizations stored"


def check_keys(settings: Settings) -> str:
    """Open the keys and a value that they sealed."""
    if not settings.keys_folder.exists() and not keys_were_made(settings):
        return "none yet: they are made at the first start"
    vault = Vault.open(settings.keys_folder)
    vault.unseal(vault.seal(b"faro", b"doctor", b"1"), b"doctor", b"1")
    beside = settings.keys_folder.is_relative_to(settings.data_folder)
    hint = " (better on another volume than the database: FARO_KEYS)" if beside else ""
    return f"key {vault.version} seals{hint}"


def check_catalogs(settings: Settings) -> str:
    """Load every offered language."""
    country = load_country(country_folder(settings))
    return ", ".join(load_catalogs(LOCALES, country.languages).by_language)


def check_phrases(settings: Settings) -> str:
    """Load the phrases of every offered language."""
    country = load_country(country_folder(settings))
    return f"{len(load_phrases(LOCALES, country.languages))} languages"


def check_country(settings: Settings) -> str:
    """Load contacts, answers, regions and places; say what the folder lacks."""
    folder = country_folder(settings)
    country = load_country(folder)
    answers = len(country.answers[country.languages[0]])
    found = f"{len(country.contacts)} contacts, {answers} answers, places loaded"
    gaps = [*gaps_of(country), *gaps_of_places(folder, country)]
    if not any(known_organizations(settings).values()):
        gaps.append("no organization in organizations.csv")
    return f"{found}; not there yet: {'; '.join(gaps)}" if gaps else found


def gaps_of(country: Country) -> Iterator[str]:
    """Yield what a country could have and has not: none of it keeps Faro from starting."""
    phrases = load_phrases(LOCALES, country.languages).values()
    asked = {slug for one in phrases for slug in one.questions}
    silent = asked - country.answers[country.languages[0]].keys()
    if silent:
        yield f"answers to {len(silent)} of {len(asked)} questions (faro answers lists them)"
    # In these two the emergency line is the right one.
    other = [kind for kind in DANGERS if kind not in {"immediate_danger", "medical"}]
    bare = [kind for kind in other if country.contacts_for(kind) == (country.emergency,)]
    if bare:
        yield f"a line of its own for {', '.join(bare)}"
    if not country.sectors:
        yield "sectors.toml"


def gaps_of_places(folder: Path, country: Country) -> Iterator[str]:
    """Yield what the places lack: regions for figures, points inside the country."""
    missing = [state.code for state in load_places(folder).states() if not state.region]
    if missing:
        yield f"a region for {', '.join(missing)}"
    lines = gazetteer_files(folder)[0].read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    own = [row for row in rows if row[COUNTRY] == country.code]
    outside = sum(not country.area.holds(float(r[LATITUDE]), float(r[LONGITUDE])) for r in own)
    if outside:
        yield f"{outside} places lie outside of the country's area"


def check_directory(settings: Settings) -> str:
    """Say how many services are offered to people."""
    if settings.is_fictional:
        package = fictional_package(settings)
        if not package.is_loadable:
            first = next(p for p in package.problems if p.is_fatal)
            raise BrokenDirectory(f"{first.file}, line {first.row}: {first.reason}")
        return f"fictional, {len(package.rows['services'])} services"
    with open_database(settings).begin() as connection:
        directory = build_directory(load_rows(connection))
    offered = sum(directory.is_offered(s.id) for s in directory.services())
    if not offered:
        return "no service is vetted yet: people get contacts and answers, but no places"
    return f"{offered} services are offered"


class BrokenDirectory(Exception):
    """The directory has a fatal problem."""


class TelegramRefuses(Exception):
    """Telegram did not accept the token, or cannot be reached."""


def check_telegram(settings: Settings) -> str:
    """Ask Telegram who the bot is."""
    if not settings.telegram_token:
        return "no token: the web chat is served (docs/operators.md says how to get one)"
    return asyncio.run(ask_telegram(settings))


async def ask_telegram(settings: Settings) -> str:
    """Return the bot's name as Telegram knows it."""
    channel = TelegramChannel(settings.telegram_token, settings.telegram_api)
    try:
        name = await channel.whoami()
    except Unreachable:
        raise TelegramRefuses("the token is not accepted: ask @BotFather for it") from None
    except Delivery:
        raise TelegramRefuses(
            "no answer: check the token with @BotFather, and the way to the Bot API server"
        ) from None
    finally:
        await channel.close()
    return f"@{name}"
