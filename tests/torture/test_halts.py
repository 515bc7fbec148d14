"""Halts and resumes with kill -9 in the middle, many times over."""

import os
from pathlib import Path

import pytest

from tests.faults.halting import kill_while_halting
from tests.faults.stage import set_up
from tests.torture.conftest import Book

ROUNDS = int(os.environ.get("TORTURE_HALTS", "200"))

pytestmark = [pytest.mark.torture, pytest.mark.timeout(7_200)]


def test_somebody_is_killed_while_it_is_halted(tmp_path: Path, book: Book) -> None:
    """Exporter, engine and bot: no halt lost, no resume invented, numbers never fall."""
    with set_up(tmp_path) as stage:
        kill_while_halting(stage, rounds=ROUNDS)

    book("killed in the middle of halt and resume", rounds=ROUNDS, lost=0, doubled=0)
