"""Keeps the gauges of results up with the ledger, so that a scrape reads no file."""

import asyncio
import logging
from collections.abc import Callable, Collection

from exporter.ledger.ledger import Ledger
from exporter.ledger.store import Store
from exporter.metrics.results import Group

log = logging.getLogger(__name__)

REFRESH_SECONDS = 2.0


class Refresh:
    """Reads the sums by group anew whenever something was stored; a failure ends nothing.

    They are first shown when they hold all that was stored before: sums of a part of the past would
    look like losses and gains of this hour. Names of engines beside these are read as one.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        categories: Collection[str],
        leaders: Collection[str],
        on_read: Callable[[list[Group]], None],
        on_failure: Callable[[], None],
    ) -> None:
        self._ledger = ledger
        self._names = {"categories": categories, "leaders": leaders}
        self._on_read = on_read
        self._on_failure = on_failure
        self._head: int | None = None
        self._is_failing = False

    async def run_forever(self) -> None:
        """Once at the start, then every few seconds."""
        while True:
            try:
                await self.catch_up()
                self._is_failing = False
            except Exception as error:
                self._failed(error)
            await asyncio.sleep(REFRESH_SECONDS)

    async def catch_up(self) -> None:
        """Read them now, if anything was stored since; while much is, they follow behind."""
        head = await self._ledger.read(Store.head)
        if head == self._head:
            return
        holds_all = await self._sum_up()
        if self._head is None and not holds_all:
            return
        self._on_read(await self._ledger.read(Store.trades, **self._names))
        if holds_all:
            self._head = head

    async def _sum_up(self) -> bool:
        """Whether the sums hold all that was stored when this was called."""
        if self._head is None:
            return await self._ledger.roll_up()
        return await self._ledger.roll_up_idly()

    def _failed(self, error: Exception) -> None:
        self._on_failure()
        if not self._is_failing:
            log.error("results: their gauges cannot follow the ledger now", exc_info=error)
        self._is_failing = True
