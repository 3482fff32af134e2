"""Notices: every event is told or untold on purpose, and every letter can be written in every language and status."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot import audiences
from bot.audiences import Recipient, Scene
from bot.notices import NOTICES, UNTOLD
from bot.voice import Voice
from bot.words import Words
from domain.announcements import events as a
from domain.announcements import operations as announcements
from domain.announcements.events import AnnouncementEvent as About
from domain.announcements.model import Again, Draft, SignUp, Text
from domain.announcements.model import Audience as Announced
from domain.knowledge import events as k
from domain.knowledge.model import Entry
from domain.messaging.events import ConversationStalled, DeliveryFailed, PersonUnreached
from domain.register.events import KnockAdmitted, KnockReceived, KnockTurnedAway, KnockWaits
from domain.register.model import Flag, Knock
from domain.tickets import events as e
from domain.tickets.lifecycle import IN_PROGRESS, Status
from domain.tickets.model import Category, Kind, Ticket, Urgency, WaitFor
from domain.tickets.policy import Audience
from domain.transaction import Event
from storage import tables
from storage.engine import Database, open_engine
from storage.work import SqlWork
from tests.journeys.cast import move_in
from tests.journeys.stage import LOCALES, MONDAY

OWNER, REPAIRER, MANAGER = 1, 4, 9
LANGUAGES = ("zh_CN", "en")
EXAMPLES: dict[type[Event], dict[str, object]] = {  # what an event needs besides its ticket
    ConversationStalled: {"person_id": OWNER},
    e.PhotosAdded: {"photos": ("p",)},
    e.TicketClaimed: {"repairer_id": REPAIRER},
    e.TicketAssigned: {"repairer_id": REPAIRER, "before_id": 6},
    e.TicketPassedOn: {"repairer_id": REPAIRER, "before_id": 6},
    e.TicketHandedBack: {"before_id": REPAIRER, "reason": "wrong tools <&>"},
    e.WorkPaused: {"wait_for": WaitFor.PARTS, "until": MONDAY},
    e.HelpRequested: {"words": "13812345678 <&>", "by": REPAIRER},
    e.TicketReopened: {"repairer_id": REPAIRER, "times": 2},
    e.TicketRated: {"mark": 1, "low": True},
    e.CommentAdded: {"low": True},
    e.CallReceived: {"words": "13812345678 <&>"},
    e.TicketCancelled: {"repairer_id": REPAIRER},
    e.TicketEscalated: {"level": 1, "audience": Audience.MANAGER, "unclaimed": False, "late": True},
    e.TalkBegun: {"said": ("13812345678 <&>",)},
    e.RelayedToStaff: {"words": "13812345678 <&>", "photos": ("p",)},
    e.RelayedToOwner: {"words": "今天 <&>", "photos": ("p",), "by": REPAIRER},
    **{made: {"entry_id": 1} for made in (k.AnswerKept, k.AnswerReworded, k.AnswerApproved, k.AnswerDropped)},
    e.ReminderPostponed: {"until": MONDAY, "reason": "known"},
    **{about: {"knock_id": 1} for about in (KnockReceived, KnockWaits, KnockAdmitted, KnockTurnedAway)},
    **{one: {"announcement_id": 1} for one in vars(a).values() if isinstance(one, type) and issubclass(one, About)},
    a.AnnouncementSubmitted: {"announcement_id": 1, "people": 900},
    a.AnnouncementApproved: {"announcement_id": 1, "people": 900, "second": True, "by": MANAGER},
    a.AnnouncementRejected: {"announcement_id": 1, "reason": "<&>", "by": MANAGER},
    a.AnnouncementScheduled: {"announcement_id": 1, "until": MONDAY},
    a.AnnouncementRepeated: {"announcement_id": 1, "to": Again.FAILED, "people": 3},
    a.PlaceFreed: {"announcement_id": 1, "person_id": OWNER},
    PersonUnreached: {"person_id": OWNER, "estate_id": 1, "room_id": 1, "day": "2026-11-23"},
    DeliveryFailed: {"delivery_id": 7, "estate_id": 1, "reason": "bug", "hour": "2026-11-23T02", "person_id": OWNER},
}
LETTER = Draft(
    estate_id=1, audience=Announced(estates=(1,), buildings=("3",), flags=frozenset(Flag)), confirm=True,
    texts={"en": Text("<&>", "<&>")}, sign_up=SignUp(1),
)  # fmt: skip
MADE = [one for module in (e, k) for one in vars(module).values() if isinstance(one, type)]
EVENTS = {one for one in MADE if issubclass(one, e.TicketEvent)} - {e.TicketEvent}
TOLD = sorted({notice.event for notice in NOTICES}, key=lambda event: event.__name__)


def ticket(status: Status, **changes: object) -> Ticket:
    made = Ticket(
        id=7, number="R1123-007", estate_id=1, reporter_id=OWNER, kind=Kind.REPAIR, category=Category.LEAK,
        urgency=Urgency.NORMAL, words="水 <&>, 13812345678", room_id=1, place="厨房", visit="visit-today",
        contact="13800000001", photos=("p", "q"), status=status, opened_at=MONDAY, queued_at=MONDAY,
        respond_by=MONDAY, resolve_by=MONDAY, reopened=2, mark=1, comment="慢 <&>", work_done="换 <&>",
        wait_for=WaitFor.PARTS, wait_until=MONDAY,
        repairer_id=REPAIRER if status in IN_PROGRESS else None,
        done_by=REPAIRER if status in (Status.DONE, Status.CONFIRMED, Status.CLOSED) else None,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlWork]:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('notices')}/notices.db")
    tables.metadata.create_all(engine)
    with engine.begin() as connection:
        move_in(connection, language="zh_CN")
        connection.execute(tables.people.update().values(flags=list(Flag)))
    with Database(engine).writing() as work:
        work.knowledge.put(
            Entry(name="x", language="en", title="<&>", answer="<&>", updated_at=MONDAY, estate_id=1, by=REPAIRER)
        )
        work.doors.knock(
            Knock(
                room_id=6, channel="chat", user="x", chat="x", phone="13812345678", name="<&>", language="en",
                asked_at=MONDAY, person_id=OWNER,
            )
        )  # fmt: skip
        announcements.draft(work=work, draft=LETTER, by=MANAGER, now=MONDAY)
    with Database(engine).reading() as work:
        yield work
    engine.dispose()


@pytest.fixture(scope="module")
def words() -> Words:
    return Words(LOCALES)


def test_every_event_is_told_or_untold_on_purpose():
    assert {event for event in {*TOLD, *UNTOLD} if issubclass(event, e.TicketEvent)} == EVENTS


def test_every_event_has_its_line_in_the_history(words):
    lines = {f"history-{event.__name__}" for event in EVENTS}
    assert lines <= words.keys("en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event_type", TOLD, ids=lambda event: event.__name__)
def test_every_letter_can_be_written_whatever_the_ticket_has_become(work, words, event_type, language):
    about = {"ticket_id": 7} if issubclass(event_type, e.TicketEvent) else {}
    event = event_type(**about, **EXAMPLES.get(event_type, {}))
    recipients = (Recipient("chat", "x", language), Recipient("chat", "y", language, person_id=REPAIRER))
    variants = [
        ticket(status, kind=kind, urgency=urgency)
        for status in Status
        for kind in (Kind.REPAIR, Kind.QUESTION)
        for urgency in Urgency
    ]
    for notice in (one for one in NOTICES if one.event is event_type):
        for variant in variants:
            for to in recipients:
                text, rows = notice.letter(Voice(words, language, MONDAY, work), Scene(work, event, variant), to)
                assert text
                assert "{" not in text
                assert "&amp;lt;" not in text, "escaped twice"
                assert "<&>" not in text, "not escaped"
                assert all(tap.label for row in rows for tap in row)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_that_a_group_is_told_holds_a_name_or_a_whole_number_of_the_owner(work, words, language):
    group = Recipient("chat", "员工群", language)
    for notice in NOTICES:
        told_to_staff = notice.event in (e.HelpRequested, e.TalkBegun, e.RelayedToStaff)
        if notice.card == "ticket" or told_to_staff:
            assert issubclass(notice.event, e.TicketEvent)
            event = notice.event(ticket_id=7, **EXAMPLES.get(notice.event, {}))  # type: ignore[arg-type]
            for status in Status:
                voice, scene = Voice(words, language, MONDAY, work), Scene(work, event, ticket(status))
                text, _ = notice.letter(voice, scene, group)
                assert "13800000001" not in text
                assert "13812345678" not in text
                assert "王阿姨" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_that_the_owner_of_a_question_is_told_holds_a_name_or_a_number_of_staff(work, words, language):
    owner = Recipient("chat", "王阿姨", language, person_id=OWNER)
    for notice in (one for one in NOTICES if one.to in (audiences.reporter, audiences.kept_waiting)):
        assert issubclass(notice.event, e.TicketEvent)
        event = notice.event(ticket_id=7, **EXAMPLES.get(notice.event, {}))  # type: ignore[arg-type]
        for status in Status:
            scene = Scene(work, event, ticket(status, kind=Kind.QUESTION))
            text, _ = notice.letter(Voice(words, language, MONDAY, work), scene, owner)
            assert "李师傅" not in text
            assert "13800000004" not in text
