"""The background sender: batches what was pushed, delivers it in order, retries till it arrives."""

import logging
import random
import threading
import time
from collections import deque
from datetime import datetime
from pathlib import Path

import msgspec
import requests

from arbwatch import spool, wire
from arbwatch.answers import Receipt
from arbwatch.control import ENGINE_HEADER
from arbwatch.events import Breach, Edge, EngineError, Event, Fill, utc_now

log = logging.getLogger(__name__)

FLUSH_SECONDS = 0.1
BATCH_EVENTS = 2_000
MAX_QUEUED = 100_000
TIMEOUT_SECONDS = 10.0
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
RETRIED_STATUSES = frozenset({408, 425, 429})


class SenderStats(msgspec.Struct, frozen=True, kw_only=True):
    """Counts since the start; `last_error` is `None` once a later delivery succeeded."""

    queued: int
    sent: int
    rejected: int
    dropped: int
    last_success: datetime | None
    last_error: str | None


class Sender:
    """A queue and the one thread that empties it. `push` only appends, so it never waits.

    What is unsent when it closes goes to `spool_path` and is sent first at the next start.
    """

    def __init__(self, url: str, *, engine: str, spool_path: Path | None) -> None:
        self._url = url.rstrip("/") + "/api/events"
        self._spool_path = spool_path
        self._queue: deque[Event] = deque()
        self._unsent: list[Event] = []
        self._from_spool = 0
        self._sent = self._rejected = self._dropped = 0
        self._last_success: datetime | None = None
        self._last_error: str | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="arbwatch-sender", daemon=True)
        self._session = requests.Session()
        self._session.headers.update({ENGINE_HEADER: engine, "Content-Type": wire.NDJSON})

    def push(self, event: Event) -> None:
        """Enqueue; never waits, safe from any thread."""
        self._queue.append(event)

    def start(self) -> None:
        """Take up what the last run left unsent, then begin to send."""
        if self._spool_path is not None:
            self._unsent = spool.read(self._spool_path)
            self._from_spool = len(self._unsent)
        self._thread.start()

    def close(self, timeout_seconds: float) -> None:
        """Send what is queued, for at most `timeout_seconds`; spool what is then left."""
        deadline = time.monotonic() + timeout_seconds
        while self._backlog() and time.monotonic() < deadline and self._thread.is_alive():
            time.sleep(0.01)
        self._closing.set()
        self._thread.join(TIMEOUT_SECONDS + 1)
        self._keep_unsent()
        self._session.close()

    def stats(self) -> SenderStats:
        """What became of everything pushed so far."""
        return SenderStats(
            queued=self._backlog(),
            sent=self._sent,
            rejected=self._rejected,
            dropped=self._dropped,
            last_success=self._last_success,
            last_error=self._last_error,
        )

    def _backlog(self) -> int:
        return len(self._queue) + len(self._unsent)

    def _run(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self._closing.is_set():
            self._fill_batch()
            if not self._unsent:
                self._closing.wait(FLUSH_SECONDS)
            elif self._deliver(self._unsent[:BATCH_EVENTS]):
                self._done_with(self._unsent[:BATCH_EVENTS])
                pause = FIRST_PAUSE_SECONDS
            else:
                self._trim()
                self._closing.wait(pause * random.uniform(0.5, 1.0))
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _fill_batch(self) -> None:
        while self._queue and len(self._unsent) < BATCH_EVENTS:
            self._unsent.append(self._queue.popleft())

    def _deliver(self, batch: list[Event]) -> bool:
        """Whether the batch is done with: stored, or refused for good."""
        try:
            answer = self._session.post(
                self._url, data=wire.encode_batch(batch), timeout=TIMEOUT_SECONDS
            )
        except requests.RequestException as error:
            return self._failed(f"exporter not reached: {type(error).__name__}")
        if answer.status_code >= 500 or answer.status_code in RETRIED_STATUSES:
            return self._failed(f"exporter answered {answer.status_code}")
        self._count(answer, len(batch))
        return True

    def _done_with(self, batch: list[Event]) -> None:
        del self._unsent[: len(batch)]
        if self._from_spool:
            self._from_spool = max(0, self._from_spool - len(batch))
            if self._from_spool == 0 and self._spool_path is not None:
                spool.clear(self._spool_path)

    def _failed(self, reason: str) -> bool:
        if self._last_error is None:
            log.warning("events are waiting: %s", reason)
        self._last_error = reason
        return False

    def _count(self, answer: requests.Response, size: int) -> None:
        if answer.ok:
            receipt = msgspec.json.decode(answer.content, type=Receipt)
            refused = len(receipt.rejected)
            reasons = sorted({f"{r.code} {r.field or ''}".strip() for r in receipt.rejected})
        else:
            refused, reasons = size, [f"status {answer.status_code}"]
        if refused:
            log.warning("exporter refused %d of %d events: %s", refused, size, ", ".join(reasons))
        self._rejected += refused
        self._sent += size - refused
        self._last_success, self._last_error = utc_now(), None

    def _trim(self) -> None:
        """Bound the backlog: facts stay, of edges only the newest per pair is worth keeping."""
        if self._backlog() <= MAX_QUEUED:
            return
        backlog = self._unsent + [self._queue.popleft() for _ in range(len(self._queue))]
        newest = {event.pair_id: event for event in backlog if isinstance(event, Edge)}
        kept = [e for e in backlog if isinstance(e, Fill | EngineError | Breach)]
        self._unsent = [*kept, *newest.values()]
        self._dropped += len(backlog) - len(self._unsent)

    def _keep_unsent(self) -> None:
        left = self._unsent + list(self._queue)
        if not left:
            return
        if self._spool_path is None:
            log.warning("closing with %d events unsent and no state_dir to keep them", len(left))
            return
        spool.put(self._spool_path, left)
        log.warning("closing with %d events unsent; kept for the next start", len(left))
