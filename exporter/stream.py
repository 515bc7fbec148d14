"""The stream of facts: what was stored, in ledger order, to every reader, without a gap."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime

import msgspec

from arbwatch.events import Fill
from exporter.ledger.records import KINDS, ControlRecord, Entry, Kind, kind_of

HEARTBEAT_SECONDS = 10.0
QUEUE_ENTRIES = 1_000
PAGE_ENTRIES = 500
# The number of what is not in the ledger yet.
UNSTORED = 0

Kinds = frozenset[Kind]
ReadAfter = Callable[[int, int, Kinds], Awaitable[list[Entry]]]

EVERY_KIND: Kinds = frozenset(KINDS)


class Subscription:
    """One reader's queue. A reader too slow for it is cut off, and comes back with its last id."""

    def __init__(self, kinds: Kinds = EVERY_KIND) -> None:
        self.kinds = kinds
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
    """Hands each stored entry to every subscription that wants its kind.

    `was_halted` tells whether a halt was open at a fill's time.
    """

    def __init__(
        self,
        *,
        was_halted: Callable[[datetime], bool],
        on_change: Callable[[int], None],
        on_drop: Callable[[], None],
    ) -> None:
        self._subscriptions: set[Subscription] = set()
        self._was_halted = was_halted
        self._on_change = on_change
        self._on_drop = on_drop

    def publish(self, entries: list[Entry]) -> None:
        """Offer the entries of one commit, in order."""
        wanted = {EVERY_KIND: entries}
        for subscription in list(self._subscriptions):
            kinds = subscription.kinds
            if kinds not in wanted:
                wanted[kinds] = [each for each in entries if kind_of(each.record) in kinds]
            if not all(map(subscription.offer, wanted[kinds])):
                self._leave(subscription)
                self._on_drop()

    def announce(self, record: ControlRecord) -> None:
        """Tell what is in force and not stored yet: a message without an id."""
        self.publish([Entry(UNSTORED, record)])

    def close(self) -> None:
        """End every subscription."""
        for subscription in list(self._subscriptions):
            subscription.end()

    async def follow(
        self,
        after: int | None,
        *,
        head: Callable[[], Awaitable[int]],
        read_after: ReadAfter,
        kinds: Kinds = EVERY_KIND,
    ) -> AsyncGenerator[bytes, None]:
        """Server-sent events: `ready`, then what follows `after` (the head when it is `None`)."""
        subscription = Subscription(kinds)
        self._join(subscription)
        try:
            newest = await head()
            position = newest if after is None else min(after, newest)
            yield message("ready", position, b"{}")
            while page := await read_after(position, PAGE_ENTRIES, kinds):
                yield b"".join(map(self._entry_message, page))
                position = page[-1].seq
            async for chunk in self._live(subscription, position):
                yield chunk
        finally:
            self._leave(subscription)

    def _join(self, subscription: Subscription) -> None:
        self._subscriptions.add(subscription)
        self._on_change(len(self._subscriptions))

    def _leave(self, subscription: Subscription) -> None:
        self._subscriptions.discard(subscription)
        self._on_change(len(self._subscriptions))

    async def _live(self, subscription: Subscription, position: int) -> AsyncGenerator[bytes, None]:
        while True:
            try:
                entry = await subscription.next()
            except TimeoutError:
                yield b": still here\n\n"
                continue
            if entry is None:
                return
            if entry.seq > position or entry.seq == UNSTORED:
                yield self._entry_message(entry)

    def _entry_message(self, entry: Entry) -> bytes:
        fields = msgspec.to_builtins(entry.record)
        fields.pop("type", None)
        fields["seq"] = entry.seq
        if isinstance(entry.record, Fill):
            fields["after_halt"] = self._was_halted(entry.record.timestamp)
        seq = None if entry.seq == UNSTORED else entry.seq
        return message(kind_of(entry.record), seq, msgspec.json.encode(fields))


def message(event: str, seq: int | None, data: bytes) -> bytes:
    """One server-sent event; without a number nobody can come back to it."""
    place = b"" if seq is None else b"id: %d\n" % seq
    return place + b"event: %s\ndata: %s\n\n" % (event.encode(), data)
