"""What a trading engine imports: `Engine`, and the events it pushes."""

from importlib.metadata import version

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
    Reversal,
)
from arbwatch.sending.options import Options
from arbwatch.sending.stats import SenderStats

__version__ = version("arbwatch")

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
    "Options",
    "Requests",
    "Reversal",
    "SenderStats",
]
