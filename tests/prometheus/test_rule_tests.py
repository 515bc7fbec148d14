"""Every rule is proven: alerts silent, firing, ending and without data, records by their values."""

import re
from typing import Any

import pytest

from tests.prometheus.rule_files import ALWAYS_FIRING, alerts, records
from tests.prometheus.rule_tests import Check, asked_expressions, raw_metrics, rule_tests
from tests.promql import metrics_in

# There from the exporter's start on, whatever else is not.
ALWAYS_THERE = {"arb_limit"}

every_alert = pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"])
every_changing_alert = pytest.mark.parametrize(
    "alert",
    [alert for alert in alerts() if alert["alert"] != ALWAYS_FIRING],
    ids=lambda alert: alert["alert"],
)
every_record = pytest.mark.parametrize(
    "name", sorted({rule["record"] for rule in records()}), ids=str
)


def checks_of(name: str) -> list[list[Check]]:
    """By test: those that are about this alert alone."""
    return [[check for check in test if check.names == {name}] for test in rule_tests()]


@every_changing_alert
def test_alert_is_tested_silent(alert: dict[str, Any]) -> None:
    """With data that is good enough."""
    data = raw_metrics(alert["expr"])

    checks = [check for test in checks_of(alert["alert"]) for check in test]

    assert [c for c in checks if not c.is_firing and (c.with_data & data or not data)]


@every_changing_alert
def test_alert_is_tested_firing_and_then_ended(alert: dict[str, Any]) -> None:
    """In one test: it fires, and at a later time it does not any more."""
    turns = [[check.is_firing for check in test] for test in checks_of(alert["alert"])]

    assert [turn for turn in turns if True in turn and False in turn[turn.index(True) :]]


@every_alert
def test_alert_is_tested_without_data(alert: dict[str, Any]) -> None:
    """At a time at which nothing of what it is about has a sample: never there, or ended."""
    data = raw_metrics(alert["expr"]) - ALWAYS_THERE

    checks = [check for test in rule_tests() for check in test if alert["alert"] in check.names]

    assert [check for check in checks if not check.with_data & data]


@every_record
def test_record_is_named_by_level_metric_and_operation(name: str) -> None:
    """As Prometheus's own page on recording rules asks for."""
    assert re.fullmatch(r"[a-z_]+:[a-z0-9_]+:[a-z0-9_]+", name)


@every_record
def test_record_is_tested(name: str) -> None:
    """Its values are asked for."""
    assert [asked for asked in asked_expressions() if name in metrics_in(asked)]
