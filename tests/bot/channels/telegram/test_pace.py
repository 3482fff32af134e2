"""What Telegram bears, and who says that more is paid for."""

import pytest

from bot.channels.base import Allowance
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.pace import GROUP as OF_A_GROUP
from bot.channels.telegram.pace import PERSON, Limits
from domain.messaging.model import Mode
from tests.bot.channels.telegram.samples import GROUP, OWNER, fetch_elsewhere, parcel, say
from tests.botapi import BotApi

AS_TOLD, PAID, UNLIMITED = Limits(), Limits(paid_per_second=1000), Limits(per_second=0)


@pytest.mark.parametrize(
    ("limits", "chat", "mode", "counts_against"),
    (
        (AS_TOLD, OWNER, Mode.SEND, PERSON),
        (AS_TOLD, OWNER, Mode.EDIT, ()),
        (AS_TOLD, OWNER, Mode.TOAST, ()),
        (AS_TOLD, GROUP, Mode.SEND, OF_A_GROUP),
        (AS_TOLD, GROUP, Mode.EDIT, OF_A_GROUP),
        (AS_TOLD, GROUP, Mode.TOAST, ()),
        (AS_TOLD, GROUP, Mode.LEAVE, ()),
        (PAID, OWNER, Mode.SEND, PERSON),
        (UNLIMITED, OWNER, Mode.SEND, ()),
        (UNLIMITED, GROUP, Mode.SEND, ()),
    ),
)
def test_a_delivery_counts_against(limits, chat, mode, counts_against):
    assert tuple(limits.of(parcel("x", chat=chat, mode=mode).delivery)) == counts_against


@pytest.mark.parametrize(("limits", "count"), ((AS_TOLD, 30), (PAID, 1000), (UNLIMITED, None)))
def test_the_account_bears(limits, count):
    pace = limits.account
    assert (pace and pace.count) == count
    assert pace is None or pace == Allowance(pace.count, pace.span)


@pytest.mark.parametrize(("limits", "says"), ((AS_TOLD, False), (PAID, True)))
async def test_every_new_message_says_that_it_may_cost_where_it_is_paid(api: BotApi, bot, limits, says):
    api.user(OWNER, started=True)
    channel = TelegramChannel(bot, say=say, fetch_elsewhere=fetch_elsewhere, limits=limits)
    await channel.send(parcel("x"))
    assert api.calls_of("sendMessage")[0].boolean("allow_paid_broadcast") is says
