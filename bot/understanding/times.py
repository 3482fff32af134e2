"""Read the words that say when somebody may come."""

import re

from bot.understanding.normalise import Text

_num = r"(?:\d{1,2}|[一二三四五六七八九十两]{1,3})"
_day_zh = (
    rf"(?:今天|今日|今晚|明天|明日|明早|明晚|后天|大后天|改天|过两天|(?:这个?|本|下个?|每)?(?:周|星期|礼拜)(?:[一二三四五六日天1-6]|末)(?:[到至或和、]?(?:周|星期|礼拜)?[一二三四五六日天](?!点))?"
    rf"|(?:{_num}月)?{_num}[号日](?!线|楼)|双休日|工作日|平时|平日|节假日|国庆|五一|年后)"
)
_part_zh = r"(?:大?清?早上?|早晨|上午|中午|午饭后|下午|傍晚|晚上|晚饭后|夜里|白天|全天|整天|下班[后前]?|上班[后前]|午休[后时]?|随时)"
_clock_zh = rf"(?:{_num}(?:点钟?|时|:\d\d)(?:半|一刻|{_num}分?)?|\d{{1,2}}:\d\d)"
_side_zh = r"(?:以前|之前|以后|之后|前后|左右|前|后|开始|起)"
_free_zh = r"(?:都?(?:在家?|有人|可以|行|方便|有空|有时间)|再来|过来|上门|来(?:修|看|弄|人|维修)?|之间)"
_range_zh = rf"(?:{_clock_zh}|{_part_zh})\s*(?:到|至|-|~)\s*{_part_zh}?\s*(?:{_clock_zh}|{_num}点?)"
_zh = re.compile(
    rf"(?:{_day_zh}\s*的?\s*{_part_zh}?\s*(?:{_range_zh}|{_clock_zh})?|{_part_zh}?\s*{_range_zh}|{_part_zh}\s*{_clock_zh}?|{_clock_zh})"
    rf"\s*{_side_zh}?(?:\s*(?:我们?)?(?:家里?)?{_free_zh})?"
)
_always_zh = re.compile(
    r"(?:随时|任何时间|什么时候|啥时候|哪天|几点)(?:都|来都?)?(?:可以|行|方便|在家?|有人|有空)|(?:一直|天天|每天|全天|整天)都?(?:在家|有人)"
)
_past_zh = re.compile(
    r"\s*(?:就?开始|以来|已经|就(?!行|可以|好)|发现|突然|报修|打了?电话|修[过了]|来[过修]了|刚刚?|停[水电]|被|没有?人|没来|到现在|有人来过|的时候(?!来))"
)
_before_past_zh = re.compile(r"(?:从|自从|截至|昨天|昨日|昨晚|前天|上周|上个?月|上次|去年|每到|一到|凌晨)\s*$")

_clock_en = r"(?:\d{1,2}(?::\d\d|\.\d\d)?\s*(?:am|pm|a\.m\.?|p\.m\.?|o'?clock)|\d{1,2}:\d\d|noon|midday|\b(?:\d{1,2})\b(?!\s*(?:st|nd|rd|th|[%$a-z]|\d)))"
_weekday_en = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:mon|tues?|wed|thurs?|fri|sat)\b)"
_day_en = rf"(?:(?:this|next|on|coming)\s+)?(?:today|tomorrow|tmrw|tmr|tonight|the day after tomorrow|weekdays?|weekends?|the weekend|{_weekday_en})"
_part_en = r"(?:(?:in\s+the\s+|this\s+|early\s+|late\s+)*(?:morning|afternoon|evening|night|lunchtime|after work)s?)"
_side_en = r"(?:any\s?time\s+)?(?:after|before|by|from|at|around|about|until|till|past)"
_range_en = rf"(?:between|from)?\s*{_clock_en}\s*(?:-|to|and|until|till)\s*{_clock_en}"
_en = re.compile(
    rf"\b(?:(?:any\s?time|all day)\s+)?(?:{_side_en}\s+)?(?:{_day_en}(?:\s+(?:or|and)\s+{_day_en})?(?:\s+{_part_en})?(?:,?\s+(?:{_range_en}|(?:{_side_en}\s+)?{_clock_en}))?|{_range_en}\s+{_day_en}|{_side_en}\s+{_clock_en}(?:\s+{_day_en})?|between\s+{_clock_en}\s+and\s+{_clock_en}|{_part_en})\b(?:\s+onwards?)?"
)
_always_en = re.compile(
    r"\b(?:any\s?time(?: is fine| works)?|whenever(?: you (?:like|can)| suits| is convenient)|all day|i(?:'m| am) (?:always )?(?:home|in) all day)\b"
)
_past_en = re.compile(r"\b(?:since|last|yesterday|ago|every|started|until)\s*$")


def read_when(text: Text) -> str | None:
    """The person's own words for when somebody may come; times that tell what happened are left out."""
    spans = [found.span() for found in _always_zh.finditer(text.plain)]
    spans += [found.span() for found in _always_en.finditer(text.plain)]
    spans += [found.span() for found in _zh.finditer(text.plain) if _is_future_zh(text.plain, found)]
    spans += [found.span() for found in _en.finditer(text.plain) if not _past_en.search(text.plain, 0, found.start())]
    if not spans:
        return None
    start, end = max(spans, key=lambda span: (span[1] - span[0], -span[0]))
    return text.surface[start:end].strip(" ,") or None


def _is_future_zh(plain: str, found: re.Match[str]) -> bool:
    if _past_zh.match(plain, found.end()) or _before_past_zh.search(plain[max(0, found.start() - 4) : found.start()]):
        return False
    return not (found[0].endswith(("开始", "起")) and _past_zh.match(plain, found.end()))
