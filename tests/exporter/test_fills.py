"""Fills: stored once, exactly, for ever."""

from pathlib import Path
from typing import Any

import pytest

from exporter.routes import examples
from tests.client import Client, fill, now
from tests.conftest import RunningExporter
from tests.exporter.controlled import AT_NOON


def test_a_fill_sent_again_is_a_duplicate(api: Client) -> None:
    """Same id and content, in one batch or in two posts: one row, one count."""
    same = {"type": "fill"} | fill("f-1")

    first = api.post("/api/events", [same, same]).json()
    again = api.post("/api/fills", {k: v for k, v in same.items() if k != "type"}).json()

    assert (first["accepted"], first["duplicate"]) == (1, 1)
    assert (again["accepted"], again["duplicate"]) == (0, 1)
    assert len(api.get("/api/fills")) == 1
    assert api.sample("arb_fills_total", category="economics") == 1
    assert api.sample("arb_exporter_fill_duplicates_total") == 2


def test_a_fill_with_other_content_is_a_conflict(api: Client) -> None:
    """The first content stays; the second is refused and counted."""
    first = fill("f-1")
    api.post("/api/fills", first)

    answer = api.post("/api/fills", first | {"pnl_cents": 999})

    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "fill_conflict"
    assert api.get("/api/fills")[0]["pnl_cents"] == 150
    assert api.sample("arb_exporter_fill_conflicts_total") == 1
    assert api.sample("arb_pnl_realized_usd") == 1.5


def test_fills_come_newest_first_and_in_pages(api: Client) -> None:
    """`before` goes on where the last page ended."""
    api.post("/api/fills", [fill(f"f-{i}") for i in range(5)])

    first = api.get("/api/fills?limit=2")
    second = api.get(f"/api/fills?limit=2&before={first[-1]['seq']}")

    assert [row["fill_id"] for row in first + second] == ["f-4", "f-3", "f-2", "f-1"]


def test_one_fill_can_be_asked_for(api: Client) -> None:
    """By its identity, however many came after it; an unknown one is an empty list."""
    api.post("/api/fills", [fill(f"f-{number}") for number in range(30)])

    assert [row["fill_id"] for row in api.get("/api/fills?fill_id=f-0")] == ["f-0"]
    assert api.get("/api/fills?fill_id=unknown") == []


def test_money_is_exact(api: Client) -> None:
    """A thousand tenths of a cent sum to exactly one dollar."""
    api.post("/api/fills", [fill(f"f-{i}", pnl_cents=0.1) for i in range(1000)])

    assert api.get("/api/pnl")["realized_usd"] == 1.0


def test_totals_after_a_restart_equal_those_before(
    exporter: RunningExporter, ledger_path: Path
) -> None:
    """P&L, day, drawdown and the rows survive; a fill resent after the restart is a duplicate."""
    results = [120, -300, 80, -10.5]
    sent = [fill(f"f-{i}", pnl_cents=cents) for i, cents in enumerate(results)]
    exporter.client.post("/api/fills", sent)
    before = results_of(exporter.client)
    exporter.stop()

    restarted = RunningExporter(ledger_path)
    restarted.start()

    api = restarted.client
    assert results_of(api) == before
    assert before["realized_usd"] == -1.105
    assert before["max_drawdown_usd"] == -3.0
    assert before["drawdown_usd"] == -2.305
    assert api.sample("arb_drawdown_usd") == -2.305
    assert api.post("/api/fills", sent[0]).json()["duplicate"] == 1
    restarted.stop()


def results_of(api: Client) -> dict[str, Any]:
    """The P&L report without the times of its curve, whose last one is the present."""
    report: dict[str, Any] = api.get("/api/pnl")
    return report | {"curve": [point["pnl_usd"] for point in report["curve"]]}


@pytest.mark.parametrize("exporter_clock", [AT_NOON])
def test_a_late_fill_counts_on_its_own_day(api: Client) -> None:
    """A fill of an earlier day changes the total, and not today's result."""
    days = {"f-1": "2026-01-15T12:00:00Z", "f-2": "2026-01-12T12:00:00Z"}
    api.post("/api/fills", [fill(name, timestamp=day) for name, day in days.items()])

    report = api.get("/api/pnl")

    assert report["realized_usd"] == 3.0
    assert report["day_usd"] == 1.5
    assert report["days"][0] == {"day": "2026-01-12", "pnl_usd": 1.5, "fills": 1}
    assert [point["pnl_usd"] for point in report["curve"]] == [1.5, 3.0]


def test_a_reversal_takes_the_result_back_and_leaves_the_fill(api: Client) -> None:
    """P&L follows to the micro-dollar; the fill stays and shows when it was reversed."""
    api.post("/api/fills", [fill("f-1", pnl_cents=150.1234), fill("f-2", pnl_cents=10)])

    reversal = examples.REVERSAL | {"reverses": "f-1", "fill_id": "r-1"}
    answer = api.post("/api/reversals", reversal)

    assert answer.json()["accepted"] == 1
    assert api.get("/api/pnl")["realized_usd"] == 0.1
    assert api.sample("arb_pnl_realized_usd") == 0.1
    assert api.sample("arb_fills_reversed_total") == 1
    second, first = api.get("/api/fills")
    assert (first["reversed_at"], second["reversed_at"]) == ("2026-01-15T12:00:00Z", None)


def test_a_fill_is_reversed_once(api: Client) -> None:
    """The same reversal again is a duplicate, another one a conflict, one of nothing is refused."""
    api.post("/api/fills", fill("f-1"))
    reversal = {"fill_id": "r-1", "reverses": "f-1", "timestamp": now()}

    answers = [
        api.post("/api/reversals", reversal | change)
        for change in ({}, {}, {"fill_id": "r-2"}, {"fill_id": "r-3", "reverses": "f-9"})
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 409, 422]
    assert answers[1].json()["duplicate"] == 1
    assert answers[3].json()["error"]["code"] == "unknown_fill"
    assert api.get("/api/pnl")["realized_usd"] == 0


def test_a_fill_and_its_reversal_may_come_in_one_batch(
    exporter: RunningExporter, ledger_path: Path
) -> None:
    """In order, and the totals after a restart are the same."""
    batch = [
        {"type": "fill"} | fill("f-1"),
        {"type": "reversal", "fill_id": "r-1", "reverses": "f-1", "timestamp": now()},
        {"type": "fill"} | fill("f-2", pnl_cents=7),
    ]
    assert exporter.client.post("/api/events", batch).json()["accepted"] == 3
    before = results_of(exporter.client)
    exporter.stop()

    restarted = RunningExporter(ledger_path)
    restarted.start()

    assert results_of(restarted.client) == before
    assert before["realized_usd"] == 0.07
    assert before["max_drawdown_usd"] == -1.5
    restarted.stop()


def test_a_batch_sent_again_changes_nothing(exporter: RunningExporter, ledger_path: Path) -> None:
    """Its name makes also those known that have no identity, errors even over a restart."""
    named = {"Arbwatch-Batch": "s-1"}
    batch = [
        {"type": "error"} | examples.ERROR,
        {"type": "requests"} | examples.REQUESTS,
        {"type": "fill"} | fill("f-1"),
    ]
    api = exporter.client
    first = api.post("/api/events", batch, **named).json()
    again = api.post("/api/events", batch, **named).json()
    labels = {"venue": "kalshi", "result": "ok"}
    assert (first["accepted"], again["duplicate"]) == (3, 3)
    assert api.sample("arb_venue_requests_total", **labels) == 120
    exporter.stop()

    restarted = RunningExporter(ledger_path)
    restarted.start()
    late = restarted.client.post("/api/events", batch, **named).json()

    assert (late["accepted"], late["duplicate"]) == (1, 2)
    kinds = {"kind": "execution_timeout", "venue": "kalshi"}
    assert restarted.client.sample("arb_errors_total", **kinds) == 0
    restarted.stop()
