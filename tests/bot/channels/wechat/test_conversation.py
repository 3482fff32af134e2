"""What owners do in the chat, and what they see: passive replies, numbered lists, "one moment"."""

import asyncio

import pytest

from domain.messaging.model import Mode
from domain.register import operations as register
from domain.register.operations import digest
from storage import tables
from tests.bot.channels.wechat.rig import WANG, Rig


async def test_a_report_is_made_with_numbers_and_every_answer_is_a_passive_reply(house: Rig):
    wang = house.api.follower(WANG)
    answered = await wang.says("厨房水管漏水")
    assert answered.status == 200
    assert "1. " in (answered.reply or "")
    assert "https://estate.example/i/" in (answered.reply or "")
    await wang.says("1")
    await wang.says("第一个")
    await house.until(lambda: house.rows(tables.tickets))
    assert set(wang.ways) == {"reply"}
    assert house.api.counts["message/custom/send"] == 0
    assert Mode.EDIT not in {row.mode for row in house.rows(tables.deliveries)}  # the card cannot be changed here


async def test_three_pushes_of_one_message_have_one_effect_and_the_same_answer(house: Rig):
    wang = house.api.follower(WANG)
    first = await wang.says("厨房水管漏水", MsgId=777)
    again = [await wang.says("厨房水管漏水", MsgId=777) for _ in range(2)]
    assert [one.reply for one in again] == [first.reply] * 2
    assert len(house.rows(tables.inbox)) == 1


async def test_pushes_that_come_at_once_share_one_answer(house: Rig):
    wang = house.api.follower(WANG)
    found = await asyncio.gather(*(wang.says("厨房水管漏水", MsgId=778) for _ in range(10)))
    assert len({one.reply for one in found}) == 1
    assert found[0].reply
    assert len(house.rows(tables.inbox)) == 1
    assert len(house.rows(tables.deliveries)) == 1


async def test_who_must_wait_is_told_so_within_a_second_and_hears_the_answer_later(house: Rig):
    wang = house.api.follower(WANG)
    house.handling.clear()
    answered = await wang.says("厨房水管漏水", MsgId=779)
    assert answered.reply == "收到，请稍等片刻，马上回复您。"
    assert answered.seconds < 1.5
    again = await wang.says("厨房水管漏水", MsgId=779)
    assert (again.reply, again.seconds < 0.5) == (answered.reply, True)
    house.handling.set()
    await wang.hears("1. ")
    assert wang.ways == ["reply", "reply", "customer"]


async def test_what_needs_no_answer_gets_none(house: Rig):
    answered = await house.api.follower(WANG).leaves()
    assert (answered.status, answered.reply) == (200, None)
    with house.database.reading() as work:
        assert not work.addresses.of([1])[-1].reachable


async def test_who_follows_again_is_reachable_and_greeted(house: Rig):
    wang = house.api.follower(WANG)
    await wang.leaves()
    answered = await wang.follows()
    assert answered.reply
    with house.database.reading() as work:
        assert all(one.reachable for one in work.addresses.of([1]) if one.channel == "wechat")


async def test_a_stranger_is_told_how_to_be_known_and_a_scene_binds_them(house: Rig):
    house.api.follower("o-stranger")
    stranger = house.api.follower("o-stranger")
    answered = await stranger.says("你好")
    assert "二维码" in (answered.reply or "")
    token = "t" * 24
    await house.commit(lambda work: register.invite(work=work, person_id=3, token=token, now=house.now()))
    answered = await stranger.scans(token)
    assert "Tom" in (answered.reply or "")
    again = await house.api.follower(WANG).scans(token)
    assert "Tom" not in (again.reply or "")


@pytest.mark.parametrize(("heard", "answered"), (("厨房水管漏水", "1. "), (None, "打字")))
async def test_a_voice_is_what_wechat_heard(house: Rig, heard: str | None, answered: str):
    found = await house.api.follower(WANG).speaks(heard)
    assert answered in (found.reply or "")


async def test_the_menu_gives_commands(house: Rig):
    found = await house.api.follower(WANG).taps_menu("mytickets")
    assert found.reply


async def test_the_link_under_a_list_lets_its_holder_in_once(house: Rig):
    answered = await house.api.follower(WANG).says("厨房水管漏水")
    token = (answered.reply or "").partition("/i/")[2].split()[0]
    assert len(token) >= 22
    await house.until(lambda: house.rows(tables.invites))  # kept while the answer was on its way
    with house.database.writing() as work:
        assert work.invites.take(digest(token), now=house.now()) == 1
        assert work.invites.take(digest(token), now=house.now()) is None
