"""What holds of /api/stats whatever was filled and reversed, over real ledgers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.client import Client, fill
from tests.conftest import RunningExporter

FILLS = st.lists(
    st.fixed_dictionaries(
        {
            "timestamp": st.integers(1, 28).map(lambda day: f"2025-02-{day:02}T12:00:00Z"),
            "category": st.sampled_from(["crypto", "sports", None]),
            "leader": st.sampled_from(["kalshi", "polymarket", None]),
            "pair_id": st.sampled_from(["p-1", "p-2"]),
            "pnl_cents": st.integers(-(10**6), 10**6),
            "is_reversed": st.booleans(),
        }
    ),
    min_size=1,
    max_size=30,
)
UNDONE_AT = "2025-03-05T12:00:00Z"
ADDED = ("pnl_usd", "fills", "reversals", "trades", "wins", "losses", "realized_usd", "gross_usd")


@contextmanager
def ledger_of_its_own() -> Iterator[Client]:
    """A client of an exporter with an empty ledger."""
    with TemporaryDirectory() as folder:
        running = RunningExporter(Path(folder) / "ledger.db")
        running.start()
        yield running.client
        running.stop()


@settings(max_examples=8, deadline=None)
@given(FILLS)
def test_groups_add_up_and_reversals_restore(fills: list[dict[str, Any]]) -> None:
    """Every grouping adds up to the total; what was reversed is as if it had not been."""
    undone = [f"f-{n}" for n, each in enumerate(fills) if each["is_reversed"]]
    stored = [
        fill(f"f-{n}", **{name: each[name] for name in each if name != "is_reversed"})
        for n, each in enumerate(fills)
    ]
    with ledger_of_its_own() as api, ledger_of_its_own() as other:
        api.post("/api/fills", stored)
        for each in undone:
            reversal = {"fill_id": f"undo-{each}", "reverses": each, "timestamp": UNDONE_AT}
            api.post("/api/reversals", reversal)
        other.post("/api/fills", [each for each in stored if each["fill_id"] not in undone])

        total, expected = api.get("/api/stats")["total"], other.get("/api/stats")["total"]
        for by in ("day", "week", "month", "category", "pair", "leader"):
            rows = api.get(f"/api/stats?by={by}")["rows"]
            for name in ADDED:
                assert sum(row[name] for row in rows) == pytest.approx(total[name], abs=1e-9)

    booked = ("fills", "reversals")
    assert {k: v for k, v in total.items() if k not in booked} == pytest.approx(
        {k: v for k, v in expected.items() if k not in booked}
    )
