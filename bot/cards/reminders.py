"""The reminder of critical alerts that nobody has: rings again, and says how long they fire."""

from collections.abc import Sequence
from datetime import datetime

from bot.cards.alert_buttons import alert_buttons
from bot.cards.alerts import incident_name, lasted
from bot.cards.card import RED, Button, Card, make_card
from bot.incidents import Incident
from bot.text import discord, join

_BODY_LIMIT = 1000
_ACKS_SHOWN = 5


def reminder_card(found: Sequence[Incident], at: datetime) -> Card:
    """What fires, at least one, as of the moment that it is told."""
    first, *others = found
    lines = [f"• {incident_name(i, discord)}, for {lasted(at - i.opened_at)}" for i in found]
    more = f", and {len(others):,} more" if others else ""
    name = incident_name(first, discord)
    return make_card(
        f"🔴 {len(found):,} alerts that nobody has" if others else "🔴 Nobody has it yet",
        join("Ack or silence stops this.", lines if others else [], limit=_BODY_LIMIT),
        colour=RED,
        content=f"🔔 still firing for {lasted(at - first.opened_at)}: {name}{more}",
        buttons=_acks(found) if others else alert_buttons(first),
    )


def _acks(found: Sequence[Incident]) -> list[Button]:
    return [
        Button(
            custom_id=f"arbwatch:ack:{incident.reference}",
            label=f"Ack {incident_name(incident, str)}",
            style="primary",
        )
        for incident in found[:_ACKS_SHOWN]
    ]
