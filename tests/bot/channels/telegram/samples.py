"""Updates as Telegram sends them, parcels as the delivery hands them over, and what main.py injects."""

from datetime import UTC, datetime
from typing import Any

from bot.channels.base import Button, Document, Outgoing, Parcel
from domain.messaging.model import Delivery, Lane, Mode

NOW = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n"
OWNER = 5001
ENGINEER = 5002
GROUP = -1_002_003_004_005

WANG: dict[str, Any] = {
    "id": OWNER,
    "is_bot": False,
    "first_name": "明",
    "last_name": "王",
    "language_code": "zh-hans",
}
PRIVATE: dict[str, Any] = {"id": OWNER, "type": "private", "first_name": "明"}
STAFF: dict[str, Any] = {"id": GROUP, "type": "supergroup", "title": "维修组"}


def message(*, chat: dict[str, Any] = PRIVATE, **content: Any) -> dict[str, Any]:
    """An update with a message of Mr Wang's, unless *content* says otherwise."""
    return {"update_id": 7, "message": {"message_id": 11, "date": 1, "from": WANG, "chat": chat} | content}


def press(**content: Any) -> dict[str, Any]:
    under = {"message_id": 11, "date": 1, "chat": STAFF}
    query = {"id": "900", "from": WANG, "chat_instance": "1", "message": under, "data": "KEY:2"}
    return {"update_id": 7, "callback_query": query | content}


def membership(old: str, new: str, *, chat: dict[str, Any] = PRIVATE, **rights: Any) -> dict[str, Any]:
    bot = {"id": 42, "is_bot": True, "first_name": "管家"}
    change = {"chat": chat, "from": WANG, "date": 1}
    before, after = {"user": bot, "status": old}, {"user": bot, "status": new} | rights
    return {"update_id": 7, "my_chat_member": change | {"old_chat_member": before, "new_chat_member": after}}


def parcel(
    text: str = "",
    *,
    chat: int | str = OWNER,
    mode: Mode = Mode.SEND,
    buttons: tuple[tuple[Button, ...], ...] = (),
    photos: tuple[tuple[str, str], ...] = (),
    copies: tuple[str, ...] = (),
    toast: str | None = None,
    alert: bool = False,
    thread: str | None = None,
    id: int = 1,  # noqa: A002 - the delivery's
    document: tuple[str, str] | None = None,
    pinned: bool = False,
) -> Parcel:
    paper = Document(handle=document[1], name="名单.xlsx") if document else None
    message = Outgoing(
        text=text, buttons=buttons, toast=toast, alert=alert, photos=tuple(ref for _, ref in photos), document=paper,
        pinned=pinned,
    )  # fmt: skip
    row = Delivery(
        channel="telegram",
        chat=str(chat),
        lane=Lane.DIALOG,
        body=message.plain(),
        created_at=NOW,
        mode=mode,
        thread=thread,
        id=id,
    )
    return Parcel(delivery=row, message=message, photos=photos, copies=copies, document=document)


def say(key: str, language: str) -> str:
    return f"{key} in {language}"


async def fetch_elsewhere(channel: str, handle: str) -> bytes:
    if handle == "gone":
        raise LookupError(handle)
    return PNG + f"{channel}/{handle}".encode()
