"""The SQL of the outbox. One connection, used from one thread."""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from bot.cards import Look, incident_card
from bot.coalescing import Desk, advance
from bot.errors import OutboxError
from bot.facts import Fact
from bot.incidents import Incident, merge, told
from bot.outbox import cards, dead_letters, digests, halts, incidents, notices
from bot.outbox.rows import (
    ALERT_LANE,
    Backlog,
    Entry,
    Notification,
    Waiting,
    WantedHalt,
)
from bot.outbox.schema import open_file
from bot.outbox.transaction import Transaction
from bot.preferences import Wish

Answer = TypeVar("Answer")

KEPT = timedelta(days=7)


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
            shown_on: dict[str, str] = {}
            for told_of in notifications:
                card = self._tell(run, told_of)
                shown_on |= {member.key: card for member in told_of.members}
            cards.put(run, entries, now=self._now())
            halts.want(run, wanted, cards=shown_on)

    def tell(
        self, facts: Sequence[Fact], *, wish: Wish | None, stream: str, position: int | None
    ) -> Desk:
        """Tell facts, grant a wish, show what is due, and with it move a stream's cursor."""
        now = self._now()
        with self._transaction() as run:
            before = notices.load(run)
            new = notices.fresh(run, facts, now=now)
            desk, due = advance(before, new, now=now, wish=wish)
            cards.put(run, map(notices.entry, due), now=now)
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

    def ordered_halts(self) -> list[str]:
        """The keys of the halts that are ordered."""
        return self.read(halts.noted)

    def mark_ordered(self, key: str, scope: str, halt_id: int) -> bool:
        """Note that a halt is ordered, and have its card say so; False if it was never noted."""
        with self._transaction() as run:
            card = halts.ordered(run, key, scope, halt_id)
            if card is not None:
                cards.renew(run, card, now=self._now())
            return halts.is_known(run, key)

    def cursor(self, stream: str) -> int | None:
        """Where a stream was left, or None if it was never read."""
        query = "SELECT position FROM cursor WHERE stream = ?"
        row = self.read(lambda run: run.execute(query, (stream,)).fetchone())
        return row[0] if row else None

    def next_waiting(self) -> Waiting | None:
        """The card to deliver next; a crowd of new ones is told of by one."""
        now = self._now()
        if self.read(lambda run: digests.is_due(run, now=now)):
            self.change(lambda run: digests.gather(run, now=now))
        return self.read(lambda run: cards.next_waiting(run, now=now))

    def backlog(self) -> Backlog:
        """Count what waits."""
        return self.read(cards.backlog)

    def mark_attempted(self, key: str) -> None:
        """Note, before a send, that from now on the message may exist."""
        self.change(lambda run: cards.attempted(run, key, now=self._now()))

    def mark_sent(self, key: str, version: int, message_id: int) -> None:
        """Note that this message shows this version."""
        with self._transaction() as run:
            cards.sent(run, key, version, message_id)
            digests.rest(run, key, now=self._now())

    def mark_refused(self, item: Waiting, reason: str) -> None:
        """Keep a card that can never be delivered in this version; its title may be, as text."""
        self.change(lambda run: dead_letters.bury(run, item, reason, now=self._now()))

    def post_anew(self, key: str, reply_to: int | None) -> None:
        """Let a card's message go, so that a new one is posted, in reply to it if it is there."""
        self.change(lambda run: cards.post_anew(run, key, reply_to))

    def prune(self) -> int:
        """Forget what is delivered, final and old, and return how many cards that were."""
        before = self._now() - KEPT
        with self._transaction() as run:
            count = cards.forget(run, before=before)
            halts.forget(run)
            incidents.forget(run)
            notices.forget(run, before=before)
            digests.forget(run)
            dead_letters.forget(run, before=before)
        return count

    def _tell(self, run: sqlite3.Connection, news: Notification) -> str:
        """Store what an incident became by a notification; its key."""
        latest = incidents.latest(run, news.group_key)
        incident = told(latest, news.group_key, news.members, left_out=news.left_out)
        if latest is None or incident.key != latest.key:
            # Opened by an alert that opened one before: the message is that one's.
            older = incidents.find(run, incident.key)
            if older is not None:
                merged = merge(older, incident.members, left_out=news.left_out)
                incident = replace(merged, group_key=news.group_key)
        self._keep(run, incident)
        return incident.key

    def _keep(self, run: sqlite3.Connection, incident: Incident) -> None:
        incidents.keep(run, incident)
        entry = Entry(
            key=incident.key,
            card=incident_card(incident, look=self._look),
            lane=ALERT_LANE,
            is_final=incident.is_resolved,
            is_loud=incident.is_urgent,
        )
        cards.put(run, [entry], now=self._now())

    def change(self, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """Run changes as one transaction."""
        with self._transaction() as run:
            return work(run)

    def read(self, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """Run a query."""
        try:
            return work(self._connection)
        except sqlite3.Error as error:
            raise OutboxError("the outbox cannot be read") from error

    def _transaction(self) -> Transaction:
        return Transaction(self._connection)
