"""Rows 55 and 56: orders that come too late, and an exporter that is not there."""

import asyncio
import socket
from typing import Any

import pytest

from bot.command_list import COMMANDS
from tests.bot.conftest import NOBODY_LISTENS, StartBot, until
from tests.bot.running import connected, counted
from tests.client import Client
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.world import Injected

NEEDED: dict[str, dict[str, Any]] = {
    "halt": {"venue": "kalshi"},
    "resume": {"venue": "kalshi"},
    "pair": {"pair": "p1"},
    "mute": {"kind": "fills"},
    "notify": {"kind": "fills", "mode": "off"},
}
# They need no exporter.
LOCAL = {"help", "alerts", "silences", "mute", "notify"}
REMOTE = [name for name in COMMANDS if name not in LOCAL]
FIRST_ANSWER_MS = 3_000
# What somebody would take for a state that was asked for.
STATES = ("🟢", "🟠", "Trading halted", "(halted)", "No live edges", "No fills", "$0.00")


async def test_a_halt_replayed_by_the_gateway_is_refused(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """Row 55: typed while the bot was away, it is not done later, and the channel is told."""
    running = await connected(start_bot, discord_server, api_base_url=api.url)
    await discord_server.gateway.disconnect(4000)
    await until(lambda: not discord_server.gateway.is_connected)

    late = await discord_server.type_command("halt", age_seconds=60, venue="kalshi")
    await until(lambda: discord_server.messages)

    assert discord_server.gateway.resumes == 1
    assert "too late" in str(discord_server.messages[0]["embeds"])
    assert [row["halts"] for row in api.get("/api/venues") if row["venue"] == "kalshi"] in (
        [[]],
        [],
    )
    assert late.callbacks == []
    assert counted(running, "arb_bot_commands_total", command="halt", result="late") == 1


@pytest.mark.parametrize("name", REMOTE)
@pytest.mark.parametrize("kind", ["refused", "hangs"])
async def test_without_the_exporter_every_command_is_answered_in_time(
    start_bot: StartBot, discord_server: FakeDiscord, name: str, kind: str
) -> None:
    """Row 56: it says so, and invents no state."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hung = f"http://127.0.0.1:{silent.getsockname()[1]}"
        url = hung if kind == "hangs" else NOBODY_LISTENS
        await connected(start_bot, discord_server, api_base_url=url, prometheus_url=NOBODY_LISTENS)

        asked = await discord_server.type_command(name, **NEEDED.get(name, {}))
        said = await answered(asked, discord_server)

    assert asked.acknowledged_ms is not None
    assert asked.acknowledged_ms < FIRST_ANSWER_MS
    assert "exporter" in said
    assert not [state for state in STATES if state in said]


async def answered(asked: Injected, server: FakeDiscord) -> str:
    """The answer, or the message that it begins, once its words are about the exporter."""
    async with asyncio.timeout(30):
        await asked.answered.wait()

    def said() -> str:
        return "\n".join(str(message) for message in (asked.message, *server.messages))

    await until(lambda: "exporter" in said(), 30)
    return said()
