"""The bot's side of the web channel."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.base import Button, DeliveryError, Document
from domain.messaging.model import Mode
from domain.messaging.web import WebFile
from tests.bot.channels.web.house import GROUP, NOW, House

CARD = (
    (Button(label="接单", data="K:0"), Button(label="☎", ask="contact")),
    (Button(label="?", url="https://example.org"),),
)


async def test_a_message_is_kept_and_has_a_number(demo: House) -> None:
    number = await demo.say("demo-1", "<b>您好</b>")
    [row] = demo.log("demo-1")
    assert (str(row.id), row.author, row.body, row.sent_at) == (number, None, {"text": "<b>您好</b>"}, NOW)


async def test_buttons_keep_their_rows_without_what_only_a_phone_has(demo: House) -> None:
    await demo.say(GROUP, "card", buttons=CARD)
    [row] = demo.log(GROUP)
    assert row.body["buttons"] == [
        [{"label": "接单", "data": "K:0"}],
        [{"label": "?", "url": "https://example.org"}],
    ]


@pytest.mark.parametrize("ask", ("contact", "location"))
async def test_a_row_that_only_asks_for_the_phone_or_the_place_is_left_out(demo: House, ask: str) -> None:
    await demo.say("demo-1", "?", buttons=((Button(label="☎", ask=ask),),))
    assert demo.log("demo-1")[0].body == {"text": "?"}


async def test_a_photo_of_the_web_is_ours_and_any_other_goes_by_its_key(demo: House) -> None:
    await demo.say(GROUP, "", photos=("k1", "k2"), handles=(("web", "ref"), ("telegram", "file-id")))
    assert demo.log(GROUP)[0].body["photos"] == ["file/ref", "media/k2"]


async def test_every_copy_of_a_card_is_edited(demo: House) -> None:
    copies = tuple([await demo.say(GROUP, "open", buttons=CARD) or "" for _ in range(2)])
    assert await demo.say(GROUP, "claimed", mode=Mode.EDIT, copies=copies) is None
    assert [row.body for row in demo.log(GROUP)] == [{"text": "claimed"}] * 2


async def test_an_edit_leaves_photos_and_file_where_they_are(demo: House) -> None:
    paper = Document(handle="k2", name="a.pdf")
    photos: dict[str, Any] = {
        "photos": ("k1",),
        "handles": (("web", "ref"),),
        "document": paper,
        "paper": ("web", "r2"),
    }
    copy = await demo.say("demo-1", "read this", buttons=CARD, **photos)
    await demo.say("demo-1", "thank you", mode=Mode.EDIT, copies=(copy or "",))
    [row] = demo.log("demo-1")
    there = {"photos": ["file/ref"], "document": {"at": "file/r2", "name": "a.pdf"}}
    assert row.body == {"text": "thank you", **there}


async def test_a_card_that_is_nowhere_is_a_failure_with_its_reason(demo: House) -> None:
    with pytest.raises(DeliveryError, match="no such message") as caught:
        await demo.say(GROUP, "claimed", mode=Mode.EDIT, copies=("99",))
    assert caught.value.permanent


async def test_a_short_answer_reaches_the_tab_that_asked_and_no_other(demo: House) -> None:
    hub = demo.channel.hub
    with hub.open(["demo-3"], tab="one") as one, hub.open(["demo-3"], tab="two") as two:
        await demo.say("demo-3", "taken", mode=Mode.TOAST, toast="one", alert=True)
        assert list(one.signs()) == [("toast", {"text": "taken", "alert": True})]
        assert not list(two.signs())
    assert not demo.log("demo-3")


async def test_a_short_answer_to_a_tab_that_is_gone_is_dropped(demo: House) -> None:
    assert await demo.say("demo-3", "taken", mode=Mode.TOAST, toast="gone") is None


async def test_there_is_no_group_to_leave(demo: House) -> None:
    assert await demo.say(GROUP, "", mode=Mode.LEAVE) is None


async def test_a_photo_can_be_fetched_for_another_channel(demo: House) -> None:
    file = WebFile(content=b"large", thumbnail=b"small")
    demo.write(lambda work: work.web.keep("ref", file=file, now=NOW))
    assert await demo.channel.fetch("ref") == b"large"
    with pytest.raises(LookupError):
        await demo.channel.fetch("gone")
