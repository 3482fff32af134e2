"""A Bot API server of our own on loopback: it validates, answers, pushes and fails as Telegram does."""

from tests.botapi.api import BotApi

__all__ = ["BotApi"]
