"""Templates are filled with what a notice says, cut to what their fields take."""

from datetime import UTC, datetime

from bot.channels.base import Outgoing, Parcel
from bot.channels.wechat.templates import Template, Templates
from domain.messaging.model import Delivery, Lane

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MESSAGE = Outgoing(
    text="<b>师傅已接单</b>，会尽快与您联系，请保持电话畅通，谢谢您的耐心等待\n第二行",
    notice="TicketClaimed",
    facts={"number": "R1123-001", "status": "李师傅 已接单"},
)


def parcel(message: Outgoing = MESSAGE, *, announcement: int | None = None) -> Parcel:
    row = Delivery(
        channel="wechat", chat="o-1", lane=Lane.NOTICE, body={}, created_at=NOW, announcement_id=announcement
    )
    return Parcel(delivery=row, message=message)


def test_a_field_holds_facts_and_words_and_is_cut_to_what_it_takes():
    fields = {"character_string1": "{number}", "thing2": "{headline}", "phrase3": "{status}", "thing4": "{nothing}"}
    filled = Template(id="t", fields=fields).message(MESSAGE, chat="o-1", page="https://p.example")
    values = {name: one["value"] for name, one in filled["data"].items()}
    assert values["character_string1"] == "R1123-001"
    assert values["thing2"] == "师傅已接单，会尽快与您联系，请保持电话…"
    assert len(values["thing2"]) == 20
    assert len(values["phrase3"]) == 5
    assert values["thing4"] == "—"
    assert (filled["touser"], filled["template_id"], filled["url"]) == ("o-1", "t", "https://p.example")


def test_without_fields_the_plain_ones_are_filled():
    data = Template(id="t").message(MESSAGE, chat="o-1", page="")["data"]
    assert set(data) == {"first", "keyword1", "keyword2", "keyword3", "remark"}
    assert data["remark"]["value"].endswith("\n第二行")


def test_a_notice_has_its_own_template_or_the_one_for_all():
    own, all_, news = Template(id="own"), Template(id="all"), Template(id="news")
    templates = Templates({"TicketClaimed": own, "Announcement": news})
    assert templates.of(parcel()) is own
    assert templates.of(parcel(Outgoing(text="x", notice="TicketOpened"))) is None
    assert templates.of(parcel(Outgoing(text="x"), announcement=7)) is news
    assert Templates({"*": all_}).of(parcel(Outgoing(text="x"))) is all_
    assert templates.missing({"TicketClaimed", "TicketOpened"}) == ["TicketOpened"]
    assert Templates({"*": all_}).missing({"TicketOpened"}) == []
