"""The SQL of dead letters: cards that Discord refused for good, kept with the reason.

In the channel a plain line takes the place of such a card, until the card changes.
"""

import sqlite3
from datetime import datetime

import msgspec

from bot.outbox.rows import Waiting

_KEEP = "INSERT INTO dead_letter VALUES (?, ?, ?, ?, ?)"
_STUB = "UPDATE card SET plain_version = version WHERE key = ? AND version = ?"
_GIVE_UP = "UPDATE card SET refusal = ? WHERE key = ? AND version = ?"


def bury(run: sqlite3.Connection, item: Waiting, reason: str, *, now: datetime) -> None:
    """Keep what was refused; its title is to be shown, or nothing if that was refused as well."""
    card = msgspec.json.encode(item.card)
    run.execute(_KEEP, (item.reference, item.version, reason, card, now.timestamp()))
    if item.manner.is_plain:
        run.execute(_GIVE_UP, (reason, item.key, item.version))
    else:
        run.execute(_STUB, (item.key, item.version))


def forget(run: sqlite3.Connection, *, before: datetime) -> None:
    """Drop what was refused before then."""
    run.execute("DELETE FROM dead_letter WHERE refused_at < ?", (before.timestamp(),))
