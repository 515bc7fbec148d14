"""The thread that sends: one batch at a time, again and again until its fate is known.

Guarantees: a retry repeats bytes and id; nothing overtakes a batch that waits for its retry; a
batch that is refused for good is halved until the guilty event is alone and put aside.
"""

import logging
import threading

from arbwatch.answers import Receipt
from arbwatch.sending.batch import Batch
from arbwatch.sending.delivery import Backoff, Delivery, Failed, Refused, Stored
from arbwatch.sending.options import Options
from arbwatch.sending.outgoing import Outgoing

log = logging.getLogger(__name__)


class Courier:
    """Carries batches from `outgoing` to `delivery`."""

    def __init__(self, outgoing: Outgoing, delivery: Delivery, *, options: Options) -> None:
        self._outgoing = outgoing
        self._delivery = delivery
        self._options = options
        self._backoff = Backoff(options)
        self._told: set[str] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="arbwatch-courier", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def close(self, timeout_seconds: float) -> None:
        """Begin no more attempts; wait this long for one that is under way."""
        self._stopping.set()
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._step()
            except Exception:
                log.exception("unexpected error while sending events; trying again")
                self._failed(Failed("unexpected error, see the log"))
        self._delivery.close()

    def _step(self) -> None:
        self._outgoing.take_in()
        batch = self._outgoing.next_batch()
        if batch is not None:
            self._deliver(batch)
        if not self._outgoing.is_behind():
            self._stopping.wait(self._options.flush_seconds)

    def _deliver(self, batch: Batch) -> None:
        match self._delivery.post(batch):
            case Stored(receipt):
                _log_refusals(receipt, batch.count)
                self._outgoing.stored(batch, receipt)
                self._answered()
            case Refused(reason):
                log.warning("batch of %d events refused: %s", batch.count, reason)
                self._outgoing.refused(batch, reason)
                self._answered()
            case Failed() as failure:
                self._failed(failure)

    def _answered(self) -> None:
        if self._told:
            log.info("events are delivered again")
        self._told.clear()
        self._backoff.reset()

    def _failed(self, failure: Failed) -> None:
        # Once for each reason: a wrong URL is worth a line also while the exporter was not there.
        if failure.reason not in self._told:
            log.warning("events are waiting: %s", failure.reason)
        self._told.add(failure.reason)
        self._outgoing.failed(failure.reason)
        self._stopping.wait(self._backoff.pause(failure.retry_after_seconds))


def _log_refusals(receipt: Receipt, count: int) -> None:
    if receipt.rejected:
        reasons = sorted({f"{r.code} {r.field or ''}".strip() for r in receipt.rejected})
        refused = len(receipt.rejected)
        log.warning("exporter refused %d of %d events: %s", refused, count, ", ".join(reasons))
