"""Read the words that say when somebody may come."""

import re

from bot.understanding.normalise import Text, normalise

_num = r"(?:\d{1,2}|[一二三四五六七八九十两]{1,3})"
_weekday_zh = r"(?:周|星期|礼拜)"
_days_zh = rf"(?:[到至或和、]?{_weekday_zh}?[一二三四五六日天](?!点))?"
_day_zh = (
    r"(?:今天|今日|听日|后日|今朝|今晚|明天|明日|明早|明晚|后天|大后天|改天|过两天"
    rf"|(?:这个?|本|下个?|每)?{_weekday_zh}(?:[一二三四五六日天1-6]|末){_days_zh}"
    rf"|(?:{_num}月)?{_num}[号日](?!线|楼)|双休日|工作日|平时|平日|节假日|国庆|五一|年后)"
)
_part_zh = (
    r"(?:大?清?早上?|早晨|上午|中午|午饭后|下午|傍晚|晚上|晚饭后|夜里|白天|全天|整天|上昼|下昼|朝早|夜晚"
    r"|下班[后前]?|上班[后前]|午休[后时]?|随时)"
)
_clock_zh = rf"(?:{_num}(?:点钟?|时|:\d\d)(?:半|一刻|{_num}分?)?|\d{{1,2}}:\d\d)"
_side_zh = r"(?:以前|之前|以后|之后|前后|左右|前|后|开始|起)"
_free_zh = r"(?:都?(?:在家?|有人(?:在家?)?|可以|行|方便|有空|有时间)|之间)"
_range_zh = rf"(?:{_clock_zh}|{_part_zh})\s*(?:到|至|-|~)\s*{_part_zh}?\s*(?:{_clock_zh}|{_num}点?)"
_said_zh = re.compile(
    rf"(?:{_day_zh}\s*的?\s*{_part_zh}?\s*(?:{_range_zh}|{_clock_zh})?"
    rf"|{_part_zh}?\s*{_range_zh}|{_part_zh}\s*{_clock_zh}?|{_clock_zh})"
    rf"\s*{_side_zh}?(?:\s*(?:我们?)?(?:家里?)?{_free_zh})?"
)
_always_zh = re.compile(
    r"(?:随时|任何时间|什么时候|啥时候|哪天|几点)(?:都|来都?)?(?:可以|行|方便|在家?|有人|有空)"
    r"|(?:一直|天天|每天|全天|整天)都?(?:在家|有人)"
)
_past_zh = re.compile(
    r"\s*(?:就?开始|以来|已经|就(?!行|可以|好)|发现|突然|报修|打了?电话|修[过了]|来[过修]了|刚刚?|停[水电]|被|没有?人"
    r"|没来|到现在|有人来过|的时候(?!来)|多?(?:漏|坏|吵|响)|多的?时候)"
)
_before_past_zh = re.compile(
    r"(?:从|自从|截至|昨天|昨日|昨晚|前天|上周|上个?月|上次|去年|每到|一到|凌晨|刚才|说好|约好)\s*$"
)

_unit_en = r"(?:st|nd|rd|th|%|days?|weeks?|months?|hours?|hrs?|min(?:ute)?s?|years?|people|times?|floor|\d)"
_clock_en = (
    r"(?:\d{1,2}(?::\d\d|\.\d\d)?\s*(?:am|pm|a\.m\.?|p\.m\.?|o'?clock)|\d{1,2}:\d\d|noon|midday"
    rf"|\b\d{{1,2}}\b(?!\s*{_unit_en}))"
)
_weekday_en = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:mon|tues?|wed|thurs?|fri|sat)\b)"
_day_en = (
    r"(?:(?:this|next|on|coming)\s+)?"
    rf"(?:today|tomorrow|tmrw|tmr|tonight|the day after tomorrow|weekdays?|weekends?|the weekend|{_weekday_en})"
)
_part_en = r"(?:(?:in\s+the\s+|this\s+|early\s+|late\s+)*(?:morning|afternoon|evening|night|lunchtime|after work)s?)"
_side_en = r"(?:any\s?time\s+)?(?:after|before|by|from|at|around|about|until|till|past)"
_range_en = rf"(?:between\s+|from\s+)?{_clock_en}\s*(?:-|to|and|until|till)\s*{_clock_en}"
_said_en = re.compile(
    rf"\b(?:(?:any\s?time|all day)\s+)?(?:(?:after|before|by|from|until)\s+)?"
    rf"(?:{_day_en}(?:\s+(?:or|and)\s+{_day_en})?(?:\s+{_part_en})?(?:,?\s+(?:{_range_en}|(?:{_side_en}\s+)?{_clock_en}))?"
    rf"|{_range_en}(?:\s+{_day_en})?|{_side_en}\s+{_clock_en}(?:\s+{_day_en})?|{_part_en})(?:\s+onwards?|\b)"
)
_always_en = re.compile(
    r"\b(?:any\s?time(?: is fine| works)?|whenever(?: you (?:like|can)| suits| is convenient)|all day)\b"
)
_past_en = re.compile(
    r"(?:\b(?:since|every|started|until|all)|\b(?:every|each)\s+\w+(?:\s+at)?"
    r"|(?:\b(?:last|yesterday|ago|this morning)\b)(?:\s+\w+){0,2})\s*(?:the\s*)?$"
)
_bare_range_en = re.compile(r"\d{1,2}\s*(?:-|to|and)\s*\d{1,2}")  # "3 to 5" may count anything


_soon = re.compile(
    r"尽快|尽早|越(?:快|早)越好|马上|立[刻即]|现在就|赶紧|赶快"
    r"|\b(?:asap|as soon as|right away|right now|straight away|immediately|come now|the sooner)\b|^now\W*$"
)
_gone = re.compile(r"昨[天日晚夜早]|前[天日]|上周|上星期|上个月|刚才|\b(?:yesterday|last (?:night|week|month)|ago)\b")
_today = re.compile(
    r"(?:今天|今日|today,?)\s*(?:的|at\s)?\s*(?P<part>上午|早上|中午|下午|晚上|morning|afternoon)?\s*"
    r"(?P<hour>\d{1,2})?\s*(?:点|时|:\d\d|(?P<half>[ap])\.?m)?|this (?P<this>morning|afternoon)|(?P<dawn>今早)"
)
_ends = {"上午": 12, "早上": 12, "morning": 12, "中午": 14, "下午": 18, "afternoon": 18, "晚上": 24}  # o'clock
_later = frozenset({"下午", "晚上", "afternoon", "p"})


def has_passed(raw: str, *, hour: int) -> bool:
    """Is the time that was said over already, when it is *hour* o'clock: "昨天下午", "今天上午" in the afternoon?"""
    plain = normalise(raw).plain
    found = _today.search(plain)
    if found is None:
        return _gone.search(plain) is not None
    part = found["part"] or found["this"] or ("早上" if found["dawn"] else None)
    if found["hour"] is None:
        return hour >= _ends.get(part or "", 24)
    said = int(found["hour"])
    late = not {part, found["half"]}.isdisjoint(_later) and said < 12
    return said + 12 * late <= hour if part or found["half"] else False


def is_soon(raw: str) -> bool:
    """Whoever is asked for a time, and answers so, names none and means the next."""
    return _soon.search(normalise(raw).plain) is not None


def read_when(text: Text) -> str | None:
    """The person's own words for when somebody may come; times that tell what happened are left out."""
    spans = [found.span() for always in (_always_zh, _always_en) for found in always.finditer(text.plain)]
    spans += [found.span() for found in _said_zh.finditer(text.plain) if _is_ahead_zh(text.plain, found)]
    spans += [found.span() for found in _said_en.finditer(text.plain) if _is_ahead_en(text.plain, found)]
    if not spans:
        return None
    start, end = max(spans, key=lambda span: (span[1] - span[0], -span[0]))
    return text.surface[start:end].strip(" ,") or None


def _is_ahead_zh(plain: str, found: re.Match[str]) -> bool:
    before = plain[max(0, found.start() - 4) : found.start()]
    return not (_past_zh.match(plain, found.end()) or _before_past_zh.search(before))


def _is_ahead_en(plain: str, found: re.Match[str]) -> bool:
    if _bare_range_en.fullmatch(found[0]):
        return False
    return not _past_en.search(plain[max(0, found.start() - 30) : found.start()])
