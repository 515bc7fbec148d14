"""The thread that keeps: puts on disk what must outlive the engine, and reports on the sender.

Guarantees: facts unsent for `keep_after_seconds`, and every batch with facts whose first attempt
failed, are on disk; so are, at the end, all events still waiting, facts first. When the disk fails
or its bound is reached, facts and refused events stay in memory until it takes them, the log and
`stats` say so, and sending goes on.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from arbwatch.events import SenderReport, utc_now
from arbwatch.sending.batch import Batch
from arbwatch.sending.dead_letters import DeadLetters, Letter
from arbwatch.sending.options import Options
from arbwatch.sending.outgoing import Outgoing
from arbwatch.sending.spool import Spool, SpoolError

log = logging.getLogger(__name__)

DISK_PATIENCE_SECONDS = 10.0


class Keeper:
    """The only one that touches the disk. Without a `folder` it keeps nothing, and says so."""

    def __init__(
        self, outgoing: Outgoing, *, engine: str, folder: Path | None, options: Options
    ) -> None:
        self._outgoing = outgoing
        self._engine = engine
        self._started_at = utc_now()
        self._options = options
        self._spool = None if folder is None else Spool(folder, max_bytes=options.max_spool_bytes)
        self._dead_letters = (
            None if folder is None else DeadLetters(folder, max_bytes=options.max_dead_letter_bytes)
        )
        self._broken: str | None = None
        self._letters: list[Letter] = []
        self._delivered: deque[str] = deque()
        self._to_forget: deque[str] = deque()
        self._next_report = time.monotonic() + options.report_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="arbwatch-keeper", daemon=True)

    def start(self) -> None:
        """Give back what the last run left, then begin to keep."""
        if self._spool is not None:
            self._recover(self._spool)
        self._thread.start()

    def close(self) -> None:
        """Put away what is still waiting."""
        self._stopping.set()
        self._thread.join(DISK_PATIENCE_SECONDS)
        if self._thread.is_alive():
            log.error("the disk does not answer; what is unsent is not kept")
            return
        self._outgoing.take_in()
        self._outgoing.seal_everything()
        self._keep(only_due=False)
        self._say_farewell()
        if self._spool is not None:
            self._spool.close()

    def _run(self) -> None:
        while not self._stopping.wait(self._options.flush_seconds):
            try:
                self._tick()
            except Exception:
                log.exception("unexpected error while keeping events; going on")

    def _tick(self) -> None:
        self._outgoing.take_in()
        if self._spool is not None:
            self._outgoing.seal_old_facts()
        self._keep()
        if time.monotonic() >= self._next_report:
            self._next_report = time.monotonic() + self._options.report_seconds
            self._report()

    def _recover(self, spool: Spool) -> None:
        try:
            kept = spool.open()
        except SpoolError as error:
            self._spool, self._broken = None, str(error)
            self._note(self._broken)
            return
        self._outgoing.recover(kept)
        self._outgoing.unreadable = spool.unreadable
        if kept:
            log.info("sending %d events of the last run first", sum(b.count for b in kept))
        if spool.unreadable:
            log.warning("%d records of the spool could not be read", spool.unreadable)

    def _keep(self, *, only_due: bool = True) -> None:
        """A batch not delivered whole is forgotten last, once letters and halves are on disk."""
        # Asked for first, so that what took a finished batch's place is among the due ones.
        self._delivered += self._outgoing.delivered()
        self._to_forget += self._outgoing.finished()
        self._letters += self._outgoing.letters()
        due = self._outgoing.to_keep(only_due=only_due)
        # Facts go to the spool also where the file of dead letters cannot be written, and what was
        # delivered makes room for them.
        steps = (lambda: self._forget(self._delivered), self._write, lambda: self._append(due))
        problems = [_problem_of(step) for step in steps]
        if not any(problems):
            problems.append(_problem_of(lambda: self._forget(self._to_forget)))
        self._note(next(filter(None, problems), self._broken))

    def _write(self) -> None:
        if self._letters and self._dead_letters is not None:
            self._dead_letters.put(self._letters)
        self._letters = []

    def _append(self, due: list[Batch]) -> None:
        if self._spool is None:
            return
        for batch in due:
            self._spool.append(batch)
            self._outgoing.kept(batch)

    def _forget(self, batch_ids: deque[str]) -> None:
        while batch_ids and self._spool is not None:
            self._spool.done(batch_ids[0])
            batch_ids.popleft()

    def _note(self, problem: str | None) -> None:
        if problem is not None and self._outgoing.disk_error is None:
            log.error("events stay in memory, a crash would lose them: %s", problem)
        if problem is None and self._outgoing.disk_error is not None:
            log.info("events are kept on disk again")
        self._outgoing.disk_error = problem

    def _report(self) -> None:
        stats = self._outgoing.stats()
        self._outgoing.offer(
            SenderReport(
                engine=self._engine,
                queued=stats.queued,
                spooled=stats.spooled,
                dropped=stats.dropped,
                rejected=stats.rejected,
                timestamp=utc_now(),
                last_success=stats.last_success,
                started_at=self._started_at,
            )
        )

    def _say_farewell(self) -> None:
        stats = self._outgoing.stats()
        if stats.spooled:
            log.warning("closing with %d events unsent; kept for the next start", stats.spooled)
        if lost := stats.queued - stats.spooled:
            reason = stats.disk_error or "there is no state_dir to keep them"
            log.error("closing with %d events unsent and lost: %s", lost, reason)
        if unwritten := len(self._letters):
            problem = stats.disk_error
            log.error("closing with %d refused events not written down: %s", unwritten, problem)


def _problem_of(step: Callable[[], None]) -> str | None:
    """Do a step on disk; what the disk said against it."""
    try:
        step()
    except SpoolError as error:
        return str(error)
    except OSError as error:
        return f"dead letters cannot be written: {error.strerror}"
    return None
