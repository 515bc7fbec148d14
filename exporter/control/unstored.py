"""Orders to halt that the disk did not take: in force all the same, and tried until it does."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

import msgspec

from arbwatch.control import ALL_VENUES
from exporter.errors import LedgerUnavailable
from exporter.ledger.records import ControlRecord

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0


class Unstored(msgspec.Struct, frozen=True):
    """An order to halt, and when it was given on the clock that judges."""

    record: ControlRecord
    ordered: float


class UnstoredHalts:
    """What waits for the disk. `append` stores a record; `on_halt` is told of each that waits.

    An order is answered within `answer_seconds`, also by a disk that hangs.
    """

    def __init__(
        self,
        append: Callable[[ControlRecord], Awaitable[None]],
        *,
        answer_seconds: float,
        on_halt: Callable[[ControlRecord], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._append = append
        self._answer_seconds = answer_seconds
        self._on_halt = on_halt
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self.orders: list[Unstored] = []

    async def store(self, record: ControlRecord) -> bool:
        """Whether it is on disk now; if not, it is in force until it is, or until a restart.

        The same order given again while it waits is one order.
        """
        if any(_is_same(order.record, record) for order in self.orders):
            return False
        order = Unstored(record, self._clock())
        attempt = asyncio.ensure_future(self._append(record))
        await asyncio.wait({attempt}, timeout=self._answer_seconds)
        if attempt.done() and attempt.exception() is None:
            return True
        log.error("control: a halt of %s is in force and not on disk", record.scope)
        self.orders.append(order)
        self._on_halt(record)
        task = asyncio.create_task(self._keep_trying(attempt, record), name="unstored halt")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return False

    def of_scope(self, scope: str) -> list[Unstored]:
        """Those that were ordered for exactly this scope."""
        return [order for order in self.orders if order.record.scope == scope]

    def on_venue(self, venue: str) -> list[Unstored]:
        """Those that keep this venue from trading."""
        return [order for order in self.orders if order.record.scope in (venue, ALL_VENUES)]

    def take(self, record: ControlRecord) -> Unstored | None:
        """It was stored: it waits no longer."""
        for order in self.orders:
            if order.record is record:
                self.orders.remove(order)
                log.warning("control: the halt of %s is on disk now", record.scope)
                return order
        return None

    async def close(self) -> None:
        """Give up what still waits."""
        for order in self.orders:
            log.error("control: a halt of %s was never stored and is lost now", order.record.scope)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep_trying(self, attempt: Awaitable[None], record: ControlRecord) -> None:
        while True:
            try:
                await attempt
            except LedgerUnavailable:
                await asyncio.sleep(RETRY_SECONDS)
                attempt = self._append(record)
            else:
                self.take(record)  # one that was stored in the moment it was called late
                return


def _is_same(one: ControlRecord, other: ControlRecord) -> bool:
    return msgspec.structs.replace(one, timestamp=other.timestamp) == other
