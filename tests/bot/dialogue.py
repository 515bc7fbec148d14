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
from bot.gateway.watches import Watches
from bot.outbox import Outbox
from bot.outbox.watches import WatchNotes
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
        watch_now: Callable[[], datetime] = utc_now,
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
        self._watches = Watches(
            commands, WatchNotes(self._outbox), door=door, refresh_seconds=0.02, now=watch_now
        )
        more = (Reading(commands, pairs=LivePairs(self._api), door=door), self._watches)
        slash = Slash(
            commands, venues=config.venues, door=door, notes=notes, resuming=resuming, more=more
        )
        self._gateway = Gateway(config, slash.add_to)
        self._tasks.append(asyncio.create_task(self._gateway.run()))
        self._tasks.append(asyncio.create_task(self._watches.run(self._gateway.logged_in)))
        async with asyncio.timeout(30):
            while not (self._gateway.is_ready and self.server.world.commands):
                await asyncio.sleep(0.01)

    async def leave(self) -> None:
        """Stop in order, as on SIGTERM."""
        await self._cancel()
        await self._watches.close()
        await self._gateway.close()
        await self._api.close()

    async def vanish(self) -> None:
        """Stop without leaving anything in order, as if killed."""
        await self._cancel()
        await self._gateway.close()

    async def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
