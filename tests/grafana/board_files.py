"""The dashboards as they are in the repository, and their panels."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
BOARD_FILES = sorted((ROOT / "grafana" / "dashboards").glob("*.json"))

# What Grafana would put in: the shortest rate interval, and the time range that is open at first.
VARIABLES = {"$__rate_interval": "20s", "$__range": "15m"}


def boards() -> list[dict[str, Any]]:
    """Every dashboard."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in BOARD_FILES]


def panels(board: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every panel that shows something, those of collapsed rows too."""
    for panel in board["panels"]:
        if panel["type"] == "row":
            yield from panel["panels"]
        else:
            yield panel


def all_panels() -> list[dict[str, Any]]:
    """Every panel of every dashboard."""
    return [panel for board in boards() for panel in panels(board)]


def expressions() -> list[str]:
    """Every expression, as Prometheus would be asked."""
    return [expression_of(target) for panel in all_panels() for target in panel["targets"]]


def expression_of(target: dict[str, Any]) -> str:
    """A query's expression with its variables put in."""
    text = str(target["expr"])
    for name, value in VARIABLES.items():
        text = text.replace(name, value)
    return text


def title_of(panel: dict[str, Any]) -> str:
    """How a test case is called."""
    return str(panel["title"])
