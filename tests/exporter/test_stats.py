"""GET /api/stats over a real ledger."""

from typing import Any

import pytest
import requests

from exporter.clock import Clock
from tests.client import Client, edge, fill
from tests.clocks import Clocks
from tests.conftest import wait_until

# 60 contracts each: 3.2 cents were promised, 2.5 came of the first; the second lost 1 cent.
WON = {"realized_edge_cents": 2.5, "pnl_cents": 150}
LOST = {"realized_edge_cents": -1.0, "pnl_cents": -60, "slippage_cents": 1.5}


@pytest.fixture
def exporter_clock(clocks: Clocks) -> Clock:
    """They are the exporter's."""
    return Clock(monotonic=clocks.monotonic)


def at(day: str, hour: int = 12) -> str:
    """An hour of a day of 2025, as an event's timestamp."""
    return f"2025-{day}T{hour:02}:00:00Z"


def reversal(of: str, day: str) -> dict[str, Any]:
    """The undoing of a fill, on a day of 2025."""
    return {"fill_id": f"undo-{of}", "reverses": of, "timestamp": at(day)}


def names(report: Any) -> list[str | None]:
    """The names of a report's rows, in order."""
    return [row["name"] for row in report["rows"]]


def test_the_total_worked_by_hand(api: Client) -> None:
    """Of 3.84 promised after fees, 0.90 came; fees were 0.36 and slippage 1.14."""
    api.post("/api/fills", [fill("f-1", **WON), fill("f-2", **LOST)])

    total = api.get("/api/stats")["total"]

    assert (total["pnl_usd"], total["trades"], total["hit_rate"]) == (0.9, 2, 0.5)
    assert (total["contracts"], total["profit_factor"]) == (120.0, 2.5)
    steps = ("gross_usd", "fees_usd", "slippage_usd", "net_usd", "other_usd", "realized_usd")
    assert [total[step] for step in steps] == [4.2, 0.36, 1.14, 2.7, -1.8, 0.9]
    assert total["capture_ratio"] == pytest.approx(0.9 / 3.84)


def test_days_weeks_and_months_in_order_of_time(api: Client) -> None:
    """Whole UTC days; a week from Monday on; both ends of a span are in it."""
    days = ("11-30", "11-16", "11-17", "12-01")
    api.post("/api/fills", [fill(f"f-{day}", timestamp=at(day)) for day in days])

    by = {
        by: names(api.get(f"/api/stats?by={by}&from=2025-11-17&to=2025-12-01T09:00:00Z"))
        for by in ("day", "week", "month")
    }

    assert by["day"] == ["2025-11-17", "2025-11-30", "2025-12-01"]
    assert by["week"] == ["2025-W47", "2025-W48", "2025-W49"]
    assert by["month"] == ["2025-11", "2025-12"]


def test_groups_come_by_size_of_their_result(api: Client) -> None:
    """What the engine gave no category is a row without a name."""
    api.post(
        "/api/fills",
        [fill("f-1", category="crypto"), fill("f-2", category=None, pnl_cents=-900)],
    )

    assert names(api.get("/api/stats?by=category")) == [None, "crypto"]
    assert names(api.get("/api/stats?by=leader")) == ["polymarket"]


def test_leaders_were_right_or_wrong(api: Client) -> None:
    """Three of four trades on its lead won; of other groups nothing is said of that."""
    results = [fill(f"f-{n}", **(LOST if n == 0 else WON)) for n in range(4)]
    api.post("/api/fills", results)

    [row] = api.get("/api/stats?by=leader")["rows"]

    assert (row["leader_right"], row["hit_rate"]) == (0.75, 0.75)
    assert api.get("/api/stats?by=category")["rows"][0]["leader_right"] is None


def test_pairs_are_the_two_hundred_largest(api: Client) -> None:
    """Gains and losses; edges are not told apart by pair."""
    api.post(
        "/api/fills",
        [fill(f"f-{n}", pair_id=f"p-{n}", pnl_cents=(-1) ** n * n) for n in range(205)],
    )

    report = api.get("/api/stats?by=pair")

    assert names(report) == [f"p-{n}" for n in range(204, 4, -1)]
    assert report["rows"][0]["edges_seen"] is None
    assert report["total"]["trades"] == 205


def test_a_reversal_is_booked_on_its_day_and_takes_the_trade_out_of_its_own(api: Client) -> None:
    """The day of the fill keeps its result, and has no trade any more."""
    api.post("/api/fills", fill("f-1", timestamp=at("11-16")))
    api.post("/api/reversals", reversal("f-1", "11-18"))

    first, second = api.get("/api/stats?by=day")["rows"]

    assert (first["name"], first["pnl_usd"], first["trades"]) == ("2025-11-16", 1.5, 0)
    assert (second["name"], second["pnl_usd"], second["reversals"]) == ("2025-11-18", -1.5, 1)
    assert (first["hit_rate"], second["realized_usd"]) == (None, 0)


def test_risk_is_of_the_days_asked_for(api: Client) -> None:
    """The span begins at 0, whatever was earned before; its hours are those of peak and low."""
    results = {("11-16", 9): -500, ("11-17", 9): 300, ("11-17", 15): -100}
    api.post(
        "/api/fills",
        [
            fill(f"f-{day}-{hour}", timestamp=at(day, hour), pnl_cents=pnl)
            for (day, hour), pnl in results.items()
        ],
    )

    risk = api.get("/api/stats?from=2025-11-17&to=2025-11-17")["risk"]

    assert (risk["drawdown_usd"], risk["max_drawdown_usd"]) == (-1.0, -1.0)
    assert risk["max_drawdown_ratio"] == -0.0001
    assert (risk["max_drawdown_from"], risk["max_drawdown_to"]) == (at("11-17", 9), at("11-17", 15))
    assert (risk["sharpe_samples"], risk["sharpe_ratio"]) == (1, None)


def test_hedge_latencies_are_a_distribution(api: Client) -> None:
    """Counted by bucket, those beyond all bounds last; quantiles within the bucket."""
    latencies = [120, 120, 120, 60_000, None]
    api.post("/api/fills", [fill(f"f-{n}", hedge_latency_ms=ms) for n, ms in enumerate(latencies)])

    found = api.get("/api/stats")["hedge_latency"]

    assert (found["samples"], found["counts"][-1], sum(found["counts"])) == (4, 1, 4)
    assert found["p50_seconds"] == pytest.approx(0.1 + 0.05 * 2 / 3)
    assert found["p99_seconds"] == found["bounds_seconds"][-1] == 10


def test_edges_are_seen_filled_missed_or_too_small(api: Client, clocks: Clocks) -> None:
    """As they end; the missed one had 3 cents at its best, of which 500 contracts fit at most."""
    cents = {"filled": 3.2, "missed": 3.0, "small": 1.0}
    api.post(
        "/api/edges",
        [edge(pair_id=pair, net_edge_cents=net, ttl_seconds=3600) for pair, net in cents.items()],
    )
    api.post("/api/fills", fill("f-1", pair_id="filled", slippage_cents=0.5))
    clocks.seconds += 3600
    wait_until(lambda: api.get("/api/stats")["total"]["edges_seen"] == 3)

    [row] = api.get("/api/stats?by=leader")["rows"]

    counts = (row["edges_filled"], row["edges_missed"], row["edges_small"], row["led_share"])
    assert counts == (1, 1, 1, 1.0)
    assert (row["missed_best_cents"], row["missed_at_most_usd"]) == (3.0, 15.0)
    assert (row["expected_slippage_cents"], row["paid_slippage_cents"]) == (0.4, 0.5)
    assert row["edge_lifetime_mean_seconds"] == 0  # each was pushed once
    assert api.get("/api/stats")["edge_lifetime"]["samples"] == 3


def test_before_the_first_fill_nothing_is_made_up(api: Client) -> None:
    """Sums are 0; means, shares and quantiles are absent."""
    report = api.get("/api/stats?by=day")

    assert (report["rows"], report["from_day"]) == ([], None)
    assert report["total"]["pnl_usd"] == report["total"]["trades"] == 0
    absent = ("hit_rate", "profit_factor", "capture_ratio", "entry_edge_cents", "average_win_usd")
    assert {report["total"][name] for name in absent} == {None}
    assert report["hedge_latency"]["p95_seconds"] is report["risk"]["max_drawdown_to"] is None


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("by=year", "by"),
        ("from=yesterday", "from"),
        ("from=2025-02-30", "from"),
        ("to=2025-11-16T12:00:00", "to"),
        ("to=9999-12-31T23:59:59-12:00", "to"),
        ("from=2025-11-17&to=2025-11-16", "from"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(api: Client, query: str, field: str) -> None:
    """422, with the parameter."""
    answer = requests.get(f"{api.url}/api/stats?{query}", timeout=30)

    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == field
    assert answer.json()["error"]["code"] == "invalid_parameter"


def test_all_of_time_may_be_asked_for(api: Client) -> None:
    """Ends far away are no error."""
    api.post("/api/fills", fill("f-1"))

    report = api.get("/api/stats?from=0001-01-01&to=9999-12-31")

    assert (report["from_day"], report["to_day"]) == ("0001-01-01", "9999-12-31")
    assert report["total"]["fills"] == 1
