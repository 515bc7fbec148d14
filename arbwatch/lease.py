"""The lease: whether the engine may open positions, by what it heard and while that is fresh."""

import time
from collections.abc import Callable

from arbwatch.control import LEASE_SECONDS


class Lease:
    """Permission to trade by venue. It lapses by itself: silence is no permission.

    `was_asked` tells whether the engine ever asked, and so obeys.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._running: frozenset[str] = frozenset()
        self._deadline = float("-inf")
        self.was_asked = False

    def now(self) -> float:
        """The time on the lease's clock: to be read before the exporter is asked."""
        return self._clock()

    def renew(self, running: frozenset[str], *, asked_at: float | None = None) -> None:
        """Only these venues run, for `LEASE_SECONDS` from when the exporter was asked, or now.

        An answer may have been long under way: it says nothing about later than it was asked for.
        """
        self._running = running
        self._deadline = (self._clock() if asked_at is None else asked_at) + LEASE_SECONDS

    def may_trade(self, venue: str) -> bool:
        """True only while the lease is alive and the venue runs."""
        self.was_asked = True
        return venue in self._running and self._clock() < self._deadline
