"""The rule files and their tests, as parsed YAML."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
RULE_FILES = sorted((ROOT / "prometheus" / "rules").glob("*.yml"))
TEST_FILES = sorted((ROOT / "prometheus" / "tests").glob("*.yml"))
ALWAYS_FIRING = "ArbWatchdog"


def alerts() -> list[dict[str, Any]]:
    """Every alerting rule."""
    return [rule for rule in _rules() if "alert" in rule]


def expressions() -> list[str]:
    """The expression of every rule."""
    return [rule["expr"] for rule in _rules()]


def expected_alerts(name: str) -> list[list[dict[str, Any]]]:
    """What the rule tests expect of an alert, one list an evaluation."""
    return [
        check["exp_alerts"]
        for path in TEST_FILES
        for test in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]
        for check in test["alert_rule_test"]
        if check["alertname"] == name
    ]


def interval_of(name: str) -> str | None:
    """How often the group of an alert is evaluated; `None` where it is the global interval."""
    (group,) = (
        group for group in _groups() if name in [rule.get("alert") for rule in group["rules"]]
    )
    interval: str | None = group.get("interval")
    return interval


def _rules() -> list[dict[str, Any]]:
    return [rule for group in _groups() for rule in group["rules"]]


def _groups() -> list[dict[str, Any]]:
    return [
        group
        for path in RULE_FILES
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
    ]
