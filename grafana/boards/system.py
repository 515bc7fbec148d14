"""System: can what the boards show be believed, and will somebody be told?"""

from typing import Any

from grafana.kit.dashboard import dashboard
from grafana.kit.layout import Row, Tile
from grafana.kit.variables import venue
from grafana.panels import alerting, exporter, feeds, glance, objectives, services


def system_board() -> dict[str, Any]:
    """Feeds, venues, exporter, alerting, delivery."""
    return dashboard(
        "system",
        "System",
        "Whether feeds and venues can be trusted, and whether what measures and tells works.",
        [_numbers(), _feeds(), _pipeline(), _alerting(), _processes()],
        variables=[venue()],
    )


def _numbers() -> Row:
    return Row(
        "Is it working?",
        (
            Tile(services.services(), 12, 4),
            Tile(glance.feeds(), 4, 4),
            Tile(glance.firing_alerts(), 3, 4),
            Tile(objectives.budgets(), 5, 4),
        ),
    )


def _feeds() -> Row:
    return Row(
        "Feeds and venues",
        (
            Tile(feeds.latency_spread(), 8, 8),
            Tile(feeds.latency(), 8, 8),
            Tile(feeds.silence(), 8, 8),
            Tile(feeds.error_rate(), 8, 8),
            Tile(feeds.errors_by_kind(), 8, 8),
            Tile(objectives.feed_burn(), 8, 8),
            Tile(feeds.frozen(), 8, 6),
            Tile(feeds.frozen_for(), 8, 6),
            Tile(feeds.cuts(), 8, 6),
        ),
    )


def _pipeline() -> Row:
    return Row(
        "Engine and exporter",
        (
            Tile(exporter.events(), 8, 7),
            Tile(exporter.engines(), 8, 7),
            Tile(exporter.commits(), 8, 7),
            Tile(exporter.refused(), 12, 6),
            Tile(exporter.overflow(), 12, 6),
        ),
    )


def _alerting() -> Row:
    return Row(
        "Alerting",
        (
            Tile(alerting.alerts(), 9, 7),
            Tile(alerting.evaluation(), 5, 7),
            Tile(alerting.notifications(), 5, 7),
            Tile(alerting.messages(), 5, 7),
        ),
    )


def _processes() -> Row:
    return Row(
        "Processes",
        (
            Tile(services.processor(), 8, 7),
            Tile(services.memory(), 8, 7),
            Tile(services.scrape_time(), 8, 7),
            Tile(services.series(), 8, 7),
            Tile(alerting.group_time(), 8, 7),
            Tile(exporter.stream(), 8, 7),
            Tile(alerting.heartbeat(), 8, 7),
            Tile(alerting.delivery_time(), 8, 7),
            Tile(alerting.commands(), 8, 7),
        ),
        collapsed=True,
    )
