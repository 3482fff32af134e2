"""Read a phone number, however it is written or spoken."""

import re

_SPOKEN = str.maketrans("零〇一二三四五六七八九幺洞拐勾两", "0012345678910792")
_gap = r"[\s\-.()]{0,2}"
_mobile = re.compile(rf"(?<![\d])(?:\+?(?:00)?86{_gap})?(1[3-9](?:{_gap}\d){{9}})(?!\d)")
_abroad = re.compile(r"(?:\+|\b00)[\s]?([1-9]\d{0,2}(?:[\s\-.()]{0,2}\d){6,12})(?!\d)")
_landline = re.compile(
    r"(?<!\d)(\(?0\d{2,3}\)?[\s\-]?\d{7,8}|[48]00[\s\-]?\d{3,4}[\s\-]?\d{3,4}|\(?[2-9]\d{2}\)?[\s\-.]\d{3}[\s\-.]\d{4})(?!\d)"
)
_short = re.compile(
    r"(?:电话|手机|号码|致电|call|phone|tel|mobile|whatsapp|reach me)\D{0,12}?(\d{3,4}[\s\-]?\d{4})(?!\d)"
)
_spoken_run = re.compile(r"[零〇一二三四五六七八九幺洞拐勾两\d][零〇一二三四五六七八九幺洞拐勾两\d\s\-,]{9,}")


def read_phone(plain: str) -> str | None:
    """The digits of the first phone number; the country's code only where it is not China's."""
    spoken = _spoken_run.sub(lambda run: run[0].translate(_SPOKEN).replace(",", " "), plain)
    for grammar in (_mobile, _abroad, _landline, _short):
        found = grammar.search(spoken)
        if found:
            return re.sub(r"\D", "", found[1])
    return None
