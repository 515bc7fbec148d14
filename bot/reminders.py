"""Rings again, in one message, for critical alerts until somebody takes or silences them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from arbwatch.events import utc_now
from bot.cards import Card
from bot.cards.reminders import reminder_card
from bot.errors import OutboxError
from bot.incidents import Incident
from bot.metrics import BotMetrics
from bot.outbox import ALERT_LANE, Entry, Outbox
from bot.outbox.reminders import Reminder, ReminderNotes
from bot.worker import SendDelayed

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0


class Eraser(Protocol):
    """Takes messages away."""

    async def delete(self, message_id: int) -> None:
        """Delete a message, if it is still there; raises SendDelayed."""


class Reminders:
    """Looks at the incidents every few seconds. A period of zero rings never."""

    def __init__(
        self,
        outbox: Outbox,
        eraser: Eraser,
        *,
        period: timedelta,
        metrics: BotMetrics,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._outbox = outbox
        self._notes = ReminderNotes(outbox)
        self._eraser = eraser
        self._period = period
        self._metrics = metrics
        self._now = now
        self._sleep = sleep
        self._shown: tuple[str, Card] | None = None

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except OutboxError:
                self._metrics.reminder_failures.labels(reason="store").inc()
                log.exception("Reminder stopped by the outbox")
            except SendDelayed as delayed:
                self._metrics.reminder_failures.labels(reason="not_deleted").inc()
                log.warning("Old reminder not taken away: reason=%s", delayed.reason)
            except Exception:
                # Whatever Discord answers to a deletion, the bot must not end for it.
                self._metrics.reminder_failures.labels(reason="unexpected").inc()
                log.exception("Reminder failed")
            await self._sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Remind where it is time, and take away what is out of date."""
        now = self._now()
        found = [await self._freed(incident, now) for incident in await self._outbox.incidents()]
        waiting = [i for i in found if i.is_urgent and i.ack is None] if self._period else []
        shown = await self._notes.shown([incident.key for incident in waiting])
        current = await self._remind([i for i in waiting if i.key in shown], now)
        for reminder in await self._notes.listed():
            if reminder.key != current:
                await self._erase(reminder)

    async def _freed(self, incident: Incident, now: datetime) -> Incident:
        """An incident without the silences that ended by themselves, on its card too."""
        if all(mark.until > now for mark in incident.silences):
            return incident
        return await self._outbox.amend(incident.key, lambda i: without_ended(i, now)) or incident

    async def _remind(self, waiting: Sequence[Incident], now: datetime) -> str | None:
        """Ring if it is time for one of these; the key of the reminder that holds now."""
        if any(self._is_due(incident, now) for incident in waiting):
            keys = [incident.key for incident in waiting]
            card = reminder_card(waiting, now)
            key = await self._notes.post(card, of=keys, at=now)
            self._shown = key, card
            self._metrics.reminders.inc()
            return key
        fresh = [incident.key for incident in waiting if incident.reminded_at is None]
        if fresh:
            # The card itself has just rung.
            await self._notes.note(fresh, now)
        made = await self._notes.listed()
        return await self._keep(made[-1], waiting) if made else None

    def _is_due(self, incident: Incident, now: datetime) -> bool:
        """Whether its last ring is a period ago, or to come: the clock was set back."""
        last = incident.reminded_at
        return last is not None and not timedelta() <= now - last < self._period

    async def _keep(self, reminder: Reminder, waiting: Sequence[Incident]) -> str | None:
        """Have the last reminder name those only that still wait; None if none does."""
        named = [incident for incident in waiting if incident.reminded_at == reminder.at]
        if not named:
            return None
        card = reminder_card(named, reminder.at)
        if self._shown != (reminder.key, card):
            entry = Entry(key=reminder.key, card=card, lane=ALERT_LANE, is_loud=True)
            await self._outbox.put([entry])
            self._shown = reminder.key, card
        return reminder.key

    async def _erase(self, reminder: Reminder) -> None:
        """Take a message away. One that may exist unknown is left until the worker has found it."""
        if reminder.message_id is not None:
            await self._eraser.delete(reminder.message_id)
        if reminder.message_id is not None or not reminder.is_attempted:
            await self._notes.forget(reminder.key)


def without_ended(incident: Incident, now: datetime) -> Incident:
    """An incident without the silences that have ended by then."""
    for mark in incident.silences:
        if mark.until <= now:
            incident = incident.unsilenced(mark.silence_id)
    return incident
