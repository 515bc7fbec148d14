"""Gauges of what stands now, read at each scrape from where it is kept: no copy that could lag."""

from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from arbwatch.control import HaltState
from exporter.control import Control
from exporter.engines import Engines
from exporter.health import VenueWatch
from exporter.limits_in_force import LimitsInForce
from exporter.live_edges import LiveEdges
from exporter.metrics.metrics import Metrics

HALT_STATE_VALUES = {
    HaltState.RUNNING: 0,
    HaltState.REQUESTED: 1,
    HaltState.ACKNOWLEDGED: 2,
    HaltState.UNCONFIRMED: 3,
}


class Snapshot(Collector):
    """Collects present state; nothing here waits or touches a file."""

    def __init__(
        self,
        *,
        venues: tuple[str, ...],
        limits: LimitsInForce,
        metrics: Metrics,
        live_edges: LiveEdges,
        watch: VenueWatch,
        control: Control,
        engines: Engines,
        top_edges: int,
    ) -> None:
        self._venues = venues
        self._limits = limits
        self._metrics = metrics
        self._live_edges = live_edges
        self._watch = watch
        self._control = control
        self._engines = engines
        self._top_edges = top_edges

    def describe(self) -> list[Metric]:
        """Nothing: what is not known yet has no series."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Every gauge, as of now."""
        yield from self._edges()
        yield from self._venue_states()
        yield from self._senders()
        yield self._limit_series()
        yield GaugeMetricFamily(
            "arb_exporter_unstored_halts",
            "Halts in force that the ledger could not store yet",
            value=self._control.unstored(),
        )

    def _edges(self) -> Iterator[Metric]:
        live = GaugeMetricFamily("arb_live_edges", "Live edges", labels=["category"])
        counts = dict.fromkeys(self._metrics.category.values, 0)
        for category, count in self._live_edges.categories.items():
            counts[self._metrics.category.shown(category)] += count
        for category, count in counts.items():
            live.add_metric([category], count)
        yield live
        yield from self._largest_edges()

    def _largest_edges(self) -> Iterator[Metric]:
        net = GaugeMetricFamily(
            "arb_live_edge_net_cents",
            "Net edge of the largest live edges, cents per contract",
            labels=["pair_id", "leader", "category", "best_side"],
        )
        slippage = GaugeMetricFamily(
            "arb_live_edge_expected_slippage_cents",
            "Slippage expected at the largest live edges, cents per contract",
            labels=["pair_id"],
        )
        confidence = GaugeMetricFamily(
            "arb_live_edge_confidence_ratio",
            "Confidence of the largest live edges, 0 to 1",
            labels=["pair_id"],
        )
        age = GaugeMetricFamily(
            "arb_live_edge_age_seconds",
            "Since when the largest live edges were not refreshed",
            labels=["pair_id"],
        )
        for edge in self._live_edges.top(self._top_edges):
            leader = self._metrics.venue.shown(edge.leader)
            category = self._metrics.category.shown(edge.category)
            side = edge.best_side or "unknown"
            net.add_metric([edge.pair_id, leader, category, side], edge.net_edge_cents)
            slippage.add_metric([edge.pair_id], edge.expected_slippage_cents)
            confidence.add_metric([edge.pair_id], edge.confidence)
            age.add_metric([edge.pair_id], edge.age_seconds)
        yield from (net, slippage, confidence, age)

    def _venue_states(self) -> Iterator[Metric]:
        halts = GaugeMetricFamily(
            "arb_venue_halt_state",
            "0 running, 1 halt requested, 2 acknowledged, 3 unconfirmed",
            labels=["venue"],
        )
        updates = GaugeMetricFamily(
            "arb_feed_last_update_timestamp_seconds", "Last book update", labels=["venue"]
        )
        gaps = GaugeMetricFamily(
            "arb_feed_longest_gap_seconds",
            "Longest time between book updates that ended in the last 30 s, or goes on now",
            labels=["venue"],
        )
        seen = GaugeMetricFamily(
            "arb_engine_last_seen_timestamp_seconds", "Last contact", labels=["engine"]
        )
        away_since = self._engines.away_since()
        for venue in self._venues:
            halts.add_metric([venue], HALT_STATE_VALUES[self._control.state(venue)])
            if venue in self._watch.last_update:
                updates.add_metric([venue], self._watch.last_update[venue].timestamp())
            if (gap := self._watch.longest_gap(venue, until=away_since)) is not None:
                gaps.add_metric([venue], gap)
        for name, moment in self._engines.last_seen.items():
            seen.add_metric([name], moment)
        yield from (halts, updates, gaps, seen)

    def _senders(self) -> Iterator[Metric]:
        labels = ["engine"]
        queued = GaugeMetricFamily("arb_engine_queued_events", "Events that wait", labels=labels)
        spooled = GaugeMetricFamily(
            "arb_engine_spooled_events", "Events on the engine's disk", labels=labels
        )
        dropped = CounterMetricFamily(
            "arb_engine_dropped_events", "Events given up for newer ones", labels=labels
        )
        rejected = CounterMetricFamily(
            "arb_engine_rejected_events", "Events the exporter refused", labels=labels
        )
        success = GaugeMetricFamily(
            "arb_engine_last_success_timestamp_seconds", "Last delivery", labels=labels
        )
        start = GaugeMetricFamily(
            "arb_engine_start_timestamp_seconds", "Start of the engine", labels=labels
        )
        connected = self._engines.connected()
        for name, report in self._engines.reports.items():
            if name not in connected:
                continue  # what it told is no longer the present
            queued.add_metric([name], report.queued)
            spooled.add_metric([name], report.spooled)
            dropped.add_metric([name], report.dropped)
            rejected.add_metric([name], report.rejected)
            if report.last_success is not None:
                success.add_metric([name], report.last_success.timestamp())
            if report.started_at is not None:
                start.add_metric([name], report.started_at.timestamp())
        yield from (queued, spooled, dropped, rejected, success, start)

    def _limit_series(self) -> Metric:
        limits = GaugeMetricFamily(
            "arb_limit", "Limits of limits.yml, in base units", labels=["limit", "scope"]
        )
        for (name, scope), value in self._limits.now.series(self._venues).items():
            limits.add_metric([name, scope], value)
        return limits
