"""The SQL of wanted halts, within a transaction of the store's."""

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from bot.cards import HaltNote
from bot.outbox.rows import WantedHalt

_WANT = """
INSERT INTO halt (key, scope, actor, reason, began_at, card) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET card = excluded.card
"""
_ORDERED = "UPDATE halt SET scope = ?, halt_id = ? WHERE key = ? AND halt_id IS NULL"
_WANTED = "SELECT key, scope, actor, reason, began_at FROM halt WHERE halt_id IS NULL"
_NOTES = "SELECT scope, halt_id FROM halt WHERE card = ? ORDER BY halt_id"
_FORGET = "DELETE FROM halt WHERE halt_id IS NOT NULL AND card NOT IN (SELECT key FROM card)"


def want(run: sqlite3.Connection, halts: Iterable[WantedHalt], *, cards: Mapping[str, str]) -> None:
    """Note halts, each once; `cards` has, by the key of an alert, the card that shows it."""
    rows = [
        (h.key, h.scope, h.actor, h.reason, h.began_at.timestamp(), cards.get(h.key, h.key))
        for h in halts
    ]
    run.executemany(_WANT, rows)


def wanted(run: sqlite3.Connection) -> list[WantedHalt]:
    """Those that are still to be ordered."""
    return [
        WantedHalt(
            key=key,
            scope=scope,
            actor=actor,
            reason=reason,
            began_at=datetime.fromtimestamp(began_at, UTC),
        )
        for key, scope, actor, reason, began_at in run.execute(_WANTED)
    ]


def noted(run: sqlite3.Connection) -> list[str]:
    """The keys of those that are ordered."""
    return [key for [key] in run.execute("SELECT key FROM halt WHERE halt_id IS NOT NULL")]


def ordered(run: sqlite3.Connection, key: str, scope: str, halt_id: int) -> str | None:
    """Note an order, once, and return the card that is to say so, if any."""
    if not run.execute(_ORDERED, (scope, halt_id, key)).rowcount:
        return None
    [card] = run.execute("SELECT card FROM halt WHERE key = ?", (key,)).fetchone()
    return str(card)


def is_known(run: sqlite3.Connection, key: str) -> bool:
    """Whether a halt was ever noted."""
    return run.execute("SELECT 1 FROM halt WHERE key = ?", (key,)).fetchone() is not None


def notes(run: sqlite3.Connection, card: str) -> list[HaltNote]:
    """What a card has to say of its halts."""
    return [HaltNote(scope=scope, halt_id=number) for scope, number in run.execute(_NOTES, (card,))]


def forget(run: sqlite3.Connection) -> None:
    """Drop what was ordered and whose card is gone."""
    run.execute(_FORGET)
