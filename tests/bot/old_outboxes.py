"""Outboxes as earlier versions made them: what is here never changes."""

import sqlite3
from pathlib import Path

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
    {is_final}
    queued_at     REAL NOT NULL,
    created_at    REAL NOT NULL,
    updated_at    REAL NOT NULL
) STRICT;
CREATE INDEX card_position ON card (position);
CREATE INDEX card_waiting ON card (lane, position)
    WHERE sent_version < version AND refusal IS NULL;
CREATE TABLE cursor (stream TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT;
"""
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
_FINAL = "is_final INTEGER NOT NULL,"
_TABLES = {
    1: _CARD.format(is_final=""),
    2: _CARD.format(is_final=_FINAL),
    3: _CARD.format(is_final=_FINAL) + _HALT,
}


def make_outbox(path: Path, version: int, *rows: str) -> None:
    """A file of that version with what these statements add."""
    connection = sqlite3.connect(path)
    connection.executescript(_TABLES[version])
    for row in rows:
        connection.execute(row)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()
    connection.close()


def card_row(key: str, *, lane: int = 0, updated_at: float = 0, **more: object) -> str:
    """A statement that adds a shown card, message 42."""
    columns: dict[str, object] = {
        "key": key,
        "reference": f"aw-{key}",
        "lane": lane,
        "position": 1,
        "card": '{"title":"old"}',
        "sent_version": 1,
        "message_id": 42,
        "queued_at": updated_at,
        "created_at": updated_at,
        "updated_at": updated_at,
    } | more
    values = ", ".join(
        f"CAST('{value}' AS BLOB)" if name == "card" else repr(value)
        for name, value in columns.items()
    )
    return f"INSERT INTO card ({', '.join(columns)}) VALUES ({values})"


def halt_row(key: str) -> str:
    """A statement that adds a halt of Kalshi that is still to be ordered."""
    return f"INSERT INTO halt VALUES ('{key}', 'kalshi', 'ArbFeedSilent', 'r', 0, NULL)"
