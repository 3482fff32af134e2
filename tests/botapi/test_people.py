"""The people and groups that a test plays, as python-telegram-bot sees them."""

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message
from telegram.error import BadRequest

from tests.botapi import BotApi

OWNER = 5001
ENGINEER = 5002
GROUP = -1_002_003_004_005


async def heard(bot: Bot) -> list[Message]:
    """The messages that came, confirmed at once."""
    updates = await bot.get_updates()
    if updates:
        await bot.get_updates(offset=updates[-1].update_id + 1)
    return [update.effective_message for update in updates if isinstance(update.effective_message, Message)]


async def test_a_person_starts_with_a_payload_and_a_language(api: BotApi, bot: Bot) -> None:
    await api.user(OWNER, "Ann", language_code="en").starts("r_abc")
    (message,) = await heard(bot)
    assert message.text == "/start r_abc"
    assert message.from_user is not None
    assert message.from_user.language_code == "en"
    assert [(entity.type, entity.length) for entity in message.entities] == [("bot_command", 6)]


async def test_people_send_every_kind_of_thing(api: BotApi, bot: Bot) -> None:
    owner = api.user(OWNER)
    await owner.sends_photo(b"jpeg", "厨房")
    await owner.sends_album([b"1", b"2"], "两张")
    await owner.sends_voice()
    await owner.sends_sticker()
    await owner.sends_location()
    await owner.sends_document(b"x", "a.pdf")
    messages = await heard(bot)
    kinds = ["photo", "photo", "photo", "voice", "sticker", "location", "document"]
    assert all(getattr(message, kind) for message, kind in zip(messages, kinds, strict=True))
    assert [message.caption for message in messages[:3]] == ["厨房", "两张", None]
    assert messages[1].media_group_id == messages[2].media_group_id is not None
    assert await (await messages[0].photo[-1].get_file()).download_as_bytearray() == b"jpeg"


async def test_a_shared_contact_is_the_own_one_or_anothers(api: BotApi, bot: Bot) -> None:
    owner, other = api.user(OWNER), api.user(ENGINEER)
    await owner.shares_contact("+8613800000001")
    await owner.shares_contact("+8613800000002", of=other)
    contacts = [message.contact for message in await heard(bot)]
    assert [contact and contact.user_id for contact in contacts] == [OWNER, ENGINEER]


async def test_a_press_is_answered_once_and_in_time(api: BotApi, bot: Bot) -> None:
    owner = api.user(OWNER, started=True)
    buttons = [InlineKeyboardButton("我来", callback_data="claim"), InlineKeyboardButton("看", url="https://a.example")]
    await bot.send_message(OWNER, "工单", reply_markup=InlineKeyboardMarkup([buttons]))
    card = await owner.next_message()
    press = await owner.presses(card, "我来")
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.data == "claim"
    with pytest.raises(BadRequest, match="Message_too_long"):
        await update.callback_query.answer("漏" * 201)
    await update.callback_query.answer("漏" * 200, show_alert=True)
    assert (await press.answered())["show_alert"] is True
    with pytest.raises(BadRequest, match="Query is too old and response timeout expired or query id is invalid"):
        await update.callback_query.answer("x")
    with pytest.raises(AssertionError, match="opens a link"):
        await owner.presses(card, 1)
    with pytest.raises(AssertionError, match="no button '关闭'"):
        await owner.presses(card, "关闭")


async def test_a_late_answer_to_a_press_is_refused(api: BotApi, bot: Bot) -> None:
    owner = api.user(OWNER)
    press = await owner.presses_data(await owner.says("x"), "claim")
    api.world.query_life = 0.0
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query(press.query.id)


async def test_a_press_on_a_deleted_message_comes_without_its_content(api: BotApi, bot: Bot) -> None:
    owner = api.user(OWNER, started=True)
    keyboard = InlineKeyboardMarkup.from_button(InlineKeyboardButton("我来", callback_data="claim"))
    sent = await bot.send_message(OWNER, "工单", reply_markup=keyboard)
    card = await owner.next_message()
    await bot.delete_message(OWNER, sent.message_id)
    await owner.presses(card, 0)
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.message is not None
    assert update.callback_query.message.is_accessible is False


async def test_forwards_show_where_they_are_from(api: BotApi, bot: Bot) -> None:
    await api.user(OWNER).forwards("/claim", of=api.user(ENGINEER))
    (message,) = await heard(bot)
    assert message.forward_origin is not None
    assert message.from_user is not None
    assert message.from_user.id == OWNER


async def test_senders_that_are_no_person_look_as_telegram_makes_them(api: BotApi, bot: Bot) -> None:
    group, channel = api.group(GROUP, "业主群"), api.channel(-1_009, "公告")
    await group.anonymous_admin_says("/board")
    await group.channel_says(channel, "/board")
    await group.gets_post(channel, "停水")
    await channel.posts("停水")
    messages = await heard(bot)
    assert [message.from_user and message.from_user.id for message in messages] == [1087968824, 136817688, 777000, None]
    assert [message.sender_chat and message.sender_chat.id for message in messages] == [GROUP, -1009, -1009, -1009]
    assert messages[2].is_automatic_forward


async def test_people_in_a_group_reply_mention_and_write_in_topics(api: BotApi, bot: Bot) -> None:
    owner = api.user(OWNER)
    group = api.group(GROUP, "业主群", [owner], forum=True)
    thread = await group.opens_topic("电梯", owner)
    await bot.send_message(GROUP, "在")
    await owner.says("😀 @guanjia_test_bot 漏水", chat=group, reply_to=await group.next_message(), thread=thread)
    message = (await heard(bot))[-1]
    assert message.reply_to_message is not None
    assert message.reply_to_message.from_user == await bot.get_me()
    assert message.message_thread_id == thread
    assert message.parse_entities() == {message.entities[0]: "@guanjia_test_bot"}


async def test_the_bot_hears_when_it_is_added_and_removed(api: BotApi, bot: Bot) -> None:
    manager = api.user(OWNER)
    group = api.group(GROUP, "工程群", [manager], bot_status="left")
    await group.adds_bot(manager)
    await group.removes_bot(manager)
    changes = [update.my_chat_member for update in await bot.get_updates() if update.my_chat_member]
    assert [change.new_chat_member.status for change in changes] == ["member", "kicked"]


async def test_a_migration_is_told_in_both_chats(api: BotApi, bot: Bot) -> None:
    group = api.group(-77, "工程群", [api.user(OWNER)])
    new = await group.migrates()
    old_side, new_side = await heard(bot)
    assert (old_side.chat_id, old_side.migrate_to_chat_id) == (-77, new.id)
    assert (new_side.chat_id, new_side.migrate_from_chat_id) == (new.id, -77)


async def test_an_edit_comes_as_one_and_stays(api: BotApi, bot: Bot) -> None:
    owner = api.user(OWNER)
    await owner.edits(await owner.says("漏"), "漏水")
    assert [message.text for message in await heard(bot)] == ["漏", "漏水"]
    assert [message["text"] for message in owner.messages] == ["漏水"]


async def test_waiting_in_vain_fails_with_what_was_waited_for(api: BotApi) -> None:
    with pytest.raises(AssertionError, match="in vain for a message in chat 5001"):
        await api.user(OWNER).next_message(timeout=0.01)
