"""The buttons of an incident's card. What they do is said in their ids, so they outlive a restart.

`arbwatch:<what>[:<argument>]:<reference>`
"""

import re

from arbwatch.control import ALL_VENUES
from bot.cards.card import Button
from bot.incidents import Incident

SILENCE_HOURS = (1, 4, 24)
# What can stand in an id and on a button. A venue is a name from settings; a label may be anything.
_VENUE = re.compile(r"[A-Za-z0-9_.-]{1,32}")


def alert_buttons(incident: Incident) -> tuple[Button, ...]:
    """What can be done about an incident now, five at most; nothing once it is over."""
    if incident.is_resolved:
        return ()
    mark = incident.reference
    ack = Button(
        custom_id=f"arbwatch:ack:{mark}",
        label="Taken" if incident.ack else "Ack",
        style="primary",
        is_disabled=incident.ack is not None,
    )
    return (ack, *_silences(incident), *_halts(incident))


def _silences(incident: Incident) -> list[Button]:
    mark = incident.reference
    if not incident.is_silenced:
        return [
            Button(custom_id=f"arbwatch:silence:{hours}:{mark}", label=f"Silence {hours}h")
            for hours in SILENCE_HOURS
        ]
    if incident.silences:
        return [Button(custom_id=f"arbwatch:unsilence:{mark}", label="End silence")]
    return []


def _halts(incident: Incident) -> list[Button]:
    """The alert's venue; all of them where a critical one names none."""
    venue = incident.venue
    if not venue and incident.severity == "critical":
        venue = ALL_VENUES
    if not _VENUE.fullmatch(venue):
        return []
    return [
        Button(
            custom_id=f"arbwatch:halt:{venue}:{incident.reference}",
            label=f"Halt {venue.upper()}",
            style="danger",
        )
    ]
