"""The edges that are live now: refreshed within their time to live, newest word per pair."""

import heapq
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime

import msgspec

from arbwatch.answers import LiveEdge
from arbwatch.events import Edge, utc_now


class _Tracked(msgspec.Struct):
    edge: Edge
    first_seen: float
    last_seen: float
    expires: float


class LiveEdges:
    """Pairs and their present edge. `on_end` is told of each that ended, and how long it lived.

    Times to live run on the monotonic clock; an edge that was old when it arrived never lives.
    """

    def __init__(
        self,
        *,
        ttl_seconds: float,
        on_end: Callable[[Edge, float], None],
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._ttl_seconds = ttl_seconds
        self._on_end = on_end
        self._clock = clock
        self._now = now
        self._pairs: dict[str, _Tracked] = {}

    def update(self, edge: Edge) -> None:
        """Take in an edge, unless a newer one of its pair is known or its time is over."""
        ttl = edge.ttl_seconds or self._ttl_seconds
        delay = max(0.0, (self._now() - edge.timestamp).total_seconds())
        known = self._pairs.get(edge.pair_id)
        if delay >= ttl or (known is not None and edge.timestamp < known.edge.timestamp):
            return
        moment = self._clock()
        if known is not None and known.expires <= moment:
            self._end(known)
            known = None
        first_seen = moment if known is None else known.first_seen
        self._pairs[edge.pair_id] = _Tracked(edge, first_seen, moment, moment + ttl - delay)

    def expire(self) -> None:
        """End the edges whose time is over."""
        moment = self._clock()
        for tracked in [t for t in self._pairs.values() if t.expires <= moment]:
            self._end(tracked)

    def top(self, limit: int) -> list[LiveEdge]:
        """The live edges with the largest net edge first."""
        moment = self._clock()
        live = (t for t in self._pairs.values() if t.expires > moment)
        best = heapq.nlargest(limit, live, key=lambda t: t.edge.net_edge_cents)
        return [_shown(tracked, moment) for tracked in best]

    def categories(self) -> Counter[str | None]:
        """How many edges are live in each category."""
        moment = self._clock()
        return Counter(t.edge.category for t in self._pairs.values() if t.expires > moment)

    def _end(self, tracked: _Tracked) -> None:
        del self._pairs[tracked.edge.pair_id]
        self._on_end(tracked.edge, tracked.last_seen - tracked.first_seen)


def _shown(tracked: _Tracked, moment: float) -> LiveEdge:
    fields = msgspec.structs.asdict(tracked.edge)
    return LiveEdge(**fields, age_seconds=round(moment - tracked.last_seen, 3))
