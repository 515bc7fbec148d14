"""Overview: is it working, is it earning, is it safe?"""

from typing import Any

from grafana.kit.dashboard import dashboard
from grafana.kit.layout import Row, Tile
from grafana.kit.links import more_on
from grafana.kit.variables import category, venue
from grafana.panels import edge_tables, edges, exposure, feeds, fills, glance, halts, results


def overview() -> dict[str, Any]:
    """The first dashboard to open, and the one for the wall."""
    return dashboard(
        "overview",
        "Overview",
        "Is it working, is it earning, is it safe? Then live edges, fills, exposure and health.",
        [_at_a_glance(), _live_edges(), _recent_fills(), _exposure(), _health()],
        variables=[venue(), category()],
    )


def _at_a_glance() -> Row:
    return Row(
        "Is it earning, is it working, is it safe?",
        (
            Tile(more_on("fills", glance.day_result()), 4, 4),
            Tile(more_on("fills", glance.capture()), 4, 4),
            Tile(more_on("edges", glance.live_edges()), 4, 4),
            Tile(more_on("system", glance.feeds()), 4, 4),
            Tile(more_on("risk", glance.halts()), 4, 4),
            Tile(more_on("system", glance.firing_alerts()), 4, 4),
        ),
    )


def _live_edges() -> Row:
    return Row(
        "Live edges",
        (
            Tile(more_on("edges", edge_tables.live_table()), 15, 8),
            Tile(more_on("edges", edges.distribution()), 9, 8),
        ),
    )


def _recent_fills() -> Row:
    return Row(
        "Recent fills",
        (
            Tile(more_on("fills", results.equity()), 8, 6),
            Tile(more_on("fills", fills.entry_against_realized()), 8, 6),
            Tile(more_on("fills", fills.rate_by_category()), 8, 6),
        ),
    )


def _exposure() -> Row:
    return Row(
        "Exposure",
        (
            Tile(more_on("risk", exposure.by_venue_over_time()), 8, 6),
            Tile(more_on("risk", exposure.by_category()), 8, 6),
            Tile(more_on("risk", exposure.limits_used()), 8, 6),
        ),
    )


def _health() -> Row:
    return Row(
        "Health",
        (
            Tile(more_on("system", feeds.latency()), 8, 6),
            Tile(more_on("system", feeds.error_rate()), 8, 6),
            Tile(more_on("risk", halts.over_time()), 8, 6),
        ),
    )
