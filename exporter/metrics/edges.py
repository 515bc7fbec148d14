"""What edges are worth, cost and how long they live."""

from itertools import product

from arbwatch.events import Edge
from exporter.live_edges import OUTCOMES, EndedEdge
from exporter.metrics.buckets import COST_CENTS, EDGE_CENTS, LIFETIME_SECONDS, RATIOS
from exporter.metrics.families import Families
from exporter.metrics.labels import ClosedSet
from exporter.metrics.series import CounterCell, HistogramCell

EdgeCells = tuple[CounterCell, HistogramCell, HistogramCell, HistogramCell]


class EdgeMetrics:
    """Series of edges, by leader and category."""

    def __init__(self, families: Families, *, venue: ClosedSet, category: ClosedSet) -> None:
        self._venue = venue
        self._category = category
        self._cells: dict[tuple[str, str], EdgeCells] = {}
        labels = ("leader", "category")
        self._edges = families.hot_counter("arb_edges", "Edges pushed", labels)
        self.set_aside = families.counter(
            "arb_exporter_edges_dropped", "Edges that were too old on arrival to be live"
        )
        self._edges_ended = families.hot_counter(
            "arb_edges_ended",
            "Edges that ended: filled, worth an entry but missed, or too small for one",
            (*labels, "outcome"),
        )
        self._missed_best = families.hot_counter(
            "arb_edges_missed_best_cents",
            "Largest net edges of those that were missed, cents per contract",
            labels,
        )
        self._edge_net, self._edge_slippage, self._edge_confidence, self._edge_lifetime = (
            families.hot_histogram(f"arb_edge_{name}", text, buckets, labels)
            for name, text, buckets in (
                ("net_cents", "Net edge of pushed edges, cents per contract", EDGE_CENTS),
                ("expected_slippage_cents", "Slippage expected, cents per contract", COST_CENTS),
                ("confidence_ratio", "Confidence of pushed edges, 0 to 1", RATIOS),
                ("lifetime_seconds", "How long ended edges had been live", LIFETIME_SECONDS),
            )
        )
        for values in product(self._venue.values, self._category.values):
            self._edges.cell(*values)
            self._edge_lifetime.cell(*values)
            self._missed_best.cell(*values)
            for outcome in OUTCOMES:
                self._edges_ended.cell(*values, outcome)

    def observe(self, edges: list[Edge]) -> None:
        """Count edges as they were pushed."""
        groups: dict[tuple[str, str | None], list[Edge]] = {}
        for edge in edges:
            key = (edge.leader, edge.category)
            if key in groups:
                groups[key].append(edge)
            else:
                groups[key] = [edge]
        for (leader, category), group in groups.items():
            count = len(group)
            labels = self._venue.counted(leader, count), self._category.counted(category, count)
            cells = self._cells.get(labels) or self._make_cells(labels)
            cells[0].inc(count)
            cells[1].observe_all([edge.net_edge_cents for edge in group])
            cells[2].observe_all([edge.expected_slippage_cents for edge in group])
            cells[3].observe_all([edge.confidence for edge in group])

    def _make_cells(self, labels: tuple[str, str]) -> EdgeCells:
        families = (self._edge_net, self._edge_slippage, self._edge_confidence)
        net, slippage, confidence = (family.cell(*labels) for family in families)
        cells = (self._edges.cell(*labels), net, slippage, confidence)
        self._cells[labels] = cells
        return cells

    def observe_end(self, ended: EndedEdge) -> None:
        """An edge ended."""
        edge = ended.edge
        labels = (self._venue.shown(edge.leader), self._category.shown(edge.category))
        self._edge_lifetime.cell(*labels).observe(ended.lifetime_seconds)
        self._edges_ended.cell(*labels, ended.outcome).inc()
        if ended.outcome == "missed":
            self._missed_best.cell(*labels).inc(ended.best_cents)
