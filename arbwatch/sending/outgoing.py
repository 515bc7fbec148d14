"""Everything on its way out: what was pushed, what is sealed into batches, what became of them.

Guarantees: `inbox.append` is all that a push costs. The lock is never held across I/O, encoding or
a pause, so `stats` answers at once. Batches leave one at a time, events in the order they were
pushed; only facts that have waited too long overtake measurements, to get on disk.
"""

import itertools
import math
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from arbwatch.answers import Receipt
from arbwatch.events import Event, SenderReport, utc_now
from arbwatch.sending import dead_letters
from arbwatch.sending.backlog import Backlog
from arbwatch.sending.batch import CHUNK_EVENTS, Batch, Packing, step_aside
from arbwatch.sending.dead_letters import Letter
from arbwatch.sending.options import Options
from arbwatch.sending.stats import SenderStats

# So far behind, taking in matters more than stepping aside.
FAR_BEHIND_EVENTS = 20_000


@dataclass(slots=True)
class _Sealed:
    """A batch in line; `keep_at` is when it has to be on disk, infinity for measurements."""

    batch: Batch
    keep_at: float
    is_spooled: bool = False


class Outgoing:
    """The state that the sender's two threads share."""

    def __init__(self, options: Options, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.inbox: deque[Event] = deque()
        self._options = options
        self._clock = clock
        self._session = secrets.token_hex(8)
        self._numbers = itertools.count(1)
        self._sealing = threading.Lock()  # Held while a batch is made, so that none overtakes it.
        self._lock = threading.Lock()  # Never held for long; guards what follows.
        self._backlog = Backlog(options.max_queued)
        self._line: deque[_Sealed] = deque()
        self._report: SenderReport | None = None
        self._delivered: list[str] = []
        self._finished: list[str] = []
        self._letters: list[Letter] = []
        self._is_frozen = False
        self._being_sealed = self._sent = self._rejected = 0
        self._last_success: datetime | None = None
        self._last_error: str | None = None
        self.disk_error: str | None = None
        self.unreadable = 0

    def take_in(self) -> None:
        """Move what was pushed until now into the backlog, in steps that block nobody."""
        left = len(self.inbox)
        while left > 0:
            with self._lock:
                now = self._clock()
                for _ in range(min(CHUNK_EVENTS, len(self.inbox))):
                    self._backlog.add(self.inbox.popleft(), now)
            left -= CHUNK_EVENTS
            if left < FAR_BEHIND_EVENTS:
                step_aside()

    def recover(self, kept: list[Batch]) -> None:
        """Put what the last run left on disk first in line."""
        with self._lock:
            self._line.extend(_Sealed(batch, 0.0, is_spooled=True) for batch in kept)

    def offer(self, report: SenderReport) -> None:
        """Have a report go along with the next batch; it replaces one still waiting."""
        with self._lock:
            self._report = report

    def is_behind(self) -> bool:
        """Whether more waits than the next batch would take."""
        with self._lock:
            waiting = len(self.inbox) + len(self._backlog)
            return bool(self._line) or waiting >= self._options.batch_events

    def next_batch(self) -> Batch | None:
        """The batch whose turn it is, the same one until its outcome was told."""
        with self._sealing:
            if not self._line and not self._is_frozen:
                keep_at = self._clock() + self._options.keep_after_seconds
                self._seal(self._backlog.take, keep_at=keep_at, takes_report=True)
        with self._lock:
            return self._line[0].batch if self._line and not self._is_frozen else None

    def seal_old_facts(self) -> None:
        """Seal waiting facts once the oldest has waited `keep_after_seconds`: they go to disk."""
        with self._sealing:
            now = self._clock()
            oldest = self._backlog.oldest_fact()
            if oldest is not None and now - oldest >= self._options.keep_after_seconds:
                self._seal(self._backlog.take_facts, keep_at=now)

    def seal_everything(self) -> None:
        """Seal all that waits, facts first; nothing is handed out for delivery any more."""
        with self._sealing:
            self._is_frozen = True
            for take in (self._backlog.take_facts, self._backlog.take):
                while self._seal(take, keep_at=0.0):
                    pass

    def to_keep(self, *, only_due: bool = True) -> list[Batch]:
        """Batches that have to be on disk and are not, with the facts before them in line."""
        with self._lock:
            until = self._clock() if only_due else math.inf
            waiting = [sealed for sealed in self._line if not sealed.is_spooled]
            while waiting and waiting[-1].keep_at > until:
                waiting.pop()
            return [s.batch for s in waiting if s.keep_at < math.inf or not only_due]

    def kept(self, batch: Batch) -> None:
        """It is on disk now; if it was answered for meanwhile, it is done with there."""
        with self._lock:
            waiting = next((sealed for sealed in self._line if sealed.batch is batch), None)
            if waiting is None:
                self._finished.append(batch.batch_id)
            else:
                waiting.is_spooled = True

    def delivered(self) -> list[str]:
        """Ids of batches on disk that the exporter has whole; each is given once."""
        with self._lock:
            given, self._delivered = self._delivered, []
        return given

    def finished(self) -> list[str]:
        """Ids of other batches done with on disk, once letters and halves are; each once."""
        with self._lock:
            given, self._finished = self._finished, []
        return given

    def letters(self) -> list[Letter]:
        """What was refused since the last call."""
        with self._lock:
            given, self._letters = self._letters, []
        return given

    def stored(self, batch: Batch, receipt: Receipt) -> None:
        """The exporter has it, but for the events its receipt refuses."""
        letters = dead_letters.refused_singly(batch, receipt)
        with self._lock:
            if self._leave(batch, self._finished if letters else self._delivered):
                self._refuse(letters)
                self._sent += batch.count - len(letters)
                self._last_success, self._last_error = utc_now(), None

    def refused(self, batch: Batch, reason: str) -> None:
        """The exporter will never take these bytes: halve them, until one event is found guilty."""
        halves = batch.halves(self._next_id(), self._next_id()) if batch.count > 1 else []
        with self._lock:
            keep_at = self._line[0].keep_at if self._line else math.inf
            if self._leave(batch, self._finished):
                self._line.extendleft(_Sealed(half, keep_at) for half in reversed(halves))
                self._refuse([] if halves else dead_letters.refused_whole(batch, reason))
                self._last_error = None

    def failed(self, reason: str) -> None:
        """Not delivered; if it holds facts it goes to disk at once."""
        with self._lock:
            self._last_error = reason
            if self._line and self._line[0].batch.has_facts:
                self._line[0].keep_at = 0.0

    def stats(self) -> SenderStats:
        """What became of everything pushed so far."""
        with self._lock:
            sealed = self._being_sealed + sum(s.batch.count for s in self._line)
            return SenderStats(
                queued=len(self.inbox) + len(self._backlog) + sealed,
                spooled=sum(s.batch.count for s in self._line if s.is_spooled),
                sent=self._sent,
                rejected=self._rejected,
                dropped=self._backlog.dropped,
                unreadable=self.unreadable,
                last_success=self._last_success,
                last_error=self._last_error,
                disk_error=self.disk_error,
            )

    def _seal(
        self, take: Callable[[int], list[Event]], *, keep_at: float, takes_report: bool = False
    ) -> bool:
        """Make a batch of what `take` gives; whether it gave anything. Under `_sealing`."""
        packings = self._pack(take)
        left_out = [pair for packing in packings for pair in packing.unsendable]
        letters = [dead_letters.unsendable(event, reason) for event, reason in left_out]
        with self._lock:
            report = self._take_report() if takes_report else None
        batches = [packing.seal(self._next_id()) for packing in packings[:-1]]
        if packings[-1].size or report is not None:
            batches.append(packings[-1].seal(self._next_id(), report))
        with self._lock:
            self._being_sealed = 0
            self._refuse(letters)
            self._line.extend(_Sealed(b, keep_at if b.has_facts else math.inf) for b in batches)
        return packings[0].taken > 0

    def _pack(self, take: Callable[[int], list[Event]]) -> list[Packing]:
        """One packing, and further ones for what of the last chunk found no room in it."""
        packings = [Packing(self._options.batch_bytes)]
        while len(packings) == 1 and not packings[0].is_closed:
            with self._lock:
                events = take(min(CHUNK_EVENTS, self._options.batch_events - packings[0].taken))
                self._being_sealed += len(events)
            if not events:
                break
            while events := packings[-1].add(events):
                packings.append(Packing(self._options.batch_bytes))
                step_aside()
            step_aside()
        return packings

    def _next_id(self) -> str:
        return f"{self._session}-{next(self._numbers)}"

    def _take_report(self) -> SenderReport | None:
        given, self._report = self._report, None
        return given

    def _leave(self, batch: Batch, into: list[str]) -> bool:
        """Take the first in line out; not once the rest is being put away, it goes to disk too."""
        if self._is_frozen or not self._line or self._line[0].batch is not batch:
            return False
        if self._line.popleft().is_spooled:
            into.append(batch.batch_id)
        return True

    def _refuse(self, letters: list[Letter]) -> None:
        self._letters += letters
        self._rejected += len(letters)
