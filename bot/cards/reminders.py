"""The reminder of critical alerts that nobody has: rings again, and says how long they fire."""

from collections.abc import Sequence
from datetime import datetime

from bot.cards.alert_buttons import alert_buttons
from bot.cards.alerts import incident_name, lasted
from bot.cards.card import RED, Button, Card, make_card
from bot.incidents import Incident
from bot.text import discord

_SHOWN = 8
_ACKS_SHOWN = 5


def reminder_card(found: Sequence[Incident], at: datetime) -> Card:
    """What fires, at least one, as of the moment that it is told."""
    first, *others = found
    more = f", and {len(others):,} more" if others else ""
    name = incident_name(first, discord)
    return make_card(
        f"🔴 {len(found):,} alerts that nobody has" if others else "🔴 Nobody has it yet",
        "\n".join(["Ack or silence stops this.", *(_lines(found, at) if others else [])]),
        colour=RED,
        content=f"🔔 still firing for {lasted(at - first.opened_at)}: {name}{more}",
        buttons=_acks(found) if others else alert_buttons(first),
    )


def _lines(found: Sequence[Incident], at: datetime) -> list[str]:
    """The first few, the longest first, and how many more there are."""
    hidden = len(found) - _SHOWN
    lines = [
        f"• {incident_name(incident, discord)}, for {lasted(at - incident.opened_at)}"
        for incident in found[:_SHOWN]
    ]
    return [*lines, f"… and {hidden:,} more"] if hidden > 0 else lines


def _acks(found: Sequence[Incident]) -> list[Button]:
    return [
        Button(
            custom_id=f"arbwatch:ack:{incident.reference}",
            label=f"Ack {incident_name(incident, str)}",
            style="primary",
        )
        for incident in found[:_ACKS_SHOWN]
    ]
