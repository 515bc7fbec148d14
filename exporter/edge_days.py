"""What edges came to, day by day: gathered in memory, and handed to the ledger every few seconds.

Edges are measurements, not facts: unlike fills they are not on disk before they are answered. What
ended since the last hand-over is lost with a kill -9, at most `HAND_OVER_SECONDS` of it unless the
ledger's disk is full; so is every edge that was live then, since nobody saw it end. A stop that is
asked for hands over first. Nothing is counted twice: what a hand-over could not store is kept and
tried again, and one that was begun is waited for.
"""

import asyncio
import logging
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime

from arbwatch.events import Edge, Fill, utc_now
from exporter.errors import LedgerUnavailable
from exporter.ledger.tallied import EdgeRow, SpreadRow
from exporter.ledger.tallies import EdgeTally
from exporter.ledger.units import EPOCH, from_cents
from exporter.live_edges import EndedEdge
from exporter.metrics.buckets import LIFETIME_SECONDS
from exporter.metrics.labels import OTHER

log = logging.getLogger(__name__)

HAND_OVER_SECONDS = 5.0
# Of category and leader, for each day; what comes beyond is one group, so that odd names can fill
# neither the memory nor the ledger.
MAX_GROUPS = 1_000

Store = Callable[[list[EdgeRow], list[SpreadRow]], Awaitable[None]]
# A day since 1970, category, leader.
Key = tuple[int, str | None, str]


class EdgeDays:
    """Adds up ended edges and the fills that met one; `store` takes what gathered.

    An edge counts on the UTC day on which it ended, a fill on its own.
    """

    def __init__(
        self,
        store: Store,
        *,
        now: Callable[[], datetime] = utc_now,
        max_groups: int = MAX_GROUPS,
    ) -> None:
        self._store = store
        self._now = now
        self._max_groups = max_groups
        self._sums: defaultdict[Key, Counter[str]] = defaultdict(Counter)
        self._lifetimes: Counter[tuple[int, int]] = Counter()
        self._groups: defaultdict[int, set[tuple[str | None, str]]] = defaultdict(set)
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._is_behind = False

    def start(self) -> None:
        """Begin to hand over; needs a running event loop."""
        self._task = asyncio.create_task(self._hand_over_forever(), name="edge days")

    async def close(self) -> None:
        """Hand over what gathered, and end."""
        self._stopping.set()
        if self._task is not None:
            await self._task
            self._task = None

    def ended(self, end: EndedEdge) -> None:
        """An edge ended."""
        day = self._day(self._now())
        sums = self._of(day, end.edge)
        sums["seen"] += 1
        sums[end.outcome] += 1
        sums["lifetime_us"] += round(end.lifetime_seconds * 1_000_000)
        if end.outcome == "missed":
            sums["missed_best"] += from_cents(end.best_cents)
        self._lifetimes[day, bisect_left(LIFETIME_SECONDS, end.lifetime_seconds)] += 1

    def met(self, edge: Edge, fill: Fill) -> None:
        """A fill met this edge: what was foretold, and what it paid."""
        sums = self._of(self._day(fill.timestamp), edge)
        sums["expected"] += 1
        sums["expected_slippage"] += from_cents(edge.expected_slippage_cents)
        sums["paid_slippage"] += from_cents(fill.slippage_cents)

    async def hand_over(self) -> None:
        """Store what gathered; what cannot be stored now is kept."""
        sums, self._sums = self._sums, defaultdict(Counter)
        lifetimes, self._lifetimes = self._lifetimes, Counter()
        if not sums:
            return
        rows = [(*key, EdgeTally(**counts)) for key, counts in sums.items()]
        try:
            await self._store(rows, [(*key, count) for key, count in lifetimes.items()])
        except LedgerUnavailable as error:
            self._take_back(sums, lifetimes)
            self._say(True, error)
        else:
            self._say(False)
        today = self._day(self._now())
        for day in [day for day in self._groups if day < today]:
            del self._groups[day]

    def _take_back(
        self, sums: dict[Key, Counter[str]], lifetimes: Counter[tuple[int, int]]
    ) -> None:
        for key, counts in sums.items():
            for name, amount in counts.items():
                self._sums[key][name] += amount
        for place, count in lifetimes.items():
            self._lifetimes[place] += count

    async def _hand_over_forever(self) -> None:
        while not self._stopping.is_set():
            try:
                async with asyncio.timeout(HAND_OVER_SECONDS):
                    await self._stopping.wait()
            except TimeoutError:
                pass
            try:
                await self.hand_over()
            except Exception:
                log.exception("edge days: a hand-over failed; what it held is lost")

    def _of(self, day: int, edge: Edge) -> Counter[str]:
        names, groups = (edge.category, edge.leader), self._groups[day]
        if names not in groups:
            if len(groups) >= self._max_groups:
                names = (OTHER, OTHER)
            groups.add(names)
        return self._sums[day, *names]

    def _say(self, is_behind: bool, error: LedgerUnavailable | None = None) -> None:
        """Say a change once."""
        if is_behind and not self._is_behind:
            log.error("edge days: kept in memory, the ledger does not take them: %s", error)
        elif self._is_behind and not is_behind:
            log.info("edge days: stored again")
        self._is_behind = is_behind

    @staticmethod
    def _day(moment: datetime) -> int:
        return (moment - EPOCH).days
