"""Staff are known by the phone numbers that both sides have on file; the menu says what they ask for most."""

from sqlalchemy import insert

from bot.channels.wecom.account import make_calls
from bot.channels.wecom.members import bind_staff, menu
from bot.words import Words
from storage import tables
from storage.work import SqlWork
from tests.bot.channels.wecom.house import LOCALES, House
from tests.wecomapi import WecomApi

PEOPLE = {1: ("李师傅", "13800000004"), 2: ("何师傅", "13800000006"), 3: ("没电话", ""), 4: ("业主", "13800000009")}


async def hire(house: House) -> None:
    """Three work here, one lives here."""

    def add(work: SqlWork) -> None:
        rows = [{"id": number, "name": name, "phone": phone, "flags": []} for number, (name, phone) in PEOPLE.items()]
        work.connection.execute(insert(tables.estates), {"id": 1, "name": "翠湖花园", "timezone": "Asia/Shanghai"})
        work.connection.execute(insert(tables.people), rows)
        for person in (1, 2, 3):
            work.connection.execute(insert(tables.staff), {"person_id": person, "roles": ["engineer"]})
            work.connection.execute(insert(tables.staff_estates), {"person_id": person, "estate_id": 1})

    await house.commit(add)


async def test_who_has_the_same_number_is_bound_once(api: WecomApi, house: House):
    await hire(house)
    api.member("LiShiFu", mobile="13800000004")
    api.member("Owner", mobile="13800000009")
    calls = make_calls(house.account, commit=house.commit, now=house.now)
    first = dict(await bind_staff(calls, commit=house.commit, now=house.now))
    again = dict(await bind_staff(calls, commit=house.commit, now=house.now))
    await calls.close()
    assert first == {"李师傅": "wecom-bound", "何师傅": "wecom-no-member", "没电话": "wecom-no-phone"}
    assert again == first | {"李师傅": "wecom-bound-before"}
    found = await house.commit(lambda work: work.addresses.find("wecom", "LiShiFu"))
    assert (found.person_id, found.chat) == (1, "LiShiFu")
    assert await house.commit(lambda work: work.addresses.find("wecom", "Owner")) is None


async def test_the_menu_is_one_that_wecom_takes_and_its_keys_are_commands(api: WecomApi, house: House):
    calls = make_calls(house.account, commit=house.commit, now=house.now)
    await calls.create_menu(menu(Words(LOCALES).say, "zh_CN", house.opened.links))
    await calls.close()
    assert api.world.menu is not None
    first, _second, more = api.world.menu["button"]
    assert first == {"type": "click", "name": "待办工单", "key": "board"}
    assert [one.get("key") for one in more["sub_button"]] == ["duty", "language", "help", None]
    await api.member("li").event("click", EventKey="board")
    [came] = await house.inbox()
    assert came.command == "board"
