"""GET /api/pnl over a real ledger: periods, the curve and its drawdowns."""

from datetime import date

import pytest

from tests.client import Client, fill
from tests.exporter.controlled import AT_NOON, START


def push(api: Client, results: dict[str, float]) -> None:
    """A fill of so many dollars at each time of 2025."""
    api.post(
        "/api/fills",
        [
            fill(f"f-{at}", timestamp=f"2025-{at}:00Z", pnl_cents=usd * 100)
            for at, usd in results.items()
        ],
    )


def test_weeks_and_months_beside_the_days(api: Client) -> None:
    """A Sunday, the Monday after it, and the first of the next month."""
    push(api, {"11-16T12:00": 5, "11-17T00:00": -2, "11-30T23:59": 1, "12-01T00:00": 4})

    report = api.get("/api/pnl")

    assert [(week["period"], week["pnl_usd"]) for week in report["weeks"]] == [
        ("2025-W46", 5),
        ("2025-W47", -2),
        ("2025-W48", 1),
        ("2025-W49", 4),
    ]
    assert report["months"] == [
        {"period": "2025-11", "pnl_usd": 4, "fills": 3},
        {"period": "2025-12", "pnl_usd": 4, "fills": 1},
    ]
    assert sum(day["pnl_usd"] for day in report["days"]) == report["realized_usd"] == 8
    assert report["day_usd"] == report["week_usd"] == report["month_usd"] == 0


def test_the_curve_tells_how_far_below_the_best_it_stood(api: Client) -> None:
    """Also below a best inside an hour that ended lower."""
    push(api, {"11-16T09:10": 5, "11-16T09:40": -2, "11-16T11:00": -1, "11-16T12:00": 9})

    report = api.get("/api/pnl")

    assert [(point["pnl_usd"], point["drawdown_usd"]) for point in report["curve"]] == [
        (3, -2),
        (2, -3),
        (11, 0),
    ]
    assert (report["drawdown_usd"], report["drawdown_since"]) == (0, None)
    assert (report["max_drawdown_usd"], report["max_drawdown_ratio"]) == (-3, -0.0003)
    assert report["max_drawdown_from"] == "2025-11-16T09:00:00Z"
    assert report["max_drawdown_to"] == "2025-11-16T11:00:00Z"


@pytest.mark.parametrize("exporter_clock", [AT_NOON])
def test_sharpe_stands_in_its_interval(api: Client) -> None:
    """Of all days up to yesterday, those without a fill as 0; Sortino beside it."""
    push(api, {f"11-{day:02}T12:00": (-1) ** day * day for day in range(1, 25)})

    report = api.get("/api/pnl")

    assert report["sharpe_low"] < report["sharpe_ratio"] < report["sharpe_high"]
    assert report["sharpe_samples"] == (START.date() - date(2025, 11, 1)).days
    assert report["sortino_ratio"] > report["sharpe_ratio"] > 0
    assert report["equity_usd"] == 10_000
