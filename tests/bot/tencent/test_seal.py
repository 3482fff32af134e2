"""What is pushed is opened only if the platform sealed it, lately; whatever else comes is refused in one way."""

import random  # noqa: TID251 - seeded
from datetime import UTC, datetime, timedelta

import pytest
from wechatpy.crypto import WeChatCrypto

from bot.tencent.seal import NotGenuine, Seal, fields_of

TOKEN, AES_KEY, APP = "a-token", "k" * 42 + "A", "wx0000000000000001"
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
SEAL = Seal(token=TOKEN, aes_key=AES_KEY, owner=APP)
XML = "<xml><FromUserName><![CDATA[o-1]]></FromUserName><Content>漏水</Content></xml>"


def pushed(xml: str = XML, *, stamp: str = STAMP, owner: str = APP) -> tuple[dict[str, str], bytes]:
    """As the platform pushes it, sealed by wechatpy itself."""
    body = WeChatCrypto(TOKEN, AES_KEY, owner).encrypt_message(xml, "nonce", stamp)
    signature = fields_of(body)["MsgSignature"]
    return {"msg_signature": signature, "timestamp": stamp, "nonce": "nonce"}, body.encode()


def test_what_the_platform_sealed_is_opened():
    query, body = pushed()
    assert SEAL.unseal(query, body, now=NOW) == XML


def test_what_we_seal_wechatpy_opens():
    sealed = SEAL.seal(XML, timestamp=STAMP, nonce="n")
    signature = fields_of(sealed)["MsgSignature"]
    assert WeChatCrypto(TOKEN, AES_KEY, APP).decrypt_message(sealed, signature, STAMP, "n") == XML


@pytest.mark.parametrize("seconds", (-301, 301))
def test_what_is_older_or_newer_than_five_minutes_is_refused(seconds: int):
    query, body = pushed()
    with pytest.raises(NotGenuine, match="stale"):
        SEAL.unseal(query, body, now=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("name", ("msg_signature", "timestamp", "nonce"))
@pytest.mark.parametrize("value", ("", "签名", "0"))
def test_a_changed_query_is_refused(name: str, value: str):
    query, body = pushed()
    with pytest.raises(NotGenuine, match="signature"):
        SEAL.unseal({**query, name: value}, body, now=NOW)


def test_a_signed_timestamp_that_is_none_is_refused():
    query, body = pushed(stamp="٣")
    with pytest.raises(NotGenuine, match="timestamp"):
        SEAL.unseal(query, body, now=NOW)


def test_what_was_sealed_for_somebody_else_is_refused():
    query, body = pushed(owner="wx-somebody-else")
    with pytest.raises(NotGenuine, match="encryption"):
        SEAL.unseal(query, body, now=NOW)


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]><xml><Encrypt>&b;&b;&b;</Encrypt></xml>'
)
FILE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Encrypt>&f;</Encrypt></xml>'


@pytest.mark.parametrize(
    "body",
    (
        b"", b"\xff\xfe", b"{}", b"<xml>", b"<xml/>", b"<a><b></a></b>", b"<xml><Encrypt/><Encrypt/></xml>",
        b"<xml><Encrypt><a>1</a></Encrypt></xml>", b'<?xml version="1.0" encoding="nonsense"?><xml/>',
        BOMB.encode(), FILE.encode(), b"<a>" * 100_000 + b"</a>" * 100_000, b"<a " * 1000, b"\x00" * 100,
    ),
)  # fmt: skip
def test_what_is_no_envelope_is_refused(body: bytes):
    with pytest.raises(NotGenuine, match="envelope"):
        SEAL.unseal({}, body, now=NOW)


def test_signed_nonsense_is_refused_whatever_it_is():
    chance = random.Random(5)
    for length in range(200):
        sealed = "".join(chance.choices("abcXYZ019+/=漏 ", k=length))
        with pytest.raises(NotGenuine, match="encryption"):
            SEAL.decrypt(sealed)


def test_a_key_of_the_wrong_length_is_refused_at_once():
    with pytest.raises(ValueError, match="43"):
        Seal(token=TOKEN, aes_key="k" * 40, owner=APP)


def test_the_seal_shows_no_secret():
    assert TOKEN not in repr(SEAL)
    assert AES_KEY not in repr(SEAL)
