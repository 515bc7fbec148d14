"""A running bot as a caller sees it: over HTTP, and by what it prints."""

import asyncio
from io import BytesIO
from typing import Any

import aiohttp
import pytest

from tests.bot.conftest import RunningBot, StartBot, discord_settings, until
from tests.fakes.discord import FakeDiscord


class Printed:
    """Everything that the bot printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._text = ""

    def so_far(self) -> str:
        """From the start until now."""
        self._text += self._capsys.readouterr().out
        return self._text


async def call(
    method: str, url: str, body: bytes | BytesIO | None = None, token: str | None = None
) -> tuple[int, str]:
    """Status and text of one request."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, data=body, headers=headers) as response,
    ):
        return response.status, await response.text()


async def started(start_bot: StartBot, **settings: Any) -> RunningBot:
    """A bot in console mode that answers."""
    running = await start_bot(**settings)
    async with asyncio.timeout(30):
        while True:
            try:
                assert (await call("GET", f"{running.url}/readyz"))[0] == 200
                return running
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.01)


async def connected(start_bot: StartBot, server: FakeDiscord, **settings: object) -> RunningBot:
    """A bot that takes commands from this Discord, where another one may have been before."""
    before = server.gateway.identifies
    running = await start_bot(**(discord_settings(server) | settings))
    await until(
        lambda: (
            running.task.done()
            or (
                server.gateway.identifies > before and server.gateway.is_connected and knows(server)
            )
        )
    )
    return running


def knows(server: FakeDiscord) -> set[str]:
    """The commands that Discord offers."""
    return {command["name"] for found in server.world.commands.values() for command in found}


def counted(running: RunningBot, name: str, **labels: str) -> float | None:
    """A sample of the bot's metrics."""
    return running.bot.metrics.registry.get_sample_value(name, labels)
