"""Kalshi's feed, dropped for ten seconds: by a signal, or where the scenario says so."""

from collections.abc import Callable

from arbwatch.demo.market import KALSHI, Moment, Tick
from arbwatch.events import Event, Latency, Requests

# As long as the limit of feed silence. Updates come a second apart, so the gap is a little longer.
DROP_SECONDS = 10.0


class Drops:
    """Says what still comes through. Simulated seconds; one drop for each time it was asked for."""

    def __init__(self, say: Callable[[str], None], *, planned_at: float = float("inf")) -> None:
        self._say = say
        self._planned_at = planned_at
        self._until = float("-inf")
        self._is_asked = False
        self.is_up = True

    def ask(self) -> None:
        """Drop it from the next moment on; may be called by a signal handler."""
        self._is_asked = True

    def advance(self, at: float) -> None:
        """It is this second now: a drop may begin or end."""
        if at >= self._planned_at:
            self._is_asked, self._planned_at = True, float("inf")
        if self._is_asked:
            self._is_asked = False
            self._until = at + DROP_SECONDS
            self._say(f"feed: {KALSHI}: dropped for {DROP_SECONDS:.0f} seconds")
        elif not self.is_up and at >= self._until:
            self._say(f"feed: {KALSHI}: back")
        self.is_up = at >= self._until

    def is_priced(self, moment: Moment) -> bool:
        """Without Kalshi's book no pair can be priced."""
        return self.is_up or not isinstance(moment, Tick)

    def comes_through(self, event: Event) -> bool:
        """Neither updates nor calls of Kalshi do; all else does."""
        is_kalshis = isinstance(event, Latency | Requests) and event.venue == KALSHI
        return self.is_up or not is_kalshis
