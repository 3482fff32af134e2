"""A WeChat official account's server of our own on loopback: it validates, answers, drops and pushes as WeChat does."""

from tests.wechatapi.api import WeChatApi

__all__ = ["WeChatApi"]
