"""Panels over time: lines, stacks, dots and bars."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from grafana.kit.base import NOT_MEASURED, Panel, base_panel
from grafana.kit.colours import Override
from grafana.kit.queries import Query

Draw = Literal["lines", "area", "stack", "dots", "bars"]
# A list below, or a table beside the chart for many lines.
Legend = Literal["list", "table"]

# Dots and bars are for what happens a few times a minute: one value a minute, gaps bridged.
SPARSE_INTERVAL = "1m"
BRIDGED_MILLISECONDS = 3_600_000
DRAWN: dict[Draw, dict[str, Any]] = {
    "lines": {"lineWidth": 2, "fillOpacity": 0},
    "area": {"lineWidth": 2, "fillOpacity": 20},
    "stack": {"lineWidth": 1, "fillOpacity": 30, "stacking": {"group": "A", "mode": "normal"}},
    "dots": {
        "lineWidth": 1,
        "fillOpacity": 0,
        "showPoints": "always",
        "pointSize": 5,
        "spanNulls": BRIDGED_MILLISECONDS,
    },
    "bars": {
        "drawStyle": "bars",
        "lineWidth": 0,
        "fillOpacity": 80,
        "stacking": {"group": "A", "mode": "normal"},
    },
}


def timeseries(
    title: str,
    description: str,
    queries: Sequence[Query],
    *,
    unit: str,
    overrides: Iterable[Override] = (),
    draw: Draw = "lines",
    decimals: int | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
    soft_maximum: float | None = None,
    no_value: str = NOT_MEASURED,
    calcs: Sequence[str] = ("lastNotNull",),
    legend: Legend = "list",
) -> Panel:
    """Lines over time; a single one has no legend. `calcs` are what the legend tells of each.

    `soft_maximum`: the axis reaches at least that far, so that a line at 0 lies at the bottom.
    """
    panel = base_panel("timeseries", title, description, queries, unit=unit, overrides=overrides)
    panel["fieldConfig"]["defaults"] |= {
        "color": {"mode": "palette-classic"},
        "custom": _custom(draw, soft_maximum),
        "noValue": no_value,
        **_bounds(decimals, minimum, maximum),
    }
    if draw in ("dots", "bars"):
        panel["interval"] = SPARSE_INTERVAL
    is_single = len(queries) == 1 and "{{" not in queries[0].legend
    panel["options"] = {
        "legend": {
            "displayMode": legend,
            "placement": "right" if legend == "table" else "bottom",
            "showLegend": not is_single,
            "calcs": list(calcs),
        },
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    return panel


def _custom(draw: Draw, soft_maximum: float | None) -> Panel:
    return {
        "drawStyle": "line",
        "lineInterpolation": "linear",
        "showPoints": "never",
        "spanNulls": False,
        "axisPlacement": "auto",
        "axisSoftMin": 0,
        **({"axisSoftMax": soft_maximum} if soft_maximum else {}),
        "scaleDistribution": {"type": "linear"},
        "stacking": {"group": "A", "mode": "none"},
        "thresholdsStyle": {"mode": "off"},
        **DRAWN[draw],
    }


def _bounds(decimals: int | None, minimum: float | None, maximum: float | None) -> Panel:
    bounds = {"decimals": decimals, "min": minimum, "max": maximum}
    return {name: value for name, value in bounds.items() if value is not None}
