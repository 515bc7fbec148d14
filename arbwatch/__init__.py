"""What a trading engine imports: `Engine`, and the events it pushes."""

from arbwatch.engine import Engine
from arbwatch.events import (
    Breach,
    Edge,
    EngineError,
    Event,
    Exposure,
    ExposureRow,
    Fill,
    Latency,
    Requests,
)

__all__ = [
    "Breach",
    "Edge",
    "Engine",
    "EngineError",
    "Event",
    "Exposure",
    "ExposureRow",
    "Fill",
    "Latency",
    "Requests",
]
