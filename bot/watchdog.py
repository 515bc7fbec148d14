"""Waits for the alert that always fires: when it stays away, no other alert would come either."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from arbwatch.events import utc_now
from bot.alertmanager import ALWAYS_FIRING
from bot.errors import OutboxError
from bot.incidents import Incident, Member
from bot.outbox import Notification, Outbox
from bot.worker import Sleep

log = logging.getLogger(__name__)

# Alertmanager is configured to tell of it every 30 to 45 seconds.
MISSING_SECONDS = 300.0
LOOK_SECONDS = 1.0
# No group of Alertmanager's is called so: the bot opens and ends this incident itself.
GROUP = "arbwatch:watchdog"

_LABELS = {"alertname": ALWAYS_FIRING, "severity": "critical", "topic": "pipeline"}
_ANNOTATIONS = {
    "summary": "The alert pipeline is silent",
    "description": (
        "The alert that always fires has not come for 5 minutes. Prometheus or Alertmanager is"
        " down, or cannot reach the bot: no other alert would come either, and nothing would halt"
        " by itself."
    ),
    "action": "trade as if there were no alerts until it is back",
    "runbook_url": "docs/runbooks/ArbWatchdog.md",
}


class Watchdog:
    """Keeps a critical card while the alert is missing. After a start it is waited for as long."""

    def __init__(
        self,
        outbox: Outbox,
        *,
        now: Callable[[], datetime] = utc_now,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._outbox = outbox
        self._now = now
        self._clock = clock
        self._sleep = sleep
        self._heard_at: float | None = None
        self.last_heard: datetime | None = None
        # An earlier run of the bot may have opened it.
        self._is_open: bool | None = None

    def hear(self) -> None:
        """The alert came."""
        self._heard_at = self._clock()
        self.last_heard = self._now()

    async def run(self) -> None:
        """Watch until cancelled."""
        started = self._clock()
        while True:
            try:
                await self.look(since=started)
            except OutboxError:
                log.exception("The watchdog's card could not be stored")
            except Exception:
                log.exception("The watchdog failed")
            await self._sleep(LOOK_SECONDS)

    async def look(self, *, since: float) -> None:
        """Open or end the card, if it is time; `since` is when the waiting began."""
        silent_seconds = self._clock() - (since if self._heard_at is None else self._heard_at)
        is_missing = silent_seconds >= MISSING_SECONDS
        if is_missing and self._is_open is not True:
            await self._begin(timedelta(seconds=silent_seconds))
        elif self._heard_at is not None and not is_missing and self._is_open is not False:
            await self._end()

    async def _begin(self, silent: timedelta) -> None:
        if await self._standing() is None:
            began = self._now() - silent
            member = Member(
                fingerprint=ALWAYS_FIRING,
                labels=_LABELS,
                annotations=_ANNOTATIONS,
                starts_at=began,
            )
            await self._tell(member)
            log.error("The alert pipeline is silent: seconds=%.0f", silent.total_seconds())
        self._is_open = True

    async def _end(self) -> None:
        incident = await self._standing()
        if incident is not None:
            await self._tell(*(replace(m, ends_at=self._now()) for m in incident.firing))
            log.info("The alert pipeline is heard again")
        self._is_open = False

    async def _standing(self) -> Incident | None:
        incidents = await self._outbox.incidents()
        return next((found for found in incidents if found.group_key == GROUP), None)

    async def _tell(self, *members: Member) -> None:
        news = Notification(group_key=GROUP, members=members)
        await self._outbox.put([], notifications=[news])
