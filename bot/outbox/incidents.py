"""The SQL of incidents, within a transaction of the store's."""

import sqlite3

import msgspec

from bot.incidents import Incident

_KEEP = """
INSERT INTO incident (key, reference, group_key, is_open, body) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET
    group_key = excluded.group_key, is_open = excluded.is_open, body = excluded.body
"""
_LATEST = "SELECT body FROM incident WHERE group_key = ? ORDER BY number DESC LIMIT 1"
_FIND = "SELECT body FROM incident WHERE key = :name OR reference = :name"
_OPEN = "SELECT body FROM incident WHERE is_open ORDER BY number"
_ALL = "SELECT body FROM incident ORDER BY number"

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Incident)


def keep(run: sqlite3.Connection, incident: Incident) -> None:
    """Add or change one."""
    row = (
        incident.key,
        incident.reference,
        incident.group_key,
        not incident.is_resolved,
        _encoder.encode(incident),
    )
    run.execute(_KEEP, row)


def latest(run: sqlite3.Connection, group_key: str) -> Incident | None:
    """The one that a group had last."""
    return _first(run.execute(_LATEST, (group_key,)))


def find(run: sqlite3.Connection, name: str) -> Incident | None:
    """The one with this key or reference."""
    return _first(run.execute(_FIND, {"name": name}))


def listed(run: sqlite3.Connection, *, open_only: bool) -> list[Incident]:
    """All of them, the first that began first."""
    return [_decoder.decode(body) for [body] in run.execute(_OPEN if open_only else _ALL)]


def forget(run: sqlite3.Connection) -> None:
    """Drop those whose card is gone."""
    run.execute("DELETE FROM incident WHERE key NOT IN (SELECT key FROM card)")


def _first(rows: sqlite3.Cursor) -> Incident | None:
    row = rows.fetchone()
    return None if row is None else _decoder.decode(row[0])
