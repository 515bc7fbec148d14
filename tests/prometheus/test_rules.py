"""The rules: proven by promtool, and shaped so that a trader can act on them."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from arbwatch.control import LEASE_SECONDS
from tests.prometheus.rule_files import (
    ALWAYS_FIRING,
    RULE_FILES,
    TEST_FILES,
    alerts,
    interval_of,
    rules,
)
from tests.prometheus.rule_tests import raw_metrics
from tests.promql import windows

SCRAPE_SECONDS = 5
# By topic: whether its alerts judge the strategy, or the pipeline, whose times are not its limits.
JUDGED_BY_LIMITS = {
    "feed": True,
    "venue": True,
    "execution": True,
    "risk": True,
    "objectives": True,
    "control": False,
    "pipeline": False,
}
# Whose threshold is not a figure: a book's own habit.
OTHERWISE_JUDGED = {"ArbBookFrozen"}


def name_of(value: Path | dict[str, Any]) -> str:
    """How a test case is called."""
    return value.stem if isinstance(value, Path) else str(value.get("alert") or value["record"])


@pytest.mark.parametrize("path", RULE_FILES, ids=name_of)
def test_rules_are_valid(path: Path) -> None:
    """Syntax, templates and no duplicates."""
    command = ["promtool", "check", "rules", "--lint=all", "--lint-fatal", str(path)]

    checked = subprocess.run(command, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("path", TEST_FILES, ids=name_of)
def test_rules_pass_their_tests(path: Path) -> None:
    """The real evaluation of the smallest series: silent, then firing."""
    command = ["promtool", "test", "rules", str(path)]

    tested = subprocess.run(command, capture_output=True, text=True, check=False)

    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_every_rule_file_has_its_tests() -> None:
    """`feed.yml` is tested in `feed_test.yml`, or in parts as in `feed_records_test.yml`."""
    topics = {path.stem.split("_")[0] for path in TEST_FILES}

    assert topics == {path.stem for path in RULE_FILES}
    assert all(path.stem.endswith("_test") for path in TEST_FILES)


@pytest.mark.parametrize("alert", alerts(), ids=name_of)
def test_alert_speaks_for_itself(alert: dict[str, Any]) -> None:
    """A fixed summary, a description of one or more sentences, a severity and a topic."""
    summary, description = (alert["annotations"][key] for key in ("summary", "description"))

    assert re.fullmatch(r"Arb([A-Z][a-z]+)+", alert["alert"])
    assert "{{" not in summary
    assert description.endswith(".")
    assert set(alert["labels"]) - {"action"} == {"severity", "topic"}


@pytest.mark.parametrize("alert", alerts(), ids=name_of)
def test_alert_compares_with_the_limits_series(alert: dict[str, Any]) -> None:
    """What judges the strategy takes its threshold from `arb_limit`, never from the rule."""
    is_judged = JUDGED_BY_LIMITS[alert["labels"]["topic"]]

    has_limit = "arb_limit" in raw_metrics(alert["expr"])

    assert has_limit is (is_judged and alert["alert"] not in OTHERWISE_JUDGED)


@pytest.mark.parametrize("rule", rules(), ids=name_of)
def test_windows_hold_four_scrapes(rule: dict[str, Any]) -> None:
    """A shorter window may hold a single sample, and then it answers nothing."""
    assert all(seconds >= 4 * SCRAPE_SECONDS for seconds in windows(rule["expr"]))


def test_what_halts_is_critical_and_judged_every_second() -> None:
    """From a breach to the acknowledged halt 15 seconds may pass, and the scrape takes five."""
    halting = [a for a in alerts() if "action" in a["labels"]]

    assert {a["labels"]["action"] for a in halting} == {"halt"}
    assert {a["labels"]["severity"] for a in halting} == {"critical"}
    assert not [a["alert"] for a in halting if "for" in a]
    assert {interval_of(a["alert"]) for a in halting} == {"1s"}


def test_what_is_without_severity_is_for_no_reader() -> None:
    """The bot waits for one, and one holds warnings back; all else is critical or a warning."""
    unusual = [a["alert"] for a in alerts() if a["labels"]["severity"] == "none"]

    assert sorted(unusual) == ["ArbVenueHalted", ALWAYS_FIRING]


def test_the_lease_is_the_engines() -> None:
    """The rule cannot ask the engine how long its permission lasts, so it repeats it."""
    (alert,) = (alert for alert in alerts() if alert["alert"] == "ArbLeaseLapsed")

    assert f"> {LEASE_SECONDS:g})" in alert["expr"]
    assert f"lapsed after {LEASE_SECONDS:g}s:" in alert["annotations"]["description"]
