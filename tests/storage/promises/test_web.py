"""domain.messaging.web.WebLog: what the web's chats show, on either database."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from domain.messaging.web import WebFile, WebPerson
from domain.register.model import Address, Role
from storage.engine import Database
from tests.builders import NOW, OWNER, PLUMBER

MINUTE = timedelta(minutes=1)


def post(database: Database, text: str, chat: str = "1", author: int | None = None) -> int:
    with database.writing() as work:
        return work.web.post(chat, author=author, body={"text": text}, now=NOW)


def shown(database: Database, seq: int = 0, chat: str = "1", limit: int = 99) -> list[tuple[int, str]]:
    with database.reading() as work:
        return [(one.seq, one.body["text"]) for one in work.web.since(chat, seq=seq, limit=limit)]


def test_a_chat_shows_its_own_messages_in_order_with_their_authors_names(database: Database):
    post(database, "漏水", author=OWNER)
    post(database, "elsewhere", chat="2")
    post(database, "收到")
    assert shown(database) == [(1, "漏水"), (2, "收到")]
    assert shown(database, seq=1) == [(2, "收到")]
    assert shown(database, limit=1) == [(1, "漏水")]
    with database.reading() as work:
        first, second = work.web.since("1", seq=0, limit=9)
    assert (first.author, first.name, first.sent_at, first.edited_at) == (OWNER, "李雷", NOW, None)
    assert (second.author, second.name) == (None, "")


def test_an_edit_comes_after_what_was_seen_unless_it_changes_nothing(database: Database):
    card = post(database, "open")
    post(database, "between")
    with database.writing() as work:
        assert work.web.edit(card, chat="1", body={"text": "open"}, now=NOW)
        assert not work.web.edit(card, chat="2", body={"text": "claimed"}, now=NOW)
        assert not work.web.edit(99, chat="1", body={"text": "claimed"}, now=NOW)
    assert shown(database, seq=2) == []
    with database.writing() as work:
        assert work.web.edit(card, chat="1", body={"text": "claimed"}, now=NOW + MINUTE)
    assert shown(database, seq=2) == [(3, "claimed")]
    with database.reading() as work:
        assert [one.edited_at for one in work.web.before("1", message=None, limit=9)] == [NOW + MINUTE, None]


def test_one_reads_back_page_by_page(database: Database):
    ids = [post(database, str(number)) for number in range(5)]
    with database.reading() as work:
        assert [one.id for one in work.web.before("1", message=None, limit=2)] == ids[3:]
        assert [one.id for one in work.web.before("1", message=ids[3], limit=2)] == ids[1:3]
        assert work.web.before("1", message=ids[0], limit=2) == []


def test_many_who_speak_at_once_are_all_seen_once_and_in_one_order(database: Database):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: post(database, str(number)), range(40)))
    assert [seq for seq, _text in shown(database)] == list(range(1, 41))


def test_a_photo_is_shown_to_those_whose_chats_show_it(database: Database):
    with database.writing() as work:
        work.web.keep("r", file=WebFile(content=b"\xff\xd8", thumbnail=b"\xff"), now=NOW)
        work.web.post("1", author=OWNER, body={"text": "", "photos": ["key_1"]}, now=NOW)
    with database.reading() as work:
        assert work.web.file("r") == WebFile(content=b"\xff\xd8", thumbnail=b"\xff")
        assert work.web.file("x") is None
        answers = [work.web.shows(chats, photo="key_1") for chats in (None, ["1", "2"], ["2"], [])]
        assert answers == [True, True, False, False]
        assert not work.web.shows(None, photo="key%1")


def test_people_of_the_web_are_those_with_an_address_there_with_their_homes_and_roles(database: Database):
    with database.writing() as work:
        for user, person_id, channel in (("u1", OWNER, "web"), ("u2", PLUMBER, "web"), ("u3", OWNER, "telegram")):
            work.addresses.bind(Address(channel=channel, user=user, chat=user, person_id=person_id))
        owner = WebPerson(id=OWNER, name="李雷", user="u1", chat="u1", homes=("3-2-1201", "A-1406"))
        plumber = WebPerson(id=PLUMBER, name="王师傅", user="u2", chat="u2", roles=frozenset({Role.ENGINEER}))
        assert list(work.web.people()) == [owner, plumber]
        assert work.web.person("u1") == owner
        assert work.web.person("u3") is None
        work.register.dismiss(PLUMBER)
        assert work.web.person("u2") == replace(plumber, roles=frozenset())
        assert list(work.web.groups()) == []
