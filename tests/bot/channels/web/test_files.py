"""Files that are no photos: sent from a browser, handed out for saving, shown to nobody else."""

from __future__ import annotations

import httpx
import pytest

from bot.channels.base import Document
from bot.channels.web.receive import parse
from tests.bot.channels.web.house import GROUP, House

MINE = "/api/chats/demo-1/messages"
FORM = {"key": "abcdefgh-1", "as": "1", "text": "通知"}
PDF = b"%PDF-1.7 ..."


async def test_a_file_is_kept_with_its_name_and_comes_back_as_it_was(demo: House, browser: httpx.AsyncClient) -> None:
    sent = await browser.post(MINE, data=FORM, files=[("document", ("停水通知.pdf", PDF, "application/pdf"))])
    assert sent.status_code == 202
    [row] = demo.log("demo-1")
    assert row.body["document"]["name"] == "停水通知.pdf"
    handed = await browser.get(f"/files/{row.body['document']['at']}", params={"name": "停水通知.pdf"})
    assert handed.content == PDF
    assert handed.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E5%81%9C")
    assert handed.headers["Content-Type"] == "application/octet-stream"


async def test_a_file_reaches_the_program_as_a_document(demo: House, browser: httpx.AsyncClient) -> None:
    await browser.post(MINE, data=FORM, files=[("document", ("a/b.pdf", PDF, "application/pdf"))])
    [received] = demo.inbox()
    incoming = demo.channel.parse(received.body)
    assert incoming is not None
    assert (incoming.other, incoming.text) == ("document", "通知")
    assert incoming.document is not None
    assert (incoming.document.name, await demo.channel.fetch(incoming.document.handle)) == ("ab.pdf", PDF)


async def test_a_file_that_is_too_large_is_refused_kindly(demo: House, browser: httpx.AsyncClient) -> None:
    large = b"\0" * 20_000_001
    answer = await browser.post(MINE, data=FORM, files=[("document", ("a.pdf", large, "application/pdf"))])
    assert (answer.status_code, answer.json()["key"]) == (413, "web-photo-too-large")
    assert not demo.inbox()


async def test_a_file_of_another_channel_is_handed_out_through_its_key(demo: House, browser: httpx.AsyncClient) -> None:
    demo.media["key-1"] = PDF
    assert (await browser.get("/files/media/key-1")).status_code == 404
    paper = Document(handle="key-1", name="名单.xlsx")
    await demo.say(GROUP, "card", document=paper, paper=("telegram", "document:1"))
    assert demo.log(GROUP)[0].body["document"] == {"at": "media/key-1", "name": "名单.xlsx"}
    assert (await browser.get("/files/media/key-1")).content == PDF


@pytest.mark.parametrize("path", ("file/none", "media/none", "shelf/none", "file/a%2Fb"))
async def test_a_file_that_nobody_shows_is_not_found(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(f"/files/{path}")).status_code == 404


def test_an_update_without_a_file_has_none() -> None:
    assert parse({"key": "abcdefgh", "chat": "demo-1", "user": "demo-1", "text": "hi"}).document is None
