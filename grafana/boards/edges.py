"""Edges: what could be earned, and what became of it?"""

from typing import Any

from grafana.kit.dashboard import dashboard
from grafana.kit.layout import Row, Tile
from grafana.kit.variables import category, pair, venue
from grafana.panels import edge_numbers, edge_tables, edges, glance


def edges_board() -> dict[str, Any]:
    """Live edges, where they lie, how long they live, who leads."""
    return dashboard(
        "edges",
        "Edges",
        "What could be earned now, what became of what could, and who leads whom.",
        [_numbers(), _live(), _ends(), _quality(), _categories(), _titles()],
        variables=[venue(), category(), pair()],
    )


def _numbers() -> Row:
    return Row(
        "What could be earned?",
        (
            Tile(glance.live_edges(), 4, 4),
            Tile(edge_numbers.largest(), 4, 4),
            Tile(edge_numbers.seen(), 4, 4),
            Tile(edge_numbers.filled_share(), 4, 4),
            Tile(edge_numbers.missed(), 4, 4),
            Tile(edge_numbers.leader_right(), 4, 4),
        ),
    )


def _live() -> Row:
    return Row(
        "Live now",
        (
            Tile(edge_tables.chosen_table(), 14, 10),
            Tile(edges.by_pair(), 10, 10),
        ),
    )


def _ends() -> Row:
    return Row(
        "Where they lie, how they end, who leads",
        (
            Tile(edges.distribution(), 8, 10),
            Tile(edges.outcomes(), 8, 10),
            Tile(edges.lifetime(), 8, 10),
            Tile(edges.leader_share(), 8, 8),
            Tile(edges.pushed_by_leader(), 8, 8),
            Tile(edges.live_by_category(), 8, 8),
        ),
    )


def _quality() -> Row:
    return Row(
        "How good they are",
        (Tile(edges.expected_slippage(), 12, 8), Tile(edges.confidence(), 12, 8)),
        collapsed=True,
    )


def _categories() -> Row:
    return Row(
        "By category",
        (
            Tile(edges.pushed_by_category(), 12, 8),
            Tile(edges.filled_share_by_category(), 12, 8),
        ),
        collapsed=True,
    )


def _titles() -> Row:
    return Row(
        "Titles and ages, from the exporter's API",
        (Tile(edge_tables.full_table(), 24, 12),),
        collapsed=True,
    )
