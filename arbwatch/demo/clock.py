"""The demo's time: simulated seconds since the start, paced by the real clock or by none."""

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from arbwatch.events import utc_now

# Behind by more than this, the schedule moves instead of being caught up with in a rush.
MAX_LAG_SECONDS = 5.0


class Clock(Protocol):
    """What the loop needs of time."""

    def wait_until(self, at: float) -> bool:
        """Wait for the simulated second; false when the demo is to stop instead."""

    def elapsed(self) -> float:
        """The simulated second it is."""

    def now(self) -> datetime:
        """The time to stamp events with."""


class RealClock:
    """One simulated second is one real second; ends when `stop` is set."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._start = time.monotonic()

    def wait_until(self, at: float) -> bool:
        """Wait, and move the schedule when the machine was away or is too slow."""
        remaining = self._start + at - time.monotonic()
        if remaining < -MAX_LAG_SECONDS:
            self._start -= remaining
        return not (self._stop.wait(remaining) if remaining > 0 else self._stop.is_set())

    def elapsed(self) -> float:
        """Real seconds since the start, moves of the schedule taken off."""
        return time.monotonic() - self._start

    def now(self) -> datetime:
        """The real time."""
        return utc_now()


@dataclass(slots=True)
class VirtualClock:
    """No waiting: simulated seconds pass as fast as they are used, from `start` on."""

    start: datetime
    at: float = 0.0

    def wait_until(self, at: float) -> bool:
        """Be there at once."""
        self.at = max(self.at, at)
        return True

    def elapsed(self) -> float:
        """The last second waited for."""
        return self.at

    def now(self) -> datetime:
        """The start and the simulated seconds since."""
        return self.start + timedelta(seconds=self.at)
