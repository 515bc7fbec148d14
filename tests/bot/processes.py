"""Bots as processes of their own, which can be killed."""

import asyncio
import contextlib
import os
import subprocess
import sys
from pathlib import Path

import aiohttp

from tests.bot.running import call

ROOT = Path(__file__).parents[2]


def environment(**settings: object) -> dict[str, str]:
    """An environment with these settings and no others of ours."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {name: str(value) for name, value in settings.items()}


def start_bot_process(**settings: object) -> subprocess.Popen[str]:
    """`python -m bot` with these environment variables."""
    return subprocess.Popen(
        [sys.executable, "-m", "bot"],
        cwd=ROOT,
        env=environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for the end: exit code, what it printed, what it logged."""
    printed, logged = process.communicate(timeout=120)
    return process.returncode, printed, logged


class BotProcess:
    """A bot that can be killed and started again with the same settings."""

    def __init__(self, settings: dict[str, object]) -> None:
        self._settings = settings
        self.url = f"http://127.0.0.1:{settings['BOT_PORT']}"
        self.process = start_bot_process(**settings)

    async def ready(self) -> None:
        """Wait until it takes alerts."""
        async with asyncio.timeout(120):
            while True:
                with contextlib.suppress(aiohttp.ClientError):
                    if (await call("GET", f"{self.url}/readyz"))[0] == 200:
                        return
                await asyncio.sleep(0.05)

    async def delivered(self) -> None:
        """Wait until it knows that everything was told."""
        async with asyncio.timeout(120):
            while b"\narb_bot_outbox_waiting 0.0\n" not in (await self._metrics()):
                await asyncio.sleep(0.05)

    async def _metrics(self) -> bytes:
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/metrics") as answer:
            return await answer.read()

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.communicate()

    async def restart(self) -> None:
        """Kill it and start it again."""
        self.kill()
        self.process = start_bot_process(**self._settings)
        await self.ready()
