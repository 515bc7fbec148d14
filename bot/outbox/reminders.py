"""Reminders: at most one message in the channel, in reply to the card of the first it names."""

import sqlite3
from collections.abc import Collection
from datetime import datetime

import msgspec
from msgspec import Struct

from bot.cards import Card
from bot.outbox import incidents
from bot.outbox.outbox import Outbox
from bot.outbox.rows import ALERT_LANE
from bot.reference import reference

_PREFIX = "reminder:"

_POST = """
INSERT INTO card (key, reference, lane, position, card, is_final, is_loud, reply_to,
                  queued_at, created_at, updated_at)
VALUES (:key, :reference, :lane, (SELECT coalesce(max(position), 0) + 1 FROM card), :card, 1, 1,
        (SELECT message_id FROM card WHERE key = :reply_to), :now, :now, :now)
"""
_LISTED = """
SELECT key, message_id, first_attempt IS NOT NULL FROM card
WHERE key GLOB 'reminder:*' ORDER BY key
"""


class Reminder(Struct, frozen=True, kw_only=True):
    """A reminder that was made. Once it was attempted, a message of unknown id may exist."""

    key: str
    message_id: int | None
    is_attempted: bool

    @property
    def at(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self.key.removeprefix(_PREFIX))


class ReminderNotes:
    """What was told again, and when. Each call raises OutboxError."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def listed(self) -> list[Reminder]:
        """The reminders whose messages may be there, the last one last."""
        return await self._outbox.read(_listed)

    async def shown(self, keys: Collection[str]) -> set[str]:
        """Of these incidents, those of which Discord has ever told, if only in a digest."""
        return await self._outbox.read(lambda run: _shown(run, keys))

    async def note(self, keys: Collection[str], at: datetime) -> None:
        """Note that these incidents were told at that time."""
        await self._outbox.change(lambda run: _note(run, keys, at))

    async def post(self, card: Card, *, of: Collection[str], at: datetime) -> str:
        """Queue a reminder of these incidents, and note that they were told; its key."""
        key = f"{_PREFIX}{at.isoformat()}"
        await self._outbox.change(lambda run: _post(run, key, card, of, at))
        return key

    async def forget(self, key: str) -> None:
        """Let a reminder go that is not in the channel."""
        await self._outbox.change(lambda run: run.execute("DELETE FROM card WHERE key = ?", (key,)))


def _listed(run: sqlite3.Connection) -> list[Reminder]:
    return [
        Reminder(key=key, message_id=message_id, is_attempted=bool(is_attempted))
        for key, message_id, is_attempted in run.execute(_LISTED)
    ]


def _shown(run: sqlite3.Connection, keys: Collection[str]) -> set[str]:
    query = "SELECT 1 FROM card WHERE key = ? AND sent_version > 0"
    return {key for key in keys if run.execute(query, (key,)).fetchone()}


def _post(run: sqlite3.Connection, key: str, card: Card, of: Collection[str], at: datetime) -> None:
    row = {
        "key": key,
        "reference": reference(key),
        "lane": ALERT_LANE,
        "card": msgspec.json.encode(card),
        "reply_to": next(iter(of)),
        "now": at.timestamp(),
    }
    run.execute(_POST, row)
    _note(run, of, at)


def _note(run: sqlite3.Connection, keys: Collection[str], at: datetime) -> None:
    for key in keys:
        if incident := incidents.find(run, key):
            incidents.keep(run, incident.reminded(at))
