"""Plain words where there is a button for it: staff say "done" and "the board", owners "still dripping"."""

from __future__ import annotations

import re

from bot.talking import Belongs
from bot.turn import Turn
from domain.tickets.lifecycle import MOVES, Action, Status
from domain.tickets.model import Category, Ticket
from domain.tickets.relaying import is_talk

_THANKS_ZH = r"(?:(?:非常|太|真)?(?:感谢|谢谢|多谢|辛苦)\w{0,8}|师傅\w{0,6})?"
_THANKS_EN = r"(?:(?:many )?thank(?:s| you)[\w ]{0,20})?"
_BOARD = re.compile(
    r"(?:请|帮我|给我|我要|我想|麻烦)*(?:再?看一?下?看?|查一?下?查?|打开|显示|调出)?(?:工单)?(?:看板|面板|总览)"
    r"|(?:can you |could you |please )*(?:show|open|see|give|get|bring up)?(?: me)? ?(?:the )?(?:ticket |job )?board"
    r"(?: please)?|what(?:'s| is) (?:still )?(?:open|waiting)",
    re.IGNORECASE,
)
_MINE = re.compile(
    r"我?(?:今天|现在|手上|手里|手头|还)*有(?:几个|几张|几单|哪些|什么|多少)(?:活儿?|工单|单子|任务|事)(?:没做|要做)?"
    r"|我的(?:活儿?|任务|单子)|(?:show(?: me)? )?my (?:jobs|tickets|work|tasks|list)"
    r"|what(?: jobs| tickets)? do i have(?: today| now| left)?|what(?:'s| is) next(?: for me)?",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"(?:都|已经?|这边|这个|全部)*(?:修好|弄好|搞好|做好|做完|弄完|修完|搞定|处理好|处理完|完成|完工|换好|装好|通好|通)"
    r"(?:了|啦)+(?:[\s,:\u3001\u3002\uff0c\uff01\uff1a]+(?P<zh>.+))?"
    r"|(?:it'?s |it is |job(?:'s| is)? |that'?s |all |i'?m )?(?:done|fixed|finished|completed|repaired)(?: it)?"
    r"(?:\s*[,:;.!-]+\s*(?P<en>.+))?",
    re.IGNORECASE | re.DOTALL,
)
_QUESTION = re.compile(r"(?:[?\uff1f]|吗|没有?|么|呢)\s*$")
_NOT_FIXED = re.compile(
    r"(?:没有?|未|不算)(?:给我)?(?:修好|弄好|搞好|修理好|解决|处理好)|白修|等于没修"
    r"|\b(?:not|isn't|wasn't|hasn't been|never)(?: really| properly| been)* (?:fixed|done|solved|repaired)\b",
    re.IGNORECASE,
)
_STILL = re.compile(
    r"还是?在?(?:漏|滴|渗|堵|响|坏|跳|不(?:行|亮|好|通|热|冷|能))|还是?(?:老样子|一样)|又(?:漏|坏|堵|滴|不(?:行|亮|通|热))"
    r"|\b(?:still|again)\b.*\b(?:leak|drip|block|broken|noisy|stuck|cold|dark|not\b|doesn|isn|won|same)"
    r"|\b(?:leak|drip|block|broken)\w*\b.*\b(?:still|again)\b",
    re.IGNORECASE,
)
_FIXED = re.compile(
    r"(?:嗯+|对|好的?|是的?)?[\s,\uff0c]*(?:已经?|都|现在)*(?:修好|弄好|搞好|解决|处理好|好|可以用|能用|不漏|不滴|通)(?:了|啦)+"
    rf"[\s,\uff0c.!\u3002\uff01]*{_THANKS_ZH}"
    r"|(?:yes|yeah|ok)?[\s,]*(?:it'?s |it is |it |all |everything(?:'s| is) )?(?:now )?"
    rf"(?:fixed|solved|works|working|repaired|done|good)(?: now| again| fine)*[\s,.!]*{_THANKS_EN}",
    re.IGNORECASE,
)
_NOT_NEEDED = re.compile(
    r"(?:算了|那|就|你们|师傅)*[\s,\uff0c]*(?:先|都|可以)?(?:不用|不必|不需要|别|不)再?(?:来|修|上门|派人|过来|处理)(?:修|了|人)*"
    rf"[\s,\uff0c]*(?:(?:已经|我)?自己(?:修|弄|搞)好了)?{_THANKS_ZH}"
    r"|(?:please )?(?:there'?s |there is )?(?:no need|(?:i )?(?:don't|do not) need|don't bother|not necessary)"
    r"(?: anybody| anyone| you)?(?: to (?:come|fix|repair)(?: it)?| coming)(?: any ?more| now)?"
    rf"(?:[\s,.]*(?:i fixed it|it works again))?[\s,.]*{_THANKS_EN}",
    re.IGNORECASE,
)


def plainly(turn: Turn) -> Belongs | None:
    """The intent that a button would have begun; None while something is open, or when no button fits."""
    said, wish = turn.incoming.text.strip().replace("\u2019", "'"), turn.understood
    open_one = turn.intents.get(turn.conversation.intent or "")
    if (
        not said
        or turn.photos
        or turn.incoming.reply_to
        or (wish and wish.hazard)
        or (open_one and not open_one.yields)
    ):
        return None
    return _verdict(turn, said) or _not_needed(turn, said) or (_of_staff(turn, said) if turn.staff else None)


def _of_staff(turn: Turn, said: str) -> Belongs | None:
    if _fits(_BOARD, said):
        return "board", {}
    if _fits(_MINE, said):
        return "mytickets", {}
    if (done := _fits(_DONE, said)) and not _QUESTION.search(said):
        words = (done["zh"] or done["en"] or "").strip()
        held = [one for one in turn.work.tickets.held_by(turn.me) if _may(one, Action.FINISH)]
        if len(held) == 1:
            return "finish", {"ticket": held[0].id, **({"words": words} if words else {})}
        return ("finish_which", {"words": words}) if held else None
    return None


def _verdict(turn: Turn, said: str) -> Belongs | None:
    """Fixed or not, as whoever was asked about one ticket says it; the repairer hears the words."""
    outright, still, good = _NOT_FIXED.search(said), _STILL.search(said), _fits(_FIXED, said)
    if not (outright or still or good) or _QUESTION.search(said):
        return None
    mine = turn.work.tickets.reported_by(turn.me, since=turn.now)
    if not any(outright or good or _about(turn, one) for one in mine if one.status == Status.DONE):
        return None
    bad = outright or still
    words = said if bad and turn.understood and not turn.understood.control else ""  # a mere "no" tells nothing more
    return "verdict", {"control": "no" if bad else "yes", "mark": None, "words": words}


def _about(turn: Turn, ticket: Ticket) -> bool:
    """Can these words be about this ticket, and not about another matter?"""
    category = turn.understood.category if turn.understood else "none"
    return category in ("none", Category.OTHER, ticket.category)


def _not_needed(turn: Turn, said: str) -> Belongs | None:
    if not _fits(_NOT_NEEDED, said) or turn.conversation.intent:
        return None
    mine = turn.work.tickets.reported_by(turn.me, since=turn.now)
    return ("cancel_draft", {}) if any(_may(one, Action.CANCEL) for one in mine) else None


def _may(ticket: Ticket, action: Action) -> bool:
    return (Status(ticket.status), action) in MOVES and not is_talk(ticket)


def _fits(pattern: re.Pattern[str], said: str) -> re.Match[str] | None:
    return pattern.fullmatch(said.rstrip(" .!?~\u3002\uff01\uff1f"))
