"""An urgent announcement with photo and file on Telegram: previewed, sent, pinned, confirmed, reported."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tests.botapi import BotApi
from tests.telegram_story.house import buttons, environment, import_estate, running
from tests.telegram_story.test_story import Estate, picture

pytestmark = pytest.mark.faults
POLICIES = "estate,setting,value\n翠湖花园,announce.undo_seconds,1\n"
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
async def estate(tmp_path: Path) -> AsyncIterator[Estate]:
    """The service over long polling, where nobody waits long for an undo."""
    async with BotApi(webhook_pause=0.05) as api:
        env = environment(api, tmp_path)
        import_estate(env, tmp_path, policies=POLICIES)
        async with running(env, tmp_path / "log"):
            yield Estate(api, env, tmp_path / "log")


async def test_an_urgent_announcement_reaches_everybody_and_reports_whom_it_did_not(estate: Estate) -> None:
    wang, zhao, owners = estate.wang, estate.zhao, estate.owners
    await estate.binds(wang, "+8613800000101", "王秀英")
    await zhao.says("/announce")
    await estate.hears(zhao, "请把内容发给我")
    await zhao.sends_photo(picture(), "停水通知\n主管爆裂，正在抢修，请储水。")
    await zhao.presses(await estate.hears(zhao, "发给谁"), "👥 全小区")
    await zhao.presses(await estate.hears(zhao, "还没有英文"), "就这样发")
    await estate.hears(zhao, "请核对")
    await zhao.sends_document(PDF, "抢修安排.pdf")
    await zhao.presses(await estate.hears(zhao, "抢修安排.pdf”会一起发"), "🔴 改为紧急")
    await zhao.presses(await estate.hears(zhao, "（紧急）"), "✅ 已阅")
    card = await estate.hears(zhao, "请大家确认看到")
    assert "📤 发送" in buttons(card)
    await zhao.presses(card, "📤 发送")

    letter = await estate.hears(wang, "紧急 · 停水通知")
    assert "document" in letter
    assert any("photo" in one for one in wang.from_bot)
    posted = await estate.hears(owners, "紧急 · 停水通知")
    await estate.api.wait_for(lambda: posted["message_id"] in owners.chat.pinned, 8)

    await wang.presses(letter, "✅ 我看到了")
    confirmed = await estate.hears(wang, "您已确认收到")
    assert confirmed["message_id"] == letter["message_id"]
    assert buttons(confirmed) == []

    report = await estate.hears(zhao, "发送报告")
    assert report["document"]["file_name"] == "未送达-停水通知.xlsx"
    [upload] = [call.uploads["document"] for call in estate.api.calls_of("sendDocument", zhao.id) if call.uploads]
    rows = CalamineWorkbook.from_filelike(BytesIO(upload.content)).get_sheet_by_index(0).to_python()[3:]
    assert [(row[0], row[2], row[4]) for row in rows] == [("5", "801", "还没绑定"), ("5", "802", "还没绑定")]
