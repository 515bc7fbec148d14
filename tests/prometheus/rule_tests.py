"""The promtool tests: what they check, when, and which series have data by then."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import promql_parser
import yaml

from tests.prometheus.rule_files import ROOT, TEST_FILES, alerts_of, records
from tests.promql import metrics_in

# Prometheus looks that far back for a sample.
LOOKBACK_SECONDS = 300
# `1`, `1x5` (six times), `1+2x5`, `stale`, `_`, `_x5` (five times).
NOTATION = re.compile(r"(?P<what>_|stale|[^x]+?)(x(?P<times>\d+))?")


@dataclass(frozen=True)
class Check:
    """What a test expects at a time; of all alerts of its rules where it asks for `ALERTS`."""

    seconds: float
    names: frozenset[str]
    is_firing: bool
    with_data: frozenset[str]


@cache
def rule_tests() -> list[list[Check]]:
    """The checks of every test, in order of time."""
    found = []
    for path in TEST_FILES:
        parsed = yaml.safe_load(path.read_text(encoding="utf-8"))
        for test in parsed["tests"]:
            checks = _checks(test, _alert_names(parsed["rule_files"]))
            found.append(sorted(checks, key=lambda check: check.seconds))
    return found


def asked_expressions() -> list[str]:
    """Every expression that a test asks for."""
    return [
        check["expr"]
        for path in TEST_FILES
        for test in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]
        for check in test.get("promql_expr_test", [])
    ]


def raw_metrics(expression: str) -> set[str]:
    """Every metric that it comes from in the end: instead of a record, those behind it."""
    behind: dict[str, set[str]] = {}
    for rule in records():
        behind.setdefault(rule["record"], set()).update(metrics_in(rule["expr"]))
    names = metrics_in(expression)
    while recorded := names & behind.keys():
        names = (names - recorded).union(*(behind[name] for name in recorded))
    return names


def _checks(test: dict[str, Any], names: frozenset[str]) -> Iterator[Check]:
    step = _seconds(test["interval"])
    series = [(s["series"], list(_samples(str(s["values"])))) for s in test["input_series"]]

    def with_data(seconds: float) -> frozenset[str]:
        return frozenset(
            re.split(r"[{ ]", name)[0]
            for name, samples in series
            if _has_data(samples[: int(seconds // step) + 1], seconds, step)
        )

    for check in test.get("alert_rule_test", []):
        seconds = _seconds(check["eval_time"])
        name = frozenset({check["alertname"]})
        yield Check(seconds, name, bool(check["exp_alerts"]), with_data(seconds))
    for check in test.get("promql_expr_test", []):
        if "ALERTS" in metrics_in(check["expr"]):
            seconds = _seconds(check["eval_time"])
            yield Check(seconds, names, bool(check.get("exp_samples")), with_data(seconds))


def _samples(values: str) -> Iterator[str]:
    """`value`, `stale` or `_`, one a step."""
    for text in values.split():
        match = NOTATION.fullmatch(text)
        assert match, text
        what, times = match["what"], int(match["times"] or 0)
        kind = what if what in {"_", "stale"} else "value"
        # Written `ax3` it is there once and three times more; `_x3` is three gaps.
        yield from [kind] * (max(times, 1) if what == "_" else times + 1)


def _has_data(samples: list[str], seconds: float, step: float) -> bool:
    """Whether the last sample is near enough, and did not end the series."""
    told = [(index, kind) for index, kind in enumerate(samples) if kind != "_"]
    if not told:
        return False
    index, kind = told[-1]
    return kind == "value" and seconds - index * step < LOOKBACK_SECONDS


def _alert_names(rule_files: list[str]) -> frozenset[str]:
    paths = [ROOT / "prometheus" / "rules" / name.rpartition("/")[2] for name in rule_files]
    return frozenset(alert["alert"] for path in paths for alert in alerts_of(path))


def _seconds(duration: Any) -> float:
    return promql_parser.parse_duration(str(duration)).total_seconds() if duration != "0s" else 0.0
