"""Bars side by side, each with its name: days, or the steps from one sum to another."""

from collections.abc import Iterable, Sequence
from typing import Any

from grafana.kit.base import Panel, base_panel
from grafana.kit.colours import Override
from grafana.kit.queries import Query


def bar_chart(
    title: str,
    description: str,
    queries: Sequence[Query],
    *,
    unit: str,
    name_field: str,
    transformations: list[dict[str, Any]],
    thresholds: Panel,
    no_value: str,
    overrides: Iterable[Override] = (),
) -> Panel:
    """A bar a row, up or down from 0, coloured by its value, with the value beside it."""
    panel = base_panel("barchart", title, description, queries, unit=unit, overrides=overrides)
    panel["fieldConfig"]["defaults"] |= {
        "color": {"mode": "thresholds"},
        "custom": {
            "axisPlacement": "auto",
            "axisSoftMin": 0,
            "axisSoftMax": 0,
            "fillOpacity": 80,
            "gradientMode": "scheme",
            "lineWidth": 0,
        },
        "decimals": 2,
        "noValue": no_value,
        "thresholds": thresholds,
    }
    panel["options"] = {
        "barRadius": 0,
        "barWidth": 0.8,
        "fullHighlight": False,
        "groupWidth": 0.8,
        "legend": {
            "displayMode": "list",
            "placement": "bottom",
            "showLegend": False,
            "calcs": ["lastNotNull"],
        },
        "orientation": "vertical",
        "showValue": "always",
        "stacking": "none",
        "text": {"valueSize": 12},
        "tooltip": {"mode": "multi", "sort": "none"},
        "xField": name_field,
        "xTickLabelRotation": 0,
        "xTickLabelSpacing": 100,
    }
    panel["transformations"] = transformations
    return panel
