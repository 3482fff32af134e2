"""WeCom's refusals: HTTP 200 with an errcode."""

from typing import Any

Json = dict[str, Any]


class Refused(Exception):
    """A call that is answered with an errcode other than 0."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.message = message or WORDS.get(code, "refused")

    def as_answer(self) -> Json:
        return {"errcode": self.code, "errmsg": f"{self.message}, hint: [1700000000_1_loopback], from ip: 127.0.0.1"}


WORDS = {
    -1: "system busy",
    40001: "invalid credential",
    40004: "invalid media type",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid corpid",
    40014: "invalid access_token",
    40029: "invalid code",
    40058: "invalid Request Parameter",
    41001: "access_token missing",
    42001: "access_token expired",
    44004: "text content is empty",
    45002: "content size out of limit",
    45009: "api freq out of limit",
    45033: "api concurrent out of limit",
    46003: "menu unexist",
    48002: "api forbidden",
    60011: "no privilege to access/modify contact/party/agent",
    60020: "not allow to access from your ip",
    60111: "userid not found",
    81013: "user & party & tag all invalid",
    86003: "chatid is invalid",
    93000: "invalid webhook url",
    301002: "no privilege to operate the agent",
}
