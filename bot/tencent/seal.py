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
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser
from wechatpy.crypto import PrpCrypto
from wechatpy.exceptions import WeChatException
from wechatpy.utils import WeChatSigner

FRESH: Final = timedelta(seconds=300)
# What wechatpy, base64 and the XML parsers raise at what no platform would send; nothing else is caught.
UNREADABLE: Final = (
    ParseError, DefusedXmlException, WeChatException, ValueError, TypeError, KeyError, LookupError, AttributeError,
    struct.error, AssertionError, RecursionError,
)  # fmt: skip

_LEVEL: Final = 2  # where the fields are: below the root
_DEEPEST: Final = 8
_MOST: Final = 300  # elements: eight pictures of an album have two each


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

    :raises ValueError: an element that is there twice, or more elements than any push has
    :raises ParseError, DefusedXmlException: no XML, or XML with tricks
    """
    parser = XMLParser(target=_Fields(), forbid_dtd=True)
    parser.feed(xml)
    fields: dict[str, str] = parser.close()
    return fields


class _Fields:
    """Takes what a parser finds, and builds no tree: a megabyte of elements would be fifty of memory."""

    def __init__(self) -> None:
        self._fields: dict[str, str | None] = {}  # None: it has children
        self._depth = self._count = 0
        self._text: list[str] | None = None  # of the element of our level that is open and has no children

    def start(self, _tag: str, _attributes: object) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > _DEEPEST or self._count > _MOST:
            raise ValueError("too many elements")
        self._text = [] if self._depth == _LEVEL else None

    def data(self, text: str) -> None:
        if self._text is not None and self._depth == _LEVEL:
            self._text.append(text)

    def end(self, tag: str) -> None:
        if self._depth == _LEVEL:
            if tag in self._fields:
                raise ValueError("an element is there twice")
            self._fields[tag] = None if self._text is None else "".join(self._text)
        self._depth -= 1

    def close(self) -> dict[str, str]:
        return {tag: text for tag, text in self._fields.items() if text is not None}
