"""Rows 22 and 34: the exporter is killed or stopped while fills come in."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import wait_until
from tests.faults.load import Load, kill_under_load
from tests.faults.processes import ExporterProcess

KILLS = 8


@pytest.mark.timeout(600)
def test_an_exporter_killed_at_any_moment_keeps_its_word(
    process: ExporterProcess, ledger_path: Path
) -> None:
    """No acknowledged fill is lost, none is there twice, and P&L is the sum of the rows."""
    tally = kill_under_load(process, kills=KILLS)
    process.kill()

    assert (tally.lost, tally.doubled) == (0, 0)
    assert tally.stored >= tally.acknowledged > 0
    with closing(sqlite3.connect(ledger_path)) as ledger:
        assert ledger.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_stop_under_load_answers_what_was_started(
    process: ExporterProcess, ledger_path: Path
) -> None:
    """SIGTERM: every commit that began is answered, and the process ends by itself, with 0."""
    load = Load(process.client, pushers=8)

    with load.running():
        wait_until(lambda: len(load.acknowledged) > 300)
        process.terminate()
        code = process.wait(30)
        stored = ids(ledger_path)
        wait_until(lambda: stored <= load.acknowledged.keys())
        process.start()
    tally = load.tally()

    assert code == 0
    assert "ERROR" not in process.log()
    assert (tally.lost, tally.doubled, tally.stored) == (0, 0, tally.acknowledged)


def ids(ledger_path: Path) -> set[str]:
    """Every fill id in a ledger that nobody has open."""
    with closing(sqlite3.connect(ledger_path)) as ledger:
        return {row[0] for row in ledger.execute("SELECT fill_id FROM fills")}
