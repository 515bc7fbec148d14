"""Overview: is it working, is it earning, is it safe?"""

from typing import Any

from grafana.kit.dashboard import dashboard
from grafana.kit.layout import Row, Tile
from grafana.kit.links import more_on
from grafana.kit.variables import category, venue
from grafana.panels import edge_tables, edges, exposure, feeds, fills, glance, results


def overview() -> dict[str, Any]:
    """The first dashboard to open, and the one for the wall: 28 units of height fill one."""
    return dashboard(
        "overview",
        "Overview",
        "Is it working, is it earning, is it safe? Then live edges, fills, exposure and health.",
        [_at_a_glance(), _edges_and_fills(), _exposure_and_health()],
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


def _edges_and_fills() -> Row:
    return Row(
        "Live edges and recent fills",
        (
            Tile(more_on("edges", edge_tables.live_table()), 14, 8),
            Tile(more_on("fills", results.equity()), 10, 8),
            Tile(more_on("edges", edges.outcomes()), 8, 6),
            Tile(more_on("fills", fills.entry_against_realized()), 8, 6),
            Tile(more_on("fills", fills.rate_by_category()), 8, 6),
        ),
    )


def _exposure_and_health() -> Row:
    return Row(
        "Exposure and health",
        (
            Tile(more_on("risk", exposure.by_venue_over_time()), 6, 7),
            Tile(more_on("risk", exposure.limits_used()), 6, 7),
            Tile(more_on("system", feeds.latency()), 6, 7),
            Tile(more_on("system", feeds.error_rate()), 6, 7),
        ),
    )
