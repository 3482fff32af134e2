"""The table of contents: everything that a person can want."""

from __future__ import annotations

from bot.conversation import Intent
from bot.intents.acquaintance import DUTY, GROUP_HELP, GROUP_LANGUAGE, HELP, I_AM, LANGUAGE, SMALL_TALK, START
from bot.intents.announce import ANNOUNCE
from bot.intents.announce_answer import HAVE_READ, LEAVE_PLACE, MUTE, SIGN_UP, UNMUTE, VOTE
from bot.intents.announce_card import ANNOUNCE_FILE, ANNOUNCE_SET, LOOK_ONLY
from bot.intents.announce_offer import OFFER_ANNOUNCEMENT
from bot.intents.announce_steer import (
    ANNOUNCEMENTS,
    APPROVE_ANNOUNCEMENT,
    CLOSE_ANNOUNCEMENT,
    PAUSE_ANNOUNCEMENT,
    REFRESH_ANNOUNCEMENT,
    REJECT_ANNOUNCEMENT,
    REPEAT_ANNOUNCEMENT,
    RESUME_ANNOUNCEMENT,
    REVISE_ANNOUNCEMENT,
    SHOW_ANNOUNCEMENT,
    STOP_ANNOUNCEMENT,
    UNDO_ANNOUNCEMENT,
    UNREACHED_LIST,
    WITHDRAW_ANNOUNCEMENT,
)
from bot.intents.claim import CLAIM
from bot.intents.desk import PASS_TO_DESK, PERSON, TO_DESK
from bot.intents.doorstep import DOORSTEP, SCAN
from bot.intents.draft import GO_ON
from bot.intents.emergency import ALARM, EMERGENCY
from bot.intents.false_alarm import ADD_DETAILS, CALL_OFF, SAY_MORE
from bot.intents.feedback import CANCEL_TICKET, COMMENT, CONFIRM, RATE, REJECT, VERDICT
from bot.intents.finish import FINISH, FINISH_WHICH
from bot.intents.guess import GUESS, UNREAD
from bot.intents.hand_over import ASK_HELP, HAND_BACK, PASS_ON
from bot.intents.keep_answer import APPROVE_ANSWER, DROP_ANSWER, KEEP_ANSWER, REWORD_ANSWER
from bot.intents.keepers import ADMIT, CHECK_KNOCK, TURN_AWAY
from bot.intents.knowledge import ANSWER_FULLY, HELPED, INQUIRE, LOOK_UP, NOT_HELPED
from bot.intents.late_photo import LATE_PHOTO, WORK_PHOTO
from bot.intents.lists import BOARD, HISTORY, MINE
from bot.intents.locate import LOCATE, SHARE_LOCATION
from bot.intents.manage import ASSIGN, POSTPONE
from bot.intents.progress import ARRIVE, DEPART, RESUME
from bot.intents.report import REPORT
from bot.intents.second_thoughts import ADD_WORDS, ANOTHER
from bot.intents.steering import (
    ADD_PHOTO,
    ANSWER,
    CANCEL,
    CHANGE,
    GO_BACK,
    NEVER_MIND,
    PATIENCE,
    SAY_AGAIN,
    SKIP,
    START_OVER,
)
from bot.intents.talk import ABOUT_TALK, ASK_WHETHER_NEW, ASK_WHOM, CLOSE_TALK, END_TALK, RELAY, TALK, TALK_ON
from bot.intents.torn import AS_REPORT, TORN_BETWEEN
from bot.intents.two_matters import TWO_MATTERS
from bot.intents.wait import WAIT

_ALL = (
    START, I_AM, SCAN, DOORSTEP, CHECK_KNOCK, ADMIT, TURN_AWAY,
    HELP, GROUP_HELP, GROUP_LANGUAGE, LANGUAGE, DUTY, SMALL_TALK,
    REPORT, ALARM, ANOTHER, ADD_WORDS, TWO_MATTERS, GUESS, UNREAD, GO_ON, TORN_BETWEEN, AS_REPORT,
    LATE_PHOTO, WORK_PHOTO, PASS_TO_DESK, TO_DESK, PERSON,
    INQUIRE, LOOK_UP, ANSWER_FULLY, HELPED, NOT_HELPED, KEEP_ANSWER, APPROVE_ANSWER, DROP_ANSWER, REWORD_ANSWER,
    ANSWER, CHANGE, NEVER_MIND, CANCEL, SAY_AGAIN, GO_BACK, SKIP, PATIENCE, START_OVER, ADD_PHOTO,
    EMERGENCY, LOCATE, SHARE_LOCATION, ADD_DETAILS, SAY_MORE, CALL_OFF,
    CLAIM, DEPART, ARRIVE, RESUME, WAIT, FINISH, FINISH_WHICH, HAND_BACK, PASS_ON, ASK_HELP,
    CONFIRM, REJECT, RATE, COMMENT, VERDICT, CANCEL_TICKET,
    ASSIGN, POSTPONE,
    TALK, TALK_ON, END_TALK, CLOSE_TALK, RELAY, ABOUT_TALK, ASK_WHETHER_NEW, ASK_WHOM,
    MINE, BOARD, HISTORY,
    ANNOUNCE, ANNOUNCE_SET, ANNOUNCE_FILE, LOOK_ONLY, OFFER_ANNOUNCEMENT,
    ANNOUNCEMENTS, SHOW_ANNOUNCEMENT, REFRESH_ANNOUNCEMENT, UNREACHED_LIST, REVISE_ANNOUNCEMENT, UNDO_ANNOUNCEMENT,
    WITHDRAW_ANNOUNCEMENT, APPROVE_ANNOUNCEMENT, REJECT_ANNOUNCEMENT, PAUSE_ANNOUNCEMENT, RESUME_ANNOUNCEMENT,
    STOP_ANNOUNCEMENT, REPEAT_ANNOUNCEMENT, CLOSE_ANNOUNCEMENT,
    HAVE_READ, VOTE, SIGN_UP, LEAVE_PLACE, MUTE, UNMUTE,
)  # fmt: skip
INTENTS: dict[str, Intent] = {intent.name: intent for intent in _ALL}
BY_COMMAND: dict[str, Intent] = {command: intent for intent in _ALL for command in intent.commands}
