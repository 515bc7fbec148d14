"""The SQL of digests: one message that tells of a crowd of cards that nobody was shown yet.

A digest is a card like any other, so it is posted and edited, and found again, as the others are.
The cards that it tells of wait no more; what changes on them changes the digest.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.cards import Card, Told, digest_card
from bot.reference import reference

# As many cards may wait for a message of their own.
CROWD = 20
# Of a crowd, critical cards with a message of their own, within a minute.
CRITICAL_SHOWN = 5
CRITICAL_PACE = timedelta(minutes=1)
# What comes within this of the last one joins the digest that there is. It rings only once, so
# what comes later than the longest time gets another one.
JOINED_WITHIN = timedelta(seconds=10)
LONGEST_OPEN = timedelta(minutes=5)
# Discord takes about one edit a second of a channel; the other cards need theirs.
REST = timedelta(seconds=5)

# What waits, of all cards: also the condition of the index.
WAITING = "sent_version < version AND refusal IS NULL AND told_by IS NULL"
# Of these the message cannot exist yet, in any version.
_FRESH = f"""{WAITING} AND message_id IS NULL AND first_attempt IS NULL AND posting = 1
    AND key NOT IN (SELECT key FROM digest)"""
# Digests that are left as they are for a moment. Each time has two bounds, as a clock that was set
# back must not stretch it to hours.
RESTING = f"""SELECT key FROM digest
    WHERE rests_until > :now AND rests_until <= :now + {REST.total_seconds()}"""
# What a digest does not tell yet.
CHANGED = "told_by IS NOT NULL AND sent_version < version"

_OPEN = """
SELECT key FROM digest JOIN card USING (key)
WHERE sent_version = 0 AND refusal IS NULL
    OR joined_at BETWEEN :joined_after AND :now AND made_at > :made_after
ORDER BY made_at DESC LIMIT 1
"""
# Alerts that halt first, then the first that came.
_CRITICAL = f"""
SELECT key FROM card WHERE {_FRESH} AND is_loud
ORDER BY key NOT IN (SELECT card FROM halt), position LIMIT :most
"""
_SHOWN = """
SELECT count(*) FROM card WHERE is_loud AND told_by IS NULL AND first_attempt BETWEEN ? AND ?
    AND key NOT IN (SELECT key FROM digest)
"""
# In place of the first card that it tells of, behind the critical ones that are shown themselves.
_MAKE = """
INSERT INTO card (key, reference, lane, position, card, is_final, is_loud, is_silent,
                  queued_at, created_at, updated_at)
SELECT :key, :reference, min(lane), max(min(position), :behind), x'', min(is_final),
       max(is_loud), min(is_silent), min(queued_at), :now, :now
FROM card WHERE told_by = :key
"""
_JOIN = "UPDATE digest SET joined_at = :now WHERE key = :key"
_RENEW = """
UPDATE card SET version = version + 1, updated_at = :now, refusal = NULL,
    position = CASE WHEN sent_version < version THEN position
        ELSE (SELECT max(position) + 1 FROM card) END,
    queued_at = CASE WHEN sent_version < version THEN queued_at ELSE :now END,
    is_loud = max(is_loud, (SELECT max(is_loud) FROM card AS told WHERE told.told_by = card.key)),
    is_final = (SELECT min(is_final) FROM card AS told WHERE told.told_by = card.key)
WHERE key = :key AND EXISTS (SELECT 1 FROM card AS told WHERE told.told_by = card.key)
"""
_TOLD = """
SELECT json_extract(CAST(card AS TEXT), '$.title'),
       json_extract(CAST(card AS TEXT), '$.colour'),
       key IN (SELECT key FROM incident)
FROM card WHERE told_by = ? ORDER BY position
"""


def gather(run: sqlite3.Connection, *, now: datetime) -> None:
    """Let a digest tell of a crowd, and have digests say what changed on cards they tell of."""
    changed = run.execute(f"SELECT DISTINCT told_by FROM card WHERE {CHANGED}").fetchall()
    if changed:
        run.execute(f"UPDATE card SET sent_version = version WHERE {CHANGED}")
    for [key] in changed:
        run.execute(_RENEW, {"key": key, "now": now.timestamp()})
    _tell(run, now)


def is_due(run: sqlite3.Connection, *, now: datetime) -> bool:
    """Whether `gather` has something to do; only reads."""
    if run.execute(f"SELECT 1 FROM card WHERE {CHANGED} LIMIT 1").fetchone():
        return True
    return _is_crowd(run, _open(run, now))


def card_of(run: sqlite3.Connection, key: str) -> Card | None:
    """A digest as it is now; None for any other card."""
    if run.execute("SELECT 1 FROM digest WHERE key = ?", (key,)).fetchone() is None:
        return None
    rows = run.execute(_TOLD, (key,))
    return digest_card(
        [Told(title=title, colour=colour, is_alert=bool(alert)) for title, colour, alert in rows]
    )


def rest(run: sqlite3.Connection, key: str, *, now: datetime) -> None:
    """Leave Discord in peace for a moment, after a digest was shown."""
    until = (now + REST).timestamp()
    run.execute("UPDATE digest SET rests_until = ? WHERE key = ?", (until, key))


def forget(run: sqlite3.Connection) -> None:
    """Drop those whose card is gone."""
    run.execute("DELETE FROM digest WHERE key NOT IN (SELECT key FROM card)")


def _open(run: sqlite3.Connection, now: datetime) -> str | None:
    limits = {
        "now": now.timestamp(),
        "joined_after": (now - JOINED_WITHIN).timestamp(),
        "made_after": (now - LONGEST_OPEN).timestamp(),
    }
    row = run.execute(_OPEN, limits).fetchone()
    return None if row is None else str(row[0])


def _is_crowd(run: sqlite3.Connection, digest: str | None) -> bool:
    """More than may wait; while there is a digest, whatever is not shown for being critical."""
    limit = CROWD if digest is None else 0
    rows = run.execute(f"SELECT 1 FROM card WHERE {_FRESH} LIMIT ?", (limit + 1,)).fetchall()
    return len(rows) > limit


def _tell(run: sqlite3.Connection, now: datetime) -> None:
    digest = _open(run, now)
    if not _is_crowd(run, digest):
        return
    kept = _critical(run, now)
    key = digest or f"digest:{now.isoformat()}"
    marks = ", ".join("?" * len(kept))
    count = run.execute(
        f"UPDATE card SET told_by = ?, sent_version = version"
        f" WHERE {_FRESH} AND key NOT IN ({marks})",
        (key, *kept),
    ).rowcount
    if count:
        _keep(run, key, is_new=digest is None, kept=kept, now=now)


def _critical(run: sqlite3.Connection, now: datetime) -> Sequence[str]:
    """Those that get a message of their own all the same."""
    since = (now - CRITICAL_PACE).timestamp()
    [shown] = run.execute(_SHOWN, (since, now.timestamp())).fetchone()
    most = max(CRITICAL_SHOWN - shown, 0)
    return [key for [key] in run.execute(_CRITICAL, {"most": most})]


def _keep(
    run: sqlite3.Connection, key: str, *, is_new: bool, kept: Sequence[str], now: datetime
) -> None:
    given = {"key": key, "now": now.timestamp()}
    if not is_new:
        run.execute(_JOIN, given)
        run.execute(_RENEW, given)
        return
    marks = ", ".join("?" * len(kept))
    [behind] = run.execute(
        f"SELECT coalesce(max(position), 0) FROM card WHERE key IN ({marks})", tuple(kept)
    ).fetchone()
    run.execute("INSERT INTO digest (key, made_at, joined_at) VALUES (:key, :now, :now)", given)
    run.execute(_MAKE, given | {"reference": reference(key), "behind": behind})
