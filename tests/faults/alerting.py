"""Alerts that keep coming while the bot is killed, answers are lost and Discord is away."""

import asyncio
import random
import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct

from tests.bot.conftest import NOBODY_LISTENS
from tests.bot.payloads import alert, payload
from tests.bot.processes import BotProcess
from tests.bot.running import call
from tests.conftest import free_port
from tests.fakes.discord import FakeDiscord, Fault
from tests.fakes.discord.world import FaultKind

LOST_ANSWERS: tuple[FaultKind, ...] = ("drop_after", "drop_before", "hang_after")
# Each group begins with one alert and grows by a second one.
ALERTS_A_GROUP = 2
GROUPS_A_ROUND = 5
# Above the worker's longest pause: what waits moves within a minute of Discord's return.
PATIENCE_SECONDS = 90.0
_MOST_DELAY_SECONDS = 0.2
_NUMBER = re.compile(r"group (\d+)")


class Told(Struct, frozen=True):
    """What readers of the channel know in the end. Groups are told by cards, or by a digest."""

    groups: int
    lost: int
    doubled: int
    is_in_order: bool
    unfinished: int
    kills: int


async def kill_while_alerting(server: FakeDiscord, state: Path, *, rounds: int) -> Told:
    """Every round tells of new groups, loses an answer and kills the bot; halfway Discord is away.

    In the end all alerts are over, and the bot has time to say so.
    """
    chance = random.Random(7)
    bot = BotProcess(_settings(server, state))
    try:
        await bot.ready()
        for number in range(rounds):
            await _play(bot, server, chance, first=number * GROUPS_A_ROUND)
            await _change_outage(server, number, rounds)
            await bot.restart()
        groups = range(rounds * GROUPS_A_ROUND)
        for group in groups:
            await _tell(bot, group, lasted=timedelta(minutes=5))
        await _delivered(bot)
    finally:
        bot.kill()
    return _read(server, state, groups, kills=rounds)


async def _play(bot: BotProcess, server: FakeDiscord, chance: random.Random, *, first: int) -> None:
    server.world.faults.append(Fault(chance.choice(LOST_ANSWERS)))
    groups = range(first, first + GROUPS_A_ROUND)
    for group in groups:
        await _tell(bot, group, count=1)
    await asyncio.sleep(chance.random() * _MOST_DELAY_SECONDS)
    for group in groups:
        await _tell(bot, group)
    await asyncio.sleep(chance.random() * _MOST_DELAY_SECONDS)


async def _change_outage(server: FakeDiscord, number: int, rounds: int) -> None:
    """Discord is away for one round in the middle, and drops what waited for an answer."""
    if number == rounds // 2:
        await server.stop()
    elif number == rounds // 2 + 1:
        await server.start()


async def _tell(
    bot: BotProcess, group: int, *, count: int = ALERTS_A_GROUP, **changes: Any
) -> None:
    """Post until it is taken, as Alertmanager does."""
    alerts = [
        alert(
            f"{group}-{member}",
            labels={
                "alertname": "ArbVenueErrorRate",
                "severity": "critical",
                "member": str(member),
            },
            annotations={"summary": f"group {group}"},
            **changes,
        )
        for member in range(count)
    ]
    body = payload(*alerts, groupKey=f"group {group}")
    status, _ = await call("POST", f"{bot.url}/alerts", body)
    assert status == 200


def _settings(server: FakeDiscord, state: Path) -> dict[str, object]:
    return {
        "BOT_PORT": free_port(),
        "OUTBOX_PATH": state / "outbox.db",
        "EXPORTER_URL": NOBODY_LISTENS,
        "ALERTMANAGER_URL": NOBODY_LISTENS,
        "DISCORD_BOT_TOKEN": server.token,
        "DISCORD_CHANNEL_ID": server.channel_id,
        "DISCORD_GUILD_ID": server.guild_id,
        "DISCORD_API_BASE": server.api_base,
        "DISCORD_GATEWAY_URL": server.gateway_url,
    }


async def _delivered(bot: BotProcess) -> None:
    """Wait until nothing waits. The outbox itself cannot be read while a bot holds it."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while "\narb_bot_outbox_waiting 0.0" not in (await call("GET", f"{bot.url}/metrics"))[1]:
            await asyncio.sleep(0.2)


def _read(server: FakeDiscord, state: Path, groups: Iterable[int], *, kills: int) -> Told:
    embeds = [message["embeds"][0] for message in server.messages]
    cards = [embed for embed in embeds if _NUMBER.search(embed["title"])]
    shown = [_group_of(embed["title"]) for embed in cards]
    told = [*shown, *_in_digests(state)]
    return Told(
        groups=len(list(groups)),
        lost=len(set(groups) - set(told)),
        doubled=len(told) - len(set(told)),
        is_in_order=shown == sorted(shown),
        unfinished=sum(not _is_finished(embed) for embed in cards),
        kills=kills,
    )


def _in_digests(state: Path) -> list[int]:
    """Groups that have no message of their own: a digest tells of them."""
    with closing(sqlite3.connect(state / "outbox.db")) as outbox:
        rows = outbox.execute(
            "SELECT json_extract(CAST(card AS TEXT), '$.title') FROM card"
            " WHERE told_by IN (SELECT key FROM card WHERE message_id IS NOT NULL)"
        )
        return [_group_of(title) for [title] in rows]


def _is_finished(embed: dict[str, Any]) -> bool:
    return (
        embed["title"].startswith("✅") and f"**{ALERTS_A_GROUP} alerts**" in embed["description"]
    )


def _group_of(title: str) -> int:
    found = _NUMBER.search(title)
    assert found
    return int(found[1])
