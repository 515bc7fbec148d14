"""Thousands of alerts at once: the channel stays readable, and each alert is told of once."""

import asyncio
import os
import random
import re
from pathlib import Path
from typing import Any

import aiohttp

from bot.outbox import Outbox
from tests.bot.conftest import NOBODY_LISTENS, StartBot, until
from tests.bot.payloads import alert, payload
from tests.bot.processes import BotProcess
from tests.bot.running import connected, counted
from tests.conftest import free_port
from tests.fakes.discord import FakeDiscord, Fault
from tests.fakes.discord.world import FaultKind

ALERTS = int(os.environ.get("TORTURE_ALERTS", "1000"))


def storm(count: int, *, begin: int = 0) -> list[bytes]:
    """As many groups of one alert each; one alert in two is critical."""
    return [
        payload(
            alert(
                f"f{number}",
                labels={
                    "alertname": f"Storm{number}",
                    "severity": "critical" if number % 2 else "warning",
                },
                annotations={"summary": f"Storm {number}", "description": "x" * 5_000},
            ),
            groupKey=f"{{}}:{number}",
        )
        for number in range(begin, begin + count)
    ]


async def post_all(url: str, bodies: list[bytes]) -> None:
    """As Alertmanager does: many at a time, each until it is taken."""
    waiting = asyncio.Semaphore(20)

    async def post(session: aiohttp.ClientSession, body: bytes) -> None:
        async with waiting:
            while True:
                try:
                    async with session.post(f"{url}/alerts", data=body) as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(post(session, body) for body in bodies))


def told(messages: list[dict[str, Any]]) -> tuple[list[str], int]:
    """The titles that have messages of their own, and how many alerts digests tell of."""
    titles = [message["embeds"][0]["title"] for message in messages]
    digests = [found for title in titles if (found := re.match(r"📚 ([\d,]+) alert", title))]
    alone = [title for title in titles if not title.startswith("📚")]
    return alone, sum(int(found[1].replace(",", "")) for found in digests)


async def test_a_storm_is_under_thirty_messages(
    start_bot: StartBot, discord_server: FakeDiscord
) -> None:
    """None is refused, and together they tell of every alert."""
    running = await connected(start_bot, discord_server)

    await post_all(running.url, storm(ALERTS))

    await until(lambda: counted(running, "arb_bot_outbox_waiting") == 0, 120)
    alone, counted_by_digests = told(discord_server.messages)
    assert len(discord_server.messages) < 30
    assert len(set(alone)) == len(alone)
    assert len(alone) + counted_by_digests == ALERTS
    assert counted(running, "arb_bot_dead_letters_total") == 0


async def test_kills_in_a_storm_neither_lose_nor_repeat(
    tmp_path: Path, discord_server: FakeDiscord
) -> None:
    """kill -9 and lost answers around the digest: each alert is told of by one message."""
    settings = {
        "BOT_PORT": free_port(),
        "OUTBOX_PATH": tmp_path / "outbox.db",
        "EXPORTER_URL": NOBODY_LISTENS,
        "DISCORD_BOT_TOKEN": discord_server.token,
        "DISCORD_CHANNEL_ID": discord_server.channel_id,
        "DISCORD_GUILD_ID": discord_server.guild_id,
        "DISCORD_API_BASE": discord_server.api_base,
        "DISCORD_GATEWAY_URL": discord_server.gateway_url,
    }
    bot = BotProcess(settings)
    await bot.ready()
    chance = random.Random(5)
    kinds: list[FaultKind] = ["drop_after", "hang_after", "drop_before"]
    for turn in range(5):
        discord_server.world.faults.append(Fault(kinds[turn % 3]))
        posting = asyncio.create_task(post_all(bot.url, storm(40, begin=40 * turn)))
        await asyncio.sleep(chance.random())
        await bot.restart()
        await posting
    # What has not gone wrong yet would hang the last one for as long as is waited here.
    discord_server.world.faults.clear()
    await bot.restart()

    await until(lambda: sum(_counts(discord_server)) >= 200, 120)
    await bot.delivered()
    bot.kill()
    alone, _ = told(discord_server.messages)
    footers = [message["embeds"][0]["footer"]["text"] for message in discord_server.messages]
    assert sum(_counts(discord_server)) == 200
    assert len(set(footers)) == len(footers)
    assert len(set(alone)) == len(alone)
    assert await _untold(tmp_path / "outbox.db") == 0


def _counts(server: FakeDiscord) -> tuple[int, int]:
    alone, in_digests = told(server.messages)
    return len(alone), in_digests


async def _untold(path: Path) -> int:
    """Cards of which neither a message of their own nor a digest tells."""
    outbox = Outbox(path)
    await outbox.open()
    query = """
        SELECT count(*) FROM card WHERE message_id IS NULL AND told_by IS NULL
            OR told_by IN (SELECT key FROM card WHERE message_id IS NULL)
    """
    untold: int = await outbox.read(lambda run: run.execute(query).fetchone()[0])
    await outbox.close()
    return untold
