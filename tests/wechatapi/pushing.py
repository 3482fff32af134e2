"""What WeChat sends to a callback address: XML, encrypted and signed, three times where no answer comes in time."""

import asyncio
import base64
import hashlib
import secrets  # noqa: TID251 - the double is the outside world
import struct
import time
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import aiohttp
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

TRIES = 3
LONGEST = 2048


@dataclass(frozen=True)
class Sealing:
    """Signs and encrypts without the library that the program decrypts with."""

    token: str
    aes_key: str
    app_id: str

    @property
    def _key(self) -> bytes:
        return base64.b64decode(self.aes_key + "=")

    def sealed(self, words: str) -> str:
        text = words.encode()
        plain = secrets.token_bytes(16) + struct.pack(">I", len(text)) + text + self.app_id.encode()
        fill = 32 - len(plain) % 32
        lock = Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16])).encryptor()
        return base64.b64encode(lock.update(plain + bytes([fill]) * fill) + lock.finalize()).decode()

    def unsealed(self, sealed: str) -> str:
        lock = Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16])).decryptor()
        plain = lock.update(base64.b64decode(sealed)) + lock.finalize()
        (length,) = struct.unpack(">I", plain[16:20])
        assert plain[20 + length : -plain[-1]].decode() == self.app_id
        return plain[20 : 20 + length].decode()

    def sign(self, *parts: str) -> str:
        return hashlib.sha1("".join(sorted([self.token, *parts])).encode()).hexdigest()

    def query(self, sealed: str, *, at: int, nonce: str | None = None) -> dict[str, str]:
        stamp, nonce = str(at), nonce or secrets.token_hex(8)
        signed = {"signature": self.sign(stamp, nonce), "msg_signature": self.sign(stamp, nonce, sealed)}
        return {"timestamp": stamp, "nonce": nonce, "encrypt_type": "aes", **signed}

    def push(self, words: str, *, at: int, nonce: str | None = None) -> tuple[dict[str, str], bytes]:
        """Query and body."""
        sealed = self.sealed(words)
        body = f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
        return self.query(sealed, at=at, nonce=nonce), body.encode()

    def answer(self, body: str) -> dict[str, str]:
        """The passive reply in an answer, checked as the platform checks it."""
        outer = {one.tag: one.text or "" for one in ElementTree.fromstring(body)}
        assert outer["MsgSignature"] == self.sign(outer["TimeStamp"], outer["Nonce"], outer["Encrypt"])
        inner = {one.tag: one.text or "" for one in ElementTree.fromstring(self.unsealed(outer["Encrypt"]))}
        assert inner["MsgType"] == "text"
        assert 0 < len(inner["Content"].encode()) <= LONGEST
        return inner


def xml_of(fields: dict[str, object]) -> str:
    """As WeChat writes it: numbers bare, words in CDATA."""

    def element(name: str, value: object) -> str:
        if isinstance(value, dict):
            return f"<{name}>{''.join(element(*one) for one in value.items())}</{name}>"
        inside = escape(str(value)) if isinstance(value, int | float) else f"<![CDATA[{value}]]>"
        return f"<{name}>{inside}</{name}>"

    return f"<xml>{''.join(element(*one) for one in fields.items())}</xml>"


@dataclass
class Answered:
    """How one push ended: the last status (0: none), the passive reply if there was one, and how long it took."""

    status: int
    reply: str | None = None
    seconds: float = 0.0
    tries: int = 1


@dataclass
class Pusher:
    """Pushes to *url*; *patience* is the platform's five seconds."""

    sealing: Sealing
    url: str = ""
    patience: float = 5.0
    pause: float = 0.2
    tries: int = TRIES
    statuses: list[int] = field(default_factory=list)
    session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Pusher":
        timeout = aiohttp.ClientTimeout(total=self.patience)
        self.session = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=512))
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self.session is not None
        await self.session.close()

    async def push(self, fields: dict[str, object], *, at: int, nonce: str | None = None) -> Answered:
        """Until it is answered with 200, or the platform gives up."""
        words, began = xml_of(fields), time.monotonic()
        answered = Answered(0)
        for number in range(1, self.tries + 1):
            answered = await self.once(words, at=at, nonce=nonce)
            answered.tries, answered.seconds = number, time.monotonic() - began
            if answered.status == 200:
                break
            await asyncio.sleep(self.pause)
        return answered

    async def once(self, words: str, *, at: int, nonce: str | None = None) -> Answered:
        query, body = self.sealing.push(words, at=at, nonce=nonce)
        return await self.post(query, body)

    async def post(self, query: dict[str, str], body: bytes) -> Answered:
        assert self.session is not None
        try:
            async with self.session.post(self.url, params=query, data=body) as answer:
                text = await answer.text()
                self.statuses.append(answer.status)
                replied = answer.status == 200 and text not in ("", "success")
                return Answered(answer.status, self.sealing.answer(text)["Content"] if replied else None)
        except (aiohttp.ClientError, OSError, TimeoutError):
            self.statuses.append(0)
            return Answered(0)
