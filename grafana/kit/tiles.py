"""Panels of what stands now: numbers, bars and tables."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from grafana.kit.base import NOT_MEASURED, Panel, base_panel, last_value
from grafana.kit.colours import Override, steps
from grafana.kit.mappings import Mappings
from grafana.kit.queries import Query

# One size for all numbers of a row; words fit themselves.
NUMBER_PIXELS = 32


def stat(
    title: str,
    description: str,
    queries: Sequence[Query],
    *,
    unit: str,
    thresholds: Panel | None = None,
    mappings: Mappings | None = None,
    sparkline: bool = False,
    decimals: int = 0,
    value_size: int | None = None,
    no_value: str = NOT_MEASURED,
    overrides: Iterable[Override] = (),
) -> Panel:
    """One large number, or one for each series with its name; `value_size` in pixels.

    Without a sparkline only the last value is asked for, however long a time the board shows.
    """
    queries = queries if sparkline else _instant(queries)
    panel = base_panel("stat", title, description, queries, unit=unit, overrides=overrides)
    panel["fieldConfig"]["defaults"] |= {
        "color": {"mode": "thresholds"},
        "thresholds": thresholds or steps("text"),
        "mappings": mappings or [],
        "decimals": decimals,
        "noValue": no_value,
    }
    panel["options"] = {
        "colorMode": "value",
        "graphMode": "area" if sparkline else "none",
        "justifyMode": "center",
        "orientation": "auto",
        "reduceOptions": last_value(),
        "textMode": "value_and_name" if len(queries) > 1 else "auto",
        "text": {"valueSize": value_size} if value_size else {},
        "wideLayout": True,
    }
    return panel


def table(
    title: str,
    description: str,
    queries: Sequence[Query],
    *,
    unit: str,
    transformations: list[Panel],
    overrides: Iterable[Override] = (),
    sort_by: str,
    no_value: str = NOT_MEASURED,
) -> Panel:
    """Rows of what stands now; the transformations name and order the columns."""
    panel = base_panel("table", title, description, queries, unit=unit, overrides=overrides)
    panel["fieldConfig"]["defaults"] |= {
        "color": {"mode": "thresholds"},
        "custom": {"align": "auto", "cellOptions": {"type": "auto"}, "filterable": False},
        "noValue": no_value,
        "thresholds": steps("text"),
    }
    panel["options"] = {
        "cellHeight": "sm",
        "showHeader": True,
        "sortBy": [{"displayName": sort_by, "desc": True}],
    }
    panel["transformations"] = transformations
    return panel


def bar_gauge(
    title: str,
    description: str,
    queries: Sequence[Query],
    *,
    unit: str,
    thresholds: Panel,
    maximum: float,
) -> Panel:
    """Bars that fill up to a maximum."""
    panel = base_panel("bargauge", title, description, _instant(queries), unit=unit)
    panel["fieldConfig"]["defaults"] |= {
        "color": {"mode": "thresholds"},
        "thresholds": thresholds,
        "min": 0,
        "max": maximum,
        "decimals": 0,
        "noValue": NOT_MEASURED,
    }
    panel["options"] = {
        "displayMode": "basic",
        "minVizHeight": 16,
        "minVizWidth": 8,
        "orientation": "horizontal",
        "reduceOptions": last_value(),
        "showUnfilled": True,
        "text": {"titleSize": 13, "valueSize": 16},
        "valueMode": "color",
    }
    return panel


def _instant(queries: Sequence[Query]) -> list[Query]:
    return [replace(query, instant=True) for query in queries]
