"""Cards in Discord's channel, whatever happens to requests and answers on the way."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.cards import Card
from bot.gateway.client import Gateway
from bot.gateway.delivery import DiscordSender
from bot.outbox import Manner
from bot.settings import BotConfig
from bot.worker import SendRefused
from tests.bot.conftest import RunningBot, StartBot, discord_settings, until
from tests.bot.payloads import alert, payload
from tests.bot.running import call
from tests.fakes.discord import FakeDiscord, Fault


def titles(server: FakeDiscord) -> list[str]:
    """What the channel's cards are called."""
    return [message["embeds"][0]["title"] for message in server.messages]


def is_idle(running: RunningBot) -> bool:
    """Whether nothing waits for delivery."""
    return running.bot.metrics.registry.get_sample_value("arb_bot_outbox_waiting") == 0


async def test_an_alert_is_posted_and_edited(
    start_bot: StartBot, discord_server: FakeDiscord
) -> None:
    """One message from firing to resolved; without a role to ping it pings nobody."""
    running = await start_bot(**discord_settings(discord_server))
    await until(lambda: discord_server.gateway.is_connected)

    await call("POST", f"{running.url}/alerts", payload(alert()))
    await until(lambda: discord_server.messages and is_idle(running))
    await call("POST", f"{running.url}/alerts", payload(alert(lasted=timedelta(minutes=1))))

    await until(
        lambda: titles(discord_server) == ["✅ Resolved: Venue error rate is high · kalshi"]
    )
    [message] = discord_server.messages
    assert message["allowed_mentions"] == {"parse": []}
    assert message["embeds"][0]["footer"]["text"].endswith(message["nonce"])


@pytest.mark.parametrize(
    "faults",
    [
        [Fault("drop_after")],
        [Fault("drop_before")],
        [Fault("rate_limit", times=2)],
        [Fault("status", status=500)],
        [Fault("status", status=503)],
        [Fault("status", status=403)],
        [Fault("drop_after"), Fault("drop_before", method="GET")],
    ],
    ids=["answer lost", "request lost", "429", "500", "503", "403", "answer and search lost"],
)
async def test_whatever_fails_each_card_is_posted_once_and_in_order(
    start_bot: StartBot, discord_server: FakeDiscord, faults: list[Fault]
) -> None:
    """Nothing lost, nothing twice."""
    discord_server.world.faults += [Fault(**vars(fault)) for fault in faults]
    running = await start_bot(**discord_settings(discord_server))

    for number in range(3):
        await running.bot.alert_error("other", f"number {number}")

    await until(lambda: len(discord_server.messages) == 3 and is_idle(running))
    assert titles(discord_server) == [f"🚨 Error (other): number {n}" for n in range(3)]


async def test_a_card_over_a_limit_is_refused(discord_server: FakeDiscord) -> None:
    """The fake is as strict as Discord: so the other tests prove that cards fit."""
    gateway = Gateway(BotConfig(**discord_settings(discord_server)), lambda tree: None)
    await gateway.login()
    sender = DiscordSender(gateway, discord_server.channel_id)

    with pytest.raises(SendRefused):
        await sender.post(Card(title="x" * 257), "aw-1", Manner())

    await gateway.close()


async def test_an_old_message_is_found_in_a_busy_channel(discord_server: FakeDiscord) -> None:
    """Over as many pages of history as it takes."""
    gateway = Gateway(BotConfig(**discord_settings(discord_server)), lambda tree: None)
    await gateway.login()
    sender = DiscordSender(gateway, discord_server.channel_id)
    posted = [discord_server.world.add_message(embedded(f"aw-{n}")) for n in range(250)]
    since = datetime.now(UTC) - timedelta(minutes=1)

    assert await sender.find("aw-249", since) == int(posted[249]["id"])
    assert await sender.find("aw-250", since) is None

    await gateway.close()


def embedded(reference: str) -> dict[str, Any]:
    """A message with this reference."""
    return {"embeds": [{"title": "t", "footer": {"text": f"Arbwatch · {reference}"}}]}
