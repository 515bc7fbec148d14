"""A bot's parts on real files and real sockets."""

import asyncio
import contextlib
import itertools
import threading
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

with warnings.catch_warnings():
    # discord.py imports audioop, which Python 3.13 drops.
    warnings.simplefilter("ignore", DeprecationWarning)
    from discord.gateway import KeepAliveHandler

from bot import ArbitrageBot, BotConfig
from bot.commands import Commands
from bot.commands.drawing import draw_exposure
from bot.exporter_api import ExporterApi
from bot.gateway.client import Gateway
from bot.gateway.delivery import DiscordSender
from bot.metrics import BotMetrics
from bot.outbox import Outbox
from tests.bot.dialogue import Seated
from tests.bot.snapshotted import Snapshots
from tests.conftest import RunningExporter, free_port
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.world import RESUME_ROLE, TRADER_ROLE

ALERT_ROLE = 800000000000000009
NOBODY_LISTENS = "http://127.0.0.1:9"

StartBot = Callable[..., Awaitable["RunningBot"]]


@pytest.fixture(autouse=True)
def no_heartbeat_left() -> Iterator[None]:
    """A connection that was cut off by a test's end would beat on, in a loop that is closed."""
    yield
    for thread in threading.enumerate():
        if isinstance(thread, KeepAliveHandler):
            thread.stop()


class RunningBot:
    """A bot that runs in the test's loop."""

    def __init__(self, config: BotConfig) -> None:
        self.bot = ArbitrageBot(config)
        self.url = f"http://127.0.0.1:{config.port}"
        self.task = asyncio.create_task(self.bot.run())

    async def stop(self) -> None:
        """Stop as by cancellation; harmless when it has ended."""
        if self.task.done():
            return
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task


async def until(is_true: Callable[[], Any], timeout_seconds: float = 30) -> None:
    """Poll a condition until it holds."""
    async with asyncio.timeout(timeout_seconds):
        while not is_true():
            await asyncio.sleep(0.01)


@pytest.fixture
def metrics() -> BotMetrics:
    """Metrics in a registry of their own."""
    return BotMetrics(CollectorRegistry(), version="test")


@pytest.fixture
async def outbox(tmp_path: Path) -> AsyncIterator[Outbox]:
    """An open outbox."""
    opened = Outbox(tmp_path / "outbox.db")
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def discord_server() -> AsyncIterator[FakeDiscord]:
    """A fake Discord that listens."""
    async with FakeDiscord() as server:
        yield server


@pytest.fixture
async def sender(discord_server: FakeDiscord) -> AsyncIterator[DiscordSender]:
    """The one that faces Discord, logged in."""
    gateway = Gateway(BotConfig(**discord_settings(discord_server)), lambda tree: None)
    await gateway.login()
    yield DiscordSender(gateway, discord_server.channel_id, alert_role=ALERT_ROLE)
    await gateway.close()


@pytest.fixture
def snapshots(request: pytest.FixtureRequest) -> Snapshots:
    """The files to compare with."""
    return Snapshots(is_rewriting=request.config.getoption("--rewrite-snapshots"))


@pytest.fixture(scope="session")
def charts_loaded() -> None:
    """Load the charts' library: a bot would do it in a thread, and answer slowly meanwhile."""
    draw_exposure([], {})


@pytest.fixture
async def start_bot(tmp_path: Path, charts_loaded: None) -> AsyncIterator[StartBot]:
    """Start bots by their settings; all are stopped in the end."""
    running: list[RunningBot] = []

    async def start(**settings: Any) -> RunningBot:
        given: dict[str, Any] = {
            "api_base_url": NOBODY_LISTENS,
            "prometheus_url": NOBODY_LISTENS,
            "port": free_port(),
            "outbox_path": tmp_path / "bot.db",
        }
        bot = RunningBot(BotConfig(**(given | settings)))
        running.append(bot)
        return bot

    yield start
    for bot in running:
        await bot.stop()


@pytest.fixture
async def commands(exporter: RunningExporter) -> AsyncIterator[Commands]:
    """Commands as Discord asks them, whose clock runs a second a look."""
    api = ExporterApi(exporter.client.url, timeout_seconds=30)
    yield hurried(api)
    await api.close()


def hurried(api: ExporterApi, **parts: Any) -> Commands:
    """Commands for which a second passes whenever they look at the clock."""
    clock = itertools.count()
    return Commands(
        api, now_seconds=lambda: float(next(clock)), sleep=lambda _: asyncio.sleep(0.02), **parts
    )


def discord_settings(server: FakeDiscord) -> dict[str, Any]:
    """The settings that point a bot at a fake Discord."""
    return {
        "token": SecretStr(server.token),
        "channel_id": server.channel_id,
        "guild_id": server.guild_id,
        "trader_roles": (TRADER_ROLE,),
        "resume_roles": (RESUME_ROLE,),
        "discord_api_base": server.api_base,
        "discord_gateway_url": server.gateway_url,
    }


@pytest.fixture
async def seated(
    exporter: RunningExporter, discord_server: FakeDiscord, outbox: Outbox
) -> AsyncIterator[Seated]:
    """A gateway that connects when it is told to, with clocks of the test's own."""
    settings = discord_settings(discord_server)
    found = Seated(discord_server, outbox, exporter=exporter.client.url, settings=settings)
    yield found
    await found.leave()
