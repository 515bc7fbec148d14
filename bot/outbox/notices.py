"""The SQL of the desk of notices, within a transaction of the store's."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime

import msgspec

from bot.cards import count_card, fact_card, summary_card
from bot.coalescing import Count, Desk, Notice, Single, Summary
from bot.facts import Fact
from bot.outbox.rows import Entry

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Desk)


def load(run: sqlite3.Connection) -> Desk:
    """The desk as it was left."""
    row = run.execute("SELECT body FROM desk").fetchone()
    return Desk() if row is None else _decoder.decode(row[0])


def keep(run: sqlite3.Connection, desk: Desk) -> None:
    """Store it."""
    run.execute("INSERT OR REPLACE INTO desk VALUES (1, ?)", (_encoder.encode(desk),))


def fresh(run: sqlite3.Connection, facts: Iterable[Fact], *, now: datetime) -> list[Fact]:
    """Those that were not told before; from now on they were."""
    told = "INSERT OR IGNORE INTO fact VALUES (?, ?)"
    return [fact for fact in facts if run.execute(told, (fact.key, now.timestamp())).rowcount]


def forget(run: sqlite3.Connection, *, before: datetime) -> None:
    """Drop the names of facts that were told before then."""
    run.execute("DELETE FROM fact WHERE told_at < ?", (before.timestamp(),))


def entry(notice: Notice) -> Entry:
    """The card of a notice."""
    match notice:
        case Single(fact=fact):
            return Entry(key=fact.key, card=fact_card(fact), is_silent=notice.is_silent)
        case Count(window=window, is_over=is_over):
            card = count_card(window, is_over=is_over)
            return Entry(key=window.key, card=card, is_final=is_over, is_silent=notice.is_silent)
        case Summary():
            card = summary_card(notice)
            return Entry(key=notice.key, card=card, is_silent=notice.is_silent)
