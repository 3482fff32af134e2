"""The double, and the program around it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.channels.wechat.rig import TEMPLATE, Rig
from tests.wechatapi import WeChatApi


@pytest.fixture
async def api() -> AsyncIterator[WeChatApi]:
    async with WeChatApi() as double:
        yield double


@pytest.fixture
async def house(api: WeChatApi, tmp_path: Path) -> AsyncIterator[Rig]:
    async with Rig(tmp_path, api) as running:
        yield running


@pytest.fixture
async def with_template(api: WeChatApi, tmp_path: Path) -> AsyncIterator[Rig]:
    """An account that has a template for everything."""
    api.template(TEMPLATE.id, *TEMPLATE.fields)
    async with Rig(tmp_path, api, templates={"*": TEMPLATE}) as running:
        yield running
