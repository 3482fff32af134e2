"""What arrives at Telegram for each parcel, and what its refusals mean for the row."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.channels.base import Button, DeliveryError, Parcel
from bot.channels.telegram.channel import TelegramChannel
from domain.messaging.model import Mode
from tests.bot.channels.telegram.samples import ENGINEER, GROUP, OWNER, PNG, parcel
from tests.botapi import BotApi
from tests.botapi.actors import Group, User

CLAIM = ((Button(label="接单", data="K:0"),),)


@pytest.fixture
def owner(api: BotApi) -> User:
    return api.user(OWNER, started=True)


@pytest.fixture
def staff(api: BotApi) -> Group:
    return api.group(GROUP, "维修组", [api.user(ENGINEER)], forum=True)


async def refused(channel: TelegramChannel, given: Parcel) -> DeliveryError:
    with pytest.raises(DeliveryError) as refusal:
        await channel.send(given)
    return refusal.value


# ---- new messages ----


async def test_words_and_buttons_arrive_and_the_reference_is_the_message(
    api: BotApi, channel: TelegramChannel, owner: User
) -> None:
    reference = await channel.send(parcel("<b>工单</b> 3 &lt; 4", buttons=CLAIM))
    message = await owner.next_message()
    assert reference == str(message["message_id"])
    assert message["text"] == "工单 3 < 4"
    assert message["entities"] == [{"type": "bold", "offset": 0, "length": 2}]
    assert message["reply_markup"] == {"inline_keyboard": [[{"text": "接单", "callback_data": "K:0"}]]}
    assert api.calls_of("sendMessage")[0].structure("link_preview_options") == {"is_disabled": True}


async def test_words_that_are_too_long_are_cut(channel: TelegramChannel, owner: User) -> None:
    await channel.send(parcel("<b>" + "水" * 5000 + "</b>"))
    assert (await owner.next_message())["text"] == "水" * 4095 + "…"


async def test_a_message_goes_to_its_topic(channel: TelegramChannel, staff: Group, api: BotApi) -> None:
    topic = await staff.opens_topic("水", User(api, ENGINEER))
    await channel.send(parcel("漏水", chat=GROUP, thread=str(topic)))
    assert (await staff.next_message())["message_thread_id"] == topic


async def test_a_message_for_a_topic_that_is_gone_goes_to_the_group(channel: TelegramChannel, staff: Group) -> None:
    await channel.send(parcel("漏水", chat=GROUP, thread="999", photos=(("web", "1"),)))
    message = await staff.next_message()
    assert message["caption"] == "漏水"
    assert "message_thread_id" not in message


async def test_the_contact_is_asked_for_in_place_of_the_keyboard(
    api: BotApi, channel: TelegramChannel, owner: User
) -> None:
    await channel.send(parcel("请出示号码", buttons=((Button(label="我的号码", ask="contact"),),)))
    markup = api.calls_of("sendMessage", OWNER)[0].structure("reply_markup")
    assert markup["keyboard"] == [[{"text": "我的号码", "request_contact": True}]]


async def test_one_photo_carries_the_words_and_the_buttons(channel: TelegramChannel, owner: User) -> None:
    sent = await owner.sends_photo(PNG)
    handle = sent["photo"][-1]["file_id"]
    reference = await channel.send(parcel("<b>漏</b>水", buttons=CLAIM, photos=(("telegram", handle),)))
    message = await owner.next_message()
    assert reference == str(message["message_id"])
    assert (message["caption"], message["photo"][-1]["file_id"]) == ("漏水", handle)
    assert message["reply_markup"]["inline_keyboard"]


async def test_a_photo_whose_words_are_too_long_for_a_caption_comes_first(
    channel: TelegramChannel, owner: User
) -> None:
    reference = await channel.send(parcel("水" * 1025, buttons=CLAIM, photos=(("web", "1"),)))
    photo, words = await owner.next_message(), await owner.next_message()
    assert "caption" not in photo
    assert "reply_markup" not in photo
    assert reference == str(words["message_id"])
    assert words["reply_markup"]["inline_keyboard"]


async def test_a_photo_without_words_is_a_photo(channel: TelegramChannel, owner: User) -> None:
    await channel.send(parcel(photos=(("web", "1"),)))
    assert "caption" not in await owner.next_message()


async def test_several_photos_come_as_an_album_before_the_words(
    api: BotApi, channel: TelegramChannel, owner: User
) -> None:
    handle = (await owner.sends_photo(PNG))["photo"][-1]["file_id"]
    reference = await channel.send(
        parcel("两张", buttons=CLAIM, photos=(("telegram", handle), ("web", "a.png"), ("web", "gone")))
    )
    first, second, words = [await owner.next_message() for _ in range(3)]
    assert first["media_group_id"] == second["media_group_id"]
    assert reference == str(words["message_id"])
    assert PNG + b"web/a.png" in [file.content for file in api.world.files.values()]


async def test_photos_without_words_are_all_there_is(channel: TelegramChannel, owner: User) -> None:
    assert await channel.send(parcel(photos=(("web", "1"), ("web", "2")))) is None
    assert len(owner.from_bot) == 2


async def test_nothing_to_show_and_nothing_to_say_is_an_error(channel: TelegramChannel, owner: User) -> None:
    assert (await refused(channel, parcel(photos=(("web", "gone"),)))).permanent


async def test_eleven_photos_are_an_album_and_one_more(channel: TelegramChannel, owner: User) -> None:
    await channel.send(parcel("十一张", photos=tuple(("web", str(number)) for number in range(11))))
    messages = [await owner.next_message() for _ in range(12)]
    assert len({message.get("media_group_id") for message in messages[:10]}) == 1
    assert "media_group_id" not in messages[10]
    assert messages[11]["text"] == "十一张"


async def test_a_picture_that_came_as_a_file_is_shown_as_a_photo(
    api: BotApi, channel: TelegramChannel, owner: User
) -> None:
    handle = (await owner.sends_document(PNG + b"x", "leak.png"))["document"]["file_id"]
    await channel.send(parcel("漏水", photos=(("telegram", f"document:{handle}"),)))
    shown = (await owner.next_message())["photo"][-1]["file_id"]
    assert api.world.files[shown].content == PNG + b"x"


@pytest.mark.parametrize(
    "photos", ((("telegram", "nonsense"),), (("telegram", "nonsense"), ("web", "1")), (("web", "gone"),))
)
async def test_a_photo_that_cannot_be_shown_does_not_hold_up_the_words(
    channel: TelegramChannel, owner: User, photos: Any
) -> None:
    await channel.send(parcel("漏水", buttons=CLAIM, photos=photos))
    message = await owner.next_message()
    assert message["text"] == "漏水"
    assert message["reply_markup"]["inline_keyboard"]


async def test_a_file_that_telegram_has_no_more_does_not_hold_up_the_words(
    channel: TelegramChannel, owner: User
) -> None:
    await channel.send(parcel("漏水", photos=(("telegram", "document:nonsense"),)))
    assert (await owner.next_message())["text"] == "漏水"


async def test_when_the_answer_to_an_album_is_lost_its_words_are_not(
    api: BotApi, channel: TelegramChannel, owner: User
) -> None:
    api.lose_answers(method="sendMediaGroup")
    assert not (await refused(channel, parcel("两张", photos=(("web", "1"), ("web", "2"))))).lost
    api.lose_answers(method="sendPhoto")
    assert (await refused(channel, parcel("一张", photos=(("web", "1"),)))).lost


async def test_an_album_is_not_repeated_when_only_its_words_failed(
    api: BotApi, channel: TelegramChannel, owner: User
) -> None:
    api.fail(method="sendMessage", status=500)
    album = parcel("两张", photos=(("web", "1"), ("web", "2")))
    await refused(channel, album)
    await channel.send(album)
    assert len(owner.from_bot) == 3


async def test_a_photo_of_another_channel_is_uploaded_once(api: BotApi, channel: TelegramChannel, owner: User) -> None:
    await channel.send(parcel("一", photos=(("web", "1"),), id=1))
    await channel.send(parcel("二", photos=(("web", "1"),), id=2))
    first, second = await owner.next_message(), await owner.next_message()
    assert first["photo"][-1]["file_id"] == second["photo"][-1]["file_id"]
    assert [bool(call.uploads) for call in api.calls_of("sendPhoto")] == [True, False]


async def test_an_album_of_another_channel_is_uploaded_once(api: BotApi, channel: TelegramChannel, owner: User) -> None:
    for number in (1, 2):
        await channel.send(parcel("两张", photos=(("web", "1"), ("web", "2")), id=number))
    assert [len(call.uploads) for call in api.calls_of("sendMediaGroup")] == [2, 0]


# ---- files and pins ----


async def test_a_file_carries_the_words_and_the_buttons(channel: TelegramChannel, owner: User) -> None:
    reference = await channel.send(parcel("<b>名单</b>", buttons=CLAIM, document=("web", "1")))
    message = await owner.next_message()
    assert reference == str(message["message_id"])
    assert (message["caption"], message["document"]["file_name"]) == ("名单", "名单.xlsx")
    assert message["reply_markup"] == {"inline_keyboard": [[{"text": "接单", "callback_data": "K:0"}]]}


async def test_a_file_is_uploaded_once(api: BotApi, channel: TelegramChannel, owner: User) -> None:
    await channel.send(parcel("一", document=("web", "1"), id=1))
    await channel.send(parcel("二", document=("web", "1"), id=2))
    first, second = await owner.next_message(), await owner.next_message()
    assert first["document"]["file_id"] == second["document"]["file_id"]
    assert [bool(call.uploads) for call in api.calls_of("sendDocument")] == [True, False]


async def test_a_file_that_came_by_telegram_is_passed_on_by_its_id(channel: TelegramChannel, owner: User) -> None:
    handle = (await owner.sends_document(PNG, "通知.pdf"))["document"]["file_id"]
    await channel.send(parcel("通知", document=("telegram", f"document:{handle}")))
    assert (await owner.next_message())["document"]["file_id"] == handle


async def test_a_file_whose_words_are_too_long_for_a_caption_comes_first(channel: TelegramChannel, owner: User) -> None:
    reference = await channel.send(parcel("水" * 1025, buttons=CLAIM, document=("web", "1")))
    file, words = await owner.next_message(), await owner.next_message()
    assert "caption" not in file
    assert (reference, words["text"]) == (str(words["message_id"]), "水" * 1025)


async def test_photos_come_before_the_file_that_carries_the_words(channel: TelegramChannel, owner: User) -> None:
    reference = await channel.send(parcel("通知", photos=(("web", "1"),), document=("web", "2")))
    photo, file = await owner.next_message(), await owner.next_message()
    assert "caption" not in photo
    assert (reference, file["caption"]) == (str(file["message_id"]), "通知")


@pytest.mark.parametrize("document", (("web", "gone"), ("telegram", "document:nonsense")))
async def test_a_file_that_cannot_be_sent_does_not_hold_up_the_words(
    channel: TelegramChannel, owner: User, document: Any
) -> None:
    await channel.send(parcel("通知", document=document))
    assert (await owner.next_message())["text"] == "通知"


async def test_a_pinned_message_is_pinned(channel: TelegramChannel, staff: Group) -> None:
    reference = await channel.send(parcel("停水", chat=GROUP, pinned=True))
    assert staff.chat.pinned == [int(reference or 0)]


async def test_where_we_may_not_pin_it_is_said_all_the_same(api: BotApi, channel: TelegramChannel) -> None:
    staff = api.group(GROUP, "业主群", [api.user(ENGINEER)], bot_status="member")
    assert await channel.send(parcel("停水", chat=GROUP, pinned=True))
    assert (await staff.next_message())["text"] == "停水"


# ---- what is there already ----


async def test_every_copy_is_edited_also_where_one_is_gone_and_one_is_a_photo(
    api: BotApi, channel: TelegramChannel, staff: Group
) -> None:
    copies = [
        await channel.send(parcel("待接单", chat=GROUP, buttons=CLAIM)),
        await channel.send(parcel("待接单", chat=GROUP, buttons=CLAIM)),
        await channel.send(parcel("待接单", chat=GROUP, buttons=CLAIM, photos=(("web", "1"),))),
    ]
    gone, text, photo = [copy or "" for copy in copies]
    del api.world.chats[GROUP].messages[int(gone)]
    await channel.send(parcel("<b>李师傅</b>已接", chat=GROUP, mode=Mode.EDIT, copies=(gone, text, photo)))
    edited = staff.chat.messages[int(text)], staff.chat.messages[int(photo)]
    assert (edited[0]["text"], edited[1]["caption"]) == ("李师傅已接", "李师傅已接")
    assert not any("reply_markup" in message for message in edited)


async def test_an_edit_that_changes_nothing_is_done(channel: TelegramChannel, owner: User) -> None:
    reference = await channel.send(parcel("待接单", buttons=CLAIM))
    again = parcel("待接单", buttons=CLAIM, mode=Mode.EDIT, copies=(str(reference),))
    assert await channel.send(again) is None


async def test_a_lost_answer_to_an_edit_is_no_lost_message(api: BotApi, channel: TelegramChannel, owner: User) -> None:
    reference = await channel.send(parcel("待接单"))
    api.lose_answers(method="editMessageText")
    failure = await refused(channel, parcel("已接", mode=Mode.EDIT, copies=(str(reference),)))
    assert not failure.lost
    assert not failure.permanent


async def test_a_press_gets_its_short_answer(api: BotApi, channel: TelegramChannel, owner: User) -> None:
    await channel.send(parcel("待接单", buttons=CLAIM))
    press = await owner.presses(await owner.next_message(), "接单")
    await channel.send(parcel("<b>李</b>" * 150, mode=Mode.TOAST, toast=press.query.id, alert=True))
    assert await press.answered() == {"text": "李" * 150, "show_alert": True, "url": ""}


async def test_a_press_that_waited_too_long_is_answered_by_nobody_and_that_is_fine(
    channel: TelegramChannel, owner: User
) -> None:
    assert await channel.send(parcel("晚了", mode=Mode.TOAST, toast="123")) is None


async def test_a_toast_without_a_press_is_never_tried_again(channel: TelegramChannel) -> None:
    assert (await refused(channel, parcel("x", mode=Mode.TOAST))).permanent


async def test_the_bot_leaves_a_group_and_need_not_leave_it_twice(channel: TelegramChannel, staff: Group) -> None:
    await channel.send(parcel(chat=GROUP, mode=Mode.LEAVE))
    assert staff.chat.bot_status == "left"
    assert await channel.send(parcel(chat=GROUP, mode=Mode.LEAVE)) is None


async def test_a_photo_can_be_fetched_for_another_channel(channel: TelegramChannel, owner: User) -> None:
    photo = await owner.sends_photo(PNG)
    assert await channel.fetch(photo["photo"][-1]["file_id"]) == PNG
    document = await owner.sends_document(PNG, "a.png")
    assert await channel.fetch(f"document:{document['document']['file_id']}") == PNG


async def test_a_photo_that_telegram_has_no_more_is_gone_for_good(channel: TelegramChannel) -> None:
    with pytest.raises(DeliveryError) as refusal:
        await channel.fetch("nonsense")
    assert refusal.value.permanent


# ---- refusals ----

REFUSALS: dict[str, tuple[int, str, set[str]]] = {
    "blocked": (403, "Forbidden: bot was blocked by the user", {"permanent", "unreachable"}),
    "deactivated": (403, "Forbidden: user is deactivated", {"permanent", "unreachable"}),
    "thrown out": (403, "Forbidden: bot was kicked from the supergroup chat", {"permanent", "unreachable"}),
    "never started": (403, "Forbidden: bot can't initiate conversation with a user", {"permanent", "unreachable"}),
    "no such chat": (400, "Bad Request: chat not found", {"permanent", "unreachable"}),
    "muted": (400, "Bad Request: have no rights to send a message", {"permanent", "unreachable"}),
    "our mistake": (400, "Bad Request: BUTTON_DATA_INVALID", {"permanent"}),
    "token revoked": (401, "Unauthorized", {"paused"}),
    "token unknown": (404, "Not Found", {"paused"}),
    "broken": (500, "Internal Server Error", set()),
    "overloaded": (503, "Service Unavailable", set()),
    "gateway broken": (502, "Bad Gateway", {"lost"}),
    "gateway out of time": (504, "Gateway Timeout", {"lost"}),
    "too large": (413, "Request Entity Too Large", {"permanent"}),
}


@pytest.mark.parametrize("case", REFUSALS)
async def test_a_refusal_means(api: BotApi, channel: TelegramChannel, owner: User, case: str) -> None:
    status, description, meant = REFUSALS[case]
    api.fail(method="sendMessage", status=status, description=description)
    failure = await refused(channel, parcel("x"))
    assert {name for name in ("permanent", "unreachable", "paused", "lost") if getattr(failure, name)} == meant
    assert failure.retry_after is None


@pytest.mark.parametrize(("chat", "everywhere"), ((OWNER, True), (GROUP, False)))
async def test_too_many_requests_hold_the_group_or_all_of_us_for_exactly_as_long_as_told(
    api: BotApi, channel: TelegramChannel, owner: User, staff: Group, chat: int, everywhere: bool
) -> None:
    api.fail(method="sendMessage", status=429, retry_after=7)
    failure = await refused(channel, parcel("x", chat=chat))
    assert failure.retry_after == timedelta(seconds=7)
    assert failure.everywhere is everywhere
    assert not failure.permanent


async def test_a_group_that_became_a_supergroup_says_where_it_went(api: BotApi, channel: TelegramChannel) -> None:
    old = api.group(-5, "维修组", [api.user(ENGINEER)])
    new = await old.migrates()
    failure = await refused(channel, parcel("x", chat=-5))
    assert failure.moved_to == str(new.id)


async def test_a_lost_answer_may_be_a_message_that_arrived(api: BotApi, channel: TelegramChannel, owner: User) -> None:
    api.lose_answers(method="sendMessage")
    assert (await refused(channel, parcel("x"))).lost
    assert len(owner.from_bot) == 1


async def test_a_connection_that_was_never_made_lost_nothing(api: BotApi, channel: TelegramChannel) -> None:
    await api.refuse_connections()
    failure = await refused(channel, parcel("x"))
    assert (failure.lost, failure.permanent) == (False, False)


async def test_the_reason_repeats_nothing_of_ours(api: BotApi, channel: TelegramChannel, owner: User) -> None:
    link = ((Button(label="看", url="https://localhost/one-time-secret"),),)
    failure = await refused(channel, parcel("x", buttons=link))
    assert "one-time-secret" not in failure.reason
    assert failure.reason == "Inline keyboard button url … is invalid: wrong http url"


async def test_a_chat_that_telegram_cannot_have_is_refused_here(channel: TelegramChannel) -> None:
    assert (await refused(channel, parcel("x", chat="openid"))).permanent


async def test_many_messages_at_once_all_arrive(channel: TelegramChannel, owner: User) -> None:
    references = await asyncio.gather(*(channel.send(parcel(str(number), id=number)) for number in range(50)))
    assert len(set(references)) == 50
