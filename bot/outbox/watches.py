"""Watches: messages that refresh themselves for a while, noted so that none outlives its end."""

import sqlite3
from datetime import UTC, datetime

from msgspec import Struct

from bot.outbox.outbox import Outbox


class WatchNote(Struct, frozen=True, kw_only=True):
    """A watch that was begun; `mark` is in its button, by which it is found in the channel."""

    mark: str
    channel_id: int
    begun_at: datetime


class WatchNotes:
    """The watches whose messages may still be in their channels. Each call raises OutboxError."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def listed(self) -> list[WatchNote]:
        """All of them."""
        return await self._outbox.read(_listed)

    async def keep(self, note: WatchNote) -> None:
        """Note one; on disk when this returns."""
        row = (note.mark, note.channel_id, note.begun_at.timestamp())
        await self._outbox.change(
            lambda run: run.execute("INSERT INTO watch VALUES (?, ?, ?)", row)
        )

    async def forget(self, note: WatchNote) -> None:
        """Let one go whose message is gone."""
        await self._outbox.change(
            lambda run: run.execute("DELETE FROM watch WHERE mark = ?", (note.mark,))
        )


def _listed(run: sqlite3.Connection) -> list[WatchNote]:
    return [
        WatchNote(mark=mark, channel_id=channel_id, begun_at=datetime.fromtimestamp(begun_at, UTC))
        for mark, channel_id, begun_at in run.execute("SELECT * FROM watch ORDER BY begun_at")
    ]
