"""The whole story on Telegram: the real program against a Bot API server on loopback."""
