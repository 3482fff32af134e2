"""Read the words that say when somebody may come."""

import re

from bot.understanding.normalise import Text, normalise

TRIED, NEAR = 8, 60  # so many of the times in a message are weighed; characters on either side that may tell

_num = r"(?:\d{1,2}|[一二三四五六七八九十两]{1,3})"
_weekday_zh = r"(?:周|星期|礼拜)"
_days_zh = rf"(?:[到至或和、]者?{_weekday_zh}?[一二三四五六日天](?!点)|日(?!间))?"
_date_zh = (
    rf"(?:\d{{1,2}}/\d{{1,2}}(?=\s*(?:[上下晚早]|\d{{1,2}}[:点时]))|{_num}月{_num}[号日]|(?:\d{{1,2}}|二?十[一二三四五六七八九]?|三十一?)号)"
    r"(?![线楼梯门柜车机口床房铺桌院井箱栋幢单])"
)
_day_zh = (
    r"(?:今天|今日|今儿|听日|后日|今朝|今晚|明后[两二]?天|明天|明日|明儿|明早|明晚|大后天|后天|改天|过两天|这[两几]天"
    rf"|(?:这个?|本|下个?|每)?{_weekday_zh}(?:[一二三四五六日天1-6]|末){_days_zh}"
    rf"|{_date_zh}|双休日?|工作日|平时|平日|节假日|(?:国庆|春节|元旦|五一|中秋)节?后?|节后|年后|(?:随便)?哪天|月[初底](?:那?几天)?|初[一二三四五六七八九十])(?:放假)?(?:那天|两天)?"
)
_part_zh = (
    r"(?:天黑前|早\d{1,2}晚\d{1,2}|一?大?清?早上?|早晨|上午|中午|午饭后|下午|傍晚|晚上|晚饭后|夜里|白天|全天|整天|上昼|下昼|朝早|夜晚"
    r"|(?:孩子)?放学[后前]?|[下收][班工][后前]?|上班[后前]|午休[后时]?|(?:随时|任[何意]时间)(?:都(?:可以|行|能))?)"
)
_clock_zh = rf"(?:{_num}(?:点钟?|时|:\d\d)(?:半|一刻|多钟?|来钟|{_num}分?)?|\d{{1,2}}:\d\d)"
_side_zh = r"(?:以前|之前|以后|之后|前后|左右|前|后|开始(?!就?[停漏坏])|起)"
_free_zh = r"(?:都?(?:在家?|有人(?:在家?)?|可以|行(?!不行)|方便|有空|有时间)|之间)"
_range_zh = rf"(?:{_clock_zh}|{_part_zh})\s*(?:到|至|[-~–—]+)\s*{_part_zh}?\s*(?:{_clock_zh}|{_num}点?)"
_said_zh = re.compile(
    rf"(?:{_day_zh}(?:(?:或者?|还是|和|跟|、|到|至)?{_day_zh})?\s*的?\s*(?:{_part_zh}\s*){{0,3}}(?:{_range_zh}|{_clock_zh})?"
    rf"|(?:{_part_zh}\s*)?{_range_zh}|(?:{_part_zh}\s*){{1,3}}{_clock_zh}?|{_clock_zh}"
    r"|(?:半|[一两二三]|\d+)个?半?(?:小时|钟头|分钟)[之以]?后)"
    rf"\s*{_side_zh}?(?:\s*(?:我们?)?(?:家里?)?{_free_zh})?"
)
_always_zh = re.compile(
    rf"(?:{_day_zh})?(?:随时|任[何意]时间|什么时候|啥时候|哪天|几点)(?:都|来都?)?(?:可以|行|方便|在家?|有人|有空)"
    r"|(?:一直|天天|每天|全天|整天)都?(?:在家|有人)"
)
_past_zh = re.compile(
    r"\s*(?:就?开始|以来|已经|就(?!行|可以|好|能)|发现|突然|报修|打了?电话|[修换装买报停][过了的]|来[过修]了|刚刚?|停[水电]|被|没有?人"
    r"|没来|到现在|有人来过|的时候(?!来)|多?(?:漏|坏|吵|响)|多的?时候|才(?:来|回|到(?!家))|又|第|都没|还[在没是]|到期|几点|开门|关门"
    r"|都?(?:不行|不可以|没空|不在|不方便|要?上班|看不))"
)
_before_past_zh = re.compile(
    r"(?:从|自从|截至|昨天|昨日|昨晚|前天|上周|上个?月|上次|去年|每到|每天|一到|凌晨|半夜|刚才|说好的?|约好|等到|第.次(?:是)?)\s*$|(?:上个?|坏[了咗])$"
)
_bare_part_zh = re.compile(rf"{_part_zh}\s*")
_ends_there_zh = re.compile(r"\s*(?:$|[^\w\s]|[都可有在来方行吧上过再给联打叫能])")

_unit_en = r"(?:(?:st|nd|rd|th)\b|%|days?|weeks?|months?|hours?|hrs?|min(?:ute)?s?|years?|people|times?|floor|[.,]?\d)"
_numeral_en = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_hour_en = rf"(?:\d{{1,2}}(?:[:.]\d\d)?|{_numeral_en}\b)"
_exact_en = (
    rf"(?:{_hour_en}(?:\s*(?:am\b|pm\b|a\.m\.?|p\.m\.?|o'?clock|-?ish\b|sharp))+|\d{{1,2}}:\d\d"
    r"|\d{1,2}\.\d\d(?=\s+(?:today|tomorrow|tonight|on|in the))|noon|midday"
    rf"|(?:half past|(?:a )?quarter (?:past|to)|\d{{1,2}} (?:past|to)) {_hour_en})"
)
_clock_en = rf"(?:{_exact_en}|\b(?:\d{{1,2}}|{_numeral_en})\b(?!\s*{_unit_en}))"
_month_en = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_ordinal_en = r"\d{1,2}(?:st|nd|rd|th)"
_date_en = (
    rf"(?:(?:the\s+)?(?:{_ordinal_en}|\d{{1,2}})(?:\s+of)?\s+{_month_en}"
    rf"|{_month_en}\s+(?:{_ordinal_en}|\d{{1,2}})|the\s+{_ordinal_en})\b"
)
_weekday_en = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:mon|tues?|weds?|thu(?:rs?)?|fri|sat|sun)\b)"
_day_en = (
    r"(?:(?:this|next|on|coming|every|any|each|at|over)\s+){0,3}"
    r"(?:(?:the\s+)?day after (?:tomorrow|tmrw?)|today|tomorrow|tmrw|tmr|tonight|2nite|tonite|weekdays?"
    r"|any day(?: (?:this|next) week)?"
    rf"|(?:the\s+)?weekends?|next week(?:\s+(?:on\s+)?{_weekday_en})?|{_weekday_en}(?:,?\s+{_date_en})?|{_date_en})"
)
_part_en = (
    r"(?:(?:first thing\s+)?(?:in\s+the\s+|this\s+|any\s+|every\s+|at\s+|around\s+|early\s+|late\s+){0,3}"
    r"(?:mornings?|afternoons?|arvo|evenings?|nights?|lunchtime)(?:\s+(?:this|next)\s+week)?"
    r"|(?:after|before|at)\s+(?:work|lunch|dinner|school|dark|new year|christmas)"
    r"|(?:during|in)\s+(?:office|working|business)\s+hours|first thing)"
)
_by_en = r"(?<!come )(?<!drop )(?<!stop )(?<!swing )by(?!\s+(?:at|around|after))"
_side_en = rf"(?:any\s?time\s+)?(?:after|before|b4|{_by_en}|from|at|around|about|until|till|past)"
_range_en = rf"(?:between\s+|from\s+)?{_clock_en}\s*(?:[-–—]|to|and|until|till)\s*{_clock_en}"
_moment_en = rf"(?:{_range_en}|(?:{_side_en}\s+){{0,2}}{_clock_en})"
_days_en = rf"(?:from\s+)?{_day_en}(?:(?:\s+(?:or|and|to|until|till)\s+|\s?-\s?){_day_en})?"
_then_en = rf"(?:{_days_en}|{_range_en}|{_side_en}\s+{_clock_en}|{_exact_en})"
_half_en = r"(?:all day|am\b|pm\b|a\.m\.?|p\.m\.?)"
_said_en = re.compile(
    rf"\b(?:(?:any\s?time|all(?: day)?|some\s?time)\s+)?(?:(?:after|before|b4|{_by_en}|from|until)\s+)?"
    rf"(?:{_days_en}(?:,?\s+(?:{_part_en}|{_half_en}))?(?:,?\s+(?:{_moment_en}))?(?:\s+{_part_en})?"
    rf"|{_range_en}(?:\s+{_days_en})?(?:\s+{_part_en})?|{_side_en}\s+{_clock_en}(?:\s+{_days_en})?(?:\s+{_part_en})?"
    rf"|{_exact_en}(?:\s+{_days_en})?(?:\s+{_part_en})?|{_part_en}(?:,?\s+{_then_en})?"
    r"|(?:within|in)\s+(?:the|an|one|half an)\s+hour)"
    r"(?:\s+onwards?|\b)"
)
_always_en = re.compile(
    rf"\b(?:any\s?time(?: is fine| works)?(?!\s+(?:{_side_en}))"
    r"|whenever(?: you (?:like|can)| suits| is convenient)|all day)\b"
)
_past_en = re.compile(
    r"(?:\b(?:since|started|until|all|repair of)|\b(?:every|each)\s+\w+(?:\s+at)?"
    r"|(?:\b(?:last|yesterday|ago|this morning)\b)(?:\s+\w+){0,2})\s*(?:the\s*)?(?:\d{1,2}(?::\d\d)?\s*)?$"
)
_told_en = re.compile(
    r"\b(?:was|were|did|came|went|started|waited|happened|left|stopped|done|had|been|got|heard|saw|said|told|shows|lost"
    r"|called|paid|reported|delivered|promised)\b[^.,;!?]*$"
)
_follows_en = re.compile(
    r"\s*,?\s*(?:yesterday|last (?:night|week|month)|nobody|there (?:was|were)"
    r"|(?:she|he|they) (?:was|were|came|had|did|said|put|went|left))\b"
)
_coming_en = re.compile(r"\b(?:tomorrow|tmrw?|tonight|2nite|next|coming|weekends?)\b")
_bounded = re.compile(  # a day, or a time with an end or a beginning: that is said of what is to come
    r"[今明后]|听日|周|星期|礼拜|[号初]|月[初底]|[以之]?[前后]|到|至|-|~|随时|任[何意]"
    r"|\b(?:to|this|next|coming|any|day|after|before|between|from|until|till|in)\b|\d(?:st|nd|rd|th)\b"
    rf"|{_weekday_en}|{_month_en}\b|today|tonight|tomorrow|tmr|weekday|weekend"
)
_asked_zh = (
    r"来|上门|在[家这]?|有人|可以|方便|有[空时]|打|电话|联系|约|修|行|吧|[到回]家|安排|派|定"
    r"|合适|就|再|只有|改|见|最?好"
)
_asked_en = (
    r"\b(?:com(?:e|ing)|home|free|available|call|ring|text|visit|works?|ok(?:ay)?|fine|good|suits?|please|pls|plz"
    r"|drop|send|me|i'?m|we'?re|will be|stop by|swing|pop|look|fix|book|best|prefer|only|possible|make it|would do)\b"
)
_offered = re.compile(rf"{_asked_zh}|{_asked_en}")
_not_offered = re.compile(
    r"几[点号]|是不是|值班|[开关]门|停[水电掉]|通知|取消|愉快|快乐|每[次回]|上班时间|账单|到期|来过|也在|砸|吵|经常|总是|老是"
    r"|\b(?:what time|does|why|clos(?:e[sd]?|ing)|open(?:s|ing)?|expires?|dated|bill|invoice|outage|planned|cancel"
    r"|have a|happy|stays|goes|went|music|drilling|banging|paid|every night|until late|never"
    r"|when (?:will|is|do|does))\b"
)
_filler = re.compile(
    r"[\W\d_]+|\b(?:on|at|or|and|the|then|thanks?|thank you|hi|hello|yes|no|not)\b|谢谢|您?好|请|麻烦|那|的"
)
_clause = re.compile(r"[^,;.!?。、…:]*")
_pause_zh = re.compile(r"(?<=[\u4e00-\u9fff]) | (?=[\u4e00-\u9fff])")
_at_once = re.compile(  # asked of us, not told of the trouble: "right now the wall is wet too"
    r"\b(?:come|come (?:over|round|here|up)|send (?:someone|somebody)|please|pls)\s+(?:here\s+)?"
    r"(asap|as soon as possible|right away|immediately|straight away|now)\b|^(asap|as soon as possible)\b"
    r"|((?:尽快|马上|立刻|现在|赶紧|赶快|越快越好)(?=[就能]?(?:来|过来|派人?|上门|安排)))"
)
_bare_range_en = re.compile(r"(?:from\s+)?\d{1,2}(?:\.\d+)?\s*(?:-|to|and)\s*\d{1,2}")  # "3 to 5" may count anything
_bare_part_en = re.compile(r"(?:at\s+)?nights?")
_often_en = re.compile(r"(?:every|each)\b")
_there_en = re.compile(r"\b(?:home|free|around|available|in|there|here|ok|fine)\b[^.;!?]*$")


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
    fullest = sorted(spans, key=lambda span: (-len(text.plain[slice(*span)].rstrip()), span[0]))[:TRIED]
    soon = _at_once.search(text.plain)
    offered = (span for span in fullest if _is_offered(text.plain, *span))
    start, end = next(offered, soon.span(soon.lastindex or 0) if soon else (0, 0))
    return text.surface[start : start + len(text.plain[start:end].rstrip())].strip(" ,") or None


def _is_ahead_zh(plain: str, found: re.Match[str]) -> bool:
    before = plain[max(0, found.start() - 4) : found.start()]
    if _bare_part_zh.fullmatch(found[0]) and not _ends_there_zh.match(plain, found.end()):
        return False
    return not (_past_zh.match(plain, found.end()) or _before_past_zh.search(before))


def _is_ahead_en(plain: str, found: re.Match[str]) -> bool:
    if _bare_range_en.fullmatch(found[0]) or _bare_part_en.fullmatch(found[0]):
        return False
    if _often_en.match(found[0]) and not _there_en.search(plain[: found.start()]):
        return False
    if _coming_en.search(found[0]):
        return True
    if _past_en.search(plain[max(0, found.start() - 30) : found.start()]) or _follows_en.match(plain, found.end()):
        return False
    return not _told_en.search(plain[max(0, found.start() - 60) : found.start()])


def _is_offered(plain: str, start: int, end: int) -> bool:
    """Is it a time for us: is it a day or has it an end, does its clause say something of coming, or nothing else?"""
    before = _clause.match(_pause_zh.sub(",", plain[max(0, start - NEAR) : start + 1])[-2::-1])
    after = _clause.match(_pause_zh.sub(",", plain[end - 1 : end + NEAR])[1:])
    rest = f"{before[0][::-1] if before else ''} {after[0] if after else ''}"
    if _not_offered.search(rest):
        return False
    said = plain[start:end]
    return bool(_bounded.search(said) or _offered.search(f"{rest} {said}")) or not _filler.sub("", rest)
