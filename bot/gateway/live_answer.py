"""An answer that changes while its command runs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import discord

from bot.commands import Answer, Tell

log = logging.getLogger(__name__)

Interaction = discord.Interaction[discord.Client]

# Discord gives up on an interaction without a first answer after 3 s.
DEFER_AFTER_SECONDS = 1.0
# discord.py itself repeats what Discord answers with 5xx, for 25 s.
CALL_SECONDS = 10.0

# Discord took an earlier attempt whose answer was lost.
_ALREADY_ANSWERED = 40060
# RuntimeError is aiohttp's word for a session that a new login has closed meanwhile.
FAILURES = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError, RuntimeError)


class NotShown(Exception):
    """Discord did not take the last text."""

    def __init__(self, text: str) -> None:
        super().__init__("Discord did not take the answer")
        self.text = text


class LiveAnswer:
    """Shows the newest text: sent first, edited from then on. What is outdated is left out.

    The command never waits for Discord, so a hiccup there holds nothing up.
    """

    def __init__(self, interaction: Interaction) -> None:
        self._interaction = interaction
        self._is_begun = interaction.response.is_done()
        self._wanted = self._shown = ""
        self._extra: dict[str, Any] = {}
        self._showing: asyncio.Task[None] | None = None

    async def carry(self, work: Callable[[Tell], Awaitable[Answer]]) -> Answer:
        """Run a command that tells how it goes; say in time that it takes longer."""
        task = asyncio.ensure_future(work(self.tell))
        done, _ = await asyncio.wait({task}, timeout=DEFER_AFTER_SECONDS)
        if not done and not self._wanted:
            await self._defer()
        return await task

    def tell(self, text: str) -> None:
        """Show a text soon."""
        self._wanted = text
        if self._showing is None or self._showing.done():
            self._showing = asyncio.create_task(self._show())

    async def finish(self, text: str, **extra: Any) -> None:
        """Show the last text, with a view perhaps; raises NotShown."""
        self._extra = extra
        self.tell(text)
        assert self._showing is not None
        await self._showing
        if self._shown != text:
            raise NotShown(text)

    async def _show(self) -> None:
        while self._shown != self._wanted:
            text = self._wanted
            try:
                async with asyncio.timeout(CALL_SECONDS):
                    await self._send(text)
            except FAILURES as failed:
                log.info("Answer not shown: error=%s", type(failed).__name__)
                if text == self._wanted:
                    return
            else:
                self._shown = text

    async def _send(self, text: str) -> None:
        if not self._is_begun and await self._begin(text):
            return
        await self._interaction.edit_original_response(content=text, **self._extra)

    async def _begin(self, text: str) -> bool:
        """Send the first answer; False if Discord has one, and the text is still to be shown."""
        try:
            await self._interaction.response.send_message(text, suppress_embeds=True, **self._extra)
        except discord.HTTPException as failed:
            if failed.code != _ALREADY_ANSWERED:
                raise
            self._is_begun = True
            return False
        self._is_begun = True
        return True

    async def _defer(self) -> None:
        try:
            async with asyncio.timeout(CALL_SECONDS):
                await self._interaction.response.defer(thinking=True)
        except FAILURES as failed:
            log.info("Answer not deferred: error=%s", type(failed).__name__)
        else:
            self._is_begun = True
