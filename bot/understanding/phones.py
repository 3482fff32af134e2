"""Read a phone number, however it is written or spoken."""

import re
from dataclasses import dataclass

_SPOKEN = str.maketrans("零〇一二三四五六七八九幺洞拐勾两,", "0012345678910792 ")
_gap = r"[\s\-.()]{0,2}"
_named = r"电话|手机|号码|致电|call|phone|tel|mobile|whatsapp|reach me|\b(?:hp|ph|contact)"
_grammars = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!\d)(?:\+?(?:00)?86{_gap})?(1[3-9](?:{_gap}\d){{9}})(?!\d)",  # mainland mobile
        rf"(?:\+|(?<!\d)00)\s?([1-9]\d{{0,2}}(?:{_gap}\d){{6,12}})(?!\d)",  # with a country's code
        r"(?<!\d)(\(?0\d{2,3}\)?[\s\-]?\d{3,4}[\s\-]?\d{4})(?!\d)",  # landline
        r"(?<!\d)(0[1-9]\d{3}\s?\d{6}|85[23][\s\-]\d{4}[\s\-]?\d{4})(?!\d)",  # British mobile; Hong Kong, Macau
        r"(?<!\d)([48]00[\s\-]?\d{3,4}[\s\-]?\d{3,4})(?!\d)",
        r"(?<!\d)(\(?[2-9]\d{2}\)?[\s\-.]\d{3}[\s\-.]\d{4})(?!\d)",  # North American
        rf"(?:{_named})\D{{0,12}}?(\d{{3,4}}[\s\-]?\d{{4}})(?!\d)",
    )
)
_other_number = re.compile(r"(?:订单|单|快递|编|账|运单)号\D{0,2}$|\b(?:order|ticket|account|tracking|ref)\b\D{0,8}$")
_spoken_run = re.compile(r"[零〇一二三四五六七八九幺洞拐勾两\d][零〇一二三四五六七八九幺洞拐勾两\d\s\-,]{9,}")


@dataclass(frozen=True, slots=True)
class Phone:
    """The digits (with the country's code only where it is not China's), and where they stand."""

    digits: str
    start: int
    end: int


def read_phone(plain: str) -> Phone | None:
    """The first phone number of the text."""
    spoken = _spoken_run.sub(lambda run: run[0].translate(_SPOKEN), plain)
    calls = (found for grammar in _grammars for found in grammar.finditer(spoken))
    found = next((found for found in calls if not _other_number.search(spoken[: found.start()])), None)
    return Phone(re.sub(r"\D", "", found[1]), *found.span()) if found else None
