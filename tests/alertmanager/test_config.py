"""alertmanager.yml: who is told, how soon, and what is held back."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from stack.fallback import SecondWay, fill_in

CONFIG = Path(__file__).parents[2] / "alertmanager" / "alertmanager.yml"
ROUTES = [
    ({"alertname": "ArbWatchdog", "severity": "none", "topic": "pipeline"}, "bot"),
    ({"alertname": "ArbBotDown", "severity": "critical"}, "fallback,bot"),
    ({"alertname": "ArbBotHung", "severity": "critical"}, "fallback,bot"),
    ({"alertname": "ArbDiscordUnreachable", "severity": "critical"}, "fallback,bot"),
    ({"alertname": "ArbFeedSilent", "severity": "critical", "venue": "kalshi"}, "bot"),
    ({"alertname": "ArbDailyLossExceeded", "severity": "critical", "action": "halt"}, "bot"),
    ({"alertname": "ArbVenueErrorRateHigh", "severity": "warning", "venue": "kalshi"}, "bot"),
    ({"alertname": "ArbExporterDown", "severity": "critical"}, "bot"),
    ({"alertname": "SomebodyElses"}, "bot"),
]
# Keys that Alertmanager 0.25 does not know.
NOT_EVERYWHERE = ("url_file", "timeout", "payload", "http_headers")


def config() -> dict[str, Any]:
    """The configuration as it is in the repository."""
    parsed: dict[str, Any] = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    return parsed


def test_amtool_accepts_it() -> None:
    """Syntax and references."""
    command = ["amtool", "check-config", str(CONFIG)]

    checked = subprocess.run(command, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(("labels", "receiver"), ROUTES, ids=[r[0]["alertname"] for r in ROUTES])
def test_alert_reaches_its_receiver(labels: dict[str, str], receiver: str) -> None:
    """Everything goes to the bot; what the bot cannot tell of takes a second way, too."""
    command = ["amtool", "config", "routes", "test", f"--config.file={CONFIG}"]
    command += [f"{name}={value}" for name, value in labels.items()]

    routed = subprocess.run(command, capture_output=True, text=True, check=True)

    assert routed.stdout.strip() == receiver


def test_one_group_for_each_alert_and_venue() -> None:
    """So that the bot can keep one message for each."""
    assert config()["route"]["group_by"] == ["alertname", "venue"]


def test_critical_alerts_do_not_wait() -> None:
    """Alertmanager's default would hold them for 30 seconds."""
    routes = config()["route"]["routes"]
    (critical,) = (route for route in routes if route["matchers"] == ['severity="critical"'])

    assert critical["group_wait"] == "0s"
    assert critical["group_interval"] == "5s"


def test_what_halts_is_told_within_a_second() -> None:
    """Also when it ends and begins anew before its group was forgotten."""
    routes = config()["route"]["routes"]
    (halting,) = (route for route in routes if route["matchers"] == ['action="halt"'])

    assert not any("ArbFeed" in matcher for route in routes[:2] for matcher in route["matchers"])
    assert routes.index(halting) == 2
    assert (halting["group_wait"], halting["group_interval"]) == ("0s", "1s")


def test_warnings_are_out_within_fifteen_seconds() -> None:
    """The top route is theirs."""
    route = config()["route"]

    assert route["group_wait"] == "10s"
    assert route["group_interval"] == "15s"


def test_bot_is_told_everything_with_the_token_from_a_file() -> None:
    """Resolved too, nothing left out of a notification, and no secret in the configuration."""
    receivers = {receiver["name"]: receiver for receiver in config()["receivers"]}

    (webhook,) = receivers["bot"]["webhook_configs"]

    assert webhook["url"] == "http://bot:8080/alerts"
    assert webhook["send_resolved"] is True
    assert webhook["max_alerts"] == 0
    assert webhook["http_config"]["authorization"] == {
        "type": "Bearer",
        "credentials_file": "/run/secrets/alertmanager_token",
    }


def test_the_watchdog_is_told_more_than_once_a_minute() -> None:
    """The bot waits five minutes for it."""
    watchdog = config()["route"]["routes"][0]

    assert watchdog["matchers"] == ['alertname="ArbWatchdog"']
    assert (watchdog["group_interval"], watchdog["repeat_interval"]) == ("15s", "30s")


@pytest.mark.parametrize("form", ["text", "slack"])
def test_a_second_way_is_filled_in(tmp_path: Path, form: str) -> None:
    """Whatever is in the address; nothing else changes, and without one nothing at all."""
    text = CONFIG.read_text(encoding="utf-8")
    address = 'https://hooks.example/T0/B0?a="b"#c'

    filled = tmp_path / "alertmanager.yml"
    filled.write_text(fill_in(text, SecondWay(address, form)), encoding="utf-8")

    checked = subprocess.run(["amtool", "check-config", str(filled)], check=False)
    receivers = yaml.safe_load(filled.read_text(encoding="utf-8"))["receivers"]
    [[told]] = [value for key, value in receivers[0].items() if key != "name"]
    assert checked.returncode == 0
    assert address in (told.get("url"), told.get("api_url"))
    assert receivers[1:] == config()["receivers"][1:]
    assert fill_in(text, None) == text


def test_loads_on_old_and_new_versions() -> None:
    """No key that only some of them know, and inhibit rules without names."""
    (webhook,) = config()["receivers"][1]["webhook_configs"]
    filled = yaml.safe_load(fill_in(CONFIG.read_text(), SecondWay("https://x", "text")))
    (second,) = filled["receivers"][0]["webhook_configs"]

    assert not [key for key in NOT_EVERYWHERE if key in webhook or key in second]
    assert not any("name" in rule for rule in config()["inhibit_rules"])
