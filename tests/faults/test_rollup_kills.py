"""The ledger's sums hold each fill once, whenever the process ends."""

import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from exporter.ledger.store import Store
from tests.conftest import LIMITS, wait_until

KILLS = 8
# Writes fills and reversals and takes them in, as fast as it goes, in small steps.
WRITER = """
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from arbwatch.events import Fill, Reversal
from exporter.ledger.store import Store

store = Store(Path(sys.argv[1]))
at = datetime(2026, 1, 1, tzinfo=UTC)
money = dict(entry_edge_cents=3, realized_edge_cents=2, slippage_cents=0.5, fees_cents=0.5)
for n in count():
    ids = [f"{sys.argv[2]}-{n}-{place}" for place in range(5)]
    fills = [Fill(fill_id=i, timestamp=at, pair_id=i[-1], size_usd=9, pnl_cents=18, **money)
        for i in ids]
    store.write([(fill, None) for fill in fills])
    store.write([(Reversal(fill_id="r" + ids[0], reverses=ids[0], timestamp=at), None)])
    store.roll_up(4)
"""


@pytest.mark.timeout(600)
def test_a_kill_at_any_moment_counts_each_fill_once(ledger_path: Path) -> None:
    """What is in the sums and what still waits for them are all rows, and the money agrees."""
    chance = random.Random(KILLS)
    for life in range(KILLS):
        before = rows(ledger_path)
        command = [sys.executable, "-c", WRITER, str(ledger_path), str(life)]
        with subprocess.Popen(command, cwd=LIMITS.parent) as writer:
            wait_until(lambda before=before: rows(ledger_path) > before, 60)  # type: ignore[misc]
            time.sleep(chance.uniform(0, 0.2))
            writer.kill()

        store = Store(ledger_path)
        held, waiting = store.tallies(None)[0][1], store.waiting()
        assert held.fills + held.reversals + waiting == rows(ledger_path)
        while store.roll_up(3):
            pass
        tally = store.tallies(None)[0][1]
        store.close()

        assert tally.fills + tally.reversals == rows(ledger_path)
        assert tally.pnl == tally.realized == tally.trades * 180_000
        assert tally.trades == tally.fills - tally.reversals


def rows(ledger_path: Path) -> int:
    """How many fills and reversals are stored."""
    if not ledger_path.exists():
        return 0
    query = "SELECT (SELECT count(*) FROM fills) + (SELECT count(*) FROM reversals)"
    with closing(sqlite3.connect(ledger_path)) as ledger:
        if not ledger.execute("SELECT 1 FROM sqlite_master WHERE name = 'fills'").fetchone():
            return 0
        return int(ledger.execute(query).fetchone()[0])
