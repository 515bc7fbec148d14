"""Settings come from the environment; what is wrong is named."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from bot import BotConfig
from bot.errors import StartError
from bot.settings import is_loopback, read_settings

VARIABLES = (
    "DISCORD_BOT_TOKEN",
    "DISCORD_CHANNEL_ID",
    "EXPORTER_URL",
    "DASHBOARD_API_URL",
    "BOT_HOST",
    "BOT_PORT",
    "WEBHOOK_TOKEN",
    "WEBHOOK_TOKEN_FILE",
)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """An environment without any setting of ours."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    yield monkeypatch


def test_without_settings_the_bot_prints(environment: pytest.MonkeyPatch) -> None:
    """Console mode on loopback, beside an exporter on its default port."""
    config = read_settings(BotConfig)

    assert config.token is None
    assert (config.host, config.port) == ("127.0.0.1", 8080)
    assert config.api_base_url == "http://127.0.0.1:8000"


def test_settings_in_code_win_over_the_environment(environment: pytest.MonkeyPatch) -> None:
    """`BotConfig(token, channel_id, api_base_url)` as in the users' guide."""
    environment.setenv("EXPORTER_URL", "http://from-environment:1")

    config = BotConfig(token=SecretStr("t"), channel_id=5, api_base_url="http://in-code:2")

    assert config.api_base_url == "http://in-code:2"
    assert config.token is not None
    assert config.token.get_secret_value() == "t"


def test_the_old_name_of_the_exporters_address_is_taken(environment: pytest.MonkeyPatch) -> None:
    """DASHBOARD_API_URL, unless EXPORTER_URL is set too; an empty variable is none."""
    environment.setenv("DASHBOARD_API_URL", "http://old:1")
    environment.setenv("EXPORTER_URL", "")

    assert read_settings(BotConfig).api_base_url == "http://old:1"


def test_the_venues_are_those_of_the_exporter(environment: pytest.MonkeyPatch) -> None:
    """One variable for both, comma-separated."""
    environment.setenv("VENUES", "kalshi, forecastex")

    assert read_settings(BotConfig).venues == ("kalshi", "forecastex")


def test_a_stray_variable_is_not_taken_for_a_setting(environment: pytest.MonkeyPatch) -> None:
    """TOKEN is some other program's."""
    environment.setenv("TOKEN", "of-another-program")
    environment.setenv("PORT", "1")

    config = read_settings(BotConfig)

    assert (config.token, config.port) == (None, 8080)


def test_a_secret_can_be_a_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its text, without the line break at its end; and nothing shows it."""
    secret = tmp_path / "token"
    secret.write_text("s3cret\n")
    environment.setenv("WEBHOOK_TOKEN_FILE", str(secret))

    config = read_settings(BotConfig)

    assert config.webhook_token == SecretStr("s3cret")
    assert "s3cret" not in repr(config)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"DISCORD_BOT_TOKEN": "t"}, "DISCORD_CHANNEL_ID: needed"),
        ({"DISCORD_CHANNEL_ID": "general"}, "DISCORD_CHANNEL_ID: Input should be a valid integer"),
        ({"BOT_PORT": "70000"}, "BOT_PORT: Input should be less"),
        ({"BOT_HOST": "0.0.0.0"}, "WEBHOOK_TOKEN: needed when BOT_HOST"),
        ({"EXPORTER_URL": "exporter:8000"}, "EXPORTER_URL: String should match"),
        ({"WEBHOOK_TOKEN_FILE": "/no/such"}, "WEBHOOK_TOKEN_FILE: cannot read /no/such"),
        (
            {"WEBHOOK_TOKEN_FILE": "/dev/null", "WEBHOOK_TOKEN": "t"},
            "WEBHOOK_TOKEN: set either this or WEBHOOK_TOKEN_FILE",
        ),
        ({"WEBHOOK_TOKEN_FILE": "/dev/null"}, "WEBHOOK_TOKEN_FILE: /dev/null is empty"),
    ],
)
def test_a_wrong_setting_is_named(
    environment: pytest.MonkeyPatch, given: dict[str, str], named: str
) -> None:
    """In one line, with the variable first."""
    for variable, value in given.items():
        environment.setenv(variable, value)

    with pytest.raises(StartError) as refused:
        read_settings(BotConfig)

    assert str(refused.value).startswith(named)
    assert "\n" not in str(refused.value)


def test_a_misspelt_setting_in_code_is_refused() -> None:
    """Rather than silently ignored."""
    with pytest.raises(ValidationError):
        BotConfig.model_validate({"chanel_id": 5})


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("bot", False),
    ],
)
def test_loopback_is_known(host: str, expected: bool) -> None:
    """A name that is not localhost may be anything."""
    assert is_loopback(host) is expected
