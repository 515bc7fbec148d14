"""The stream of facts: what was stored, in ledger order, to every reader, without a gap."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec

from arbwatch.events import Breach, Fill, Reversal
from exporter.ledger.records import ControlRecord, Entry

HEARTBEAT_SECONDS = 10.0
QUEUE_ENTRIES = 1_000
PAGE_ENTRIES = 500

ReadAfter = Callable[[int, int], Awaitable[list[Entry]]]


class Subscription:
    """One reader's queue. A reader too slow for it is cut off, and comes back with its last id."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Entry | None] = asyncio.Queue(QUEUE_ENTRIES + 1)

    def offer(self, entry: Entry) -> bool:
        """Whether there was room."""
        if self._queue.qsize() >= QUEUE_ENTRIES:
            self.end()
            return False
        self._queue.put_nowait(entry)
        return True

    def end(self) -> None:
        """Let the reader finish what is queued, and stop."""
        if not self._queue.full():
            self._queue.put_nowait(None)

    async def next(self) -> Entry | None:
        """The next entry, `None` at the end.

        Raises:
            TimeoutError: nothing came for `HEARTBEAT_SECONDS`.
        """
        return await asyncio.wait_for(self._queue.get(), HEARTBEAT_SECONDS)


class Stream:
    """Hands each stored entry to every subscription."""

    def __init__(self, *, on_change: Callable[[int], None], on_drop: Callable[[], None]) -> None:
        self._subscriptions: set[Subscription] = set()
        self._on_change = on_change
        self._on_drop = on_drop

    def publish(self, entries: list[Entry]) -> None:
        """Offer the entries of one commit, in order."""
        for subscription in list(self._subscriptions):
            if not all(map(subscription.offer, entries)):
                self._leave(subscription)
                self._on_drop()

    def close(self) -> None:
        """End every subscription."""
        for subscription in list(self._subscriptions):
            subscription.end()

    async def follow(
        self, after: int | None, *, head: Callable[[], Awaitable[int]], read_after: ReadAfter
    ) -> AsyncIterator[bytes]:
        """Server-sent events: `ready`, then what follows `after` (the head when it is `None`)."""
        subscription = Subscription()
        self._join(subscription)
        try:
            newest = await head()
            position = newest if after is None else min(after, newest)
            yield message("ready", position, b"{}")
            while page := await read_after(position, PAGE_ENTRIES):
                yield b"".join(map(_entry_message, page))
                position = page[-1].seq
            async for chunk in _live(subscription, position):
                yield chunk
        finally:
            self._leave(subscription)

    def _join(self, subscription: Subscription) -> None:
        self._subscriptions.add(subscription)
        self._on_change(len(self._subscriptions))

    def _leave(self, subscription: Subscription) -> None:
        self._subscriptions.discard(subscription)
        self._on_change(len(self._subscriptions))


async def _live(subscription: Subscription, position: int) -> AsyncIterator[bytes]:
    while True:
        try:
            entry = await subscription.next()
        except TimeoutError:
            yield b": still here\n\n"
            continue
        if entry is None:
            return
        if entry.seq > position:
            yield _entry_message(entry)


def message(event: str, seq: int, data: bytes) -> bytes:
    """One server-sent event."""
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (seq, event.encode(), data)


def _entry_message(entry: Entry) -> bytes:
    match entry.record:
        case Fill():
            name = "fill"
        case Breach():
            name = "breach"
        case ControlRecord():
            name = "control"
        case Reversal():
            name = "reversal"
        case _:
            name = "error"
    return message(name, entry.seq, msgspec.json.encode(_shown(entry)))


def _shown(entry: Entry) -> Any:
    fields = msgspec.to_builtins(entry.record)
    fields.pop("type", None)
    return {**fields, "seq": entry.seq}
