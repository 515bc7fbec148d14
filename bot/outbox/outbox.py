"""The outbox as the rest of the bot sees it: asynchronous, its file in a thread of its own."""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from arbwatch.events import utc_now
from bot.cards import Look
from bot.coalescing import Desk
from bot.errors import OutboxError
from bot.facts import Fact
from bot.incidents import Incident
from bot.outbox.rows import Backlog, Entry, Notification, Waiting, WantedHalt
from bot.outbox.store import Store
from bot.preferences import Preferences, Wish

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

_REST_SECONDS = 1.0


class Outbox:
    """Cards on their way to Discord. Open it before use; opening or closing twice is harmless.

    Cards of incidents are drawn here, as `look` says, in the transaction that changes the incident.
    """

    def __init__(
        self, path: Path, *, look: Look | None = None, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._path = path
        self._look = look or Look()
        self._now = now
        self._thread: ThreadPoolExecutor | None = None
        self._store: Store | None = None
        self._changed = asyncio.Event()
        self._backlog = Backlog()
        self._last_sent: datetime | None = None
        self._desk = Desk()
        self._is_usable = False

    @property
    def is_usable(self) -> bool:
        """Whether the file is open and its last use went well."""
        return self._is_usable and self._thread is not None

    @property
    def backlog(self) -> Backlog:
        """How much waits, as of the last change; costs no I/O."""
        return self._backlog

    @property
    def last_sent(self) -> datetime | None:
        """When a message was last delivered; None if none was since this was made."""
        return self._last_sent

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
        notifications: Sequence[Notification] = (),
        halts: Sequence[WantedHalt] = (),
    ) -> None:
        """Commit cards and, in the same transaction, what Alertmanager told, as incidents with
        their cards, and wanted halts.

        A halt whose key was there before stays as it is, ordered or not.
        """
        await self._write(
            lambda store: store.put(entries, notifications=notifications, wanted=halts)
        )

    async def tell(
        self,
        facts: Sequence[Fact] = (),
        *,
        wish: Wish | None = None,
        stream: str = "",
        position: int | None = None,
    ) -> None:
        """Commit notices of facts, each once however often it is told, or what somebody wishes of
        notices; in the same transaction what is due to be shown, and where a stream was left.
        """
        self._desk = await self._write(
            lambda store: store.tell(facts, wish=wish, stream=stream, position=position)
        )

    @property
    def has_due_notices(self) -> bool:
        """Whether `tell` has something to show though nothing new came; costs no I/O."""
        return self._desk.is_due(self._now())

    async def preferences(self) -> Preferences:
        """What people want of notices."""
        return self._desk.preferences

    async def prefer(self, wish: Wish) -> Preferences:
        """Grant a wish; what is wanted then."""
        await self.tell(wish=wish)
        log.info("Notices chosen: kinds=%s mode=%s mute=%s", wish.kinds, wish.mode, wish.mute)
        return self._desk.preferences

    async def amend(self, name: str, change: Callable[[Incident], Incident]) -> Incident | None:
        """Change an incident, by its key or reference, and have its card say so.

        The one way to change one: read, changed and queued in one transaction. `change` runs in the
        file's thread: it must be pure. What it raises changes nothing. None if there is no such
        incident.
        """
        return await self._write(lambda store: store.amend(name, change))

    async def incidents(self, *, open_only: bool = True) -> list[Incident]:
        """The incidents that go on, or all that are remembered; the first that began first."""
        return await self._call(
            lambda store: store.incidents(open_only=open_only), proves_use=False
        )

    async def wanted_halts(self) -> list[WantedHalt]:
        """The halts that are still to be ordered."""
        return await self._call(lambda store: store.wanted_halts(), proves_use=False)

    async def ordered_halts(self) -> list[str]:
        """The keys of the halts that are ordered."""
        return await self._call(lambda store: store.ordered_halts(), proves_use=False)

    async def mark_ordered(self, key: str, *, scope: str, halt_id: int) -> bool:
        """Note a halt's order, and change its card; False if the outbox never took the halt in."""
        # Of a halt that was never taken in nothing is written.
        return await self._write(
            lambda store: store.mark_ordered(key, scope, halt_id), proves_use=False
        )

    async def cursor(self, stream: str) -> int | None:
        """Where a stream was left, or None if it was never read."""
        return await self._call(lambda store: store.cursor(stream), proves_use=False)

    async def next_waiting(self) -> Waiting:
        """Wait for the next card to deliver; it stays the next until it is marked."""
        while True:
            self._changed.clear()
            waiting = await self._call(lambda store: store.next_waiting(), proves_use=False)
            if waiting is not None:
                return waiting
            # What waits now is a digest that rests.
            pause = _REST_SECONDS if self._backlog.waiting else None
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), pause)

    async def mark_attempted(self, key: str) -> None:
        """Note, before a send, that from now on the message may exist."""
        await self._call(lambda store: store.mark_attempted(key))

    async def mark_sent(self, key: str, *, version: int, message_id: int) -> None:
        """Note that this message shows this version."""
        await self._call(lambda store: store.mark_sent(key, version, message_id))
        self._last_sent = self._now()

    async def mark_refused(self, item: Waiting, *, reason: str) -> None:
        """Keep a card that can never be delivered in this version. Its title is next, as text; if
        that was refused as well, the card waits no more.
        """
        await self._call(lambda store: store.mark_refused(item, reason))

    async def post_anew(self, key: str, *, reply_to: int | None) -> None:
        """Let a card's message go, so that a new one is posted, in reply to it if it is there."""
        await self._call(lambda store: store.post_anew(key, reply_to))

    async def prune(self) -> int:
        """Forget what is delivered, final and over a week old; how many cards that were."""
        return await self._call(lambda store: store.prune())

    async def read(self, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """Query the file; for the other files of this room."""
        return await self._call(lambda store: store.read(work), proves_use=False)

    async def change(self, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """Change the file, in one transaction; for the other files of this room."""
        return await self._write(lambda store: store.change(work))

    async def _write(self, work: Callable[[Store], Answer], *, proves_use: bool = True) -> Answer:
        """Work that may leave something to deliver, also when nobody waits for its end any more."""
        try:
            return await self._call(work, proves_use=proves_use)
        finally:
            self._changed.set()

    async def _call(self, work: Callable[[Store], Answer], *, proves_use: bool = True) -> Answer:
        """Work in the file's thread. A read may work beside failing writes: it proves no use."""
        if self._thread is None:
            raise RuntimeError("the outbox is not open")
        return await asyncio.wrap_future(self._thread.submit(self._run, work, proves_use))

    def _run(self, work: Callable[[Store], Answer], proves_use: bool) -> Answer:
        assert self._store is not None
        try:
            answer = work(self._store)
            self._backlog = self._store.backlog()
        except OutboxError:
            self._is_usable = False
            raise
        self._is_usable = self._is_usable or proves_use
        return answer

    def _open(self) -> None:
        self._store = Store(self._path, look=self._look, now=self._now)
        self._backlog = self._store.backlog()
        self._desk = self._store.desk()
        self._is_usable = True

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None
