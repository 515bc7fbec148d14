"""Reminders, exactly as Discord is sent them."""

from datetime import timedelta

import pytest

from bot.cards.reminders import reminder_card
from bot.gateway.delivery import DiscordSender
from bot.incidents import Incident
from bot.outbox import Manner
from tests.bot.incidents import START, incident, member
from tests.bot.snapshotted import Snapshots
from tests.fakes.discord import FakeDiscord

LOSS = member(
    "f2",
    labels={"alertname": "ArbDailyLossExceeded", "venue": ""},
    annotations={"summary": "Daily loss limit exceeded"},
    starts_at=START + timedelta(minutes=3),
)
HOSTILE = member("f3", labels={"venue": "@everyone"}, annotations={"summary": "**[x](y)** <@1>"})

FOUND: dict[str, list[Incident]] = {
    "one": [incident()],
    "several": [incident(), incident(LOSS)],
    "hostile": [incident(HOSTILE)],
    "crowd": [incident(member(f"f{n}", labels={"venue": f"venue-{n}"})) for n in range(60)],
}


@pytest.mark.parametrize("name", FOUND)
async def test_a_reminder_is_as_it_was_looked_at(
    sender: DiscordSender, discord_server: FakeDiscord, snapshots: Snapshots, name: str
) -> None:
    """Of one alert with its buttons, of several with one for each of the first five."""
    card = reminder_card(FOUND[name], START + timedelta(minutes=10))

    await sender.post(card, "aw-1", Manner(is_loud=True, reply_to=1))

    snapshots.match(f"reminder_{name}", discord_server.messages[0])
