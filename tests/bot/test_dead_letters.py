"""A card that Discord refuses for good is shown by its title, and kept."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from bot.cards import Card, make_card
from bot.gateway.client import Gateway
from bot.gateway.delivery import DiscordSender
from bot.metrics import BotMetrics
from bot.outbox import Entry, Outbox
from bot.settings import BotConfig
from bot.worker import DeliveryWorker
from tests.bot.conftest import discord_settings, until
from tests.fakes.discord import FakeDiscord, Fault

# Over Discord's limits; `make_card` would have cut it.
TOO_LONG = Card(title="Feed silent", body="x" * 5_000)


@pytest.fixture
async def delivered(
    discord_server: FakeDiscord, outbox: Outbox, metrics: BotMetrics
) -> AsyncIterator[Outbox]:
    """An outbox whose cards go to the fake Discord, which is as strict as the real one."""
    gateway = Gateway(BotConfig(**discord_settings(discord_server)), lambda tree: None)
    await gateway.login()
    sender = DiscordSender(gateway, discord_server.channel_id)
    worker = asyncio.create_task(DeliveryWorker(outbox, sender, metrics=metrics).run())
    yield outbox
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    await gateway.close()


async def kept(outbox: Outbox) -> list[tuple[str, Card]]:
    """The dead letters, with why they are."""
    rows = await outbox.read(
        lambda run: run.execute("SELECT reason, card FROM dead_letter").fetchall()
    )
    return [(reason, msgspec.json.decode(card, type=Card)) for reason, card in rows]


async def test_its_title_takes_its_place(
    delivered: Outbox, discord_server: FakeDiscord, metrics: BotMetrics
) -> None:
    """As plain text, marked like any message; the next card is none the worse."""
    await delivered.put(
        [Entry(key="bad", card=TOO_LONG), Entry(key="good", card=make_card("good"))]
    )

    await until(lambda: delivered.backlog.waiting == 0)

    stub, good = discord_server.messages
    assert stub["content"].splitlines()[0] == "Feed silent"
    assert (stub["embeds"], stub["components"]) == ([], [])
    assert stub["content"].endswith(stub["nonce"])
    assert good["embeds"][0]["title"] == "good"
    assert await kept(delivered) == [("refused", TOO_LONG)]
    assert metrics.registry.get_sample_value("arb_bot_dead_letters_total") == 1


async def test_a_stub_whose_answer_is_lost_is_found_again(
    delivered: Outbox, discord_server: FakeDiscord
) -> None:
    """By the mark in its text: it is not posted twice."""
    discord_server.world.faults += [Fault("drop_before"), Fault("drop_after")]
    await delivered.put([Entry(key="bad", card=TOO_LONG)])

    await until(lambda: delivered.backlog.waiting == 0)

    assert len(discord_server.messages) == 1


async def test_a_card_that_fits_again_takes_the_place_of_its_stub(
    delivered: Outbox, discord_server: FakeDiscord
) -> None:
    """The same message, edited; and a card that is refused as an edit leaves its title there."""
    await delivered.put([Entry(key="a", card=TOO_LONG)])
    await until(lambda: delivered.backlog.waiting == 0)

    await delivered.put([Entry(key="a", card=make_card("fits"))])
    await until(lambda: delivered.backlog.waiting == 0)
    [message] = discord_server.messages
    shown = (message["content"], message["embeds"][0]["title"])
    await delivered.put([Entry(key="a", card=TOO_LONG)])
    await until(lambda: delivered.backlog.waiting == 0)

    assert shown == ("", "fits")
    assert message["content"].splitlines()[0] == "Feed silent"
    assert message["embeds"] in ([], "")
    assert len(discord_server.messages) == 1
