"""Turns an Alertmanager notification into cards, one per alert, and into the halts it asks for."""

from collections.abc import Collection
from datetime import UTC

from arbwatch.control import ALL_VENUES
from bot import alertmanager
from bot.alertmanager import Alert, Payload
from bot.auto_halts import AutoHalts
from bot.cards import alert_card, truncated_card
from bot.errors import OutboxError
from bot.metrics import BotMetrics
from bot.outbox import ALERT_LANE, Entry, Outbox, WantedHalt
from bot.text import one_line

_ACTOR_LIMIT = 128
_REASON_LIMIT = 500


class Relay:
    """Takes webhook bodies; what `receive` returned from is on disk.

    Of the alerts that ask for a halt, those named in `halting` are obeyed.
    """

    def __init__(
        self,
        outbox: Outbox,
        auto_halts: AutoHalts,
        *,
        halting: Collection[str],
        metrics: BotMetrics,
    ) -> None:
        self._outbox = outbox
        self._auto_halts = auto_halts
        self._halting = halting
        self._metrics = metrics

    async def receive(self, body: bytes) -> int:
        """Commit a body's alerts, return how many; raises NotAlertmanager or OutboxError."""
        payload = alertmanager.decode(body)
        halts = wanted_halts(payload, self._halting)
        try:
            await self._outbox.put(entries(payload, self._halting), halts=halts)
        except OutboxError:
            # A full disk is no reason to trade on.
            self._auto_halts.order_unstored(halts)
            raise
        if halts:
            self._auto_halts.look()
        self._metrics.alerts_received.inc(len(payload.alerts))
        return len(payload.alerts)


def entries(payload: Payload, halting: Collection[str]) -> list[Entry]:
    """The cards of a notification."""
    cards = [
        Entry(
            key=alert_key(alert),
            card=alert_card(alert, is_obeyed=alert.name in halting),
            lane=ALERT_LANE,
            is_final=alert.is_resolved,
        )
        for alert in payload.alerts
    ]
    if payload.truncated_alerts > 0:
        card = truncated_card(payload.group_key, payload.truncated_alerts)
        key = f"truncated:{payload.group_key}"
        # Told again as long as it is so: forgotten, it would be posted anew.
        cards.append(Entry(key=key, card=card, lane=ALERT_LANE, is_final=False))
    return cards


def wanted_halts(payload: Payload, halting: Collection[str]) -> list[WantedHalt]:
    """The halts that a notification asks for. What is resolved asks for nothing, nor resumes."""
    return [
        WantedHalt(
            key=alert_key(alert),
            # What names no venue concerns all of them.
            scope=alert.labels.get("venue") or ALL_VENUES,
            actor=alert.name[:_ACTOR_LIMIT],
            reason=_reason(alert),
            began_at=alert.starts_at,
        )
        for alert in payload.alerts
        if alert.asks_for_halt and alert.name in halting and not alert.is_resolved
    ]


def alert_key(alert: Alert) -> str:
    """What makes an alert the same alert: its labels, as a fingerprint, and when it began."""
    return f"alert:{alert.fingerprint}:{alert.starts_at.astimezone(UTC).isoformat()}"


def _reason(alert: Alert) -> str:
    """The summary and the first sentence of the description."""
    texts = (alert.annotations.get(name, "") for name in ("summary", "description"))
    summary, description = (one_line(text) for text in texts)
    parts = (summary or alert.name, description.partition(". ")[0])
    return ": ".join(part for part in parts if part)[:_REASON_LIMIT]
