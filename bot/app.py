"""The composition root: builds everything, starts and stops it in order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from secrets import token_urlsafe

from aiohttp import web

from bot import commands, starting
from bot.bindings import (
    BoundChat,
    CoordinatorChat,
    open_bindings,
    seal_binding,
    seal_coordinator,
)
from bot.channels.telegram import TelegramChannel, Webhook
from bot.channels.telegram_polling import poll
from bot.channels.telegram_webhook import webhook_handler
from bot.channels.web import WORKING_GROUP, WebChannel
from bot.channels.web_frames import COORDINATOR
from bot.courier import Courier
from bot.database_thread import PATIENCE_SECONDS
from bot.desk import Converse
from bot.fallback import apology
from bot.jobs import Jobs
from bot.logs import Counters
from bot.parcel import Channel, Delivery
from bot.published import PublishedRows
from bot.renewal import Renewal
from bot.runner import Runner
from bot.sealing import Sealer
from bot.settings import Settings
from bot.straight import Straight
from bot.vault import Vault, fingerprint
from bot.watch import ListingWatch
from bot.web.app import health_application, web_application
from bot.web.open_data import open_data_routes
from bot.world import country_folder
from handlers.conversation import converse
from handlers.turn import World
from referrals.directory import Directory, OrganizationId
from referrals.store import bindings, vetting
from referrals.store.engine import Connection, Engine

log = logging.getLogger("faro")

WEBHOOK_PATH = "/telegram"
COORDINATORS = {
    f"{COORDINATOR}1": "Coordinación de ejemplo 1",
    f"{COORDINATOR}2": "Coordinación de ejemplo 2",
}
"""Alias and name of the made-up coordinators on the page."""
SHOWN_ORGANIZATIONS = 60
"""Chats of fictional organizations that the page shows."""


@dataclass(slots=True)
class Parts:
    """What runs together."""

    settings: Settings
    engine: Engine
    vault: Vault
    world: World
    runner: Runner
    counters: Counters
    watch: ListingWatch
    published: PublishedRows


def build(settings: Settings) -> Parts:
    """Open the database and the keys, load the world, make the runner."""
    engine = starting.open_database(settings)
    vault = starting.open_keys(settings)
    starting.fill_directory(settings, engine)
    world, revision = starting.open_world(settings, engine)
    return assembled(settings, engine, vault, world, revision)


def assembled(
    settings: Settings,
    engine: Engine,
    vault: Vault,
    world: World,
    revision: int = 0,
    *,
    mind: Converse = converse,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    patience: float = PATIENCE_SECONDS,
) -> Parts:
    """Put together what serves a world. ``revision``: of the directory that it holds."""
    watch, counters = ListingWatch(revision), Counters()
    runner = Runner(
        engine,
        vault,
        mind,
        world,
        apology(world),
        now=now,
        count=counters,
        patience=patience,
        watch=watch,
        timezone=world.country.timezone,
    )
    published = PublishedRows(settings, engine, watch)
    return Parts(settings, engine, vault, world, runner, counters, watch, published)


async def serve(parts: Parts, ready: Callable[[str], None] = lambda _: None) -> None:
    """Run until a signal says stop."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    if parts.settings.telegram_token:
        await serve_telegram(parts, stop, ready)
    else:
        await serve_web_chat(parts, stop, ready)


async def serve_web_chat(parts: Parts, stop: asyncio.Event, ready: Callable[[str], None]) -> None:
    """Serve the page where one person plays all sides."""
    channel = WebChannel()
    organizations = shown_organizations(parts.world.directory)
    courier = courier_of(parts, channel)
    receiver = Straight(parts.runner, courier, count=parts.counters)
    async with running(parts, courier) as jobs:
        if parts.settings.is_fictional:
            shown = [OrganizationId(i) for i, _ in organizations]
            await parts.runner.call(
                lambda c: bind_page(c, parts.vault, shown, starting.today(parts.settings))
            )
            await parts.runner.call(lambda c: seat_page(c, parts.vault))
            organizations += COORDINATORS.items()
        app = web_application(
            channel,
            receiver,
            organizations,
            jobs.publish_now,
            lambda: not stop.is_set(),
            open_data(parts),
            country_folder(parts.settings) / "page.js",
        )
        async with listening(app, parts.settings):
            ready(f"http://localhost:{parts.settings.port}")
            await stop.wait()


def shown_organizations(directory: Directory) -> list[tuple[str, str]]:
    """Return id and name of the organizations that can receive requests on the page."""
    offered = [
        organization
        for organization in directory.organizations()
        if any(directory.is_offered(s.id) for s in directory.services_of(organization.id))
    ]
    return [(str(o.id), o.name) for o in offered[:SHOWN_ORGANIZATIONS]]


def bind_page(
    connection: Connection, vault: Vault, organizations: Iterable[OrganizationId], today: date
) -> None:
    """Give every fictional organization its chat on the page, once."""
    sealer = Sealer(vault)
    known = {b.organization for b in bindings.load_bindings(connection)}
    for organization in organizations:
        if organization not in known:
            chat = page_chat(vault, f"staff:{organization}", organization)
            bindings.bind(connection, seal_binding(chat, sealer), today)
    if "" not in known:
        group = page_chat(vault, WORKING_GROUP, None)
        bindings.bind(connection, seal_binding(group, sealer), today)


def seat_page(connection: Connection, vault: Vault) -> None:
    """Give the made-up coordinators their chats on the page, once."""
    known = {one.alias for one in vetting.load_coordinators(connection)}
    for alias in COORDINATORS.keys() - known:
        chat = f"staff:{alias}"
        key = vault.chat_key(WebChannel.name, chat)
        seated = CoordinatorChat(key, WebChannel.name, chat, alias)
        # Nobody knows this code: on the command line they are nobody.
        vetting.insert_coordinator(connection, alias, fingerprint(token_urlsafe(32)))
        address = seal_coordinator(seated, Sealer(vault))
        vetting.seat_coordinator(connection, alias, key, address, "es")


def unbind_others(connection: Connection, vault: Vault, channel: str, today: date) -> None:
    """Take organizations' chats of other channels away: nothing would reach them here."""
    bound = open_bindings(bindings.load_bindings(connection), Sealer(vault))
    for chat in bound.chats.values():
        if chat.channel != channel:
            bindings.unbind_chat(connection, chat.key, today)


def page_chat(vault: Vault, chat: str, organization: OrganizationId | None) -> BoundChat:
    """Return a chat of the page as bound."""
    key = vault.chat_key(WebChannel.name, chat)
    return BoundChat(key, WebChannel.name, chat, "es", organization)


async def serve_telegram(parts: Parts, stop: asyncio.Event, ready: Callable[[str], None]) -> None:
    """Serve Telegram by polling, or by webhook when its address is set."""
    settings = parts.settings
    channel = TelegramChannel(settings.telegram_token, settings.telegram_api)
    courier = courier_of(parts, channel)
    receiver = Straight(parts.runner, courier, count=parts.counters)
    webhook = None
    if settings.webhook_url:
        address = settings.webhook_url.rstrip("/") + WEBHOOK_PATH
        webhook = Webhook(address, settings.webhook_secret)
    routes = open_data(parts)
    if webhook:
        handler = webhook_handler(channel, receiver, webhook.secret)
        routes.append(web.post(WEBHOOK_PATH, handler))
    app = health_application(lambda: not stop.is_set(), routes)
    try:
        async with running(parts, courier), listening(app, settings):
            today = starting.today(settings)
            await parts.runner.call(lambda c: unbind_others(c, parts.vault, channel.name, today))
            await until_prepared(channel, parts.world, webhook, stop)
            ready(f"Telegram, @{channel.username}")
            if webhook:
                await stop.wait()
            else:
                await poll(channel, receiver, stop)
    finally:
        # Last of all: the courier still sends while it stops.
        await channel.close()


async def until_prepared(
    channel: TelegramChannel, world: World, webhook: Webhook | None, stop: asyncio.Event
) -> None:
    """Introduce the bot to Telegram, again and again until it answers."""
    wait = 1.0
    while not stop.is_set():
        try:
            catalogs = world.catalogs
            menus = commands.menu(catalogs), commands.group_menu(catalogs)
            await channel.prepare(menus[0], webhook, menus[1])
            return
        except Delivery as error:
            log.warning("telegram.not_ready %s", type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), wait)
            wait = min(wait * 2, 60.0)


def open_data(parts: Parts) -> list[web.AbstractRouteDef]:
    """Return the routes of the open data, unless it is switched off."""
    if not parts.settings.open_data:
        return []
    return open_data_routes(
        lambda: (parts.published.current(), parts.runner.world.directory),
        parts.settings.webhook_url,
        parts.world.country.sectors,
    )


def courier_of(parts: Parts, channel: Channel) -> Courier:
    """Make the courier of a channel, with the bound that Telegram sets."""
    rate = parts.settings.send_rate if parts.settings.telegram_token else 0.0
    return Courier({channel.name: channel}, parts.runner, rate=rate, count=parts.counters)


@contextlib.asynccontextmanager
async def running(parts: Parts, courier: Courier) -> AsyncIterator[Jobs]:
    """Run the runner, the courier and the jobs; stop them in the order that loses nothing."""
    jobs = Jobs(parts.runner, parts.engine, parts.vault)
    await parts.runner.start()
    await courier.start()
    tasks = [asyncio.create_task(work) for work in (jobs.run(), *renewals(parts))]
    try:
        yield jobs
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await courier.stop()
        await parts.runner.stop()
        parts.engine.dispose()


def renewals(parts: Parts) -> list[Coroutine[None, None, None]]:
    """Return what follows the stored directory; a made-up one does not change."""
    if parts.settings.is_fictional:
        return []
    return [Renewal(parts.engine, parts.watch, lambda: parts.runner.world).run()]


@contextlib.asynccontextmanager
async def listening(app: web.Application, settings: Settings) -> AsyncIterator[None]:
    """Listen on the configured address. An address in use raises ``OSError``."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
        yield
    finally:
        await runner.cleanup()
