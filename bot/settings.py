"""Settings of the bot beyond those of the console, read once from the environment."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    Field,
    InstanceOf,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import NoDecode

from arbwatch.bearer.gate import check_guard
from arbwatch.bearer.tokens import Tokens, parse_setting
from bot.console_settings import ConsoleConfig

# Of older versions: whoever has set one must not believe that it still guards anything.
_REPLACED = ("WEBHOOK_TOKEN", "WEBHOOK_TOKEN_FILE")

# Discord's ids carry the time since 2015; none is shorter: https://discord.com/developers/docs/reference
_ROLE_ID = re.compile(r"[0-9]{17,20}")
_NO_ROLE_ID = (
    "takes role ids like 800000000000000004, comma-separated. To copy one: in Discord turn on User"
    " Settings, Advanced, Developer Mode; then Server Settings, Roles, right click a role,"
    " Copy Role ID"
)


class BotConfig(ConsoleConfig):
    """Settings of the bot; without a token it prints what it would send."""

    token: SecretStr | None = Field(
        default=None,
        validation_alias="DISCORD_BOT_TOKEN",
        description="Token of the Discord application",
    )
    token_file: Path | None = Field(
        default=None,
        validation_alias="DISCORD_BOT_TOKEN_FILE",
        description="File that holds the token",
    )
    channel_id: int | None = Field(
        default=None,
        validation_alias="DISCORD_CHANNEL_ID",
        gt=0,
        description="Channel for alerts and notices",
    )
    guild_id: int | None = Field(
        default=None,
        validation_alias="DISCORD_GUILD_ID",
        gt=0,
        description="The only server whose commands are answered; without it they are global",
    )
    trader_roles: Annotated[tuple[int, ...], NoDecode] = Field(
        default=(),
        validation_alias="DISCORD_TRADER_ROLES",
        description="Ids of the roles that may halt; without any nobody may",
    )
    resume_roles: Annotated[tuple[int, ...], NoDecode] = Field(
        default=(),
        validation_alias="DISCORD_RESUME_ROLES",
        description="Ids of the roles that may resume; without any nobody may",
    )
    alert_role: int | None = Field(
        default=None,
        validation_alias="DISCORD_ALERT_ROLE",
        description="Id of the role that a critical alert pings; without it nobody is",
    )
    grafana_url: str | None = Field(
        default=None,
        validation_alias="GRAFANA_URL",
        pattern=r"^https?://\S+$",
        description="Where readers of Discord find Grafana; cards then link to its panels",
    )
    runbook_base_url: str | None = Field(
        default=None,
        validation_alias="RUNBOOK_BASE_URL",
        pattern=r"^https?://\S+$",
        description="Where this repository can be read; cards then link to the runbooks",
    )
    remind_minutes: int = Field(
        default=5,
        validation_alias="REMIND_MINUTES",
        ge=0,
        le=1440,
        description="How often a critical alert rings that nobody took; 0 for never again",
    )
    venues: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("polymarket", "kalshi"),
        validation_alias="VENUES",
        description="Venues to choose from in Discord; the exporter says which there are",
    )
    host: str = Field(
        default="127.0.0.1", validation_alias="BOT_HOST", description="Address to listen on"
    )
    port: int = Field(default=8080, validation_alias="BOT_PORT", ge=0, le=65535)
    outbox_path: Path = Field(
        default=Path("var/outbox.db"),
        validation_alias="OUTBOX_PATH",
        description="Where messages are queued",
    )
    tokens: Annotated[InstanceOf[Tokens] | None, NoDecode] = Field(
        default=None, validation_alias="TOKENS", description="Who may call; kept as digests"
    )
    tokens_file: Path | None = Field(
        default=None, validation_alias="TOKENS_FILE", description="File that holds the same"
    )
    auto_halt: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("ArbFeedLatencyHigh", "ArbFeedSilent", "ArbDailyLossExceeded"),
        validation_alias="AUTO_HALT",
        description="Alerts that may halt, of those that ask for it; `none` for none",
    )
    fallback_webhook_url: SecretStr | None = Field(
        default=None,
        validation_alias="FALLBACK_WEBHOOK_URL",
        description="Webhook that is told while Discord is away",
    )
    fallback_webhook_url_file: Path | None = Field(
        default=None,
        validation_alias="FALLBACK_WEBHOOK_URL_FILE",
        description="File that holds its address",
    )
    fallback_webhook_format: Literal["text", "slack"] = Field(
        default="text",
        validation_alias="FALLBACK_WEBHOOK_FORMAT",
        description="What it takes: plain text, as ntfy does, or Slack's JSON",
    )
    discord_api_base: str | None = Field(
        default=None,
        validation_alias="DISCORD_API_BASE",
        pattern=r"^https?://\S+$",
        description="Another server for Discord's REST API, for tests",
    )
    discord_gateway_url: str | None = Field(
        default=None,
        validation_alias="DISCORD_GATEWAY_URL",
        pattern=r"^wss?://\S+$",
        description="Another server for Discord's gateway, for tests",
    )

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        known = dict(values)
        _read_secret(known, "token", "DISCORD_BOT_TOKEN")
        _read_secret(known, "fallback_webhook_url", "FALLBACK_WEBHOOK_URL")
        return known

    @field_validator("tokens", mode="before")
    @classmethod
    def _hash(cls, value: object) -> object:
        return parse_setting(value) if isinstance(value, str) else value

    @field_validator("venues", "auto_halt", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip())
        return value

    @field_validator("trader_roles", "resume_roles", mode="before")
    @classmethod
    def _role_ids(cls, value: object) -> object:
        words = cls._split(value) if isinstance(value, str) else value
        if not isinstance(words, tuple) or not all(_ROLE_ID.fullmatch(str(word)) for word in words):
            raise ValueError(_NO_ROLE_ID)
        return tuple(int(word) for word in words)

    @field_validator("alert_role", mode="before")
    @classmethod
    def _role_id(cls, value: object) -> object:
        if value is not None and not _ROLE_ID.fullmatch(str(value).strip()):
            raise ValueError(_NO_ROLE_ID)
        return value

    @field_validator("token")
    @classmethod
    def _strip(cls, value: SecretStr | None) -> SecretStr | None:
        secret = value.get_secret_value().strip() if value else ""
        return SecretStr(secret) if secret else None

    @field_validator("fallback_webhook_url")
    @classmethod
    def _web_address(cls, value: SecretStr | None) -> SecretStr | None:
        address = value.get_secret_value().strip() if value else ""
        if address and not re.fullmatch(r"https?://\S+", address):
            raise ValueError("takes an address that begins with http:// or https://")
        return SecretStr(address) if address else None

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.token and not self.channel_id:
            raise ValueError("DISCORD_CHANNEL_ID: needed when DISCORD_BOT_TOKEN is set")
        check_guard(self.host, "BOT_HOST", tokens=self.tokens, file=self.tokens_file)
        for variable in _REPLACED:
            if os.environ.get(variable):
                raise ValueError(
                    f"{variable}: is no setting any more; TOKENS_FILE holds who may call, and "
                    "Alertmanager's token needs the scope webhook there"
                )
        return self


def _read_secret(values: dict[str, Any], field: str, variable: str) -> None:
    path = values.get(f"{field}_file") or values.get(f"{variable}_FILE")
    if not path:
        return
    if values.get(field) or values.get(variable):
        raise ValueError(f"{variable}: set either this or {variable}_FILE, not both")
    try:
        secret = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"{variable}_FILE: cannot read {path}") from None
    # docker-compose mounts a file in any case: an empty one is console mode.
    values[field] = secret
