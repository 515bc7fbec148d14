"""The real discord.py against a fake Discord over real sockets: connection and commands."""

import asyncio
import threading

import pytest
from discord.gateway import KeepAliveHandler
from pydantic import SecretStr

from bot import BotConfig
from bot.command_list import COMMANDS
from bot.errors import StartError
from bot.gateway.client import Gateway
from tests.bot.conftest import StartBot, discord_settings, until
from tests.bot.running import connected, knows
from tests.client import Client, edge, fill
from tests.fakes.discord import FakeDiscord, Fault
from tests.fakes.discord.interactions import CannotBeTyped


async def test_the_commands_are_offered(start_bot: StartBot, discord_server: FakeDiscord) -> None:
    """In the one server, with venues to choose from and numbers that are optional."""
    await connected(start_bot, discord_server)

    assert knows(discord_server) == set(COMMANDS)
    [halt] = [
        c for c in discord_server.world.commands[discord_server.guild_id] if c["name"] == "halt"
    ]
    venue, reason = halt["options"]
    assert [choice["value"] for choice in venue["choices"]] == ["polymarket", "kalshi", "all"]
    assert not reason.get("required")


async def test_the_venues_to_choose_from_are_those_of_the_settings(
    start_bot: StartBot, discord_server: FakeDiscord
) -> None:
    """As the exporter has them, and no more than Discord takes."""
    venues = tuple(f"venue-{number}" for number in range(30))

    await connected(start_bot, discord_server, venues=venues)

    for command in discord_server.world.commands[discord_server.guild_id]:
        if command["name"] in ("halt", "resume"):
            choices = [choice["value"] for choice in command["options"][0]["choices"]]
            assert choices == [*venues[:24], "all"]


async def test_reading_commands_are_answered(
    start_bot: StartBot, discord_server: FakeDiscord, api: Client
) -> None:
    """With the defaults of the guide where no number is given."""
    for number in range(12):
        api.post("/api/edges", edge(pair_id=f"p{number}"))
        api.post("/api/fills", fill(f"f{number}"))
    await connected(start_bot, discord_server, api_base_url=api.url)

    edges = await discord_server.ask("edges")
    fills = await discord_server.ask("fills")
    three = await discord_server.ask("edges", n=3)
    status = await discord_server.ask("status")
    help_text = await discord_server.ask("help")

    assert edges.startswith("📊 Live Edges\n1. ")
    assert (edges.count("Edge:"), fills.count("PnL:"), three.count("Edge:")) == (5, 10, 3)
    assert status.startswith("🔧 System Status\n")
    assert "/halt <venue|all>" in help_text


async def test_a_venue_that_is_no_choice_cannot_be_typed(
    start_bot: StartBot, discord_server: FakeDiscord
) -> None:
    """Discord's own client refuses it."""
    await connected(start_bot, discord_server)

    with pytest.raises(CannotBeTyped, match="must be one of"):
        await discord_server.ask("halt", venue="moon")


async def test_without_an_exporter_commands_are_answered(
    start_bot: StartBot, discord_server: FakeDiscord
) -> None:
    """They say that nothing is known."""
    await connected(start_bot, discord_server)

    answers = [await discord_server.ask(name) for name in ("edges", "fills", "status")]

    assert all("exporter does not answer" in answer for answer in answers)


async def test_a_refused_answer_is_survived(
    start_bot: StartBot, discord_server: FakeDiscord
) -> None:
    """Discord fails on the callback; the next command is answered."""
    await connected(start_bot, discord_server)
    discord_server.world.faults.append(Fault("status", path="/callback", status=404))
    lost = await discord_server.type_command("help")
    await until(lambda: not discord_server.world.faults[0].times)

    answer = await discord_server.ask("help")

    assert "/edges" in answer
    assert lost.text is None


async def test_a_cut_connection_is_resumed(
    start_bot: StartBot, discord_server: FakeDiscord
) -> None:
    """With the session kept or forgotten by Discord."""
    await connected(start_bot, discord_server)
    await discord_server.gateway.disconnect(4000)
    await until(lambda: discord_server.gateway.resumes == 1)
    assert "/edges" in await discord_server.ask("help")

    discord_server.gateway.forget_sessions()
    await discord_server.gateway.disconnect(4000)

    await until(
        lambda: discord_server.gateway.identifies == 2 and discord_server.gateway.is_connected
    )
    assert "/edges" in await discord_server.ask("help")


async def test_a_failing_first_attempt_does_not_end_the_bot(
    start_bot: StartBot, discord_server: FakeDiscord
) -> None:
    """Neither of the login, nor of the commands, nor of the gateway."""
    discord_server.gateway.refusals = 1
    discord_server.world.faults += [
        Fault("drop_before", method="GET", path="/users/@me"),
        Fault("status", method="PUT", path="/commands", status=503),
    ]

    running = await connected(start_bot, discord_server)

    assert not running.task.done()
    assert "/edges" in await discord_server.ask("help")


async def test_discord_may_come_later(start_bot: StartBot, discord_server: FakeDiscord) -> None:
    """The bot starts, takes alerts and keeps trying."""
    await discord_server.stop()
    running = await start_bot(**discord_settings(discord_server))
    await running.bot.alert_error("other", "while Discord was away")

    await discord_server.start()

    await until(lambda: discord_server.messages)
    assert "while Discord was away" in discord_server.messages[0]["embeds"][0]["title"]


async def test_a_wrong_token_ends_the_bot(start_bot: StartBot, discord_server: FakeDiscord) -> None:
    """With one line that names the variable."""
    running = await connected(start_bot, discord_server, token=SecretStr("wrong"))

    with pytest.raises(StartError, match="DISCORD_BOT_TOKEN: Discord does not accept it"):
        await running.task


async def test_the_connection_is_a_metric(start_bot: StartBot, discord_server: FakeDiscord) -> None:
    """1 while commands arrive, 0 when they cannot."""
    running = await connected(start_bot, discord_server)
    ready = running.bot.metrics.registry
    await until(lambda: ready.get_sample_value("arb_bot_discord_up") == 1)
    assert ready.get_sample_value("arb_bot_identifies_total") == 1
    opened = ready.get_sample_value("arb_bot_gateway_last_open_timestamp_seconds")

    await discord_server.stop()

    await until(lambda: ready.get_sample_value("arb_bot_discord_up") == 0)
    last_open = ready.get_sample_value("arb_bot_gateway_last_open_timestamp_seconds")
    again = ready.get_sample_value("arb_bot_gateway_last_open_timestamp_seconds")
    assert opened is not None and last_open is not None
    assert opened <= last_open == again


async def test_a_connection_that_stays_away_is_begun_anew(
    discord_server: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    """Patience ends before discord.py's own pauses have grown to a quarter of an hour."""
    config = BotConfig(**discord_settings(discord_server))
    gateway = Gateway(config, lambda tree: None, patience_seconds=2)
    task = asyncio.create_task(gateway.run())
    await until(lambda: gateway.is_ready)
    caplog.clear()
    discord_server.gateway.refusals = 1000

    await discord_server.gateway.disconnect(4000)

    await until(lambda: not gateway.is_ready)
    await until(lambda: "Discord's gateway is away" in caplog.text)
    discord_server.gateway.refusals = 0
    await until(lambda: gateway.is_ready)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await gateway.close()


async def test_no_heartbeat_outlives_its_connection(discord_server: FakeDiscord) -> None:
    """Neither of one that ended in an error, nor of one that is given up."""
    others = beating()  # Of tests before, whose loop was closed in the middle of a beat.
    gateway = Gateway(BotConfig(**discord_settings(discord_server)), lambda tree: None)
    task = asyncio.create_task(gateway.run())
    await until(lambda: gateway.is_ready and len(beating() - others) == 1)
    [first] = beating() - others

    assert discord_server.gateway.session is not None
    await discord_server.gateway.session.dispatch("GUILD_CREATE", {})
    await until(lambda: discord_server.gateway.identifies == 2 and gateway.is_ready)
    await until(lambda: len(beating() - others) == 1)
    [second] = beating() - others
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert second is not first
    await until(lambda: not beating() - others)
    await gateway.close()


def beating() -> set[threading.Thread]:
    """The threads that keep connections alive."""
    return {thread for thread in threading.enumerate() if isinstance(thread, KeepAliveHandler)}


async def test_a_gateway_closed_for_good_is_logged_in_to_again(
    start_bot: StartBot, discord_server: FakeDiscord
) -> None:
    """The bot goes on: alerts are delivered and commands answered."""
    running = await connected(start_bot, discord_server)

    await discord_server.gateway.disconnect(4004)

    await until(
        lambda: discord_server.gateway.identifies == 2 and discord_server.gateway.is_connected
    )
    await running.bot.alert_error("other", "after")
    await until(lambda: discord_server.messages)
    assert "/edges" in await discord_server.ask("help")


async def test_buttons_are_heard_though_the_commands_are_refused(
    discord_server: FakeDiscord,
) -> None:
    """The bot was let in without the right to commands: the gateway opens all the same."""
    discord_server.world.faults.append(
        Fault("status", method="PUT", path="/commands", status=403, times=1000)
    )
    gateway = Gateway(BotConfig(**discord_settings(discord_server)), lambda tree: None)

    task = asyncio.create_task(gateway.run())

    await until(lambda: gateway.is_ready)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await gateway.close()
