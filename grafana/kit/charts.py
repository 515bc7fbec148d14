"""Panels over time: lines, heatmaps and states."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from grafana.kit.base import NOT_MEASURED, Panel, base_panel
from grafana.kit.colours import Override
from grafana.kit.mappings import Mappings
from grafana.kit.queries import Query
from grafana.kit.units import UPPER_BOUND

Draw = Literal["lines", "stack", "dots", "bars"]

# Dots and bars are for what happens a few times a minute: one value a minute, gaps bridged.
SPARSE_INTERVAL = "1m"
BRIDGED_MILLISECONDS = 3_600_000
DRAWN: dict[Draw, dict[str, Any]] = {
    "lines": {"lineWidth": 2, "fillOpacity": 0},
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
    no_value: str = NOT_MEASURED,
) -> Panel:
    """Lines over time; a single one has no legend."""
    panel = base_panel("timeseries", title, description, queries, unit=unit, overrides=overrides)
    panel["fieldConfig"]["defaults"] |= {
        "color": {"mode": "palette-classic"},
        "custom": _custom(draw),
        "noValue": no_value,
        **_bounds(decimals, minimum, maximum),
    }
    if draw in ("dots", "bars"):
        panel["interval"] = SPARSE_INTERVAL
    is_single = len(queries) == 1 and "{{" not in queries[0].legend
    panel["options"] = {
        "legend": {
            "displayMode": "list",
            "placement": "bottom",
            "showLegend": not is_single,
            "calcs": ["lastNotNull"],
        },
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    return panel


def heatmap(title: str, description: str, query: Query, *, unit: str) -> Panel:
    """Counts by bucket over time, each row labelled with its bucket's upper bound, in `unit`.

    The layout is not `auto`: that one draws 0 as the lower end of the lowest bucket.
    """
    panel = base_panel("heatmap", title, description, [query], unit=unit)
    panel["fieldConfig"]["defaults"]["custom"] = {"scaleDistribution": {"type": "linear"}}
    panel["options"] = {
        "calculate": False,
        "cellGap": 1,
        "cellValues": {"unit": "short"},
        "color": {
            "mode": "scheme",
            "scheme": "Blues",
            "fill": "blue",
            "scale": "exponential",
            "exponent": 0.5,
            "steps": 64,
            "reverse": False,
        },
        "exemplars": {"color": "rgba(255,255,255,0.7)"},
        "filterValues": {"le": 1e-9},
        "legend": {"show": True},
        "rowsFrame": {"layout": "unknown"},
        "showValue": "never",
        "tooltip": {"mode": "single", "yHistogram": False},
        "yAxis": {"axisPlacement": "left", "reverse": False, "unit": UPPER_BOUND},
    }
    return panel


def state_timeline(
    title: str, description: str, queries: Sequence[Query], *, unit: str, mappings: Mappings
) -> Panel:
    """One band a series, coloured and labelled by state."""
    panel = base_panel("state-timeline", title, description, queries, unit=unit)
    panel["fieldConfig"]["defaults"] |= {
        "color": {"mode": "palette-classic"},
        "custom": {"fillOpacity": 70, "lineWidth": 0},
        "mappings": mappings,
        "noValue": NOT_MEASURED,
    }
    panel["options"] = {
        "alignValue": "center",
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False},
        "mergeValues": True,
        "rowHeight": 0.8,
        "showValue": "auto",
        "tooltip": {"mode": "single", "sort": "none"},
    }
    return panel


def _custom(draw: Draw) -> Panel:
    return {
        "drawStyle": "line",
        "lineInterpolation": "linear",
        "showPoints": "never",
        "spanNulls": False,
        "axisPlacement": "auto",
        "axisSoftMin": 0,
        "scaleDistribution": {"type": "linear"},
        "stacking": {"group": "A", "mode": "none"},
        "thresholdsStyle": {"mode": "off"},
        **DRAWN[draw],
    }


def _bounds(decimals: int | None, minimum: float | None, maximum: float | None) -> Panel:
    bounds = {"decimals": decimals, "min": minimum, "max": maximum}
    return {name: value for name, value in bounds.items() if value is not None}
