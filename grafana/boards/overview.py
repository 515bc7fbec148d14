"""Overview: is it working, is it earning, is it safe?"""

from typing import Any

from grafana.kit.dashboard import dashboard
from grafana.kit.layout import Row, Tile
from grafana.panels import edges, exposure, fills, glance, health, pipeline


def overview() -> dict[str, Any]:
    """The first dashboard to open, and the one for the wall."""
    return dashboard(
        "arbwatch-overview",
        "Arbwatch / Overview",
        "Is it working, is it earning, is it safe? Then live edges, fills, exposure and health.",
        [_at_a_glance(), _live_edges(), _recent_fills(), _exposure(), _health(), _pipeline()],
    )


def _at_a_glance() -> Row:
    return Row(
        "At a glance",
        (
            Tile(glance.day_result(), 4, 4),
            Tile(glance.drawdown(), 4, 4),
            Tile(glance.live_edges(), 4, 4),
            Tile(glance.feeds(), 4, 4),
            Tile(glance.halts(), 4, 4),
            Tile(glance.firing_alerts(), 4, 4),
        ),
    )


def _live_edges() -> Row:
    return Row(
        "Live edges",
        (
            Tile(edges.live_table(), 15, 10),
            Tile(edges.distribution(), 9, 10),
            Tile(edges.pushed_by_leader(), 8, 8),
            Tile(edges.expected_slippage(), 8, 8),
            Tile(edges.confidence(), 8, 8),
        ),
    )


def _recent_fills() -> Row:
    return Row(
        "Recent fills",
        (
            Tile(fills.result(), 8, 8),
            Tile(fills.rate_by_category(), 8, 8),
            Tile(fills.entry_against_realized(), 8, 8),
            Tile(fills.costs(), 12, 7),
            Tile(fills.hedge_latency(), 12, 7),
        ),
    )


def _exposure() -> Row:
    return Row(
        "Exposure",
        (
            Tile(exposure.by_venue_over_time(), 8, 8),
            Tile(exposure.by_category(), 8, 8),
            Tile(exposure.limits_used(), 5, 8),
            Tile(exposure.positions(), 3, 8),
        ),
    )


def _health() -> Row:
    return Row(
        "Health",
        (
            Tile(health.feed_latency(), 8, 8),
            Tile(health.feed_silence(), 8, 8),
            Tile(health.error_rate(), 8, 8),
            Tile(health.halt_states(), 12, 6),
            Tile(health.errors_by_kind(), 12, 6),
        ),
    )


def _pipeline() -> Row:
    return Row(
        "Pipeline",
        (
            Tile(pipeline.services(), 12, 5),
            Tile(pipeline.alerts(), 12, 5),
            Tile(pipeline.events(), 8, 8),
            Tile(pipeline.commit_time(), 8, 8),
            Tile(pipeline.messages(), 8, 8),
        ),
        collapsed=True,
    )
