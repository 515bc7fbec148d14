"""Panels over time made of cells: heatmaps and states."""

from collections.abc import Sequence

from grafana.kit.base import NOT_MEASURED, Panel, base_panel
from grafana.kit.mappings import Mappings
from grafana.kit.queries import Query, bucket_counts
from grafana.kit.units import UPPER_BOUND


def heatmap(title: str, description: str, buckets: str, *, unit: str) -> Panel:
    """How many observations fell into each bucket, over time, labelled with its upper bound.

    The layout is not `auto`: that one draws 0 as the lower end of the lowest bucket.
    """
    query = Query(expr=bucket_counts(buckets), legend="{{le}}", format="heatmap")
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
