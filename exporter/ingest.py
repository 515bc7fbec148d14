"""The one way in: check what an engine sent, store what must last, count it, tell the stream."""

from collections.abc import Callable
from datetime import datetime, timedelta

from arbwatch.answers import Receipt, Rejection
from arbwatch.events import (
    Breach,
    Edge,
    EngineError,
    Event,
    Exposure,
    ExposureRow,
    Fill,
    Latency,
    Requests,
    utc_now,
)
from exporter.control import Control
from exporter.exposure import OpenExposure
from exporter.health import VenueWatch
from exporter.ledger.ledger import Ledger
from exporter.ledger.schema import ControlRecord, Record, from_cents, microseconds
from exporter.ledger.statistics import Totals
from exporter.ledger.store import Entry
from exporter.live_edges import LiveEdges
from exporter.metrics import Metrics
from exporter.stream import Stream

MAX_AHEAD = timedelta(minutes=5)


def type_of(event: Event) -> str:
    """The event's `type`, as in a batch."""
    return str(event.__struct_config__.tag)


class Ingest:
    """Accepts events. Facts are on disk before they are counted, shown or answered."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        control: Control,
        live_edges: LiveEdges,
        exposure: OpenExposure,
        watch: VenueWatch,
        totals: Totals,
        metrics: Metrics,
        stream: Stream,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._ledger = ledger
        self._control = control
        self._live_edges = live_edges
        self._exposure = exposure
        self._watch = watch
        self._totals = totals
        self._metrics = metrics
        self._stream = stream
        self._now = now

    async def accept(self, events: list[Event]) -> Receipt:
        """Take in a batch; what is refused is named by its place in `events`."""
        rejected = self._refusals(events)
        refused = {rejection.index for rejection in rejected}
        good = [(i, event) for i, event in enumerate(events) if i not in refused]
        facts = [(i, event) for i, event in good if isinstance(event, Fill | EngineError | Breach)]
        duplicates = 0
        if facts:
            outcomes = await self._ledger.append([fact for _, fact in facts])
            duplicates = outcomes.count("duplicate")
            conflicts = [i for (i, _), o in zip(facts, outcomes, strict=True) if o == "conflict"]
            rejected += [_conflict(index) for index in conflicts]
            self._metrics.duplicates.inc(duplicates)
            self._metrics.conflicts.inc(len(conflicts))
        for _, event in good:
            self._update(event)
        for rejection in rejected:
            self.count_rejection(type_of(events[rejection.index]), rejection.code)
        accepted = len(events) - len(rejected) - duplicates
        return Receipt(accepted=accepted, duplicate=duplicates, rejected=rejected)

    def update_exposure(self, row: ExposureRow) -> None:
        """One row alone, the others staying as they are."""
        self._exposure.update(row)
        self._metrics.observe_exposure(row)
        self._metrics.events.labels("exposure").inc()

    def count_rejection(self, event_type: str, code: str) -> None:
        """Count an event that was refused."""
        self._metrics.rejected.labels(event_type, code).inc()

    def stored(self, entries: list[Entry]) -> None:
        """Count and publish what one commit of the ledger stored, in its order."""
        for entry in entries:
            self._count(entry.record)
            self._control.stored(entry)
        self._stream.publish(entries)

    def _refusals(self, events: list[Event]) -> list[Rejection]:
        latest = self._now() + MAX_AHEAD
        return [
            Rejection(
                index=index,
                code="out_of_range",
                message="the time is more than 5 minutes ahead",
                field="timestamp",
            )
            for index, event in enumerate(events)
            if event.timestamp > latest
        ]

    def _update(self, event: Event) -> None:
        """Take in what is state or measurement, not fact."""
        match event:
            case Edge():
                self._live_edges.update(event)
                self._metrics.observe_edge(event)
            case Exposure():
                self._exposure.replace(event.rows)
                for row in event.rows:
                    self._metrics.observe_exposure(row)
            case Latency():
                self._take_latency(event)
            case Requests():
                self._watch.requests(event.venue, event)
                self._metrics.observe_requests(event)
            case _:
                return
        self._metrics.events.labels(type_of(event)).inc()

    def _take_latency(self, event: Latency) -> None:
        given = event.latency_ms
        samples = given if isinstance(given, list) else [given]
        self._watch.latency(event.venue, samples, event.timestamp)
        self._metrics.observe_latency(event, samples)

    def _count(self, record: Record) -> None:
        match record:
            case Fill():
                self._totals.add(
                    timestamp_us=microseconds(record.timestamp), pnl=from_cents(record.pnl_cents)
                )
                self._metrics.observe_fill(record)
            case EngineError():
                self._metrics.observe_error(record)
            case Breach():
                self._metrics.observe_breach(record)
            case ControlRecord():
                return
        self._metrics.events.labels(type_of(record)).inc()


def _conflict(index: int) -> Rejection:
    return Rejection(
        index=index,
        code="fill_conflict",
        message="this fill_id is stored with other content; the first one stays",
        field="fill_id",
    )
