"""Edges: what could be earned now, and what became of what could."""

from grafana.kit import units
from grafana.kit.base import Panel
from grafana.kit.charts import timeseries
from grafana.kit.colours import (
    category_colours,
    limit_line,
    outcome_colours,
    quantile_colours,
    venue_colours,
)
from grafana.kit.grids import heatmap
from grafana.kit.queries import (
    Query,
    by_category,
    by_leader,
    ended_edges,
    of,
    per_minute,
    quantiles,
    rate,
    strategy_limit,
)
from grafana.kit.variables import OF_CATEGORY, OF_LEADER, OF_PAIR

CHOSEN = (OF_LEADER, OF_CATEGORY)
NONE_ENDED = "no edge ended"


def distribution() -> Panel:
    """Where pushed edges lie."""
    return heatmap(
        "Net edge of pushed edges",
        "How many pushed edges fell into each band of net edge, in cents per contract. The mass "
        "below 0 is normal; the entry limit says where trading begins.",
        by_leader("arb_edge_net_cents_bucket", *CHOSEN),
        unit=units.CENTS,
    ) | {"interval": "1m"}


def by_pair() -> Panel:
    """Net edge of each live pair over time."""
    net_edges = of("arb_live_edge_net_cents", OF_PAIR, *CHOSEN)
    return timeseries(
        "Net edge by pair",
        "Net edge of the largest live edges in cents per contract, against the entry limit. Choose "
        "pairs above to see them alone. An edge that stays far above the limit is not free money: "
        "one of its books may stand still.",
        [
            Query(expr=f"max by (pair_id) ({net_edges})", legend="{{pair_id}}"),
            Query(expr=strategy_limit("min_net_edge"), legend="limit of entry"),
        ],
        unit=units.CENTS,
        overrides=[limit_line()],
        decimals=2,
        no_value="no live edge",
        calcs=("lastNotNull", "max"),
        legend="table",
    )


def pushed_by_leader() -> Panel:
    """Edges a second, by the venue that leads."""
    return timeseries(
        "Edges pushed, by leader",
        "Edges the engine pushes a second, by the venue whose price moved first. A line at 0 "
        "means that no pair is led by that venue, or that the engine stands still.",
        [Query(expr=rate(of("arb_edges_total", *CHOSEN), "leader"), legend="{{leader}}")],
        unit=units.PER_SECOND,
        overrides=venue_colours(),
        minimum=0,
    )


def leader_share() -> Panel:
    """Who leads whom."""
    return timeseries(
        "Lead share",
        "Of the edges pushed in an hour, the share that each venue led: its price moved first. A "
        "share that jumps means that the other venue's feed became slow, or its books quiet.",
        [
            Query(
                expr=f"sum by (leader) ({of('leader:arb_edges:share_rate1h', OF_LEADER)})",
                legend="{{leader}}",
            )
        ],
        unit=units.SHARE,
        overrides=venue_colours(),
        draw="stack",
        minimum=0,
        maximum=1,
    )


def outcomes() -> Panel:
    """What became of edges."""
    return timeseries(
        "Edges ended, by outcome",
        "Edges that ended, a minute: filled meanwhile, missed (they had reached the entry limit), "
        "or small (they never did). Many missed: the engine is too slow, halted, or at a limit.",
        [
            Query(
                expr=f"{per_minute(ended_edges(*CHOSEN), 'outcome')} > 0",
                legend="{{outcome}}",
            )
        ],
        unit=units.PER_MINUTE,
        overrides=outcome_colours(),
        draw="bars",
        decimals=1,
        minimum=0,
        no_value=NONE_ENDED,
    )


def lifetime() -> Panel:
    """How long edges live."""
    lifetimes = by_category("arb_edge_lifetime_seconds_bucket", OF_CATEGORY)
    return heatmap(
        "Edge lifetime",
        "How many of the edges that ended, whoever led, had been live for how long. Most lie where "
        "the time to act ends: near the hedge latency, most are gone before both legs are "
        "filled.",
        lifetimes,
        unit=units.SECONDS,
    ) | {"interval": "1m"}


def expected_slippage() -> Panel:
    """What the engine expects to lose between quote and fill."""
    buckets = by_leader("arb_edge_expected_slippage_cents_bucket", *CHOSEN)
    return timeseries(
        "Expected slippage",
        "Slippage the engine expects at the edges it pushes, in cents per contract, against the "
        "limit on the median. Above it, lower sizes or raise the entry edge.",
        [
            *quantiles(buckets, 0.5, 0.95),
            Query(expr=strategy_limit("median_slippage"), legend="limit of p50"),
        ],
        unit=units.CENTS,
        overrides=[*quantile_colours(), limit_line()],
        decimals=2,
    ) | {"interval": "1m"}


def confidence() -> Panel:
    """How sure the engine is of its edges."""
    buckets = by_leader("arb_edge_confidence_ratio_bucket", *CHOSEN)
    return timeseries(
        "Confidence",
        "How sure the engine is of the edges it pushes, from 0 to 100 %. When both fall, its "
        "inputs grew worse: look at feed latency.",
        quantiles(buckets, 0.1, 0.5),
        unit=units.SHARE,
        overrides=quantile_colours(),
        minimum=0,
        maximum=1,
    ) | {"interval": "1m"}


def live_by_category() -> Panel:
    """Live edges of each category."""
    return timeseries(
        "Live edges, by category",
        "How many edges are live in each category. A category that falls to 0 while the others go "
        "on has lost its markets or their feed.",
        [
            Query(
                expr=f"sum by (category) ({of('arb_live_edges', OF_CATEGORY)}) > 0",
                legend="{{category}}",
            )
        ],
        unit=units.COUNT,
        overrides=category_colours(),
        draw="stack",
        minimum=0,
        no_value="no live edge",
    )


def pushed_by_category() -> Panel:
    """Edges a second of each category."""
    pushed = rate(of("arb_edges_total", *CHOSEN), "category")
    return timeseries(
        "Edges pushed, by category",
        "Edges the engine pushes a second, by category. One that stops while its markets are open "
        "has lost its feed, or its pairs were taken out.",
        [Query(expr=f"{pushed} > 0", legend="{{category}}")],
        unit=units.PER_SECOND,
        overrides=category_colours(),
        draw="stack",
        minimum=0,
        no_value="no edge pushed",
    )


def filled_share_by_category() -> Panel:
    """How much of what was worth entering was entered."""
    ended = per_minute(ended_edges('outcome=~"filled|missed"', *CHOSEN), "category")
    filled = per_minute(ended_edges('outcome="filled"', *CHOSEN), "category")
    return timeseries(
        "Filled of filled and missed",
        "Of the edges that ended and were worth entering, the share that was filled, by category. "
        "Low in one category only: its books are thin, or its fees are wrong.",
        [Query(expr=f"{filled} / ({ended} > 0)", legend="{{category}}")],
        unit=units.SHARE,
        overrides=category_colours(),
        draw="dots",
        minimum=0,
        maximum=1,
        no_value=NONE_ENDED,
    )
