"""How people say a room: closed grammars, the most complete first."""

import re

from bot.understanding.numerals import NUMERAL

_n = rf"(?:\d{{1,4}}|[{NUMERAL}]{{1,4}})"
_gap = r"[\s,的\-]*"
_building = rf"(?P<building>{_n}|[a-z]\d?)\s*(?:栋|幢|号楼|座|#楼|#)"
_entrance = rf"(?:(?P<entrance>{_n}|[a-z])\s*(?:单元|门洞|梯))?"
_floor = rf"(?P<floor>{_n})\s*(?:楼|层)"
_number = rf"(?P<room>\d{{3,4}}[a-z]?|[{NUMERAL}]{{3,5}})(?![\d元])(?:\s*(?:室|房|号|户))?"
_door = rf"(?P<room>\d{{1,4}}[a-z]?|[{NUMERAL}]{{1,4}}|[a-z])(?![\d元])(?:\s*(?:室|房|号|户))?"

_block = r"\b(?:block|blk|building|bulding|bldg|bld|tower)\s*(?:no\.?\s*)?#?(?P<building>\d{1,3}|[a-z]\d?)\b"
_stairs = r"(?:(?:unit|entrance|ent|stair)\s*(?P<entrance>\d)\b)?[\s,\-]*(?:floor\s*\d+|\d+(?:st|nd|rd|th)\s+floor)?"
_entrance_en = r"\b(?:entrance|ent|stair)\s*(?P<entrance>\d)\b"
_flat = r"(?:(?:apt|appt|apartment|appartment|flat|room|rm|suite|unit)\b\.?\s*(?:no\.?\s*)?#?|#)\s*"
_flat_number = r"(?P<room>\d{1,2}-\d{2}|\d{3,4}[a-z]?|\d{1,2}[a-z])\b(?!\s*(?:am|pm|:\d))"

_dash = r"\s?[-/#]\s?"
_plain_building = r"(?<![\d\-.:/a-z码])(?P<building>\d{1,3}|[a-z]\d?)"
_plain_room = r"(?P<room>\d{3,4}[a-z]?)(?![\d\-:])"

GRAMMARS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_building}{_gap}{_entrance}{_gap}{_floor}{_gap}{_door}",
        rf"{_building}{_gap}{_entrance}{_gap}{_number}",
        rf"{_plain_building}{_dash}(?P<entrance>\d{{1,2}}){_dash}{_plain_room}",
        rf"{_entrance_en}\s*(?:of|in)?[\s,]*{_block}[\s,\-]*(?:{_flat})?{_flat_number}",
        rf"{_block}[\s,\-]*{_stairs}[\s,\-]*(?:{_flat})?{_flat_number}",
        rf"{_plain_building}{_dash}{_plain_room}",
        rf"{_flat}{_flat_number}(?:[\s,]*(?:in|of|at)?[\s,]*{_block}(?:[\s,]*{_entrance_en})?)?",
        rf"(?P<entrance>{_n})\s*单元{_gap}(?:{_floor}{_gap})?{_number}",
        r"(?<![\d\-.:/])(?P<room>\d{3,4}[a-z]?)\s*(?:室|房间?)",
        rf"{_floor}\s*(?P<room>\d{{1,2}}|[{NUMERAL}]{{1,2}})\s*(?:室|房)",
        rf"(?P<room>[{NUMERAL}]{{3,4}})\s*(?:室|房)",
        r"^(?P<room>\d{3,4}[a-z]?|\d{1,2}[a-z])$",
    )
)

BUILDING_ALONE = re.compile(
    rf"(?:我?(?:是|在|住))?(?P<zh>{_n}|[a-z]\d?)\s*(?:栋|幢|号楼|座|#楼|#)(?:的|那边?|楼)?"
    r"|(?:it'?s\s+)?(?:in\s+|at\s+)?(?:block|blk|building|bulding|bldg|bld|tower)\s*(?:no\.?\s*)?#?(?P<en>\d{1,3}|[a-z]\d?)"
)
