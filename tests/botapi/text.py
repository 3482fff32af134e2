"""Text as Telegram counts and parses it: UTF-16 units, and HTML into entities."""

import html
import re

from tests.botapi.errors import Json, bad_request

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024

_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
    "blockquote": "blockquote",
}
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)?([^<>]*)(>?)")
_HREF = re.compile(r"""href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_COMMAND = re.compile(r"(?<![\w/])/[a-zA-Z0-9_]{1,64}(?:@\w+)?")
_MENTION = re.compile(r"(?<!\w)@\w{3,32}")


def units(text: str) -> int:
    """The length in UTF-16 code units, which is how Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def found_entities(text: str) -> list[Json]:
    """Commands and mentions, which Telegram marks without being asked."""
    found = [("bot_command", match) for match in _COMMAND.finditer(text)]
    found += [("mention", match) for match in _MENTION.finditer(text) if not _inside(match, found)]
    return [
        {"type": kind, "offset": units(text[: match.start()]), "length": units(match.group())}
        for kind, match in sorted(found, key=lambda pair: pair[1].start())
    ]


def _inside(match: re.Match[str], commands: list[tuple[str, re.Match[str]]]) -> bool:
    return any(command.start() <= match.start() < command.end() for _, command in commands)


def parse(source: str, parse_mode: str) -> tuple[str, list[Json]]:
    """The text without its tags, and its entities.

    :raises Refused: as Telegram does, for tags that are unknown, unclosed or crossed. Of the modes only HTML is
        offered; Markdown is refused as unsupported, because nothing of ours may use it.
    """
    if not parse_mode:
        return source, found_entities(source)
    if parse_mode.lower() != "html":
        raise bad_request("unsupported parse_mode")
    return _Html(source).parsed()


class _Html:
    def __init__(self, source: str) -> None:
        self.source = source
        self.text = ""
        self.entities: list[Json] = []
        self.open: list[tuple[str, int, Json]] = []

    def parsed(self) -> tuple[str, list[Json]]:
        position = 0
        while (start := self.source.find("<", position)) >= 0:
            self.text += html.unescape(self.source[position:start])
            position = self._tag(start)
        self.text += html.unescape(self.source[position:])
        if self.open:
            raise _unparsable(f'Can\'t find end tag corresponding to start tag "{self.open[-1][0]}"')
        entities = sorted(self.entities, key=lambda entity: (entity["offset"], -entity["length"]))
        return self.text, entities + found_entities(self.text)

    def _tag(self, start: int) -> int:
        match = _TAG.match(self.source, start)
        assert match is not None  # It matches every "<".
        closing, name, attributes, end = match.groups()
        if not end:
            raise _unparsable(f"Unclosed {'end' if closing else 'start'} tag at byte offset {self._offset(start)}")
        if closing:
            self._close((name or "").lower(), start)
        else:
            self._open((name or "").lower(), attributes, start)
        return match.end()

    def _open(self, name: str, attributes: str, start: int) -> None:
        spoiler = name != "span" or 'class="tg-spoiler"' in attributes
        if name not in _KINDS or not spoiler:
            raise _unparsable(f'Unsupported start tag "{name}" at byte offset {self._offset(start)}')
        extra: Json = {}
        if name == "a" and (href := _HREF.search(attributes)):
            extra["url"] = html.unescape(next(group for group in href.groups() if group is not None))
        self.open.append((name, units(self.text), extra))

    def _close(self, name: str, start: int) -> None:
        offset = self._offset(start)
        if not self.open:
            raise _unparsable(f"Unexpected end tag at byte offset {offset}")
        opened, begin, extra = self.open.pop()
        if name and name != opened:
            found = f'expected "</{opened}>", found "</{name}>"'
            raise _unparsable(f"Unmatched end tag at byte offset {offset}, {found}")
        length = units(self.text) - begin
        if length and (opened != "a" or "url" in extra):
            self.entities.append({"type": _KINDS[opened], "offset": begin, "length": length} | extra)

    def _offset(self, start: int) -> int:
        return len(self.source[:start].encode())


def _unparsable(reason: str) -> Exception:
    return bad_request(f"can't parse entities: {reason}")
