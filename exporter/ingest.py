"""The one way in: check what an engine sent, store what must last, count it, tell the stream."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import Any

from arbwatch.answers import Receipt
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
    Reversal,
    SenderReport,
    utc_now,
)
from exporter.batches import RecentBatches
from exporter.control import Control
from exporter.control.late import Late
from exporter.edges import Edges
from exporter.engines import Engines
from exporter.exposure import OpenExposure
from exporter.health import VenueWatch
from exporter.ledger.ledger import Ledger
from exporter.ledger.records import ControlRecord, Record
from exporter.ledger.totals import Totals
from exporter.ledger.writer import Written
from exporter.metrics import Metrics
from exporter.sorting import Sorted, refused, sort_out
from exporter.stream import Stream


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
        edges: Edges,
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
        self._edges = edges
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
        found = sort_out(events, now=self._now())
        done: Receipt | asyncio.Future[Receipt]
        if found.facts:
            done = asyncio.ensure_future(self._store(found, batch))
        else:
            done = self._finish(found)
        if batch is not None:
            self._batches.put(batch, done)
        return done if isinstance(done, Receipt) else asyncio.shield(done)

    async def _store(self, found: Sorted, batch: str | None) -> Receipt:
        """Facts first: when they cannot be stored nothing of the batch is taken in."""
        not_stored = await self._ledger.append(
            [(fact, f"{batch}/{index}" if batch else None) for index, fact in found.facts]
        )
        reasons = Counter(not_stored.values())
        self._metrics.service.duplicates.inc(reasons["duplicate"])
        self._metrics.service.conflicts.inc(reasons["conflict"])
        fills = set()
        for place, (index, fact) in enumerate(found.facts):
            if place not in not_stored:
                if isinstance(fact, Fill):
                    fills.add(index)
            elif not_stored[place] != "duplicate":
                found.rejected.append(refused(index, not_stored[place]))
        return self._finish(found, fills, duplicates=reasons["duplicate"])

    def _finish(
        self, found: Sorted, fills: Collection[int] = (), *, duplicates: int = 0
    ) -> Receipt:
        """Take in what is no fact; `fills` are the places of those that were stored just now."""
        events, rejected = found.events, found.rejected
        if fills:
            self._meet(found, fills)
        elif Edge in found.kinds:
            self._edges.update(found.kinds[Edge])
        for kind, group in found.kinds.items():
            self._update(kind, group)
        for rejection in rejected:
            self.count_rejection(type_of(events[rejection.index]), rejection.code)
        accepted = len(events) - len(rejected) - duplicates
        return Receipt(accepted=accepted, duplicate=duplicates, rejected=rejected)

    def _meet(self, found: Sorted, fills: Collection[int]) -> None:
        """Edges and fills in the order they were pushed: each fill meets its edge as it was."""
        refused_places = {rejection.index for rejection in found.rejected}
        edges: list[Edge] = []
        for index, event in enumerate(found.events):
            if index in fills:
                self._edges.update(edges)
                self._edges.live.filled(event)
                edges = []
            elif type(event) is Edge and index not in refused_places:
                edges.append(event)
        self._edges.update(edges)

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
        self._totals.take_in(written.hours)
        if fills:
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
            self._metrics.edges.observe(events)
            self._metrics.service.events.cell("edge").inc(len(events))
            return
        for event in events:
            match event:
                case Exposure():
                    self._exposure.replace(event.rows, num_pairs=event.num_pairs)
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
