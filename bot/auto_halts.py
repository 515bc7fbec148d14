"""Orders the halts that alerts ask for: at once, again every second until stored, and only once."""

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from datetime import UTC, datetime

from arbwatch.control import ALL_VENUES, Halt, HaltOrder, VenueControl
from bot.errors import BotError, ExporterDown, ExporterError, ExporterRefused, OutboxError
from bot.exporter_api import ExporterApi
from bot.metrics import BotMetrics
from bot.outbox import Outbox, WantedHalt

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
_UNKNOWN_VENUE = 404
_EVER = datetime.min.replace(tzinfo=UTC)
# Alertmanager repeats an alert for as long as it fires: far more than ever fire at a time.
_MOST_KEPT = 10_000


class AutoHalts:
    """Orders what the outbox holds as wanted; nothing but the order ends the want of a halt.

    An alert that ended before its halt could be ordered is obeyed all the same: a limit was broken,
    and nobody has looked yet. A halt too many costs a person a moment, one too few costs money.
    """

    def __init__(
        self,
        outbox: Outbox,
        api: ExporterApi,
        *,
        metrics: BotMetrics,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._outbox = outbox
        self._api = api
        self._metrics = metrics
        self._retry_seconds = retry_seconds
        self._unstored: dict[str, WantedHalt] = {}
        self._ordered: dict[str, Halt] = {}
        self._orders: dict[str, asyncio.Task[None]] = {}  # On their way now.
        self._done: dict[str, None] = {}
        self._asked: set[str] = set()
        self._told: set[str] = set()
        self._wake = asyncio.Event()

    def order(self, halts: Iterable[WantedHalt]) -> None:
        """Order these now, whatever the outbox does; what was ordered before stays as it is."""
        for halt in halts:
            if halt.key in self._done:
                continue
            self._unstored[halt.key] = halt
            if halt.key not in self._ordered:
                self._begin(halt)
            self._wake.set()
        self._show_waiting(self._unstored)

    async def run(self) -> None:
        """Order until cancelled."""
        await self._remember()
        try:
            while True:
                self._wake.clear()
                pause = None if await self._order_all() else self._retry_seconds
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), pause)
        finally:
            for order in self._orders.values():
                order.cancel()

    async def _remember(self) -> None:
        """What an earlier run of the bot has ordered, or may have asked for."""
        try:
            self._asked.update(halt.key for halt in await self._outbox.wanted_halts())
            for key in await self._outbox.ordered_halts():
                self._keep_done(key)
        except OutboxError:
            log.exception("Halts of an earlier start not known")

    async def _order_all(self) -> bool:
        """Try each wanted halt once; whether nothing is left to do."""
        wanted, is_read = dict(self._unstored), True
        try:
            async with asyncio.timeout(self._retry_seconds):
                wanted |= {halt.key: halt for halt in await self._outbox.wanted_halts()}
        except (OutboxError, TimeoutError):
            log.exception("Wanted halts could not be read")
            is_read = False
        self._show_waiting(wanted)
        done = await asyncio.gather(*map(self._try, wanted.values()))
        self._show_waiting(key for key, is_done in zip(wanted, done, strict=True) if not is_done)
        return is_read and all(done)

    async def _try(self, halt: WantedHalt) -> bool:
        """Order a halt and note it, or log why not; whether both are done."""
        try:
            if halt.key not in self._ordered:
                await asyncio.shield(self._begin(halt))
            async with asyncio.timeout(self._retry_seconds):
                await self._note(halt, self._ordered[halt.key])
        except (BotError, TimeoutError) as failed:
            self._fail(halt, failed)
            return False
        except Exception as failed:
            log.exception("Automatic halt failed")
            self._fail(halt, failed)
            return False
        self._asked.discard(halt.key)
        self._told.discard(halt.key)
        return True

    def _begin(self, halt: WantedHalt) -> "asyncio.Task[None]":
        """The order of this halt: the one that is on its way, or a new one."""
        if halt.key not in self._orders:
            task = asyncio.create_task(self._carry_out(halt))
            # A failure is told by who waits for it, who tries again.
            task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
            self._orders[halt.key] = task
        return self._orders[halt.key]

    async def _carry_out(self, halt: WantedHalt) -> None:
        """Order it and keep the answer, in one step: no order is found ended and unanswered."""
        try:
            self._ordered[halt.key] = await self._order(halt)
        finally:
            del self._orders[halt.key]
        self._metrics.auto_halts.labels(result="ordered").inc()
        log.info("Automatic halt ordered: alert=%s scope=%s", halt.actor, halt.scope)

    async def _order(self, wanted: WantedHalt) -> Halt:
        """The halt that the exporter has stored for this alert, ordered now unless it was before.

        It was if the answer to an order was lost, or the bot died before it could note it.
        """
        found = None
        if wanted.key in self._asked:
            found = _newest(await self._standing(), wanted, since=wanted.began_at)
        if found is None:
            self._asked.add(wanted.key)
            found = _newest(await self._post(wanted), wanted, since=_EVER)
        if found is None:
            raise ExporterError("the exporter's answer does not show the halt")
        if not found.halt_id:
            raise ExporterError("the halt is in force, but not stored yet")
        return found

    async def _standing(self) -> list[VenueControl]:
        """The halts that stand now; none where they are not told: better two than none."""
        try:
            return await self._api.venues()
        except ExporterDown:
            raise
        except ExporterError:
            return []

    async def _post(self, wanted: WantedHalt) -> list[VenueControl]:
        """Order it. A venue that the exporter does not know may be any: all of them are halted."""
        order = HaltOrder(reason=wanted.reason, actor=wanted.actor, via="rule")
        try:
            return await self._api.halt(wanted.scope, order)
        except ExporterRefused as refused:
            if refused.status != _UNKNOWN_VENUE or wanted.scope == ALL_VENUES:
                raise
            return await self._api.halt(ALL_VENUES, order)

    async def _note(self, wanted: WantedHalt, halt: Halt) -> None:
        """Note the order; what the outbox never took in is remembered here."""
        is_known = await self._outbox.mark_ordered(
            wanted.key, scope=halt.scope, halt_id=halt.halt_id
        )
        # After it, so that an alert that was repeated meanwhile asks for nothing more.
        self._unstored.pop(wanted.key, None)
        if is_known:
            del self._ordered[wanted.key]
            self._keep_done(wanted.key)

    def _keep_done(self, key: str) -> None:
        self._done[key] = None
        while len(self._done) > _MOST_KEPT:
            del self._done[next(iter(self._done))]

    def _fail(self, halt: WantedHalt, failed: Exception) -> None:
        """Count an order that failed; of its failures the log tells the first."""
        if halt.key not in self._ordered:
            self._metrics.auto_halts.labels(result="failed").inc()
        if halt.key not in self._told:
            self._told.add(halt.key)
            log.warning("Automatic halt waits: alert=%s reason=%s", halt.actor, failed)

    def _show_waiting(self, keys: Iterable[str]) -> None:
        waiting = sum(key not in self._ordered for key in keys)
        self._metrics.auto_halts_waiting.set(waiting)


def _newest(venues: list[VenueControl], wanted: WantedHalt, *, since: datetime) -> Halt | None:
    """The last halt that this alert's rule ordered for its scope."""
    own = [
        halt
        for control in venues
        for halt in control.halts
        if (halt.actor, halt.via) == (wanted.actor, "rule")
        and halt.scope in (wanted.scope, ALL_VENUES)
        and halt.since >= since
    ]
    return max(own, key=lambda halt: halt.halt_id, default=None)
