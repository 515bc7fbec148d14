"""Settings of the exporter, all from the environment, read once at start."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AliasChoices, Field, InstanceOf, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from arbwatch.bearer.gate import check_guard
from arbwatch.bearer.tokens import Tokens, parse_setting
from arbwatch.control import ALL_VENUES
from exporter.metrics.labels import OTHER

CATEGORIES = (
    "crypto",
    "sports",
    "finance",
    "politics",
    "mentions",
    "tech",
    "economics",
    "culture",
    "weather",
    "geopolitics",
)

Names = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """One value a variable; a wrong one ends the start and is named."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True
    )

    exporter_host: str = "127.0.0.1"
    exporter_port: int = Field(
        default=8000,
        ge=1,
        le=65535,
        validation_alias=AliasChoices("EXPORTER_PORT", "DASHBOARD_PORT"),
    )
    database_url: str = "sqlite:///var/ledger.db"
    limits_file: Path = Path("limits.yml")
    venues: Names = ("polymarket", "kalshi")
    categories: Names = CATEGORIES
    edge_ttl_seconds: float = Field(default=15.0, gt=0, le=86_400)
    top_edges: int = Field(default=20, ge=1, le=100)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    tokens: Annotated[InstanceOf[Tokens] | None, NoDecode] = None
    tokens_file: Path | None = None

    @field_validator("tokens", mode="before")
    @classmethod
    def _hash(cls, value: object) -> object:
        """Only digests are kept of the text."""
        return parse_setting(value) if isinstance(value, str) else value

    @field_validator("tokens_file", mode="before")
    @classmethod
    def _none_if_empty(cls, value: object) -> object:
        return value or None

    @field_validator("venues", "categories", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Comma-separated names, as the environment has them."""
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip())
        return value

    @field_validator("venues", "categories")
    @classmethod
    def _leaves_our_words(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if {ALL_VENUES, OTHER} & set(value) or not value:
            raise ValueError(f"needs at least one name, and neither {ALL_VENUES} nor {OTHER}")
        return value

    @field_validator("database_url")
    @classmethod
    def _is_sqlite_file(cls, value: str) -> str:
        if not value.startswith("sqlite:///"):
            raise ValueError("only sqlite:///path is supported")
        return value

    @model_validator(mode="after")
    def _is_guarded(self) -> Self:
        check_guard(self.exporter_host, "EXPORTER_HOST", tokens=self.tokens, file=self.tokens_file)
        return self

    @property
    def ledger_path(self) -> Path:
        """The ledger's file."""
        return Path(self.database_url.removeprefix("sqlite:///"))
