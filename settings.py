"""Everything that differs between machines, read once, from the environment or .env."""

from __future__ import annotations

import re
from ipaddress import ip_address
from string import Formatter
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError


class Part(BaseModel):
    """Settings that belong together; a misspelt one is refused by its name."""

    model_config = ConfigDict(extra="forbid")


class Http(Part):
    """Where the web chat, the webhook, health and metrics are served."""

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    public_url: str = ""  # how people outside reach us, for one-time links; default: http://host:port

    @property
    def loopback(self) -> bool:
        """Reachable from this machine alone."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:  # a name: who knows where it leads
            return False

    @property
    def url(self) -> str:
        """Without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


class Telegram(Part):
    """The bot at Telegram; without a token there is no Telegram."""

    token: SecretStr | None = None
    api_url: str = "https://api.telegram.org"
    webhook_url: str = ""  # set: webhook; empty: long polling
    webhook_secret: SecretStr | None = None
    per_second: int = Field(30, ge=0, le=1000)  # 0: no limits, on a Bot API server of one's own
    paid_per_second: int = Field(0, ge=0, le=1000)  # 0: not paid

    @field_validator("token")
    @classmethod
    def _token_has_its_shape(cls, token: SecretStr | None) -> SecretStr | None:
        if token and not re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]+", token.get_secret_value()):
            raise ValueError("not a token as @BotFather gives them, such as 123456:ABC-DEF")
        return token

    @field_validator("webhook_secret")
    @classmethod
    def _secret_has_its_shape(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", secret.get_secret_value()):
            raise ValueError("must be 16 to 256 of A-Z a-z 0-9 _ -")
        return secret

    @model_validator(mode="after")
    def _webhook_has_a_secret(self) -> Telegram:
        if self.webhook_url and not self.webhook_secret:
            raise ValueError("a webhook needs GUANJIA_TELEGRAM__WEBHOOK_SECRET")
        return self


class Wecom(Part):
    """The app at WeCom (企业微信), where staff work; without a corp id there is no WeCom."""

    corp_id: str = ""
    agent_id: int = 0
    secret: SecretStr | None = None
    token: SecretStr | None = None  # of the callback
    aes_key: SecretStr | None = None
    api_url: str = "https://qyapi.weixin.qq.com"
    open_url: str = "https://open.weixin.qq.com"  # tells which member opened a link
    robots: dict[str, SecretStr] = Field({})  # keys of group robots, by our names for them

    @property
    def hidden(self) -> list[SecretStr | None]:
        """What no log may show."""
        return [self.secret, self.token, self.aes_key, *self.robots.values()]

    @field_validator("aes_key")
    @classmethod
    def _key_has_its_shape(cls, key: SecretStr | None) -> SecretStr | None:
        if key and not re.fullmatch(r"[A-Za-z0-9]{43}", key.get_secret_value()):
            raise ValueError("must be 43 of A-Z a-z 0-9, as WeCom makes them")
        return key

    @model_validator(mode="after")
    def _an_app_is_whole(self) -> Wecom:
        needed = {"AGENT_ID": self.agent_id, "SECRET": self.secret, "TOKEN": self.token, "AES_KEY": self.aes_key}
        missing = [f"GUANJIA_WECOM__{name}" for name, value in needed.items() if not value]
        if self.corp_id and missing:
            raise ValueError(f"WeCom also needs {', '.join(missing)}")
        return self


class WechatTemplate(Part):
    """A template of the official account; *fields*: its field's name → what stands there, e.g. "{number}"."""

    id: str
    fields: dict[str, str] = Field(default_factory=dict)


class Wechat(Part):
    """The official account (服务号); without an app id there is no WeChat."""

    app_id: str = ""
    app_secret: SecretStr | None = None
    token: SecretStr | None = None  # of the callback
    aes_key: SecretStr | None = None
    api_url: str = "https://api.weixin.qq.com"
    templates: dict[str, WechatTemplate] = {}  # by notice, "*" for all others
    mass_send: bool = False  # announcements as mass messages, four a month to each follower
    per_second: int = Field(0, ge=0, le=5000)  # messages to all followers together; 0: no limit of ours

    @property
    def hidden(self) -> list[SecretStr | None]:
        """What no log may show."""
        return [self.app_secret, self.token, self.aes_key]

    @field_validator("aes_key")
    @classmethod
    def _key_has_its_shape(cls, key: SecretStr | None) -> SecretStr | None:
        if key and not re.fullmatch(r"[A-Za-z0-9]{43}", key.get_secret_value()):
            raise ValueError("must be 43 of A-Z a-z 0-9, as WeChat makes them")
        return key

    @field_validator("templates")
    @classmethod
    def _fields_can_be_filled(cls, templates: dict[str, WechatTemplate]) -> dict[str, WechatTemplate]:
        for form in (one for template in templates.values() for one in template.fields.values()):
            if not all(name is None or name.isidentifier() for _, name, _, _ in Formatter().parse(form)):
                raise ValueError(f"cannot be filled: {form}")
        return templates

    @model_validator(mode="after")
    def _an_account_is_whole(self) -> Wechat:
        needed = {"APP_SECRET": self.app_secret, "TOKEN": self.token, "AES_KEY": self.aes_key}
        missing = [f"GUANJIA_WECHAT__{name}" for name, value in needed.items() if not value]
        if self.app_id and missing:
            raise ValueError(f"WeChat also needs {', '.join(missing)}")
        return self


class Log(Part):
    """What is written to standard error, one line per event."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    format: Literal["auto", "json", "text"] = "auto"  # auto: text on a terminal, JSON elsewhere


class Settings(BaseSettings):
    """Names: GUANJIA_ and the field; nested ones with two underscores, e.g. GUANJIA_HTTP__PORT."""

    model_config = SettingsConfigDict(
        env_prefix="GUANJIA_", env_nested_delimiter="__", env_ignore_empty=True, env_file=".env", extra="forbid"
    )

    database_url: str = "sqlite:///var/guanjia.sqlite3"
    secret: SecretStr | None = None  # signs the web chat's cookies; default: made once and kept with the records
    http: Http = Http()
    telegram: Telegram = Telegram()
    wechat: Wechat = Wechat()
    wecom: Wecom = Wecom()
    log: Log = Log()

    @field_validator("database_url")
    @classmethod
    def _database_is_one_we_know(cls, url: str) -> str:
        try:
            known = make_url(url).get_backend_name() in {"sqlite", "postgresql"}
        except ArgumentError:
            known = False
        if not known:
            raise ValueError("an address such as sqlite:///var/guanjia.sqlite3 or postgresql://user@host/database")
        return url
