"""Row 31: a ledger whose pages are damaged."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from arbwatch.events import utc_now
from exporter.errors import StartError
from exporter.ledger.records import ControlRecord
from exporter.ledger.store import Store
from tests.client import fill
from tests.faults.processes import ExporterProcess


@pytest.mark.parametrize(("first", "pages"), [(2, 9_999), (12, 9_999), (20, 30), (60, 20)])
def test_a_ledger_with_damaged_pages_never_answers_500(
    process: ExporterProcess, ledger_path: Path, first: int, pages: int
) -> None:
    """Damage that is seen at the start is refused there; damage seen later is said as 503."""
    process.client.post("/api/fills", [fill(f"f-{n}") for n in range(2_000)])
    process.terminate()
    process.wait(30)
    with closing(sqlite3.connect(ledger_path)) as ledger:
        (size,) = ledger.execute("PRAGMA page_size").fetchone()
    with ledger_path.open("r+b") as file:
        file.seek((first - 1) * size)
        rest = ledger_path.stat().st_size - file.tell()
        file.write(b"\xa5" * min(rest, pages * size))

    try:
        process.start()
    except AssertionError:
        last = process.log().strip().splitlines()[-1]
        assert "ledger.db" in last
        assert "restore a backup" in last
        assert "Traceback" not in process.log()
        return
    for path in ("/api/fills?limit=1000", "/api/pnl", "/api/venues", "/metrics"):
        assert process.status(path) in (200, 503), path
    assert process.status("/api/fills", fill("new")) in (200, 503)


def test_damaged_control_records_are_refused_in_one_line(ledger_path: Path) -> None:
    """What was halted cannot be known, so the start names the file and what to do."""
    with closing(Store(ledger_path)) as store:
        halt = ControlRecord(
            action="halt", scope="kalshi", actor="alice", timestamp=utc_now(), via="rest"
        )
        store.write([(halt, None)] * 2_000)
    middle = ledger_path.stat().st_size // 2  # records fill the file, so here stand some
    with ledger_path.open("r+b") as file:
        file.seek(middle)
        file.write(b"\xa5" * 8_192)

    with (
        pytest.raises(StartError, match=r"ledger\.db: .*restore a backup"),
        closing(Store(ledger_path)) as store,
    ):
        store.control_log()
