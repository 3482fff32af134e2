"""The web channel: our own little chat platform, in the same process."""

from bot.channels.web.routes import routes
from bot.channels.web.send import WebChannel

__all__ = ["WebChannel", "routes"]
