"""Carries python-telegram-bot's calls over aiohttp, and says which failures are safe to repeat."""

import io
import os
import re
from typing import Final

import aiohttp
import orjson
from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

# The types that BaseRequest declares are private to python-telegram-bot.
from telegram._utils.defaultvalue import DefaultValue  # isort: skip
from telegram._utils.types import JSONDict, ODVInput  # isort: skip

# RetryAfter.retry_after is a timedelta from now on, as it will be in the library's next major version; without this
# every 429 raises a deprecation warning.
os.environ.setdefault("PTB_TIMEDELTA", "1")

# Seconds; shorter than any server's own limit, so that a request hardly ever meets a connection that is being closed.
_IDLE: Final = 15.0
_SECRET: Final = re.compile(r"/bot\d+(?::|%3A)([^/?]+)", re.IGNORECASE)
_NEVER_CONNECTED: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ServerFingerprintMismatch,
    ValueError,  # The address itself is wrong.
)


class NotSent(NetworkError):
    """No connection was made: the request was surely not delivered and may be repeated."""

    __slots__ = ()


class AnswerLost(NetworkError):
    """The connection broke before the answer was read: the request may have been delivered."""

    __slots__ = ()


class AnswerLate(AnswerLost, TimedOut):
    """No answer came in time: the request may have been delivered."""

    __slots__ = ()


class AiohttpRequest(BaseRequest):
    """A pool of kept-alive connections to the Bot API server.

    :raises NotSent: when no connection could be made, or none was free in time.
    :raises AnswerLost: when a request went out and its answer did not come back; ``AnswerLate`` if time ran out.
    """

    __slots__ = ("_connect", "_media_write", "_pool", "_pool_size", "_proxy", "_read", "_session", "_write")

    def __init__(
        self,
        *,
        connection_pool_size: int = 256,
        read_timeout: float | None = 5.0,
        write_timeout: float | None = 5.0,
        media_write_timeout: float | None = 20.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 1.0,
        proxy: str | None = None,
    ) -> None:
        self._pool_size = connection_pool_size
        self._read = read_timeout
        self._write = write_timeout
        self._media_write = media_write_timeout
        self._connect = connect_timeout
        self._pool = pool_timeout
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return self._read

    async def initialize(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._pool_size, keepalive_timeout=_IDLE, ttl_dns_cache=300),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                proxy=self._proxy,
            )

    async def shutdown(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    @staticmethod
    def parse_json_payload(payload: bytes) -> JSONDict:
        try:
            parsed: JSONDict = orjson.loads(payload)
            return parsed
        except orjson.JSONDecodeError:
            pass  # Raised below, because this exception holds the whole document, which may be personal.
        raise TelegramError("Invalid server response")

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Send one request.

        The address holds the token, and aiohttp's exceptions hold the address. So ours are raised outside the
        ``except`` clause: they keep no reference to them.
        """
        if self._session is None:
            raise NotSent("The request was not initialized")
        body = _Body.of(request_data)
        read = _given(read_timeout, self._read)
        connect = _given(connect_timeout, self._connect)
        in_queue = _sum(_given(pool_timeout, self._pool), connect)
        write = _given(write_timeout, self._media_write if body.is_upload else self._write)
        timeout = aiohttp.ClientTimeout(
            # A download may take as long as it likes while bytes keep coming; a call may not.
            total=_sum(in_queue, write, read) if method == "POST" else None,
            connect=in_queue,
            sock_connect=connect,
            sock_read=read,
        )
        try:
            async with self._session.request(
                method,
                URL(url, encoded=True),
                data=body.data,
                headers=body.headers,
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                payload = await response.read()
                return response.status, payload if response.ok else _without_token(payload, url)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            failure = _named(error)
        raise failure


class _Body:
    """What goes over the wire: JSON, or a multipart form where files are uploaded."""

    __slots__ = ("data", "headers", "is_upload")

    def __init__(
        self, data: bytes | aiohttp.FormData | None, headers: dict[str, str], *, is_upload: bool = False
    ) -> None:
        self.data = data
        self.headers = headers
        self.is_upload = is_upload

    @classmethod
    def of(cls, request_data: RequestData | None) -> "_Body":
        if request_data is None:
            return cls(None, {})
        if request_data.contains_files:
            return cls(_form(request_data), {}, is_upload=True)
        return cls(_json(request_data), {"Content-Type": "application/json"})


def _json(request_data: RequestData) -> bytes:
    try:
        return orjson.dumps(request_data.parameters)
    except orjson.JSONEncodeError as error:
        reason = str(error)
    # What cannot be encoded will never be accepted: permanent, as it is when Telegram refuses it.
    raise BadRequest(f"Bad Request: parameters can't be encoded: {reason}")


def _form(request_data: RequestData) -> aiohttp.FormData:
    # Unquoted, because a percent-encoded file name would be shown to people as it is.
    form = aiohttp.FormData(quote_fields=False)
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mimetype) in request_data.multipart_data.items():
        # Wrapped, because aiohttp warns of large plain bytes.
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, stream, filename=filename, content_type=mimetype)
    return form


def _named(error: Exception) -> NetworkError:
    kind = type(error).__name__
    if isinstance(error, _NEVER_CONNECTED):
        return NotSent(f"The Bot API server could not be reached ({kind})")
    if isinstance(error, TimeoutError):
        return AnswerLate(f"The Bot API server did not answer in time ({kind})")
    return AnswerLost(f"The connection to the Bot API server was lost ({kind})")


def _without_token(payload: bytes, url: str) -> bytes:
    """Proxies repeat the address on their error pages, and python-telegram-bot quotes those in its exceptions."""
    secret = _SECRET.search(url)
    return payload if secret is None else payload.replace(secret.group(1).encode(), b"<token>")


def _given(value: ODVInput[float], default: float | None) -> float | None:
    return default if isinstance(value, DefaultValue) else value


def _sum(*timeouts: float | None) -> float | None:
    """The sum, or no limit as soon as one part has none."""
    parts = [part for part in timeouts if part is not None]
    return sum(parts) if len(parts) == len(timeouts) else None
