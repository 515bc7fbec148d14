"""Takes in what Alertmanager tells: into incidents, and into the halts it asks for."""

import asyncio
from collections.abc import Callable, Collection

from msgspec.structs import replace

from arbwatch.control import ALL_VENUES
from bot import alertmanager
from bot.alertmanager import ALWAYS_FIRING, Alert, Payload
from bot.auto_halts import AutoHalts
from bot.incidents import Member
from bot.metrics import BotMetrics
from bot.outbox import Notification, Outbox, WantedHalt
from bot.text import one_line

_ACTOR_LIMIT = 128
_REASON_LIMIT = 500
# The bot's own disk answers within milliseconds; a halt waits no longer for it.
_DISK_SECONDS = 0.25


class Relay:
    """Takes webhook bodies; what `receive` returned from is on disk.

    Of the alerts that ask for a halt, those named in `halting` are obeyed. The one that always
    fires is no news: `hear` is called for it.
    """

    def __init__(
        self,
        outbox: Outbox,
        auto_halts: AutoHalts,
        *,
        halting: Collection[str],
        metrics: BotMetrics,
        hear: Callable[[], None] = lambda: None,
    ) -> None:
        self._outbox = outbox
        self._auto_halts = auto_halts
        self._halting = halting
        self._metrics = metrics
        self._hear = hear

    async def receive(self, body: bytes) -> int:
        """Commit a body's alerts, return how many; raises NotAlertmanager or OutboxError."""
        payload = alertmanager.decode(body)
        if any(alert.name == ALWAYS_FIRING and not alert.is_resolved for alert in payload.alerts):
            self._hear()
        news = [alert for alert in payload.alerts if alert.name != ALWAYS_FIRING]
        return await self.take(replace(payload, alerts=news))

    async def take(self, payload: Payload) -> int:
        """Commit alerts, return how many; raises OutboxError."""
        halts = wanted_halts(payload, self._halting)
        # A full disk, or a slow one, is no reason to trade on.
        late = asyncio.get_running_loop().call_later(_DISK_SECONDS, self._auto_halts.order, halts)
        try:
            await self._outbox.put([], notifications=notifications(payload), halts=halts)
        finally:
            late.cancel()
            self._auto_halts.order(halts)
        self._metrics.alerts_received.inc(len(payload.alerts))
        return len(payload.alerts)


def notifications(payload: Payload) -> list[Notification]:
    """What was told of a group; without any alert nothing was."""
    if not payload.alerts:
        return []
    members = tuple(map(as_member, payload.alerts))
    left_out = max(payload.truncated_alerts, 0)
    return [Notification(group_key=payload.group_key, members=members, left_out=left_out)]


def as_member(alert: Alert) -> Member:
    """An alert as an incident holds it."""
    return Member(
        fingerprint=alert.fingerprint,
        labels=alert.labels,
        annotations=alert.annotations,
        starts_at=alert.starts_at,
        ends_at=alert.ends_at if alert.is_resolved else None,
    )


def wanted_halts(payload: Payload, halting: Collection[str]) -> list[WantedHalt]:
    """The halts that a notification asks for. What is resolved asks for nothing, nor resumes."""
    return [
        WantedHalt(
            key=as_member(alert).key,
            # What names no venue concerns all of them.
            scope=alert.labels.get("venue") or ALL_VENUES,
            actor=alert.name[:_ACTOR_LIMIT],
            reason=_reason(alert),
            began_at=alert.starts_at,
        )
        for alert in payload.alerts
        if alert.asks_for_halt and alert.name in halting and not alert.is_resolved
    ]


def _reason(alert: Alert) -> str:
    """The summary and the first sentence of the description."""
    texts = (alert.annotations.get(name, "") for name in ("summary", "description"))
    summary, description = (one_line(text) for text in texts)
    parts = (summary or alert.name, description.partition(". ")[0])
    return ": ".join(part for part in parts if part)[:_REASON_LIMIT]
