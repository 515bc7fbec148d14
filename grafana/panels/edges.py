"""Live edges: what could be earned now, and how good the chances are."""

from typing import Any

from grafana.kit import units
from grafana.kit.base import Panel
from grafana.kit.charts import heatmap, timeseries
from grafana.kit.colours import (
    GOOD,
    NEUTRAL,
    Override,
    limit_line,
    override,
    quantile_colours,
    steps,
    venue_colours,
)
from grafana.kit.queries import Query, bucket_counts, live_net_edges, quantile, rate, strategy_limit
from grafana.kit.tiles import table

# The names of columns as the table shows them, in order.
COLUMNS = {
    "pair_id": "Pair",
    "Value #A": "Net edge",
    "Value #B": "Slippage",
    "Value #C": "Confidence",
    "best_side": "Best side",
    "leader": "Leader",
    "category": "Category",
}
SIDES = {
    "yes_primary_no_hedge": "Yes primary, No hedge",
    "no_primary_yes_hedge": "No primary, Yes hedge",
    "unknown": "not told",
}


def live_table() -> Panel:
    """The largest live edges, one row a pair."""
    return table(
        "Live edges",
        "The largest edges that are live now, in cents per contract after fees. Green clears a "
        "net edge of 0. The full list with titles is GET /api/edges, or /edges in Discord.",
        [
            _now(f"max by (pair_id, leader, category, best_side) {live_net_edges()}"),
            _now("max by (pair_id) (arb_live_edge_expected_slippage_cents)"),
            _now("max by (pair_id) (arb_live_edge_confidence_ratio)"),
        ],
        unit=units.CENTS,
        sort_by=COLUMNS["Value #A"],
        transformations=_join_by_pair(),
        overrides=[
            override(
                "^Net edge$",
                thresholds=steps(NEUTRAL, (0, GOOD)),
                custom_cellOptions={"type": "color-text"},
                decimals=2,
            ),
            override("^Slippage$", decimals=2),
            override("^Confidence$", unit=units.SHARE, decimals=0),
            override("^Best side$", mappings=_words(SIDES)),
            *_widths(),
        ],
        no_value="no live edge",
    )


def distribution() -> Panel:
    """Where pushed edges lie."""
    return heatmap(
        "Net edge of pushed edges",
        "How many pushed edges fell into each band of net edge, in cents per contract. The mass "
        "below 0 is normal; the entry limit says where trading begins.",
        Query(expr=bucket_counts("arb_edge_net_cents"), legend="{{le}}", format="heatmap"),
        unit=units.CENTS,
    )


def pushed_by_leader() -> Panel:
    """Edges a second, by the venue that leads."""
    return timeseries(
        "Edges pushed, by leader",
        "Edges the engine pushes a second, by the venue whose price moved first. A line at 0 "
        "means that no pair is led by that venue, or that the engine stands still.",
        [Query(expr=rate("arb_edges_total", "leader"), legend="{{leader}}")],
        unit=units.PER_SECOND,
        overrides=venue_colours(),
        minimum=0,
    )


def expected_slippage() -> Panel:
    """What the engine expects to lose between quote and fill."""
    name = "arb_edge_expected_slippage_cents"
    return timeseries(
        "Expected slippage",
        "Slippage the engine expects at the edges it pushes, in cents per contract, against the "
        "limit on the median. Above it, lower sizes or raise the entry edge.",
        [
            Query(expr=quantile(0.5, name), legend="p50"),
            Query(expr=quantile(0.95, name), legend="p95"),
            Query(expr=strategy_limit("median_slippage"), legend="limit of p50"),
        ],
        unit=units.CENTS,
        overrides=[*quantile_colours(), limit_line()],
        decimals=2,
    )


def confidence() -> Panel:
    """How sure the engine is of its edges."""
    name = "arb_edge_confidence_ratio"
    return timeseries(
        "Confidence",
        "How sure the engine is of the edges it pushes, from 0 to 100 %. When both fall, its "
        "inputs grew worse: look at feed latency.",
        [
            Query(expr=quantile(0.1, name), legend="p10"),
            Query(expr=quantile(0.5, name), legend="p50"),
        ],
        unit=units.SHARE,
        overrides=quantile_colours(),
        minimum=0,
        maximum=1,
    )


def _now(expr: str) -> Query:
    return Query(expr=expr, instant=True, format="table")


def _join_by_pair() -> list[Panel]:
    join = {"byField": "pair_id", "mode": "inner"}
    shown: dict[str, Any] = {
        "excludeByName": {"Time": True, "Time 1": True, "Time 2": True, "Time 3": True},
        "indexByName": {column: index for index, column in enumerate(COLUMNS)},
        "renameByName": COLUMNS,
    }
    return [
        {"id": "joinByField", "options": join},
        {"id": "organize", "options": shown},
    ]


def _widths() -> list[Override]:
    widths = {"Net edge": 100, "Slippage": 90, "Confidence": 105, "Best side": 200, "Leader": 110}
    return [override(f"^{name}$", custom_width=width) for name, width in widths.items()]


def _words(names: dict[str, str]) -> list[dict[str, Any]]:
    options = {
        name: {"index": index, "text": text} for index, (name, text) in enumerate(names.items())
    }
    return [{"type": "value", "options": options}]
