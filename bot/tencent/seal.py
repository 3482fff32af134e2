"""The seal on what the platforms push: signatures, encryption, freshness; wechatpy does the arithmetic."""

from __future__ import annotations

import base64
import hmac
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from wechatpy.crypto import PrpCrypto
from wechatpy.exceptions import WeChatException
from wechatpy.utils import WeChatSigner

FRESH: Final = timedelta(seconds=300)
# What wechatpy, base64 and the XML parsers raise at what no platform would send; nothing else is caught.
UNREADABLE: Final = (
    ParseError, DefusedXmlException, WeChatException, ValueError, TypeError, KeyError, LookupError, AttributeError,
    struct.error, AssertionError, RecursionError,
)  # fmt: skip


class NotGenuine(Exception):
    """Not from the platform, too old, or nothing one can read; *str* says which, without what was sent."""


@dataclass(frozen=True, kw_only=True)
class Seal:
    """*owner* is who the platform says we are: the app id, or the corp id."""

    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    owner: str

    def __post_init__(self) -> None:
        if len(self._key) != 32:
            raise ValueError("an AES key has 43 characters")

    @cached_property
    def _key(self) -> bytes:
        return base64.b64decode(f"{self.aes_key}=")

    def sign(self, *parts: str) -> str:
        """The platform's signature over *parts* and the token."""
        signer = WeChatSigner()
        signer.add_data(self.token, *parts)
        return str(signer.signature)

    def check(self, signature: str, timestamp: str, nonce: str, *parts: str, now: datetime) -> None:
        """:raises NotGenuine: a wrong signature, compared in constant time, or one too old or too new"""
        if not hmac.compare_digest(self.sign(timestamp, nonce, *parts).encode(), signature.encode()):
            raise NotGenuine("signature")
        if not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 12:
            raise NotGenuine("timestamp")
        if abs(now.timestamp() - int(timestamp)) > FRESH.total_seconds():
            raise NotGenuine("stale")

    def unseal(self, query: Mapping[str, str], body: bytes, *, now: datetime) -> str:
        """What was pushed, as XML; *query* has msg_signature, timestamp and nonce.

        :raises NotGenuine: whatever is wrong with it
        """
        try:
            sealed = fields_of(body.decode())["Encrypt"]
        except UNREADABLE as error:
            raise NotGenuine("envelope") from error
        where = query.get("timestamp", ""), query.get("nonce", "")
        self.check(query.get("msg_signature", ""), *where, sealed, now=now)
        return self.decrypt(sealed)

    def decrypt(self, sealed: str) -> str:
        """:raises NotGenuine: not encrypted for us"""
        try:
            return str(PrpCrypto(self._key).decrypt(sealed, self.owner))
        except UNREADABLE as error:
            raise NotGenuine("encryption") from error

    def seal(self, text: str, *, timestamp: str, nonce: str) -> str:
        """An answer as the platform wants it."""
        sealed = PrpCrypto(self._key).encrypt(text, self.owner).decode()
        return (
            f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt>"
            f"<MsgSignature><![CDATA[{self.sign(timestamp, nonce, sealed)}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        )


def fields_of(xml: str) -> dict[str, str]:
    """The plain elements of one level, each there once; those that have children are left out.

    :raises ValueError: an element that is there twice
    :raises ParseError, DefusedXmlException: no XML, or XML with tricks
    """
    root: Element = fromstring(xml, forbid_dtd=True)
    fields: dict[str, str] = {}
    for element in root:
        if element.tag in fields:
            raise ValueError("an element is there twice")
        if len(element) == 0:
            fields[element.tag] = element.text or ""
    return fields
