"""alertmanager.yml: who is told, how soon, and what is held back."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from stack.fallback import SecondWay, fill_in

CONFIG = Path(__file__).parents[2] / "alertmanager" / "alertmanager.yml"
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


def test_one_group_for_each_alert_and_venue() -> None:
    """So that the bot can keep one message for each."""
    assert config()["route"]["group_by"] == ["alertname", "venue"]


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
