"""Bring a message to the one form that everything else reads, keeping the writer's own words beside it."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from opencc import OpenCC

LONGEST = 1200  # characters looked at: nobody reports a leak in more, and time per message stays bounded

_traditional = OpenCC("t2s")
_invisible = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_drawn_out = re.compile(r"([^\W\d_])\1{3,}|([^\w\s])\2{1,}")
_drawn_out_han = re.compile(r"([啊呀哦噢呢吧了嘛哈呜吗])\1+")
_blank = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Text:
    """`plain` is lower-case and simplified; `surface` is the same length, in the writer's own characters."""

    surface: str
    plain: str


def normalise(raw: str) -> Text:
    """Fold widths, blanks, drawn-out letters, capitals and traditional characters."""
    folded = unicodedata.normalize("NFKC", raw[: 2 * LONGEST])
    folded = _blank.sub(" ", _invisible.sub("", folded)).strip()
    folded = _drawn_out_han.sub(r"\1", _drawn_out.sub(r"\1\2", folded))[:LONGEST]
    return Text(surface=folded, plain="".join(map(_plain, folded)))


@lru_cache(maxsize=20_000)
def _plain(character: str) -> str:
    """One character for one character, so that positions in `plain` are positions in `surface`."""
    if character.isascii():
        return character.lower()
    lowered = character.lower()
    simplified = str(_traditional.convert(lowered))
    return simplified if len(simplified) == 1 else character
