"""When the bot began sessions at Discord's gateway, of which a day has only so many."""

import sqlite3
from datetime import datetime

from bot.outbox.outbox import Outbox


class IdentifyLog:
    """The times, in the outbox's file, so that a bot that dies again and again knows of them."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def since(self, then: datetime) -> list[float]:
        """The times after then, as timestamps, the first one first."""

        def read(run: sqlite3.Connection) -> list[float]:
            found = run.execute("SELECT at FROM identify WHERE at > ? ORDER BY at", (_at(then),))
            return [at for [at] in found]

        return await self._outbox.read(read)

    async def note(self, now: datetime, *, forget_before: datetime) -> None:
        """Add one, and forget old ones."""

        def change(run: sqlite3.Connection) -> None:
            run.execute("DELETE FROM identify WHERE at < ?", (_at(forget_before),))
            run.execute("INSERT INTO identify VALUES (?)", (_at(now),))

        await self._outbox.change(change)


def _at(when: datetime) -> float:
    return when.timestamp()
