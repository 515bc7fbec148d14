"""Sees to it that the bot does not begin too many sessions at Discord's gateway.

At 1,000 IDENTIFY within a day Discord resets the token: a bot whose connection fails again and
again, or that dies and is started again and again, must have slowed down long before.
https://discord.com/developers/docs/events/gateway#identifying
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from arbwatch.events import utc_now
from bot.errors import OutboxError
from bot.metrics import BotMetrics
from bot.outbox.identifies import IdentifyLog
from bot.worker import Sleep

log = logging.getLogger(__name__)

DAY = timedelta(days=1)
# Discord takes one in five seconds.
FLOOR_SECONDS = 5.0
# How many of a day come first, and how far apart those are that follow.
PACES = ((50, FLOOR_SECONDS), (150, 60.0), (300, 300.0))
SLOWEST_SECONDS = 1800.0


class Identifies:
    """Counts sessions, over restarts, and makes the next one wait for its turn."""

    def __init__(
        self,
        times: IdentifyLog,
        *,
        metrics: BotMetrics,
        now: Callable[[], datetime] = utc_now,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._times = times
        self._metrics = metrics
        self._now = now
        self._sleep = sleep
        self._last: float | None = None

    async def wait(self) -> None:
        """Return once another session may begin."""
        pause = await self._pause()
        if pause > FLOOR_SECONDS:
            log.warning("Too many sessions at Discord's gateway: pause_seconds=%.0f", pause)
        if pause > 0:
            await self._sleep(pause)

    async def begin(self) -> None:
        """Wait, then count one: it begins now."""
        await self.wait()
        now = self._now()
        self._last = now.timestamp()
        self._metrics.identifies.inc()
        try:
            await self._times.note(now, forget_before=now - DAY)
        except OutboxError:
            log.exception("A session at Discord's gateway could not be noted")

    async def _pause(self) -> float:
        now = self._now()
        own = [] if self._last is None else [self._last]
        try:
            times = await self._times.since(now - DAY)
        except OutboxError:
            times = own
        # A restart has taken its time by itself: of the first ones only this process's own count.
        if len(times) < PACES[0][0]:
            times = own
        return pause_seconds(times, now=now.timestamp())


def pause_seconds(times: Sequence[float], *, now: float) -> float:
    """How long to wait, after these sessions of the last day, the latest one last."""
    if not times:
        return 0.0
    apart = next((apart for count, apart in PACES if len(times) < count), SLOWEST_SECONDS)
    # A clock that was set back must not keep the bot away for longer than that.
    return min(max(times[-1] + apart - now, 0.0), apart)
