"""Clocks that a test moves by hand."""

from datetime import UTC, datetime, timedelta

from exporter.clock import Clock

# Judged by this, what is new stays new.
STILL = Clock(monotonic=lambda: 0.0)


class Clocks:
    """A monotonic clock, and a wall clock that can be set while the other runs on."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.shift = 0.0

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        return self.seconds

    def now(self) -> datetime:
        """The date that the wall clock shows."""
        start = datetime(2026, 1, 1, tzinfo=UTC)
        return start + timedelta(seconds=self.seconds + self.shift)
