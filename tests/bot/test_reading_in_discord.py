"""Commands that read, by the real discord.py: who sees the answer, charts, completion."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from arbwatch.events import utc_now
from bot.command_list import COMMANDS
from tests.bot.conftest import NOBODY_LISTENS, StartBot, until
from tests.bot.metrics_server import MetricsServer
from tests.bot.running import connected, counted
from tests.client import Client, edge, fill
from tests.fakes.discord import FakeDiscord, Fault
from tests.fakes.discord.world import Json

PNG = b"\x89PNG\r\n"
OTHER_SERVER = 800000000000000099


@pytest.fixture
async def prometheus() -> AsyncIterator[MetricsServer]:
    """A Prometheus that knows nothing."""
    async with MetricsServer() as server:
        yield server


async def offered(server: FakeDiscord, typed: str) -> list[Json]:
    """The pairs that are offered, asked for until the exporter has answered within its second."""
    async with asyncio.timeout(30):
        while not (found := await server.complete("pair", "pair", typed)):
            await asyncio.sleep(0.01)
    return found


@pytest.mark.parametrize(
    "name", [name for name, command in COMMANDS.items() if not command.acts and name != "watch"]
)
async def test_an_answer_is_for_who_asked(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client, name: str
) -> None:
    """Unless they want everybody to see it."""
    needed: dict[str, Any] = {"pair": "x"} if name == "pair" else {}
    await connected(start_bot, discord_server, api_base_url=api.url)

    private = await discord_server.type_command(name, **needed)
    public = await discord_server.type_command(name, public=True, **needed)

    await until(lambda: private.text and public.text)
    assert (private.is_ephemeral, public.is_ephemeral) == (True, False)


async def test_what_acts_is_seen_by_everybody(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """A halt that nobody notices would surprise."""
    await connected(start_bot, discord_server, api_base_url=api.url)

    halted = await discord_server.type_command("halt", venue="kalshi")

    await until(lambda: halted.text)
    assert not halted.is_ephemeral


@pytest.mark.parametrize(
    ("name", "options"), [("pnl", {"period": "week"}), ("exposure", {}), ("pair", {"pair": "p1"})]
)
async def test_charts_come_with_the_answer(
    start_bot: StartBot,
    discord_server: FakeDiscord,
    api: Client,
    prometheus: MetricsServer,
    name: str,
    options: dict[str, Any],
) -> None:
    """A picture, and a text for who cannot see it."""
    api.post("/api/fills", fill("f1", pair_id="p1"))
    prometheus.history = [(utc_now().timestamp(), 1.0)]
    await connected(start_bot, discord_server, api_base_url=api.url, prometheus_url=prometheus.url)

    asked = await discord_server.type_command(name, **options)

    await until(lambda: asked.text)
    [picture] = discord_server.pictures(asked)
    assert picture.startswith(PNG)
    assert asked.message is not None
    assert asked.message["attachments"][0]["description"]


async def test_a_slow_answer_gets_its_chart_too(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """Prometheus hangs: Discord is told in time that the answer takes longer, to who asked."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        await connected(start_bot, discord_server, api_base_url=api.url, prometheus_url=url)

        asked = await discord_server.type_command("exposure")
        await until(lambda: asked.text)

    assert asked.is_deferred
    assert asked.is_ephemeral
    assert "Prometheus does not answer" in (asked.text or "")
    assert len(discord_server.pictures(asked)) == 1


async def test_a_chart_whose_answer_was_lost_is_sent_again(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """A file that was read once is not sent empty."""
    await connected(start_bot, discord_server, api_base_url=api.url)
    discord_server.world.faults.append(Fault("status", path="/callback", status=502))

    asked = await discord_server.type_command("exposure")
    # The second attempt comes a second later: on a slow machine too late for Discord.
    asked.created += 30

    await until(lambda: asked.text)
    [picture] = discord_server.pictures(asked)
    assert picture.startswith(PNG)


@pytest.mark.parametrize("name", ["pnl", "exposure", "pair"])
async def test_with_everything_away_it_says_so(
    start_bot: StartBot, discord_server: FakeDiscord, name: str
) -> None:
    """Neither exporter nor Prometheus."""
    await connected(start_bot, discord_server, prometheus_url=NOBODY_LISTENS)

    answer = await discord_server.ask(name, **({"pair": "x"} if name == "pair" else {}))

    assert "exporter does not answer" in answer


async def test_pairs_complete_themselves(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """By id or title, the largest edge first; what is chosen is the id."""
    for cents, title in ((1.1, "Rain in May"), (3.2, "BTC over 100k")):
        api.post(
            "/api/edges",
            edge(pair_id=f"id-{title[:3]}", primary_market=title, net_edge_cents=cents),
        )
    await connected(start_bot, discord_server, api_base_url=api.url)

    everything = await offered(discord_server, "")
    by_title = await offered(discord_server, "rain IN")
    by_id = await offered(discord_server, "id-btc")

    assert [choice["value"] for choice in everything] == ["id-BTC", "id-Rai"]
    assert everything[0]["name"] == "3.20¢ BTC over 100k (id-BTC)"
    assert [choice["value"] for choice in by_title] == ["id-Rai"]
    assert [choice["value"] for choice in by_id] == ["id-BTC"]


async def test_long_and_many_pairs_fit(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """Discord takes 25 choices of 100 characters; a longer id has to be typed."""
    long = [edge(pair_id=f"{n}{'x' * 120}", net_edge_cents=90) for n in range(5)]
    short = [edge(pair_id=f"p{n}", primary_market="🎲" * 150) for n in range(40)]
    api.post("/api/edges", long + short)
    await connected(start_bot, discord_server, api_base_url=api.url)

    choices = await offered(discord_server, "")

    assert len(choices) == 25
    assert {choice["value"][0] for choice in choices} == {"p"}


async def test_without_an_exporter_nothing_is_offered(
    start_bot: StartBot, discord_server: FakeDiscord
) -> None:
    """In time, also where it hangs."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        await connected(start_bot, discord_server, api_base_url=url)

        assert await discord_server.complete("pair", "pair", "x") == []


async def test_nothing_is_offered_elsewhere(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """What is traded is not for other servers."""
    api.post("/api/edges", edge())
    await connected(start_bot, discord_server, api_base_url=api.url)

    assert await discord_server.complete("pair", "pair", "", place=OTHER_SERVER) == []


async def test_every_command_is_counted_under_its_name(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """A command that the list lacks would be an `other`."""
    running = await connected(start_bot, discord_server, api_base_url=api.url)

    await discord_server.ask("pnl")

    assert counted(running, "arb_bot_commands_total", command="pnl", result="ok") == 1


async def test_discord_offers_what_help_lists(
    start_bot: StartBot, discord_server: FakeDiscord
) -> None:
    """One list for both."""
    await connected(start_bot, discord_server)

    offered = discord_server.world.commands[discord_server.guild_id]

    assert {command["name"]: command["description"] for command in offered} == {
        command.name: command.text for command in COMMANDS.values()
    }
