"""The SQL of the outbox. One connection, used from one thread."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from bot.cards import Card, Look, again_card, incident_card, with_halts
from bot.coalescing import Desk, advance
from bot.errors import OutboxError
from bot.facts import Fact
from bot.incidents import Incident, merge, told
from bot.outbox import dead_letters, digests, halts, incidents, notices
from bot.outbox.digests import WAITING
from bot.outbox.rows import (
    ALERT_LANE,
    Backlog,
    Entry,
    Manner,
    Notification,
    Waiting,
    WantedHalt,
)
from bot.outbox.schema import open_file
from bot.outbox.transaction import Transaction
from bot.preferences import Wish
from bot.reference import reference

Answer = TypeVar("Answer")

KEPT = timedelta(days=7)

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
FROM card WHERE {WAITING} AND key NOT IN (SELECT key FROM digest WHERE rests_until > ?)
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


class Store:
    """The open database file. Every method is one transaction, committed and synced to disk."""

    def __init__(self, path: Path, *, look: Look, now: Callable[[], datetime]) -> None:
        self._look = look
        self._now = now
        self._connection = open_file(path)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def put(
        self,
        entries: Sequence[Entry],
        *,
        notifications: Sequence[Notification],
        wanted: Sequence[WantedHalt],
    ) -> None:
        """Add or change cards and, with them, note wanted halts."""
        with self._transaction() as run:
            told_of = [self._tell(run, notification) for notification in notifications]
            self._put(run, entries)
            cards = {member.key: found.key for found in told_of for member in found.members}
            halts.want(run, wanted, cards=cards)

    def tell(
        self, facts: Sequence[Fact], *, wish: Wish | None, stream: str, position: int | None
    ) -> Desk:
        """Tell facts, grant a wish, show what is due, and with it move a stream's cursor."""
        now = self._now()
        with self._transaction() as run:
            before = notices.load(run)
            new = notices.fresh(run, facts, now=now)
            desk, due = advance(before, new, now=now, wish=wish)
            self._put(run, map(notices.entry, due))
            if desk != before:
                notices.keep(run, desk)
            if position is not None:
                run.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?)", (stream, position))
        return desk

    def desk(self) -> Desk:
        """What is open of notices."""
        return self.read(notices.load)

    def amend(self, name: str, change: Callable[[Incident], Incident]) -> Incident | None:
        """Change an incident, by its key or reference, and its card; None if there is none."""
        with self._transaction() as run:
            found = incidents.find(run, name)
            if found is None:
                return None
            changed = change(found)
            self._keep(run, changed)
        return changed

    def incidents(self, *, open_only: bool) -> list[Incident]:
        """The incidents, the first that began first."""
        return self.read(lambda run: incidents.listed(run, open_only=open_only))

    def wanted_halts(self) -> list[WantedHalt]:
        """The halts that are still to be ordered."""
        return self.read(halts.wanted)

    def mark_ordered(self, key: str, scope: str, halt_id: int) -> bool:
        """Note that a halt is ordered, and have its card say so; False if it was never noted."""
        with self._transaction() as run:
            card = halts.ordered(run, key, scope, halt_id)
            if card is not None:
                row = {"key": card, "now": self._timestamp()}
                run.execute(f"UPDATE card SET {_RENEW} WHERE key = :key", row)
            return halts.is_known(run, key)

    def cursor(self, stream: str) -> int | None:
        """Where a stream was left, or None if it was never read."""
        row = self._row("SELECT position FROM cursor WHERE stream = ?", stream)
        return row[0] if row else None

    def next_waiting(self) -> Waiting | None:
        """The card to deliver next; a crowd of new ones is told of by one."""
        now = self._now()
        if self.read(lambda run: digests.is_due(run, now=now)):
            self.change(lambda run: digests.gather(run, now=now))
        row = self._row(_NEXT, now.timestamp())
        if row is None:
            return None
        key, encoded, version, mark, queued_at, first_attempt, message_id, *manner = row
        is_loud, is_silent, posting, reply_to, is_plain = manner
        digest = self.read(lambda run: digests.card_of(run, key))
        card = digest or msgspec.json.decode(encoded, type=Card)
        if notes := self.read(lambda run: halts.notes(run, key)):
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

    def backlog(self) -> Backlog:
        """Count what waits."""
        row = self._row(_BACKLOG)
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
        sent = "UPDATE card SET sent_version = ?, message_id = ? WHERE key = ?"
        with self._transaction() as run:
            run.execute(sent, (version, message_id, key))
            digests.rest(run, key, now=self._now())

    def mark_refused(self, item: Waiting, reason: str) -> None:
        """Keep a card that can never be delivered in this version; its title may be, as text."""
        self.change(lambda run: dead_letters.bury(run, item, reason, now=self._now()))

    def post_anew(self, key: str, reply_to: int | None) -> None:
        """Let a card's message go, so that a new one is posted, in reply to it if it is there."""
        self._change(_POST_ANEW, reply_to, key)

    def prune(self) -> int:
        """Forget what is delivered, final and old, and return how many cards that were."""
        before = self._now() - KEPT
        with self._transaction() as run:
            count = run.execute(
                "DELETE FROM card WHERE sent_version >= version AND is_final AND updated_at < ?"
                " AND key NOT IN (SELECT told_by FROM card WHERE told_by IS NOT NULL)",
                (before.timestamp(),),
            ).rowcount
            halts.forget(run)
            incidents.forget(run)
            notices.forget(run, before=before)
            digests.forget(run)
            dead_letters.forget(run, before=before)
        return count

    def _tell(self, run: sqlite3.Connection, news: Notification) -> Incident:
        """Store what an incident became by a notification."""
        latest = incidents.latest(run, news.group_key)
        incident = told(latest, news.group_key, news.members, left_out=news.left_out)
        if latest is None or incident.key != latest.key:
            # Opened by an alert that opened one before: the message is that one's.
            older = incidents.find(run, incident.key)
            if older is not None:
                incident = merge(older, incident.members, left_out=news.left_out)
        self._keep(run, incident)
        return incident

    def _keep(self, run: sqlite3.Connection, incident: Incident) -> None:
        incidents.keep(run, incident)
        entry = Entry(
            key=incident.key,
            card=incident_card(incident, look=self._look),
            lane=ALERT_LANE,
            is_final=incident.is_resolved,
            is_loud=incident.is_urgent,
        )
        self._put(run, [entry])

    def _put(self, run: sqlite3.Connection, entries: Iterable[Entry]) -> None:
        now = self._timestamp()
        rows = [
            {
                "key": entry.key,
                "reference": reference(entry.key),
                "lane": entry.lane,
                "card": msgspec.json.encode(entry.card),
                "is_final": entry.is_final,
                "is_loud": entry.is_loud,
                "is_silent": entry.is_silent,
                "now": now,
            }
            for entry in entries
        ]
        run.executemany(_PUT, rows)

    def change(self, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """Run changes as one transaction."""
        with self._transaction() as run:
            return work(run)

    def _change(self, statement: str, *values: Any) -> None:
        self.change(lambda run: run.execute(statement, values))

    def _row(self, query: str, *values: Any) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self.read(lambda run: run.execute(query, values).fetchone())
        return row

    def read(self, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """Run a query."""
        try:
            return work(self._connection)
        except sqlite3.Error as error:
            raise OutboxError("the outbox cannot be read") from error

    def _transaction(self) -> Transaction:
        return Transaction(self._connection)

    def _timestamp(self) -> float:
        return self._now().timestamp()


def _datetime(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)
