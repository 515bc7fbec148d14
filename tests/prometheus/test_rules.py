"""The rules: proven by promtool, and shaped so that a trader can act on them."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.prometheus.rule_files import ALWAYS_FIRING, RULE_FILES, TEST_FILES, alerts, interval_of

SCRAPE_SECONDS = 5
# Alerts of these topics judge the strategy; the rest judges the pipeline.
JUDGED_BY_LIMITS = {"feed", "venue", "risk"}


def name_of(value: Path | dict[str, Any]) -> str:
    """How a test case is called."""
    return value.stem if isinstance(value, Path) else str(value["alert"])


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
    """`feed.yml` is tested in `feed_test.yml`."""
    assert [f"{path.stem}_test" for path in RULE_FILES] == [path.stem for path in TEST_FILES]


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
    is_judged = alert["labels"]["topic"] in JUDGED_BY_LIMITS

    assert ("arb_limit{" in alert["expr"]) is is_judged


@pytest.mark.parametrize("alert", alerts(), ids=name_of)
def test_windows_hold_four_scrapes(alert: dict[str, Any]) -> None:
    """A shorter window may hold a single sample, and then it answers nothing."""
    windows = re.findall(r"\[(\d+)([sm])\]", alert["expr"])

    seconds = [int(number) * {"s": 1, "m": 60}[unit] for number, unit in windows]

    assert all(window >= 4 * SCRAPE_SECONDS for window in seconds)
    assert len(windows) == alert["expr"].count("[")


def test_what_halts_is_critical_and_judged_every_second() -> None:
    """From a breach to the acknowledged halt 15 seconds may pass, and the scrape takes five."""
    halting = [a for a in alerts() if "action" in a["labels"]]

    assert {a["labels"]["action"] for a in halting} == {"halt"}
    assert {a["labels"]["severity"] for a in halting} == {"critical"}
    assert not [a["alert"] for a in halting if "for" in a]
    assert {interval_of(a["alert"]) for a in halting} == {"1s"}


def test_only_the_watchdog_is_without_severity() -> None:
    """Everything else is critical or a warning."""
    unusual = [a["alert"] for a in alerts() if a["labels"]["severity"] == "none"]

    assert unusual == [ALWAYS_FIRING]
