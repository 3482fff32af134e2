"""Photos sent from a browser, and who may see them."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import httpx
import pytest
from PIL import Image

from bot.photos import Unreadable, keepable
from tests.bot.channels.web.house import GROUP, House, photo

MINE = "/api/chats/demo-1/messages"
FORM = {"key": "abcdefgh-1", "as": "1", "text": "看照片"}


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def upload(*photos: bytes) -> list[tuple[str, Any]]:
    return [("photo", ("my holidays.jpg", content, "image/jpeg")) for content in photos]


def test_what_the_camera_wrote_is_gone_and_the_photo_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "Camera of somebody"
    exif.get_ifd(0x8825)[1] = "N"  # GPS
    kept = keepable(io.BytesIO(photo(600, 400, exif=exif)))
    assert opened(kept.content).size == (400, 600)
    assert not opened(kept.content).getexif()
    assert b"Camera" not in kept.content
    assert b"Exif" not in kept.content + kept.thumbnail


def test_a_large_photo_is_made_smaller() -> None:
    kept = keepable(io.BytesIO(photo(4000, 3000)))
    assert opened(kept.content).size == (2048, 1536)
    assert opened(kept.thumbnail).size == (320, 240)


def test_a_small_photo_keeps_its_size() -> None:
    assert opened(keepable(io.BytesIO(photo(30, 20))).content).size == (30, 20)


@pytest.mark.parametrize("kind", ("PNG", "WEBP", "GIF"))
def test_other_kinds_become_jpeg(kind: str) -> None:
    assert opened(keepable(io.BytesIO(photo(kind=kind))).content).format == "JPEG"


def test_what_is_transparent_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(keepable(out).content).getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize(
    "content",
    (
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        photo()[:200],
        claiming(20_000, 20_000),
        claiming(9_000, 9_000),
        claiming(6_000, 6_000),
        claiming(100, 100),
    ),
    ids=["empty", "text", "svg", "cut", "bomb", "large", "above-our-limit", "broken"],
)
def test_what_is_no_photo_or_too_much_to_open_is_refused(content: bytes) -> None:
    with pytest.raises(Unreadable):
        keepable(io.BytesIO(content))


async def test_photos_are_stored_with_the_message_and_shown_in_both_sizes(
    demo: House, browser: httpx.AsyncClient
) -> None:
    answer = await browser.post(MINE, data=FORM, files=upload(photo(1000, 800), photo(colour="red")))
    assert answer.status_code == 202
    [row] = demo.log("demo-1")
    assert len(row.body["photos"]) == 2
    [first, _] = row.body["photos"]
    small, large = await browser.get(f"/photos/{first}?size=thumb"), await browser.get(f"/photos/{first}")
    assert (opened(small.content).size, opened(large.content).size) == ((320, 256), (1000, 800))
    assert large.headers["Content-Type"] == "image/jpeg"
    assert "my holidays" not in str(row.body)


async def test_a_photo_needs_no_words(demo: House, browser: httpx.AsyncClient) -> None:
    assert (await browser.post(MINE, data={**FORM, "text": ""}, files=upload(photo()))).status_code == 202
    assert await demo.channel.fetch(demo.log("demo-1")[0].body["photos"][0].removeprefix("file/"))


async def test_a_repeated_upload_is_kept_once(demo: House, browser: httpx.AsyncClient) -> None:
    for _ in range(2):
        await browser.post(MINE, data=FORM, files=upload(photo()))
    assert (len(demo.inbox()), len(demo.log("demo-1"))) == (1, 1)


@pytest.mark.parametrize(
    ("photos", "status", "key"),
    (
        ([b"hello"], 415, "web-not-a-photo"),
        ([photo(8, 8)] * 11, 413, "web-too-many-photos"),
        ([photo(8, 8)] * 30, 400, "web-bad"),
        ([b"\0" * 10_000_001], 413, "web-photo-too-large"),
        ([b"\0" * 9_000_000] * 5, 413, "web-too-large"),
    ),
    ids=["no-photo", "eleven", "thirty", "one-too-large", "all-too-large"],
)
async def test_photos_that_cannot_be_taken_are_refused_kindly(
    demo: House, browser: httpx.AsyncClient, photos: list[bytes], status: int, key: str
) -> None:
    answer = await browser.post(MINE, data=FORM, files=upload(*photos))
    assert (answer.status_code, answer.json()["key"]) == (status, key)
    assert not demo.inbox()


async def test_a_form_that_is_none_is_refused(browser: httpx.AsyncClient) -> None:
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x"):
        answer = await browser.post(MINE, content=b"--y\r\nhello", headers={"Content-Type": kind})
        assert answer.status_code == 400


async def test_a_photo_of_another_channel_is_shown_through_its_key_and_made_safe(
    demo: House, browser: httpx.AsyncClient
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera of somebody"
    demo.media["key-1"] = photo(3000, 2000, exif=exif)
    assert (await browser.get("/photos/media/key-1")).status_code == 404
    await demo.say(GROUP, "card", photos=("key-1",), handles=(("telegram", "file-id"),))
    shown = await browser.get("/photos/media/key-1")
    assert opened(shown.content).size == (2048, 1365)
    assert b"Camera" not in shown.content


@pytest.mark.parametrize("path", ("file/none", "media/none", "shelf/none", "file/a%2Fb", 'file/"'))
async def test_a_photo_that_nobody_shows_is_not_found(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(f"/photos/{path}")).status_code == 404
