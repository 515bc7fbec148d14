"""The short form of many rounds of halts and resumes with kill -9; `make torture` has the long."""

from pathlib import Path

import pytest

from tests.faults.halting import kill_while_halting
from tests.faults.stage import set_up

ROUNDS = 6


@pytest.mark.timeout(600)
def test_no_halt_is_lost_and_no_resume_invented(tmp_path: Path) -> None:
    """Exporter, engine or bot is killed at any moment of each order."""
    with set_up(tmp_path) as stage:
        kill_while_halting(stage, rounds=ROUNDS)
