"""Everything the exporter counts and observes. Gauges of present state are in `snapshot`."""

import time
from collections import defaultdict
from itertools import product

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from arbwatch import __version__
from arbwatch.events import (
    EVENT_TYPES,
    Breach,
    Edge,
    EngineError,
    ExposureRow,
    Fill,
    Latency,
    Requests,
)
from exporter import series
from exporter.buckets import (
    COMMIT_SECONDS,
    COST_CENTS,
    EDGE_CENTS,
    EXPOSURE_USD,
    FEED_SECONDS,
    HEDGE_SECONDS,
    LIFETIME_SECONDS,
    PNL_USD,
    RATIOS,
    SIZE_USD,
    SLIPPAGE_CENTS,
)
from exporter.labels import ERROR_KINDS, OTHER, ClosedSet
from exporter.limits import OF_STRATEGY, OF_VENUE
from exporter.series import CounterCell, Exemplar, HistogramCell

EdgeCells = tuple[CounterCell, HistogramCell, HistogramCell, HistogramCell]

# OpenMetrics allows 128 characters over all names and values of an exemplar.
EXEMPLAR_CHARACTERS = 128


class Metrics:
    """One object for all series, made on the registry it is given."""

    def __init__(
        self, registry: CollectorRegistry, *, venues: tuple[str, ...], categories: tuple[str, ...]
    ) -> None:
        self._registry = registry
        self.hot: list[series.Counter | series.Histogram] = []
        self._edge_cells: dict[tuple[str, str], EdgeCells] = {}
        self._make_own()
        self.venue = ClosedSet(venues, lambda times: self.overflow("venue", times))
        self.category = ClosedSet(categories, lambda times: self.overflow("category", times))
        self._kind = ClosedSet(ERROR_KINDS, lambda times: self.overflow("kind", times))
        self._limit = ClosedSet(
            (*OF_STRATEGY, *OF_VENUE), lambda times: self.overflow("limit", times)
        )
        self._make_edges()
        self._make_fills()
        self._make_venues()

    def observe_edges(self, edges: list[Edge]) -> None:
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
            labels = self.venue.counted(leader, count), self.category.counted(category, count)
            cells = self._edge_cells.get(labels) or self._make_edge_cells(labels)
            cells[0].inc(count)
            cells[1].observe_all([edge.net_edge_cents for edge in group])
            cells[2].observe_all([edge.expected_slippage_cents for edge in group])
            cells[3].observe_all([edge.confidence for edge in group])
        self.events.cell("edge").inc(len(edges))

    def _make_edge_cells(self, labels: tuple[str, str]) -> EdgeCells:
        families = (self._edge_net, self._edge_slippage, self._edge_confidence)
        net, slippage, confidence = (family.cell(*labels) for family in families)
        cells = (self._edges.cell(*labels), net, slippage, confidence)
        self._edge_cells[labels] = cells
        return cells

    def observe_end(self, edge: Edge, seconds: float, is_filled: bool) -> None:
        """An edge ended after it had been live for so long."""
        labels = (self.venue.shown(edge.leader), self.category.shown(edge.category))
        self._edge_lifetime.cell(*labels).observe(seconds)
        self._edges_ended.cell(*labels, "filled" if is_filled else "missed").inc()

    def observe_fills(self, fills: list[Fill]) -> None:
        """Count fills; call it with stored ones, never with a duplicate."""
        groups: defaultdict[str | None, list[Fill]] = defaultdict(list)
        for fill in fills:
            groups[fill.category].append(fill)
        for category, group in groups.items():
            self._observe_fills(self.category.counted(category, len(group)), group)
        self.events.cell("fill").inc(len(fills))

    def _observe_fills(self, category: str, fills: list[Fill]) -> None:
        self._fills.cell(category).inc(len(fills))
        # The last fill of a commit stands for it as the exemplar.
        exemplar = Exemplar(_exemplar(fills[-1]), time.time())
        hedged = [fill.hedge_latency_ms for fill in fills]
        for family, values in (
            (self._fill_entry, [fill.entry_edge_cents for fill in fills]),
            (self._fill_realized, [fill.realized_edge_cents for fill in fills]),
            (self._fill_slippage, [fill.slippage_cents for fill in fills]),
            (self._fill_fees, [fill.fees_cents for fill in fills]),
            (self._fill_size, [fill.size_usd for fill in fills]),
            (self._fill_pnl, [fill.pnl_cents / 100 for fill in fills]),
            (self._hedge_latency, [ms / 1000 for ms in hedged if ms is not None]),
        ):
            family.cell(category).observe_all(values, exemplar)

    def observe_latency(self, latency: Latency, samples_ms: list[float]) -> None:
        """Observe feed latency samples of one venue."""
        cell = self._feed_latency.cell(self.venue.counted(latency.venue))
        cell.observe_all([sample / 1000 for sample in samples_ms])

    def observe_requests(self, requests: Requests) -> None:
        """Count the calls an engine made to a venue."""
        venue = self.venue.counted(requests.venue)
        self._requests.labels(venue, "ok").inc(requests.ok)
        self._requests.labels(venue, "error").inc(requests.error)

    def observe_error(self, error: EngineError) -> None:
        """Count one error of the engine."""
        self._errors.labels(self._kind.counted(error.kind), self.venue.counted(error.venue)).inc()

    def observe_breach(self, breach: Breach) -> None:
        """Count one limit that the engine saw exceeded."""
        self._breaches.labels(self._limit.counted(breach.limit)).inc()

    def observe_exposure(self, row: ExposureRow) -> None:
        """Observe one row of an exposure snapshot."""
        labels = (self.venue.counted(row.venue), self.category.counted(row.category))
        self._exposure.cell(*labels).observe(row.total_notional_usd)

    def observe_commit(self, seconds: float, is_done: bool) -> None:
        """One commit of the ledger, and whether it succeeded."""
        self._commits.observe(seconds)
        if not is_done:
            self._commit_failures.inc()

    def overflow(self, label: str, times: int = 1) -> None:
        """Count values outside the closed set of a label."""
        self._overflows.labels(label).inc(times)

    def _counter(self, name: str, text: str, labels: tuple[str, ...] = ()) -> Counter:
        return Counter(name, text, labels, registry=self._registry)

    def _hot_counter(self, name: str, text: str, labels: tuple[str, ...]) -> series.Counter:
        family = series.Counter(name, text, labels)
        self.hot.append(family)
        return family

    def _hot_histogram(
        self, name: str, text: str, buckets: tuple[float, ...], labels: tuple[str, ...]
    ) -> series.Histogram:
        family = series.Histogram(name, text, buckets, labels)
        self.hot.append(family)
        return family

    def _make_edges(self) -> None:
        labels = ("leader", "category")
        self._edges = self._hot_counter("arb_edges", "Edges pushed", labels)
        self._edges_ended = self._hot_counter(
            "arb_edges_ended", "Edges that ended, filled or missed", (*labels, "outcome")
        )
        self._edge_net, self._edge_slippage, self._edge_confidence, self._edge_lifetime = (
            self._hot_histogram(f"arb_edge_{name}", text, buckets, labels)
            for name, text, buckets in (
                ("net_cents", "Net edge of pushed edges, cents per contract", EDGE_CENTS),
                ("expected_slippage_cents", "Slippage expected, cents per contract", COST_CENTS),
                ("confidence_ratio", "Confidence of pushed edges, 0 to 1", RATIOS),
                ("lifetime_seconds", "How long ended edges had been live", LIFETIME_SECONDS),
            )
        )
        for values in product(self.venue.values, self.category.values):
            self._edges.cell(*values)
            self._edge_lifetime.cell(*values)
            self._edges_ended.cell(*values, "filled")
            self._edges_ended.cell(*values, "missed")

    def _make_fills(self) -> None:
        labels = ("category",)
        self._fills = self._hot_counter("arb_fills", "Fills stored", labels)
        families = [
            self._hot_histogram(f"arb_{name}", text, buckets, labels)
            for name, text, buckets in (
                ("fill_entry_edge_cents", "Edge at entry, cents per contract", EDGE_CENTS),
                ("fill_realized_edge_cents", "Edge realized, cents per contract", EDGE_CENTS),
                ("fill_slippage_cents", "Slippage paid, cents per contract", SLIPPAGE_CENTS),
                ("fill_fees_cents", "Fees paid, cents per contract", COST_CENTS),
                ("fill_size_usd", "Size of fills", SIZE_USD),
                ("fill_pnl_usd", "P&L of fills", PNL_USD),
                ("hedge_latency_seconds", "From first to second leg of fills", HEDGE_SECONDS),
            )
        ]
        (
            self._fill_entry,
            self._fill_realized,
            self._fill_slippage,
            self._fill_fees,
            self._fill_size,
            self._fill_pnl,
            self._hedge_latency,
        ) = families
        # A rate misses the first fill of a category whose series only begin with it.
        for category in self.category.values:
            self._fills.cell(category)
            for family in families:
                family.cell(category)

        self.reversals = self._counter("arb_fills_reversed", "Fills that were undone later")

    def _make_venues(self) -> None:
        latency = "Age of a book update when the engine saw it"
        self._feed_latency = self._hot_histogram(
            "arb_feed_latency_seconds", latency, FEED_SECONDS, ("venue",)
        )
        self._requests = self._counter(
            "arb_venue_requests", "Calls the engine made to a venue", ("venue", "result")
        )
        self._errors = self._counter("arb_errors", "Errors of the engine", ("kind", "venue"))
        self._breaches = self._counter("arb_breaches", "Limits the engine saw exceeded", ("limit",))
        self._exposure = self._hot_histogram(
            "arb_exposure_snapshot_usd",
            "Open notional at each snapshot",
            EXPOSURE_USD,
            ("venue", "category"),
        )
        self.halt_ack = Histogram(
            "arb_halt_ack_seconds",
            "From a halt's order to its acknowledgement",
            buckets=HEDGE_SECONDS,
            registry=self._registry,
        )
        for venue in self.venue.values:
            self._requests.labels(venue, "ok")
            self._requests.labels(venue, "error")
            for kind in (*ERROR_KINDS, OTHER):
                self._errors.labels(kind, venue)
        for limit in self._limit.values:
            self._breaches.labels(limit)

    def _make_own(self) -> None:
        build = Gauge(
            "arb_exporter_build_info", "The running version", ("version",), registry=self._registry
        )
        build.labels(__version__).set(1)
        self.events = self._hot_counter("arb_exporter_events", "Events accepted", ("type",))
        self.rejected = self._counter(
            "arb_exporter_rejected", "Events refused, by reason", ("type", "reason")
        )
        self.duplicates = self._counter(
            "arb_exporter_fill_duplicates", "Fills that were stored already"
        )
        self.conflicts = self._counter(
            "arb_exporter_fill_conflicts", "Fills whose id was stored with other content"
        )
        self._overflows = self._counter(
            "arb_exporter_label_overflow", "Values outside a label's closed set", ("label",)
        )
        self._commits = Histogram(
            "arb_exporter_commit_seconds",
            "Commits of the ledger",
            buckets=COMMIT_SECONDS,
            registry=self._registry,
        )
        self._commit_failures = self._counter(
            "arb_exporter_commit_failures", "Commits of the ledger that failed"
        )
        self.stream_clients = Gauge(
            "arb_exporter_stream_clients", "Readers of the stream", registry=self._registry
        )
        self.stream_dropped = self._counter(
            "arb_exporter_stream_dropped", "Readers of the stream cut off for being too slow"
        )
        for event_type in EVENT_TYPES:
            self.events.cell(str(event_type.__struct_config__.tag))
        for label in ("venue", "category", "kind", "limit", "engine"):
            self._overflows.labels(label)


def _exemplar(fill: Fill) -> dict[str, str]:
    """Names the fill; leaves out what would not fit, since a long exemplar fails the scrape."""
    labels = {"fill_id": fill.fill_id, "pair_id": fill.pair_id}
    while labels and sum(map(len, (*labels, *labels.values()))) > EXEMPLAR_CHARACTERS:
        labels.popitem()
    return labels
