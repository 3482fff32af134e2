"""What a workbook of estates, rooms, people and chats says, judged as a whole before anything is kept."""

from domain.register.intake.columns import SHEETS, Column
from domain.register.intake.model import (
    BadCell,
    BadWorkbook,
    EstateLine,
    GroupKey,
    GroupLine,
    Intake,
    Lexicon,
    OnFile,
    PersonKey,
    PersonLine,
    RoomKey,
    RoomLine,
    Sheet,
    StaffLine,
    Value,
    Words,
)
from domain.register.intake.validate import Settings, validate

__all__ = [
    "SHEETS", "BadCell", "BadWorkbook", "Column", "EstateLine", "GroupKey", "GroupLine", "Intake", "Lexicon", "OnFile",
    "PersonKey", "PersonLine", "RoomKey", "RoomLine", "Settings", "Sheet", "StaffLine", "Value", "Words", "validate",
]  # fmt: skip
