"""What is drawn into every chart of a board: halts, alerts, restarts."""

from typing import Any

from grafana.kit.colours import BAD, DEEP, HALTED, WARNING
from grafana.kit.sources import PROMETHEUS

Annotation = dict[str, Any]

HALT_STATE = "max by (venue) (arb_venue_halt_state)"
# The scrape interval. Steps no further apart than that make one region, from halt to resume.
STEP = "5s"


def annotations() -> list[Annotation]:
    """All of them; readers can turn each off above the board."""
    return [
        _built_in(),
        _regions(
            "Halts", f"{HALT_STATE} > 0", HALTED, title="{{venue}} halted", text="until resumed"
        ),
        _regions(
            "Critical alerts", _firing("critical"), BAD, title="{{alertname}}", text="{{venue}}"
        ),
        _regions(
            "Warnings",
            _firing("warning"),
            WARNING,
            title="{{alertname}}",
            text="{{venue}}",
            is_on=False,
        ),
        _moments(
            "Restarts",
            'process_start_time_seconds{job=~"exporter|bot"}',
            title="{{job}} started",
        ),
        _moments(
            "Engine restarts",
            "arb_engine_start_timestamp_seconds",
            title="engine {{engine}} started",
        ),
    ]


def _firing(severity: str) -> str:
    return f'max by (alertname, venue) (ALERTS{{alertstate="firing", severity="{severity}"}})'


def _regions(
    name: str, expr: str, colour: str, *, title: str, text: str, is_on: bool = True
) -> Annotation:
    """A band from the first to the last step at which the expression answers."""
    return _annotation(name, expr, colour, title=title, text=text, is_on=is_on)


def _moments(name: str, expr: str, *, title: str) -> Annotation:
    """A line at each time that is the expression's value."""
    milliseconds = f"1000 * {expr}"
    drawn = _annotation(name, milliseconds, DEEP, title=title, text="", is_on=True)
    return drawn | {"useValueForTime": True}


def _annotation(
    name: str, expr: str, colour: str, *, title: str, text: str, is_on: bool
) -> Annotation:
    return {
        "name": name,
        "datasource": PROMETHEUS,
        "enable": is_on,
        "hide": False,
        "iconColor": colour,
        "expr": expr,
        "step": STEP,
        "titleFormat": title,
        "textFormat": text,
        "tagKeys": "",
    }


def _built_in() -> Annotation:
    """Grafana's own, which it would add at each load."""
    return {
        "builtIn": 1,
        "datasource": {"type": "grafana", "uid": "-- Grafana --"},
        "enable": True,
        "hide": True,
        "iconColor": "rgba(0, 211, 255, 1)",
        "name": "Annotations & Alerts",
        "type": "dashboard",
    }
