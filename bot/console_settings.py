"""Settings of the console, which are also the bot's, and how settings are read."""

from pathlib import Path
from typing import Literal, Self, TypeVar

from pydantic import AliasChoices, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from arbwatch.bearer.credential import Credential
from bot.errors import StartError

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]

# Fields are also accepted by name in code. The prefix keeps those names out of the environment:
# without it a stray variable called TOKEN would become the bot's token.
_CONFIG = SettingsConfigDict(
    frozen=True,
    populate_by_name=True,
    env_prefix="ARBWATCH_BOT_",
    env_ignore_empty=True,
    hide_input_in_errors=True,
    extra="forbid",
)


class ConsoleConfig(BaseSettings):
    """What `python -m bot.console` needs."""

    model_config = _CONFIG

    api_base_url: str = Field(
        default="http://127.0.0.1:8000",
        validation_alias=AliasChoices("EXPORTER_URL", "DASHBOARD_API_URL"),
        pattern=r"^https?://\S+$",
        description="Where the exporter answers",
    )
    alertmanager_url: str = Field(
        default="http://127.0.0.1:9093",
        validation_alias="ALERTMANAGER_URL",
        pattern=r"^https?://\S+$",
        description="Where Alertmanager answers",
    )
    prometheus_url: str = Field(
        default="http://127.0.0.1:9090",
        validation_alias="PROMETHEUS_URL",
        pattern=r"^https?://\S+$",
        description="Where Prometheus answers",
    )
    bot_url: str = Field(
        default="http://127.0.0.1:8080",
        validation_alias="BOT_URL",
        pattern=r"^https?://\S+$",
        description="Where the console finds the bot",
    )
    exporter_token: SecretStr | None = Field(
        default=None,
        validation_alias="EXPORTER_TOKEN",
        description="Bearer token for the exporter",
    )
    exporter_token_file: Path | None = Field(
        default=None,
        validation_alias="EXPORTER_TOKEN_FILE",
        description="File that holds it; read again when the exporter refuses it",
    )
    log_level: LogLevel = Field(default="INFO", validation_alias="LOG_LEVEL")

    @model_validator(mode="after")
    def _check_credential(self) -> Self:
        if self.exporter_token and self.exporter_token_file:
            raise ValueError("EXPORTER_TOKEN: set either this or EXPORTER_TOKEN_FILE, not both")
        try:
            credential = self.credential()
        except ValueError as wrong:
            raise ValueError(f"EXPORTER_TOKEN: {wrong}") from None
        if self.exporter_token_file and not credential.headers:
            raise ValueError(f"EXPORTER_TOKEN_FILE: no token in {self.exporter_token_file}")
        return self

    def credential(self) -> Credential:
        """What a client of the exporter shows."""
        text = self.exporter_token.get_secret_value() if self.exporter_token else None
        return Credential(self.exporter_token_file or text)


Config = TypeVar("Config", bound=ConsoleConfig)


def read_settings(config: type[Config]) -> Config:
    """Build settings from the environment, or raise StartError naming the variable."""
    try:
        return config()
    except ValidationError as invalid:
        first = invalid.errors(include_input=False, include_url=False, include_context=False)[0]
        message = first["msg"].removeprefix("Value error, ")
        where = ".".join(str(part) for part in first["loc"])
        raise StartError(f"{where}: {message}" if where else message) from invalid
