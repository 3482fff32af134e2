"""The answers with which Telegram refuses a call, word for word."""

from typing import Any

Json = dict[str, Any]


class Refused(Exception):
    """A call that Telegram would answer with ``ok: false``."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_answer(self) -> Json:
        answer: Json = {"ok": False, "error_code": self.code, "description": self.description}
        return answer | ({"parameters": self.parameters} if self.parameters else {})


def bad_request(reason: str, **parameters: Any) -> Refused:
    return Refused(400, f"Bad Request: {reason}", **parameters)


def forbidden(reason: str) -> Refused:
    return Refused(403, f"Forbidden: {reason}")


def conflict(reason: str) -> Refused:
    return Refused(409, f"Conflict: {reason}")


def too_many(retry_after: int) -> Refused:
    return Refused(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


def migrated(chat_id: int) -> Refused:
    return bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat_id)


def unauthorized() -> Refused:
    return Refused(401, "Unauthorized")


def not_found() -> Refused:
    return Refused(404, "Not Found")


PHRASES = {
    400: "Bad Request",
    429: "Too Many Requests: retry after 1",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def failure(status: int, *, retry_after: int | None = None, description: str | None = None) -> Refused:
    """What a fault asked for by a test answers."""
    if status == 429:
        return too_many(retry_after or 1)
    parameters = {} if retry_after is None else {"retry_after": retry_after}
    return Refused(status, description or PHRASES.get(status, f"Error {status}"), **parameters)
