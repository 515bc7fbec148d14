"""What was told by the second way, while Discord was away: noted, so that it is told once."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from bot.outbox.digests import WAITING
from bot.outbox.outbox import Outbox

# The note of an outage as such, whatever waits.
OUTAGE = "outage"

# Critical cards that no message shows: neither one of their own nor a digest.
_UNSEEN = f"""
SELECT key, json_extract(CAST(card AS TEXT), '$.title') AS title, queued_at FROM card
WHERE is_loud AND message_id IS NULL AND key NOT IN (SELECT key FROM digest)
    AND (({WAITING}) OR told_by IN (SELECT key FROM card WHERE {WAITING} AND message_id IS NULL))
"""
_LATE = f"""
SELECT key, title FROM ({_UNSEEN})
WHERE queued_at < ? AND key NOT IN (SELECT key FROM report) ORDER BY queued_at
"""
_STILL = f"SELECT 1 FROM ({_UNSEEN}) WHERE key IN (SELECT key FROM report) LIMIT 1"


class LateCard(Struct, frozen=True, kw_only=True):
    """A critical card that has waited too long; its title as Discord would be given it."""

    key: str
    title: str


class Reports:
    """The notes, in the outbox's file."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def late(self, *, before: datetime) -> list[LateCard]:
        """Critical cards that wait since before then and were not reported, the oldest first."""

        def read(run: sqlite3.Connection) -> list[LateCard]:
            rows = run.execute(_LATE, (before.timestamp(),))
            return [LateCard(key=key, title=title) for key, title in rows]

        return await self._outbox.read(read)

    async def has_any(self) -> bool:
        """Whether something was reported since Discord was last reached."""
        return await self._outbox.read(lambda run: _is_any(run, "SELECT 1 FROM report LIMIT 1"))

    async def is_open(self) -> bool:
        """Whether a card that was reported still waits."""
        return await self._outbox.read(lambda run: _is_any(run, _STILL))

    async def note(self, keys: Iterable[str], *, at: datetime) -> None:
        """Note that these were reported."""
        rows = [(key, at.timestamp()) for key in keys]
        add = "INSERT OR IGNORE INTO report VALUES (?, ?)"
        await self._outbox.change(lambda run: run.executemany(add, rows))

    async def clear(self) -> None:
        """Begin anew: Discord is back, and that was reported."""
        await self._outbox.change(lambda run: run.execute("DELETE FROM report"))


def _is_any(run: sqlite3.Connection, query: str) -> bool:
    return run.execute(query).fetchone() is not None
