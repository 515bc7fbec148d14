"""The rule files and their tests, as parsed YAML."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
RULE_FILES = sorted((ROOT / "prometheus" / "rules").glob("*.yml"))
TEST_FILES = sorted((ROOT / "prometheus" / "tests").glob("*.yml"))
ALWAYS_FIRING = "ArbWatchdog"


def rules() -> list[dict[str, Any]]:
    """Every rule, in the order in which a file has them."""
    return [rule for path in RULE_FILES for group in _groups(path) for rule in group["rules"]]


def alerts() -> list[dict[str, Any]]:
    """Every alerting rule."""
    return [alert for path in RULE_FILES for alert in alerts_of(path)]


def alerts_of(path: Path) -> list[dict[str, Any]]:
    """Alerting rules of one file."""
    return [rule for group in _groups(path) for rule in group["rules"] if "alert" in rule]


def records() -> list[dict[str, Any]]:
    """Every recording rule."""
    return [rule for rule in rules() if "record" in rule]


def interval_of(name: str) -> str | None:
    """How often the group of an alert is evaluated; `None` where it is the global interval."""
    (group,) = (
        group
        for path in RULE_FILES
        for group in _groups(path)
        if name in [rule.get("alert") for rule in group["rules"]]
    )
    interval: str | None = group.get("interval")
    return interval


@cache
def _groups(path: Path) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
    return groups
