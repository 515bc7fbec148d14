"""Fills: what was done, how well, and how fast."""

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
from grafana.kit.grids import heatmap
from grafana.kit.queries import (
    Query,
    by_category,
    in_range,
    of,
    per_minute,
    quantile,
    quantiles,
    strategy_limit,
    with_exemplars,
)
from grafana.kit.tiles import stat
from grafana.kit.variables import OF_CATEGORY

NO_FILLS = "no fills"
CHOSEN = (OF_CATEGORY,)


def counted() -> Panel:
    """How many fills there were."""
    fills = of("arb_fills_total", OF_CATEGORY)
    return stat(
        "Fills",
        "Executed pairs in the time this board shows, those on one leg, and those undone later. "
        "One leg is an open bet: see the runbook of ArbOneLegged.",
        [
            Query(expr=in_range(fills), legend="fills"),
            Query(
                expr=in_range(of("arb_fills_one_legged_total", OF_CATEGORY)),
                legend="one-legged",
            ),
            Query(expr=in_range("arb_fills_reversed_total"), legend="reversed"),
        ],
        unit=units.COUNT,
        no_value=NO_FILLS,
    )


def rate_by_category() -> Panel:
    """Fills a minute."""
    fills = per_minute(of("arb_fills_total", OF_CATEGORY), "category")
    return timeseries(
        "Fills, by category",
        "Executed pairs a minute, stacked by category. None while edges clear the entry limit: is "
        "a venue halted, or do orders fail? Single fills are in GET /api/fills.",
        [Query(expr=f"{fills} > 0", legend="{{category}}")],
        unit=units.PER_MINUTE,
        overrides=category_colours(),
        draw="bars",
        decimals=1,
        minimum=0,
        no_value=NO_FILLS,
    )


def entry_against_realized() -> Panel:
    """Edge at entry and edge realized."""
    realized = quantile(0.5, by_category("arb_fill_realized_edge_cents_bucket", *CHOSEN))
    return timeseries(
        "Entry against realized edge",
        "Median edge per contract when entered, and after both legs filled. The gap is what "
        "execution cost; a growing gap is slippage or slow hedges. Points are single fills.",
        [
            Query(
                expr=quantile(0.5, by_category("arb_fill_entry_edge_cents_bucket", *CHOSEN)),
                legend="entry p50",
            ),
            Query(
                expr=with_exemplars(realized, of("arb_fill_realized_edge_cents_bucket", *CHOSEN)),
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


def capture() -> Panel:
    """Share of the entry edge that was realized."""
    return timeseries(
        "Capture",
        "Share of the edge at entry that the fills of the last hour realized, against the least "
        "that is wanted. Below the line, the engine enters on prices it does not get.",
        [
            Query(expr="max(strategy:arb_capture:ratio_1h)", legend="realized / entry"),
            Query(expr=strategy_limit("min_capture"), legend="limit, at least"),
        ],
        unit=units.SHARE,
        overrides=[override("^realized", color=fixed(GOOD)), limit_line()],
        no_value="no fills in an hour",
    )


def slippage() -> Panel:
    """Slippage paid, against what was expected."""
    expected = quantile(0.5, by_category("arb_fill_expected_slippage_cents_bucket", *CHOSEN))
    return timeseries(
        "Slippage paid",
        "Median slippage of the last 15 minutes' fills in cents per contract, what their edges had "
        "expected, and the limit. Paid above expected: the engine's model of the books is wrong.",
        [
            Query(expr="max(strategy:arb_slippage_cents:p50_rate15m)", legend="paid p50"),
            Query(expr=expected, legend="expected p50"),
            Query(expr=strategy_limit("median_slippage"), legend="limit of paid p50"),
        ],
        unit=units.CENTS,
        overrides=[
            override("^paid", color=fixed(DEEP)),
            override("^expected", color=fixed(PALE), custom_drawStyle="points"),
            limit_line(),
        ],
        decimals=2,
        draw="dots",
        no_value=NO_FILLS,
    )


def fees() -> Panel:
    """Fees paid."""
    buckets = by_category("arb_fill_fees_cents_bucket", *CHOSEN)
    return timeseries(
        "Fees paid",
        "Median and highest fees per contract of the fills, in cents. Kalshi's are highest near 50 "
        "cents: where they outgrow the edge, the fee model or the markets chosen are wrong.",
        quantiles(buckets, 0.5, 0.95),
        unit=units.CENTS,
        overrides=quantile_colours(),
        decimals=2,
        draw="dots",
        no_value=NO_FILLS,
    )


def hedge_latency() -> Panel:
    """Time between the two legs."""
    chosen = quantile(0.95, by_category("arb_hedge_latency_seconds_bucket", *CHOSEN))
    points = of("arb_hedge_latency_seconds_bucket", *CHOSEN)
    return timeseries(
        "Hedge latency",
        "Time from the first to the second leg over 5 minutes, against the limit on p95. Until the "
        "second leg fills, the position is a bet. Points are the fills of the chosen categories.",
        [
            Query(expr="max(strategy:arb_hedge_latency_seconds:p50_rate5m)", legend="p50"),
            Query(expr="max(strategy:arb_hedge_latency_seconds:p95_rate5m)", legend="p95"),
            Query(expr=with_exemplars(chosen, points), legend="fills", exemplars=True),
            Query(expr=strategy_limit("hedge_timeout"), legend="limit of p95"),
        ],
        unit=units.SECONDS,
        overrides=[
            *quantile_colours(),
            override("^fills$", color=fixed(GOOD), custom_drawStyle="points", custom_pointSize=5),
            limit_line(),
        ],
        minimum=0,
        no_value=NO_FILLS,
    ) | {"interval": "1m"}


def hedge_spread() -> Panel:
    """Hedge latencies, band by band."""
    return heatmap(
        "Hedge latencies",
        "How many hedges took how long. A second band far above the first one is a fallback or a "
        "retry; it shows here before it moves the 95th percentile.",
        by_category("arb_hedge_latency_seconds_bucket", *CHOSEN),
        unit=units.SECONDS,
    ) | {"interval": "1m"}


def one_legged() -> Panel:
    """Fills whose second leg failed."""
    return timeseries(
        "Fills on one leg",
        "Fills within 10 minutes of which only one leg was made, against the number from which it "
        "is told. Each is an open bet: close it, then look at the errors of the other venue.",
        [
            Query(expr="max(strategy:arb_fills_one_legged:increase10m)", legend="in 10 minutes"),
            Query(expr=strategy_limit("one_legged"), legend="limit"),
        ],
        unit=units.COUNT,
        overrides=[override("^in 10", color=fixed(DEEP)), limit_line()],
        minimum=0,
        no_value=NO_FILLS,
    )


def size() -> Panel:
    """How large fills are."""
    return heatmap(
        "Size of fills",
        "How many fills were of which size, in USD. When all shrink, books are thin or a limit is "
        "near; a band at the top is one that the limit per contract cuts.",
        by_category("arb_fill_size_usd_bucket", *CHOSEN),
        unit=units.USD,
    ) | {"interval": "1m"}


def result_spread() -> Panel:
    """What single fills earned."""
    return heatmap(
        "P&L of fills",
        "How many fills earned how much, in USD. Many small wins and few large losses look good on "
        "every other panel until the next large one.",
        by_category("arb_fill_pnl_usd_bucket", *CHOSEN),
        unit=units.USD,
    ) | {"interval": "1m"}
