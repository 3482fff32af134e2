"""What WeCom sends to a callback address: XML, encrypted and signed, three times within five seconds each."""

import asyncio
import base64
import hashlib
import secrets  # noqa: TID251 - the double is the outside world
import struct
from dataclasses import dataclass, field

import aiohttp
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PATIENCE = 5.0


@dataclass
class Answer:
    """What the callback address said."""

    status: int
    body: str


@dataclass
class Callback:
    """One company's callback: signs and encrypts without the library that the program decrypts with."""

    token: str
    aes_key: str
    corp_id: str
    agent_id: int
    url: str = ""
    tries: int = 3
    pause: float = 0.0  # seconds between them
    pushed: int = 0
    refused: list[int] = field(default_factory=list)  # statuses that were no 200

    def sealed(self, words: str) -> str:
        key = base64.b64decode(self.aes_key + "=")
        plain = (
            secrets.token_bytes(16) + struct.pack(">I", len(words.encode())) + words.encode() + self.corp_id.encode()
        )
        fill = 32 - len(plain) % 32
        lock = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
        return base64.b64encode(lock.update(plain + bytes([fill]) * fill) + lock.finalize()).decode()

    def signed(self, encrypted: str, *, at: int, nonce: str | None = None) -> dict[str, str]:
        """The query that goes with it."""
        nonce = nonce or secrets.token_hex(8)
        parts = sorted([self.token, str(at), nonce, encrypted])
        return {
            "msg_signature": hashlib.sha1("".join(parts).encode()).hexdigest(),
            "timestamp": str(at),
            "nonce": nonce,
        }

    def envelope(self, encrypted: str) -> str:
        return (
            f"<xml><ToUserName><![CDATA[{self.corp_id}]]></ToUserName><AgentID><![CDATA[{self.agent_id}]]></AgentID>"
            f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        )

    def letter(self, userid: str, at: int, **fields: object) -> str:
        """The XML of one message or event."""
        named = {"ToUserName": self.corp_id, "FromUserName": userid, "CreateTime": at, **fields}
        named["AgentID"] = self.agent_id
        return f"<xml>{''.join(_element(name, value) for name, value in named.items())}</xml>"

    async def verify(self, *, at: int, words: str = "5288274120181") -> Answer:
        """As when the address is entered on WeCom's page: it must say the words back."""
        encrypted = self.sealed(words)
        query = {**self.signed(encrypted, at=at), "echostr": encrypted}
        async with aiohttp.ClientSession() as session, session.get(self.url, params=query) as answer:
            return Answer(answer.status, await answer.text())

    async def push(self, words: str, *, at: int) -> Answer:
        """Until it is taken, at most three times; each try has a nonce of its own."""
        encrypted = self.sealed(words)
        self.pushed += 1
        answer = Answer(0, "")
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as session:
            for _ in range(self.tries):
                answer = await self._post(session, encrypted, at)
                if answer.status == 200:
                    break
                self.refused.append(answer.status)
                await asyncio.sleep(self.pause)
        return answer

    async def _post(self, session: aiohttp.ClientSession, encrypted: str, at: int) -> Answer:
        query = self.signed(encrypted, at=at)
        try:
            async with session.post(self.url, params=query, data=self.envelope(encrypted)) as answer:
                return Answer(answer.status, await answer.text())
        except (aiohttp.ClientError, TimeoutError) as error:
            return Answer(0, type(error).__name__)


def _element(name: str, value: object) -> str:
    if isinstance(value, int | float):
        return f"<{name}>{value}</{name}>"
    return f"<{name}><![CDATA[{str(value).replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"
