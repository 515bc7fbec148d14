"""Exposure & risk: what is open, what may still be lost, and is trading allowed?"""

from typing import Any

from grafana.kit.dashboard import dashboard
from grafana.kit.layout import Row, Tile
from grafana.kit.variables import category, venue
from grafana.panels import exposure, glance, halts, losses


def risk_board() -> dict[str, Any]:
    """Limits, exposure, losses, halts."""
    return dashboard(
        "risk",
        "Exposure & risk",
        "What is open against its limits, what may still be lost, and where trading is allowed.",
        [_numbers(), _limits(), _exposure(), _halts(), _trail()],
        variables=[venue(), category()],
    )


def _numbers() -> Row:
    return Row(
        "Is it safe?",
        (
            Tile(glance.halts(), 5, 4),
            Tile(losses.left_to_lose(), 6, 4),
            Tile(exposure.open_notional(), 5, 4),
            Tile(exposure.positions(), 4, 4),
            Tile(halts.unstored(), 4, 4),
        ),
    )


def _limits() -> Row:
    return Row(
        "Limits and losses",
        (Tile(exposure.limits_used(), 12, 9), Tile(losses.budgets(), 12, 9)),
    )


def _exposure() -> Row:
    return Row(
        "Exposure",
        (
            Tile(exposure.by_venue_over_time(), 12, 8),
            Tile(exposure.by_category(), 12, 8),
            Tile(exposure.largest_position(), 12, 7),
            Tile(exposure.pairs_held(), 12, 7),
        ),
    )


def _halts() -> Row:
    return Row(
        "Halts",
        (
            Tile(halts.over_time(), 18, 6),
            Tile(halts.acknowledged(), 6, 6),
            Tile(halts.ack_time(), 8, 7),
            Tile(halts.disobeyed(), 8, 7),
            Tile(halts.refused(), 8, 7),
        ),
    )


def _trail() -> Row:
    return Row(
        "Audit trail, from the exporter's API", (Tile(halts.trail(), 24, 12),), collapsed=True
    )
