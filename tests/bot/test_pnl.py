"""/pnl against a real exporter."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.commands import Commands
from bot.commands.drawing import Drawing
from bot.exporter_api import ExporterApi
from exporter.clock import Clock
from tests.bot.asking import ask
from tests.bot.drawn import chart_of
from tests.client import Client
from tests.client import fill as made_fill
from tests.conftest import RunningExporter

# In the middle of an hour, of a day and of a week.
NOW = datetime(2026, 3, 18, 12, 30, tzinfo=UTC)


@pytest.fixture
def api(ledger_path: Path) -> Iterator[Client]:
    """A client of a running exporter, for which the time stands still."""
    running = RunningExporter(ledger_path, clock=Clock(now=lambda: NOW))
    running.start()
    yield running.client
    running.stop()


def fill(fill_id: str, *, ago: timedelta = timedelta(), **fields: Any) -> dict[str, Any]:
    """A valid fill of so long ago."""
    return made_fill(fill_id, timestamp=(NOW - ago).isoformat(), **fields)


@pytest.fixture
async def drawn(api: Client) -> AsyncIterator[Commands]:
    """Commands that draw."""
    exporter, drawing = ExporterApi(api.url, timeout_seconds=30), Drawing()
    yield Commands(exporter, drawing=drawing, now=lambda: NOW)
    drawing.close()
    await exporter.close()


async def test_pnl_of_today(drawn: Commands, api: Client) -> None:
    """Sum, fills and drawdown in a few lines, with the chart."""
    api.post("/api/fills", [fill("f1", pnl_cents=500), fill("f2", pnl_cents=-150)])

    answer = await ask(drawn, "/pnl")

    today = NOW.date()
    assert answer.text == (
        "💵 P&L today (UTC)\n"
        "Realized: $3.50 | Fills: 2\n"
        "Since Monday: $3.50 | This month: $3.50\n"
        "Hit rate: 50% of 2 | Profit factor: 3.33\n"
        f"Drawdown now: $-1.50 (since {today})\n"
        f"Deepest ever: $-1.50 (0.01%, {today})"
    )
    assert chart_of(answer) == "pnl-day"


async def test_pnl_of_a_week_names_the_best_and_the_worst_day(drawn: Commands, api: Client) -> None:
    """Fills of before the week do not count."""
    results = {1: 900, 2: -300, 40: 7777}
    api.post(
        "/api/fills",
        [fill(f"f{n}", ago=timedelta(days=n), pnl_cents=pnl) for n, pnl in results.items()],
    )

    answer = await ask(drawn, "pnl WEEK")

    lines = answer.text.splitlines()
    assert lines[1] == "Realized: $6.00 | Fills: 2"
    assert lines[3:5] == [
        "Best day: $9.00 (2026-03-17)",
        "Worst day: $-3.00 (2026-03-16)",
    ]
    assert chart_of(answer) == "pnl-week"


async def test_pnl_of_many_days_tells_sharpe_with_its_interval(
    drawn: Commands, api: Client
) -> None:
    """From 20 days on; a drawdown that was made good has a depth and a day."""
    results = [(ago, -200 if ago == 9 else 300 + ago) for ago in range(1, 26)]
    api.post(
        "/api/fills",
        [fill(f"f{ago}", ago=timedelta(days=ago), pnl_cents=pnl) for ago, pnl in results],
    )

    lines = (await ask(drawn, "pnl month")).text.splitlines()

    report, low = api.get("/api/pnl"), NOW.date() - timedelta(days=9)
    assert lines[5:] == [
        "Hit rate: 96% of 25 | Profit factor: 37.58",
        "Drawdown now: $0.00",
        f"Deepest ever: $-2.00 (0.02%, {low})",
        f"Sharpe: {report['sharpe_ratio']:.2f} ({report['sharpe_low']:.2f} to "
        f"{report['sharpe_high']:.2f} at 95%, 25 days)",
    ]


async def test_pnl_without_fills_says_so(drawn: Commands) -> None:
    """Nothing is made up."""
    answer = await ask(drawn, "pnl month")

    assert answer.text == "💵 P&L 30 days (UTC)\nNo fills in this time."


async def test_a_chart_that_cannot_be_drawn_costs_only_the_chart(api: Client) -> None:
    """The figures are answered."""
    exporter, drawing = ExporterApi(api.url, timeout_seconds=30), Drawing()
    drawing.close()

    answer = await ask(Commands(exporter, drawing=drawing, now=lambda: NOW), "pnl")

    assert answer.text.endswith("⚠️ The chart could not be drawn. The bot's log says why.")
    assert (answer.result, answer.chart) == ("failed", None)
    await exporter.close()
