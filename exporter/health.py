"""How each venue does, from what the engine measured lately.

Latencies of the last minute and calls of the last five, or the last 10,000 reports of each.
"""

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable, Collection
from datetime import datetime

from arbwatch.answers import HealthStatus, VenueHealth
from arbwatch.control import HaltState
from arbwatch.events import Requests, utc_now
from exporter.gaps import FeedGaps
from exporter.limits import Limits

LATENCY_WINDOW_SECONDS = 60.0
REQUESTS_WINDOW_SECONDS = 300.0
MAX_SAMPLES = 10_000


class VenueWatch:
    """Recent samples of each known venue, forgotten as they leave their window.

    `on_update` is told of each update of a known venue, and how long its feed was silent before.
    """

    def __init__(
        self,
        venues: Collection[str],
        *,
        on_update: Callable[[str, float], None] = lambda venue, gap: None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._venues = frozenset(venues)
        self._on_update = on_update
        self._clock = clock
        self._now = now
        self._samples: defaultdict[str, deque[tuple[float, float]]] = defaultdict(
            lambda: deque(maxlen=MAX_SAMPLES)
        )
        self._requests: defaultdict[str, deque[tuple[float, int, int]]] = defaultdict(
            lambda: deque(maxlen=MAX_SAMPLES)
        )
        self._gaps: dict[str, FeedGaps] = {}
        self.last_update: dict[str, datetime] = {}

    def latency(self, venue: str, samples_ms: list[float], timestamp: datetime) -> None:
        """Take in samples that the engine took at `timestamp`."""
        if venue not in self._venues:
            return
        moment = self._clock()
        self._samples[venue].extend((moment, sample) for sample in samples_ms)
        # The wall clock may be set back: what was seen before then is no later than now, and how
        # long a feed is silent runs on the monotonic clock.
        now = self._now()
        timestamp = min(timestamp, now)
        known = min(self.last_update.get(venue, timestamp), now)
        self.last_update[venue] = max(timestamp, known)
        updated = moment - (now - timestamp).total_seconds()
        if venue in self._gaps:
            self._on_update(venue, self._gaps[venue].update(updated))
        else:
            self._gaps[venue] = FeedGaps(updated)

    def requests(self, venue: str, requests: Requests) -> None:
        """Take in the calls that were made to a venue."""
        if venue in self._venues:
            self._requests[venue].append((self._clock(), requests.ok, requests.error))

    def longest_gap(self, venue: str, *, until: float | None = None) -> float | None:
        """How long the feed was silent at most, now or lately; `None` before its first update.

        `until` is when the last engine fell silent, if it did: since then nobody listens to feeds.
        """
        gaps = self._gaps.get(venue)
        return None if gaps is None else gaps.longest(self._clock() if until is None else until)

    def engine_returned(self) -> None:
        """An engine is there again: that none was is no silence of a feed."""
        for gaps in self._gaps.values():
            gaps.begin_anew(self._clock())

    def health(self, venue: str, *, state: HaltState, limits: Limits) -> VenueHealth:
        """What is known of the venue now; `None` where nothing was measured."""
        latencies = self._recent_latencies(venue)
        p50, p95 = quantile(latencies, 0.5), quantile(latencies, 0.95)
        error_rate = self._error_rate(venue)
        return VenueHealth(
            venue=venue,
            feed_latency_p50_ms=p50,
            feed_latency_p95_ms=p95,
            error_rate=error_rate,
            status=self._status(venue, p95, error_rate, state=state, limits=limits),
        )

    def _status(
        self,
        venue: str,
        p95: float | None,
        error_rate: float | None,
        *,
        state: HaltState,
        limits: Limits,
    ) -> HealthStatus:
        if state is HaltState.ACKNOWLEDGED:
            return "halted"
        if venue not in self._gaps:
            return "unknown"
        silence = self._clock() - self._gaps[venue].last
        if silence > limits.of_venue("feed_silence", venue):
            return "down"
        is_late = p95 is not None and p95 / 1000 > limits.of_venue("feed_latency", venue)
        is_failing = error_rate is not None and error_rate > limits.of_venue("error_rate", venue)
        return "degraded" if is_late or is_failing else "healthy"

    def _recent_latencies(self, venue: str) -> list[float]:
        since = self._clock() - LATENCY_WINDOW_SECONDS
        return sorted(sample for moment, sample in self._samples.get(venue, ()) if moment >= since)

    def _error_rate(self, venue: str) -> float | None:
        since = self._clock() - REQUESTS_WINDOW_SECONDS
        recent = [row for row in self._requests.get(venue, ()) if row[0] >= since]
        total = sum(ok + error for _, ok, error in recent)
        return sum(error for _, _, error in recent) / total if total else None


def quantile(ordered: list[float], share: float) -> float | None:
    """The smallest sample that `share` of all samples do not exceed (nearest rank)."""
    if not ordered:
        return None
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
