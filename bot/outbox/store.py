"""The SQL of the outbox. One connection, used from one thread."""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from bot.cards import Card, with_halt
from bot.errors import OutboxError
from bot.outbox.rows import Backlog, Entry, Waiting, WantedHalt, reference
from bot.outbox.schema import open_file

KEPT = timedelta(days=7)

_WAITING = "sent_version < version AND refusal IS NULL"

# What the message shows is changed: a card that Discord has goes to the end of the queue.
_RENEW = """
    position = CASE WHEN sent_version < version THEN position
        ELSE (SELECT max(position) + 1 FROM card) END,
    queued_at = CASE WHEN sent_version < version THEN queued_at ELSE :now END,
    version = version + 1, refusal = NULL, updated_at = :now
"""

_PUT = f"""
INSERT INTO card
    (key, reference, lane, position, card, is_final, queued_at, created_at, updated_at)
VALUES (:key, :reference, :lane, (SELECT coalesce(max(position), 0) + 1 FROM card), :card,
        :is_final, :now, :now, :now)
ON CONFLICT (key) DO UPDATE SET card = excluded.card, is_final = excluded.is_final, {_RENEW}
WHERE card <> excluded.card
"""


_WANT = """
INSERT INTO halt (key, scope, actor, reason, began_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (key) DO NOTHING
"""

_ORDERED = """
UPDATE halt SET scope = :scope, halt_id = :halt_id WHERE key = :key AND halt_id IS NULL
"""

_WANTED = "SELECT key, scope, actor, reason, began_at FROM halt WHERE halt_id IS NULL"


class Store:
    """The open database file. Every method is one transaction, committed and synced to disk."""

    def __init__(self, path: Path, *, now: Callable[[], datetime]) -> None:
        self._now = now
        self._connection = open_file(path)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def put(
        self,
        entries: Sequence[Entry],
        *,
        halts: Sequence[WantedHalt],
        stream: str,
        position: int | None,
    ) -> None:
        """Add or change cards and, with them, note wanted halts and move a stream's cursor."""
        now = self._timestamp()
        rows = [
            {
                "key": entry.key,
                "reference": reference(entry.key),
                "lane": entry.lane,
                "card": msgspec.json.encode(entry.card),
                "is_final": entry.is_final,
                "now": now,
            }
            for entry in entries
        ]
        wanted = [(h.key, h.scope, h.actor, h.reason, h.began_at.timestamp()) for h in halts]
        with self._transaction() as run:
            run.executemany(_PUT, rows)
            run.executemany(_WANT, wanted)
            if position is not None:
                run.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?)", (stream, position))

    def wanted_halts(self) -> list[WantedHalt]:
        """The halts that are still to be ordered."""
        return [
            WantedHalt(
                key=key, scope=scope, actor=actor, reason=reason, began_at=_datetime(began_at)
            )
            for key, scope, actor, reason, began_at in self._rows(_WANTED)
        ]

    def mark_ordered(self, key: str, scope: str, halt_id: int) -> bool:
        """Note that a halt is ordered, and have its card say so; False if it was never noted."""
        row = {"key": key, "scope": scope, "halt_id": halt_id, "now": self._timestamp()}
        with self._transaction() as run:
            if run.execute(_ORDERED, row).rowcount:
                run.execute(f"UPDATE card SET {_RENEW} WHERE key = :key", row)
            known = run.execute("SELECT 1 FROM halt WHERE key = :key", row).fetchone()
        return known is not None

    def cursor(self, stream: str) -> int | None:
        """Where a stream was left, or None if it was never read."""
        row = self._row("SELECT position FROM cursor WHERE stream = ?", stream)
        return row[0] if row else None

    def next_waiting(self) -> Waiting | None:
        """The card to deliver next."""
        row = self._row(
            "SELECT key, card, version, reference, queued_at, first_attempt, message_id,"
            " halt.scope, halt.halt_id FROM card LEFT JOIN halt USING (key)"
            f" WHERE {_WAITING} ORDER BY lane, position LIMIT 1"
        )
        if row is None:
            return None
        key, encoded, version, mark, queued_at, first_attempt, message_id, scope, halt_id = row
        card = msgspec.json.decode(encoded, type=Card)
        return Waiting(
            key=key,
            card=card if scope is None else with_halt(card, scope, halt_id=halt_id),
            version=version,
            reference=mark,
            queued_at=_datetime(queued_at),
            first_attempt=None if first_attempt is None else _datetime(first_attempt),
            message_id=message_id,
        )

    def backlog(self) -> Backlog:
        """Count what waits."""
        row = self._row(f"SELECT count(*), min(queued_at) FROM card WHERE {_WAITING}")
        waiting, oldest = row or (0, None)
        return Backlog(waiting=waiting, oldest=None if oldest is None else _datetime(oldest))

    def mark_attempted(self, key: str) -> None:
        """Note, before a send, that from now on the message may exist."""
        self._change(
            "UPDATE card SET first_attempt = coalesce(first_attempt, ?) WHERE key = ?",
            self._timestamp(),
            key,
        )

    def mark_sent(self, key: str, version: int, message_id: int) -> None:
        """Note that this message shows this version."""
        self._change(
            "UPDATE card SET sent_version = ?, message_id = ? WHERE key = ?",
            version,
            message_id,
            key,
        )

    def mark_refused(self, key: str, version: int, reason: str) -> None:
        """Take a card out of the queue that can never be delivered in this version."""
        self._change(
            "UPDATE card SET refusal = ? WHERE key = ? AND version = ?", reason, key, version
        )

    def prune(self) -> int:
        """Forget what is delivered, final and old, and return how many cards that were."""
        with self._transaction() as run:
            count = run.execute(
                "DELETE FROM card WHERE sent_version >= version AND is_final AND updated_at < ?",
                ((self._now() - KEPT).timestamp(),),
            ).rowcount
            run.execute(
                "DELETE FROM halt WHERE halt_id IS NOT NULL AND key NOT IN (SELECT key FROM card)"
            )
        return count

    def _change(self, statement: str, *values: Any) -> None:
        with self._transaction() as run:
            run.execute(statement, values)

    def _row(self, query: str, *values: Any) -> tuple[Any, ...] | None:
        return next(iter(self._rows(query, *values)), None)

    def _rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise OutboxError("the outbox cannot be read") from error

    def _transaction(self) -> "_Transaction":
        return _Transaction(self._connection)

    def _timestamp(self) -> float:
        return self._now().timestamp()


class _Transaction:
    """BEGIN to COMMIT; any failure rolls back and is an OutboxError."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> sqlite3.Connection:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise OutboxError("the outbox cannot be written") from error
        return self._connection

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        try:
            if error is None:
                self._connection.execute("COMMIT")
        except sqlite3.Error as failed:
            error = failed
        if error is None:
            return
        if self._connection.in_transaction:
            self._connection.rollback()
        if isinstance(error, sqlite3.Error | OverflowError):
            raise OutboxError("the outbox cannot be written") from error


def _datetime(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)
