"""Pictures are fetched at once, made safe, and kept under a name of ours."""

import io
from datetime import timedelta

import pytest
from PIL import Image

from storage import tables
from tests.bot.channels.wechat.rig import WANG, Rig


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 32), "red").save(file, "PNG")
    return file.getvalue()


async def test_a_picture_is_kept_as_ours(house: Rig):
    answered = await house.api.follower(WANG).sends_picture(picture())
    assert answered.reply
    (row,) = await house.until(lambda: [one for one in house.rows(tables.tencent_pictures) if one.content])
    assert Image.open(io.BytesIO(row.content)).format == "JPEG"
    (shelf,) = house.rows(tables.media)
    assert (shelf.channel, shelf.ref) == ("wechat", row.ref)
    assert await house.channel.fetch(shelf.ref) == row.content
    house.pass_time(timedelta(days=4))
    assert await house.channel.fetch(shelf.ref) == row.content


async def test_what_could_not_be_fetched_at_once_is_fetched_when_it_is_wanted(house: Rig):
    house.api.fail(-1, method="media/get")
    await house.api.follower(WANG).sends_picture(picture())
    await house.until(lambda: house.rows(tables.media))
    await house.until(lambda: house.api.counts["media/get"] >= 1)
    assert await house.channel.fetch(house.rows(tables.media)[0].ref)


async def test_what_is_no_picture_is_asked_for_once(house: Rig):
    await house.api.follower(WANG).sends_picture(b"MZ no picture")
    await house.until(lambda: house.rows(tables.media))
    await house.until(lambda: house.api.counts["media/get"] == 1)
    await house.until(lambda: house.rows(tables.tencent_pictures)[0].content is not None)
    with pytest.raises(LookupError):
        await house.channel.fetch(house.rows(tables.media)[0].ref)
    assert house.api.counts["media/get"] == 1


async def test_a_picture_that_nobody_sent_is_not_there(house: Rig):
    with pytest.raises(LookupError):
        await house.channel.fetch("nobody's")
