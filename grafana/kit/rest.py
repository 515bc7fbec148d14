"""Tables of events: read from the exporter's REST API through the Infinity data source.

Its parser `backend` asks from Grafana's server, so that readers need no way to the exporter.
"""

from collections.abc import Iterable, Sequence

from grafana.kit.base import Panel
from grafana.kit.colours import Override, steps
from grafana.kit.columns import Column
from grafana.kit.mappings import null_as
from grafana.kit.sources import REST
from grafana.kit.units import PLAIN

NOTHING = "nothing yet, or Grafana has no plugin Infinity"


def rest_table(
    title: str,
    description: str,
    path: str,
    columns: Sequence[Column],
    *,
    absent: str = "none",
    root: str = "",
    overrides: Iterable[Override] = (),
) -> Panel:
    """A row of the answer is a row of the table, in the exporter's order.

    `absent` is what a cell says whose value the exporter does not have.
    """
    panel = rest_panel("table", title, description, path, columns, root=root)
    panel["fieldConfig"] = {
        "defaults": {
            "unit": PLAIN,
            "noValue": NOTHING,
            "mappings": null_as(absent),
            "color": {"mode": "thresholds"},
            "thresholds": steps("text"),
            "custom": {"align": "auto", "cellOptions": {"type": "auto"}, "filterable": False},
        },
        "overrides": [*(o for column in columns for o in column.overrides()), *overrides],
    }
    panel["options"] = {"cellHeight": "sm", "showHeader": True, "sortBy": []}
    panel["transformations"] = [_in_order(columns)]
    return panel


def rest_panel(
    kind: str,
    title: str,
    description: str,
    path: str,
    columns: Sequence[Column],
    *,
    root: str = "",
) -> Panel:
    """A panel of that kind with one question to the exporter."""
    return {
        "type": kind,
        "title": title,
        "description": description,
        "datasource": REST,
        "targets": [
            {
                "refId": "A",
                "datasource": REST,
                "type": "json",
                "source": "url",
                "parser": "backend",
                "format": "table",
                "url": path,
                "url_options": {"method": "GET", "data": "", "headers": [], "params": []},
                "root_selector": root,
                "columns": [
                    {"selector": column.key, "text": column.title, "type": column.kind}
                    for column in columns
                ],
                "filters": [],
            }
        ],
    }


def _in_order(columns: Sequence[Column]) -> Panel:
    """The plugin answers columns in the order of their names."""
    order = {column.title: place for place, column in enumerate(columns)}
    shown = {"excludeByName": {}, "indexByName": order, "renameByName": {}}
    return {"id": "organize", "options": shown}
