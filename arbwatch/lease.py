"""The lease: whether the engine may open positions, by what it heard and while that is fresh."""

import time
from collections.abc import Callable

LEASE_SECONDS = 15.0


class Lease:
    """Permission to trade by venue. It lapses by itself: silence is no permission.

    `was_asked` tells whether the engine ever asked, and so obeys.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._running: frozenset[str] = frozenset()
        self._deadline = float("-inf")
        self.was_asked = False

    def renew(self, running: frozenset[str]) -> None:
        """The exporter was heard: these venues run, for `LEASE_SECONDS` from now."""
        self._running = running
        self._deadline = self._clock() + LEASE_SECONDS

    def stop(self, venue: str) -> None:
        """Withdraw one venue at once."""
        self._running = self._running - {venue}

    def may_trade(self, venue: str) -> bool:
        """True only while the lease is alive and the venue runs."""
        self.was_asked = True
        return venue in self._running and self._clock() < self._deadline
