"""`guanjia check` says what is well, what somebody should look at, and what must not be."""

import sqlite3
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, text, update

from domain.messaging.model import DeliveryState, Lane, Mode
from storage import tables
from storage.check import Severity, check
from storage.election import Candidate
from storage.lease import join
from storage.place import file_of
from storage.schema import prepare
from tests.storage.conftest import Fresh
from tests.storage.filling import NOW, fill
from tests.storage.said import line

HOUR = timedelta(hours=1)


@pytest.fixture
def ready(engine: Engine) -> Engine:
    """One estate with everybody it needs, and nothing to do."""
    prepare(engine)
    with engine.begin() as connection:
        connection.execute(insert(tables.estates).values(id=1, name="Sunny Garden", timezone="Asia/Shanghai"))
        connection.execute(insert(tables.people).values(id=1, name="Wang", phone="1"))
        connection.execute(insert(tables.staff).values(person_id=1, roles=["engineer", "manager"]))
        connection.execute(insert(tables.staff_estates).values(person_id=1, estate_id=1))
        connection.execute(insert(tables.groups).values(channel="telegram", chat="-1", estate_id=1, kind="staff"))
    return engine


def put(engine: Engine, table: Any, **values: Any) -> None:
    with engine.begin() as connection:
        connection.execute(insert(table).values(**values))


def report(engine: Engine) -> dict[str, list[str]]:
    """The sentences by severity."""
    lines: dict[str, list[str]] = {"good": [], "warning": [], "broken": []}
    for finding in check(engine, now=NOW):
        lines[finding.severity].append(line(finding.key, finding.values))
    return lines


def delivery(**values: Any) -> Mapping[str, Any]:
    common = {"channel": "telegram", "chat": "1", "lane": Lane.DIALOG, "mode": Mode.SEND, "body": {}}
    return {**common, "created_at": NOW - HOUR, **values}


def test_a_healthy_database_gives_no_cause_for_concern(ready: Engine):
    lines = report(ready)
    assert lines["broken"] == []
    assert [text for text in lines["warning"] if "MB are left" not in text] == []
    assert "Every ticket in progress has a repairer, and no other has." in lines["good"]
    assert "Nothing waits to be sent." in lines["good"]


def test_a_check_changes_nothing_and_finds_a_file_that_is_missing(fresh: Fresh):
    engine = fresh("sqlite")
    assert "There is no database" in report(engine)["broken"][0]
    file = file_of(engine)
    assert file
    assert not file.exists()


def test_a_database_of_another_schema_is_all_there_is_to_say(ready: Engine):
    with ready.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    (only,) = check(ready, now=NOW)
    assert (only.severity, only.key) == (Severity.BROKEN, "schema-newer")


def test_parked_updates_and_updates_that_nobody_handles_are_counted(ready: Engine):
    for key in ("1", "2"):
        put(ready, tables.inbox, channel="telegram", key=key, body="{}", received_at=NOW, state="parked")
    put(ready, tables.inbox, channel="telegram", key="3", body="{}", received_at=NOW - HOUR)
    put(ready, tables.inbox, channel="telegram", key="4", body="{}", received_at=NOW)
    warnings = report(ready)["warning"]
    assert any(text.startswith("2 updates could not be handled") for text in warnings)
    assert any(text.startswith("1 update has been waiting since") for text in warnings)


def test_deliveries_are_counted_by_state_and_the_oldest_unsent_is_dated(ready: Engine):
    put(ready, tables.deliveries, **delivery(state=DeliveryState.SENT))
    put(ready, tables.deliveries, **delivery(state=DeliveryState.SENT))
    put(ready, tables.deliveries, **delivery(state=DeliveryState.UNKNOWN))
    put(ready, tables.deliveries, **delivery(state=DeliveryState.QUEUED, due_at=NOW))
    lines = report(ready)
    assert "2 deliveries are sent." in lines["good"]
    assert "1 delivery of the last 24 hours failed, or its answer was lost." in lines["warning"]
    assert any(f"not sent yet has been due since {NOW}" in text for text in lines["good"])
    put(ready, tables.deliveries, **delivery(state=DeliveryState.SENDING))
    assert any(f"has been due since {NOW - HOUR}" in text for text in report(ready)["warning"])


def test_tickets_that_the_clock_forgot_are_dated(ready: Engine):
    fill_tickets(ready)
    with ready.begin() as connection:
        connection.execute(update(tables.tickets).values(due_at=NOW - HOUR))
    assert any("3 tickets are overdue" in text for text in report(ready)["warning"])


@pytest.mark.postgres
def test_members_at_work_are_counted_and_a_clock_is_missed(fresh: Fresh):
    engine = fresh("postgres")
    prepare(engine)
    candidate = Candidate(engine)
    with join(engine, now=NOW), join(engine, now=NOW):
        lines = report(engine)
        assert "Processes at work on this database: 2." in lines["good"]
        assert any("role of the clock" in text for text in lines["warning"])
        candidate.ask()
        assert not any("role of the clock" in text for text in report(engine)["warning"])
    candidate.resign()
    assert not any("role of the clock" in text for text in report(engine)["warning"])


def test_a_database_without_an_estate_asks_for_one(engine: Engine):
    prepare(engine)
    assert any("There is no estate yet" in text for text in report(engine)["warning"])


def test_an_estate_that_cannot_serve_its_tickets_is_named(ready: Engine):
    put(ready, tables.estates, id=2, name="Moon Court", timezone="Asia/Shanghai")
    assert [text for text in report(ready)["warning"] if "Moon Court" in text] == [
        "Moon Court has no staff group: nobody sees its tickets.",
        "Moon Court has no engineer who is active.",
        "Moon Court has no manager: nobody hears of what is late.",
    ]


class TestWhatMustNotBe:
    @pytest.fixture
    def full(self, fresh: Fresh) -> Engine:
        engine = fresh("sqlite")
        prepare(engine)
        fill(engine)
        return engine

    def meddle(self, engine: Engine, *statements: str) -> None:
        """Somebody opens the file with another program, which keeps none of our rules."""
        other = sqlite3.connect(str(engine.url.database), isolation_level=None)
        for statement in ("PRAGMA ignore_check_constraints=ON", "PRAGMA foreign_keys=OFF", *statements):
            other.execute(statement)
        other.close()

    def test_a_ticket_in_progress_without_a_repairer(self, full: Engine):
        self.meddle(full, "UPDATE tickets SET repairer_id = NULL, number = 'R1-002' WHERE id = 2")
        assert "Ticket R1-002 is claimed: that does not go with its repairer." in report(full)["broken"]

    def test_a_reference_to_nobody(self, full: Engine):
        self.meddle(full, "UPDATE occupancies SET person_id = 99 WHERE person_id = 1")
        assert report(full)["broken"] == ["1 row of occupancies refers to a row of people that does not exist."]

    def test_an_index_in_which_one_bit_flipped(self, full: Engine):
        with full.connect() as connection:
            page = connection.scalar(text("SELECT rootpage FROM sqlite_master WHERE name = 'ix_people_phone'"))
            size = connection.scalar(text("PRAGMA page_size"))
        full.dispose()
        file = file_of(full)
        assert file
        content = bytearray(file.read_bytes())
        content[content.index("号".encode(), (page - 1) * size)] ^= 1
        file.write_bytes(content)
        assert "restore a backup" in report(full)["broken"][0]
        assert "missing from index ix_people_phone" in report(full)["broken"][0]


def fill_tickets(engine: Engine) -> None:
    """Three tickets for the estate that is there, reported and repaired by the one person there is."""
    moments = dict.fromkeys(("opened_at", "queued_at", "respond_by", "resolve_by"), NOW)
    ticket = {"estate_id": 1, "kind": "home", "category": "water", "urgency": "normal", "words": "leak"}
    with engine.begin() as connection:
        for number in range(3):
            connection.execute(
                insert(tables.tickets).values(number=str(number), reporter_id=1, status="open", **ticket, **moments)
            )
