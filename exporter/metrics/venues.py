"""How venues do: feeds, calls, errors, exposure, halts."""

from arbwatch.events import Breach, EngineError, ExposureRow, Latency, Requests
from exporter.metrics.buckets import EXPOSURE_USD, FEED_SECONDS, HEDGE_SECONDS
from exporter.metrics.families import Families
from exporter.metrics.labels import OTHER, ClosedSet


class VenueMetrics:
    """Series by venue, kind of error, and limit."""

    def __init__(
        self,
        families: Families,
        *,
        venue: ClosedSet,
        category: ClosedSet,
        kind: ClosedSet,
        limit: ClosedSet,
    ) -> None:
        self._venue = venue
        self._category = category
        self._kind = kind
        self._limit = limit
        latency = "Age of a book update when the engine saw it"
        self._feed_latency = families.hot_histogram(
            "arb_feed_latency_seconds", latency, FEED_SECONDS, ("venue",)
        )
        self.feed_cuts = families.counter(
            "arb_feed_cuts", "Silences of a feed beyond its limit that ended", ("venue",)
        )
        self._requests = families.counter(
            "arb_venue_requests", "Calls the engine made to a venue", ("venue", "result")
        )
        self._errors = families.counter("arb_errors", "Errors of the engine", ("kind", "venue"))
        self._breaches = families.counter(
            "arb_breaches", "Limits the engine saw exceeded", ("limit",)
        )
        self._exposure = families.hot_histogram(
            "arb_exposure_snapshot_usd",
            "Open notional at each snapshot",
            EXPOSURE_USD,
            ("venue", "category"),
        )
        self.halt_ack = families.histogram(
            "arb_halt_ack_seconds", "From a halt's order to its acknowledgement", HEDGE_SECONDS
        )
        self.entries_after_halt = families.counter(
            "arb_entries_after_halt",
            "Entries ordered after a halt of the venue was acknowledged",
            ("venue",),
        )
        for each_venue in venue.values:
            if each_venue != OTHER:
                self.entries_after_halt.labels(each_venue)
                self.feed_cuts.labels(each_venue)
            self._requests.labels(each_venue, "ok")
            self._requests.labels(each_venue, "error")
            for each_kind in kind.values:
                self._errors.labels(each_kind, each_venue)
        for each_limit in limit.values:
            self._breaches.labels(each_limit)

    def observe_latency(self, latency: Latency, samples_ms: list[float]) -> None:
        """Observe feed latency samples of one venue."""
        cell = self._feed_latency.cell(self._venue.counted(latency.venue))
        cell.observe_all([sample / 1000 for sample in samples_ms])

    def observe_requests(self, requests: Requests) -> None:
        """Count the calls an engine made to a venue."""
        venue = self._venue.counted(requests.venue)
        self._requests.labels(venue, "ok").inc(requests.ok)
        self._requests.labels(venue, "error").inc(requests.error)

    def observe_error(self, error: EngineError) -> None:
        """Count one error of the engine."""
        self._errors.labels(self._kind.counted(error.kind), self._venue.counted(error.venue)).inc()

    def observe_breach(self, breach: Breach) -> None:
        """Count one limit that the engine saw exceeded."""
        self._breaches.labels(self._limit.counted(breach.limit)).inc()

    def observe_exposure(self, row: ExposureRow) -> None:
        """Observe one row of an exposure snapshot."""
        labels = (self._venue.counted(row.venue), self._category.counted(row.category))
        self._exposure.cell(*labels).observe(row.total_notional_usd)
