"""Settings of the local stack: ports, where state lives, and what to run beside the services."""

from pathlib import Path
from typing import Annotated

from dotenv import load_dotenv
from pydantic import AliasChoices, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from stack.errors import StackError

ROOT = Path(__file__).resolve().parent.parent

Port = Annotated[int, Field(ge=1, le=65535)]


class StackSettings(BaseSettings):
    """One value a variable; a wrong one ends the start and is named."""

    # An empty variable is as good as none, as for every other setting.
    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, env_ignore_empty=True
    )

    exporter_host: str = "127.0.0.1"
    exporter_port: Port = Field(
        default=8000, validation_alias=AliasChoices("EXPORTER_PORT", "DASHBOARD_PORT")
    )
    bot_host: str = "127.0.0.1"
    bot_port: Port = 8080
    prometheus_port: Port = 9090
    alertmanager_port: Port = 9093
    grafana_port: Port = 3000
    grafana_home: Path | None = None
    state_dir: Path = Path("var")
    demo: bool = True
    demo_args: str = ""

    @field_validator("state_dir")
    @classmethod
    def _from_root(cls, value: Path) -> Path:
        return ROOT / value


def read_settings() -> StackSettings:
    """Settings from the environment and, for what is not set there, from `.env` in the root."""
    load_dotenv(ROOT / ".env")
    try:
        return StackSettings()
    except ValidationError as error:
        raise StackError(name_setting(error)) from error


def name_setting(error: ValidationError) -> str:
    """One line with the variable and what is wrong with it; never its value."""
    first = error.errors(include_input=False, include_url=False)[0]
    message = first["msg"].removeprefix("Value error, ")
    # A rule over several variables has no place of its own and names them in its message.
    return f"{str(first['loc'][0]).upper()}: {message}" if first["loc"] else message
