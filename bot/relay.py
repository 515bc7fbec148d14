"""Turns an Alertmanager notification into cards: one per alert, changed when the alert changes."""

from datetime import UTC

from bot import alertmanager
from bot.alertmanager import Alert, Payload
from bot.cards import alert_card, truncated_card
from bot.metrics import BotMetrics
from bot.outbox import ALERT_LANE, Entry, Outbox


class Relay:
    """Takes webhook bodies; what `receive` returned from is on disk."""

    def __init__(self, outbox: Outbox, *, metrics: BotMetrics) -> None:
        self._outbox = outbox
        self._metrics = metrics

    async def receive(self, body: bytes) -> int:
        """Commit a body's alerts, return how many; raises NotAlertmanager or OutboxError."""
        payload = alertmanager.decode(body)
        await self._outbox.put(entries(payload))
        self._metrics.alerts_received.inc(len(payload.alerts))
        return len(payload.alerts)


def entries(payload: Payload) -> list[Entry]:
    """The cards of a notification."""
    cards = [
        Entry(
            key=alert_key(alert),
            card=alert_card(alert),
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


def alert_key(alert: Alert) -> str:
    """What makes an alert the same alert: its labels, as a fingerprint, and when it began."""
    return f"alert:{alert.fingerprint}:{alert.starts_at.astimezone(UTC).isoformat()}"
