"""Results: what was earned, how steadily, and where the rest went."""

from grafana.kit import units
from grafana.kit.bars import bar_chart
from grafana.kit.base import Panel
from grafana.kit.charts import timeseries
from grafana.kit.colours import BAD, DEEP, NEUTRAL, PALE, above_zero, fixed, limit_line, override
from grafana.kit.queries import Query, of, strategy_limit
from grafana.kit.tiles import NUMBER_PIXELS, stat
from grafana.kit.variables import OF_CATEGORY, OF_LEADER

NO_TRADES = "no trades yet"
# From gross to realized, in the order of the calculation.
STEPS = {
    "gross": "Gross",
    "fees": "- Fees",
    "slippage": "- Slippage",
    "other": "+ Other",
    "realized": "= Realized",
}


def periods() -> Panel:
    """This week and this month."""
    return stat(
        "Week and month",
        "Realized profit or loss since Monday and since the first of the month, both 00:00 UTC. "
        "Their loss limits are on the board Exposure & risk.",
        [
            Query(expr="sum(arb_pnl_week_usd)", legend="week"),
            Query(expr="sum(arb_pnl_month_usd)", legend="month"),
        ],
        unit=units.USD,
        thresholds=above_zero(),
        decimals=2,
    )


def sharpe() -> Panel:
    """How steady the days are, and how sure that is."""
    return stat(
        "Sharpe ratio",
        "Annualised, over complete UTC days, with its 95 % interval and the number of days n. "
        "Where the interval holds 0, the result may be luck. Below 20 days there is none.",
        [
            Query(expr="max(arb_sharpe_ratio)", legend="Sharpe"),
            Query(expr="max(arb_sharpe_low)", legend="from"),
            Query(expr="max(arb_sharpe_high)", legend="to"),
            Query(expr="max(arb_sharpe_samples)", legend="days, of 20 needed"),
        ],
        unit=units.PLAIN,
        decimals=2,
        overrides=[override("^days", decimals=0)],
        no_value="needs 20 days",
    )


def trades() -> Panel:
    """How often it wins, and how much."""
    return stat(
        "Trades",
        "Share of winning trades, and won by lost USD: below 1 the losses outweigh the wins, "
        "however rare they are. Trades are fills that were not reversed.",
        [
            Query(expr="max(arb_hit_ratio)", legend="hit rate"),
            Query(expr="max(arb_profit_factor)", legend="profit factor"),
            Query(expr="max(arb_trades)", legend="trades"),
        ],
        unit=units.SHARE,
        decimals=0,
        overrides=[
            override("^profit factor$", unit=units.PLAIN, decimals=2),
            override("^trades$", unit=units.COUNT),
        ],
        no_value=NO_TRADES,
    )


def sortino() -> Panel:
    """Steadiness where only losses count."""
    return stat(
        "Sortino ratio",
        "Like the Sharpe ratio, but only losing days count as risk. Far above it: the swings are "
        "on the winning side.",
        [Query(expr="max(arb_sortino_ratio)")],
        unit=units.PLAIN,
        decimals=2,
        value_size=NUMBER_PIXELS,
        no_value="needs 20 days",
    )


def deepest() -> Panel:
    """The worst fall there was."""
    return stat(
        "Deepest drawdown",
        "The deepest that realized P&L ever stood below its best before, and as a share of equity. "
        "Size positions for a deeper one.",
        [
            Query(expr="min(arb_max_drawdown_usd)", legend="USD"),
            Query(expr="min(arb_max_drawdown_ratio)", legend="of equity"),
        ],
        unit=units.USD,
        decimals=2,
        overrides=[override("^of equity$", unit=units.SHARE, decimals=2)],
        no_value=NO_TRADES,
    )


def equity() -> Panel:
    """Realized P&L over time."""
    return timeseries(
        "Realized P&L",
        "Sum of all fills in the ledger, and of this UTC day, which begins anew at midnight. A "
        "step down is one large loss: find its fill; a slope is a strategy that stopped working.",
        [
            Query(expr="sum(arb_pnl_realized_usd)", legend="all time"),
            Query(expr="sum(arb_pnl_day_usd)", legend="today"),
        ],
        unit=units.USD,
        overrides=[
            override("^all time", color=fixed(DEEP), custom_fillOpacity=10),
            override("^today", color=fixed(PALE)),
        ],
        decimals=2,
    )


def drawdown() -> Panel:
    """How far below its best the P&L stands."""
    return timeseries(
        "Drawdown",
        "How far realized P&L stands below the best it has been, against the limit; 0 is a new "
        "best. When it grows for days, look at entry against realized edge.",
        [
            Query(expr="sum(arb_drawdown_usd)", legend="below the best"),
            Query(expr=f"-1 * {strategy_limit('drawdown')}", legend="limit"),
        ],
        unit=units.USD,
        overrides=[override("^below", color=fixed(BAD)), limit_line()],
        draw="area",
        decimals=2,
    )


def by_day() -> Panel:
    """A bar a day."""
    # Asked at each midnight for the last value of the day that begins then.
    of_day = "sum(last_over_time(arb_pnl_day_usd[1d] offset -86399s))"
    panel = bar_chart(
        "P&L by day",
        "Realized P&L of each UTC day of the last 30, the last one so far. One bar that outweighs "
        "all others: was it one fill? Days before Prometheus was there are in GET /api/pnl.",
        [Query(expr=of_day, legend="P&L")],
        unit=units.USD,
        name_field="Time",
        transformations=[],
        thresholds=above_zero(),
        no_value="no day yet",
        overrides=[override("^Time$", unit=units.DAY)],
    )
    return panel | {"interval": "1d", "timeFrom": "30d", "hideTimeOverride": True}


def waterfall() -> Panel:
    """Where the edge went between the quote and the ledger."""
    return bar_chart(
        "From gross to realized",
        "What all trades would have earned at their quotes, less fees, less slippage, and what "
        "else happened (legs lost, unexplained), down to what was realized; all time. The largest "
        "red bar is what to work on.",
        [_step(part) for part in STEPS],
        unit=units.USD,
        name_field="Step",
        transformations=[
            {
                "id": "reduce",
                "options": {"reducers": ["lastNotNull"], "mode": "seriesToRows"},
            },
            {
                "id": "organize",
                "options": {"renameByName": {"Field": "Step", "Last *": "USD"}},
            },
        ],
        thresholds=above_zero(),
        no_value=NO_TRADES,
        overrides=[override("^Step$", unit=units.PLAIN, color=fixed(NEUTRAL))],
    )


def _step(part: str) -> Query:
    series = of("arb_results_usd", f'part="{part}"', OF_CATEGORY, OF_LEADER)
    sign = "-1 * " if part in ("fees", "slippage") else ""
    return Query(expr=f"{sign}sum({series})", legend=STEPS[part], instant=True)
