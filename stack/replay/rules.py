"""The rules as they stand, read for a replay: what each needs, and how often it is evaluated."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from stack.render import RULES

DEFAULT_INTERVAL = "5s"  # of prometheus.yml
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000}
_DURATION = re.compile(r"(\d+)(ms|[smhdwy])")
_WINDOW = re.compile(r"\[([\dsmhdwy]+)[\]:]")
_TEXT = re.compile(r"\"[^\"]*\"|'[^']*'")
_METRIC = re.compile(r"(?<![\w:])(?:up|(?:arb|prometheus|alertmanager)_\w+|\w+:\w+:\w+)(?![\w:])")
_JOB = re.compile(r"job=\"([^\"]*)\"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule, with durations in seconds."""

    name: str
    is_alert: bool
    expr: str
    labels: dict[str, str]
    interval: float
    hold: float
    keep: float

    @property
    def metrics(self) -> set[str]:
        """The series that it asks for, by name."""
        return set(_METRIC.findall(_TEXT.sub("", self.expr)))

    @property
    def jobs(self) -> set[str]:
        """The targets that it asks for."""
        return set(_JOB.findall(self.expr))

    @property
    def shortest_window(self) -> float:
        """Seconds of its shortest range, endless without one."""
        windows = [seconds(each) for each in _WINDOW.findall(self.expr)]
        return min(windows, default=float("inf"))


def read_rules(files: list[Path] | None = None) -> list[Rule]:
    """Every rule of the files, by default of those that Prometheus loads, in their order."""
    return [
        _rule(rule, group.get("interval", DEFAULT_INTERVAL))
        for path in files or rule_files()
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
        for rule in group["rules"]
    ]


def rule_files() -> list[Path]:
    """The files that Prometheus loads."""
    return sorted(RULES.glob("*.yml"))


def in_levels(rules: list[Rule]) -> list[list[Rule]]:
    """Recording rules, each level made of nothing but what the levels before it record."""
    records = [rule for rule in rules if not rule.is_alert]
    levels: list[list[Rule]] = []
    known: set[str] = set()
    while left := [rule for rule in records if rule.name not in known]:
        names = {rule.name for rule in left}
        waiting = {rule.name for rule in left if rule.metrics & names}
        level = [rule for rule in left if rule.name not in waiting] or left
        levels.append(level)
        known |= {rule.name for rule in level}
    return levels


def made_of(rule: Rule, rules: list[Rule]) -> list[Rule]:
    """The rule, and all whose records it is made of, directly or not."""
    found = [rule]
    for each in found:  # which grows meanwhile
        found += [
            record
            for record in rules
            if not record.is_alert and record.name in each.metrics and record not in found
        ]
    return found


def raw_metrics(rules: list[Rule]) -> set[str]:
    """The series that these rules ask for and none of them records."""
    recorded = {rule.name for rule in rules if not rule.is_alert}
    return {metric for rule in rules for metric in rule.metrics} - recorded


def seconds(duration: str) -> float:
    """A duration as Prometheus writes it, such as `1m30s`."""
    return sum(int(number) * _UNITS[unit] for number, unit in _DURATION.findall(duration))


def _rule(rule: dict[str, Any], interval: str) -> Rule:
    return Rule(
        name=rule.get("alert") or rule["record"],
        is_alert="alert" in rule,
        expr=rule["expr"],
        labels=rule.get("labels", {}),
        interval=seconds(interval),
        hold=seconds(rule.get("for", "")),
        keep=seconds(rule.get("keep_firing_for", "")),
    )
