"""What a reply markup may look like."""

from typing import Any
from urllib.parse import urlsplit

from tests.botapi.calls import Call
from tests.botapi.errors import Json, bad_request

_ACTIONS = {"callback_data", "url", "switch_inline_query", "switch_inline_query_current_chat", "web_app", "login_url"}
_ACTIONS |= {"copy_text", "pay", "callback_game", "switch_inline_query_chosen_chat"}
_OTHERS = ("keyboard", "remove_keyboard", "force_reply")
_MOST_BUTTONS = 100


def markup_of(call: Call) -> Json | None:
    """The inline keyboard to attach, or None; other kinds are checked and belong to no message.

    :raises Refused: for what Telegram would refuse.
    """
    markup = call.structure("reply_markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return _inline(markup["inline_keyboard"])
    if not any(name in markup for name in _OTHERS):
        return None
    if "keyboard" in markup:
        _rows(markup["keyboard"], "keyboard")
    return None


def buttons_of(message: Json) -> list[Json]:
    """All inline buttons of a message, in reading order."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]


def _inline(rows: Any) -> Json | None:
    buttons = [_button(button) for row in _rows(rows, "inline keyboard") for button in row]
    if len(buttons) > _MOST_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    kept = [row for row in rows if row]
    return {"inline_keyboard": kept} if kept else None


def _rows(rows: Any, kind: str) -> list[list[Any]]:
    if not isinstance(rows, list):
        raise bad_request(f'field "{kind.replace(" ", "_")}" must be of type Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad_request(f"can't parse {kind} row: expected an Array")
    return rows


def _button(button: Any) -> Json:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str) or not button["text"]:
        raise bad_request('can\'t parse inline keyboard button: field "text" must be a non-empty String')
    actions = _ACTIONS & button.keys()
    if not actions:
        raise bad_request("can't parse inline keyboard button: text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request("BUTTON_TYPE_INVALID")
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button:
        _check_address(str(button["url"]))
    return button


def _check_address(url: str) -> None:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in ("http", "https", "tg", "ton"):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: unsupported URL protocol")
    if parts.scheme in ("http", "https") and "." not in (parts.hostname or ""):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: wrong HTTP URL")
