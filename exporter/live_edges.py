"""The edges that are live now: refreshed within their time to live, newest word per pair."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Literal, get_args

import msgspec

from arbwatch.answers import LiveEdge
from arbwatch.events import Edge, Fill, utc_now
from exporter.leaders import Leaders

# Filled while it was live; worth an entry by the limit in force, and not filled; never worth one.
Outcome = Literal["filled", "missed", "small"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


class EndedEdge(msgspec.Struct, frozen=True, gc=False):
    """An edge that was not refreshed in time: its last word, and its best net edge while live."""

    edge: Edge
    lifetime_seconds: float
    best_cents: float
    outcome: Outcome


class _Tracked(msgspec.Struct):
    edge: Edge
    began: datetime
    best_cents: float
    first_seen: float
    last_seen: float
    expires: float
    slot: int
    is_filled: bool = False


class LiveEdges:
    """Pairs and their present edge.

    `on_end` is told of each that ended, `on_fill` of each fill whose pair had a live edge, with
    that edge's word at the time. `min_net_edge` is asked at each end, in cents: from there on an
    edge was worth an entry.

    Times to live run on the monotonic clock; an edge that was old when it arrived never lives.
    Expiry is a wheel of seconds: each pair waits in one of its slots and is looked at when that
    comes round, so that neither an update nor the sweep walks over the others.

    `on_set_aside` is told how many edges of an update were too old to live.
    """

    def __init__(
        self,
        *,
        ttl_seconds: float,
        min_net_edge: Callable[[], float],
        on_end: Callable[[EndedEdge], None],
        on_fill: Callable[[Edge, Fill], None] = lambda edge, fill: None,
        on_set_aside: Callable[[int], None] = lambda count: None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._ttl_seconds = ttl_seconds
        self._min_net_edge = min_net_edge
        self._on_end = on_end
        self._on_fill = on_fill
        self._on_set_aside = on_set_aside
        self._clock = clock
        self._now = now
        self._pairs: dict[str, _Tracked] = {}
        self._leaders = Leaders()
        self._wheel: defaultdict[int, list[_Tracked]] = defaultdict(list)
        self._swept = int(clock())
        self.categories: Counter[str | None] = Counter()

    def update(self, edges: list[Edge]) -> None:
        """Take in edges in the order they were pushed; of each pair the last one counts."""
        moment, now = self._clock(), self._now().timestamp()
        newest = {edge.pair_id: edge for edge in edges}
        larger = {} if len(newest) == len(edges) else self._larger(edges, newest, now)
        set_aside = 0
        for edge in newest.values():
            ttl = edge.ttl_seconds or self._ttl_seconds
            delay = max(0.0, now - edge.timestamp.timestamp())
            known = self._pairs.get(edge.pair_id)
            is_older = known is not None and edge.timestamp < known.edge.timestamp
            if delay < ttl and not is_older:
                cents = larger.get(edge.pair_id, edge.net_edge_cents)
                self._take_in(edge, known, cents, moment=moment, expires=moment + ttl - delay)
            else:
                set_aside += 1
        if set_aside:
            self._on_set_aside(set_aside)

    def filled(self, fill: Fill) -> None:
        """This fill came in, and was stored for the first time.

        One that came late, made over a time to live before the edge began, met another.
        """
        tracked = self._pairs.get(fill.pair_id)
        if tracked is None:
            return
        ttl = tracked.edge.ttl_seconds or self._ttl_seconds
        if (tracked.began - fill.timestamp).total_seconds() <= ttl:
            tracked.is_filled = True
            self._on_fill(tracked.edge, fill)

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

    def _larger(self, edges: list[Edge], newest: dict[str, Edge], now: float) -> dict[str, float]:
        """The largest net edge of each pair of which an earlier word of the batch was larger."""
        larger: dict[str, float] = {}
        for edge in edges:
            pair_id, cents = edge.pair_id, edge.net_edge_cents
            if cents > newest[pair_id].net_edge_cents and cents > larger.get(pair_id, cents - 1):
                ttl = edge.ttl_seconds or self._ttl_seconds
                if now - edge.timestamp.timestamp() < ttl:
                    larger[pair_id] = cents
        return larger

    def _take_in(
        self,
        edge: Edge,
        known: _Tracked | None,
        best_cents: float,
        *,
        moment: float,
        expires: float,
    ) -> None:
        if known is not None and known.expires <= moment:
            self._end(known)
            known = None
        if known is None:
            known = _Tracked(edge, edge.timestamp, best_cents, moment, moment, expires, 0)
            self._pairs[edge.pair_id] = known
            self._wait(known)
            self.categories[edge.category] += 1
        else:
            if known.edge.category != edge.category:
                self._forget(known.edge.category)
                self.categories[edge.category] += 1
            known.edge, known.last_seen, known.expires = edge, moment, expires
            if best_cents > known.best_cents:
                known.best_cents = best_cents
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
        self._on_end(EndedEdge(tracked.edge, lived, tracked.best_cents, self._outcome(tracked)))

    def _outcome(self, tracked: _Tracked) -> Outcome:
        if tracked.is_filled:
            return "filled"
        return "missed" if tracked.best_cents >= self._min_net_edge() else "small"

    def _forget(self, category: str | None) -> None:
        """One less of a category; odd names of it do not stay for ever."""
        self.categories[category] -= 1
        if not self.categories[category]:
            del self.categories[category]


def _shown(tracked: _Tracked, moment: float) -> LiveEdge:
    fields = msgspec.structs.asdict(tracked.edge)
    return LiveEdge(**fields, age_seconds=round(moment - tracked.last_seen, 3))
