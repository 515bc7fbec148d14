"""A gateway whose clocks a test sets, before a fake Discord and a real exporter."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from arbwatch.events import utc_now
from bot import BotConfig
from bot.commands import Commands
from bot.commands.confirmations import Confirmations
from bot.commands.live_pairs import LivePairs
from bot.commands.rights import Rights
from bot.exporter_api import ExporterApi
from bot.gateway.client import Gateway
from bot.gateway.door import Door
from bot.gateway.home import Home
from bot.gateway.notes import Notes
from bot.gateway.reading import Reading
from bot.gateway.resume_dialogue import ResumeDialogue
from bot.gateway.slash import Slash
from bot.outbox import Outbox
from tests.fakes.discord import FakeDiscord


class Seated:
    """The parts that face Discord, wired as in the bot."""

    def __init__(
        self, server: FakeDiscord, outbox: Outbox, *, exporter: str, settings: dict[str, Any]
    ) -> None:
        self.server = server
        self._config = BotConfig(**settings)
        self._api = ExporterApi(exporter)
        self._outbox = outbox
        self._tasks: list[asyncio.Task[None]] = []

    async def take_place(
        self,
        *,
        now: Callable[[], datetime] = utc_now,
        confirmations: Confirmations | None = None,
    ) -> None:
        """Connect; returns once commands arrive."""
        config, commands, notes = self._config, Commands(self._api), Notes(self._outbox)
        home = Home(guild_id=config.guild_id, channel_id=config.channel_id)
        rights = Rights(
            trader_roles=frozenset(config.trader_roles),
            resume_roles=frozenset(config.resume_roles),
        )
        door = Door(commands, home=home, rights=rights, notes=notes, now=now)
        resuming = ResumeDialogue(
            commands, door=door, notes=notes, confirmations=confirmations or Confirmations()
        )
        more = (Reading(commands, pairs=LivePairs(self._api), home=home),)
        slash = Slash(
            commands, venues=config.venues, door=door, notes=notes, resuming=resuming, more=more
        )
        self._gateway = Gateway(config, slash.add_to)
        self._tasks.append(asyncio.create_task(self._gateway.run()))
        async with asyncio.timeout(10):
            while not (self._gateway.is_ready and self.server.world.commands):
                await asyncio.sleep(0.01)

    async def leave(self) -> None:
        """Disconnect."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._gateway.close()
        await self._api.close()
