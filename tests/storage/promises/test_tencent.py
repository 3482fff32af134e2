"""Pictures that came in from WeChat and WeCom: each waits for its own channel until it was fetched."""

from datetime import timedelta

from domain.messaging.tencent import Picture
from storage.engine import Database
from tests.builders import NOW

HOUR = timedelta(hours=1)


def picture(ref: str, **known: bytes) -> Picture:
    return Picture(ref=ref, media_id=f"m-{ref}", **known)


def test_a_picture_waits_until_it_is_fetched_and_keeps_what_came_first(database: Database):
    with database.writing() as work:
        for ref, age in (("late", HOUR), ("early", 2 * HOUR), ("gone", 9 * HOUR)):
            work.pictures.expect("wecom", picture(ref), now=NOW - age)
        work.pictures.expect("wechat", picture("theirs"), now=NOW)
        since = NOW - 3 * HOUR
        assert work.pictures.missing("wecom", since=since, limit=9) == [picture("early"), picture("late")]
        assert work.pictures.missing("wecom", since=since, limit=1) == [picture("early")]
        work.pictures.keep("early", b"jpeg")
        work.pictures.keep("early", b"")
    with database.reading() as work:
        assert work.pictures.get("early") == picture("early", content=b"jpeg")
        assert work.pictures.get("late") == picture("late")
        assert work.pictures.get("nobody's") is None
        assert work.pictures.missing("wecom", since=since, limit=9) == [picture("late")]


def test_old_pictures_are_forgotten(database: Database):
    with database.writing() as work:
        work.pictures.expect("wecom", picture("old"), now=NOW - HOUR)
        work.pictures.expect("wechat", picture("new"), now=NOW)
        assert work.pictures.purge(before=NOW) == 1
        assert work.pictures.get("old") is None
