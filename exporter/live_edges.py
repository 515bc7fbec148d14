"""The edges that are live now: refreshed within their time to live, newest word per pair."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec

from arbwatch.answers import LiveEdge
from arbwatch.events import Edge, utc_now
from exporter.leaders import Leaders


class _Tracked(msgspec.Struct):
    edge: Edge
    first_seen: float
    last_seen: float
    expires: float
    slot: int
    is_filled: bool = False


class LiveEdges:
    """Pairs and their present edge.

    `on_end` is told of each that ended, how long it lived, and whether it was filled meanwhile.

    Times to live run on the monotonic clock; an edge that was old when it arrived never lives.
    Expiry is a wheel of seconds: each pair waits in one of its slots and is looked at when that
    comes round, so that neither an update nor the sweep walks over the others.

    `on_set_aside` is told how many edges of an update were too old to live.
    """

    def __init__(
        self,
        *,
        ttl_seconds: float,
        on_end: Callable[[Edge, float, bool], None],
        on_set_aside: Callable[[int], None] = lambda count: None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._ttl_seconds = ttl_seconds
        self._on_end = on_end
        self._on_set_aside = on_set_aside
        self._clock = clock
        self._now = now
        self._pairs: dict[str, _Tracked] = {}
        self._leaders = Leaders()
        self._wheel: defaultdict[int, list[_Tracked]] = defaultdict(list)
        self._swept = int(clock())
        self.categories: Counter[str | None] = Counter()

    def update(self, edges: Iterable[Edge]) -> None:
        """Take in edges in the order they were pushed; of each pair the last one counts."""
        moment, now = self._clock(), self._now().timestamp()
        set_aside = 0
        for edge in {edge.pair_id: edge for edge in edges}.values():
            ttl = edge.ttl_seconds or self._ttl_seconds
            delay = max(0.0, now - edge.timestamp.timestamp())
            known = self._pairs.get(edge.pair_id)
            is_older = known is not None and edge.timestamp < known.edge.timestamp
            if delay < ttl and not is_older:
                self._take_in(edge, known, moment=moment, expires=moment + ttl - delay)
            else:
                set_aside += 1
        if set_aside:
            self._on_set_aside(set_aside)

    def filled(self, pair_ids: Iterable[str]) -> None:
        """Fills of these pairs came in."""
        for pair_id in pair_ids:
            if tracked := self._pairs.get(pair_id):
                tracked.is_filled = True

    def expire(self) -> None:
        """End the edges whose time is over."""
        moment = self._clock()
        for second in range(self._swept, int(moment) + 1):
            for tracked in self._wheel.pop(second, ()):
                is_present = self._pairs.get(tracked.edge.pair_id) is tracked
                if not is_present or tracked.slot != second:
                    continue
                if tracked.expires <= moment:
                    self._end(tracked)
                else:
                    self._wait(tracked)
        self._swept = int(moment) + 1

    def top(self, limit: int) -> list[LiveEdge]:
        """The live edges with the largest net edge first."""
        moment = self._clock()
        while True:
            best = [self._pairs[pair_id] for pair_id in self._leaders.largest(limit)]
            over = [tracked for tracked in best if tracked.expires <= moment]
            if not over:
                return [_shown(tracked, moment) for tracked in best]
            for tracked in over:
                self._end(tracked)

    def of(self, pair_id: str) -> list[LiveEdge]:
        """The live edge of one pair; none or one."""
        moment = self._clock()
        tracked = self._pairs.get(pair_id)
        if tracked is None or tracked.expires <= moment:
            return []
        return [_shown(tracked, moment)]

    def _take_in(
        self, edge: Edge, known: _Tracked | None, *, moment: float, expires: float
    ) -> None:
        if known is not None and known.expires <= moment:
            self._end(known)
            known = None
        if known is None:
            known = self._pairs[edge.pair_id] = _Tracked(edge, moment, moment, expires, 0)
            self._wait(known)
            self.categories[edge.category] += 1
        else:
            if known.edge.category != edge.category:
                self._forget(known.edge.category)
                self.categories[edge.category] += 1
            known.edge, known.last_seen, known.expires = edge, moment, expires
            if expires < known.slot - 1:
                self._wait(known)  # its time to live was cut short
        self._leaders.set(edge.pair_id, edge.net_edge_cents)

    def _wait(self, tracked: _Tracked) -> None:
        """Have it looked at once its time is over; an entry in another slot no longer counts."""
        tracked.slot = int(tracked.expires) + 1
        self._wheel[tracked.slot].append(tracked)

    def _end(self, tracked: _Tracked) -> None:
        del self._pairs[tracked.edge.pair_id]
        self._leaders.drop(tracked.edge.pair_id)
        self._forget(tracked.edge.category)
        lived = tracked.last_seen - tracked.first_seen
        self._on_end(tracked.edge, lived, tracked.is_filled)

    def _forget(self, category: str | None) -> None:
        """One less of a category; odd names of it do not stay for ever."""
        self.categories[category] -= 1
        if not self.categories[category]:
            del self.categories[category]


def _shown(tracked: _Tracked, moment: float) -> LiveEdge:
    fields = msgspec.structs.asdict(tracked.edge)
    return LiveEdge(**fields, age_seconds=round(moment - tracked.last_seen, 3))
