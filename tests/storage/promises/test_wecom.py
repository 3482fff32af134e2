"""WeCom's cards: a code is there until it is spent."""

from datetime import timedelta

from domain.messaging.wecom import Card
from storage.engine import Database
from tests.builders import NOW

HOUR = timedelta(hours=1)


def card(task: str = "t1", **changed: object) -> Card:
    values = {
        "task": task, "chat": "li", "subject": "ticket:1", "text": "一\n二", "labels": ("我来处理", "稍后"),
        "code": "c1", "good_until": NOW + HOUR, "made_at": NOW, **changed,
    }  # fmt: skip
    return Card(**values)  # type: ignore[arg-type]


def test_a_card_is_found_by_its_task_as_it_was_added(database: Database):
    with database.writing() as work:
        assert work.wecom_cards.add(card())
        assert not work.wecom_cards.add(card(text="another"))
    with database.reading() as work:
        assert work.wecom_cards.get("t1") == card()
        assert work.wecom_cards.get("t2") is None


def test_what_it_shows_now_has_spent_its_code_and_a_press_brings_another(database: Database):
    with database.writing() as work:
        work.wecom_cards.add(card())
        work.wecom_cards.show("t1", text="三", labels=())
    with database.reading() as work:
        assert work.wecom_cards.get("t1") == card(text="三", labels=(), code=None, good_until=None)
    with database.writing() as work:
        work.wecom_cards.renew("t1", code="c2", good_until=NOW + 2 * HOUR)
        work.wecom_cards.renew("unknown", code="c3", good_until=NOW)
    with database.reading() as work:
        found = work.wecom_cards.get("t1")
        assert found == card(text="三", labels=(), code="c2", good_until=NOW + 2 * HOUR)
        assert found.code_at(NOW + HOUR) == "c2"
        assert found.code_at(NOW + 2 * HOUR) is None


def test_old_cards_are_forgotten(database: Database):
    with database.writing() as work:
        work.wecom_cards.add(card("old", made_at=NOW - HOUR))
        work.wecom_cards.add(card("new"))
        assert work.wecom_cards.purge(before=NOW) == 1
        assert work.wecom_cards.get("old") is None
        assert work.wecom_cards.get("new")
