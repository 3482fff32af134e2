"""Small things that a sentence may hold beside its matter: a name, a ticket's number."""

import re
from collections.abc import Sequence
from decimal import Decimal

from bot.understanding.lexicon import Hit
from bot.understanding.normalise import Text

NAME = "name_before"

_ticket = re.compile(r"(?<![a-z\d])([a-z]{1,3}\d{3,4}-\d{2,4})(?!\d)")
_figure = r"(\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,7}(?:\.\d{1,2})?)"
_sum = re.compile(rf"[¥$€£]\s*{_figure}|(?<![\d.]){_figure}\s*(?:元|块|圆|蚊|yuan|rmb|dollars|bucks)")
_name = re.compile(r"\s*([\u4e00-\u9fff]{1,3}(?=先生|女士|小姐|[,。,.!\s\d]|$)|[a-z]+(?:\s[a-z]+)?(?=[,.!\s]|$))")


def read_ticket(text: Text) -> str | None:
    """A ticket's number as people copy or say it: "R1121-007"."""
    found = _ticket.search(text.plain)
    return found[1].upper() if found else None


def read_sum(text: Text) -> Decimal | None:
    """The first sum of money: "1,200.50元", "$75", "300块"."""
    found = _sum.search(text.plain)
    return Decimal((found[1] or found[2]).replace(",", "")) if found else None


def read_name(text: Text, hits: Sequence[Hit]) -> str | None:
    """The name after "我姓", "我叫", "my name is"."""
    for hit in hits:
        found = _name.match(text.plain, hit.end) if hit.concept == NAME else None
        if found:
            return text.surface[found.start(1) : found.end(1)]
    return None
