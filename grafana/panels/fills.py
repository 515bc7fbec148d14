"""Recent fills: what was done, and what it earned."""

from grafana.kit import units
from grafana.kit.base import Panel
from grafana.kit.charts import timeseries
from grafana.kit.colours import (
    DEEP,
    GOOD,
    PALE,
    category_colours,
    fixed,
    limit_line,
    override,
    quantile_colours,
)
from grafana.kit.queries import Query, per_minute, quantile, strategy_limit

NO_FILLS = "no fills"


def rate_by_category() -> Panel:
    """Fills a minute."""
    return timeseries(
        "Fills, by category",
        "Executed pairs a minute, stacked by category. None while edges clear the entry limit: is "
        "a venue halted, or do orders fail? Single fills are in GET /api/fills.",
        [Query(expr=f"{per_minute('arb_fills_total', 'category')} > 0", legend="{{category}}")],
        unit=units.PER_MINUTE,
        overrides=category_colours(),
        draw="bars",
        decimals=1,
        minimum=0,
        no_value=NO_FILLS,
    )


def entry_against_realized() -> Panel:
    """Edge at entry and edge realized."""
    return timeseries(
        "Entry against realized edge",
        "Median edge per contract when entered, and after both legs filled. The gap is what "
        "execution cost; a growing gap is slippage or slow hedges. Points are single fills.",
        [
            Query(expr=quantile(0.5, "arb_fill_entry_edge_cents"), legend="entry p50"),
            Query(
                expr=quantile(0.5, "arb_fill_realized_edge_cents"),
                legend="realized p50",
                exemplars=True,
            ),
            Query(expr=strategy_limit("min_net_edge"), legend="limit of entry"),
        ],
        unit=units.CENTS,
        overrides=[
            override("^entry", color=fixed(PALE)),
            override("^realized", color=fixed(GOOD)),
            limit_line(),
        ],
        decimals=2,
        draw="dots",
        no_value=NO_FILLS,
    )


def costs() -> Panel:
    """Slippage and fees paid."""
    return timeseries(
        "Slippage and fees paid",
        "Median slippage and fees per contract of the fills, in cents, against the limit on "
        "median slippage. Above it, books are thinner or moves faster than the engine expects.",
        [
            Query(expr=quantile(0.5, "arb_fill_slippage_cents"), legend="slippage p50"),
            Query(expr=quantile(0.5, "arb_fill_fees_cents"), legend="fees p50"),
            Query(expr=strategy_limit("median_slippage"), legend="limit of slippage"),
        ],
        unit=units.CENTS,
        overrides=[
            override("^slippage", color=fixed(PALE)),
            override("^fees", color=fixed(DEEP)),
            limit_line(),
        ],
        decimals=2,
        draw="dots",
        no_value=NO_FILLS,
    )


def result() -> Panel:
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
            override("^all time", color=fixed(GOOD)),
            override("^today", color=fixed(PALE)),
        ],
    )


def hedge_latency() -> Panel:
    """Time between the two legs."""
    name = "arb_hedge_latency_seconds"
    return timeseries(
        "Hedge latency",
        "Time from the first to the second leg of a fill, against the limit on p95. Until the "
        "second leg fills, the position is a bet. Points are single fills.",
        [
            Query(expr=quantile(0.5, name), legend="p50"),
            Query(expr=quantile(0.95, name), legend="p95", exemplars=True),
            Query(expr=strategy_limit("hedge_timeout"), legend="limit of p95"),
        ],
        unit=units.SECONDS,
        overrides=[*quantile_colours(), limit_line()],
        draw="dots",
        no_value=NO_FILLS,
    )
