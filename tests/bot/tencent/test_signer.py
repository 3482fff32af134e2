"""WeCom's own library opens what we seal, and we open what it seals: for WeCom and for WeChat."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.tencent.seal import NotGenuine, Seal, fields_of
from tests.signer import Signer, install

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
TOKEN, AES_KEY = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
WORDS = "<xml><Content><![CDATA[厨房水管漏水 😀]]></Content></xml>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("signer")
    install(path)
    return path


@pytest.fixture(params=("wx00000000000000a1", "ww0000000000000001"))
def both(request: pytest.FixtureRequest, folder: Path) -> tuple[Signer, Seal]:
    owner: str = request.param
    return Signer(folder, TOKEN, AES_KEY, owner), Seal(token=TOKEN, aes_key=AES_KEY, owner=owner)


def test_we_open_what_it_seals(both: tuple[Signer, Seal]):
    signer, seal = both
    sealed, signature = signer.seal(WORDS, timestamp=STAMP, nonce="n-1")
    body = f"<xml><ToUserName>x</ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    query = {"msg_signature": signature, "timestamp": STAMP, "nonce": "n-1"}
    assert seal.unseal(query, body.encode(), now=NOW) == WORDS
    with pytest.raises(NotGenuine):
        seal.unseal(query | {"nonce": "n-2"}, body.encode(), now=NOW)


def test_it_opens_what_we_seal(both: tuple[Signer, Seal]):
    signer, seal = both
    said = fields_of(seal.seal(WORDS, timestamp=STAMP, nonce="n-1"))
    words, owner, signature = signer.open(said["Encrypt"], timestamp=STAMP, nonce="n-1")
    assert (words, owner, signature) == (WORDS, seal.owner, said["MsgSignature"])
