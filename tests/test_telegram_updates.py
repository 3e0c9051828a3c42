"""Raw updates of Telegram become arrivals, and nothing but arrivals."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram_fields import Callback, Chat, Location, Message, Sender, Update
from bot.channels.telegram_updates import (
    UnreadableUpdate,
    read_incoming,
    read_update,
    split_updates,
)
from bot.parcel import Arrival
from handlers.turn import ChatKind, Unreadable

SECRETS = ("Canario", "canary_handle", "+5215550001111")
SENDER = {
    "id": 77,
    "is_bot": False,
    "first_name": SECRETS[0],
    "username": SECRETS[1],
    "language_code": "pt-BR",
}
PRIVATE = {"id": 77, "type": "private", "first_name": SECRETS[0], "username": SECRETS[1]}
GROUP = {"id": -100123, "type": "supergroup", "title": SECRETS[0]}


def said(**fields: Any) -> dict[str, Any]:
    message = {"message_id": 5, "date": 1_790_000_000, "chat": PRIVATE, "from": SENDER}
    return {"update_id": 9, "message": message | fields}


def pressed(**fields: Any) -> dict[str, Any]:
    message = {"message_id": 8, "date": 0, "chat": PRIVATE}
    query = {"id": "cb1", "from": SENDER, "message": message, "data": "need:health"}
    return {"update_id": 9, "callback_query": query | fields}


def raw(update: dict[str, Any]) -> bytes:
    return json.dumps(update).encode()


def read(update: dict[str, Any], username: str = "") -> Arrival:
    arrival = read_update(raw(update), username)
    assert arrival is not None
    return arrival


def fails(body: bytes) -> UnreadableUpdate:
    with pytest.raises(UnreadableUpdate) as caught:
        read_update(body)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return caught.value


def test_a_text_arrives_with_its_chat_message_and_time() -> None:
    arrival = read(said(text="hola, ¿dónde duermo?"))
    assert (arrival.channel, arrival.chat, arrival.update) == ("telegram", "77", "9")
    assert (arrival.message, arrival.sent_at) == (5, 1_790_000_000.0)
    assert arrival.turn.kind is ChatKind.PRIVATE
    assert arrival.turn.text == "hola, ¿dónde duermo?"
    assert arrival.turn.client_language == "pt-BR"


def test_names_usernames_and_phones_never_leave_the_parser() -> None:
    contact = {"phone_number": SECRETS[2], "first_name": SECRETS[0]}
    forward = {"type": "user", "sender_user": SENDER, "date": 1}
    updates = (
        said(contact=contact),
        said(text="hola", forward_origin=forward, via_bot=SENDER),
        said(photo=[{"file_id": SECRETS[0]}], caption=SECRETS[0]),
        pressed(),
    )
    for update in updates:
        for secret in SECRETS:
            assert secret not in repr(read(update))


def test_no_struct_has_a_field_beyond_the_allow_list() -> None:
    allowed = {
        Chat: {"id", "type"},
        Sender: {"is_bot", "language_code"},
        Location: {"latitude", "longitude"},
        Callback: {"id", "from", "message", "data"},
        Update: {"update_id", "message", "edited_message", "channel_post", "callback_query"},
    }
    for struct, names in allowed.items():
        assert set(struct.__struct_encode_fields__) == names
    named = {"first_name", "username", "phone_number", "caption", "forward_origin", "title"}
    assert not named & set(Message.__struct_encode_fields__)


@pytest.mark.parametrize(
    ("text", "command", "payload"),
    [
        ("/start", "start", ""),
        ("/START", "start", ""),
        ("/start@FaroBot  inv-abc ", "start", "inv-abc"),
        ("/ayuda me siguen\nahora", "ayuda", "me siguen\nahora"),
    ],
)
def test_a_command_is_taken_apart(text: str, command: str, payload: str) -> None:
    turn = read(said(text=text), "farobot").turn
    assert (turn.command, turn.payload, turn.text) == (command, payload, text)


@pytest.mark.parametrize("text", ["/", "/ hola", "a /start", "/pá", "1/2"])
def test_what_only_looks_like_a_command_is_text(text: str) -> None:
    turn = read(said(text=text)).turn
    assert (turn.command, turn.text) == ("", text)


def test_a_command_to_another_bot_is_not_for_us() -> None:
    assert read_update(raw(said(text="/start@OtherBot")), "FaroBot") is None


def test_a_text_of_4096_units_is_read_and_a_longer_one_is_too_long() -> None:
    assert read(said(text="a" * 4096)).turn.unreadable is None
    assert read(said(text="😀" * 2048)).turn.unreadable is None
    for text in ("a" * 4097, "😀" * 2049, "a" * 1_000_000):
        turn = read(said(text=text)).turn
        assert (turn.text, turn.unreadable) == ("", Unreadable.TOO_LONG)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"voice": {"file_id": "x"}}, Unreadable.VOICE),
        ({"audio": {}}, Unreadable.VOICE),
        ({"video_note": {}}, Unreadable.VOICE),
        ({"photo": [{"file_id": "x"}]}, Unreadable.PICTURE),
        ({"video": {}}, Unreadable.PICTURE),
        ({"animation": {}, "document": {}}, Unreadable.PICTURE),
        ({"document": {}}, Unreadable.FILE),
        ({"contact": {"phone_number": "1"}}, Unreadable.CONTACT),
        ({"sticker": {}}, Unreadable.OTHER),
        ({"poll": {}}, Unreadable.OTHER),
        ({"dice": {"value": 6}}, Unreadable.OTHER),
        ({"paid_media": {}}, Unreadable.OTHER),
    ],
)
def test_what_is_not_taken_says_what_it_was(fields: Any, expected: Unreadable) -> None:
    assert read(said(**fields)).turn.unreadable is expected


def test_a_note_of_telegram_itself_is_nothing_of_ours() -> None:
    for note in ("new_chat_members", "left_chat_member", "pinned_message", "new_chat_title"):
        assert read_update(raw(said(chat=GROUP, **{note: {}}))) is None


def test_an_edited_text_is_unreadable_and_its_words_are_dropped() -> None:
    update = {"update_id": 9, "edited_message": said(text="otra cosa")["message"]}
    turn = read(update).turn
    assert (turn.text, turn.unreadable) == ("", Unreadable.EDITED)


def test_a_live_location_that_moves_is_silent() -> None:
    moved = said(location={"latitude": 1.0, "longitude": 2.0})["message"]
    assert read_update(raw({"update_id": 9, "edited_message": moved})) is None


def test_a_location_is_read_and_one_off_the_globe_is_not() -> None:
    point = read(said(location={"latitude": 14.9, "longitude": -92})).turn.location
    assert point is not None
    assert (point.latitude, point.longitude) == (14.9, -92.0)
    fails(raw(said(location={"latitude": 91, "longitude": 0})))
    fails(raw(said(location={"latitude": float("nan"), "longitude": 0})))
    fails(raw(said(location={"latitude": 1e308 * 10, "longitude": 0})))


def test_a_press_carries_its_data_its_message_and_an_id_to_answer() -> None:
    incoming = read_incoming(raw(pressed()))
    assert incoming.callback == "cb1"
    assert incoming.arrival is not None
    assert incoming.arrival.turn.choice == "need:health"
    assert incoming.arrival.pressed == 8
    assert incoming.arrival.sent_at == 0.0


def test_a_press_without_data_or_message_is_only_answered() -> None:
    for update in (pressed(data=""), pressed(message=None)):
        incoming = read_incoming(raw(update))
        assert (incoming.arrival, incoming.callback) == (None, "cb1")


def test_forged_data_longer_than_a_button_holds_is_refused() -> None:
    read(pressed(data="é" * 32))
    fails(raw(pressed(data="é" * 33)))


def test_a_post_in_a_channel_is_of_a_channel() -> None:
    post = {
        "message_id": 3,
        "date": 1,
        "chat": {"id": -100, "type": "channel"},
        "text": "/start x",
    }
    arrival = read({"update_id": 9, "channel_post": post})
    assert arrival.turn.kind is ChatKind.CHANNEL
    assert (arrival.turn.command, arrival.turn.payload) == ("start", "x")


def test_bots_are_ignored_but_anonymous_admins_and_channels_are_heard() -> None:
    bot = SENDER | {"is_bot": True}
    assert read_update(raw(said(chat=GROUP, text="x", **{"from": bot}))) is None
    heard = said(chat=GROUP, text="x", sender_chat=GROUP, **{"from": bot})
    assert read(heard).turn.kind is ChatKind.GROUP


def test_a_channel_post_copied_into_its_group_is_not_answered_again() -> None:
    copied = said(chat=GROUP, text="x", sender_chat=GROUP, is_automatic_forward=True)
    assert read_update(raw(copied)) is None


def test_a_group_that_moves_is_told_from_both_sides() -> None:
    old = read(said(chat={"id": -5, "type": "group"}, migrate_to_chat_id=-100123))
    new = read(said(chat=GROUP, migrate_from_chat_id=-5))
    assert (old.chat, old.moved_to) == ("-5", "-100123")
    assert (new.chat, new.moved_to) == ("-5", "-100123")


def test_being_blocked_or_an_unknown_kind_of_update_is_nothing_of_ours() -> None:
    member = {"update_id": 9, "my_chat_member": {"chat": PRIVATE, "from": SENDER}}
    assert read_update(raw(member)) is None
    assert read_update(b'{"update_id":9,"purchased_paid_media":{"from":7}}') is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"update_id":-1}',
        raw(said(date="x", text=SECRETS[0])),
        raw(said(chat={"id": 10**30, "type": "private"})),
        raw(said(chat={"id": 0, "type": "private"})),
        raw(said(chat={"id": 1, "type": SECRETS[0]})),
        raw(said(text="\ud83d" + SECRETS[0])),
        raw(said(text=[SECRETS[0]])),
        raw(said(text=None)),
        raw(said(**{"from": {"language_code": 5}})),
        b'{"update_id":9,"message":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
        b'{"update_id":9,"x":' + b'{"a":' * 20_000,
    ],
)
def test_a_broken_update_raises_one_error_without_its_content(body: bytes) -> None:
    error = fails(body)
    assert str(error).startswith("unreadable update: ")
    assert error.update in (0, 9)
    for secret in SECRETS:
        assert secret not in repr(error)


def test_a_batch_is_split_in_order_and_only_its_ids_are_read() -> None:
    body = b'{"ok":true,"result":[{"update_id":4},{"update_id":5,"message":7}]}'
    assert [number for number, _ in split_updates(body)] == [4, 5]
    assert split_updates(b'{"ok":true,"result":[]}') == []


POISONS = (
    '{"update_id":%d,"message":{"date":"x"}}',
    '{"update_id":%d,"message":{"text":"\\ud83d"}}',
    '{"update_id":%d,"message":{"location":{"latitude":NaN}}}',
    '{"update_id":%d,"message":' + "[" * 5_000 + "]" * 5_000 + "}",
    '{"update_id":%d,"message":{"text":"]}{[ \\" \\\\"},"x":NaN}',
    '{"update_id":"%d"}',
)


@pytest.mark.parametrize("poison", POISONS)
@pytest.mark.parametrize("place", [0, 50, 99])
def test_one_bad_update_of_a_hundred_spoils_no_other(poison: str, place: int) -> None:
    updates = [
        poison % (200 + n) if n == place else json.dumps(said(text="{[") | {"update_id": 200 + n})
        for n in range(100)
    ]
    body = f'{{"ok":true,"result":[{",".join(updates)}]}}'.encode()
    read_, bad = [], []
    for number, piece in split_updates(body, 199):
        try:
            arrival = read_update(piece)
        except UnreadableUpdate:
            bad.append(number)
        else:
            assert arrival is not None
            read_.append(number)
    assert bad == [200 + place]
    assert read_ == [200 + n for n in range(100) if n != place]


def test_an_update_without_a_readable_id_takes_the_one_after_the_highest_known() -> None:
    body = b'{"ok":true,"result":[{"update_id":"a"},{"update_id":8},{"update_id":1e40}]}'
    assert [number for number, _ in split_updates(body, 6)] == [7, 8, 9]


def test_an_id_inside_the_words_of_a_person_is_not_taken_for_the_update_id() -> None:
    text = json.dumps('"update_id":999999, ')
    body = f'{{"ok":true,"result":[{{"text":{text},"update_id":"x"}}]}}'.encode()
    assert [number for number, _ in split_updates(body, 3)] == [4]


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"ok":false}', b'{"result":5}', b'"' + b'\\"' * 500_000]
)
def test_a_body_that_is_no_list_of_updates_raises_cleanly(body: bytes) -> None:
    with pytest.raises(UnreadableUpdate):
        split_updates(body)


VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 2**53 + 1, 2**63, 10**40, 1.5, "x", "", "\u202e\u200b", [], {}, [[]],
    {"id": "1"}, "a" * 5_000, "/start@", "\ud800",
)  # fmt: skip


def mutated(chance: random.Random) -> bytes:
    update = chance.choice([said(text="hola CANARY"), pressed(data="CANARY"), said(voice={})])
    update = json.loads(json.dumps(update))
    for _ in range(chance.randint(0, 2)):
        holder: Any = update
        while isinstance(holder, dict) and holder:
            name = chance.choice(list(holder))
            if not isinstance(holder[name], dict) or chance.random() < 0.3:
                break
            holder = holder[name]
        if isinstance(holder, dict) and holder:
            if chance.random() < 0.3:
                del holder[name]
            else:
                holder[name] = copy.deepcopy(chance.choice(VALUES))
    body = bytearray(raw(update))
    if chance.random() < 0.3:
        body[chance.randrange(len(body))] = chance.randrange(256)
    return bytes(body[: chance.randrange(len(body))] if chance.random() < 0.1 else body)


def test_ten_thousand_mutated_updates_raise_one_error_and_never_their_content() -> None:
    chance = random.Random(20_261_124)
    arrivals = errors = 0
    for _ in range(10_000):
        body = mutated(chance)
        try:
            arrivals += read_update(body) is not None
        except UnreadableUpdate as error:
            errors += 1
            assert "CANARY" not in f"{error} {error!r} {error.__context__!r}"
    assert arrivals > 1_000
    assert errors > 1_000


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for reader in (read_update, split_updates):
        try:
            reader(body)
        except UnreadableUpdate:
            continue


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_every_text_arrives_as_it_was_typed(text: str) -> None:
    body = msgspec.json.encode(said(text=text))
    arrival = read_update(body)
    assert (arrival.turn.text if arrival else "") == text
