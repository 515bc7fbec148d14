"""Fills & P&L: what was earned, and what did execution cost?"""

from typing import Any

from grafana.kit.dashboard import dashboard
from grafana.kit.layout import Row, Tile
from grafana.kit.variables import category, venue
from grafana.panels import fill_tables, fills, glance, objectives, results


def fills_board() -> dict[str, Any]:
    """Results, execution, single fills, statistics."""
    return dashboard(
        "fills",
        "Fills & P&L",
        "What was earned, how steadily, and what execution cost on the way.",
        [_numbers(), _results(), _single_fills(), _execution(), _spreads(), _statistics()],
        variables=[venue(), category()],
        refresh="30s",
        since="now-1h",
    )


def _numbers() -> Row:
    return Row(
        "Is it earning?",
        (
            Tile(glance.day_result(), 4, 4),
            Tile(results.periods(), 4, 4),
            Tile(results.trades(), 4, 4),
            Tile(results.sharpe(), 4, 4),
            Tile(glance.capture(), 4, 4),
            Tile(fills.counted(), 4, 4),
        ),
    )


def _results() -> Row:
    return Row(
        "Result",
        (
            Tile(results.equity(), 14, 8),
            Tile(results.waterfall(), 10, 8),
            Tile(results.drawdown(), 14, 6),
            Tile(results.by_day(), 10, 6),
        ),
    )


def _single_fills() -> Row:
    return Row(
        "Recent fills, from the exporter's API",
        (Tile(fill_tables.recent(), 17, 10), Tile(fill_tables.scatter(), 7, 10)),
    )


def _execution() -> Row:
    return Row(
        "Execution",
        (
            Tile(fills.entry_against_realized(), 8, 8),
            Tile(fills.capture(), 8, 8),
            Tile(fills.slippage(), 8, 8),
            Tile(fills.hedge_latency(), 8, 8),
            Tile(objectives.hedge_burn(), 8, 8),
            Tile(fills.one_legged(), 8, 8),
        ),
    )


def _spreads() -> Row:
    return Row(
        "Fills band by band, and by category",
        (
            Tile(fills.rate_by_category(), 8, 8),
            Tile(fills.fees(), 8, 8),
            Tile(fills.hedge_spread(), 8, 8),
            Tile(fills.result_spread(), 8, 8),
            Tile(fills.size(), 8, 8),
            Tile(results.deepest(), 4, 8),
            Tile(results.sortino(), 4, 8),
        ),
        collapsed=True,
    )


def _statistics() -> Row:
    return Row(
        "Statistics, from the exporter's API",
        (
            Tile(fill_tables.by_day(), 24, 8),
            Tile(fill_tables.by_category(), 24, 8),
            Tile(fill_tables.by_pair(), 24, 10),
            Tile(fill_tables.by_leader(), 24, 5),
        ),
        collapsed=True,
    )
