"""What Grafana asks Prometheus for a dashboard: steps, windows and choices put into expressions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from grafana.build import BOARDS

# A panel as wide as the screen: no panel of ours asks for more points.
MOST_POINTS = 1920
# Grafana asks for annotations without a width, and then takes this.
ANNOTATION_POINTS = 100
# Of the provisioned data source.
SCRAPE_SECONDS = 5
# Grafana's steps, each used up to the next middle (`roundInterval` of @grafana/data), in seconds.
STEPS = (
    5,
    10,
    15,
    20,
    30,
    60,
    120,
    300,
    600,
    900,
    1200,
    1800,
    3600,
    7200,
    10800,
    21600,
    43200,
    86400,
)
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One query; without a step it is of the last moment. `is_open`: asked when a board opens."""

    board: str
    panel: str
    name: str
    expression: str
    step: int | None
    is_open: bool

    @property
    def place(self) -> str:
        """Where it stands."""
        return " / ".join((self.board, self.panel, self.name))


def asks(seconds: int) -> list[Ask]:
    """Everything asked of Prometheus for a range of so many seconds, by board."""
    return [
        ask
        for name, build in BOARDS.items()
        for board in [build()]
        for ask in (*_of_panels(name, board, seconds), *_of_annotations(name, board, seconds))
    ]


def step_of(seconds: int, *, points: int, least: int) -> int:
    """Seconds between two points of a range."""
    wished = seconds / points
    fitting = (step for step, more in pairwise(STEPS) if wished < (step + more) / 2)
    return max(next(fitting, STEPS[-1]), least)


def fill_in(expression: str, *, step: int, seconds: int) -> str:
    """The expression with everything chosen."""
    windows = {
        "$__rate_interval": max(step + SCRAPE_SECONDS, 4 * SCRAPE_SECONDS),
        "$__range": seconds,
        "$__interval": step,
    }
    for variable, window in windows.items():
        expression = expression.replace(variable, f"{window}s")
    return re.sub(r"\$(venue|category|pair)\b", ".*", expression)


def _of_panels(name: str, board: dict[str, Any], seconds: int) -> Iterator[Ask]:
    for panel, is_open in _panels(board):
        if panel["datasource"]["type"] != "prometheus":
            continue
        interval = panel.get("interval", f"{SCRAPE_SECONDS}s")
        least = int(interval[:-1]) * UNITS[interval[-1]]
        step = step_of(seconds, points=MOST_POINTS, least=least)
        for target in panel["targets"]:
            yield Ask(
                board=name,
                panel=panel["title"],
                name=target["refId"],
                expression=fill_in(target["expr"], step=step, seconds=seconds),
                step=None if target["instant"] else step,
                is_open=is_open,
            )


def _of_annotations(name: str, board: dict[str, Any], seconds: int) -> Iterator[Ask]:
    step = step_of(seconds, points=ANNOTATION_POINTS, least=SCRAPE_SECONDS)
    for each in board["annotations"]["list"]:
        if "expr" in each:
            yield Ask(
                board=name,
                panel="annotation",
                name=each["name"],
                expression=fill_in(each["expr"], step=step, seconds=seconds),
                step=step,
                is_open=each["enable"],
            )


def _panels(board: dict[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    """Each panel, and whether it stands open."""
    for panel in board["panels"]:
        if panel["type"] == "row":
            yield from ((inner, False) for inner in panel["panels"])
        else:
            yield panel, True
