"""/pnl against a real exporter."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from arbwatch.events import utc_now
from bot.commands import Commands
from bot.commands.drawing import Drawing
from bot.exporter_api import ExporterApi
from tests.bot.asking import ask
from tests.bot.drawn import chart_of
from tests.client import Client, fill


@pytest.fixture
async def drawn(api: Client) -> AsyncIterator[Commands]:
    """Commands that draw."""
    exporter, drawing = ExporterApi(api.url), Drawing()
    yield Commands(exporter, drawing=drawing)
    drawing.close()
    await exporter.close()


async def test_pnl_of_today(drawn: Commands, api: Client) -> None:
    """Sum, fills and drawdown in a few lines, with the chart."""
    api.post("/api/fills", [fill("f1", pnl_cents=500), fill("f2", pnl_cents=-150)])

    answer = await ask(drawn, "/pnl")

    today = utc_now().date()
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
    days = [utc_now() - timedelta(days=ago) for ago in (1, 2, 40)]
    results = zip(days, (900, -300, 7777), strict=True)
    api.post(
        "/api/fills",
        [
            fill(f"f{n}", timestamp=day.isoformat(), pnl_cents=pnl)
            for n, (day, pnl) in enumerate(results)
        ],
    )

    answer = await ask(drawn, "pnl WEEK")

    lines = answer.text.splitlines()
    assert lines[1] == "Realized: $6.00 | Fills: 2"
    assert lines[3:5] == [
        f"Best day: $9.00 ({days[0]:%Y-%m-%d})",
        f"Worst day: $-3.00 ({days[1]:%Y-%m-%d})",
    ]
    assert chart_of(answer) == "pnl-week"


async def test_pnl_of_many_days_tells_sharpe_with_its_interval(
    drawn: Commands, api: Client
) -> None:
    """From 20 days on; a drawdown that was made good has a depth and a day."""
    results = [(ago, -200 if ago == 9 else 300 + ago) for ago in range(1, 26)]
    api.post(
        "/api/fills",
        [
            fill(f"f{ago}", timestamp=(utc_now() - timedelta(days=ago)).isoformat(), pnl_cents=pnl)
            for ago, pnl in results
        ],
    )

    lines = (await ask(drawn, "pnl month")).text.splitlines()

    report, low = api.get("/api/pnl"), utc_now().date() - timedelta(days=9)
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
    exporter, drawing = ExporterApi(api.url), Drawing()
    drawing.close()

    answer = await ask(Commands(exporter, drawing=drawing), "pnl")

    assert answer.text.endswith("⚠️ The chart could not be drawn. The bot's log says why.")
    assert (answer.result, answer.chart) == ("failed", None)
    await exporter.close()
