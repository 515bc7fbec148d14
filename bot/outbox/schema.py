"""The outbox's file: its tables, how older ones are brought up to date, and its lock."""

import sqlite3
from pathlib import Path

from bot.errors import StartError

SCHEMA_VERSION = 3
_LOCK_SECONDS = 2.0

# One row per card: its state, not its history. `version` counts its changes, `sent_version` is the
# one Discord shows; `position` is its place in the queue, renewed when a shown card changes.
_CARD = """
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
"""

# One row per alert that halts, under the key of its card: it halts once, however often it is told.
_HALT = """
CREATE TABLE halt (
    key      TEXT PRIMARY KEY,
    scope    TEXT NOT NULL,
    actor    TEXT NOT NULL,
    reason   TEXT NOT NULL,
    began_at REAL NOT NULL,
    halt_id  INTEGER
) STRICT;
"""

# Which of the alerts are resolved the first version did not note: those are kept.
_FINAL = """
ALTER TABLE card ADD COLUMN is_final INTEGER NOT NULL DEFAULT 1;
UPDATE card SET is_final = 0 WHERE lane = 0;
"""

# By the version that a file has: what it lacks.
_MISSING = {0: _CARD + _HALT, 1: _FINAL + _HALT, 2: _HALT}


def open_file(path: Path) -> sqlite3.Connection:
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
    if found < SCHEMA_VERSION:
        version = f"PRAGMA user_version = {SCHEMA_VERSION};"
        connection.executescript(f"BEGIN IMMEDIATE; {_MISSING[found]} {version} COMMIT;")
