"""Answers and values: what is kept for one estate is found there and nowhere else."""

from dataclasses import replace

import pytest

from domain.errors import Stale
from domain.knowledge.model import Entry, Status
from tests.builders import GARDEN, NOW, RIVERSIDE
from tests.storage.promises.conftest import Begin

ENTRY = Entry(
    name="filters", language="zh_CN", title="滤芯多久换一次", answer="每季度 {office_phone}", variants=("换滤芯",),
    topic="service", updated_at=NOW, estate_id=GARDEN,
)  # fmt: skip


def test_an_estate_has_its_own_answers_and_the_shared_ones(begin: Begin):
    with begin() as work:
        shared = work.knowledge.put(replace(ENTRY, name="hours", estate_id=None))
        own = work.knowledge.put(ENTRY)
    with begin() as work:
        assert work.knowledge.entries(GARDEN, "zh_CN") == [shared, own]
        assert work.knowledge.entries(RIVERSIDE, "zh_CN") == [shared]
        assert work.knowledge.entries(None, "zh_CN") == [shared]
        assert work.knowledge.entries(GARDEN, "en") == []
        assert work.knowledge.get(own.id) == replace(ENTRY, id=own.id)


def test_an_answer_of_the_same_name_replaces_the_former(begin: Begin):
    with begin() as work:
        first = work.knowledge.put(ENTRY)
        assert work.knowledge.put(replace(ENTRY, answer="每月")) == replace(first, answer="每月")
        elsewhere = work.knowledge.put(replace(ENTRY, estate_id=RIVERSIDE))
        assert elsewhere.id != first.id


def test_the_stamp_changes_with_every_answer_and_every_yes(begin: Begin):
    with begin() as work:
        stamps = [work.knowledge.stamp(GARDEN, "zh_CN")]
        draft = work.knowledge.put(replace(ENTRY, status=Status.DRAFT))
        stamps.append(work.knowledge.stamp(GARDEN, "zh_CN"))
        work.knowledge.settle(replace(draft, status=Status.APPROVED), was=Status.DRAFT)
        stamps.append(work.knowledge.stamp(GARDEN, "zh_CN"))
        assert len(set(stamps)) == 3
        assert work.knowledge.stamp(RIVERSIDE, "zh_CN") == stamps[0]


def test_of_two_who_settle_a_draft_one_comes_too_late(begin: Begin):
    with begin() as work:
        draft = work.knowledge.put(replace(ENTRY, status=Status.DRAFT))
        work.knowledge.settle(replace(draft, status=Status.APPROVED), was=Status.DRAFT)
        with pytest.raises(Stale):
            work.knowledge.settle(replace(draft, status=Status.DROPPED), was=Status.DRAFT)


def test_values_belong_to_an_estate_and_may_differ_by_language(begin: Begin):
    with begin() as work:
        work.knowledge.set_value(GARDEN, "office_phone", "1")
        work.knowledge.set_value(GARDEN, "office_phone", "2")
        work.knowledge.set_value(GARDEN, "office_hours", "always")
        work.knowledge.set_value(GARDEN, "office_hours", "全天", language="zh_CN")
    with begin() as work:
        assert work.knowledge.values(GARDEN, "zh_CN") == {"office_phone": "2", "office_hours": "全天"}
        assert work.knowledge.values(GARDEN, "en") == {"office_phone": "2", "office_hours": "always"}
        assert work.knowledge.values(RIVERSIDE, "en") == {}
        work.knowledge.set_value(GARDEN, "office_phone", "")
        assert "office_phone" not in work.knowledge.values(GARDEN, "en")
