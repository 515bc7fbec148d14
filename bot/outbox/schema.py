"""The outbox's file: its tables, how older ones are brought up to date, and its lock."""

import sqlite3
from pathlib import Path

from bot.errors import StartError

SCHEMA_VERSION = 4
_LOCK_SECONDS = 2.0

# One row per card: its state, not its history. `version` counts its changes, `sent_version` is the
# one Discord shows; `position` is its place in the queue, renewed when a shown card changes.
# `posting` counts its messages: more than one where Discord would not change the one before, which
# is `reply_to` if it is still there. What a digest tells of names it in `told_by`: `sent_version`
# is then the one that the digest knows. Of `plain_version` only the title is shown, as Discord
# refused the card.
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
    is_loud       INTEGER NOT NULL DEFAULT 0,
    is_silent     INTEGER NOT NULL DEFAULT 0,
    posting       INTEGER NOT NULL DEFAULT 1,
    reply_to      INTEGER,
    told_by       TEXT,
    plain_version INTEGER,
    queued_at     REAL NOT NULL,
    created_at    REAL NOT NULL,
    updated_at    REAL NOT NULL
) STRICT;
CREATE INDEX card_position ON card (position);
CREATE TABLE cursor (
    stream   TEXT PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT;
"""

# One row per alert that halts, which it does once, however often it is told; `card` tells of it.
_HALT = """
CREATE TABLE halt (
    key      TEXT PRIMARY KEY,
    scope    TEXT NOT NULL,
    actor    TEXT NOT NULL,
    reason   TEXT NOT NULL,
    began_at REAL NOT NULL,
    halt_id  INTEGER,
    card     TEXT NOT NULL
) STRICT;
CREATE INDEX halt_card ON halt (card);
"""

# One row per incident, under the key of its card. The last one of a group has the highest number.
_INCIDENT = """
CREATE TABLE incident (
    number    INTEGER PRIMARY KEY,
    key       TEXT NOT NULL UNIQUE,
    reference TEXT NOT NULL UNIQUE,
    group_key TEXT NOT NULL,
    is_open   INTEGER NOT NULL,
    body      BLOB NOT NULL
) STRICT;
CREATE INDEX incident_group ON incident (group_key, number);
CREATE INDEX incident_open ON incident (number) WHERE is_open;
"""

# All that is open of notices, in one row, and the facts that were told, so that none is told twice.
_DESK = """
CREATE TABLE desk (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    body BLOB NOT NULL
) STRICT;
CREATE TABLE fact (
    key     TEXT PRIMARY KEY,
    told_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX fact_told ON fact (told_at);
"""

# Digests, which are cards, too; what was refused; what was told by the second way while Discord was
# away; when sessions at the gateway began.
_DELIVERY = """
CREATE INDEX card_waiting ON card (lane, position)
    WHERE sent_version < version AND refusal IS NULL AND told_by IS NULL;
CREATE INDEX card_attempt ON card (first_attempt) WHERE first_attempt IS NOT NULL;
CREATE INDEX card_told ON card (told_by) WHERE told_by IS NOT NULL;
CREATE INDEX card_retold ON card (told_by) WHERE told_by IS NOT NULL AND sent_version < version;
CREATE TABLE digest (
    key         TEXT PRIMARY KEY,
    made_at     REAL NOT NULL,
    joined_at   REAL NOT NULL,
    rests_until REAL NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE dead_letter (
    reference  TEXT NOT NULL,
    version    INTEGER NOT NULL,
    reason     TEXT NOT NULL,
    card       BLOB NOT NULL,
    refused_at REAL NOT NULL
) STRICT;
CREATE TABLE report (
    key         TEXT PRIMARY KEY,
    reported_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE identify (at REAL NOT NULL) STRICT;
"""

# Messages that refresh themselves for a while, from before they are posted until they are deleted.
_WATCH = """
CREATE TABLE watch (
    mark       TEXT PRIMARY KEY,
    channel_id INTEGER NOT NULL,
    begun_at   REAL NOT NULL
) STRICT;
"""

# Which of the alerts are resolved the first version did not note: those are kept.
_FINAL = """
ALTER TABLE card ADD COLUMN is_final INTEGER NOT NULL DEFAULT 1;
UPDATE card SET is_final = 0 WHERE lane = 0;
"""

# An incident has the key of the alert that opened it, so that it finds the card of a version that
# had one for each alert.
_POSTING = """
ALTER TABLE card ADD COLUMN is_loud INTEGER NOT NULL DEFAULT 0;
ALTER TABLE card ADD COLUMN is_silent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE card ADD COLUMN posting INTEGER NOT NULL DEFAULT 1;
ALTER TABLE card ADD COLUMN reply_to INTEGER;
ALTER TABLE card ADD COLUMN told_by TEXT;
ALTER TABLE card ADD COLUMN plain_version INTEGER;
DROP INDEX card_waiting;
"""
_HALT_CARD = """
ALTER TABLE halt ADD COLUMN card TEXT NOT NULL DEFAULT '';
UPDATE halt SET card = key;
CREATE INDEX halt_card ON halt (card);
"""

# By the version that a file has: what it lacks.
_MISSING = {
    0: _CARD + _HALT + _INCIDENT + _DESK + _DELIVERY + _WATCH,
    1: _FINAL + _POSTING + _HALT + _INCIDENT + _DESK + _DELIVERY + _WATCH,
    2: _POSTING + _HALT + _INCIDENT + _DESK + _DELIVERY + _WATCH,
    3: _POSTING + _HALT_CARD + _INCIDENT + _DESK + _DELIVERY + _WATCH,
}


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
