"""Phone numbers as they are kept: digits only, one way of writing for each number."""

from __future__ import annotations

import re
import unicodedata

_DECORATION = re.compile(r"[\s\-‐-―()\[\].·]+")
_MAINLAND = re.compile(r"1[3-9]\d{9}|0[1-9]\d{1,2}\d{7,8}|[48]00\d{7}")  # mobile; landline with area code; 400 and 800
_FROM_ABROAD = re.compile(r"(?:\+|00)?86(1[3-9]\d{9}|0?[1-9]\d{8,10})")
_NEAR = re.compile(r"(?:\+|00)?(852[2-9]\d{7}|853[268]\d{7})")  # Hong Kong and Macau need no "+" to be recognised
_LOCAL = re.compile(r"(?:HK|香港):?(?:\+?852)?([2-9]\d{7})", re.IGNORECASE)
_ABROAD = re.compile(r"(?:\+|00)([1-9]\d{6,14})")


def normalise(text: str) -> str | None:
    """The digits by which a number is known; None when *text* is not one whole number.

    Mainland numbers lose +86, Hong Kong and Macau keep 852 and 853, all others are "00" and the country's code, so that
    no two numbers ever look alike. What comes out may be put in again.
    """
    plain = _DECORATION.sub("", unicodedata.normalize("NFKC", text))
    if _MAINLAND.fullmatch(plain):
        return plain
    if home := _FROM_ABROAD.fullmatch(plain):
        number = home[1] if _MAINLAND.fullmatch(home[1]) else f"0{home[1]}"
        return number if _MAINLAND.fullmatch(number) else None
    if near := _NEAR.fullmatch(plain):
        return near[1]
    if local := _LOCAL.fullmatch(plain):
        return f"852{local[1]}"
    abroad = _ABROAD.fullmatch(plain)
    return f"00{abroad[1]}" if abroad else None
