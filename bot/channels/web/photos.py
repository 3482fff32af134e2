"""Photos of the browser are made safe as those of any channel."""

from bot.photos import FORMATS, Unreadable, keepable

__all__ = ["FORMATS", "Unreadable", "keepable"]
