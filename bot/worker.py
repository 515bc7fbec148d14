"""The delivery worker: takes cards out of the outbox in order; none is lost, none sent twice."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Literal, Protocol

from arbwatch.events import utc_now
from bot.cards import Card
from bot.errors import BotError, OutboxError
from bot.metrics import BotMetrics
from bot.outbox import Manner, Outbox, Waiting
from bot.pace import Pace

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 1.0
# Below a minute, so that a queue moves within a minute of Discord's return.
LONGEST_PAUSE_SECONDS = 30.0

Sleep = Callable[[float], Awaitable[None]]


class SendDelayed(BotError):
    """It may work later; whether the message exists now is not known."""

    def __init__(self, reason: str, *, retry_after_seconds: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds


class SendRefused(BotError):
    """It will never work with this card."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class EditRefused(BotError):
    """The message cannot be changed any more: it is gone, or too old."""

    def __init__(self, reason: Literal["message_gone", "too_old"]) -> None:
        super().__init__(reason)
        self.reason = reason


class Sender(Protocol):
    """Where cards are shown. `reference` marks a message so that it can be found again.

    What they raise: SendDelayed, SendRefused, and an edit EditRefused.
    """

    async def wait_ready(self) -> None:
        """Return once sending makes sense."""

    async def post(self, card: Card, reference: str, manner: Manner) -> int:
        """Show a new message and return its id."""

    async def edit(self, message_id: int, card: Card, reference: str, manner: Manner) -> None:
        """Change a message that was posted before."""

    async def find(self, reference: str, since: datetime) -> int | None:
        """The id of the message with this reference, posted after `since`."""


class DeliveryWorker:
    """Delivers one card after the other; behind one that cannot be delivered the others wait."""

    def __init__(
        self,
        outbox: Outbox,
        sender: Sender,
        *,
        metrics: BotMetrics,
        sleep: Sleep = asyncio.sleep,
        pace: Pace | None = None,
    ) -> None:
        self._outbox = outbox
        self._sender = sender
        self._metrics = metrics
        self._sleep = sleep
        self._pace = pace or Pace()
        self._pause = FIRST_PAUSE_SECONDS

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            await self._sender.wait_ready()
            try:
                await self.deliver_next()
            except SendDelayed as delayed:
                await self._back_off(delayed.reason, at_least=delayed.retry_after_seconds)
            except OutboxError:
                log.exception("Delivery stopped by the outbox")
                await self._back_off("store")
            except Exception:
                # A card must not be lost, nor the bot end, for an answer nobody expected.
                log.exception("Delivery failed")
                await self._back_off("unexpected")
            else:
                self._pause = FIRST_PAUSE_SECONDS

    async def deliver_next(self) -> None:
        """Wait for a card and deliver it, or raise SendDelayed and leave it first in the queue."""
        await self._pace.wait()
        item = await self._outbox.next_waiting()
        try:
            if item.message_id is not None:
                await self._edit(item, item.message_id)
            else:
                await self._post(item)
        except SendRefused as refused:
            self._count_failure(refused.reason)
            self._metrics.dead_letters.inc()
            log.error("Card refused: reason=%s reference=%s", refused.reason, item.reference)
            await self._outbox.mark_refused(item, reason=refused.reason)

    async def _edit(self, item: Waiting, message_id: int) -> None:
        self._metrics.deliveries.labels(operation="edit").inc()
        try:
            await self._sender.edit(message_id, item.card, item.reference, item.manner)
        except EditRefused as refused:
            # The card is still the next to deliver: now with a post.
            self._count_failure(refused.reason)
            log.warning("Card posted anew: reason=%s reference=%s", refused.reason, item.reference)
            is_there = refused.reason == "too_old"
            await self._outbox.post_anew(item.key, reply_to=message_id if is_there else None)
            return
        await self._finish(item, version=item.version, message_id=message_id)

    async def _post(self, item: Waiting) -> None:
        if item.first_attempt is not None:
            found = await self._sender.find(item.reference, item.first_attempt)
            if found is not None:
                await self._finish(item, version=1, message_id=found)
                return
        await self._outbox.mark_attempted(item.key)
        self._metrics.deliveries.labels(operation="post").inc()
        message_id = await self._sender.post(item.card, item.reference, item.manner)
        self._pace.take()
        # After an earlier attempt Discord may answer with the message of that attempt, which the
        # nonce recognised. What it shows is at least version 1; if that is old, an edit follows.
        version = item.version if item.first_attempt is None else 1
        await self._finish(item, version=version, message_id=message_id)

    async def _finish(self, item: Waiting, *, version: int, message_id: int) -> None:
        await self._outbox.mark_sent(item.key, version=version, message_id=message_id)
        if version == item.version:
            waited = utc_now() - item.queued_at
            self._metrics.delivery_seconds.observe(max(0.0, waited.total_seconds()))

    async def _back_off(self, reason: str, *, at_least: float = 0.0) -> None:
        self._count_failure(reason)
        pause = max(self._pause, at_least)
        log.warning("Delivery delayed: reason=%s pause_seconds=%.1f", reason, pause)
        await self._sleep(pause)
        self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)

    def _count_failure(self, reason: str) -> None:
        self._metrics.delivery_failures.labels(reason=reason).inc()
