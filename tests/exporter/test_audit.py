"""The audit trail: complete, in order, and impossible to change unnoticed."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from exporter import audit
from exporter.errors import StartError
from exporter.ledger.audit import GENESIS, chained, first_break
from exporter.ledger.store import Store
from tests.client import Client
from tests.conftest import RunningExporter


def test_every_order_and_acknowledgement_is_in_the_trail(api: Client) -> None:
    """The newest first, in pages, each with who, why and its hash."""
    api.post("/api/venues/kalshi/halt", {"actor": "alice", "reason": "late feed"})
    api.post("/api/venues/kalshi/ack", {"engine": "e", "seq": 1, "open_orders": 2})
    api.post("/api/venues/kalshi/resume", {"actor": "bob"})

    resume, ack = api.get("/api/audit?limit=2")
    (halt,) = api.get(f"/api/audit?before={ack['seq']}")

    assert (resume["action"], resume["actor"], resume["halt_ids"]) == ("resume", "bob", [1])
    assert (ack["action"], ack["acked_seq"], ack["open_orders"]) == ("ack", 1, 2)
    assert (halt["action"], halt["reason"]) == ("halt", "late feed")
    assert len({row["hash"] for row in (resume, ack, halt)}) == 3


def test_the_trail_goes_on_over_a_restart(exporter: RunningExporter, ledger_path: Path) -> None:
    """The first record after a start is bound to the last one before it."""
    exporter.client.post("/api/venues/kalshi/halt", {"actor": "alice"})
    exporter.stop()
    restarted = RunningExporter(ledger_path)
    restarted.start()
    restarted.client.post("/api/venues/kalshi/resume", {"actor": "bob"})
    restarted.stop()

    with closing(Store(ledger_path)) as store:
        assert len(store.control_log()) == 2


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE control SET actor = 'mallory' WHERE seq = 1",
        "DELETE FROM control WHERE seq = 1",
    ],
)
def test_a_changed_trail_stops_the_start(
    exporter: RunningExporter, ledger_path: Path, change: str
) -> None:
    """An edited or missing record breaks the chain, and the line names where."""
    for actor in ("alice", "bob"):
        exporter.client.post("/api/venues/kalshi/halt", {"actor": actor})
    exporter.stop()
    with closing(sqlite3.connect(ledger_path)) as connection, connection:
        connection.execute(change)

    with (
        closing(Store(ledger_path)) as store,
        pytest.raises(StartError, match=r"audit trail does not hold at entry [12];"),
    ):
        store.control_log()


def test_a_chain_breaks_where_it_was_changed() -> None:
    """The first row that no longer follows is named."""
    rows = chained([(1, "a"), (2, "b"), (3, "c")], GENESIS)

    assert first_break(rows) is None
    assert first_break([rows[0], (2, "x", rows[1][-1]), rows[2]]) == 2
    assert first_break([rows[0], rows[2]]) == 3


def test_the_trail_is_checked_while_the_exporter_runs(
    exporter: RunningExporter, ledger_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line: how many entries, from when to when, and the hash to keep elsewhere."""
    api = exporter.client
    for actor in ("alice", "bob"):
        api.post("/api/venues/kalshi/halt", {"actor": actor})
    last, _ = api.get("/api/audit")

    code = audit.main([str(ledger_path)])

    line = capsys.readouterr().out
    assert (code, line.count("\n")) == (0, 1)
    assert f"{ledger_path}: 2 entries hold, 20" in line
    assert line.endswith(f"the last hash is {last['hash']}\n")
    assert api.post("/api/venues/kalshi/halt", {"actor": "carol"}).status_code == 200


def test_a_changed_copy_is_found_out(
    exporter: RunningExporter,
    ledger_path: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A backup is checked without a trace beside it, and the first wrong entry is named."""
    for actor in ("alice", "bob", "carol"):
        exporter.client.post("/api/venues/kalshi/halt", {"actor": actor})
    exporter.stop()
    copy = tmp_path / "backup" / "ledger.db"
    copy.parent.mkdir()
    shutil.copy(ledger_path, copy)
    assert audit.main([str(copy)]) == 0
    assert list(copy.parent.iterdir()) == [copy]
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("UPDATE control SET reason = 'none' WHERE seq = 2")

    assert audit.main([str(copy)]) == 1

    assert "entry 2 does not follow the one before it; 1 entries hold" in capsys.readouterr().out


def test_what_is_no_ledger_is_not_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither holds nor broken: another exit code, and the file is named."""
    assert audit.main([str(tmp_path / "missing.db")]) == 2

    assert "missing.db: not a readable ledger" in capsys.readouterr().err
