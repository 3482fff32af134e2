"""Cards in private: pressed, updated within WeCom's rules, told in words where no update is left."""

from datetime import timedelta

from tests.bot.channels.wecom.house import House
from tests.wecomapi import WecomApi

OPEN = "🟡 普通 R1123-001\n3栋2单元1201 · 漏水\n“厨房漏水”\n电话：138****0001\n状态：待接单"
TAKEN = "🟡 普通 R1123-001\n3栋2单元1201 · 漏水\n“厨房漏水”\n状态：李师傅处理中"
MOVED = "🔴 紧急 R1123-001\n3栋2单元地下室 · 漏水\n“厨房漏水”\n状态：待接单"


async def test_a_card_shows_the_words_and_its_buttons(api: WecomApi, house: House):
    li = api.member("li")
    await house.send("li", OPEN, "我来处理", "稍后")
    card = await li.next_message()
    assert card.kind == "template_card"
    assert list(card.buttons) == ["我来处理", "稍后"]
    for line in OPEN.splitlines():
        assert line in card.text


async def test_a_message_without_buttons_is_a_text(api: WecomApi, house: House):
    li = api.member("li")
    await house.send("li", "<b>已收到</b>，谢谢 &amp; 再见 &lt;a href=x&gt;")
    message = await li.next_message()
    assert (message.kind, message.content["content"]) == ("text", "已收到，谢谢 & 再见 ＜a href=x>")


async def test_long_words_come_in_several_texts_and_none_is_lost(api: WecomApi, house: House):
    li = api.member("li")
    lines = [f"第{number}行：" + "水" * 90 for number in range(30)]
    await house.send("li", "\n".join(lines))
    assert "\n".join(one.content["content"] for one in li.messages).splitlines() == lines


async def test_one_endless_line_is_parted_between_characters(api: WecomApi, house: House):
    li = api.member("li")
    await house.send("li", "漏" * 2000)
    assert "".join(one.content["content"] for one in li.messages) == "漏" * 2000


async def test_words_that_a_card_would_cut_stand_above_it_in_full(api: WecomApi, house: House):
    li = api.member("li")
    words = OPEN + "\n" + "很长的说明" * 50
    await house.send("li", words, "我来处理")
    text, card = li.messages
    assert text.content["content"] == words
    assert list(card.buttons) == ["我来处理"]


async def test_a_seventh_button_stands_in_the_menu_and_a_tenth_on_another_card(api: WecomApi, house: House):
    li = api.member("li")
    labels = [f"第{number}个" for number in range(11)]
    await house.send("li", OPEN, *labels)
    first, second = li.messages
    assert len(first.content["button_list"]) == 6
    assert len(first.content["action_menu"]["action_list"]) == 3
    assert [*first.buttons, *second.buttons] == labels


async def test_when_it_is_taken_the_card_says_so_in_the_place_of_its_buttons(api: WecomApi, house: House):
    li = api.member("li")
    task = await house.send("li", OPEN, "我来处理")
    await house.edit("li", task, TAKEN)
    [card] = li.messages
    assert card.buttons == {}
    assert card.content["replace_text"] == "状态：李师傅处理中"
    assert "电话" not in card.text


async def test_its_one_update_is_kept_for_what_matters(api: WecomApi, house: House):
    li = api.member("li")
    task = await house.send("li", OPEN, "我来处理")
    await house.edit("li", task, OPEN + "\n📷 2张照片", "我来处理")
    assert api.counts["message/update_template_card"] == 0
    await house.edit("li", task, TAKEN)
    assert li.messages[0].content["replace_text"] == "状态：李师傅处理中"


async def test_another_place_is_worth_the_update_and_the_taking_is_then_told_in_words(api: WecomApi, house: House):
    li = api.member("li")
    task = await house.send("li", OPEN, "我来处理")
    await house.edit("li", task, MOVED, "我来处理")
    assert "地下室" in li.messages[0].text
    await house.edit("li", task, MOVED.replace("待接单", "何师傅处理中"))
    assert [one.kind for one in li.messages] == ["template_card", "text"]
    assert li.messages[1].content["content"] == "🔴 紧急 R1123-001\n状态：何师傅处理中"
    await house.edit("li", task, MOVED.replace("待接单", "何师傅已完成"))
    assert len(li.messages) == 2, "what comes later matters only to whoever has it"


async def test_a_press_brings_another_update(api: WecomApi, house: House):
    li = api.member("li")
    task = await house.send("li", TAKEN, "出发", "完成", subject="work:1")
    for labels in (["已到场", "完成"], ["完成", "暂停"], ["完成", "暂停", "退回"]):
        house.pass_time(timedelta(seconds=5))
        card = li.messages[0]
        await li.presses(card, next(iter(card.buttons)))
        await house.edit("li", task, TAKEN, *labels, subject="work:1")
        assert list(li.messages[0].buttons) == labels
    assert len(li.messages) == 1


async def test_after_72_hours_only_what_matters_is_said_anew(api: WecomApi, house: House):
    li = api.member("li")
    task = await house.send("li", OPEN, "我来处理", "稍后")
    house.pass_time(timedelta(hours=73))
    await house.edit("li", task, OPEN, "我来处理")
    assert len(li.messages) == 1
    await house.edit("li", task, TAKEN)
    assert [one.kind for one in li.messages] == ["template_card", "text"]
    assert api.counts["message/update_template_card"] == 0


async def test_a_code_that_wecom_does_not_take_any_more_is_told_in_words(api: WecomApi, house: House):
    li = api.member("li")
    task = await house.send("li", OPEN, "我来处理")
    for code in api.world.codes.values():
        code.spent = True
    await house.edit("li", task, TAKEN)
    assert [one.kind for one in li.messages] == ["template_card", "text"]


async def test_the_answer_to_a_press_is_said_only_where_no_card_says_it(api: WecomApi, house: House):
    li = api.member("li")
    task = await house.send("li", OPEN, "我来处理")
    await house.toast("已接单", f"card:li:{task}")
    assert len(li.messages) == 1
    await house.toast("何师傅已经接了", f"card:li:{task}", alert=True)
    await house.toast("已接单", "link:li")
    await house.toast("已保存", "card:li:no-card-that-is-kept-true")
    assert [one.content.get("content") for one in li.messages[1:]] == ["何师傅已经接了", "已接单", "已保存"]


async def test_an_empty_answer_is_not_said(api: WecomApi, house: House):
    li = api.member("li")
    await house.toast("", "card:li:x")
    assert li.messages == []
