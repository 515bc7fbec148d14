"""All that is kept of edges: the live ones, what the others came to, and their books."""

from arbwatch.events import Edge, Fill
from exporter.clock import Clock
from exporter.edge_days import EdgeDays
from exporter.frozen import FrozenBooks
from exporter.ledger.ledger import Ledger
from exporter.ledger.tallied import EdgeRow, SpreadRow
from exporter.limits_in_force import LimitsInForce
from exporter.live_edges import EndedEdge, LiveEdges
from exporter.metrics import Metrics
from exporter.settings import Settings


class Edges:
    """Passes edges, and fills that met one, to whoever counts or judges them."""

    def __init__(
        self,
        settings: Settings,
        *,
        ledger: Ledger,
        limits: LimitsInForce,
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self._metrics = metrics
        self._ledger = ledger
        self.days = EdgeDays(self._store, now=clock.now)
        self.books = FrozenBooks(
            settings.venues,
            ttl_seconds=settings.edge_ttl_seconds,
            clock=clock.monotonic,
            now=clock.now,
        )
        self.live = LiveEdges(
            ttl_seconds=settings.edge_ttl_seconds,
            min_net_edge=lambda: limits.now.min_net_edge,
            on_end=self._ended,
            on_fill=self._met,
            on_set_aside=metrics.edges.set_aside.inc,
            clock=clock.monotonic,
            now=clock.now,
        )

    def update(self, edges: list[Edge]) -> None:
        """Take in edges in the order they were pushed."""
        self.live.update(edges)
        self.books.update(edges)

    async def _store(self, rows: list[EdgeRow], lifetimes: list[SpreadRow]) -> None:
        await self._ledger.add_edges(rows, lifetimes)

    def _ended(self, end: EndedEdge) -> None:
        self._metrics.edges.observe_end(end)
        self.days.ended(end)

    def _met(self, edge: Edge, fill: Fill) -> None:
        self._metrics.fills.observe_expected(edge, fill)
        self.days.met(edge, fill)
