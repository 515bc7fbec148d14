"""Plays the past to an exporter, whose clock stands at the time of what it is told."""

import math
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count, groupby, takewhile
from typing import Any

from msgspec.structs import replace

from arbwatch.events import SenderReport
from exporter.app import Exporter
from exporter.clock import Clock
from exporter.ledger.records import ControlRecord
from exporter.ledger.store import Store
from exporter.replay.past import UNNAMED_ENGINE, Past

# Until shortly before the span facts are only to be stored: an hour of them in one commit.
COARSE_SECONDS = 3600


class PastClock:
    """A clock that is set, in seconds since 1970; both of its faces tell the same time."""

    def __init__(self, at: float) -> None:
        self.at = at

    def faces(self) -> Clock:
        """As the exporter's parts take it."""
        return Clock(now=lambda: datetime.fromtimestamp(self.at, UTC), monotonic=lambda: self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when to when the exporter is scraped, seconds since 1970, every `step` seconds.

    Without an end it goes on until the past does.
    """

    start: float
    end: float | None
    step: int

    def scrapes(self) -> Iterator[int]:
        """The times of scrapes: whole multiples of the step, which queries can meet exactly."""
        first = math.ceil(self.start / self.step) * self.step
        end = math.inf if self.end is None else self.end
        return takewhile(lambda at: at <= end, count(first, self.step))


@dataclass(slots=True)
class Played:
    """What was put through: events by type, and refusals by code."""

    events: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


class Player:
    """Puts past events through one exporter.

    The past of a ledger is facts only, and goes on after its last one; a file's ends with it, and
    whoever pushed it was there all the time.
    """

    def __init__(self, exporter: Exporter, clock: PastClock, *, is_ledger: bool) -> None:
        self._exporter = exporter
        self._clock = clock
        self._is_ledger = is_ledger
        self._engine = UNNAMED_ENGINE
        self._seqs: dict[int | None, int] = {}
        self._has_stored = True
        self.played = Played()

    async def play(self, past: Iterator[Past], span: Span, scrape: Callable[[int], None]) -> None:
        """Take in all that happened, and have it scraped in between."""
        due = span.scrapes()
        at = next(due, None)
        for group in self._grouped(past, span):
            while at is not None and at < group[-1].at:
                await self._scraped(at, scrape)
                at = next(due, None)
            if at is None:
                return
            await self._take_in(group)
        while at is not None and (self._is_ledger and span.end is not None):
            await self._scraped(at, scrape)
            at = next(due, None)
        if at is not None and at - self._clock.at < span.step:
            await self._scraped(at, scrape)  # it sees the last events

    async def _scraped(self, at: int, scrape: Callable[[int], None]) -> None:
        self._clock.at = at
        self._exporter.edges.live.expire()
        if self._has_stored:
            await self._exporter.performance.refresh.catch_up()
            self._has_stored = False
        scrape(at)

    def _grouped(self, past: Iterator[Past], span: Span) -> Iterator[list[Past]]:
        """What happened within one second, as if pushed together; an order is alone."""

        def group_of(each: Past) -> int:
            if isinstance(each.what, ControlRecord):
                return -each.seq
            is_coarse = self._is_ledger and each.at < span.start - COARSE_SECONDS
            grain = COARSE_SECONDS if is_coarse else 1
            return math.ceil(each.at / grain) * grain

        for _, group in groupby(past, key=group_of):
            yield list(group)

    async def _take_in(self, group: list[Past]) -> None:
        self._clock.at = max(self._clock.at, group[-1].at)
        first = group[0]
        if isinstance(first.what, ControlRecord):
            await self._take_order(first.seq, first.what)
            return
        events: list[Any] = [each.what for each in group]
        if not self._is_ledger:
            self._hear(events)
        answer = self._exporter.ingest.accept(events)
        self._has_stored = self._has_stored or isinstance(answer, Awaitable)
        receipt = await answer if isinstance(answer, Awaitable) else answer
        self.played.refused.update(refusal.code for refusal in receipt.rejected)
        self.played.refused["duplicate"] += receipt.duplicate
        self.played.events.update(str(each.__struct_config__.tag) for each in events)

    async def _take_order(self, seq: int, record: ControlRecord) -> None:
        """Store an order as it was; the numbers that it names are those it has got here."""
        halts = tuple(self._seqs[each] for each in record.halt_ids if each in self._seqs)
        acked = self._seqs.get(record.acked_seq)
        ledger = self._exporter.ledger
        await ledger.append([(replace(record, halt_ids=halts, acked_seq=acked), None)])
        self._seqs[seq] = await ledger.read(Store.head)
        self._has_stored = True
        self.played.events[record.action] += 1

    def _hear(self, events: list[Any]) -> None:
        """An engine pushed; reports of senders name it."""
        for event in events:
            if isinstance(event, SenderReport):
                self._engine = event.engine
        self._exporter.engines.heard(self._engine)
