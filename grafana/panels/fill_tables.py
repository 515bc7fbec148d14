"""Fills one by one, and their statistics, from the exporter's ledger."""

from grafana.kit import units
from grafana.kit.base import Panel
from grafana.kit.colours import BAD, GOOD, Override, above_zero, override
from grafana.kit.columns import (
    Column,
    cents,
    count,
    milliseconds,
    moment,
    ratio,
    share,
    text,
    usd,
    yes_or_no,
)
from grafana.kit.links import EXPORTER, pair_link
from grafana.kit.mappings import states_by_name, words
from grafana.kit.rest import NOTHING, rest_panel, rest_table

STATUS = states_by_name(("filled", "both legs", GOOD), ("one_legged", "one leg", BAD))
# What is told of a group of fills, in the order of the columns.
FIGURES = (
    usd("pnl_usd", "P&L"),
    count("trades", "Trades"),
    share("hit_rate", "Hit rate"),
    ratio("profit_factor", "Profit factor"),
    share("capture_ratio", "Capture"),
    cents("entry_edge_cents", "Entry"),
    cents("realized_edge_cents", "Realized"),
    cents("slippage_cents", "Slippage"),
    usd("fees_usd", "Fees"),
    count("one_legged", "One leg"),
    count("reversals", "Reversed"),
)
EDGES = (
    count("edges_seen", "Edges seen"),
    count("edges_filled", "filled"),
    count("edges_missed", "missed"),
)


def recent() -> Panel:
    """The newest fills."""
    return rest_table(
        "Recent fills",
        "The newest 100 fills in the ledger. A fill on one leg or made after a halt deserves a "
        "look first. Click a fill for all that is known of it, a pair for its edge.",
        "/api/fills?limit=100",
        [
            moment("timestamp", "Time"),
            text("fill_id", "Fill"),
            text("pair_id", "Pair", 165),
            cents("pnl_cents", "P&L", 95),
            cents("entry_edge_cents", "Entry", 75),
            cents("realized_edge_cents", "Realized", 85),
            cents("slippage_cents", "Slippage", 85),
            cents("fees_cents", "Fees", 75),
            milliseconds("hedge_latency_ms", "Hedge", 75),
            text("status", "Legs", 85),
            yes_or_no("after_halt", "After halt", 100),
            usd("size_usd", "Size", 80),
            text("category", "Category", 95),
        ],
        overrides=[
            pair_link("Pair"),
            _fill_link(),
            _signed("P&L"),
            _signed("Realized"),
            override("^After halt$", mappings=words({"true": "after a halt", "false": "no"})),
            override("^Legs$", mappings=STATUS, custom_cellOptions={"type": "color-text"}),
        ],
        absent="not told",
    )


def scatter() -> Panel:
    """Each fill by the edge it was entered at and the edge it got."""
    panel = rest_panel(
        "xychart",
        "Entry against realized, fill by fill",
        "A point a fill of the newest 500: the edge at entry across, the edge realized upwards, in "
        "cents per contract. On the diagonal nothing was lost; points far below it are the fills "
        "to look at.",
        "/api/fills?limit=500",
        [
            ratio("entry_edge_cents", "Entry, ¢"),
            ratio("realized_edge_cents", "Realized, ¢"),
        ],
    )
    panel["fieldConfig"] = {
        "defaults": {
            "unit": units.PLAIN,
            "noValue": NOTHING,
            "color": {"mode": "fixed", "fixedColor": GOOD},
            "custom": {"show": "points", "pointSize": {"fixed": 5}},
        },
        "overrides": [],
    }
    panel["options"] = {
        "seriesMapping": "manual",
        "series": [{"x": "Entry, ¢", "y": "Realized, ¢", "pointColor": {"fixed": GOOD}}],
        "dims": {},
        "legend": {
            "displayMode": "list",
            "placement": "bottom",
            "showLegend": False,
            "calcs": ["lastNotNull"],
        },
        "tooltip": {"mode": "single", "sort": "none"},
    }
    return panel


def by_category() -> Panel:
    """What each category earns."""
    return _statistics("category", "Category", "a category", EDGES)


def by_pair() -> Panel:
    """What each pair earns."""
    return _statistics("pair", "Pair", "a pair, the largest results first", ())


def by_leader() -> Panel:
    """What is earned where each venue leads."""
    return _statistics("leader", "Leader", "the venue that led", EDGES)


def by_day() -> Panel:
    """What each day earned."""
    return _statistics("day", "Day", "a UTC day", EDGES)


def _statistics(by: str, title: str, row: str, more: tuple[Column, ...]) -> Panel:
    return rest_table(
        f"Statistics by {by}",
        f"What was earned and lost in all time, a row {row}; GET /api/stats takes dates, too. Low "
        "capture with a good entry edge is execution, a low entry edge is the market.",
        f"/api/stats?by={by}",
        [text("name", title, 180), *FIGURES, *more],
        root="rows",
        overrides=[_signed("P&L"), *([pair_link("Pair")] if by == "pair" else [])],
    )


def _signed(column: str) -> Override:
    return override(
        f"^{column}$",
        thresholds=above_zero(),
        custom_cellOptions={"type": "color-text"},
    )


def _fill_link() -> Override:
    url = f"{EXPORTER}/api/fills?fill_id=${{__value.raw:percentencode}}"
    return override("^Fill$", links=[{"title": "All of this fill", "url": url}])
