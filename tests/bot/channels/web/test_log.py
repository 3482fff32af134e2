"""What the chats of the web keep."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from domain.messaging.web import WebFile
from domain.register.model import GroupKind, Role
from storage.engine import Database
from tests.bot.channels.web.house import GROUP, NOW, House


def write(database: Database, function: Callable[[Any], Any]) -> Any:
    with database.writing() as work:
        return function(work)


def _post(database: Database, chat: str, text: str, author: int | None = None) -> int:
    return int(write(database, lambda work: work.web.post(chat, author=author, body={"text": text}, now=NOW)))


def _edit(database: Database, message: int, chat: str, text: str) -> bool:
    later = NOW + timedelta(minutes=1)
    return bool(write(database, lambda work: work.web.edit(message, chat=chat, body={"text": text}, now=later)))


def test_what_was_edited_comes_again_to_whoever_saw_it_before(database: Database) -> None:
    first, _second = _post(database, "a", "one"), _post(database, "a", "two")
    _edit(database, first, "a", "one, edited")
    with database.reading() as work:
        assert [row.body["text"] for row in work.web.since("a", seq=2, limit=9)] == ["one, edited"]
        assert [row.body["text"] for row in work.web.before("a", message=None, limit=9)] == ["one, edited", "two"]


def test_an_edit_that_changes_nothing_disturbs_nobody(database: Database) -> None:
    message = _post(database, "a", "one")
    assert _edit(database, message, "a", "one")
    with database.reading() as work:
        assert not work.web.since("a", seq=1, limit=9)


def test_a_message_of_another_chat_cannot_be_edited(database: Database) -> None:
    message = _post(database, "a", "one")
    assert not _edit(database, message, "b", "two")
    assert not _edit(database, message + 1, "a", "two")


def test_each_chat_counts_for_itself(database: Database) -> None:
    _post(database, "a", "one")
    _post(database, "b", "two")
    with database.reading() as work:
        assert [row.seq for row in work.web.before("b", message=None, limit=9)] == [1]


def test_older_messages_come_page_by_page(database: Database) -> None:
    ids = [_post(database, "a", str(number)) for number in range(5)]
    with database.reading() as work:
        assert [row.id for row in work.web.before("a", message=ids[3], limit=2)] == ids[1:3]


def test_the_author_has_a_name_and_the_bot_has_none(demo: House) -> None:
    _post(demo.database, GROUP, "hello", author=3)
    _post(demo.database, GROUP, "hello")
    assert [(row.author, row.name) for row in demo.log(GROUP)] == [(3, "陈师傅"), (None, "")]


def test_a_photo_is_shown_only_where_a_message_has_it(database: Database) -> None:
    write(database, lambda work: work.web.post("a", author=None, body={"text": "", "photos": ["file/a_b"]}, now=NOW))
    with database.reading() as work:
        assert work.web.shows({"a"}, photo="file/a_b")
        assert work.web.shows(None, photo="file/a_b")
        assert not work.web.shows({"b"}, photo="file/a_b")
        assert not work.web.shows({"a"}, photo="file/axb")
        assert not work.web.shows({"a"}, photo="file/a_")


def test_a_photo_is_kept_with_its_thumbnail(database: Database) -> None:
    file = WebFile(content=b"large", thumbnail=b"small")
    write(database, lambda work: work.web.keep("ref", file=file, now=NOW))
    with database.reading() as work:
        assert work.web.file("ref") == file
        assert work.web.file("other") is None


def test_people_on_the_web_come_with_homes_and_roles(demo: House) -> None:
    with demo.database.reading() as work:
        owner, repairer = work.web.person("demo-1"), work.web.person("demo-4")
        assert [person.id for person in work.web.people()] == [1, 2, 3, 4, 5]
        assert work.web.person("demo-9") is None
    assert owner is not None
    assert repairer is not None
    assert (owner.name, owner.homes, owner.roles) == ("王芳", ("3-2-1201",), frozenset())
    assert repairer.roles == {Role.ENGINEER, Role.DUTY_MANAGER}


def test_whoever_left_is_no_longer_staff(demo: House) -> None:
    demo.write(lambda work: work.register.dismiss(3))
    with demo.database.reading() as work:
        person = work.web.person("demo-3")
    assert person is not None
    assert not person.roles


def test_group_chats_are_the_allow_list_of_the_web(demo: House) -> None:
    with demo.database.reading() as work:
        assert [(group.chat, group.kind) for group in work.web.groups()] == [(GROUP, GroupKind.STAFF)]
