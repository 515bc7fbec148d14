"""The lease: whether the engine may open positions, by what it heard and while that is fresh."""

import time
from collections.abc import Callable, Collection
from functools import partial

from arbwatch.control import LEASE_SECONDS

NEVER = float("-inf")

# Monotonic, and where the system has such a clock it also counts the time that a machine slept.
clock: Callable[[], float] = (
    partial(time.clock_gettime, time.CLOCK_BOOTTIME)
    if hasattr(time, "CLOCK_BOOTTIME")
    else time.monotonic
)


class Lease:
    """Permission to trade by venue. It lapses by itself: silence is no permission.

    `was_asked` tells whether the engine ever asked, and so obeys.
    """

    def __init__(self, clock: Callable[[], float] = clock) -> None:
        self._clock = clock
        # Replaced as a whole, never changed: `may_trade` needs no lock.
        self._until: dict[str, float] = {}
        self.was_asked = False

    def now(self) -> float:
        """The time on the lease's clock: to be read before the exporter is asked."""
        return self._clock()

    def renew(self, running: Collection[str], *, asked_at: float | None = None) -> None:
        """Only these venues run, for `LEASE_SECONDS` from when the exporter was asked, or now.

        An answer may have been long under way: it says nothing about later than it was asked for.
        """
        since = self._clock() if asked_at is None else asked_at
        self._until = dict.fromkeys(running, since + LEASE_SECONDS)

    def may_trade(self, venue: str) -> bool:
        """True only while the lease is alive and the venue runs."""
        self.was_asked = True
        return self._clock() < self._until.get(venue, NEVER)
