"""The one way in: check what an engine sent, store what must last, count it, tell the stream."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from arbwatch.answers import Receipt, Rejection
from arbwatch.events import (
    FACTS,
    Breach,
    Edge,
    EngineError,
    Event,
    Exposure,
    ExposureRow,
    Fact,
    Fill,
    Latency,
    Requests,
    Reversal,
    SenderReport,
    utc_now,
)
from exporter.batches import RecentBatches
from exporter.control import Control
from exporter.control.late import Late, ordered
from exporter.engines import Engines
from exporter.exposure import OpenExposure
from exporter.health import VenueWatch
from exporter.ledger.ledger import Ledger
from exporter.ledger.records import ControlRecord, Record
from exporter.ledger.statistics import Totals
from exporter.ledger.writer import Refusal, Written
from exporter.live_edges import LiveEdges
from exporter.metrics import Metrics
from exporter.stream import Stream

MAX_AHEAD = timedelta(minutes=5)
EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)  # the year in which the first of the venues opened


def type_of(event: Event) -> str:
    """The event's `type`, as in a batch."""
    return str(event.__struct_config__.tag)


class _Sorted(msgspec.Struct):
    """A batch by what is to be done with it; places are those in `events`."""

    events: list[Any]
    facts: list[tuple[int, Fact]]
    kinds: dict[type, list[Any]]
    rejected: list[Rejection]


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
        engines: Engines,
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
        self._engines = engines
        self._batches = RecentBatches()
        self._now = now

    def accept(
        self, events: list[Any], *, batch: str | None = None
    ) -> Receipt | Awaitable[Receipt]:
        """Take in events; what is refused is named by its place in `events`.

        The receipt is there at once when nothing has to be stored. `batch` names what was sent, so
        that the same batch sent again is known as a whole.
        """
        if (known := self._batches.get(batch)) is not None:
            return self._repeated(known, len(events))
        sorted_out = self._sort_out(events)
        done: Receipt | asyncio.Future[Receipt]
        if sorted_out.facts:
            done = asyncio.ensure_future(self._store(sorted_out, batch))
        else:
            done = self._finish(sorted_out)
        if batch is not None:
            self._batches.put(batch, done)
        return done if isinstance(done, Receipt) else asyncio.shield(done)

    def _sort_out(self, events: list[Any]) -> _Sorted:
        latest = self._now() + MAX_AHEAD
        sorted_out = _Sorted(events, [], {}, [])
        for index, event in enumerate(events):
            if not EARLIEST <= event.timestamp <= latest:
                sorted_out.rejected.append(_untimely(index, "timestamp"))
            elif type(event) is Edge and not (
                event.books_changed_at is None
                or all(EARLIEST <= at <= latest for at in event.books_changed_at.values())
            ):
                sorted_out.rejected.append(_untimely(index, "books_changed_at"))
            elif not isinstance(event, FACTS):
                sorted_out.kinds.setdefault(type(event), []).append(event)
            elif isinstance(event, Fill) and not EARLIEST <= ordered(event) <= latest:
                sorted_out.rejected.append(_untimely(index, "ordered_at"))
            else:
                sorted_out.facts.append((index, event))
        return sorted_out

    async def _store(self, sorted_out: _Sorted, batch: str | None) -> Receipt:
        """Facts first: when they cannot be stored nothing of the batch is taken in."""
        refused = await self._ledger.append(
            [(fact, f"{batch}/{index}" if batch else None) for index, fact in sorted_out.facts]
        )
        if not refused:
            return self._finish(sorted_out)
        reasons = Counter(refused.values())
        self._metrics.service.duplicates.inc(reasons["duplicate"])
        self._metrics.service.conflicts.inc(reasons["conflict"])
        for place, reason in refused.items():
            if reason != "duplicate":
                sorted_out.rejected.append(_refused(sorted_out.facts[place][0], reason))
        return self._finish(sorted_out, reasons["duplicate"])

    def _finish(self, sorted_out: _Sorted, duplicates: int = 0) -> Receipt:
        events, rejected = sorted_out.events, sorted_out.rejected
        for kind, group in sorted_out.kinds.items():
            self._update(kind, group)
        for rejection in rejected:
            self.count_rejection(type_of(events[rejection.index]), rejection.code)
        accepted = len(events) - len(rejected) - duplicates
        return Receipt(accepted=accepted, duplicate=duplicates, rejected=rejected)

    def _repeated(
        self, known: Receipt | asyncio.Future[Receipt], size: int
    ) -> Receipt | Awaitable[Receipt]:
        """What a batch that came before is answered, when the work on it is done."""
        if isinstance(known, Receipt):
            duplicates = size - len(known.rejected)
            return Receipt(accepted=0, duplicate=duplicates, rejected=known.rejected)
        return self._repeated_later(known, size)

    async def _repeated_later(self, known: asyncio.Future[Receipt], size: int) -> Receipt:
        receipt = await asyncio.shield(known)
        duplicates = size - len(receipt.rejected)
        return Receipt(accepted=0, duplicate=duplicates, rejected=receipt.rejected)

    def update_exposure(self, row: ExposureRow) -> None:
        """One row alone, the others staying as they are."""
        self._exposure.update(row)
        self._metrics.venues.observe_exposure(row)
        self._metrics.service.events.cell("exposure").inc()

    def count_rejection(self, event_type: str, code: str) -> None:
        """Count an event that was refused."""
        self._metrics.service.rejected.labels(event_type, code).inc()

    def stored(self, written: Written) -> None:
        """Count and publish what one commit of the ledger stored, in its order."""
        entries = written.entries
        fills = [entry.record for entry in entries if isinstance(entry.record, Fill)]
        self._totals.take_in(written.summary, written.hours)
        if fills:
            self._live_edges.filled({fill.pair_id for fill in fills})
            self._metrics.fills.observe(fills)
            self._metrics.service.events.cell("fill").inc(len(fills))
        if len(fills) != len(entries):
            for entry in entries:
                self._count(entry.record)
        self._count_late(self._control.stored(entries, fills))
        self._stream.publish(entries)

    def _count_late(self, late: Late) -> None:
        self._metrics.fills.after_halt.inc(late.after_halt)
        for venue, entries in late.entries.items():
            self._metrics.venues.entries_after_halt.labels(venue).inc(entries)

    def _update(self, kind: type, events: list[Any]) -> None:
        """Take in what is state or measurement, not fact: events of one kind."""
        if kind is Edge:
            self._live_edges.update(events)
            self._metrics.edges.observe(events)
            self._metrics.service.events.cell("edge").inc(len(events))
            return
        for event in events:
            match event:
                case Exposure():
                    self._exposure.replace(event.rows)
                    for row in event.rows:
                        self._metrics.venues.observe_exposure(row)
                case Latency():
                    self._take_latency(event)
                case Requests():
                    self._watch.requests(event.venue, event)
                    self._metrics.venues.observe_requests(event)
                case SenderReport():
                    self._engines.report(event)
        self._metrics.service.events.cell(type_of(events[0])).inc(len(events))

    def _take_latency(self, event: Latency) -> None:
        given = event.latency_ms
        samples = given if isinstance(given, list) else [given]
        self._watch.latency(event.venue, samples, event.timestamp)
        self._metrics.venues.observe_latency(event, samples)

    def _count(self, record: Record) -> None:
        match record:
            case EngineError():
                self._metrics.venues.observe_error(record)
            case Breach():
                self._metrics.venues.observe_breach(record)
            case Reversal():
                self._metrics.fills.reversals.inc()
            case ControlRecord(action="denial"):
                self._metrics.service.denials.labels(record.via).inc()
                return
            case _:
                return
        self._metrics.service.events.cell(type_of(record)).inc()


def _untimely(index: int, field: str) -> Rejection:
    return Rejection(
        index=index,
        code="out_of_range",
        message="the time is before 2020 or more than 5 minutes ahead",
        field=field,
    )


def _refused(index: int, reason: Refusal) -> Rejection:
    if reason == "unknown_fill":
        message = "the fill that it reverses is not stored"
        return Rejection(index=index, code=reason, message=message, field="reverses")
    message = "this fill_id is stored with other content, or reversed; the first one stays"
    return Rejection(index=index, code="fill_conflict", message=message, field="fill_id")
