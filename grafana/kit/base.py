"""What every panel has: title, description, queries, data source and unit. Classic schema."""

import string
from collections.abc import Iterable, Sequence
from typing import Any

from grafana.kit.colours import Override
from grafana.kit.queries import Query
from grafana.kit.sources import PROMETHEUS

Panel = dict[str, Any]

NOT_MEASURED = "not measured"


def base_panel(
    kind: str,
    title: str,
    description: str,
    queries: Sequence[Query],
    *,
    unit: str,
    overrides: Iterable[Override] = (),
) -> Panel:
    """A panel of that kind that asks Prometheus, to be completed with defaults and options."""
    return {
        "type": kind,
        "title": title,
        "description": description,
        "datasource": PROMETHEUS,
        "targets": [
            _target(query, ref) for query, ref in zip(queries, string.ascii_uppercase, strict=False)
        ],
        "fieldConfig": {"defaults": {"unit": unit}, "overrides": list(overrides)},
    }


def last_value() -> Panel:
    """Reduce each series to its last value."""
    return {"calcs": ["lastNotNull"], "fields": "", "values": False}


def _target(query: Query, ref: str) -> Panel:
    return {
        "refId": ref,
        "datasource": PROMETHEUS,
        "editorMode": "code",
        "expr": query.expr,
        "format": query.format,
        "instant": query.instant,
        "range": not query.instant,
        "exemplar": query.exemplars,
        "legendFormat": query.legend or "__auto",
    }
