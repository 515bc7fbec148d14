"""Settings come from the environment; what is wrong is named."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from bot import BotConfig
from bot.console_settings import read_settings
from bot.errors import StartError

VARIABLES = (
    "DISCORD_BOT_TOKEN",
    "DISCORD_CHANNEL_ID",
    "DISCORD_TRADER_ROLES",
    "DISCORD_RESUME_ROLES",
    "EXPORTER_URL",
    "DASHBOARD_API_URL",
    "AUTO_HALT",
    "BOT_HOST",
    "BOT_PORT",
    "EXPORTER_TOKEN",
    "EXPORTER_TOKEN_FILE",
    "TOKENS",
    "TOKENS_FILE",
    "WEBHOOK_TOKEN",
    "FALLBACK_WEBHOOK_URL",
    "FALLBACK_WEBHOOK_URL_FILE",
    "FALLBACK_WEBHOOK_FORMAT",
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


@pytest.mark.parametrize(
    ("text", "may_halt"),
    [("", True), ("none", False), ("ArbFeedSilent, ArbMine", True), ("ArbMine", False)],
)
def test_each_automatic_halt_can_be_switched_off(
    environment: pytest.MonkeyPatch, text: str, may_halt: bool
) -> None:
    """An empty variable is none set, as everywhere: it switches nothing off by accident."""
    environment.setenv("AUTO_HALT", text)

    config = read_settings(BotConfig)

    assert ("ArbFeedSilent" in config.auto_halt) is may_halt


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


def test_roles_are_ids(environment: pytest.MonkeyPatch) -> None:
    """Comma-separated; none means nobody."""
    environment.setenv("DISCORD_TRADER_ROLES", "800000000000000004, 800000000000000005,")

    config = read_settings(BotConfig)

    assert config.trader_roles == (800000000000000004, 800000000000000005)
    assert config.resume_roles == ()


@pytest.mark.parametrize("value", ["Trader", "@Trader", "<@&800000000000000004>", "12", "-1"])
def test_what_is_no_role_id_is_refused(environment: pytest.MonkeyPatch, value: str) -> None:
    """With how to copy one."""
    environment.setenv("DISCORD_RESUME_ROLES", f"800000000000000004,{value}")

    with pytest.raises(StartError, match=r"^DISCORD_RESUME_ROLES: .*Copy Role ID$"):
        read_settings(BotConfig)


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
    environment.setenv("DISCORD_BOT_TOKEN_FILE", str(secret))
    environment.setenv("DISCORD_CHANNEL_ID", "5")
    environment.setenv("EXPORTER_TOKEN_FILE", str(secret))
    address = tmp_path / "address"
    address.write_text("https://ntfy.example/s3cret\n")
    environment.setenv("FALLBACK_WEBHOOK_URL_FILE", str(address))

    config = read_settings(BotConfig)

    assert config.token == SecretStr("s3cret")
    assert config.fallback_webhook_url == SecretStr("https://ntfy.example/s3cret")
    assert config.credential().headers == {"Authorization": "Bearer s3cret"}
    assert "s3cret" not in repr(config) + repr(config.credential())


def test_of_tokens_only_digests_are_kept(environment: pytest.MonkeyPatch) -> None:
    """Whoever sees the settings cannot call."""
    environment.setenv("TOKENS", "alertmanager webhook s3cret; prometheus metrics another")
    environment.setenv("BOT_HOST", "0.0.0.0")

    config = read_settings(BotConfig)

    assert config.tokens is not None
    assert config.tokens.scopes_of(b"s3cret") == {"webhook"}
    assert "s3cret" not in repr(config)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"DISCORD_BOT_TOKEN": "t"}, "DISCORD_CHANNEL_ID: needed"),
        ({"DISCORD_CHANNEL_ID": "general"}, "DISCORD_CHANNEL_ID: Input should be a valid integer"),
        ({"BOT_PORT": "70000"}, "BOT_PORT: Input should be less"),
        ({"BOT_HOST": "0.0.0.0"}, "BOT_HOST: other machines reach 0.0.0.0, so TOKENS_FILE is "),
        ({"EXPORTER_URL": "exporter:8000"}, "EXPORTER_URL: String should match"),
        ({"EXPORTER_TOKEN_FILE": "/no/such"}, "EXPORTER_TOKEN_FILE: no token in /no/such"),
        ({"FALLBACK_WEBHOOK_URL": "ntfy.sh/x"}, "FALLBACK_WEBHOOK_URL: takes an address that"),
        ({"FALLBACK_WEBHOOK_FORMAT": "teams"}, "FALLBACK_WEBHOOK_FORMAT: Input should be 'text'"),
        ({"EXPORTER_TOKEN": "two words"}, "EXPORTER_TOKEN: a token is one word"),
        (
            {"EXPORTER_TOKEN_FILE": "/dev/null", "EXPORTER_TOKEN": "t"},
            "EXPORTER_TOKEN: set either this or EXPORTER_TOKEN_FILE",
        ),
        ({"TOKENS": "a read t; b raed t2"}, "TOKENS: entry 2: the scopes are ingest, read, "),
        ({"TOKENS": "a read t", "TOKENS_FILE": "/x"}, "TOKENS: set either this or TOKENS_FILE"),
        ({"WEBHOOK_TOKEN": "t"}, "WEBHOOK_TOKEN: is no setting any more; TOKENS_FILE holds"),
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


@pytest.mark.parametrize("value", ["oncall", "@oncall", "12", "800000000000000004,"])
def test_a_role_to_ping_is_an_id(environment: pytest.MonkeyPatch, value: str) -> None:
    """A name would ping nobody, and nobody would notice before the first night."""
    environment.setenv("DISCORD_ALERT_ROLE", value)

    with pytest.raises(StartError, match=r"DISCORD_ALERT_ROLE: takes .*Copy Role ID"):
        read_settings(BotConfig)


def test_the_role_to_ping_is_read(environment: pytest.MonkeyPatch) -> None:
    """Without it nobody is pinged."""
    before = read_settings(BotConfig).alert_role
    environment.setenv("DISCORD_ALERT_ROLE", " 800000000000000004 ")

    assert (before, read_settings(BotConfig).alert_role) == (None, 800000000000000004)
