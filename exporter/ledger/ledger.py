"""The ledger as the event loop sees it: one thread of its own, and one commit for all who wait."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from exporter.errors import LedgerUnavailable
from exporter.ledger.records import ControlRecord
from exporter.ledger.store import Store
from exporter.ledger.tallied import EdgeRow, SpreadRow
from exporter.ledger.writer import Identified, Refusal, Written

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

Refused = dict[int, Refusal]
Waiting = tuple[list[Identified], "asyncio.Future[Refused]"]


class Ledger:
    """Group commit over one `Store`, which from now on belongs to its thread.

    Control records do not fail with the facts beside them: they are then committed alone.
    `on_stored` is called on the event loop with what each commit wrote, in ledger order and before
    those who appended it go on; `on_commit` with a commit's seconds and whether it
    succeeded. `is_ready` tells whether the disk took the last ones, facts included.
    """

    def __init__(self, store: Store) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        self._store = store
        self._waiting: list[Waiting] = []
        self._wake = asyncio.Event()
        self._is_closing = False
        self._is_summing_ended = False
        self._commits = 0
        self._rolling = asyncio.Lock()  # a commit never waits for more than one stretch of rows
        self.is_ready = True
        self._task: asyncio.Task[None] | None = None
        self.on_stored: Callable[[Written], None] = lambda written: None
        self.on_commit: Callable[[float, bool], None] = lambda seconds, is_done: None

    def start(self) -> None:
        """Begin to commit; needs a running event loop."""
        self._task = asyncio.create_task(self._commit_forever(), name="ledger")

    def end_summing(self) -> None:
        """Let nobody wait for sums any more, who may wait long; what is missing comes later."""
        self._is_summing_ended = True

    async def close(self) -> None:
        """Commit what waits, then close the file."""
        self._is_closing = True
        self._wake.set()
        if self._task is not None:
            await self._task
            self._task = None
        self._thread.shutdown()
        self._store.close()

    async def append(self, records: list[Identified]) -> Refused:
        """Store records, each with the identity it has from its batch; on disk when this returns.

        Those that were not stored are named by their place, with the reason. Whoever stops waiting
        before the commit began takes them back.

        Raises:
            LedgerUnavailable: nothing of the commit was stored.
        """
        if self._is_closing:
            raise LedgerUnavailable("the exporter is stopping; send it again")
        future: asyncio.Future[Refused] = asyncio.get_running_loop().create_future()
        self._waiting.append((records, future))
        self._wake.set()
        return await future

    async def read(
        self, query: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run one of the store's reads, as in `ledger.read(Store.fills, limit=20)`.

        A function of its own may read several things at one moment: nothing comes in between.

        Raises:
            LedgerUnavailable: the file could not be read.
        """
        try:
            return await self._run(query, *args, **kwargs)
        except SQLAlchemyError as error:
            log.error("ledger: a read failed: %s", type(error).__name__)
            raise LedgerUnavailable("the ledger cannot be read now") from error

    async def add_edges(self, rows: Sequence[EdgeRow], lifetimes: Sequence[SpreadRow]) -> None:
        """Add edges that ended to the sums.

        Raises:
            LedgerUnavailable: nothing was added.
        """
        await self._run(Store.add_edges, rows, lifetimes)

    async def roll_up(self) -> bool:
        """Take everything that is stored by now into the sums, with commits in between.

        Whether all of it is in: not when summing was ended meanwhile.

        Raises:
            LedgerUnavailable: not all of it could be taken in.
        """
        async with self._rolling:
            waiting = await self.read(Store.waiting)
            while waiting > 0:  # not for what comes meanwhile, or it might never end
                if self._is_summing_ended:
                    return False
                waiting -= await self.read(Store.roll_up) or waiting
            return True

    async def roll_up_idly(self) -> bool:
        """Take some of what is stored into the sums, and more while no commit comes; whether all.

        Raises:
            LedgerUnavailable: some could not be taken in.
        """
        async with self._rolling:
            commits = self._commits
            while await self.read(Store.roll_up):
                if self._commits != commits or self._is_summing_ended:
                    return False
            return True

    async def _run(
        self, task: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: task(self._store, *args, **kwargs))

    async def _commit_forever(self) -> None:
        while not (self._is_closing and not self._waiting):
            await self._wake.wait()
            self._wake.clear()
            waiting = [each for each in self._waiting if not each[1].cancelled()]
            self._waiting = []
            if waiting:
                await self._commit(waiting)

    async def _commit(self, waiting: list[Waiting], *, is_rest: bool = False) -> None:
        loop = asyncio.get_running_loop()
        records = [record for group, _ in waiting for record in group]
        started = loop.time()
        self._commits += 1
        try:
            written = await self._run(Store.write, records)
        except Exception as error:
            self._turn(False, error)
            self.on_commit(loop.time() - started, False)
            await self._save_orders(waiting, error)
            return
        if not is_rest:
            await self._recover(waiting)
        self.on_commit(loop.time() - started, True)
        try:
            self.on_stored(written)
        except Exception:
            # It is stored, so that is what those who wait are told; what counts it has a fault.
            log.exception("ledger: stored, but not all of it was counted or shown")
        self._answer(waiting, written.refused)

    async def _save_orders(self, waiting: list[Waiting], error: Exception) -> None:
        """What failed together with facts may succeed without them."""
        orders = [each for each in waiting if _is_order(each)]
        if not orders or len(orders) == len(waiting):
            self._fail(waiting, error)
            return
        self._fail([each for each in waiting if not _is_order(each)], error)
        await self._commit(orders, is_rest=True)

    async def _recover(self, waiting: list[Waiting]) -> None:
        """Ready again once facts were stored, or could be."""
        if not self.is_ready and (
            not all(map(_is_order, waiting)) or await self._run(Store.has_room)
        ):
            self._turn(True)

    def _turn(self, is_ready: bool, error: Exception | None = None) -> None:
        """Say a change once: a line for each commit would fill the disk's last bytes."""
        if is_ready and not self.is_ready:
            log.info("ledger: facts are stored again")
        elif self.is_ready and not is_ready:
            log.error("ledger: a commit failed: %s", _reason(error))
        self.is_ready = is_ready

    def _answer(self, waiting: list[Waiting], refused: Refused) -> None:
        start = 0
        places = deque(sorted(refused))
        for group, future in waiting:
            end = start + len(group)
            own: Refused = {}
            while places and places[0] < end:
                place = places.popleft()
                own[place - start] = refused[place]
            if not future.cancelled():
                future.set_result(own)
            start = end

    def _fail(self, waiting: list[Waiting], error: Exception) -> None:
        if not isinstance(error, LedgerUnavailable):
            log.error("ledger: a commit failed unexpectedly", exc_info=error)
            error = LedgerUnavailable("the ledger cannot store now; send it again")
        for _, future in waiting:
            if not future.cancelled():
                future.set_exception(error)


def _is_order(waiting: Waiting) -> bool:
    """Whether it changes control state; what is appended together is of one sort."""
    return isinstance(waiting[0][0][0], ControlRecord)


def _reason(error: Exception | None) -> str:
    cause = error.__cause__ if error else None
    return type(cause).__name__ if cause else str(error)
