"""The SQL of the outbox. One connection, used from one thread."""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from bot.cards import Card
from bot.errors import OutboxError, StartError
from bot.outbox.rows import Backlog, Entry, Waiting, reference

SCHEMA_VERSION = 2
KEPT = timedelta(days=7)
_LOCK_SECONDS = 2.0

# One row per card: its state, not its history. `version` counts its changes, `sent_version` is the
# one Discord shows; `position` is its place in the queue, renewed when a shown card changes.
_SCHEMA = """
CREATE TABLE card (
    key           TEXT PRIMARY KEY,
    reference     TEXT NOT NULL,
    lane          INTEGER NOT NULL,
    position      INTEGER NOT NULL,
    card          BLOB NOT NULL,
    version       INTEGER NOT NULL DEFAULT 1,
    sent_version  INTEGER NOT NULL DEFAULT 0,
    first_attempt REAL,
    message_id    INTEGER,
    refusal       TEXT,
    is_final      INTEGER NOT NULL,
    queued_at     REAL NOT NULL,
    created_at    REAL NOT NULL,
    updated_at    REAL NOT NULL
) STRICT;
CREATE INDEX card_position ON card (position);
CREATE INDEX card_waiting ON card (lane, position)
    WHERE sent_version < version AND refusal IS NULL;
CREATE TABLE cursor (
    stream   TEXT PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT;
PRAGMA user_version = 2;
"""

# Which of the alerts are resolved the first version did not note: those are kept.
_TO_VERSION_2 = """
ALTER TABLE card ADD COLUMN is_final INTEGER NOT NULL DEFAULT 1;
UPDATE card SET is_final = 0 WHERE lane = 0;
PRAGMA user_version = 2;
"""

_WAITING = "sent_version < version AND refusal IS NULL"

_PUT = """
INSERT INTO card
    (key, reference, lane, position, card, is_final, queued_at, created_at, updated_at)
VALUES (:key, :reference, :lane, (SELECT coalesce(max(position), 0) + 1 FROM card), :card,
        :is_final, :now, :now, :now)
ON CONFLICT (key) DO UPDATE SET
    position = CASE WHEN sent_version < version THEN position ELSE excluded.position END,
    queued_at = CASE WHEN sent_version < version THEN queued_at ELSE excluded.queued_at END,
    card = excluded.card, is_final = excluded.is_final,
    version = version + 1, refusal = NULL, updated_at = excluded.updated_at
WHERE card <> excluded.card
"""


class Store:
    """The open database file. Every method is one transaction, committed and synced to disk."""

    def __init__(self, path: Path, *, now: Callable[[], datetime]) -> None:
        self._now = now
        self._connection = _open(path)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def put(self, entries: Sequence[Entry], *, stream: str, position: int | None) -> None:
        """Add or change cards and, with them, move a stream's cursor."""
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
        with self._transaction() as run:
            run.executemany(_PUT, rows)
            if position is not None:
                run.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?)", (stream, position))

    def cursor(self, stream: str) -> int | None:
        """Where a stream was left, or None if it was never read."""
        row = self._row("SELECT position FROM cursor WHERE stream = ?", stream)
        return row[0] if row else None

    def next_waiting(self) -> Waiting | None:
        """The card to deliver next."""
        row = self._row(
            "SELECT key, card, version, reference, queued_at, first_attempt, message_id"
            f" FROM card WHERE {_WAITING} ORDER BY lane, position LIMIT 1"
        )
        if row is None:
            return None
        key, card, version, mark, queued_at, first_attempt, message_id = row
        return Waiting(
            key=key,
            card=msgspec.json.decode(card, type=Card),
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
            return run.execute(
                "DELETE FROM card WHERE sent_version >= version AND is_final AND updated_at < ?",
                ((self._now() - KEPT).timestamp(),),
            ).rowcount

    def _change(self, statement: str, *values: Any) -> None:
        with self._transaction() as run:
            run.execute(statement, values)

    def _row(self, query: str, *values: Any) -> tuple[Any, ...] | None:
        try:
            row: tuple[Any, ...] | None = self._connection.execute(query, values).fetchone()
        except sqlite3.Error as error:
            raise OutboxError("the outbox cannot be read") from error
        return row

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


def _open(path: Path) -> sqlite3.Connection:
    """Open the file and hold its lock: a second bot on it would send everything twice."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=_LOCK_SECONDS, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise StartError(f"OUTBOX_PATH: cannot open {path}") from error
    try:
        _prepare(connection, path)
    except sqlite3.Error as error:
        connection.close()
        locked = error.sqlite_errorname.startswith("SQLITE_BUSY")
        reason = "in use by another bot" if locked else "not a usable outbox; move it away"
        raise StartError(f"OUTBOX_PATH: {path} is {reason}") from error
    except StartError:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    # The lock is taken by the first write, not by the pragma.
    connection.execute("BEGIN IMMEDIATE")
    [found] = connection.execute("PRAGMA user_version").fetchone()
    connection.execute("COMMIT")
    if found > SCHEMA_VERSION:
        raise StartError(f"OUTBOX_PATH: {path} was written by a newer Arbwatch; update this one")
    if found == 0:
        connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")
    elif found == 1:
        connection.executescript(f"BEGIN IMMEDIATE; {_TO_VERSION_2} COMMIT;")


def _datetime(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)
