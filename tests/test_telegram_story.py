"""Whole stories over Telegram, by long polling and by webhook, against the fake Bot API."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import build
from bot.commands import DESCRIPTIONS
from bot.invitations import invite
from fake_telegram import Message
from handlers.i18n import LANGUAGE_NAMES
from handlers.names import NEEDS
from handlers.notices import shown_code
from served_telegram import (
    BEDS,
    CHANNEL,
    GROUP,
    MODES,
    OTHER_GROUP,
    PERSON,
    SUPERGROUP,
    TAPACHULA,
    GatedTelegram,
    Served,
    closed,
    installed,
    offers,
    quick_parts,
    serving,
    settings_of,
    until,
)
from worlds import fictional_world

OTHER = 5550009998887
TIJUANA = ("Casa Ejemplo Marea (ficticia)", "Centro de Prueba Ocho Colores (ficticia)")
LANGUAGES = {"", "es", "en", "fr", "pt", "ht"}
"""Those of the commands menu; the empty one is for everyone else."""


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def served(mode: str, tmp_path: Path) -> AsyncIterator[Served]:
    async with installed(tmp_path, mode) as running:
        await running.bind(GROUP)
        yield running
        await running.quiet()
        # The end of every story: no bug was apologised for, and nothing was called that
        # the Bot API would not take.
        assert running.parts.counters.totals["runner.bug"] == 0
        assert running.fake.violations == []
        assert len(running.fake.calls) > 10


def bot_messages(served: Served, chat: int) -> list[Message]:
    return [message for message in served.fake.visible(chat) if message.by_bot]


def line_to_write(advice: str) -> str:
    """Return the line that the advice says to write, with the bot's name filled in."""
    line = next(line for line in advice.splitlines() if line.startswith("/start"))
    return line.replace("<name of the bot>", "faro_test_bot")


async def look_in_kreyol(served: Served) -> None:
    """She writes with typing errors, shares where she is, and opens the first place."""
    fake = served.fake
    await served.say(PERSON, "m bezwenn yon kote pou domi", is_asking_where, phone="ht")
    before = fake.revision
    fake.share_location(PERSON, *TAPACHULA)
    await fake.wait_for(PERSON, offers("svc"), after=before)
    await fake.wait_for(PERSON, offers("count"))
    await served.press(PERSON, "count:yes", lambda message: message.edited)
    fake.press(PERSON, f"1. {BEDS}")
    place = await fake.wait_for(PERSON, offers("ref"))
    assert "Calle Ejemplo 1, Tapachula" in place.text


def is_asking_where(message: Message) -> bool:
    """The message with the keyboard: it has no buttons of its own."""
    return not message.buttons


async def ask_in_kreyol(served: Served) -> str:
    """She sees it on the map, asks for a referral with words of her own, and sends it."""
    place = await served.press(PERSON, "map", lambda message: "venue" in message.content)
    assert place.content["venue"] == {
        "location": {"latitude": 14.9129, "longitude": -92.2714},
        "title": BEDS,
        "address": "Calle Ejemplo 1",
    }
    await served.press(PERSON, "list", offers("svc"))
    return await served.ask(words="Mwen gen yon ti bebe")


async def answer_and_complete(served: Served, code: str) -> None:
    """The organization accepts, she hears of it, and the request is closed as helped."""
    fake = served.fake
    card = await fake.wait_for(GROUP, offers(f"acc:{code}"))
    assert "Mwen gen yon ti bebe" in card.text
    assert LANGUAGE_NAMES["ht"] in card.text
    before = fake.revision
    await served.press(GROUP, "acc", offers(f"end:{code}:completed"))
    news = await fake.wait_for(PERSON, "000 000 0001", after=before)
    assert BEDS in news.text
    assert shown_code(code) in news.text
    done = await served.press(GROUP, f"end:{code}:completed", closed(code))
    assert done.id == card.id, "the card changes in place"
    assert "ti bebe" not in done.text
    await fake.wait_for(PERSON, offers(f"next:{code}"))


async def test_a_person_finds_a_bed_through_the_application_as_it_is_built(
    mode: str, tmp_path: Path
) -> None:
    async with GatedTelegram() as fake:
        settings = settings_of(fake, tmp_path, mode)
        async with serving(fake, build(settings)) as served:
            assert served.said_ready == ["Telegram, @faro_test_bot"]
            shown = {language for _, language in fake.methods.commands}
            assert shown == LANGUAGES
            # On the command line, beside the process that serves.
            line = line_to_write(await asyncio.to_thread(invite, settings, BEDS, False))
            await served.say(GROUP, line, BEDS, kind="group", phone="es")
            again = await served.say(OTHER_GROUP, line, kind="group", phone="es")
            assert BEDS not in again.text, "a link works once"
            await look_in_kreyol(served)
            share = fake.open_chat(PERSON).keyboard[0][0]
            assert share.asks_location
            await answer_and_complete(served, await ask_in_kreyol(served))
            await served.delete_everything()
            await served.quiet()
    assert fake.violations == []
    assert len(fake.called("sendMessage")) > 8
    assert len(fake.called("editMessageText")) > 6
    assert len(fake.called("answerCallbackQuery")) > 8
    assert len({call.method for call in fake.calls}) >= 8


async def test_every_command_of_the_menu_and_the_way_out_of_danger_answer(
    served: Served,
) -> None:
    await served.say(PERSON, "/start", offers("need"), phone="es")
    commands = [command for command in DESCRIPTIONS if command != "exit"]
    assert len(commands) >= 7
    for command in commands:
        said = await served.say(PERSON, f"/{command}")
        assert said.buttons, command
    await served.say(PERSON, "/menu", offers("need"))
    await served.press(PERSON, "sos", "911")
    await served.press(PERSON, "exit", lambda message: not message.buttons)
    await served.quiet()
    assert len(served.fake.visible(PERSON)) == 1


async def test_a_channel_is_bound_by_a_post_and_gets_the_digest(served: Served) -> None:
    settings = served.parts.settings
    advice = await asyncio.to_thread(invite, settings, "", working_group=True)
    joined = await served.say(CHANNEL, line_to_write(advice), kind="channel")
    t = fictional_world().catalogs.of("es")
    housing = t(NEEDS["housing"])
    await served.publish()
    empty = await served.fake.wait_for(CHANNEL, lambda message: message.id > joined.id)
    assert housing not in empty.text, "nobody agreed to be counted yet"
    for person in range(7100, 7112):
        await served.find(person)
        await served.fake.wait_for(person, offers("count"))
        await served.press(person, "count:yes", lambda message: message.edited)
    await served.publish()
    post = await served.fake.wait_for(CHANNEL, housing)
    assert post.id > empty.id
    assert "Tapachula" not in post.text


async def test_withdrawing_closes_the_card_in_place(served: Served) -> None:
    code = await served.request()
    card = await served.fake.wait_for(GROUP, offers("acc"))
    await served.withdraw()
    done = await served.fake.wait_for(GROUP, closed(code))
    assert done.id == card.id
    # Somebody in the group still had the old card on the screen.
    before = served.fake.texts(PERSON)
    served.fake.forge_press(GROUP, f"acc:{code}", card.id)
    await served.quiet()
    assert served.fake.texts(PERSON) == before
    assert served.fake.texts(GROUP)[-1] == done.text


async def test_a_declined_request_goes_on_to_the_next_place(served: Served) -> None:
    fake = served.fake
    full, following = OTHER_GROUP, OTHER_GROUP - 1
    for name, group in zip(TIJUANA, (full, following), strict=True):
        await served.bind(group, name)
    await served.say(PERSON, "busco albergue en tijuana", offers("svc"), phone="es")
    code = await served.ask(group=full)
    await served.press(full, "dec", offers("why"))
    await served.press(full, f"why:{code}:full", closed(code))
    await fake.wait_for(PERSON, offers(f"next:{code}"))
    listed = await served.press(PERSON, "next", offers("svc"))
    assert TIJUANA[0] not in listed.text
    assert TIJUANA[1] in listed.text
    second = await served.ask(group=following)
    before = fake.revision
    await served.press(following, "acc", offers(f"end:{second}"))
    news = await fake.wait_for(PERSON, shown_code(second), after=before)
    assert TIJUANA[1] in news.text
    assert shown_code(second) not in "".join(fake.texts(full)), "one organization, one request"


async def test_deleting_everything_sweeps_the_chat_and_closes_the_open_card(
    served: Served,
) -> None:
    code = await served.request(words="somos dos con un bebe")
    card = await served.fake.wait_for(GROUP, "somos dos con un bebe")
    last = await served.delete_everything()
    done = await served.fake.wait_for(GROUP, closed(code))
    await served.quiet()
    assert served.fake.visible(PERSON) == [last], "hers and ours are gone"
    assert served.fake.called("deleteMessages")
    assert done.id == card.id
    assert "somos dos" not in "".join(served.fake.texts(GROUP))


async def test_the_exit_word_sweeps_the_chat_and_news_waits_until_she_writes(
    served: Served,
) -> None:
    fake = served.fake
    code = await served.request()
    line = await served.say(PERSON, "salir", lambda message: not message.buttons)
    await served.quiet()
    assert fake.visible(PERSON) == [line], "her own words are gone too"
    assert "Faro" not in line.text
    await served.press(GROUP, "acc", offers("end"))
    await served.quiet()
    assert fake.visible(PERSON) == [line], "whoever holds the phone now reads nothing"
    told = await served.say(PERSON, "/requests", shown_code(code))
    assert BEDS in told.text


async def test_a_group_that_becomes_a_supergroup_keeps_its_referral(served: Served) -> None:
    code = await served.request()
    served.fake.migrate(GROUP, SUPERGROUP)
    await served.quiet()
    sent_to_the_old_id = len([c for c in served.fake.calls if c.chat == GROUP])
    await served.withdraw()
    await served.fake.wait_for(SUPERGROUP, closed(code))
    assert len([c for c in served.fake.calls if c.chat == GROUP]) == sent_to_the_old_id


async def test_a_new_id_that_only_a_refusal_tells_is_used_from_then_on(served: Served) -> None:
    fake = served.fake
    first = await served.request()
    fake.open_chat(SUPERGROUP)
    fake.open_chat(GROUP).moved_to = SUPERGROUP
    await served.withdraw()
    await fake.wait_for(SUPERGROUP, closed(first))
    refused = len([call for call in fake.calls if call.chat == GROUP])
    second = await served.request(group=SUPERGROUP)
    before = fake.revision
    await served.press(SUPERGROUP, "acc", offers("end"))
    await fake.wait_for(PERSON, shown_code(second), after=before)
    assert len([call for call in fake.calls if call.chat == GROUP]) == refused


async def test_an_update_that_comes_twice_changes_nothing(served: Served) -> None:
    fake = served.fake
    await served.find()
    await served.press(PERSON, "svc", offers("ref"))
    await served.press(PERSON, "ref", offers("send"))
    fake.press(PERSON, "send")
    # No pause in between: by polling both come in one batch, by webhook at once.
    repeated = json.loads(fake.pending.all[-1].body)
    fake.raw_update(repeated)
    fake.raw_update(repeated)
    # A second "send" would find no draft and put something else in the receipt's place.
    receipt = await fake.wait_for(PERSON, offers("undo"))
    shown = receipt.text
    await served.quiet()
    assert receipt.text == shown
    assert await served.rows("referral") == 1
    assert len([message for message in fake.visible(GROUP) if offers("acc")(message)]) == 1


async def test_an_update_that_the_next_process_gets_again_changes_nothing(
    mode: str, tmp_path: Path
) -> None:
    async with GatedTelegram() as fake:
        settings = settings_of(fake, tmp_path, mode)
        async with serving(fake, quick_parts(settings)) as served:
            await served.bind(GROUP)
            await served.request()
            repeated = json.loads(fake.pending.all[-1].body)
            await served.quiet()
        before = {chat: fake.texts(chat) for chat in (PERSON, GROUP)}
        fake.raw_update(repeated)
        async with serving(fake, quick_parts(settings)) as served:
            await served.quiet()
            assert fake.pending.waiting == {}
            assert {chat: fake.texts(chat) for chat in before} == before
            assert await served.rows("referral") == 1
            await served.say(PERSON, "/requests", BEDS)
    assert fake.violations == []


async def test_a_chat_that_is_slow_holds_up_nobody_else(served: Served) -> None:
    gate = served.fake.shut(PERSON)
    served.fake.write(PERSON, "/start", language_code="es")
    await until(lambda: bool(served.fake.held))
    code = await served.request(OTHER)
    before = served.fake.revision
    await served.press(GROUP, "acc", offers("end"))
    await served.fake.wait_for(OTHER, shown_code(code), after=before)
    assert served.fake.texts(PERSON) == []
    gate.set()
    await served.fake.wait_for(PERSON, offers("need"))


async def test_a_chat_that_must_wait_waits_alone_and_loses_nothing(served: Served) -> None:
    fake = served.fake
    fake.open_chat(PERSON)
    fake.fail(PERSON, 429, retry_after=2, methods=["sendMessage"])
    fake.write(PERSON, "/start", language_code="es")
    await served.called(PERSON)
    fake.write(PERSON, "/help")
    await served.find(OTHER)
    last_of_the_other = max(message.revision for message in bot_messages(served, OTHER))
    await served.quiet()
    notice, menu, lines = bot_messages(served, PERSON)
    assert "Faro" in notice.text
    assert offers("need:housing")(menu)
    assert "911" in lines.text
    assert notice.revision > last_of_the_other


async def test_what_is_queued_for_a_person_who_blocked_the_bot_is_dropped(
    served: Served,
) -> None:
    fake = served.fake
    fake.open_chat(PERSON)
    fake.fail(PERSON, 403)
    fake.write(PERSON, "/start", language_code="es")
    await served.called(PERSON)
    await served.quiet()
    assert fake.texts(PERSON) == []
    assert len([call for call in fake.calls if call.chat == PERSON]) == 1
    assert served.parts.counters.totals["courier.unreachable"] == 1
    await served.request(OTHER)
    await served.say(PERSON, "hola", offers("need"))


async def test_news_for_a_person_who_blocked_the_bot_disturbs_nobody(served: Served) -> None:
    code = await served.request()
    served.fake.block(PERSON)
    seen = served.fake.texts(PERSON)
    await served.press(GROUP, "acc", offers("end"))
    await served.quiet()
    assert served.fake.texts(PERSON) == seen
    assert served.parts.counters.totals["courier.unreachable"] == 1
    served.fake.admit(PERSON)
    told = await served.say(PERSON, "/requests", shown_code(code))
    assert BEDS in told.text
