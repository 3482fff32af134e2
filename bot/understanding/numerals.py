"""Chinese and spoken numerals as digits."""

_DIGITS = dict(zip("零〇一二三四五六七八九幺两洞拐勾", "0012345678912079", strict=True))
NUMERAL = "零〇一二三四五六七八九十百幺两洞拐勾"


def digits(said: str) -> str:
    """Read "十二" as "12", "一二零一" and "幺二洞幺" digit by digit; leave everything else as it is."""
    if not said or any(character not in _DIGITS and character not in "十百" for character in said):
        return said
    if "十" in said or "百" in said:
        return str(_counted(said))
    return "".join(_DIGITS[character] for character in said)


def _counted(said: str) -> int:
    hundreds, _, rest = said.rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    number = 100 * int(digits(hundreds) or 1) if "百" in said else 0
    if ten:
        number += 10 * int(digits(tens) or 1)
    return number + int(digits(ones) or 0)
