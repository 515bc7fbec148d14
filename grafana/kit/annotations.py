"""What is drawn into every chart of a board: halts, alerts, restarts."""

from typing import Any

from grafana.kit.colours import BAD, DEEP, GOOD, HALTED, WARNING
from grafana.kit.sources import PROMETHEUS

Annotation = dict[str, Any]

# Grafana puts the time between two points in for it: the point before.
BEFORE = " offset $__interval"
# No closer than scrapes are.
STEP = "5s"


def annotations() -> list[Annotation]:
    """All of them; readers can turn each off above the board."""
    state, before = _halt_state(), _halt_state(BEFORE)
    return [
        _built_in(),
        _lines("Halts", f"{state} > 0 unless {before} > 0", HALTED, title="{{venue}} halted"),
        _lines("Resumes", f"{state} == 0 and {before} > 0", GOOD, title="{{venue}} resumed"),
        _lines("Critical alerts", _began("critical"), BAD, title="{{alertname}} {{venue}}"),
        _lines(
            "Warnings", _began("warning"), WARNING, title="{{alertname}} {{venue}}", is_on=False
        ),
        _moments("Restarts", _started("exporter|bot"), title="{{job}} started"),
        _moments(
            "Engine restarts",
            "arb_engine_start_timestamp_seconds",
            title="engine {{engine}} started",
        ),
    ]


def _halt_state(at: str = "") -> str:
    return f"max by (venue) (arb_venue_halt_state{at})"


def _began(severity: str) -> str:
    return f"{_firing(severity)} unless {_firing(severity, BEFORE)}"


def _firing(severity: str, at: str = "") -> str:
    alerts = f'ALERTS{{alertstate="firing", severity="{severity}"}}'
    return f"max by (alertname, venue) ({alerts}{at})"


def _started(jobs: str) -> str:
    return f'process_start_time_seconds{{job=~"{jobs}"}}'


def _moments(name: str, expr: str, *, title: str) -> Annotation:
    """A line at each time that is the expression's value."""
    return _lines(name, f"1000 * {expr}", DEEP, title=title) | {"useValueForTime": True}


def _lines(name: str, expr: str, colour: str, *, title: str, is_on: bool = True) -> Annotation:
    """A line wherever the expression answers."""
    return {
        "name": name,
        "datasource": PROMETHEUS,
        "enable": is_on,
        "hide": False,
        "iconColor": colour,
        "expr": expr,
        "step": STEP,
        "titleFormat": title,
        "textFormat": "",
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
