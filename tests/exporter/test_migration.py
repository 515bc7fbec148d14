"""Ledgers of earlier versions: taken over in place, whole."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from exporter.errors import StartError
from exporter.ledger.segments import Segment
from exporter.ledger.store import Store
from tests.client import fill
from tests.conftest import RunningExporter

# Dumped from files that those versions wrote.
V2 = Path(__file__).with_name("ledger_v2.sql")
V3 = Path(__file__).with_name("ledger_v3.sql")


@pytest.fixture
def v2_path(ledger_path: Path) -> Path:
    """A ledger of schema 2, with something in every table."""
    return loaded(ledger_path, V2)


@pytest.fixture
def v3_path(ledger_path: Path) -> Path:
    """A ledger of schema 3, with late fills, and reversals between others."""
    return loaded(ledger_path, V3)


def loaded(path: Path, dump: Path) -> Path:
    """A file with what was dumped."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(dump.read_text())
        connection.execute("PRAGMA journal_mode=WAL")
    return path


def segments(path: Path) -> dict[int, Segment]:
    """Each hour by one loop over all rows, in the order of the ledger."""
    query = "SELECT seq, timestamp_us, pnl_microusd, {} FROM {}"
    with closing(sqlite3.connect(path)) as connection:
        rows = [*connection.execute(query.format(1, "fills"))]
        rows += connection.execute(query.format(0, "reversals"))
    hours: dict[int, Segment] = {}
    for _, time_us, pnl, is_fill in sorted(rows):
        hour = time_us // 3_600_000_000
        hours[hour] = hours.get(hour, Segment()) + Segment(
            pnl, is_fill, max(pnl, 0), min(pnl, 0), min(pnl, 0)
        )
    return hours


def tables(path: Path) -> dict[str, str]:
    """How each table of a file is made, but for white space."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name: "".join(sql.split()) for name, sql in found}


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


def test_a_ledger_of_version_3_gets_its_hours_anew(
    v3_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Each result at its place, also those that came late; what it did is in the log."""
    expected = segments(v3_path)

    with caplog.at_level("INFO"):
        store = Store(v3_path)

    assert store.hours() == expected
    assert len(expected) == 3 and any(hour.drawdown < hour.low for hour in expected.values())
    assert "worked out 3 hours anew from 20 fills" in caplog.text
    store.close()


def test_what_a_ledger_of_version_3_holds_is_rolled_up(v3_path: Path, tmp_path: Path) -> None:
    """All of its fills and reversals wait at first; its tables are those of a new ledger."""
    store = Store(v3_path)
    waiting = store.waiting()
    Store(tmp_path / "new.db").close()

    while store.roll_up():
        pass

    tally = store.tallies(None)[0][1]
    assert (waiting, tally.fills, tally.reversals, tally.trades) == (24, 20, 4, 16)
    assert tally.pnl == sum(segment.pnl for segment in store.hours().values())
    store.close()
    assert tables(v3_path) == tables(tmp_path / "new.db")


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
