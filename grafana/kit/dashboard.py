"""The dashboard around the panels: what all dashboards share."""

from collections.abc import Iterable, Sequence
from typing import Any

from grafana.kit.annotations import annotations
from grafana.kit.layout import Row, place
from grafana.kit.links import TAG, board_links
from grafana.kit.variables import Variable, data_source

# Of Grafana 10.4; later ones migrate it by themselves.
SCHEMA_VERSION = 39


def dashboard(
    uid: str,
    title: str,
    description: str,
    rows: Iterable[Row],
    *,
    variables: Sequence[Variable] = (),
    refresh: str = "5s",
    since: str = "now-15m",
) -> dict[str, Any]:
    """A whole dashboard: UTC, made from files and so not editable."""
    return {
        "uid": f"{TAG}-{uid}",
        "title": f"Arbwatch / {title}",
        "description": description,
        "tags": [TAG],
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "editable": False,
        "timezone": "utc",
        "time": {"from": since, "to": "now"},
        "refresh": refresh,
        "timepicker": {"refresh_intervals": ["5s", "10s", "30s", "1m", "5m"]},
        "graphTooltip": 1,
        "fiscalYearStartMonth": 0,
        "liveNow": False,
        "weekStart": "monday",
        "annotations": {"list": annotations()},
        "links": board_links(),
        "templating": {"list": [data_source(), *variables]},
        "panels": place(rows, uid=f"{TAG}-{uid}"),
    }
