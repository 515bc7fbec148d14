"""The fake made unlike Discord in six ways, one at a time: each time the client notices.

So the other tests could not pass against a fake that is wrong in one of these.
"""

import asyncio

import pytest

from bot.cards import Card
from bot.gateway.delivery import DiscordSender
from bot.outbox import Manner
from bot.worker import SendDelayed
from tests.bot.conftest import StartBot, discord_settings, until
from tests.bot.running import connected, counted
from tests.fakes.discord import FakeDiscord, Fault


async def test_json_that_is_called_otherwise_lets_nobody_in(
    start_bot: StartBot, discord_server: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    """discord.py takes a Content-Type with a charset for text."""
    discord_server.world.broken.add("charset")

    running = await start_bot(**discord_settings(discord_server))

    await until(lambda: "Login failed" in caplog.text)
    assert discord_server.gateway.identifies == 0
    discord_server.world.broken.clear()
    await until(lambda: discord_server.gateway.is_connected)
    assert not running.task.done()


async def test_a_rate_limit_without_a_sender_is_taken_for_a_ban(
    discord_server: FakeDiscord, sender: DiscordSender
) -> None:
    """So it is not waited for by the library: the worker has to."""
    discord_server.world.broken.add("no_via")
    discord_server.world.faults.append(Fault("rate_limit"))

    with pytest.raises(SendDelayed, match="rate_limited"):
        await sender.post(Card(title="t"), "aw-1", Manner())

    assert discord_server.world.refusals == [429]


async def test_a_greeting_without_a_way_back_is_no_connection(
    start_bot: StartBot, discord_server: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    """The gateway is down, says the metric, and the attempt is made anew."""
    discord_server.world.broken.add("no_resume_url")

    running = await start_bot(**discord_settings(discord_server))

    await until(lambda: "Gateway attempt ended" in caplog.text)
    assert counted(running, "arb_bot_discord_up") == 0


async def test_an_interaction_that_is_not_whole_ends_the_connection(
    start_bot: StartBot, discord_server: FakeDiscord
) -> None:
    """It is not answered; the bot comes back, and answers the next one."""
    await connected(start_bot, discord_server)
    discord_server.world.broken.add("no_size_limit")
    lost = await discord_server.type_command("help")
    discord_server.world.broken.clear()
    await until(lambda: discord_server.gateway.identifies == 2)

    answer = await discord_server.ask("help")

    assert "/edges" in answer
    assert lost.callbacks == []


@pytest.mark.parametrize("is_like_discord", [True, False])
async def test_without_the_nonce_a_lost_answer_doubles(
    discord_server: FakeDiscord, sender: DiscordSender, is_like_discord: bool
) -> None:
    """What only the nonce prevents, while the message cannot be found in the channel either."""
    if not is_like_discord:
        discord_server.world.broken.add("no_nonce")
    discord_server.world.faults.append(Fault("drop_after"))

    with pytest.raises(SendDelayed, match="unreachable"):
        await sender.post(Card(title="t"), "aw-1", Manner())
    await sender.post(Card(title="t"), "aw-1", Manner())

    assert len(discord_server.messages) == (1 if is_like_discord else 2)


async def test_without_limits_a_card_that_is_too_long_seems_to_fit(
    discord_server: FakeDiscord, sender: DiscordSender
) -> None:
    """The library checks none: only the fake's strictness shows that cards are cut."""
    discord_server.world.broken.add("no_limits")

    async with asyncio.timeout(30):
        await sender.post(Card(title="x" * 257), "aw-1", Manner())

    assert len(discord_server.messages[0]["embeds"][0]["title"]) == 257
