"""The outbox as the rest of the bot sees it: asynchronous, its file in a thread of its own."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from arbwatch.events import utc_now
from bot.errors import OutboxError
from bot.outbox.rows import Backlog, Entry, Waiting, WantedHalt
from bot.outbox.store import Store

Answer = TypeVar("Answer")


class Outbox:
    """Cards on their way to Discord. Open it before use; opening or closing twice is harmless."""

    def __init__(self, path: Path, *, now: Callable[[], datetime] = utc_now) -> None:
        self._path = path
        self._now = now
        self._thread: ThreadPoolExecutor | None = None
        self._store: Store | None = None
        self._changed = asyncio.Event()
        self._backlog = Backlog()
        self._is_usable = False

    @property
    def is_usable(self) -> bool:
        """Whether the file is open and its last use went well."""
        return self._is_usable and self._thread is not None

    @property
    def backlog(self) -> Backlog:
        """How much waits, as of the last change; costs no I/O."""
        return self._backlog

    async def open(self) -> None:
        """Open or create the file, or raise StartError naming it."""
        if self._thread is not None:
            return
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="outbox")
        try:
            await asyncio.wrap_future(self._thread.submit(self._open))
        except BaseException:
            self._thread.shutdown(wait=False)
            self._thread = None
            raise

    async def close(self) -> None:
        """Finish what was begun and close the file."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        await asyncio.wrap_future(thread.submit(self._close))
        thread.shutdown()

    async def put(
        self,
        entries: Sequence[Entry],
        *,
        halts: Sequence[WantedHalt] = (),
        stream: str = "",
        position: int | None = None,
    ) -> None:
        """Commit cards and, in the same transaction, wanted halts and where a stream was left.

        A halt whose key was there before stays as it is, ordered or not.
        """
        await self._call(
            lambda store: store.put(entries, halts=halts, stream=stream, position=position)
        )
        self._changed.set()

    async def wanted_halts(self) -> list[WantedHalt]:
        """The halts that are still to be ordered."""
        return await self._call(lambda store: store.wanted_halts())

    async def mark_ordered(self, key: str, *, scope: str, halt_id: int) -> bool:
        """Note a halt's order, and change its card; False if the outbox never took the halt in."""
        is_known = await self._call(lambda store: store.mark_ordered(key, scope, halt_id))
        self._changed.set()
        return is_known

    async def cursor(self, stream: str) -> int | None:
        """Where a stream was left, or None if it was never read."""
        return await self._call(lambda store: store.cursor(stream))

    async def next_waiting(self) -> Waiting:
        """Wait for the next card to deliver; it stays the next until it is marked."""
        while True:
            self._changed.clear()
            waiting = await self._call(lambda store: store.next_waiting())
            if waiting is not None:
                return waiting
            await self._changed.wait()

    async def mark_attempted(self, key: str) -> None:
        """Note, before a send, that from now on the message may exist."""
        await self._call(lambda store: store.mark_attempted(key))

    async def mark_sent(self, key: str, *, version: int, message_id: int) -> None:
        """Note that this message shows this version."""
        await self._call(lambda store: store.mark_sent(key, version, message_id))

    async def mark_refused(self, key: str, *, version: int, reason: str) -> None:
        """Take a card out of the queue that can never be delivered in this version."""
        await self._call(lambda store: store.mark_refused(key, version, reason))

    async def prune(self) -> int:
        """Forget what is delivered, final and over a week old; how many cards that were."""
        return await self._call(lambda store: store.prune())

    async def _call(self, work: Callable[[Store], Answer]) -> Answer:
        if self._thread is None:
            raise RuntimeError("the outbox is not open")
        return await asyncio.wrap_future(self._thread.submit(self._run, work))

    def _run(self, work: Callable[[Store], Answer]) -> Answer:
        assert self._store is not None
        try:
            answer = work(self._store)
            self._backlog = self._store.backlog()
        except OutboxError:
            self._is_usable = False
            raise
        self._is_usable = True
        return answer

    def _open(self) -> None:
        self._store = Store(self._path, now=self._now)
        self._backlog = self._store.backlog()
        self._is_usable = True

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None
