"""Ledgers of earlier versions: taken over in place, whole."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from exporter.errors import StartError
from exporter.ledger.store import Store
from tests.client import fill
from tests.conftest import RunningExporter

V2 = Path(__file__).with_name("ledger_v2.sql")  # dumped from a file that version 2 wrote


@pytest.fixture
def v2_path(ledger_path: Path) -> Path:
    """A ledger of schema 2, with something in every table."""
    with closing(sqlite3.connect(ledger_path)) as connection:
        connection.executescript(V2.read_text())
        connection.execute("PRAGMA journal_mode=WAL")
    return ledger_path


def test_a_ledger_of_version_2_is_taken_over(v2_path: Path) -> None:
    """Fills, sums, halts and the audit trail are as they were, and it goes on from there."""
    exporter = RunningExporter(v2_path)
    exporter.start()
    api = exporter.client

    rows = api.get("/api/fills")
    venues = api.get("/api/venues")
    new = api.post("/api/fills", fill("new", ordered_at="2026-01-15T12:00:00Z")).json()

    assert [(row["fill_id"], row["ordered_at"], row["after_halt"]) for row in rows] == [
        ("f-4", None, True),
        ("f-2", None, False),
        ("f-1", None, False),
    ]
    assert api.get("/api/pnl")["realized_usd"] == 3.002468 + 1.5
    assert [(row["state"], row["seq"]) for row in venues] == [("unconfirmed", 9)] * 2
    assert [row["seq"] for row in api.get("/api/audit")] == [9, 8, 4, 3]
    assert new["accepted"] == 1
    assert api.get("/api/fills?limit=1")[0]["ordered_at"] == "2026-01-15T12:00:00Z"
    exporter.stop()


def test_a_fill_of_version_2_sent_again_is_a_duplicate(v2_path: Path) -> None:
    """What had no time of its order compares equal to what still has none."""
    exporter = RunningExporter(v2_path)
    exporter.start()
    known = fill("f-1", timestamp="2026-01-15T12:01:00Z", pnl_cents=150.1234)

    again = exporter.client.post("/api/fills", known)
    other = exporter.client.post("/api/fills", known | {"ordered_at": "2026-01-15T12:00:59Z"})

    assert again.json()["duplicate"] == 1
    assert other.status_code == 409
    exporter.stop()


def test_a_take_over_that_fails_changes_nothing(v2_path: Path) -> None:
    """All of it or nothing: here the last step fails."""
    with closing(sqlite3.connect(v2_path)) as connection:
        connection.execute(
            "CREATE TRIGGER refuse BEFORE UPDATE ON meta BEGIN SELECT RAISE(ABORT, 'no'); END"
        )

    with pytest.raises(StartError, match="not a readable ledger"):
        Store(v2_path)

    with closing(sqlite3.connect(v2_path)) as connection:
        assert connection.execute("SELECT value FROM meta").fetchall() == [("2",)]
        columns = [row[1] for row in connection.execute("PRAGMA table_info(fills)")]
    assert "ordered_at_us" not in columns
