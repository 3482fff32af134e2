"""Words as WeChat can show them: no markup, no way out of the envelope, no message longer than it takes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

LONGEST: Final = 2048  # bytes, of a passive reply and of a customer message
_MARKUP: Final = re.compile(r"</?[bi]>")
_OPENING: Final = re.compile(r"<(?=[A-Za-z/!?])")
# XML cannot carry these, not even quoted.
_UNSPEAKABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Where a long text is best cut: after a paragraph, a line, a sentence, a word.
_SEAMS: Final = (re.compile(r"\n\n+"), re.compile(r"\n"), re.compile(r"[。！？；!?;]+"), re.compile(r"[，、,\s]+"))


def plain(text: str) -> str:
    """An Outgoing's text without <b> and <i>, its escapes undone; what would be a link or a tag is none."""
    return harmless(html.unescape(_MARKUP.sub("", text)))


def harmless(text: str) -> str:
    """WeChat draws <a> where it finds it, and "]]>" would end the CDATA that carries a reply."""
    return _OPENING.sub("＜", _UNSPEAKABLE.sub("", text)).replace("]]>", "]]＞")


def speakable(xml: str) -> str:
    """What was pushed, without the characters that people can type and XML cannot hold."""
    return _UNSPEAKABLE.sub("", xml)


def pieces(text: str, longest: int = LONGEST) -> Iterator[str]:
    """The text in messages that WeChat takes, cut where it hurts least."""
    while len(text.encode()) > longest:
        head = text.encode()[:longest].decode(errors="ignore")
        cut = _seam(head)
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    if text:
        yield text


def _seam(head: str) -> int:
    """Where to cut: in the second half if there is a seam in it, else at the end."""
    for seam in _SEAMS:
        ends = [found.end() for found in seam.finditer(head)]
        if ends and ends[-1] > len(head) // 2:
            return ends[-1]
    return len(head)
