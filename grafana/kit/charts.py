"""Panels over time: lines, heatmaps and states."""

from collections.abc import Iterable, Sequence

from grafana.kit.base import NOT_MEASURED, Panel, base_panel
from grafana.kit.colours import GOOD, Override, steps
from grafana.kit.mappings import Mappings
from grafana.kit.queries import Query


def timeseries(
    title: str,
    description: str,
    queries: Sequence[Query],
    *,
    unit: str,
    overrides: Iterable[Override] = (),
    stacked: bool = False,
    decimals: int | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
    no_value: str = NOT_MEASURED,
) -> Panel:
    """Lines over time; a single one has no legend."""
    panel = base_panel("timeseries", title, description, queries, unit=unit, overrides=overrides)
    panel["fieldConfig"]["defaults"] |= {
        "color": {"mode": "palette-classic"},
        "custom": _lines(stacked),
        "noValue": no_value,
        **_bounds(decimals, minimum, maximum),
    }
    is_single = len(queries) == 1 and "{{" not in queries[0].legend
    panel["options"] = {
        "legend": {
            "displayMode": "table",
            "placement": "bottom",
            "showLegend": not is_single,
            "calcs": [] if is_single else ["lastNotNull", "max"],
        },
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    return panel


def heatmap(title: str, description: str, query: Query, *, unit: str) -> Panel:
    """Counts by bucket over time; `unit` is the buckets'."""
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
        "rowsFrame": {"layout": "auto"},
        "showValue": "never",
        "tooltip": {"mode": "single", "show": True, "yHistogram": False},
        "yAxis": {"axisPlacement": "left", "reverse": False, "unit": unit},
    }
    return panel


def state_timeline(
    title: str, description: str, queries: Sequence[Query], *, unit: str, mappings: Mappings
) -> Panel:
    """One band a series, coloured and labelled by state."""
    panel = base_panel("state-timeline", title, description, queries, unit=unit)
    panel["fieldConfig"]["defaults"] |= {
        "color": {"mode": "thresholds"},
        "custom": {"fillOpacity": 70, "lineWidth": 0},
        "mappings": mappings,
        "noValue": NOT_MEASURED,
        "thresholds": steps(GOOD),
    }
    panel["options"] = {
        "alignValue": "left",
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False},
        "mergeValues": True,
        "rowHeight": 0.8,
        "showValue": "auto",
        "tooltip": {"mode": "single", "sort": "none"},
    }
    return panel


def _lines(stacked: bool) -> Panel:
    return {
        "drawStyle": "line",
        "lineInterpolation": "linear",
        "lineWidth": 1 if stacked else 2,
        "fillOpacity": 30 if stacked else 0,
        "showPoints": "never",
        "spanNulls": False,
        "axisPlacement": "auto",
        "axisSoftMin": 0,
        "scaleDistribution": {"type": "linear"},
        "stacking": {"group": "A", "mode": "normal" if stacked else "none"},
        "thresholdsStyle": {"mode": "off"},
    }


def _bounds(decimals: int | None, minimum: float | None, maximum: float | None) -> Panel:
    bounds = {"decimals": decimals, "min": minimum, "max": maximum}
    return {name: value for name, value in bounds.items() if value is not None}
