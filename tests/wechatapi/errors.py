"""The errcodes with which WeChat refuses a call."""

from typing import Any

Json = dict[str, Any]
SAYS = {
    -1: "system error", 40001: "invalid credential, access_token is invalid or not latest", 40003: "invalid openid",
    40004: "invalid media type", 40007: "invalid media_id", 40013: "invalid appid", 40037: "invalid template_id",
    40054: "invalid sub button name size", 40055: "invalid button key size", 40125: "invalid appsecret",
    40130: "invalid openid list size, at least two openid", 41001: "access_token missing",
    42001: "access_token expired",
    43004: "require subscribe", 43101: "user refuse to accept the msg", 44004: "empty content",
    45002: "content size out of limit", 45009: "reach max api daily quota limit", 45011: "api minute-quota reach limit",
    45015: "response out of time limit or subscription is canceled", 45028: "has no masssend quota",
    45047: "out of response count limit", 45065: "clientmsgid exist", 47001: "data format error",
    47003: "argument invalid!", 48001: "api unauthorized", 53200: "invalid scene",
}  # fmt: skip


class Refused(Exception):
    """A call that WeChat would answer with an errcode."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code

    def as_answer(self) -> Json:
        """WeChat quotes what it was given: the openid, and a request number."""
        return {"errcode": self.code, "errmsg": f"{SAYS.get(self.code, 'refused')} hint: [o-quoted] rid: 65-1a2b"}
