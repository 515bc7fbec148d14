"""The dashboard around the panels: what all dashboards share."""

from collections.abc import Iterable
from typing import Any

from grafana.kit.layout import Row, place

# Of Grafana 10.4; later ones migrate it by themselves.
SCHEMA_VERSION = 39
DATASOURCE_UID = "arbwatch-prometheus"


def dashboard(uid: str, title: str, description: str, rows: Iterable[Row]) -> dict[str, Any]:
    """A whole dashboard: UTC, fresh every 5 seconds, made from files and so not editable."""
    return {
        "uid": uid,
        "title": title,
        "description": description,
        "tags": ["arbwatch"],
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "editable": False,
        "timezone": "utc",
        "time": {"from": "now-15m", "to": "now"},
        "refresh": "5s",
        "timepicker": {"refresh_intervals": ["5s", "10s", "30s", "1m", "5m"]},
        "graphTooltip": 1,
        "fiscalYearStartMonth": 0,
        "liveNow": False,
        "weekStart": "",
        "annotations": {"list": []},
        "links": [],
        "templating": {"list": [_datasource_variable()]},
        "panels": place(rows),
    }


def _datasource_variable() -> dict[str, Any]:
    return {
        "name": "datasource",
        "label": "Data source",
        "type": "datasource",
        "query": "prometheus",
        "current": {"selected": True, "text": "Prometheus", "value": DATASOURCE_UID},
        "hide": 0,
        "includeAll": False,
        "multi": False,
        "options": [],
        "refresh": 1,
        "regex": "",
        "skipUrlSync": False,
    }
