"""The dashboards as they are in the repository, and their panels."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
BOARD_FILES = sorted((ROOT / "grafana" / "dashboards").glob("*.json"))

# What Grafana puts in for $__rate_interval at the closest zoom: four scrapes, or a panel's own
# interval and one scrape more.
RATE_INTERVALS = {None: "20s", "1m": "65s", "1d": "86405s"}
RANGE = "300s"
STEP = "5s"


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


def asks_prometheus(panel: dict[str, Any]) -> bool:
    """Whether its data come from Prometheus; else they come over REST."""
    return bool(panel["datasource"]["type"] == "prometheus")


def base_panels() -> list[dict[str, Any]]:
    """Every panel that needs Prometheus only."""
    return [panel for panel in all_panels() if asks_prometheus(panel)]


def rest_panels() -> list[dict[str, Any]]:
    """Every panel whose data come over REST."""
    return [panel for panel in all_panels() if not asks_prometheus(panel)]


def annotation_expressions() -> list[str]:
    """Every expression of an annotation."""
    annotations = [a for board in boards() for a in board["annotations"]["list"]]
    return [as_asked(a["expr"]) for a in annotations if "expr" in a]


def as_asked(expression: str, interval: str | None = None) -> str:
    """The expression as Prometheus is asked when everything is chosen."""
    windows = {"$__rate_interval": RATE_INTERVALS[interval], "$__range": RANGE, "$__interval": STEP}
    for variable, window in windows.items():
        expression = expression.replace(variable, window)
    return re.sub(r"\$(venue|category|pair)\b", ".*", expression)


@dataclass(frozen=True, slots=True)
class Question:
    """One expression of a panel as Prometheus would be asked, and where it stands.

    `is_of_day`: it is asked at midnight, for the day that begins then.
    """

    place: str
    expression: str
    is_of_day: bool = False


def questions() -> list[Question]:
    """Every expression of every panel."""
    return [
        Question(
            " / ".join((board["uid"].removeprefix("arbwatch-"), panel["title"], _name(target))),
            as_asked(target["expr"], panel.get("interval")),
            is_of_day=panel.get("interval") == "1d",
        )
        for board in boards()
        for panel in filter(asks_prometheus, panels(board))
        for target in panel["targets"]
    ]


def expressions() -> list[str]:
    """The same without their places."""
    return [question.expression for question in questions()]


def _name(target: dict[str, Any]) -> str:
    return str(target["refId"] if target["legendFormat"] == "__auto" else target["legendFormat"])


def title_of(panel: dict[str, Any]) -> str:
    """How a test case is called."""
    return str(panel["title"])
