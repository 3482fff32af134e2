"""The file of a parcel: under its words where they fit below one, before them otherwise."""

from __future__ import annotations

import re
from typing import Final, TypeVar

import structlog
from telegram import InputFile
from telegram.error import BadRequest

from bot.channels.base import DeliveryError, Document, Parcel
from bot.channels.telegram.api import SealedBot
from bot.channels.telegram.failing import is_topic_gone, meaning
from bot.channels.telegram.message import DOCUMENT
from bot.channels.telegram.pictures import FetchElsewhere, Params
from bot.channels.telegram.reading import NAME

_REMEMBERED: Final = 1000
K = TypeVar("K")
V = TypeVar("V")
_UNSAFE: Final = re.compile(r'[\x00-\x1f"\\/]')  # in a file's name, where it stands in a header

log = structlog.get_logger(__name__)


class Papers:
    """Sends files. One that is gone, or that Telegram does not take, never holds up the words."""

    def __init__(self, bot: SealedBot, *, fetch_elsewhere: FetchElsewhere) -> None:
        self._bot = bot
        self._fetch_elsewhere = fetch_elsewhere
        self._known: dict[str, str] = {}  # our key → Telegram's id: what was uploaded once is not uploaded again
        self._out: dict[int, None] = {}  # deliveries whose file is out while their words are not

    async def show(self, parcel: Parcel, around: Params, *, words: Params | None) -> str | None:
        """Send the file, with *words* (its caption and buttons) if there are any for it.

        The id of the message that carries the words; None if they are still to be sent.
        """
        paper = parcel.message.document
        if paper is None or parcel.document is None or parcel.delivery.id in self._out:
            return None
        try:
            file = await self._file(paper, *parcel.document)
            message = await self._bot.call("sendDocument", **around, **(words or {}), document=file)
        except LookupError:
            log.warning("telegram-file-gone", delivery=parcel.delivery.id)
            return None
        except BadRequest as error:
            if is_topic_gone(error):
                raise
            log.warning("telegram-file-refused", delivery=parcel.delivery.id, reason=meaning(error).reason)
            return None
        except DeliveryError as error:
            if not error.permanent:
                raise
            return None
        _remember(self._known, paper.handle, str(message["document"]["file_id"]))
        if words is not None:
            return str(message["message_id"])
        _remember(self._out, parcel.delivery.id, None)
        return None

    async def _file(self, paper: Document, channel: str, handle: str) -> str | InputFile:
        """As Telegram takes it: what it has by its id, everything else as bytes.

        :raises LookupError: it is not kept any more
        """
        if known := self._known.get(paper.handle):
            return known
        if channel == NAME:
            return handle.removeprefix(DOCUMENT)
        return InputFile(await self._fetch_elsewhere(channel, handle), filename=_UNSAFE.sub("_", paper.name))


def _remember(kept: dict[K, V], name: K, value: V) -> None:
    kept[name] = value
    if len(kept) > _REMEMBERED:
        del kept[next(iter(kept))]
