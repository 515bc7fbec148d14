"""The self-test of the alerts: that none is left out, and that it can fail."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from bench.machine import ROOT
from bench.selftest.acts import ACTS, chosen
from bench.selftest.report import Report
from bench.selftest.telling import Told
from tests.prometheus.rule_files import alerts


def test_every_alert_has_one_cause() -> None:
    """A new alert needs one; what is gone leaves none."""
    caused = Counter(name for act in ACTS for cause in act for name in cause.alerts)

    assert caused == Counter({alert["alert"]: 1 for alert in alerts()})


def test_what_is_told_late_belongs_to_its_cause() -> None:
    """A misspelt name would be waited for in vain."""
    for act in ACTS:
        for cause in act:
            assert set(cause.released) <= set(cause.alerts)


def test_some_alerts_can_be_chosen() -> None:
    """Their causes, whole, and no other."""
    [act] = chosen(ACTS, ["ArbFillConflict"])

    assert [cause.alerts for cause in act] == [("ArbFillConflict",)]


def test_an_alert_that_was_not_told_fails(capsys: pytest.CaptureFixture[str]) -> None:
    """It is named, with why."""
    report = Report()
    acts = chosen(ACTS, ["ArbFillConflict"])

    report.enter(Told(alert="ArbFillConflict", cause="a fill", note="was not told in time"))

    assert not report.holds(acts)
    assert "NOT TOLD" in capsys.readouterr().out


@pytest.mark.e2e
@pytest.mark.timeout(240)
def test_a_cause_becomes_a_card(tmp_path: Path) -> None:
    """One alert on a stack of its own, as `make selftest` does it."""
    path = tmp_path / "table.json"
    command = [sys.executable, "-m", "bench.selftest", "ArbControlDenied", "--json", str(path)]

    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    [told] = msgspec.json.decode(path.read_bytes(), type=list[Told])
    assert told.way == "Discord"
    assert told.fired_seconds is not None and told.told_seconds is not None
