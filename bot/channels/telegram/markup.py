"""Words and buttons as Telegram takes them: safe HTML, within its lengths."""

from __future__ import annotations

import html
import re
from typing import Any, Final

from bot.channels.base import Button, Outgoing

_MORE: Final = "…"
_PIECE: Final = re.compile(r"<(/?)([bi])>|&(?:lt|gt|amp|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});|[^<&]+|[<&]")


def units(text: str) -> int:
    """The length as Telegram counts it: in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "replace")) // 2


def fitted(source: str, limit: int) -> str:
    """The same words, in at most *limit* units after Telegram has read the tags, and sure to be readable by it.

    Only <b> and <i> are tags; any other "<" or "&" is shown as it is. What was left open is closed, what closes
    nothing is dropped. Nothing is cut inside a tag, an entity or a character.
    """
    if "<" not in source and "&" not in source and 2 * len(source) <= limit:
        return source
    pieces = [(match, _shown(match)) for match in _PIECE.finditer(source)]
    total = sum(units(shown) for _, shown in pieces)
    room = limit if total <= limit else limit - len(_MORE)
    done: list[str] = []
    opened: list[str] = []
    for match, shown in pieces:
        if match[2]:
            done.append(_tag(opened, match[2], closes=bool(match[1])))
        elif units(shown) <= room:
            done.append(html.escape(shown, quote=False) if match[0] == shown else match[0])
            room -= units(shown)
        else:
            done.append((_cut(shown, room) if match[0] == shown else "") + _MORE)
            break
    done.extend(f"</{name}>" for name in reversed(opened))
    return "".join(done)


def _shown(match: re.Match[str]) -> str:
    """What people will see of this piece."""
    piece = match[0]
    if match[2]:
        return ""
    return html.unescape(piece) if piece[0] == "&" and len(piece) > 1 else piece


def plain(source: str, limit: int) -> str:
    """The words without tags, for where Telegram knows none."""
    words = html.unescape(re.sub(r"</?[bi]>", "", source))
    return words if units(words) <= limit else _cut(words, limit - len(_MORE)) + _MORE


def keyboard(message: Outgoing, *, private: bool) -> dict[str, Any] | None:
    """The buttons: under the message, or, when one asks for the own contact or location, in place of the keyboard.

    Telegram cannot show both at once. Then the others say their label as if it had been typed; in groups, where
    nobody can be asked for a contact, such buttons are left out.
    """
    if private and any(button.ask for row in message.buttons for button in row):
        rows = [[_key(button) for button in row] for row in message.buttons]
        return {"keyboard": rows, "one_time_keyboard": True, "resize_keyboard": True}
    rows = [[_inline(button) for button in row if not button.ask] for row in message.buttons]
    kept = [row for row in rows if row]
    return {"inline_keyboard": kept} if kept else None


def _key(button: Button) -> dict[str, Any]:
    return {"text": button.label, f"request_{button.ask}": True} if button.ask else {"text": button.label}


def _inline(button: Button) -> dict[str, Any]:
    if button.url is not None:
        return {"text": button.label, "url": button.url}
    return {"text": button.label, "callback_data": button.data}


def _tag(opened: list[str], name: str, *, closes: bool) -> str:
    """The tag if it belongs here, else nothing: tags that cross or repeat are refused by Telegram."""
    if not closes and name not in opened:
        opened.append(name)
        return f"<{name}>"
    if closes and opened and opened[-1] == name:
        opened.pop()
        return f"</{name}>"
    return ""


def _cut(words: str, room: int) -> str:
    """The longest beginning that fits; a character of two units is kept whole."""
    return words.encode("utf-16-le", "replace")[: 2 * max(room, 0)].decode("utf-16-le", "ignore")
