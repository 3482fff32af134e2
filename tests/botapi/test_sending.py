"""What the double accepts and refuses when the bot writes, edits and answers."""

import pytest
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, ReplyParameters
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken

from bot.channels.telegram.request import AiohttpRequest
from tests.botapi import BotApi
from tests.botapi.conftest import ptb

OWNER = 5001
GROUP = -100_200_300_400_5
JPEG = b"\xff\xd8\xff\xe0 a picture"


def keyboard(data: str = "claim") -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("我来", callback_data=data)]])


async def test_a_message_reaches_the_chat_and_its_html_becomes_entities(api: BotApi, bot: Bot) -> None:
    owner = api.user(OWNER, started=True)
    sent = await bot.send_message(OWNER, "<b>漏水</b> &lt;3 <a href='https://a.example'>x</a>", parse_mode="HTML")
    assert sent.text == "漏水 <3 x"
    assert [(entity.type, entity.offset, entity.length) for entity in sent.entities] == [
        ("bold", 0, 2),
        ("text_link", 6, 1),
    ]
    assert (await owner.next_message())["text"] == "漏水 <3 x"


@pytest.mark.parametrize(
    ("html", "reason"),
    (
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("漏<i><b>x</i></b>", 'Unmatched end tag at byte offset 10, expected "</b>", found "</i>"'),
        ("<h1>x</h1>", 'Unsupported start tag "h1" at byte offset 0'),
        ("1 < 2", "Unclosed start tag at byte offset 2"),
        ("a <3 b>", 'Unsupported start tag "" at byte offset 2'),
    ),
)
async def test_html_that_does_not_parse_is_refused(api: BotApi, bot: Bot, html: str, reason: str) -> None:
    api.user(OWNER, started=True)
    with pytest.raises(BadRequest) as refused:
        await bot.send_message(OWNER, html, parse_mode="HTML")
    assert refused.value.message == f"Can't parse entities: {reason}".capitalize()
    assert api.calls[-1].answer == {
        "ok": False,
        "error_code": 400,
        "description": f"Bad Request: can't parse entities: {reason}",
    }


@pytest.mark.parametrize(
    ("text", "reason"),
    (("", "Message text is empty"), ("  \n", "Message text is empty"), ("😀" * 2049, "Message is too long")),
)
async def test_text_is_1_to_4096_utf16_units(api: BotApi, bot: Bot, text: str, reason: str) -> None:
    api.user(OWNER, started=True)
    with pytest.raises(BadRequest, match=reason):
        await bot.send_message(OWNER, text)
    await bot.send_message(OWNER, "😀" * 2048)


async def test_tags_do_not_count_for_the_length(api: BotApi, bot: Bot) -> None:
    api.user(OWNER, started=True)
    sent = await bot.send_message(OWNER, f"<b>{'x' * 4096}</b>", parse_mode="HTML")
    assert sent.text == "x" * 4096


async def test_a_caption_has_at_most_1024_units(api: BotApi, bot: Bot) -> None:
    api.user(OWNER, started=True)
    await bot.send_photo(OWNER, JPEG, caption="漏" * 1024)
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_photo(OWNER, JPEG, caption="漏" * 1025)


@pytest.mark.parametrize("data", ("漏" * 22, "x" * 65))
async def test_button_data_has_1_to_64_bytes(api: BotApi, bot: Bot, data: str) -> None:
    api.user(OWNER, started=True)
    await bot.send_message(OWNER, "x", reply_markup=keyboard("漏" * 21))
    with pytest.raises(BadRequest, match="Button_data_invalid"):
        await bot.send_message(OWNER, "x", reply_markup=keyboard(data))


@pytest.mark.parametrize(
    ("markup", "reason"),
    (
        ({"inline_keyboard": [[{"text": "x"}]]}, "text buttons are unallowed"),
        ({"inline_keyboard": [[{"text": "x", "url": "http://localhost/x"}]]}, "wrong http url"),
        ({"inline_keyboard": [[{"text": "x", "url": "file:///etc/x"}]]}, "unsupported url protocol"),
        ({"inline_keyboard": [{"text": "x"}]}, "expected an array"),
        ({"inline_keyboard": [[{"text": "", "callback_data": "x"}]]}, "non-empty string"),
        ({"inline_keyboard": [[{"text": "x", "callback_data": "x"}] * 101]}, "reply_markup_too_long"),
        ([], "object expected as reply markup"),
    ),
)
async def test_keyboards_of_a_wrong_shape_are_refused(api: BotApi, bot: Bot, markup: object, reason: str) -> None:
    api.user(OWNER, started=True)
    with pytest.raises(BadRequest, match=f"(?i){reason}"):
        await bot.send_message(OWNER, "x", api_kwargs={"reply_markup": markup})


async def test_edits_change_the_message_in_place_and_identical_ones_are_refused(api: BotApi, bot: Bot) -> None:
    owner = api.user(OWNER, started=True)
    sent = await bot.send_message(OWNER, "新工单", reply_markup=keyboard())
    with pytest.raises(BadRequest, match="Message is not modified: specified new message content"):
        await bot.edit_message_text("新工单", OWNER, sent.message_id, reply_markup=keyboard())
    await bot.edit_message_text("已接单", OWNER, sent.message_id)
    assert [(message["text"], "reply_markup" in message) for message in owner.from_bot] == [("已接单", False)]
    await bot.edit_message_reply_markup(OWNER, sent.message_id, reply_markup=keyboard())
    assert "reply_markup" in owner.from_bot[0]


async def test_what_is_not_there_or_not_ours_cannot_be_edited(api: BotApi, bot: Bot) -> None:
    owner = api.user(OWNER)
    said = await owner.says("厨房漏水")
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", OWNER, 999)
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", OWNER, said["message_id"])
    photo = await bot.send_photo(OWNER, JPEG, caption="前")
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await bot.edit_message_text("x", OWNER, photo.message_id)
    await bot.edit_message_caption(OWNER, photo.message_id, caption="后")
    assert owner.from_bot[0]["caption"] == "后"
    assert await bot.delete_message(OWNER, photo.message_id)
    assert owner.from_bot == []
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(OWNER, photo.message_id)


async def test_a_chat_that_nobody_knows_is_not_found(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(404, "x")


async def test_people_who_never_started_blocked_or_left_are_forbidden(api: BotApi, bot: Bot) -> None:
    owner = api.user(OWNER)
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(OWNER, "x")
    await owner.starts()
    await bot.send_message(OWNER, "x")
    await owner.blocks()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(OWNER, "x")
    await owner.unblocks()
    await bot.send_message(OWNER, "x")
    await owner.deactivates()
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(OWNER, "x")


async def test_a_group_that_kicked_the_bot_is_forbidden(api: BotApi, bot: Bot) -> None:
    manager = api.user(OWNER)
    group = api.group(GROUP, "工程群", [manager])
    await group.removes_bot(manager)
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await bot.send_message(GROUP, "x")
    await group.adds_bot(manager)
    await bot.send_message(GROUP, "x")
    assert await bot.leave_chat(GROUP)
    with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
        await bot.send_message(GROUP, "x")


async def test_a_deleted_group_is_forbidden(api: BotApi, bot: Bot) -> None:
    await api.group(-79, "旧群").is_deleted()
    with pytest.raises(Forbidden, match="the group chat was deleted"):
        await bot.send_message(-79, "x")


async def test_a_migrated_group_names_its_new_id(api: BotApi, bot: Bot) -> None:
    group = api.group(-77, "工程群", [api.user(OWNER)])
    new = await group.migrates()
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(-77, "x")
    assert moved.value.new_chat_id == new.id
    await bot.send_message(new.id, "x")
    assert (await new.next_message())["text"] == "x"


async def test_topics_exist_or_are_not_found(api: BotApi, bot: Bot) -> None:
    api.group(GROUP, "工程群", forum=True)
    topic = await bot.create_forum_topic(GROUP, "电梯")
    sent = await bot.send_message(GROUP, "困人", message_thread_id=topic.message_thread_id)
    assert (sent.message_thread_id, sent.is_topic_message) == (topic.message_thread_id, True)
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(GROUP, "x", message_thread_id=4)
    api.group(-78, "普通群")
    with pytest.raises(BadRequest, match="The chat is not a forum"):
        await bot.create_forum_topic(-78, "电梯")


async def test_a_reply_needs_its_message(api: BotApi, bot: Bot) -> None:
    said = await api.user(OWNER).says("漏水")
    sent = await bot.send_message(OWNER, "收到", reply_parameters=ReplyParameters(said["message_id"]))
    assert sent.reply_to_message is not None
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(OWNER, "x", reply_parameters=ReplyParameters(99))
    lenient = ReplyParameters(99, allow_sending_without_reply=True)
    assert (await bot.send_message(OWNER, "x", reply_parameters=lenient)).reply_to_message is None


async def test_files_go_up_by_form_and_come_down_again(api: BotApi, bot: Bot) -> None:
    api.user(OWNER, started=True)
    photo = await bot.send_photo(OWNER, JPEG)
    assert await (await bot.get_file(photo.photo[-1])).download_as_bytearray() == JPEG
    again = await bot.send_photo(OWNER, photo.photo[-1].file_id)
    assert again.photo[-1].file_id == photo.photo[-1].file_id
    document = await bot.send_document(OWNER, b"a;b", filename="账单 三月.csv")
    assert document.document is not None
    assert document.document.file_name == "账单 三月.csv"
    with pytest.raises(BadRequest, match="Wrong file identifier/http url specified"):
        await bot.send_photo(OWNER, "no-such-file")
    with pytest.raises(BadRequest, match="Wrong file_id or the file is temporarily unavailable"):
        await bot.get_file("no-such-file")


async def test_an_album_is_several_messages(api: BotApi, bot: Bot) -> None:
    owner = api.user(OWNER, started=True)
    sent = await bot.send_media_group(OWNER, [InputMediaPhoto(JPEG), InputMediaPhoto(JPEG + b"2")], caption="两张")
    assert len({message.media_group_id for message in sent}) == 1
    assert [message.get("caption") for message in owner.from_bot] == ["两张", None]
    with pytest.raises(BadRequest, match="Too few messages to send as an album"):
        await bot.send_media_group(OWNER, [InputMediaPhoto(JPEG)])


async def test_commands_are_kept_per_scope_and_language(api: BotApi, bot: Bot) -> None:
    await bot.set_my_commands([BotCommand("start", "开始")], language_code="zh")
    assert [command.description for command in await bot.get_my_commands(language_code="zh")] == ["开始"]
    assert await bot.get_my_commands() == ()
    await bot.delete_my_commands(language_code="zh")
    assert await bot.get_my_commands(language_code="zh") == ()
    with pytest.raises(BadRequest, match="Bot_command_invalid"):
        await bot.set_my_commands([BotCommand("我的工单", "x")])


async def test_the_bot_learns_about_itself_and_its_chats(api: BotApi, bot: Bot) -> None:
    manager = api.user(OWNER, "经理")
    api.group(GROUP, "工程群", [manager])
    assert (await bot.get_me()).username == "guanjia_test_bot"
    assert (await bot.get_chat(GROUP)).title == "工程群"
    assert (await bot.get_chat_member(GROUP, OWNER)).status == "member"
    assert (await bot.get_chat_member(GROUP, bot.id)).status == "administrator"
    assert await bot.send_chat_action(GROUP, "typing")
    sent = await bot.send_message(GROUP, "公告")
    assert await bot.pin_chat_message(GROUP, sent.message_id)
    assert await bot.set_my_description("物业管家")


async def test_a_wrong_token_is_unauthorized_and_a_wrong_method_not_found(api: BotApi, bot: Bot) -> None:
    with pytest.raises(InvalidToken, match="Unauthorized"):
        async with AiohttpRequest() as request:
            await request.post(f"{api.base_url}{api.token}x/getMe")
    with pytest.raises(InvalidToken, match="Not Found"):
        async with AiohttpRequest() as request:
            await request.post(f"{api.base_url}{api.token}/sendMoney")
    api.revoke_token()
    with pytest.raises(InvalidToken):
        await bot.get_me()
    api.accept_token("110201543:another")
    async with ptb(api) as renewed:
        assert renewed.username == "guanjia_test_bot"
