"""How the exporter itself does."""

from itertools import product
from typing import get_args

from prometheus_client import ProcessCollector

from arbwatch import __version__
from arbwatch.bearer.gate import REASONS, Reason
from arbwatch.bearer.tokens import SCOPES, Scope
from arbwatch.control import Via
from arbwatch.events import EVENT_TYPES
from exporter.metrics.buckets import COMMIT_SECONDS
from exporter.metrics.families import Families


class ServiceMetrics:
    """Series of ingest, ledger and stream."""

    def __init__(self, families: Families) -> None:
        ProcessCollector(registry=families.registry)
        build = families.gauge("arb_exporter_build_info", "The running version", ("version",))
        build.labels(__version__).set(1)
        self.events = families.hot_counter("arb_exporter_events", "Events accepted", ("type",))
        self.rejected = families.counter(
            "arb_exporter_rejected", "Events refused, by reason", ("type", "reason")
        )
        self.duplicates = families.counter(
            "arb_exporter_fill_duplicates", "Fills that were stored already"
        )
        self.conflicts = families.counter(
            "arb_exporter_fill_conflicts", "Fills whose id was stored with other content"
        )
        self._overflows = families.counter(
            "arb_exporter_label_overflow", "Values outside a label's closed set", ("label",)
        )
        self._commits = families.histogram(
            "arb_exporter_commit_seconds", "Commits of the ledger", COMMIT_SECONDS
        )
        self._commit_failures = families.counter(
            "arb_exporter_commit_failures", "Commits of the ledger that failed"
        )
        self.results_failures = families.counter(
            "arb_exporter_results_failures",
            "Times that the gauges of results could not be read anew",
        )
        self.stream_clients = families.gauge("arb_exporter_stream_clients", "Readers of the stream")
        self.stream_dropped = families.counter(
            "arb_exporter_stream_dropped", "Readers of the stream cut off for being too slow"
        )
        self._denied = families.counter(
            "arb_exporter_denied", "Calls refused for their token", ("scope", "reason")
        )
        self.token_reload_failures = families.counter(
            "arb_exporter_token_reload_failures", "Changes of TOKENS_FILE that could not be read"
        )
        for scope, reason in product(SCOPES, REASONS):
            self._denied.labels(scope, reason)
        self.limits_loaded = families.gauge(
            "arb_exporter_limits_loaded_timestamp_seconds", "When the limits in force were read"
        )
        self.limits_reload_failures = families.counter(
            "arb_exporter_limits_reload_failures", "Times that changed limits could not be read"
        )
        self.denials = families.counter(
            "arb_control_denials", "Orders that somebody was not allowed to give", ("via",)
        )
        for via in get_args(Via):
            self.denials.labels(via)
        for event_type in EVENT_TYPES:
            self.events.cell(str(event_type.__struct_config__.tag))
        for label in ("venue", "category", "kind", "limit", "engine"):
            self._overflows.labels(label)

    def observe_commit(self, seconds: float, is_done: bool) -> None:
        """One commit of the ledger, and whether it succeeded."""
        self._commits.observe(seconds)
        if not is_done:
            self._commit_failures.inc()

    def denied(self, scope: Scope, reason: Reason) -> None:
        """One call that was refused for its token."""
        self._denied.labels(scope, reason).inc()

    def overflow(self, label: str, times: int = 1) -> None:
        """Count values outside the closed set of a label."""
        self._overflows.labels(label).inc(times)
