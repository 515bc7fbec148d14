"""The SQL of cards and of the queue that they wait in, within a transaction of the store's."""

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from bot.cards import Card, again_card, with_halts
from bot.outbox import digests, halts
from bot.outbox.digests import WAITING
from bot.outbox.rows import Backlog, Entry, Manner, Waiting
from bot.reference import reference

# What the message shows is changed: a card that Discord has goes to the end of the queue.
_RENEW = """
    position = CASE WHEN sent_version < version THEN position
        ELSE (SELECT max(position) + 1 FROM card) END,
    queued_at = CASE WHEN sent_version < version THEN queued_at ELSE :now END,
    version = version + 1, refusal = NULL, updated_at = :now
"""

_PUT = f"""
INSERT INTO card
    (key, reference, lane, position, card, is_final, is_loud, is_silent,
     queued_at, created_at, updated_at)
VALUES (:key, :reference, :lane, (SELECT coalesce(max(position), 0) + 1 FROM card), :card,
        :is_final, :is_loud, :is_silent, :now, :now, :now)
ON CONFLICT (key) DO UPDATE SET card = excluded.card, is_final = excluded.is_final,
    is_loud = excluded.is_loud, is_silent = excluded.is_silent,
    told_by = CASE WHEN excluded.is_loud > is_loud THEN NULL ELSE told_by END, {_RENEW}
WHERE card <> excluded.card
"""

_NEXT = f"""
SELECT key, card, version, reference, queued_at, first_attempt, message_id,
       is_loud, is_silent, posting, reply_to, version IS plain_version
FROM card WHERE {WAITING} AND key NOT IN ({digests.RESTING})
ORDER BY lane, position LIMIT 1
"""

# A digest that has to say what changed waits, too.
_BACKLOG = f"""
SELECT count(*), min(since) FROM (
    SELECT key, queued_at AS since FROM card WHERE {WAITING}
    UNION ALL
    SELECT told_by, min(updated_at) FROM card WHERE {digests.CHANGED} GROUP BY told_by
)
"""

# The message of before is let go. What comes in its place has a mark of its own to be found by.
_POST_ANEW = """
UPDATE card SET posting = posting + 1, message_id = NULL, first_attempt = NULL, reply_to = ?
WHERE key = ?
"""

_RENEW_CARD = f"UPDATE card SET {_RENEW} WHERE key = :key"
_ATTEMPTED = "UPDATE card SET first_attempt = coalesce(first_attempt, ?) WHERE key = ?"
_SENT = "UPDATE card SET sent_version = ?, message_id = ? WHERE key = ?"
_FORGET = """
DELETE FROM card WHERE sent_version >= version AND is_final AND updated_at < ?
    AND key NOT IN (SELECT told_by FROM card WHERE told_by IS NOT NULL)
"""


def put(run: sqlite3.Connection, entries: Iterable[Entry], *, now: datetime) -> None:
    """Add cards, or change them where they differ."""
    rows = [
        {
            "key": entry.key,
            "reference": reference(entry.key),
            "lane": entry.lane,
            "card": msgspec.json.encode(entry.card),
            "is_final": entry.is_final,
            "is_loud": entry.is_loud,
            "is_silent": entry.is_silent,
            "now": now.timestamp(),
        }
        for entry in entries
    ]
    run.executemany(_PUT, rows)


def renew(run: sqlite3.Connection, key: str, *, now: datetime) -> None:
    """Have a card shown again, since what is told with it has changed."""
    run.execute(_RENEW_CARD, {"key": key, "now": now.timestamp()})


def next_waiting(run: sqlite3.Connection, *, now: datetime) -> Waiting | None:
    """The card to deliver next, with all that is told on it."""
    row = run.execute(_NEXT, {"now": now.timestamp()}).fetchone()
    if row is None:
        return None
    key, encoded, version, mark, queued_at, first_attempt, message_id, *manner = row
    is_loud, is_silent, posting, reply_to, is_plain = manner
    card = digests.card_of(run, key) or msgspec.json.decode(encoded, type=Card)
    if notes := halts.notes(run, key):
        card = with_halts(card, notes)
    return Waiting(
        key=key,
        card=card if posting == 1 else again_card(card, is_gone=reply_to is None),
        version=version,
        reference=mark if posting == 1 else f"{mark}-{posting}",
        queued_at=_datetime(queued_at),
        first_attempt=None if first_attempt is None else _datetime(first_attempt),
        message_id=message_id,
        manner=Manner(
            is_loud=bool(is_loud),
            is_silent=bool(is_silent),
            is_first=posting == 1,
            reply_to=reply_to,
            is_plain=bool(is_plain),
        ),
    )


def backlog(run: sqlite3.Connection) -> Backlog:
    """How much waits."""
    waiting, oldest = run.execute(_BACKLOG).fetchone()
    return Backlog(waiting=waiting, oldest=None if oldest is None else _datetime(oldest))


def attempted(run: sqlite3.Connection, key: str, *, now: datetime) -> None:
    """Note that from now on the message may exist."""
    run.execute(_ATTEMPTED, (now.timestamp(), key))


def sent(run: sqlite3.Connection, key: str, version: int, message_id: int) -> None:
    """Note that this message shows this version."""
    run.execute(_SENT, (version, message_id, key))


def post_anew(run: sqlite3.Connection, key: str, reply_to: int | None) -> None:
    """Let the message of before go."""
    run.execute(_POST_ANEW, (reply_to, key))


def forget(run: sqlite3.Connection, *, before: datetime) -> int:
    """Drop what is shown, final and as old; how many that were."""
    return run.execute(_FORGET, (before.timestamp(),)).rowcount


def _datetime(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)
