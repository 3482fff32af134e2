"""The schema of the first release, as it was; storage/tables has moved on."""

from alembic import op
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

revision = "0001"
down_revision = None

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
Id = BigInteger().with_variant(Integer, "sqlite")
Moment = BigInteger
_DUE, _CARD = text("due_at IS NOT NULL"), text("subject IS NOT NULL")

# --- the register ------------------------------------------------------------------------------------------------
estates = Table(
    "estates", metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("city", String(100), nullable=False, server_default=""),
    Column("timezone", String(64), nullable=False),
    Column("latitude", Float), Column("longitude", Float),
    Column("language", String(16), nullable=False, server_default="zh_CN"),
    Column("policy", JSON, nullable=False, server_default="{}"),
)  # fmt: skip
calendar_days = Table(  # public holidays (working = false) and moved working days (true)
    "calendar_days", metadata,
    Column("day", Date, primary_key=True),
    Column("working", Boolean, nullable=False),
)  # fmt: skip
rooms = Table(
    "rooms", metadata,
    Column("id", Id, primary_key=True),
    Column("estate_id", ForeignKey("estates.id"), nullable=False),
    Column("building", String(20), nullable=False),
    Column("entrance", String(20), nullable=False, server_default=""),
    Column("room", String(20), nullable=False),
    Column("area", Float), Column("handover_date", Date),
    UniqueConstraint("estate_id", "building", "entrance", "room"),
)  # fmt: skip
people = Table(
    "people", metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(100), nullable=False),
    Column("phone", String(20), nullable=False, index=True),
    Column("language", String(16)),
    Column("flags", JSON, nullable=False, server_default="[]"),
    UniqueConstraint("name", "phone"),
)  # fmt: skip
occupancies = Table(
    "occupancies", metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("room_id", ForeignKey("rooms.id"), primary_key=True, index=True),
    Column("relation", String(16), nullable=False),
)  # fmt: skip
staff = Table(
    "staff", metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("roles", JSON, nullable=False),
    Column("skills", JSON, nullable=False, server_default="[]"),
    Column("on_duty", Boolean, nullable=False, server_default=text("true")),
    Column("cap", Integer),
    Column("active", Boolean, nullable=False, server_default=text("true")),
)  # fmt: skip
staff_estates = Table(
    "staff_estates", metadata,
    Column("person_id", ForeignKey("staff.person_id"), primary_key=True),
    Column("estate_id", ForeignKey("estates.id"), primary_key=True, index=True),
)  # fmt: skip
addresses = Table(  # private chats
    "addresses", metadata,
    Column("channel", String(16), primary_key=True),
    Column("user", String(64), primary_key=True),
    Column("chat", String(64), nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("seen_at", Moment),
    Column("reachable", Boolean, nullable=False, server_default=text("true")),
    Index("ix_addresses_chat", "channel", "chat"),
)  # fmt: skip
groups = Table(  # group chats: the allow-list
    "groups", metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("chat", String(64), nullable=False),
    Column("thread", String(64), nullable=False, server_default=""),
    Column("estate_id", ForeignKey("estates.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("category", String(32)),
    Column("language", String(16), nullable=False, server_default="zh_CN"),
    UniqueConstraint("channel", "chat", "thread", "estate_id"),
)  # fmt: skip
invites = Table(
    "invites", metadata,
    Column("digest", String(64), primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)  # fmt: skip

# --- tickets -----------------------------------------------------------------------------------------------------
tickets = Table(
    "tickets", metadata,
    Column("id", Id, primary_key=True),
    Column("number", String(16), nullable=False, index=True),  # R1121-007; comes back every year
    Column("estate_id", ForeignKey("estates.id"), nullable=False),
    Column("room_id", ForeignKey("rooms.id"), index=True),
    Column("place", String(200), nullable=False, server_default=""),
    Column("building", String(20), nullable=False, server_default=""), Column("location", JSON(none_as_null=True)),
    Column("hazard", String(16)),
    Column("kind", String(16), nullable=False),
    Column("category", String(32), nullable=False),
    Column("urgency", String(16), nullable=False),
    Column("words", Text, nullable=False),
    Column("visit", String(200), nullable=False, server_default=""),  # when someone may come, in the owner's words
    Column("contact", String(20), nullable=False, server_default=""),
    Column("photos", JSON, nullable=False, server_default="[]"),
    Column("reporter_id", ForeignKey("people.id"), index=True),  # None: an emergency, called in by a stranger
    Column("status", String(16), nullable=False),
    Column("repairer_id", ForeignKey("people.id"), index=True),
    Column("done_by", ForeignKey("people.id")),
    Column("opened_at", Moment, nullable=False),
    Column("queued_at", Moment, nullable=False),
    Column("respond_by", Moment, nullable=False),
    Column("resolve_by", Moment, nullable=False),
    Column("responded_at", Moment), Column("paused_at", Moment), Column("done_at", Moment), Column("closed_at", Moment),
    Column("wait_for", String(16)), Column("wait_until", Moment),
    Column("work_done", Text, nullable=False, server_default=""),
    Column("work_photos", JSON, nullable=False, server_default="[]"),
    Column("reopened", Integer, nullable=False, server_default="0"),
    Column("mark", Integer), Column("comment", Text, nullable=False, server_default=""),
    Column("rung", Integer, nullable=False, server_default="0"),
    Column("due_at", Moment),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint(
        "(repairer_id IS NOT NULL) = (status IN ('claimed', 'on_the_way', 'on_site', 'waiting'))",
        name="in_progress_iff_repairer",
    ),
    CheckConstraint("mark IS NULL OR mark BETWEEN 1 AND 5", name="mark"),
    Index("ix_tickets_due", "due_at", postgresql_where=_DUE, sqlite_where=_DUE),
    Index("ix_tickets_estate_status", "estate_id", "status"),
)  # fmt: skip
ticket_callers = Table(  # who called about an emergency; the first of them reported it
    "ticket_callers", metadata,
    Column("id", Id, primary_key=True),
    Column("ticket_id", ForeignKey("tickets.id"), nullable=False),
    Column("channel", String(16), nullable=False), Column("user", String(64), nullable=False),
    Column("chat", String(64)), Column("language", String(16), nullable=False),
    Column("person_id", ForeignKey("people.id")), Column("name", String(100), nullable=False),
    Column("room_id", ForeignKey("rooms.id")), Column("place", String(200), nullable=False),
    Column("building", String(20), nullable=False), Column("location", JSON(none_as_null=True)),
    Column("words", Text, nullable=False), Column("withdrawn", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("ticket_id", "channel", "user"), Index("ix_ticket_callers_user", "channel", "user"),
)  # fmt: skip
counters = Table(
    "counters", metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Integer, nullable=False),
)  # fmt: skip
events = Table(  # the operation log: who did what to which record, when; rows are only ever added
    "events", metadata,
    Column("id", Id, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("name", String(48), nullable=False),
    Column("ticket_id", Id, index=True),
    Column("by", Id),
    Column("data", JSON, nullable=False),
)  # fmt: skip

# --- the rails ---------------------------------------------------------------------------------------------------
knowledge_entries = Table(
    "knowledge_entries", metadata,
    Column("id", Id, primary_key=True), Column("estate_id", ForeignKey("estates.id")),  # none: for every estate
    Column("language", String(16), nullable=False), Column("name", String(64), nullable=False),
    Column("title", String(200), nullable=False), Column("variants", JSON, nullable=False),
    Column("answer", Text, nullable=False), Column("topic", String(32), nullable=False),
    Column("status", String(8), nullable=False), Column("ticket_id", ForeignKey("tickets.id"), index=True),
    Column("by", ForeignKey("people.id")), Column("updated_at", Moment, nullable=False),
    UniqueConstraint("estate_id", "language", "name"),
)  # fmt: skip
estate_values = Table(  # what stands in answers: hours, phones, prices; in one language, or in any ("")
    "estate_values", metadata,
    Column("estate_id", ForeignKey("estates.id"), primary_key=True), Column("name", String(48), primary_key=True),
    Column("language", String(16), primary_key=True), Column("value", Text, nullable=False),
)  # fmt: skip
inbox = Table(
    "inbox", metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("key", String(100), nullable=False),
    Column("chat", String(64)),
    Column("body", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("state", String(8), nullable=False, server_default="new"),  # new, done, parked
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("reason", Text),
    Column("handled_at", Moment),
    UniqueConstraint("channel", "key"),
    Index("ix_inbox_new", "id", postgresql_where=text("state = 'new'"), sqlite_where=text("state = 'new'")),
)  # fmt: skip
_UNSENT = text("state IN ('queued', 'sending')")
deliveries = Table(
    "deliveries", metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("chat", String(64), nullable=False),
    Column("thread", String(64)),
    Column("person_id", Id),
    Column("lane", Integer, nullable=False),
    Column("mode", String(8), nullable=False),
    Column("subject", String(48)),
    Column("key", String(150), unique=True),
    Column("body", JSON, nullable=False),
    Column("state", String(12), nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("due_at", Moment),
    Column("lease_until", Moment),
    Column("reason", Text),
    Column("reference", String(64)),
    Column("created_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Index("ix_deliveries_unsent", "channel", "chat", "id", postgresql_where=_UNSENT, sqlite_where=_UNSENT),
    Index("ix_deliveries_subject", "subject", postgresql_where=_CARD, sqlite_where=_CARD),
    Index("ix_deliveries_reference", "channel", "chat", "reference", postgresql_where=_CARD, sqlite_where=_CARD),
)  # fmt: skip
keyboards = Table(
    "keyboards", metadata,
    Column("key", String(32), primary_key=True), Column("chat", String(64), nullable=False),
    Column("actions", JSON, nullable=False), Column("created_at", Moment, nullable=False),
)  # fmt: skip
_SILENT = text("nudge_at IS NOT NULL")
conversations = Table(
    "conversations", metadata,
    Column("owner", String(100), primary_key=True), Column("intent", String(32)), Column("step", String(32)),
    Column("answers", JSON, nullable=False), Column("misses", Integer, nullable=False), Column("updated_at", Moment),
    Column("nudge_at", Moment), Column("urgent", Boolean, nullable=False, server_default=text("false")),
    Index("ix_conversations_nudge", "nudge_at", postgresql_where=_SILENT, sqlite_where=_SILENT),
)  # fmt: skip
media = Table(
    "media", metadata,
    Column("key", String(32), primary_key=True), Column("channel", String(16), nullable=False),
    Column("ref", String(300), nullable=False), Column("content_type", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
)  # fmt: skip
web_messages = Table(  # the web channel is its own platform: what its chats show
    "web_messages", metadata,
    Column("id", Id, primary_key=True),
    Column("chat", String(64), nullable=False),
    Column("seq", Id, nullable=False),  # grows with every new message and every edit: what a browser has not seen yet
    Column("author", Id),  # a person, or None for the estate's bot
    Column("body", JSON, nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("edited_at", Moment),
    Index("ix_web_messages_chat_seq", "chat", "seq"),
)  # fmt: skip
web_files = Table(  # photos uploaded in the browser, re-encoded and capped
    "web_files", metadata,
    Column("ref", String(32), primary_key=True), Column("content", LargeBinary, nullable=False),
    Column("thumbnail", LargeBinary, nullable=False), Column("created_at", Moment, nullable=False),
)  # fmt: skip


def upgrade() -> None:
    metadata.create_all(op.get_bind())


def downgrade() -> None:
    metadata.drop_all(op.get_bind())
