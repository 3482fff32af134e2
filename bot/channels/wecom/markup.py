"""Words and buttons as WeCom takes them: plain text within its bytes, cards with up to nine things to press."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.channels.base import Button, Outgoing

Json = dict[str, Any]
TEXT: Final = 2048  # bytes
TITLE, DESCRIPTION = 128, 512  # bytes of a text card
_HEAD: Final = 36  # characters that a card's first line shows
_BODY: Final = 160  # and its body
_BUTTONS, _MENU = 6, 3
_LINKS: Final = 3
_MORE: Final = "…"


@dataclass(frozen=True, slots=True)
class Face:
    """What a reader sees of a message: its words, and what can be pressed."""

    text: str
    buttons: tuple[Button, ...]

    @classmethod
    def of(cls, message: Outgoing) -> Face:
        """Without what WeCom cannot ask its members for."""
        return cls(plain(message.text), tuple(one for row in message.buttons for one in row if not one.ask))

    @property
    def labels(self) -> tuple[str, ...]:
        """The words on the buttons."""
        return tuple(one.label for one in self.buttons)

    @property
    def title(self) -> str:
        """What it is about."""
        return self.text.partition("\n")[0]

    @property
    def body(self) -> str:
        """All the rest."""
        return self.text.partition("\n")[2].strip()

    @property
    def fits_card(self) -> bool:
        """Is nothing of it lost on a card?"""
        return len(self.title) <= _HEAD and len(self.body) <= _BODY


def plain(source: str) -> str:
    """The words without our tags; what people typed cannot become a link: WeCom reads <a> in texts."""
    return html.unescape(re.sub(r"</?[bi]>", "", source)).replace("<", "＜").strip()


def parts(text: str, limit: int = TEXT) -> list[str]:
    """The same words in as many messages as they need, parted between lines where that is possible."""
    found, room = [""], limit
    for line in _lines(text, limit):
        size = len(line.encode())
        if size > room:
            found.append("")
            room = limit
        found[-1] += line
        room -= size
    return [one.strip("\n") for one in found if one.strip()]


def _lines(text: str, limit: int) -> Iterator[str]:
    for line in text.splitlines(keepends=True):
        rest = line
        while len(rest.encode()) > limit:
            piece = rest.encode()[:limit].decode(errors="ignore")
            yield piece
            rest = rest[len(piece) :]
        yield rest


def cut(words: str, limit: int) -> str:
    """The longest beginning of so many bytes; no character is torn."""
    if len(words.encode()) <= limit:
        return words
    return words.encode()[: limit - len(_MORE.encode())].decode(errors="ignore") + _MORE


def cards(face: Face, task: str) -> list[Json]:
    """A card for every nine buttons: six below it and three in its menu; only the first can be edited."""
    most = _BUTTONS + _MENU
    chunks = [face.buttons[start : start + most] for start in range(0, len(face.buttons), most)]
    return [_card(face, chunk, task if number == 0 else f"{task}-{number}") for number, chunk in enumerate(chunks)]


def _card(face: Face, buttons: Sequence[Button], task: str) -> Json:
    card: Json = {"card_type": "button_interaction", **_words(face), "task_id": task}
    shown, hidden = buttons[:_BUTTONS], [one for one in buttons[_BUTTONS:] if one.url is None]
    card["button_list"] = [_button(one, first=number == 0) for number, one in enumerate(shown)]
    if hidden:
        card["action_menu"] = {"desc": _MORE, "action_list": [{"text": one.label, "key": one.data} for one in hidden]}
    return card


def _button(button: Button, *, first: bool) -> Json:
    look = {"text": button.label, "style": 1 if first else 2}
    return {**look, "type": 1, "url": button.url} if button.url else {**look, "type": 0, "key": button.data}


def settled(face: Face, word: str) -> Json:
    """A card that has nothing left to press: in the buttons' place stands *word*, in grey."""
    words = word if len(word) <= _HEAD else word[: _HEAD - 1] + _MORE
    return {"card_type": "button_interaction", **_words(face), "button_list": [], "replace_text": words}


def notice(face: Face, links: Sequence[tuple[str, str]]) -> Json:
    """A robot's card: it opens the first link, and shows up to three below."""
    jumps = [{"type": 1, "title": label, "url": url} for label, url in links[:_LINKS]]
    return {
        "card_type": "text_notice", **_words(face), "card_action": {"type": 1, "url": links[0][1]}, "jump_list": jumps,
    }  # fmt: skip


def textcard(face: Face, label: str, url: str) -> Json:
    """For a group chat: words with one link."""
    description = cut(face.body or face.title, DESCRIPTION)
    return {"title": cut(face.title, TITLE), "description": description, "url": url, "btntxt": label[:4]}


def _words(face: Face) -> Json:
    title = face.title if len(face.title) <= _HEAD else face.title[: _HEAD - 1] + _MORE
    body = face.body if len(face.body) <= _BODY else face.body[: _BODY - 1] + _MORE
    return {"main_title": {"title": title}, **({"sub_title_text": body} if body else {})}
