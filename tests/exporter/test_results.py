"""Gauges of results: as the ledger has them, also after a restart."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from exporter.clock import Clock
from tests import client
from tests.client import Client
from tests.conftest import RunningExporter, wait_until
from tests.exporter.controlled import AT_NOON, START

PARTS = ("gross", "fees", "slippage", "other", "realized")
# Those that are absent below 20 days.
RATIOS = ("arb_sharpe_ratio", "arb_sharpe_low", "arb_sharpe_high", "arb_sortino_ratio")
GAUGES = (
    "arb_pnl_realized_usd",
    "arb_pnl_day_usd",
    "arb_pnl_week_usd",
    "arb_pnl_month_usd",
    "arb_drawdown_usd",
    "arb_drawdown_ratio",
    "arb_max_drawdown_usd",
    "arb_max_drawdown_ratio",
    "arb_sharpe_samples",
    "arb_trades",
    "arb_hit_ratio",
    "arb_profit_factor",
    *RATIOS,
)


@pytest.fixture
def exporter_clock() -> Clock:
    """It stays the same day."""
    return AT_NOON


def fill(fill_id: str, **fields: Any) -> dict[str, Any]:
    """A fill of that noon, or of another time."""
    return client.fill(fill_id, **{"timestamp": START.isoformat()} | fields)


def days_ago(days: int) -> str:
    """A time of a day before this one, as an event's timestamp."""
    return (START - timedelta(days=days)).isoformat()


def gauges(api: Client) -> dict[str, float | None]:
    """Each gauge without labels, once those of the ledger are there."""
    wait_until(lambda: api.sample("arb_trades") is not None)
    return {name: api.sample(name) for name in GAUGES}


def test_gauges_say_what_the_report_says(api: Client) -> None:
    """The same numbers by either way."""
    api.post("/api/fills", [fill("f-1", pnl_cents=500), fill("f-2", pnl_cents=-150)])
    wait_until(lambda: api.sample("arb_trades") == 2)

    report, total, found = api.get("/api/pnl"), api.get("/api/stats")["total"], gauges(api)

    assert found["arb_pnl_week_usd"] == report["week_usd"] == 3.5
    assert found["arb_pnl_month_usd"] == report["month_usd"] == 3.5
    assert found["arb_max_drawdown_ratio"] == report["max_drawdown_ratio"] == -0.00015
    assert found["arb_drawdown_ratio"] == report["drawdown_ratio"]
    assert found["arb_hit_ratio"] == total["hit_rate"] == 0.5
    assert found["arb_profit_factor"] == total["profit_factor"]


def test_what_is_not_defined_has_no_series(api: Client) -> None:
    """Ratios of a few days, a factor without a loss: absent, never 0 and never NaN."""
    api.post("/api/fills", fill("f-1"))
    wait_until(lambda: api.sample("arb_trades") == 1)

    found = gauges(api)

    assert [found[name] for name in (*RATIOS, "arb_profit_factor")] == [None] * 5


def test_the_waterfall_and_the_leaders_by_their_labels(api: Client) -> None:
    """Values outside the closed sets are shown as `other`, and added there."""
    api.post(
        "/api/fills",
        [
            fill("f-1"),
            fill("f-2", category="odd", leader="odd", pnl_cents=-150),
            fill("f-3", category="strange", leader=None),
        ],
    )
    wait_until(lambda: api.sample("arb_trades") == 3)

    def steps(category: str, leader: str) -> list[float | None]:
        labels = {"category": category, "leader": leader}
        return [api.sample("arb_results_usd", part=part, **labels) for part in PARTS]

    assert steps("economics", "polymarket") == pytest.approx([2.1, 0.18, 0.24, -0.18, 1.5])
    assert steps("other", "other")[-1] == 0
    assert steps("crypto", "kalshi") == [0] * 5
    assert api.sample("arb_leader_trades", leader="polymarket", result="right") == 1
    assert api.sample("arb_leader_trades", leader="other", result="wrong") == 1
    assert api.sample("arb_leader_trades", leader="kalshi", result="right") == 0


def test_gauges_after_a_restart_equal_those_before(
    exporter: RunningExporter, ledger_path: Path
) -> None:
    """All of them, the ratios of 25 days too."""
    results = [fill(f"f-{n}", timestamp=days_ago(n), pnl_cents=90 - 7 * n) for n in range(25)]
    exporter.client.post("/api/fills", results)
    wait_until(lambda: exporter.client.sample("arb_trades") == 25)
    before = gauges(exporter.client)
    exporter.stop()

    restarted = RunningExporter(ledger_path, clock=AT_NOON)
    restarted.start()

    assert gauges(restarted.client) == before
    assert None not in before.values()
    assert before["arb_sharpe_samples"] == 24
    restarted.stop()


def test_gauges_that_cannot_follow_are_said_once_and_come_back(
    api: Client, ledger_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """While the ledger cannot be read: counted each time, and all others are still there."""
    rename(ledger_path, "results", "away")
    api.post("/api/fills", fill("f-1"))
    wait_until(lambda: (api.sample("arb_exporter_results_failures_total") or 0) >= 2)

    assert api.sample("arb_pnl_realized_usd") == 1.5
    assert [r.message for r in caplog.records if r.name == "exporter.refresh"] == [
        "results: their gauges cannot follow the ledger now"
    ]
    rename(ledger_path, "away", "results")
    wait_until(lambda: api.sample("arb_trades") == 1)


def rename(ledger: Path, table: str, name: str) -> None:
    """Rename a table of the ledger behind its back."""
    with closing(sqlite3.connect(ledger, timeout=30)) as connection, connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO {name}")


def test_a_reversal_lets_the_gauges_fall(api: Client) -> None:
    """The trade is gone from all of them."""
    api.post("/api/fills", [fill("f-1"), fill("f-2")])
    api.post(
        "/api/reversals",
        {"fill_id": "r-1", "reverses": "f-1", "timestamp": START.isoformat()},
    )

    wait_until(lambda: api.sample("arb_trades") == 1)

    assert api.sample("arb_pnl_realized_usd") == 1.5
    labels = {"category": "economics", "leader": "polymarket"}
    assert api.sample("arb_results_usd", part="realized", **labels) == 1.5
