"""The whole drill against a whole stack, as `make drill` plays it."""

import signal
import sys
from pathlib import Path

import msgspec
import pytest

from bench.drill.__main__ import STEPS
from bench.drill.timeline import Report
from stack.settings import StackSettings
from tests.stack.processes import Tree
from tests.stack.test_start import (
    STOP_SECONDS,
    environment_of,
    read_until_greeting,
    settings,
    start,
)

__all__ = ["settings"]


@pytest.mark.e2e
@pytest.mark.timeout(360)
def test_every_step_of_the_drill_holds(settings: StackSettings, tmp_path: Path) -> None:
    """Halts by command, over a crash and by rule; afterwards no process of the drill is left."""
    path = tmp_path / "timeline.json"
    command = [sys.executable, "-m", "bench.drill", "--watch", "1", "--json", str(path)]
    with start(settings, DEMO_ARGS="--rate 5") as stack:
        read_until_greeting(stack)

        with Tree(command, environment_of(settings)) as drill:
            printed, errors = drill.finish(timeout_seconds=300)
            assert drill.living() == []

        stack.signal(signal.SIGINT)
        said, _ = stack.finish(timeout_seconds=STOP_SECONDS)

    assert (drill.process.returncode, errors) == (0, ""), printed + errors + said
    report = msgspec.json.decode(path.read_bytes(), type=Report)
    assert report.holds
    assert list(dict.fromkeys(row.step for row in report.rows)) == list(STEPS)
