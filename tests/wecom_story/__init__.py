"""The whole program beside a Bot API server and a WeCom server: owners on Telegram, staff on WeCom."""
