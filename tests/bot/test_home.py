"""Who can type is not yet who may halt: commands are obeyed at home only."""

from typing import Any

import pytest

from tests.bot.conftest import StartBot, until
from tests.bot.running import connected
from tests.client import Client
from tests.fakes.discord import FakeDiscord

ELSEWHERE = 800000000000000111
OTHER_CHANNEL = 800000000000000222
DIRECT_MESSAGE = None
COMMANDS: dict[str, dict[str, Any]] = {
    "edges": {},
    "fills": {},
    "status": {},
    "venues": {},
    "audit": {},
    "help": {},
    "halt": {"venue": "kalshi"},
    "resume": {"venue": "kalshi"},
}


def states(api: Client) -> set[str]:
    """The control states of all venues."""
    return {venue["state"] for venue in api.get("/api/venues")}


@pytest.mark.parametrize("place", [ELSEWHERE, DIRECT_MESSAGE])
async def test_with_a_server_set_no_command_is_answered_elsewhere(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client, place: int | None
) -> None:
    """Only who typed it reads why, it is counted, and nothing is halted."""
    running = await connected(start_bot, discord_server, api_base_url=api.url)

    for name, options in COMMANDS.items():
        asked = await discord_server.type_command(
            name, place=place, channel_id=OTHER_CHANNEL, **options
        )
        await until(asked.answered.is_set)

        assert (asked.text or "").startswith("⛔ Not here"), name
        assert (asked.message or {})["flags"] & 64, name
        refused = {"command": name, "result": "refused"}
        registry = running.bot.metrics.registry
        assert registry.get_sample_value("arb_bot_commands_total", refused) == 1

    assert states(api) == {"running"}


@pytest.mark.parametrize("place", [ELSEWHERE, DIRECT_MESSAGE])
@pytest.mark.parametrize("name", ["halt", "resume"])
async def test_without_a_server_set_what_acts_is_bound_to_the_channels_server(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client, place: int | None, name: str
) -> None:
    """Reading is answered anywhere; a stranger's server halts nothing."""
    await connected(start_bot, discord_server, api_base_url=api.url, guild_id=None)

    given: dict[str, Any] = {"place": place, "channel_id": OTHER_CHANNEL}
    answer = await discord_server.ask(name, venue="kalshi", **given)
    status = await discord_server.ask("status", **given)

    assert answer.startswith("⛔ Not done: whatever acts works only in the server")
    assert status.startswith("🔧 System Status")
    assert states(api) == {"running"}


@pytest.mark.parametrize("is_guild_set", [True, False])
async def test_at_home_any_channel_will_do(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client, is_guild_set: bool
) -> None:
    """The channel of the alerts, and another one of its server."""
    guild_id = discord_server.guild_id if is_guild_set else None
    await connected(start_bot, discord_server, api_base_url=api.url, guild_id=guild_id)

    here = await discord_server.ask("resume", venue="kalshi")
    beside = await discord_server.ask("resume", venue="kalshi", channel_id=OTHER_CHANNEL)

    assert here == beside == "▶️ KALSHI is already running."
