"""A WeCom (企业微信) API server of our own on loopback: it validates, answers, drops and calls back as WeCom does."""

from tests.wecomapi.api import WecomApi

__all__ = ["WecomApi"]
