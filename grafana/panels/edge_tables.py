"""The list of live edges, from Prometheus and in full from the exporter."""

from typing import Any

from grafana.kit import units
from grafana.kit.base import Panel
from grafana.kit.colours import BAD, DEEP, GOOD, NEUTRAL, Override, override, steps
from grafana.kit.columns import cents, seconds, share, text
from grafana.kit.links import pair_link
from grafana.kit.mappings import words
from grafana.kit.queries import Query, live_net_edges, of, strategy_limit
from grafana.kit.rest import rest_table
from grafana.kit.tiles import table
from grafana.kit.variables import OF_CATEGORY, OF_LEADER, OF_PAIR

# The names of columns as the table shows them, in order.
COLUMNS = {
    "pair_id": "Pair",
    "Value #A": "Net edge",
    "Value #D": "To limit",
    "Value #B": "Slippage",
    "Value #C": "Confidence",
    "best_side": "Best side",
    "leader": "Leader",
    "Value #E": "Age",
    "category": "Category",
}
SIDES = {
    "yes_primary_no_hedge": "Yes primary, No hedge",
    "no_primary_yes_hedge": "No primary, Yes hedge",
    "unknown": "not told",
}
NONE_LIVE = "no live edge"
# A gauge cell is full at this net edge, in cents: such edges are rare, and seldom real.
FULL_CENTS = 10


def live_table(*where: str) -> Panel:
    """The largest live edges, one row a pair."""
    chosen = live_net_edges(OF_LEADER, OF_CATEGORY, *where)
    over = f"max by (pair_id) {chosen} - on () group_left () {strategy_limit('min_net_edge')}"
    return table(
        "Live edges, largest first",
        "The largest edges that are live now, in cents per contract after fees, and how far each "
        "is from the entry limit: from 0 on it may be entered. An age near its time to live: no "
        "longer refreshed. Click a pair for its past; titles are in GET /api/edges.",
        [
            _now(f"max by (pair_id, leader, category, best_side) {chosen}"),
            _now(f"max by (pair_id) ({of('arb_live_edge_expected_slippage_cents', *where)})"),
            _now(f"max by (pair_id) ({of('arb_live_edge_confidence_ratio', *where)})"),
            _now(over),
            _now(f"max by (pair_id) ({of('arb_live_edge_age_seconds', *where)})"),
        ],
        unit=units.CENTS,
        sort_by=COLUMNS["Value #A"],
        transformations=_join_by_pair(),
        overrides=[
            pair_link("Pair"),
            *_net_edge_cell(),
            override(
                "^To limit$",
                thresholds=steps(NEUTRAL, (0, GOOD)),
                custom_cellOptions={"type": "color-text"},
                decimals=2,
            ),
            override("^Slippage$", decimals=2),
            override("^Age$", unit=units.SECONDS, decimals=0),
            override("^Confidence$", unit=units.SHARE, decimals=0),
            override("^Best side$", mappings=words(SIDES)),
            *_widths(),
        ],
        no_value=NONE_LIVE,
    )


def chosen_table() -> Panel:
    """The same for the pairs that were chosen."""
    return live_table(OF_PAIR)


def full_table() -> Panel:
    """Every live edge with its markets' titles."""
    return rest_table(
        "Live edges with titles and age",
        "Every live edge as the engine pushed it, the largest first, with the titles of both "
        "markets and its age. An age near its time to live means that the pair is no longer "
        "refreshed: look at its feeds.",
        "/api/edges?limit=100",
        [
            text("pair_id", "Pair", 210),
            text("primary_market", "Primary market"),
            text("hedge_market", "Hedge market"),
            cents("net_edge_cents", "Net edge"),
            cents("expected_slippage_cents", "Slippage", 90),
            share("confidence", "Confidence", 100),
            text("best_side", "Best side", 190),
            text("leader", "Leader", 105),
            seconds("age_seconds", "Age", 80),
        ],
        overrides=[
            pair_link("Pair"),
            *_net_edge_cell(),
            override("^Best side$", mappings=words(SIDES)),
        ],
        absent=SIDES["unknown"],
    )


def _now(expr: str) -> Query:
    return Query(expr=expr, instant=True, format="table")


def _net_edge_cell() -> list[Override]:
    gauge = {"type": "gauge", "mode": "basic", "valueDisplayMode": "text"}
    return [
        override(
            "^Net edge$",
            thresholds=steps(BAD, (0, DEEP)),
            custom_cellOptions=gauge,
            decimals=2,
            min=0,
            max=FULL_CENTS,
            custom_width=140,
        )
    ]


def _join_by_pair() -> list[Panel]:
    shown: dict[str, Any] = {
        "excludeByName": {name: True for name in ("Time", *(f"Time {n}" for n in range(1, 6)))},
        "indexByName": {column: index for index, column in enumerate(COLUMNS)},
        "renameByName": COLUMNS,
    }
    return [
        {"id": "joinByField", "options": {"byField": "pair_id", "mode": "inner"}},
        {"id": "organize", "options": shown},
    ]


def _widths() -> list[Override]:
    widths = {
        "To limit": 85,
        "Slippage": 85,
        "Confidence": 100,
        "Best side": 170,
        "Leader": 100,
        "Age": 70,
        "Category": 105,
    }
    return [override(f"^{name}$", custom_width=width) for name, width in widths.items()]
