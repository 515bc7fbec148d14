"""Everything the exporter counts and observes. Gauges of present state are in `snapshot`."""

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
from exporter.histograms import SignedHistogram
from exporter.labels import ERROR_KINDS, OTHER, ClosedSet
from exporter.ledger.schema import MICROUSD_PER_USD, from_cents
from exporter.limits import OF_STRATEGY, OF_VENUE

EDGE_CENTS = (-5, -2, -1, -0.5, 0, 0.25, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 10)
COST_CENTS = (0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3, 5)
RATIOS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1)
LIFETIME_SECONDS = (0.5, 1, 2, 5, 10, 20, 60, 300, 1800, 3600, 14400)
SIZE_USD = (5, 10, 25, 50, 100, 150, 200, 250, 500, 1000, 5000)
PNL_USD = (-50, -20, -10, -5, -2, -1, 0, 0.5, 1, 2, 5, 10, 20, 50)
EXPOSURE_USD = (50, 100, 250, 500, 1000, 2000, 3000, 4000, 5000, 10000)
HEDGE_SECONDS = (0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5, 1, 2.5, 5, 10)
FEED_SECONDS = (0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5, 1, 2, 5, 10, 30)
COMMIT_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5)

# OpenMetrics allows 128 characters over all names and values of an exemplar.
EXEMPLAR_CHARACTERS = 128


class Metrics:
    """One object for all series, made on the registry it is given."""

    def __init__(
        self, registry: CollectorRegistry, *, venues: tuple[str, ...], categories: tuple[str, ...]
    ) -> None:
        self._registry = registry
        self._make_own()
        self.venue = ClosedSet(venues, lambda: self.overflow("venue"))
        self.category = ClosedSet(categories, lambda: self.overflow("category"))
        self._kind = ClosedSet(ERROR_KINDS, lambda: self.overflow("kind"))
        self._limit = ClosedSet((*OF_STRATEGY, *OF_VENUE), lambda: self.overflow("limit"))
        self._make_edges()
        self._make_fills()
        self._make_venues()

    def observe_edge(self, edge: Edge) -> None:
        """Count one edge as it was pushed."""
        labels = (self.venue.counted(edge.leader), self.category.counted(edge.category))
        self._edges.labels(*labels).inc()
        self._edge_net.labels(*labels).observe(edge.net_edge_cents)
        self._edge_slippage.labels(*labels).observe(edge.expected_slippage_cents)
        self._edge_confidence.labels(*labels).observe(edge.confidence)

    def observe_lifetime(self, edge: Edge, seconds: float) -> None:
        """An edge ended after it had been live for so long."""
        labels = (self.venue.shown(edge.leader), self.category.shown(edge.category))
        self._edge_lifetime.labels(*labels).observe(seconds)

    def observe_fill(self, fill: Fill) -> None:
        """Count one fill; call it once a stored fill, never for a duplicate."""
        category = self.category.counted(fill.category)
        exemplar = _exemplar(fill)
        self._fills.labels(category).inc(exemplar=exemplar)
        for histogram, value in (
            (self._fill_entry, fill.entry_edge_cents),
            (self._fill_realized, fill.realized_edge_cents),
            (self._fill_slippage, fill.slippage_cents),
            (self._fill_fees, fill.fees_cents),
            (self._fill_size, fill.size_usd),
            (self._fill_pnl, from_cents(fill.pnl_cents) / MICROUSD_PER_USD),
        ):
            histogram.labels(category).observe(value, exemplar)
        if fill.hedge_latency_ms is not None:
            self._hedge_latency.labels(category).observe(fill.hedge_latency_ms / 1000, exemplar)

    def observe_latency(self, latency: Latency, samples_ms: list[float]) -> None:
        """Observe feed latency samples of one venue."""
        child = self._feed_latency.labels(self.venue.counted(latency.venue))
        for sample in samples_ms:
            child.observe(sample / 1000)

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
        self._exposure.labels(*labels).observe(row.total_notional_usd)

    def observe_commit(self, seconds: float, is_done: bool) -> None:
        """One commit of the ledger, and whether it succeeded."""
        self._commits.observe(seconds)
        if not is_done:
            self._commit_failures.inc()

    def overflow(self, label: str) -> None:
        """Count a value outside the closed set of a label."""
        self._overflows.labels(label).inc()

    def _counter(self, name: str, text: str, labels: tuple[str, ...] = ()) -> Counter:
        return Counter(name, text, labels, registry=self._registry)

    def _histogram(
        self, name: str, text: str, buckets: tuple[float, ...], labels: tuple[str, ...] = ()
    ) -> Histogram:
        kind = SignedHistogram if buckets[0] < 0 else Histogram
        return kind(name, text, labels, buckets=buckets, registry=self._registry)

    def _make_edges(self) -> None:
        labels = ("leader", "category")
        self._edges = self._counter("arb_edges", "Edges pushed", labels)
        net = "Net edge of pushed edges, cents per contract"
        self._edge_net = self._histogram("arb_edge_net_cents", net, EDGE_CENTS, labels)
        slippage = "Slippage expected at pushed edges, cents per contract"
        self._edge_slippage = self._histogram(
            "arb_edge_expected_slippage_cents", slippage, COST_CENTS, labels
        )
        confidence = "Confidence of pushed edges, 0 to 1"
        self._edge_confidence = self._histogram(
            "arb_edge_confidence_ratio", confidence, RATIOS, labels
        )
        lifetime = "How long ended edges had been live"
        self._edge_lifetime = self._histogram(
            "arb_edge_lifetime_seconds", lifetime, LIFETIME_SECONDS, labels
        )
        for values in product(self.venue.values, self.category.values):
            self._edges.labels(*values)
            self._edge_lifetime.labels(*values)

    def _make_fills(self) -> None:
        labels = ("category",)
        self._fills = self._counter("arb_fills", "Fills stored", labels)
        self._fill_entry, self._fill_realized, self._fill_slippage, self._fill_fees = (
            self._histogram(
                f"arb_fill_{name}_cents", f"{text}, cents per contract", buckets, labels
            )
            for name, text, buckets in (
                ("entry_edge", "Edge at entry of fills", EDGE_CENTS),
                ("realized_edge", "Edge realized by fills", EDGE_CENTS),
                ("slippage", "Slippage paid by fills", COST_CENTS),
                ("fees", "Fees paid by fills", COST_CENTS),
            )
        )
        self._fill_size = self._histogram("arb_fill_size_usd", "Size of fills", SIZE_USD, labels)
        self._fill_pnl = self._histogram("arb_fill_pnl_usd", "P&L of fills", PNL_USD, labels)
        latency = "Time from first to second leg of fills"
        self._hedge_latency = self._histogram(
            "arb_hedge_latency_seconds", latency, HEDGE_SECONDS, labels
        )
        # Fills are few: a rate would miss the first of each category if its series began with it.
        for category, family in product(
            self.category.values,
            (
                self._fills,
                self._fill_entry,
                self._fill_realized,
                self._fill_slippage,
                self._fill_fees,
                self._fill_size,
                self._fill_pnl,
                self._hedge_latency,
            ),
        ):
            family.labels(category)

    def _make_venues(self) -> None:
        latency = "Age of a book update when the engine saw it"
        self._feed_latency = self._histogram(
            "arb_feed_latency_seconds", latency, FEED_SECONDS, ("venue",)
        )
        self._requests = self._counter(
            "arb_venue_requests", "Calls the engine made to a venue", ("venue", "result")
        )
        self._errors = self._counter("arb_errors", "Errors of the engine", ("kind", "venue"))
        self._breaches = self._counter("arb_breaches", "Limits the engine saw exceeded", ("limit",))
        self._exposure = self._histogram(
            "arb_exposure_snapshot_usd",
            "Open notional at each snapshot",
            EXPOSURE_USD,
            ("venue", "category"),
        )
        self.halt_ack = self._histogram(
            "arb_halt_ack_seconds", "From a halt's order to its acknowledgement", HEDGE_SECONDS
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
        self.events = self._counter("arb_exporter_events", "Events accepted", ("type",))
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
        self._commits = self._histogram(
            "arb_exporter_commit_seconds", "Commits of the ledger", COMMIT_SECONDS
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
            self.events.labels(str(event_type.__struct_config__.tag))
        for label in ("venue", "category", "kind", "limit", "engine"):
            self._overflows.labels(label)


def _exemplar(fill: Fill) -> dict[str, str] | None:
    """Names the fill; leaves out what would not fit, since a long exemplar fails the scrape."""
    labels = {"fill_id": fill.fill_id, "pair_id": fill.pair_id}
    while labels and sum(map(len, (*labels, *labels.values()))) > EXEMPLAR_CHARACTERS:
        labels.popitem()
    return labels or None
