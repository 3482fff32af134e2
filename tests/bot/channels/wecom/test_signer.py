"""WeCom's own crypto library (npm) seals what our door opens; skipped where there is no npm."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from tests.bot.channels.wecom.house import House
from tests.signer import Signer, install
from tests.wecomapi import WecomApi
from tests.wecomapi.api import AES_KEY, CORP, TOKEN


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    folder: Path = tmp_path_factory.mktemp("signer")
    install(folder)
    return Signer(folder, TOKEN, AES_KEY, CORP)


async def test_the_address_is_verified_as_wecom_would_do_it(api: WecomApi, house: House, signer: Signer):
    at = str(int(api.world.now()))
    sealed, signature = await asyncio.to_thread(signer.seal, "1616140317555161061", timestamp=at, nonce="n")
    query = {"msg_signature": signature, "timestamp": at, "nonce": "n", "echostr": sealed}
    async with aiohttp.ClientSession() as session, session.get(api.callback.url, params=query) as answer:
        assert (answer.status, await answer.text()) == (200, "1616140317555161061")


async def test_a_message_that_wecoms_library_has_sealed_comes_in(api: WecomApi, house: House, signer: Signer):
    at = str(int(api.world.now()))
    xml = api.callback.letter("li", int(at), MsgType="text", Content="我到了 🔧", MsgId=1)
    sealed, signature = await asyncio.to_thread(signer.seal, xml, timestamp=at, nonce="n")
    query = {"msg_signature": signature, "timestamp": at, "nonce": "n"}
    letter = api.callback.envelope(sealed)
    async with aiohttp.ClientSession() as session, session.post(api.callback.url, params=query, data=letter) as answer:
        assert answer.status == 200
    [said] = await house.inbox()
    assert said.text == "我到了 🔧"


async def test_it_opens_what_the_double_has_sealed(api: WecomApi, signer: Signer):
    sealed = api.callback.sealed("<xml>你好</xml>")
    query = api.callback.signed(sealed, at=1, nonce="n")
    words, owner, signature = await asyncio.to_thread(signer.open, sealed, timestamp="1", nonce="n")
    assert (words, owner, signature) == ("<xml>你好</xml>", CORP, query["msg_signature"])
