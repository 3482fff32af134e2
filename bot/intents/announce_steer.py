"""What managers do with an announcement that was handed in: look at it, take it back, hold it, send it again."""

from __future__ import annotations

from collections.abc import Callable

from bot.announcement_cards import announcement_card, title_of
from bot.announcement_letters import leaflets
from bot.announcement_report import unreached_paper
from bot.conversation import Answers, Intent, Step
from bot.dialog import start
from bot.intents.announce_draft import answers_of, managed
from bot.intents.words import draft_tap, words_step
from bot.turn import Rows, Tap, Turn
from domain.announcements import operations as announcements
from domain.announcements.changing import known, manages, require
from domain.announcements.lifecycle import Action, Status
from domain.announcements.model import Again, Announcement
from domain.errors import NotAllowed

LISTED = 8
Operation = Callable[..., Announcement]


def _mine(turn: Turn, answers: Answers) -> Announcement:
    """The announcement, for whoever manages where it is for.

    :raises NotAllowed: nobody else
    """
    told = known(turn.work, answers["announcement"])
    if not manages(turn.work, told, turn.me):
        raise NotAllowed("announcement-managers-only")
    return told


def _does(operation: Operation, key: str) -> Callable[[Turn, Answers], None]:
    """One press: the operation; every copy of the card is edited by the notice, and the press is answered."""

    def act(turn: Turn, answers: Answers) -> None:
        operation(work=turn.work, announcement_id=answers["announcement"], by=turn.me, now=turn.now)
        turn.toast(turn.text(key))

    return act


def _still(action: Action) -> Callable[[Turn, Answers], Answers]:
    """For Intent.begin: nothing is asked that leads nowhere."""

    def begin(turn: Turn, answers: Answers) -> Answers:
        require(turn.work, known(turn.work, answers["announcement"]), action, turn.me)
        return answers

    return begin


# --- looking -----------------------------------------------------------------------------------------------------


def _list(turn: Turn, _answers: Answers) -> None:
    """The newest ones, a button each."""
    estates = managed(turn)
    if not estates:
        raise NotAllowed("announcement-managers-only")
    newest = turn.work.announcements.of_estates(estates, limit=LISTED)
    rows = [[Tap(_label(turn, one), "show_announcement", {"announcement": one.id})] for one in newest]
    write = [Tap(turn.text("button-announce"), "announce")]
    turn.answer(turn.text("announcements-list" if newest else "announcements-none"), [*rows, write])


def _label(turn: Turn, told: Announcement) -> str:
    """Plain words, for a button knows no tags."""
    state = turn.text(f"announcement-short-{told.status}")
    return turn.text("announcement-label", title=title_of(turn.voice, told), state=state)


def _show(turn: Turn, answers: Answers) -> None:
    told = _mine(turn, answers)
    text, rows = announcement_card(turn.voice, turn.work, told, turn.me)
    turn.answer(text, rows, card=f"announce:{told.id}")


def _refresh(turn: Turn, answers: Answers) -> None:
    """The figures as they are by now, where they stand."""
    told = _mine(turn, answers)
    text, rows = announcement_card(turn.voice, turn.work, told, turn.me)
    turn.edit(f"announce:{told.id}", text, rows)
    turn.toast(turn.text("announcement-refreshed"))


def _unreached(turn: Turn, answers: Answers) -> None:
    """The list of rooms that nobody was reached in, to be printed."""
    told = _mine(turn, answers)
    paper = unreached_paper(turn.voice, turn.work, told)
    if paper is None:
        turn.toast(turn.text("announcement-all-reached"))
        return
    turn.answer(turn.text("announcement-unreached", title=title_of(turn.voice, told)), document=paper)


# --- taking back -------------------------------------------------------------------------------------------------


def _revise(turn: Turn, answers: Answers) -> None:
    """Write it anew from what it says: the same draft, or another one, which takes the place of what is scheduled."""
    told = _mine(turn, answers)
    said = answers_of(told, now=turn.now)
    if told.status == Status.SCHEDULED:
        said["replaces"] = told.id
    elif told.status == Status.DRAFT and told.author_id == turn.me:
        said["announcement"] = told.id
    start(turn, turn.intents["announce"], said)


def _reject(turn: Turn, answers: Answers) -> None:
    announcements.reject(
        work=turn.work, announcement_id=answers["announcement"], reason=answers["reason"], by=turn.me, now=turn.now
    )
    turn.answer(turn.text("announcement-rejected-answer"))


# --- while it goes out, and after it -----------------------------------------------------------------------------


def _ask_stop(turn: Turn, answers: Answers) -> tuple[str, Rows]:
    told = known(turn.work, answers["announcement"])
    tally = turn.work.recipients.tally(told)
    rows = [
        [draft_tap(answers, "sure", turn.text("button-stop-now"), value=True)],
        [draft_tap(answers, "sure", turn.text("button-go-on-sending"), value=False)],
    ]
    return turn.text("ask-announcement-stop", sent=tally.sent, count=tally.waiting), rows


def _read_stop(turn: Turn, _answers: Answers) -> Answers | None:
    control = turn.understood.control if turn.understood else None
    return {"sure": control == "yes"} if control in ("yes", "no") else None


def _stop(turn: Turn, answers: Answers) -> None:
    if not answers["sure"]:
        turn.answer(turn.text("announcement-goes-on"))
        return
    announcements.stop(work=turn.work, announcement_id=answers["announcement"], by=turn.me, now=turn.now)
    turn.answer(turn.text("announcement-stopped-answer"))


def _repeat(turn: Turn, answers: Answers) -> None:
    to, told = Again(answers["to"]), known(turn.work, answers["announcement"])
    printed = leaflets(turn.work, turn.words, told, now=turn.now, to=to)
    announcements.send_again(work=turn.work, announcement_id=told.id, to=to, leaflets=printed, by=turn.me, now=turn.now)
    turn.toast(turn.text("announcement-repeated"))


STOP_SURE = Step("sure", _ask_stop, _read_stop)
ANNOUNCEMENTS = Intent("announcements", _list, commands=("announcements",), staff=True, private=True)
SHOW_ANNOUNCEMENT = Intent("show_announcement", _show, staff=True, private=True)
REFRESH_ANNOUNCEMENT = Intent("refresh_announcement", _refresh, staff=True)
UNREACHED_LIST = Intent("unreached_list", _unreached, staff=True, private=True)
UNDO_ANNOUNCEMENT = Intent("undo_announcement", _does(announcements.undo, "announcement-undone"), staff=True)
WITHDRAW_ANNOUNCEMENT = Intent(
    "withdraw_announcement", _does(announcements.withdraw, "announcement-withdrawn"), staff=True
)
REVISE_ANNOUNCEMENT = Intent("revise_announcement", _revise, staff=True, private=True)
APPROVE_ANNOUNCEMENT = Intent("approve_announcement", _does(announcements.approve, "announcement-approved"), staff=True)
REJECT_ANNOUNCEMENT = Intent(
    "reject_announcement",
    _reject,
    (words_step("reason", "ask-announcement-reject", skip="button-no-reason"),),
    staff=True,
    private=True,
    begin=_still(Action.REJECT),
)
PAUSE_ANNOUNCEMENT = Intent("pause_announcement", _does(announcements.pause, "announcement-paused"), staff=True)
RESUME_ANNOUNCEMENT = Intent("resume_announcement", _does(announcements.resume, "announcement-resumed"), staff=True)
STOP_ANNOUNCEMENT = Intent(
    "stop_announcement", _stop, (STOP_SURE,), staff=True, private=True, begin=_still(Action.STOP)
)
REPEAT_ANNOUNCEMENT = Intent("repeat_announcement", _repeat, staff=True)
CLOSE_ANNOUNCEMENT = Intent("close_announcement", _does(announcements.close, "announcement-closed-now"), staff=True)
